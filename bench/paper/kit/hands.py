"""Ways of writing: laser and press, typewriter, needle printer, pen. Sizes are in points, places in millimetres."""

import math
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from kit import faces
from kit.sheet import BLACK, BLUE, NAVY, SOFT, VIOLET

# Hands of hair strokes, and those whose capitals nobody writes in a row.
HAIRLINE = {"Birthstone", "Ephesis", "Italianno", "MySoul", "PinyonScript", "Whisper", "Charmonman", "PlaywriteVN"}
SCRIPT = HAIRLINE | {"Charm", "DancingScript", "Hurricane"}
_GRAIN: dict[int, Image.Image] = {}


def grain(strength: int) -> Image.Image:
    """A field of uneven ink, 512 by 512; `strength` 0 to 100 is how uneven."""
    if strength not in _GRAIN:
        rng = Random(strength)
        small = Image.frombytes(
            "L", (128, 128), bytes(max(0, 255 - int(abs(rng.gauss(0, strength)))) for _ in range(128 * 128))
        )
        _GRAIN[strength] = small.resize((512, 512), Image.Resampling.BICUBIC)
    return _GRAIN[strength]


class Print:
    """Set type: laser print, or a press whose ink spread a little."""

    role, scales, kind, capitals = "print", True, "laser", True

    def __init__(self, rng: Random, role="serif", family=None, colour=BLACK, condensed=1.0) -> None:
        self.family = family or rng.choice(faces.ROLES[role])
        self.colour, self.condensed, self.kind = colour, condensed, "laser" if role in ("serif", "sans") else "press"

    def line(self, size):
        """Millimetres from line to line within a cell."""
        return size * 0.4

    def height(self, sheet, size):
        """Millimetres that letters take from the top of a capital to the foot of a `g`."""
        return size * 0.36

    def font(self, sheet, size, bold, italic):
        return faces.face(self.family.style(bold, italic), max(6, round(size * sheet.dpi / 72)))

    def measure(self, sheet, text, size, bold=False, italic=False, spaced=0.0):
        return sheet.mm(self.font(sheet, size, bold, italic).getlength(text)) + spaced * max(0, len(text) - 1)

    def put(self, sheet, x, y, text, size, bold, italic, spaced, squeeze, colour):
        font, fill = self.font(sheet, size, bold, italic), sheet.ink(colour or self.colour)
        left, base, drawn = sheet.px(x), sheet.px(y), []
        gap = sheet.px(spaced) * squeeze
        if not gap:
            sheet.draw.text((left, base), text, font=font, fill=fill, anchor="ls")
        at = 0
        for word in text.split(" "):
            if word:
                start = left + font.getlength(text[:at]) + gap * at
                x0, y0, x1, y1 = font.getbbox(word, anchor="ls")
                if gap:
                    for place, letter in enumerate(word):
                        spot = left + font.getlength(text[: at + place]) + gap * (at + place)
                        sheet.draw.text((spot, base), letter, font=font, fill=fill, anchor="ls")
                drawn.append((word, (start + x0, base + y0, start + x1 + gap * (len(word) - 1), base + y1)))
            at += len(word) + 1
        return drawn


class _Struck:
    """Machines that strike letter by letter at one pitch."""

    scales, kind, capitals = False, "machine", True

    def line(self, size):
        return 4.2 if self.pitch <= 12 else 3.4

    def height(self, sheet, size):
        return 3.6

    def measure(self, sheet, text, size=0, bold=False, italic=False, spaced=0.0):
        return len(text) * 25.4 / self.pitch + (len(text) - 1) * spaced

    def put(self, sheet, x, y, text, size, bold, italic, spaced, squeeze, colour):
        step = (sheet.dpi / self.pitch + sheet.px(spaced)) * squeeze
        left, base, drawn, at = sheet.px(x), sheet.px(y), [], 0
        fill = sheet.ink(colour or self.colour)
        for word in text.split(" "):
            boxes = []
            for place, letter in enumerate(word):
                glyph, (dx, dy) = self.glyph(sheet, letter, bold)
                if glyph is None:
                    continue
                jx, jy = self.wander(sheet, letter)
                spot = round(left + (at + place) * step + dx + jx), round(base + dy + jy)
                sheet.image.paste(fill, spot, glyph)
                boxes.append((*spot, spot[0] + glyph.width, spot[1] + glyph.height))
            if boxes:
                drawn.append((word, (boxes[0][0], min(b[1] for b in boxes), boxes[-1][2], max(b[3] for b in boxes))))
            at += len(word) + 1
        return drawn


class Typed(_Struck):
    """A typewriter: letters off their line, strokes strong and weak, a ribbon more or less worn, types more or less clogged."""

    role = "typed"

    def __init__(self, rng: Random, pitch=None) -> None:
        self.rng, self.pitch = rng, pitch or rng.choice((10, 10, 11, 12, 12))
        self.family = rng.choice(faces.ROLES["typed"])
        self.colour = rng.choice((BLACK, BLACK, (44, 44, 50), (52, 44, 96), (60, 40, 60)))
        self.worn, self.clogged = rng.choice((0, 8, 16, 30)), rng.choice((0, 0, 0.25, 0.5))
        self.thin = int(self.family.name in ("XanhMono", "lmmono", "fmono"))
        self.loose, self.off, self.cache = rng.uniform(0.02, 0.10), {}, {}

    def wander(self, sheet, letter):
        if letter not in self.off:
            self.off[letter] = self.rng.gauss(0, self.loose), self.rng.gauss(0, self.loose)
        sx, sy = self.off[letter]
        return sheet.px(sx + self.rng.gauss(0, 0.03)), sheet.px(sy + self.rng.gauss(0, 0.035))

    def glyph(self, sheet, letter, bold):
        key = (letter, bold, self.rng.randrange(4), sheet.dpi)
        if key not in self.cache:
            size = 200
            advance = faces.face(self.family.regular, size).getlength("0") / size
            font = faces.face(self.family.regular, round(sheet.dpi / self.pitch / advance))
            x0, y0, x1, y1 = font.getbbox(letter, anchor="ls")
            if x1 <= x0:
                return None, (0, 0)
            mask = Image.new("L", (x1 - x0 + 4, y1 - y0 + 4), 0)
            draw = ImageDraw.Draw(mask)
            for shift in (0, max(1, round(sheet.dpi / 160))) if bold else (0,):
                draw.text((2 - x0 + shift, 2 - y0), letter, font=font, fill=255, anchor="ls", stroke_width=self.thin)
            if self.clogged and self.rng.random() < self.clogged:
                mask = mask.filter(ImageFilter.GaussianBlur(sheet.dpi / 300)).point(lambda v: min(255, v * 2))
            if self.worn:
                u, v = self.rng.randrange(512 - mask.width), self.rng.randrange(512 - mask.height)
                mask = ImageChops.multiply(mask, grain(self.worn * 2).crop((u, v, u + mask.width, v + mask.height)))
            level = self.rng.uniform(0.74, 1.0) - self.worn / 300
            self.cache[key] = mask.point(lambda v: int(v * level)), (x0 - 2, y0 - 2)
        return self.cache[key]


class Needles(_Struck):
    """A dot matrix printer: letters of dots, the ribbon grey toward its end."""

    role = "print"

    def __init__(self, rng: Random, pitch=None) -> None:
        self.rng, self.pitch = rng, pitch or rng.choice((10, 12, 12, 15))
        self.family = rng.choice(faces.ROLES["needles"])
        self.rows = rng.choice((15, 18, 24)) if self.family.name != "VT323" else 16
        self.ribbon, self.cache = rng.uniform(0.55, 1.0), {}
        self.colour = rng.choice((BLACK, SOFT, SOFT, (60, 60, 90)))

    def wander(self, sheet, letter):
        return 0, 0

    def glyph(self, sheet, letter, bold):
        key = (letter, bold, sheet.dpi)
        if key not in self.cache:
            advance = faces.face(self.family.regular, 200).getlength("0") / 200
            size = sheet.dpi / self.pitch / advance
            font = faces.face(self.family.style(bold, False), self.rows)
            x0, y0, x1, y1 = font.getbbox(letter, anchor="ls")
            if x1 <= x0:
                return None, (0, 0)
            raster = Image.new("L", (x1 - x0, y1 - y0), 0)
            ImageDraw.Draw(raster).text((-x0, -y0), letter, font=font, fill=255, anchor="ls")
            step = size / self.rows
            mask = Image.new("L", (math.ceil((x1 - x0 + 2) * step), math.ceil((y1 - y0 + 2) * step)), 0)
            draw, radius = ImageDraw.Draw(mask), max(0.6, step * 0.62)
            level = int(255 * self.ribbon)
            for place, value in enumerate(raster.tobytes()):
                if value > 105:
                    cx, cy = (place % raster.width + 1) * step, (place // raster.width + 1) * step
                    for shift in (0, step * 0.5) if bold else (0,):
                        draw.ellipse((cx + shift - radius, cy - radius, cx + shift + radius, cy + radius), fill=level)
            self.cache[key] = mask, (round((x0 - 1) * step), round((y0 - 1) * step))
        return self.cache[key]


class Pen:
    """A person's hand: words wander about the line, strokes bend, ink comes and goes."""

    role, scales, kind = "hand", True, "pen"

    def __init__(self, rng: Random, family=None, colour=None, size=1.0) -> None:
        self.rng, self.family = rng, family or rng.choice(faces.ROLES["pen"])
        self.colour = colour or rng.choice((BLUE, BLUE, NAVY, BLACK, VIOLET, (50, 44, 60)))
        self.size, self.slant = size * rng.uniform(0.98, 1.32), rng.gauss(0.05, 0.13)
        self.bend, self.rise, self.uneven = rng.uniform(0.015, 0.06), rng.gauss(0, 0.006), rng.choice((15, 30, 50))
        self.wide = rng.choice((0, 0, 1)) if self.family.name not in HAIRLINE else rng.choice((0, 1, 1, 1))
        self.capitals = self.family.name not in SCRIPT

    def line(self, size):
        return size * 0.42

    def height(self, sheet, size):
        _, top, _, low = self.font(sheet, size).getbbox("Bhg", anchor="ls")
        return sheet.mm(low - top)

    def font(self, sheet, size):
        path = self.family.regular
        return faces.face(path, max(8, round(size * self.size * sheet.dpi / 72 * 0.43 / faces.x_height(path))))

    def measure(self, sheet, text, size, bold=False, italic=False, spaced=0.0):
        return (
            sheet.mm(
                self.font(sheet, size).getlength(text) + 0.3 * text.count(" ") * self.font(sheet, size).getlength(" ")
            )
            * 1.01
            + 0.3
        )

    def put(self, sheet, x, y, text, size, bold, italic, spaced, squeeze, colour):
        rng, font, fill = self.rng, self.font(sheet, size), sheet.ink(colour or self.colour)
        at, base, drawn = sheet.px(x), sheet.px(y + rng.gauss(0, 0.25)), []
        space = font.getlength(" ")
        for word in text.split(" "):
            if not word:
                at += space
                continue
            mask, (dx, dy) = self.word(sheet, word, font)
            ink = mask.getbbox()
            base += sheet.px(rng.gauss(0, 0.12)) - font.getlength(word) * self.rise
            if ink:
                spot = round(at + dx), round(base + dy)
                sheet.image.paste(fill, spot, mask)
                drawn.append((word, (spot[0] + ink[0], spot[1] + ink[1], spot[0] + ink[2], spot[1] + ink[3])))
            at += font.getlength(word) + space * rng.uniform(0.95, 1.5)
        return drawn

    def word(self, sheet, word, font):
        """Ink of one word, and where it stands from the pen's place on the line."""
        rng = self.rng
        x0, y0, x1, y1 = font.getbbox(word, anchor="ls")
        wide, high = x1 - x0, y1 - y0
        side, over = round(high * 0.35) + 4, 6
        flat = Image.new("L", (wide + 2 * side, high + 2 * over), 0)
        stroke = self.wide if sheet.dpi >= 250 else self.wide // 2
        ImageDraw.Draw(flat).text((side - x0, over - y0), word, 255, font, anchor="ls", stroke_width=stroke)
        base, sway = over - y0, self.bend * high
        strips = max(2, round(wide / (high * 0.7)))
        edges = [round(flat.width * n / strips) for n in range(strips + 1)]
        bends = [(rng.gauss(0, sway), rng.gauss(0, sway), rng.gauss(0, sway)) for _ in edges]
        mesh = []
        for n in range(strips):
            quad = []
            for edge, y in ((n, 0), (n, flat.height), (n + 1, flat.height), (n + 1, 0)):
                top, low, lift = bends[edge]
                lean = self.slant * (y - base) + (top if y == 0 else low)
                quad += [edges[edge] + lean, y + lift]
            mesh.append(((edges[n], 0, edges[n + 1], flat.height), quad))
        mask = flat.transform(flat.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
        if mask.width < 512 and mask.height < 512:
            u, v = rng.randrange(512 - mask.width), rng.randrange(512 - mask.height)
            mask = ImageChops.multiply(mask, grain(self.uneven).crop((u, v, u + mask.width, v + mask.height)))
        return mask, (x0 - side, y0 - over)
