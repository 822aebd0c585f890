"""What is on papers besides writing: stamps, signatures, photographs, ornaments."""

import math

from PIL import Image, ImageDraw, ImageFilter

from kit import faces
from kit.hands import grain
from kit.sheet import BLUE, NAVY, RED, Sheet


def _over(sheet: Sheet, mask: Image.Image, at, colour) -> None:
    """Wet ink on what is there: dark stays dark."""
    paper = "white" if sheet.mode == "RGB" else 255
    patch = Image.new(sheet.mode, mask.size, paper)
    patch.paste(sheet.ink(colour), (0, 0), mask)
    sheet.darken(patch, at)


def seal(sheet: Sheet, x, y, upper: str, lower: str, radius=17.0, colour=RED) -> None:
    """A round seal around `(x, y)` with a star."""
    rng, r = sheet.rng, sheet.px(radius)
    size = math.ceil(2 * r + 8)
    mask = Image.new("L", (size, size), 0)
    draw, c = ImageDraw.Draw(mask), size / 2
    for part, thick in ((1.0, 0.7), (0.94, 0.25), (0.62, 0.25)):
        draw.ellipse(
            (c - r * part, c - r * part, c + r * part, c + r * part), outline=255, width=max(1, round(sheet.px(thick)))
        )
    font = faces.face(faces.ROLES["sans"][0].bold, max(9, round(r * 0.17)))
    _around(mask, font, upper, c, r * 0.78, top=True)
    _around(mask, font, lower, c, r * 0.78, top=False)
    star = [
        (c + r * s * math.sin(k * math.pi / 5), c - r * s * math.cos(k * math.pi / 5))
        for k, s in enumerate([0.22, 0.09] * 5)
    ]
    draw.polygon(star, fill=255)
    mask = mask.rotate(rng.uniform(-25, 25), Image.Resampling.BILINEAR)
    worn = (
        grain(rng.choice((30, 50, 80))).resize((1024, 1024)).crop((9, 9, 9 + size, 9 + size)) if size < 1000 else None
    )
    if worn:
        mask = Image.composite(mask, Image.new("L", mask.size, 0), worn)
    level = rng.uniform(0.45, 0.9)
    mask = mask.point(lambda v: int(v * level))
    at = round(sheet.px(x) - c), round(sheet.px(y) - c)
    _over(sheet, mask, at, colour)
    sheet.stamps.append((f"{upper} {lower}".strip(), (at[0], at[1], at[0] + size, at[1] + size)))


def _around(mask, font, text, c, radius, top) -> None:
    total = sum(font.getlength(letter) for letter in text) + 1
    reach = min(total / radius, math.pi * 1.1)
    at = -reach / 2
    for letter in text:
        step = font.getlength(letter) / total * reach
        angle = at + step / 2
        tile = Image.new("L", (font.size * 2, font.size * 2), 0)
        ImageDraw.Draw(tile).text((font.size, font.size), letter, 255, font, anchor="mm")
        turn = -math.degrees(angle) if top else math.degrees(angle)
        tile = tile.rotate(turn, Image.Resampling.BILINEAR)
        px, py = c + radius * math.sin(angle), c - radius * math.cos(angle) * (1 if top else -1)
        mask.paste(255, (round(px - font.size), round(py - font.size)), tile)
        at += step


def block(sheet: Sheet, x, y, lines: list[str], colour=RED, size=9.0, frame=True, slope=None, family=None) -> None:
    """A rubber stamp or electronic signature of a few lines, its corner at `(x, y)`."""
    family = family or faces.ROLES["sans"][0]
    font = faces.face(family.regular, max(8, round(size * sheet.dpi / 72)))
    step = font.size * 1.25
    wide = math.ceil(max(font.getlength(line) for line in lines) + font.size)
    mask = Image.new("L", (wide, math.ceil(step * len(lines) + font.size * 0.8)), 0)
    draw = ImageDraw.Draw(mask)
    for n, line in enumerate(lines):
        draw.text((font.size * 0.5, font.size * 1.25 + n * step), line, 255, font, anchor="ls")
    if frame:
        draw.rectangle((1, 1, mask.width - 2, mask.height - 2), outline=255, width=max(1, round(sheet.px(0.35))))
    if slope:
        mask = mask.rotate(slope, Image.Resampling.BILINEAR, expand=True)
    at = round(sheet.px(x)), round(sheet.px(y))
    _over(sheet, mask, at, colour)
    sheet.stamps.append((" ".join(lines), (at[0], at[1], at[0] + mask.width, at[1] + mask.height)))


def signature(sheet: Sheet, x, y, width=26.0, colour=None) -> None:
    """A scrawl that starts at `(x, y)`: loops that run out into a long stroke."""
    rng = sheet.rng
    colour = colour or rng.choice((BLUE, NAVY, (30, 30, 36)))
    phase, loops, ratio = rng.uniform(0, 6), rng.uniform(2, 7), rng.choice((0.5, 1.0, 1.1, 1.4, 2.0))
    high, lift, wild = width * rng.uniform(0.1, 0.3), rng.uniform(-0.25, 0.25), rng.uniform(0.2, 1.2)
    swell, points = [rng.uniform(0.3, 1.0) for _ in range(6)], []
    for n in range(110):
        part = n / 110
        place = part * 5
        size = swell[int(place)] + (swell[min(5, int(place) + 1)] - swell[int(place)]) * (place % 1)
        swing = high * size * (1 - part) ** 0.45
        turn = phase + part * loops * 6.3
        points.append(
            (
                sheet.px(x + width * part + swing * wild * math.cos(turn)),
                sheet.px(y - swing * math.sin(turn * ratio) - width * lift * part),
            )
        )
    thick = max(1, round(sheet.px(rng.choice((0.25, 0.35, 0.5)))))
    sheet.draw.line(points, fill=sheet.ink(colour), width=thick, joint="curve")
    if rng.random() < 0.5:
        sheet.rule(
            x + width * 0.1,
            y + rng.uniform(1, 3),
            x + width * rng.uniform(0.8, 1.2),
            y - rng.uniform(0, 3),
            0.3,
            colour,
        )


def photograph(sheet: Sheet, x, y, width=30.0, height=40.0) -> None:
    """A portrait, out of focus, with or without a seal over its corner."""
    rng = sheet.rng
    w, h = round(sheet.px(width)), round(sheet.px(height))
    image = Image.new("L", (w, h), rng.randint(120, 215))
    draw, skin = ImageDraw.Draw(image), rng.randint(130, 190)
    draw.ellipse((w * 0.05, h * 0.68, w * 0.95, h * 1.4), fill=rng.choice((50, 90, 230)))
    draw.ellipse((w * 0.28, h * 0.13, w * 0.72, h * 0.68), fill=40)
    draw.ellipse((w * 0.31, h * 0.24, w * 0.69, h * 0.70), fill=skin)
    image = image.filter(ImageFilter.GaussianBlur(w / 40))
    sheet.image.paste(image.convert(sheet.mode), (round(sheet.px(x)), round(sheet.px(y))))
    sheet.frame(x, y, x + width, y + height, 0.15, (120, 120, 120))


def ornament(sheet: Sheet, inset=8.0, depth=6.0, colour=RED, style=None) -> None:
    """An ornamental frame around the sheet, of one of four patterns."""
    style = style or sheet.rng.choice(("waves", "keys", "lines", "beads"))
    w, h = sheet.width - 2 * inset, sheet.height - 2 * inset
    sheet.frame(inset, inset, inset + w, inset + h, 0.5, colour)
    sheet.frame(inset + depth, inset + depth, inset + w - depth, inset + h - depth, 0.25, colour)
    if style == "lines":
        sheet.frame(inset + 1.5, inset + 1.5, inset + w - 1.5, inset + h - 1.5, 1.2, colour)
        return
    fill, unit = sheet.ink(colour), depth * 0.9
    for horizontal, length in ((True, w), (False, h)):
        count = int(length / unit)
        for side in (0, (h if horizontal else w) - depth):
            for n in range(count):
                along, across = inset + (n + 0.5) * length / count, inset + side + depth / 2
                cx, cy = (along, across) if horizontal else (across, along)
                box = [sheet.px(v) for v in (cx - unit * 0.4, cy - unit * 0.4, cx + unit * 0.4, cy + unit * 0.4)]
                if style == "beads":
                    sheet.draw.ellipse(box, outline=fill, width=2)
                elif style == "waves":
                    sheet.draw.arc(box, 180 * (n % 2), 180 * (n % 2) + 200, fill=fill, width=2)
                else:
                    sheet.draw.rectangle(box, outline=fill, width=2)
                    sheet.draw.line((box[0], box[1], box[2], box[3]), fill=fill)


def background(sheet: Sheet, tint, pattern="rays") -> None:
    """A faint pattern printed under the writing of a blank."""
    fill, cx, cy = sheet.ink(tint), sheet.px(sheet.width / 2), sheet.px(sheet.height / 2)
    reach = sheet.px(min(sheet.width, sheet.height) * 0.36)
    if pattern == "rays":
        for n in range(72):
            a = n * math.pi / 36
            sheet.draw.line(
                (
                    cx + reach * 0.25 * math.cos(a),
                    cy + reach * 0.25 * math.sin(a),
                    cx + reach * math.cos(a),
                    cy + reach * math.sin(a),
                ),
                fill=fill,
            )
    elif pattern == "rings":
        for n in range(14):
            r = reach * (n + 1) / 14
            sheet.draw.ellipse((cx - r, cy - r, cx + r, cy + r), outline=fill)
    else:
        step = round(sheet.px(3))
        for y in range(0, sheet.image.height, step):
            sheet.draw.line((0, y, sheet.image.width, y + step), fill=fill)


def strike(sheet: Sheet, box, colour=RED) -> None:
    """A pen's line through a value, `box` in pixels."""
    x0, y0, x1, y1 = box
    rng, middle = sheet.rng, (y0 + y1) / 2
    for shift in (0, sheet.px(0.9)) if rng.random() < 0.3 else (0,):
        slope = rng.uniform(-0.12, 0.12) * (y1 - y0)
        sheet.draw.line(
            (x0 - 4, middle + slope + shift, x1 + 4, middle - slope + shift),
            fill=sheet.ink(colour),
            width=max(2, round(sheet.px(0.3))),
        )


def ornament_star(sheet: Sheet, x, y, radius, colour) -> None:
    """The star in a wreath that stands for the emblem."""
    cx, cy, r = sheet.px(x), sheet.px(y), sheet.px(radius)
    points = [
        (cx + r * s * math.sin(k * math.pi / 5), cy - r * s * math.cos(k * math.pi / 5))
        for k, s in enumerate([0.55, 0.22] * 5)
    ]
    sheet.draw.polygon(points, fill=sheet.ink((220, 180, 60)), outline=sheet.ink(colour))
    for side in (-1, 1):
        for n in range(9):
            a = math.pi / 2 + side * (0.25 + n * 0.28)
            ex, ey = cx + r * 0.85 * math.cos(a), cy + r * 0.85 * math.sin(a)
            sheet.draw.ellipse(
                (ex - r * 0.13, ey - r * 0.08, ex + r * 0.13, ey + r * 0.08), outline=sheet.ink(colour), width=2
            )
    sheet.draw.ellipse((cx - r, cy - r, cx + r, cy + r), outline=sheet.ink(colour), width=max(2, round(sheet.px(0.5))))
