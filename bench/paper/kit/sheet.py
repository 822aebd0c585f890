"""A flat sheet in millimetres that remembers what was written where."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from unicodedata import normalize

from PIL import Image, ImageChops, ImageDraw

BLACK, SOFT, BLUE, NAVY, VIOLET, RED = (
    (26, 26, 30),
    (70, 70, 74),
    (42, 60, 150),
    (30, 38, 92),
    (84, 56, 134),
    (196, 30, 42),
)
Box = tuple[float, float, float, float]


@dataclass
class Word:
    """One word: its ink in pixels of the flat sheet, how it was written, and the run of text it stands in."""

    text: str
    box: Box
    role: str
    run: int
    baseline: float
    up: bool = False
    struck: bool = False


@dataclass
class Table:
    """Body of a table in pixels: borders of its columns and rows."""

    columns: list[str]
    xs: list[float]
    ys: list[float]


@dataclass
class Sheet:
    """Ink on white, `width` by `height` millimetres at `dpi`; `mode` is `RGB` or `L`."""

    width: float
    height: float
    dpi: int
    rng: Random
    mode: str
    words: list[Word] = field(default_factory=list)
    fields: dict = field(default_factory=dict)
    boxes: dict[str, Box] = field(default_factory=dict)
    records: list[dict] = field(default_factory=list)
    record_boxes: list[dict[str, Box]] = field(default_factory=list)
    other_cells: list[dict] = field(default_factory=list)
    stamps: list[tuple[str, Box]] = field(default_factory=list)
    table: Table | None = None
    pen: dict = field(default_factory=dict)
    runs: int = 0

    def __post_init__(self) -> None:
        size = (round(self.px(self.width)), round(self.px(self.height)))
        self.image = Image.new(self.mode, size, "white" if self.mode == "RGB" else 255)
        self.draw = ImageDraw.Draw(self.image)

    def px(self, mm: float) -> float:
        return mm * self.dpi / 25.4

    def mm(self, px: float) -> float:
        return px * 25.4 / self.dpi

    def ink(self, rgb):
        """The colour as this sheet's mode has it."""
        return rgb if self.mode == "RGB" else round(0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2])

    def write(self, x, y, text, hand, size=12.0, *, bold=False, italic=False, align="left", key=None, role=None, fit=None,
              spaced=0.0, colour=None, row=None, under=False):  # fmt: skip
        """Writes `text` with its baseline at `y` and returns where it ends; `fit` is the room there is, `row` the baseline it counts to."""
        text = normalize("NFC", text)
        if not text:
            return x
        length = hand.measure(self, text, size, bold, italic, spaced)
        squeeze = 1.0
        if fit and length > fit:
            squeeze = max(0.55 if hand.scales else 0.8, fit / length)
            length *= squeeze
        left = x - {"left": 0, "centre": length / 2, "right": length}[align]
        self.runs += 1
        drawn = hand.put(
            self, left, y, text, size * (squeeze if hand.scales else 1), bold, italic, spaced, squeeze, colour
        )
        for word, box in drawn:
            self.words.append(Word(word, box, role or hand.role, self.runs, y if row is None else row))
        if under:
            self.rule(left, y + 0.9, left + length, y + 0.9, 0.25)
        if key and drawn:
            self.remember(key, text, union(box for _, box in drawn))
        return left + length

    def broken(self, text, hand, size, room, bold=False) -> list[str]:
        """The text in as many lines as the room asks for."""
        lines, line = [], []
        for word in text.split():
            if line and hand.measure(self, " ".join([*line, word]), size, bold) > room:
                lines.append(" ".join(line))
                line = []
            line.append(word)
        return [*lines, " ".join(line)]

    def remember(self, key: str, text: str, box: Box) -> None:
        """A value of the page; what is written in several pieces is joined."""
        if key in self.fields:
            text, box = f"{self.fields[key]} {text}", union((self.boxes[key], box))
        self.fields[key], self.boxes[key] = " ".join(text.split()), box

    def turned(self, x, y, text, hand, size=12.0, **styles) -> None:
        """Writes from below upwards: `x` the baseline's place, `y` the lower end."""
        length, high = (
            hand.measure(self, text, size, styles.get("bold", False), styles.get("italic", False)),
            size * 0.62,
        )
        aside = Sheet(length + 4, high + 2, self.dpi, self.rng, self.mode)
        aside.write(2, high * 0.72, text, hand, size, **styles)
        patch = aside.image.transpose(Image.Transpose.ROTATE_90)
        at = (round(self.px(x - high * 0.72)), round(self.px(y - length - 2)))
        self.darken(patch, at)
        self.runs += 1
        for word in aside.words:
            x0, y0, x1, y1 = word.box
            box = (at[0] + y0, at[1] + aside.image.width - x1, at[0] + y1, at[1] + aside.image.width - x0)
            self.words.append(Word(word.text, box, word.role, self.runs, self.mm(box[1]), up=True))

    def darken(self, patch: Image.Image, at: tuple[int, int]) -> None:
        """Lays ink on white over the sheet; what is dark stays dark."""
        area = (at[0], at[1], at[0] + patch.width, at[1] + patch.height)
        self.image.paste(ImageChops.darker(self.image.crop(area), patch), area)

    def paragraph(self, x, y, text, hand, width, size=13.0, indent=10.0, leading=1.4, justify=True, low=None, **styles):
        """Words between margins; returns the baseline after. Stops at `low` and returns what was left over as well, if given."""
        step, words = size * leading * 25.4 / 72, text.split()
        first = True
        while words:
            if low is not None and y > low:
                return y, " ".join(words)
            start = x + (indent if first else 0)
            room, count = x + width - start, 1
            while count < len(words) and hand.measure(self, " ".join(words[: count + 1]), size) <= room:
                count += 1
            line, words = words[:count], words[count:]
            if justify and words and count > 3 and hand.scales:
                self._justified(start, y, line, hand, size, room, **styles)
            else:
                self.write(start, y, " ".join(line), hand, size, **styles)
            y, first = y + step, False
        return (y, "") if low is not None else y

    def _justified(self, x, y, line, hand, size, room, **styles) -> None:
        plain = {name: styles[name] for name in ("bold", "italic") if name in styles}
        gap = (room - sum(hand.measure(self, word, size, **plain) for word in line)) / (len(line) - 1)
        run = self.runs + 1
        for word in line:
            x = self.write(x, y, word, hand, size, **styles) + gap
        for word in self.words:
            if word.run >= run:
                word.run = run
        self.runs = run

    def rule(self, x0, y0, x1, y1, thick=0.2, colour=BLACK, dash=None) -> None:
        """A ruled line; `dash` is (mark, gap) in millimetres, a mark below 0.3 is a dot."""
        wide = max(1, round(self.px(thick)))
        if dash is None:
            self.draw.line((self.px(x0), self.px(y0), self.px(x1), self.px(y1)), fill=self.ink(colour), width=wide)
            return
        mark, gap = dash
        length = max(abs(x1 - x0), abs(y1 - y0))
        along = (x1 - x0) / length, (y1 - y0) / length
        at = 0.0
        while at < length:
            a, b = (x0 + along[0] * at, y0 + along[1] * at), (x0 + along[0] * (at + mark), y0 + along[1] * (at + mark))
            if mark < 0.3:
                cx, cy = round(self.px(a[0])), round(self.px(a[1]))
                self.draw.rectangle((cx, cy, cx + wide - 1, cy + wide - 1), fill=self.ink(colour))
            else:
                self.draw.line(
                    (self.px(a[0]), self.px(a[1]), self.px(b[0]), self.px(b[1])), fill=self.ink(colour), width=wide
                )
            at += mark + gap

    def frame(self, x0, y0, x1, y1, thick=0.3, colour=BLACK) -> None:
        for ends in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
            self.rule(*ends, thick, colour)

    @contextmanager
    def unread(self):
        """What is drawn here is no text of the page (specimens, patterns)."""
        before = len(self.words)
        yield
        del self.words[before:]


def union(boxes) -> Box:
    """The box around boxes."""
    boxes = list(boxes)
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
