"""What is put on a sheet besides text: round seals, signatures, portraits, ornamental borders."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from kit.faces import face
from kit.sheet import PEN, RED, Sheet


def stamp(sheet: Sheet, x, y, around: str, centre: list[str], across=36.0) -> None:
    """A round red seal centred on a point, unevenly inked, over whatever stands there."""
    size = sheet.px(across)
    ink = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(ink)
    edge = max(2, size // 70)
    draw.ellipse((1, 1, size - 2, size - 2), outline=255, width=edge)
    draw.ellipse((edge * 3, edge * 3, size - edge * 3, size - edge * 3), outline=255, width=max(1, edge // 2))
    inner = size * 0.27
    draw.ellipse((inner, inner, size - inner, size - inner), outline=255, width=max(1, edge // 2))
    _arc_text(ink, around, size)
    font = face("sans-bold", max(8, size // 16))
    for row, words in enumerate(centre):
        high = size / 2 + (row - (len(centre) - 1) / 2) * size / 13
        draw.text((size / 2, high), words, font=font, fill=255, anchor="mm")
    _star(draw, size / 2, size * 0.865, size * 0.045)
    ink = ink.rotate(sheet.rng.uniform(-14, 14), Image.Resampling.BICUBIC)
    worn = _patches(sheet, size, low=0.45, high=0.85)
    mask = Image.fromarray((np.asarray(ink) * worn).astype("uint8"))
    at = (sheet.px(x) - size // 2, sheet.px(y) - size // 2)
    sheet.image.paste(Image.new("RGB", (size, size), RED), at, mask)


def _arc_text(ink: Image.Image, text: str, size: int) -> None:
    """Writes a text along the upper part of a seal's ring."""
    font = face("sans-bold", max(9, size // 11))
    middle, radius = size / 2, size * 0.355
    # A long text fills 224 degrees; a short one keeps its letters together.
    step = min(math.radians(224) / sum(font.getlength(letter) for letter in text), 1.25 / radius)
    turn = -step * sum(font.getlength(letter) for letter in text) / 2
    for letter in text:
        wide = font.getlength(letter)
        angle = turn + step * wide / 2
        tile = Image.new("L", (size // 6, size // 6), 0)
        ImageDraw.Draw(tile).text((size / 12, size / 12), letter, font=font, fill=255, anchor="mm")
        tile = tile.rotate(-math.degrees(angle), Image.Resampling.BICUBIC)
        spot = (middle + radius * math.sin(angle) - size / 12, middle - radius * math.cos(angle) - size / 12)
        ink.paste(255, (round(spot[0]), round(spot[1])), tile)
        turn += step * wide


def _star(draw: ImageDraw.ImageDraw, x, y, radius) -> None:
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.4
        angle = math.pi * corner / 5
        points.append((x + reach * math.sin(angle), y - reach * math.cos(angle)))
    draw.polygon(points, fill=255)


def _patches(sheet: Sheet, size: int, low: float, high: float) -> np.ndarray:
    """Soft random patches between two strengths: where a seal or a pen inked well or badly."""
    grain = np.random.default_rng(sheet.rng.randrange(2**32)).random((9, 9))
    grown = Image.fromarray((grain * 255).astype("uint8")).resize((size, size), Image.Resampling.BICUBIC)
    return low + np.asarray(grown) / 255 * (high - low)


def signature(sheet: Sheet, x, y, wide=34.0, high=12.0, colour=PEN, thick=0.55) -> None:
    """A flourish in pen around a point."""
    rng = sheet.rng
    knots = [(x - wide / 2, y + rng.uniform(-2, 2))]
    loops = rng.randint(2, 6)
    for place in range(loops):
        across = x - wide / 2 + wide * 0.62 * (place + 0.6) / loops
        tall = rng.choice((0.15, 0.3, 0.7))
        knots.append((across + rng.uniform(0, wide / 7), y - high * tall * rng.uniform(0.7, 1.1)))
        knots.append((across - rng.uniform(0, wide / 8), y + high * rng.uniform(0.0, 0.4)))
    knots += [(x + wide * 0.3, y + high * rng.uniform(-0.4, 0.2)), (x + wide / 2, y + high * rng.uniform(-0.5, 0.3))]
    if rng.random() < 0.4:
        knots += [(x - wide * 0.2, y + high * 0.35), (x + wide * 0.35, y + high * 0.3)]
    ends = [knots[0], *knots, knots[-1]]
    trail = []
    for place in range(len(knots) - 1):
        trail += [_spline(ends[place:place + 4], step / 14) for step in range(14)]
    dots = [(sheet.px(a), sheet.px(b)) for a, b in trail]
    sheet.draw.line(dots, fill=colour, width=max(2, sheet.px(thick)), joint="curve")


def _spline(four, t):
    """A point of the Catmull-Rom curve through the middle two of four knots."""
    def blend(a, b, c, d):
        return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)
    return tuple(blend(*(knot[axis] for knot in four)) for axis in (0, 1))


def portrait(sheet: Sheet, x, y, wide=30.0, high=40.0) -> None:
    """A 3 × 4 photograph of nobody: a soft grey head and shoulders."""
    size = (sheet.px(wide), sheet.px(high))
    photo = Image.new("L", size, 178)
    draw = ImageDraw.Draw(photo)
    w, h = size
    draw.ellipse((w * 0.08, h * 0.66, w * 0.92, h * 1.35), fill=92)
    draw.rectangle((w * 0.42, h * 0.52, w * 0.58, h * 0.72), fill=150)
    draw.ellipse((w * 0.27, h * 0.14, w * 0.73, h * 0.62), fill=48)
    draw.ellipse((w * 0.31, h * 0.22, w * 0.69, h * 0.62), fill=168)
    for eye in (0.42, 0.58):
        draw.ellipse((w * eye - w * 0.03, h * 0.385, w * eye + w * 0.03, h * 0.41), fill=70)
    draw.ellipse((w * 0.44, h * 0.525, w * 0.56, h * 0.54), fill=110)
    photo = photo.filter(ImageFilter.GaussianBlur(w / 45))
    sheet.image.paste(photo.convert("RGB"), (sheet.px(x), sheet.px(y)))
    sheet.frame(x, y, x + wide, y + high, 0.15, (90, 90, 90))


def border(sheet: Sheet, margin=9.0, colour=(176, 70, 66)) -> None:
    """The printed ornamental border of a diploma blank."""
    w, h = sheet.width, sheet.height
    sheet.frame(margin, margin, w - margin, h - margin, 0.9, colour)
    sheet.frame(margin + 8, margin + 8, w - margin - 8, h - margin - 8, 0.35, colour)
    for start, long, across in ((margin, w - 2 * margin, True), (margin, h - 2 * margin, False)):
        for far in (margin + 4, (h if across else w) - margin - 4):
            _braid(sheet, start + 2, long - 4, far, across, colour)


def _braid(sheet: Sheet, start, long, middle, across, colour) -> None:
    """Two waves that cross, along one side."""
    steps, waves = int(long * 4), max(1, round(long / 9))
    for phase in (0, math.pi):
        dots = []
        for step in range(steps + 1):
            along = start + long * step / steps
            off = middle + 2.4 * math.sin(2 * math.pi * waves * step / steps + phase)
            dots.append((sheet.px(along), sheet.px(off)) if across else (sheet.px(off), sheet.px(along)))
        sheet.draw.line(dots, fill=colour, width=max(1, sheet.px(0.3)))


def guilloche(sheet: Sheet, colour=(246, 226, 214)) -> None:
    """The pale wavy ground of a security blank."""
    for row in range(int(sheet.height / 7)):
        base, phase = 18 + row * 7.0, row * 0.9
        if base > sheet.height - 18:
            break
        dots = []
        for step in range(int(sheet.width) - 36):
            x = 18 + step
            dots.append((sheet.px(x), sheet.px(base + 5 * math.sin(x / 17 + phase) * math.sin(x / 41))))
        sheet.draw.line(dots, fill=colour, width=max(1, sheet.px(0.2)))
