"""Text and filled-in values that flow together over lines: the sentence of a diploma, a filled form, a letter's paragraph."""

from kit.sheet import union


class Flow:
    """Writes pieces one after another between `x0` and `x1`; a value may break over lines and stays one value."""

    def __init__(self, sheet, x0, x1, y, leading, press, filler, size, dots=True) -> None:
        self.sheet, self.x0, self.x1, self.y, self.leading = sheet, x0, x1, y, leading
        self.press, self.filler, self.size, self.dots = press, filler, size, dots
        self.x = x0

    def words(self, text: str, hand=None, key=None, **styles) -> None:
        """Puts words down, breaking where the line is full."""
        hand, sheet = hand or self.press, self.sheet
        measured = {name: styles[name] for name in ("bold", "italic") if name in styles}
        first, line = len(sheet.words), []
        for word in text.split():
            longer = " ".join([*line, word])
            if self.x + hand.measure(sheet, longer, self.size, **measured) > self.x1 and (line or self.x > self.x0 + 1):
                self._put(line, hand, styles)
                self.newline()
                line = []
            line.append(word)
        self._put(line, hand, styles)
        if key and len(sheet.words) > first:
            sheet.remember(key, text, union(word.box for word in sheet.words[first:]))

    def _put(self, line, hand, styles) -> None:
        if line:
            self.x = self.sheet.write(self.x, self.y, " ".join(line), hand, self.size, **styles) + self.size * 0.1

    def value(self, text: str, key=None, least=0.0, **styles) -> None:
        """A filled-in value on dots, if another hand fills in."""
        start, line = self.x, self.y
        own = self.filler is self.press
        self.words(text, self.filler, key, **({"bold": True} | styles if own else styles))
        if self.dots and not own and self.y == line:
            end = min(self.x1, max(self.x, start + least))
            self.sheet.rule(start, self.y + 0.8, end, self.y + 0.8, 0.2, (80, 80, 80), (0.2, 0.75))
            self.x = end + 1

    def newline(self, extra=0.0) -> None:
        self.x, self.y = self.x0, self.y + self.leading + extra
