"""Where a point of the flat sheet lies in the scan: skew, perspective, a book's curve, waves of the paper, the scanner's crop."""

from dataclasses import dataclass

import numpy as np
from PIL import Image


@dataclass
class Warp:
    """From scan to sheet, in pixels. `skew` in degrees clockwise, `lean` and `tip` perspective in parts,
    `curl` pixels of a curve toward `gutter` (a part of the width), `wave` pixels, `shift` pixels of the crop."""

    width: int
    height: int
    skew: float = 0.0
    lean: float = 0.0
    tip: float = 0.0
    curl: float = 0.0
    gutter: float = 0.0
    wave: float = 0.0
    phase: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0

    def sheet_of(self, x, y):
        """Place on the sheet of a place in the scan (before quarter turns)."""
        cx, cy = self.width / 2, self.height / 2
        u, v = (x - cx) / self.scale + self.shift[0], (y - cy) / self.scale + self.shift[1]
        a = np.deg2rad(self.skew)
        u, v = u * np.cos(a) + v * np.sin(a), v * np.cos(a) - u * np.sin(a)
        if self.lean or self.tip:
            depth = 1 + self.lean * u / cx + self.tip * v / cy
            u, v = u * depth, v * depth
        if self.curl:
            far = (u / self.width + 0.5 - self.gutter) / 0.22
            v = v + self.curl * np.exp(-far * far) * np.where(v < 0, 1.0, 0.6)
            u = u - self.curl * 0.5 * np.tanh(far * 2) * np.exp(-far * far)
        if self.wave:
            v = v + self.wave * np.sin(self.phase + u / self.width * 7)
        return u + cx, v + cy

    def scan_of(self, x, y):
        """The other way, by steps: all bends are small."""
        sx, sy = np.array(x, float), np.array(y, float)
        for _ in range(12):
            u, v = self.sheet_of(sx, sy)
            sx, sy = sx + (x - u), sy + (y - v)
        return sx, sy

    def apply(self, image: Image.Image, outside) -> Image.Image:
        """The picture as the scanner sees it."""
        step = 110
        xs = np.linspace(0, self.width, self.width // step + 2).round()
        ys = np.linspace(0, self.height, self.height // step + 2).round()
        gx, gy = np.meshgrid(xs, ys)
        u, v = self.sheet_of(gx, gy)
        mesh = []
        for j in range(len(ys) - 1):
            for i in range(len(xs) - 1):
                corners = ((j, i), (j + 1, i), (j + 1, i + 1), (j, i + 1))
                quad = [float(w) for c in corners for w in (u[c], v[c])]
                mesh.append(((int(xs[i]), int(ys[j]), int(xs[i + 1]), int(ys[j + 1])), quad))
        return image.transform(
            (self.width, self.height), Image.Transform.MESH, mesh, Image.Resampling.BILINEAR, fillcolor=outside
        )

    def boxes(self, boxes, turn: int):
        """Boxes of the sheet as boxes of the scan turned clockwise by `turn` degrees."""
        if not len(boxes):
            return []
        b = np.asarray(boxes, float)
        x, y = self.scan_of(b[:, [0, 2, 2, 0]], b[:, [1, 1, 3, 3]])
        w, h = self.width, self.height
        x, y = {0: (x, y), 90: (h - y, x), 180: (w - x, h - y), 270: (y, w - x)}[turn]
        out = np.stack([x.min(1), y.min(1), x.max(1), y.max(1)], 1)
        return np.rint(out).astype(int).tolist()
