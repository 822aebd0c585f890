"""Trains the model of figures (models/figures/weights.bin) on drawn lines: dates, numbers and years as machines write them.

python3 figures.py FOLDER FILE.bin [STEPS]   (FOLDER holds train-*.npz and eval.npz of figure_lines.py)

The model is a small convolutional network with connectionist temporal classification; `workers/src/ocr/figures.rs` runs it and says
its shape. The training keeps its state in FOLDER/state.npz and goes on from there. Needs jax, optax and numpy.
"""

import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax

HEIGHT, WIDEST, MOST = 32, 288, 20
SIGNS = "0123456789/-.@"  # @ stands for any letter; 0 is the blank of CTC, so a sign is its place plus one
# Height and width of the kernel, channels, pooling down and across.
LAYERS = [(3, 3, 8, 2, 2), (3, 3, 16, 2, 2), (3, 3, 32, 2, 1), (3, 3, 48, 2, 1), (2, 3, 64, 1, 1), (1, 5, 64, 1, 1), (1, 1, len(SIGNS) + 1, 1, 1)]


def label(text):
    signs = [sign if sign in SIGNS else "." if sign == "," else "@" for sign in text if not sign.isspace()]
    return [SIGNS.index(sign) + 1 for sign in signs]


def normalised(line):
    """Paper 0, ink 1, by the palest and the darkest of the line itself."""
    line = line.astype(np.float32)
    paper, ink = np.percentile(line, 85), np.percentile(line, 2)
    return np.clip((paper - line) / max(paper - ink, 24.0), 0, 1.2)


def load(file):
    data = np.load(file)
    pixels, widths, texts = data["pictures"], data["widths"], data["texts"]  # each access unpacks it anew
    edges = np.concatenate([[0], np.cumsum(widths * HEIGHT)])
    pictures = np.zeros((len(widths), HEIGHT, WIDEST), np.float16)
    labels = np.zeros((len(pictures), MOST), np.int32)
    for at, width in enumerate(widths):
        pictures[at, :, :width] = normalised(pixels[edges[at] : edges[at + 1]].reshape(HEIGHT, width))
        signs = label(str(texts[at]))[:MOST]
        labels[at, : len(signs)] = signs
    return pictures, labels, widths


def fresh(key):
    weights, before = [], 1
    for height, width, channels, _, _ in LAYERS:
        key, one = jax.random.split(key)
        scale = np.sqrt(2 / (height * width * before))
        weights.append((jax.random.normal(one, (height, width, before, channels)) * scale, jnp.zeros(channels)))
        before = channels
    return weights


def network(weights, pictures):
    """Logits (lines, frames, signs) of pictures (lines, HEIGHT, width)."""
    x = pictures[..., None]
    for at, ((kernel, bias), (height, _, _, down, across)) in enumerate(zip(weights, LAYERS)):
        up = (1, 1) if height == 3 else (0, 0)
        side = kernel.shape[1] // 2
        x = jax.lax.conv_general_dilated(x, kernel, (1, 1), (up, (side, side)), dimension_numbers=("NHWC", "HWIO", "NHWC")) + bias
        if at + 1 < len(LAYERS):
            x = jax.nn.relu(x)
        if (down, across) != (1, 1):
            x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, down, across, 1), (1, down, across, 1), "VALID")
    return x[:, 0]


def loss(weights, pictures, labels, frames):
    logits = network(weights, pictures)
    beyond = jnp.arange(logits.shape[1])[None] >= frames[:, None]
    return optax.ctc_loss(logits, beyond.astype(jnp.float32), labels, (labels == 0).astype(jnp.float32)).mean()


def read(logits, frames):
    best = np.asarray(logits.argmax(-1))
    for line, count in zip(best, frames):
        line = line[:count]
        keep = np.concatenate([[True], line[1:] != line[:-1]]) & (line > 0)
        yield line[keep].tolist()


def main():
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    steps = int(sys.argv[3]) if len(sys.argv) > 3 else 6000
    weights, begun = fresh(jax.random.PRNGKey(3)), 0
    rate = optax.warmup_cosine_decay_schedule(2e-4, 2.5e-3, 300, steps, 2e-5)
    optimiser = optax.chain(optax.clip_by_global_norm(5.0), optax.adam(rate))
    state = optimiser.init(weights)
    kept = folder / "state.npz"
    if kept.exists():
        data = np.load(kept)
        leaves, shape = jax.tree.flatten((weights, state))
        weights, state = jax.tree.unflatten(shape, [jnp.asarray(data[f"a{at}"]) for at in range(len(leaves))])
        begun = int(data["step"])
    judged = load(folder / "eval.npz")
    run = jax.jit(network)

    @jax.jit
    def step(weights, state, pictures, labels, frames):
        value, gradient = jax.value_and_grad(loss)(weights, pictures, labels, frames)
        change, state = optimiser.update(gradient, state, weights)
        return optax.apply_updates(weights, change), state, value

    chance, shards, values, clock = np.random.default_rng(begun), {}, [], time.time()
    for at in range(begun, steps):
        if at % 150 == 0:
            for file in sorted(folder.glob("train-*.npz")):
                if file not in shards and "tmp" not in file.name:
                    shards[file] = load(file)
        pictures, labels, widths = shards[list(shards)[chance.integers(len(shards))]]
        # Lines of like width together, so that little of a batch is padding.
        pool = chance.integers(len(widths), size=512)
        pool = pool[np.argsort(widths[pool])]
        first = 64 * chance.integers(8)
        chosen = pool[first : first + 64]
        room = int(-(-widths[chosen].max() // 32) * 32)
        batch = pictures[chosen][:, :, :room].astype(np.float32)
        weights, state, value = step(weights, state, batch, labels[chosen], (widths[chosen] + 3) // 4)
        values.append(float(value))
        if at % 250 == 249 or at + 1 == steps:
            frames = (judged[2] + 3) // 4
            right = 0
            for part in range(0, len(frames), 250):
                logits = run(weights, judged[0][part : part + 250].astype(np.float32))
                for signs, true in zip(read(logits, frames[part : part + 250]), judged[1][part : part + 250]):
                    right += signs == [sign for sign in true if sign]
            print(f"{at + 1}: loss {np.mean(values):.3f}, lines right {right / len(frames):.4f}, {time.time() - clock:.0f} s", flush=True)
            values = []
            leaves = jax.tree.leaves((weights, state))
            np.savez(kept, step=at + 1, **{f"a{i}": np.asarray(leaf) for i, leaf in enumerate(leaves)})
            write(weights, out)


def write(weights, out):
    """Kernels and biases as bfloat16, in order, little-endian."""
    flat = np.concatenate([np.asarray(part, np.float32).ravel() for pair in weights for part in pair])
    out.write_bytes(((flat.view(np.uint32) + 0x8000) >> 16).astype("<u2").tobytes())


if __name__ == "__main__":
    main()
