"""The typefaces of the samples, all from Debian packages and all but one with Vietnamese glyphs."""

from functools import cache
from pathlib import Path

from PIL import ImageFont

FACES = {
    "serif": "liberation2/LiberationSerif-Regular.ttf",
    "serif-bold": "liberation2/LiberationSerif-Bold.ttf",
    "serif-italic": "liberation2/LiberationSerif-Italic.ttf",
    "sans-bold": "liberation2/LiberationSans-Bold.ttf",
    "typewriter": "freefont/FreeMonoBold.ttf",
    "typewriter-light": "freefont/FreeMono.ttf",
    # Klee has no Vietnamese glyphs: it writes numbers only, as a clerk enters them by hand.
    "hand": "klee/KleeOne-SemiBold.ttf",
}
PACKAGES = "fonts-liberation2 fonts-freefont-ttf fonts-klee"
FOLDER = Path("/usr/share/fonts/truetype")


def path(face: str) -> Path:
    """Where the face's file is."""
    return FOLDER / FACES[face]


@cache
def face(name: str, pixels: int) -> ImageFont.FreeTypeFont:
    """The face at a height in pixels, laid out without help from the system's shaping library."""
    return ImageFont.truetype(path(name), pixels, layout_engine=ImageFont.Layout.BASIC)


def require() -> None:
    """Ends the program with the line to type when a face is missing."""
    missing = [name for name in FACES if not path(name).exists()]
    if missing:
        raise SystemExit(f"typefaces missing: {', '.join(missing)}; apt-get install {PACKAGES}")
