"""How offices keep scans: JPEG, PDF, TIFF, PNG."""

import time
from pathlib import Path
from random import Random

from PIL import Image


def form(rng: Random, colour: str, level: str, pages: int) -> str:
    """The file's ending."""
    if pages > 1:
        return "tif" if colour == "bw" and rng.random() < 0.5 else "pdf"
    if colour == "bw":
        return rng.choice(("tif", "tif", "png", "pdf"))
    small = colour == "gray" and level == "clean"
    return rng.choices(("jpg", "pdf", "png", "tif"), (70, 20, 3 if small else 0, 4 if small else 0))[0]


def turned(image: Image.Image, degrees: int) -> Image.Image:
    """Turned clockwise."""
    turns = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
    return image.transpose(turns[degrees]) if degrees else image


def save(images: list[Image.Image], path: Path, colour: str, dpi: int, quality: int) -> None:
    """Writes a file of one or more pages."""
    if colour == "bw":
        images = [image.convert("1") for image in images]
    first, rest = images[0], images[1:]
    match path.suffix:
        case ".jpg":
            first.save(path, quality=quality, dpi=(dpi, dpi))
        case ".png":
            first.save(path, dpi=(dpi, dpi), compress_level=5)
        case ".tif":
            packing = "group4" if colour == "bw" else "tiff_lzw"
            first.save(path, compression=packing, dpi=(dpi, dpi), save_all=True, append_images=rest)
        case ".pdf":
            settings = {} if colour == "bw" else {"quality": quality}
            first.save(
                path,
                resolution=dpi,
                save_all=True,
                append_images=rest,
                creationDate=time.gmtime(0),
                modDate=time.gmtime(0),
                **settings,
            )
