"""Draws lines of figures - dates, numbers, years - as machines write them, to train the model of figures on.

python3 figure_lines.py FILE.npz LINES SEED [unseen] FONTS...   (folders searched for fonts; those named in UNSEEN are left out,
with `unseen` no others are used: to judge by)

Writes `pictures` (bytes, HEIGHT pixels high, one after another), `widths` (pixels of each) and `texts`. No word is of any corpus.
Needs Pillow, numpy and fontTools.
"""

import random
import sys
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

HEIGHT, WIDEST = 32, 288
# Typefaces that the generators of test pages type and print with: what is measured on them was not learnt from them.
UNSEEN = ("cousine", "liberationmono", "robotomono", "spacemono", "lmmono", "vt323", "xanhmono", "handjet", "freemono", "texgyrecursor")
LETTERS = "ABCDĐGHKLMNPQSTVX"


def text_of(chance):
    """A date, a number, a year as registers and diplomas bear them."""
    c = chance
    day, month, year = c.randint(1, 31), c.randint(1, 12), c.randint(1940, 2026)
    parting = c.choice("////---..")
    kind = c.random()
    if kind < 0.42:
        pad = c.random() < 0.6
        parts = [f"{day:02}" if pad else str(day), f"{month:02}" if pad else str(month)]
        text = parting.join([*parts, str(year % 100) if c.random() < 0.15 else str(year)])
        return text.replace(parting, f" {parting} ") if c.random() < 0.04 else text
    if kind < 0.50:
        return str(year) if c.random() < 0.7 else f"{year}{c.choice('-/')}{year + 1}"
    if kind < 0.60:
        return str(c.randint(0, 9999)) if c.random() < 0.5 else f"{c.randint(0, 99):02}"
    if kind < 0.74:
        number = c.randint(0, 10 ** c.randint(1, 5) - 1)
        width = c.choice([0, 0, 3, 4, 5])
        return f"{number:0{width}}{c.choice('/./-')}{c.choice([str(year), f'{year % 100:02}', f'{c.randint(0, 99):02}'])}"
    if kind < 0.90:
        letters = "".join(c.choices(LETTERS, k=c.randint(1, 3)))
        digits = str(c.randint(0, 10 ** c.randint(4, 8) - 1)).zfill(c.randint(5, 7))
        form = c.random()
        if form < 0.4:
            return letters + c.choice(["", " ", ".", "-"]) + digits
        if form < 0.6:
            return digits + c.choice(["/", "-"]) + letters
        return digits
    if kind < 0.95:
        return f"{c.randint(0, 10)}{c.choice(',.')}{c.randint(0, 99):0{c.randint(1, 2)}}"
    return "".join(c.choices("0123456789", k=c.randint(3, 10)))


def fonts_of(folders, judging):
    """Files of fonts with all figures: those of one width, and the others."""
    fixed, free = [], []
    for file in sorted(p for folder in folders for p in Path(folder).rglob("*") if p.suffix in (".ttf", ".otf")):
        name = "".join(letter for letter in file.stem.lower() if letter.isalnum())
        if any(unseen in name for unseen in UNSEEN) != judging:
            continue
        try:
            font = TTFont(file, lazy=True)
            known = font.getBestCmap()
            if any(ord(sign) not in known for sign in "0123456789/-.ĐA"):
                continue
            ImageFont.truetype(str(file), 40).getlength("0123456789")
        except Exception:  # a font that cannot be opened draws nothing
            continue
        widths = {font["hmtx"][known[ord(letter)]][0] for letter in "iMl0W"}
        (fixed if len(widths) == 1 else free).append(str(file))
    return fixed, free


def struck(text, file, size, chance):
    """Ink 0..255, each letter struck alone: off the line, harder or softer, wider apart or closer."""
    font = ImageFont.truetype(file, size)
    jitter, spread = size * chance.uniform(0, 0.022), chance.uniform(0.96, 1.12)
    soft = chance.uniform(0.45, 1)
    sheet = Image.new("L", (int(font.getlength(text) * spread) + size * 2, size * 2), 0)
    x = float(size)
    for letter in text:
        one = Image.new("L", sheet.size, 0)
        place = (x + chance.gauss(0, jitter), size * 1.4 + chance.gauss(0, jitter))
        ImageDraw.Draw(one).text(place, letter, int(255 * chance.uniform(soft, 1)), font, anchor="ls")
        sheet = ImageChops.lighter(sheet, one)
        x += font.getlength(letter) * spread
    return sheet


def printed(text, file, size, chance):
    font = ImageFont.truetype(file, size)
    sheet = Image.new("L", (int(font.getlength(text)) + size * 2, size * 2), 0)
    ImageDraw.Draw(sheet).text((size, size * 1.4), text, 255, font, anchor="ls")
    return sheet


def dotted(text, file, chance):
    """Needles: the letter drawn coarsely, each dot a disc; some needles strike weakly or not at all."""
    font = ImageFont.truetype(file, chance.randint(9, 18))
    size = font.size
    rough = Image.new("L", (int(font.getlength(text)) + size, size * 2), 0)
    ImageDraw.Draw(rough).text((size // 2, int(size * 1.4)), text, 255, font, anchor="ls")
    dots = np.asarray(rough) > chance.randint(70, 130)
    lost = chance.uniform(0, 0.05)
    step = 4
    sheet = Image.new("L", (dots.shape[1] * step, dots.shape[0] * step), 0)
    draw, radius, lean = ImageDraw.Draw(sheet), step * chance.uniform(0.4, 0.75), chance.uniform(-0.6, 0.6)
    weak = {row: chance.uniform(0.2, 0.8) for row in range(dots.shape[0]) if chance.random() < 0.06}
    for row, column in zip(*np.nonzero(dots)):
        if chance.random() < lost:
            continue
        x, y = column * step + step / 2 + (lean if row % 2 else 0), row * step + step / 2
        fill = int(chance.randint(150, 255) * weak.get(row, 1))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)
    return sheet


def scanned(sheet, chance):
    """The line as paper and scanner leave it, HEIGHT pixels high; `None` where no ink is left or it is too wide."""
    box = sheet.point(lambda v: 255 if v > 60 else 0).getbbox()
    if box is None:
        return None
    sheet = sheet.crop(box)
    ink = chance.randint(13, 46)  # pixels a figure is high on the scan
    scale = ink / sheet.height
    width = max(3, int(sheet.width * scale * chance.uniform(0.86, 1.16)))
    sheet = sheet.resize((width, ink), Image.BILINEAR if scale < 1 else Image.BICUBIC)
    above, below = (int(ink * chance.uniform(0.0, 0.3)) for _ in range(2))
    before, after = (int(ink * chance.uniform(0.0, 0.45)) for _ in range(2))
    page = Image.new("L", (width + before + after, ink + above + below), 0)
    page.paste(sheet, (before, above))
    if chance.random() < 0.5:
        shear = chance.gauss(0, 0.05)
        page = page.transform(page.size, Image.AFFINE, (1, shear, -shear * page.height / 2, chance.gauss(0, 0.008), 1, 0), Image.BILINEAR)
    press = chance.random()
    if press < 0.16 and ink > 20:  # a clogged type, too much ink
        page = page.filter(ImageFilter.MaxFilter(3))
    elif press < 0.26 and ink > 26:  # a worn ribbon, a broken letter
        page = page.filter(ImageFilter.MinFilter(3))
    page = page.filter(ImageFilter.GaussianBlur(ink / 30 * abs(chance.gauss(0, 1.1))))
    ink_of = np.asarray(page, dtype=np.float32) / 255
    if chance.random() < 0.35:  # uneven strength along and across
        ink_of = ink_of * np.interp(np.arange(page.width), np.linspace(0, page.width, 5), [chance.uniform(0.45, 1) for _ in range(5)])
    paper = chance.uniform(170, 252)
    ground = paper + np.random.normal(0, chance.choice([1, 3, 7, 14]), ink_of.shape)
    grey = ground * (1 - ink_of * chance.uniform(0.4, 0.95))
    if chance.random() < 0.15:  # a rule of the table beside or under the figures, leader dots
        at, thick = chance.random(), chance.randint(1, 3)
        if at < 0.4:
            grey[-thick:] *= chance.uniform(0.3, 0.8)
        elif at < 0.6:
            grey[-thick:, :: chance.randint(3, 7)] *= 0.4
        elif at < 0.8:
            grey[:, :thick] *= 0.4
        else:
            grey[:, -thick:] *= 0.4
    if chance.random() < 0.15:  # black and white
        grey = np.where(grey > paper * chance.uniform(0.62, 0.85), 255, 0)
    line = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
    wide = max(4, round(line.width * HEIGHT / line.height))
    return line.resize((wide, HEIGHT), Image.BILINEAR) if wide <= WIDEST else None


def main():
    file, lines, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    np.random.seed(seed)
    judging = sys.argv[4] == "unseen"
    fixed, free = fonts_of(sys.argv[5 if judging else 4 :], judging)
    print(len(fixed), "of one width,", len(free), "others", flush=True)
    pictures, texts = [], []
    while len(texts) < lines:
        text, way = text_of(chance), chance.random()
        if way < 0.42:
            sheet = struck(text, chance.choice(fixed), chance.randint(30, 56), chance)
        elif way < 0.60:
            sheet = dotted(text, chance.choice(fixed), chance)
        else:
            sheet = printed(text, chance.choice(free or fixed), chance.randint(30, 56), chance)
        line = scanned(sheet, chance)
        if line is not None:
            pictures.append(np.asarray(line))
            texts.append(text)
    widths = np.array([line.shape[1] for line in pictures])
    np.savez_compressed(file, pictures=np.concatenate([line.ravel() for line in pictures]), widths=widths, texts=np.array(texts))


if __name__ == "__main__":
    main()
