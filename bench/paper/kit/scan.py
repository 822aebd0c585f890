"""Paper grown old and an office scanner: three levels of damage."""

import math
from random import Random

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from kit.warp import Warp

_NOISE: dict[int, np.ndarray] = {}


def plan(rng: Random, level: str, colour: str, size, dpi: int, gutter=None) -> dict:
    """What will happen to a page; lengths in millimetres unless said otherwise."""
    hard, clean = level == "hard", level == "clean"

    def one(of_clean, of_typical, of_hard):
        low, high = {"clean": of_clean, "typical": of_typical, "hard": of_hard}[level]
        return round(rng.uniform(low, high), 3)

    p = {
        "skew": one((-0.45, 0.45), (-1.6, 1.6), (-3.6, 3.6)),
        "fade": one((0.9, 1.0), (0.68, 0.98), (0.48, 0.8)),
        "paper": one((0.95, 1.0), (0.84, 0.98), (0.7, 0.92)),
        "yellow": one((0, 0.08), (0.02, 0.22), (0.08, 0.34)),
        "light": one((0, 0.03), (0.02, 0.12), (0.1, 0.3)),
        "blur": one((0.3, 0.5), (0.45, 0.85), (0.8, 1.35)) * dpi / 300,
        "noise": one((1, 3), (3, 8), (6, 14)),
        "mottle": one((0, 0.008), (0.004, 0.022), (0.01, 0.045)),
        "bleed": one((0, 0), (0, 0.08), (0.05, 0.2)) if rng.random() < (0.8 if hard else 0.35) else 0,
        "lean": one((0, 0), (-0.004, 0.004), (-0.022, 0.022)),
        "tip": one((0, 0), (-0.004, 0.004), (-0.022, 0.022)),
        "wave": one((0, 0), (0, 0.5), (0.2, 1.4)),
        "curl": (one((0.3, 1), (0.8, 2.6), (2, 5)) if gutter is not None else one((0, 0), (0, 0.6), (0, 2.6))),
        "gutter": gutter if gutter is not None else rng.choice((0.0, 1.0)),
        "scale": one((0.99, 1.0), (0.97, 1.0), (0.95, 1.0)),
        "shift": [round(rng.gauss(0, 1.0 if clean else 2.0), 2), round(rng.gauss(0, 1.0 if clean else 2.0), 2)],
        "outside": rng.choice((255, 250, 245, 12, 40, 200)) if not clean else rng.choice((255, 252, 245)),
        "stains": 0 if clean else rng.choice((0, 0, 0, 1)) if not hard else rng.randint(0, 3),
        "folds": 0 if clean else rng.choice((0, 0, 1)) if not hard else rng.randint(0, 2),
        "holes": 0 if clean else rng.choice((0, 0, 0, 2)),
        "specks": one((0, 8), (0, 60), (20, 260)),
        "copied": not clean and rng.random() < (0.22 if hard else 0.08),
    }
    if colour == "bw":
        p["threshold"] = one((0.66, 0.72), (0.62, 0.74), (0.58, 0.7))
        p.update(fade=max(p["fade"], 0.72), bleed=min(p["bleed"], 0.06), noise=min(p["noise"], 7), stains=0)
    return p


def warp_of(p: dict, size, dpi: int, rng: Random) -> Warp:
    k = dpi / 25.4
    return Warp(*size, skew=p["skew"], lean=p["lean"], tip=p["tip"], curl=p["curl"] * k, gutter=p["gutter"], wave=p["wave"] * k,
                phase=rng.uniform(0, 6), shift=(p["shift"][0] * k, p["shift"][1] * k), scale=p["scale"])  # fmt: skip


def _noise(strength: int) -> np.ndarray:
    if strength not in _NOISE:
        _NOISE[strength] = np.random.default_rng(strength).normal(0, strength, (1200, 1200)).astype(np.int16)
    return _NOISE[strength]


def _field(rng: Random, size, cells: int, low: float, high: float) -> Image.Image:
    """A smooth field of factors, 255 is 1."""
    rows = max(2, round(cells * size[1] / size[0]))
    small = Image.frombytes("L", (cells, rows), bytes(int(255 * rng.uniform(low, high)) for _ in range(cells * rows)))
    return small.resize(size, Image.Resampling.BICUBIC)


def _multiply(image: Image.Image, factors: Image.Image) -> Image.Image:
    return ImageChops.multiply(image, factors.convert(image.mode) if factors.mode != image.mode else factors)


def age(image: Image.Image, p: dict, rng: Random, dpi: int) -> Image.Image:
    """The paper: ink faded, the other side shining through, stains, folds, holes, yellow."""
    size, k = image.size, dpi / 25.4
    if p["copied"]:
        image = image.filter(ImageFilter.GaussianBlur(0.5 * dpi / 300)).point(
            lambda v: max(0, min(255, int((v - 128) * 1.5 + 150)))
        )
    if p["fade"] < 0.99:
        pale = image.point(lambda v: int(255 - (255 - v) * p["fade"]))
        image = (
            Image.blend(image, pale, 1.0)
            if rng.random() < 0.5
            else Image.composite(pale, image, _field(rng, size, 4, 0.5, 1))
        )
    if p["bleed"]:
        back = (
            image.convert("L")
            .transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            .reduce(4)
            .filter(ImageFilter.GaussianBlur(1.2))
        )
        image = _multiply(
            image, back.point(lambda v: int(255 - (255 - v) * p["bleed"])).resize(size, Image.Resampling.BILINEAR)
        )
    draw = ImageDraw.Draw(image)
    for _ in range(p["holes"]):
        x, y, r = rng.uniform(8, 12) * k, rng.uniform(0.2, 0.8) * size[1], 2.8 * k
        draw.ellipse((x - r, y - r, x + r, y + r), fill=_tone(image, 60))
    marks = Image.new("L", (size[0] // 8, size[1] // 8), 255)
    pen = ImageDraw.Draw(marks)
    for _ in range(p["stains"]):
        x, y, r = rng.uniform(0, marks.width), rng.uniform(0, marks.height), rng.uniform(3, 20) * k / 8
        tone, bumps = rng.randint(205, 242), [rng.uniform(0.6, 1.15) for _ in range(9)]
        rim = [(x + r * b * math.cos(n * 0.7), y + r * b * math.sin(n * 0.7)) for n, b in enumerate(bumps)]
        pen.polygon(rim, fill=tone)
        if rng.random() < 0.6:
            pen.line([*rim, rim[0]], fill=tone - 40, width=2, joint="curve")
    for _ in range(p["folds"]):
        across, tone = rng.random() < 0.6, rng.randint(190, 235)
        at = rng.uniform(0.2, 0.8) * (marks.height if across else marks.width)
        ends = (
            (0, at, marks.width, at + rng.uniform(-3, 3)) if across else (at, 0, at + rng.uniform(-3, 3), marks.height)
        )
        pen.line(ends, fill=tone, width=1)
    if p["stains"] or p["folds"]:
        image = _multiply(
            image,
            marks.filter(ImageFilter.GaussianBlur(2.6 if p["stains"] else 0.7)).resize(size, Image.Resampling.BICUBIC),
        )
    return _tinted(image, p)


def _tone(image: Image.Image, value: int):
    return (value,) * 3 if image.mode == "RGB" else value


def _tinted(image: Image.Image, p: dict) -> Image.Image:
    if image.mode == "L":
        white = p["paper"] * (1 - p["yellow"] * 0.35)
        return image.point(lambda v: int(v * white))
    parts = (1.0, 1 - p["yellow"] * 0.28, 1 - p["yellow"] * 0.85)
    return Image.merge(
        "RGB",
        [
            band.point(lambda v, part=part: int(v * p["paper"] * part))
            for band, part in zip(image.split(), parts, strict=True)
        ],
    )


def scanned(image: Image.Image, p: dict, warp: Warp, rng: Random, dpi: int) -> Image.Image:
    """The scanner: geometry, light, blur, dust, noise, and the threshold of a black and white scan."""
    size = image.size
    image = warp.apply(image, _tone(image, p["outside"]))
    if p["curl"] > 0.7 and p["gutter"] not in (0.0, 1.0):
        image = _multiply(image, _gutter_shade(size, p["gutter"], min(0.38, p["curl"] * 0.09)))
    low = 1 - p["light"]
    image = _multiply(image, _field(rng, size, 3, low, 1.0))
    if p["mottle"] > 0.005:
        image = _multiply(image, _field(rng, size, 60, 1 - p["mottle"], 1.0))
    image = image.filter(ImageFilter.GaussianBlur(p["blur"]))
    draw = ImageDraw.Draw(image)
    for _ in range(int(p["specks"])):
        x, y, r = rng.uniform(0, size[0]), rng.uniform(0, size[1]), rng.uniform(0.3, 1.6) * dpi / 300
        draw.ellipse((x - r, y - r, x + r, y + r), fill=_tone(image, rng.randint(30, 150)))
    strength = round(p["noise"])
    if strength:
        tile = _noise(strength)
        high, wide = math.ceil(size[1] / 1200) + 1, math.ceil(size[0] / 1200) + 1
        off = rng.randrange(1200), rng.randrange(1200)
        noise = np.tile(tile, (high, wide))[off[1] % 1200 :, off[0] % 1200 :][: size[1], : size[0]]
        pixels = np.asarray(image).astype(np.int16)
        pixels += noise[..., None] if pixels.ndim == 3 else noise
        image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    if "threshold" in p:
        image = _black_and_white(image.convert("L"), p["threshold"])
    return image


def _gutter_shade(size, gutter: float, depth: float) -> Image.Image:
    x = (np.arange(size[0] // 4) / (size[0] // 4) - gutter) / 0.035
    row = (255 * (1 - depth * np.exp(-x * x))).astype(np.uint8)
    return Image.fromarray(row[None, :].repeat(2, 0)).resize(size, Image.Resampling.BILINEAR)


def _black_and_white(image: Image.Image, share: float) -> Image.Image:
    """By a level that follows the paper, as scanners do it."""
    paper = (
        image.reduce(16)
        .filter(ImageFilter.MaxFilter(5))
        .filter(ImageFilter.GaussianBlur(4))
        .resize(image.size, Image.Resampling.BILINEAR)
    )
    level = paper.point(lambda v: int(v * share))
    return ImageChops.subtract(image, level, 1, 0).point(lambda v: 255 if v > 0 else 0)
