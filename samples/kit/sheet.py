"""A sheet of paper to write on, in millimetres, which remembers what was written where."""

from dataclasses import dataclass, field
from random import Random

from PIL import Image, ImageDraw

from kit.faces import face

BLACK = (28, 28, 32)
RIBBON = (62, 48, 110)
PEN = (38, 52, 140)
RED = (190, 34, 40)


@dataclass
class Piece:
    """One run of text: where it starts in millimetres, and its box in pixels of the flat sheet."""

    text: str
    left: float
    baseline: float
    face: str
    points: float
    box: tuple[float, float, float, float]


@dataclass
class Sheet:
    """Ink on white. `dpi` fixes the pixels; `seed` fixes everything drawn by chance."""

    width: float
    height: float
    dpi: int
    seed: int
    pieces: list[Piece] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)
    records: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)
        self.image = Image.new("RGB", (self.px(self.width), self.px(self.height)), "white")
        self.draw = ImageDraw.Draw(self.image)

    def px(self, millimetres: float) -> int:
        """Pixels of a length."""
        return round(millimetres * self.dpi / 25.4)

    def font(self, name: str, points: float):
        """A face at a size in points."""
        return face(name, round(points * self.dpi / 72))

    def length(self, text: str, points: float, name: str = "serif") -> float:
        """Width of a text in millimetres."""
        return self.font(name, points).getlength(text) * 25.4 / self.dpi

    def write(self, x, y, text, points=12.0, name="serif", colour=BLACK, align="left", key=None):
        """Writes a text with its baseline at `y` and returns where it ends, in millimetres."""
        if not text:
            return x
        long = self.length(text, points, name)
        left = {"left": x, "centre": x - long / 2, "right": x - long}[align]
        font = self.font(name, points)
        at = (self.px(left), self.px(y))
        if name.startswith("typewriter"):
            self._strike(at, text, font, colour)
        else:
            self.draw.text(at, text, font=font, fill=colour, anchor="ls")
        box = self.draw.textbbox(at, text, font=font, anchor="ls")
        self._remember(Piece(text, left, y, name, points, box), key)
        return left + long

    def _strike(self, at, text, font, colour) -> None:
        """A typewriter's letters: each struck a little high or low, strong or weak."""
        advance = font.getlength("0")
        for place, letter in enumerate(text):
            weak = self.rng.choice((0, 0, 0, 14, 30))
            ink = tuple(min(255, part + weak) for part in colour)
            spot = (at[0] + place * advance, at[1] + self.rng.choice((-1, 0, 0, 0, 1)) * self.dpi / 300)
            self.draw.text(spot, letter, font=font, fill=ink, anchor="ls")

    def _remember(self, piece: Piece, key: str | None) -> None:
        self.pieces.append(piece)
        if key:
            box, told = piece.box, self.fields.get(key)
            self.fields[key] = f"{told} {piece.text}" if told else piece.text
            old = self.boxes.get(key, box)
            self.boxes[key] = (
                min(old[0], box[0]), min(old[1], box[1]), max(old[2], box[2]), max(old[3], box[3]),
            )

    def line(self, x0, y0, x1, y1, thick=0.2, colour=BLACK) -> None:
        """A ruled line, `thick` millimetres."""
        ends = (self.px(x0), self.px(y0), self.px(x1), self.px(y1))
        self.draw.line(ends, fill=colour, width=max(1, self.px(thick)))

    def frame(self, x0, y0, x1, y1, thick=0.2, colour=BLACK) -> None:
        """A rectangle of ruled lines."""
        corners = (self.px(x0), self.px(y0), self.px(x1), self.px(y1))
        self.draw.rectangle(corners, outline=colour, width=max(1, self.px(thick)))

    def leader(self, x0, x1, y) -> None:
        """The dotted line a form is filled in on."""
        x = x0
        while x < x1:
            self.draw.point((self.px(x), self.px(y)), fill=(120, 120, 125))
            x += 0.85

    def filled(self, x, y, label, value, key, until, points=13.0, hand="serif", colour=BLACK) -> None:
        """A label and the value filled in after it on a dotted line that ends at `until`."""
        start = self.write(x, y, label, points) + 1.5
        self.leader(start, until, y + 0.9)
        self.write(start + 1.5, y - 0.2, value, points, hand, colour, key=key)

    def paragraph(self, x, y, text, width, points=13.0, indent=10.0, leading=1.35, name="serif"):
        """Writes words between margins and returns the baseline of the line after."""
        step = points * leading * 25.4 / 72
        words, row, left = text.split(), [], x + indent
        for word in words:
            if row and left + self.length(" ".join([*row, word]), points, name) > x + width:
                self.write(left, y, " ".join(row), points, name)
                row, left, y = [], x, y + step
            row.append(word)
        self.write(left, y, " ".join(row), points, name)
        return y + step

    def text_lines(self) -> list[str]:
        """The text in reading order: pieces whose baselines are level make one line."""
        lines: list[list[Piece]] = []
        for piece in sorted(self.pieces, key=lambda piece: piece.baseline):
            if lines and piece.baseline - lines[-1][0].baseline < 1.0:
                lines[-1].append(piece)
            else:
                lines.append([piece])
        return [" ".join(p.text.strip() for p in sorted(line, key=lambda p: p.box[0])) for line in lines]
