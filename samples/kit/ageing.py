"""From ink on white to a scan: paper colour, faded ink, stains, blur, skew, noise, quarter turns."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from kit.sheet import Sheet


@dataclass(frozen=True)
class Look:
    """How a sheet came out of the scanner. Strengths run from 0 to 1; `skew` is degrees clockwise."""

    paper: tuple[int, int, int] = (252, 250, 244)
    mottle: float = 0.01
    fade: float = 0.05
    unevenly: float = 0.08
    blur: float = 0.35
    noise: float = 1.2
    skew: float = 0.2
    stains: int = 0
    fold: bool = False
    rotation: int = 0
    mode: str = "RGB"


class Scan:
    """The scanned picture, and where a box of the flat sheet has come to lie in it."""

    def __init__(self, sheet: Sheet, look: Look) -> None:
        self.look = look
        self.rng = np.random.default_rng(sheet.seed)
        self.size = sheet.image.size
        picture = self._on_paper(sheet)
        turned = picture.rotate(-look.skew, Image.Resampling.BICUBIC, fillcolor=look.paper)
        self.image = self._finish(turned)

    def _on_paper(self, sheet: Sheet) -> Image.Image:
        look = self.look
        ink = 1 - np.asarray(sheet.image, dtype=np.float32) / 255
        ink *= (1 - look.fade - look.unevenly * self._clouds(7))[..., None]
        paper = np.array(look.paper, dtype=np.float32) / 255
        ground = paper * (1 - look.mottle * self._clouds(40))[..., None]
        ground *= self._stained()
        if look.fold:
            middle = self.size[1] // 2
            ground[middle - 2:middle + 1] *= 0.93
            ground[middle + 1:middle + 3] *= 1.02
        page = np.clip(ground * (1 - ink), 0, 1) * 255
        return Image.fromarray(page.astype("uint8")).filter(ImageFilter.GaussianBlur(look.blur))

    def _clouds(self, cells: int) -> np.ndarray:
        """Soft random patches from 0 to 1 over the page."""
        grain = (self.rng.random((cells, cells)) * 255).astype("uint8")
        grown = Image.fromarray(grain).resize(self.size, Image.Resampling.BICUBIC)
        return np.asarray(grown, dtype=np.float32) / 255

    def _stained(self) -> np.ndarray:
        """Brown blots of damp, as factors a colour."""
        wide, high = self.size
        down, across = np.mgrid[0:high:4, 0:wide:4].astype(np.float32)
        shade = np.zeros_like(down)
        for _ in range(self.look.stains):
            x, y = self.rng.uniform(0, wide), self.rng.uniform(0, high)
            reach = self.rng.uniform(0.05, 0.12) * high
            far = np.hypot(across - x, down - y) / reach
            shade += 0.10 / (1 + np.exp(np.minimum((far - 1) * 9, 60))) + 0.06 * np.exp(-(((far - 1) * 10) ** 2))
        shade = np.asarray(Image.fromarray(shade).resize(self.size, Image.Resampling.BILINEAR))
        return 1 - shade[..., None] * np.array([0.5, 0.8, 1.3], dtype=np.float32)

    def _finish(self, picture: Image.Image) -> Image.Image:
        look = self.look
        page = np.asarray(picture, dtype=np.float32)
        page = page + self.rng.normal(0, look.noise, page.shape[:2]).astype(np.float32)[..., None]
        image = Image.fromarray(np.clip(page, 0, 255).astype("uint8"))
        if look.rotation:
            image = image.rotate(-look.rotation, expand=True)
        if look.mode == "1":
            return image.convert("L").point(lambda value: 255 if value > 150 else 0).convert("1")
        return image.convert(look.mode)

    def place(self, box) -> list[int]:
        """The box `[x0, y0, x1, y1]` in pixels of the stored picture around a box of the flat sheet."""
        wide, high = self.size
        angle = math.radians(self.look.skew)
        corners = []
        for x in (box[0], box[2]):
            for y in (box[1], box[3]):
                dx, dy = x - wide / 2, y - high / 2
                across = wide / 2 + dx * math.cos(angle) - dy * math.sin(angle)
                down = high / 2 + dx * math.sin(angle) + dy * math.cos(angle)
                corners.append(self._quarter(across, down))
        xs, ys = [c[0] for c in corners], [c[1] for c in corners]
        return [round(min(xs)), round(min(ys)), round(max(xs)), round(max(ys))]

    def _quarter(self, x, y):
        wide, high = self.size
        return {0: (x, y), 90: (high - y, x), 180: (wide - x, high - y), 270: (y, wide - x)}[self.look.rotation]
