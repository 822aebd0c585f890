"""Heads of a table: one or two levels, turned, numbered, and their rules."""

from forms.columns import Column


class TableHeads:
    """The part of a table's drawing that is about its heads; `forms/tables.py` has the rest."""

    def _longest(self, column: Column) -> float:
        return (
            max(self.press.measure(self.sheet, word, self.head_size, self.head_bold) for word in column.head.split())
            + 2
        )

    def draw_heads(self, x0, y, style="grid") -> float:
        """The heads; returns where the body begins."""
        xs = self.borders(x0)
        grouped = any(column.group for column in self.columns)
        turned = "turned" in self.plan.traits
        tall = max(self._head_height(column, turned) for column in self.columns)
        upper = max(self._group_heights(), default=0) if grouped else 0
        low = y + max(tall + upper, 9)
        inner = []
        n = 0
        while n < len(self.columns):
            column = self.columns[n]
            end = n + 1
            while column.group and end < len(self.columns) and self.columns[end].group == column.group:
                end += 1
            if column.group and end - n > 1:
                self._head_text(xs[n], xs[end], y, y + upper, column.group, False)
                for k in range(n, end):
                    self._head_text(
                        xs[k], xs[k + 1], y + upper, low, self.columns[k].head, turned and self.columns[k].width < 11
                    )
                inner.append((xs[n], y + upper, xs[end], y + upper))
                inner += [(xs[k], y + upper, xs[k], low) for k in range(n + 1, end)]
            elif column.key != "_gay":
                self._head_text(xs[n], xs[n + 1], y, low, column.head, turned and column.width < 11)
            inner.append((xs[n], y, xs[n], low))
            n = end
        inner.append((xs[-1], y, xs[-1], low))
        if "column-numbers" in self.plan.traits:
            low = self._numbers(xs, low)
        self._head_rules(xs, y, low, inner, style)
        return low

    def _step(self) -> float:
        return max(self.head_size * 0.42, self.press.height(self.sheet, self.head_size) * 0.92)

    def _group_heights(self):
        """Room that merged heads need."""
        for group in {column.group for column in self.columns if column.group}:
            wide = sum(column.width for column in self.columns if column.group == group)
            yield len(self._broken(group, wide - 1.2)) * self._step() + 1.6

    def _head_height(self, column: Column, turned: bool) -> float:
        if column.key == "_gay":
            return 5
        if turned and column.width < 11:
            return min(
                34, self.press.measure(self.sheet, column.head.replace("\n", " "), self.head_size, self.head_bold) + 5
            )
        return len(self._broken(column.head, column.width - 1.4)) * self._step() + 3.5

    def _broken(self, text, room) -> list[str]:
        lines = []
        for part in text.split("\n"):
            line = ""
            for word in part.split():
                longer = f"{line} {word}".strip()
                if line and self.press.measure(self.sheet, longer, self.head_size, self.head_bold) > room:
                    lines.append(line)
                    line = word
                else:
                    line = longer
            lines.append(line)
        return lines

    def _head_text(self, x0, x1, y0, y1, text, turned) -> None:
        step, styles = self._step(), {"bold": self.head_bold, "role": "head"}
        if turned:
            text = text.replace("\n", " ")
            long = self.press.measure(self.sheet, text, self.head_size, self.head_bold)
            self.sheet.turned(
                (x0 + x1) / 2 + self.head_size * 0.12,
                (y0 + y1 + min(long, y1 - y0)) / 2,
                text,
                self.press,
                self.head_size,
                **styles,
            )
            return
        lines = self._broken(text, x1 - x0 - 1.2)
        y = (y0 + y1) / 2 - (len(lines) - 1) * step / 2 + self.head_size * 0.12
        for line in lines:
            self.sheet.write(
                (x0 + x1) / 2, y, line, self.press, self.head_size, align="centre", fit=x1 - x0 - 0.8, **styles
            )
            y += step

    def _numbers(self, xs, y) -> float:
        rng = self.sheet.rng
        form = rng.choice(("({n})", "{n}", "-{n}-", "letters"))
        for n, column in enumerate(self.columns):
            if column.key != "_gay":
                text = (
                    ("ABCDEFGHIKLMNOPQRST"[n] if n < 2 else str(n - 1)) if form == "letters" else form.format(n=n + 1)
                )
                self.sheet.write(
                    (xs[n] + xs[n + 1]) / 2,
                    y + 3.7,
                    text,
                    self.press,
                    self.head_size * 0.85,
                    align="centre",
                    role="head",
                )
        for left, right in self.spans(xs):
            if "bare" not in self.plan.traits:
                self.sheet.rule(left, y, right, y, self.thick, self.ink)
        return y + 5

    def _head_rules(self, xs, y, low, inner, style) -> None:
        if style == "none":
            return
        for left, right in self.spans(xs):
            self.sheet.rule(left, y, right, y, self.thick, self.ink)
            self.sheet.rule(left, low, right, low, self.thick, self.ink)
        if style == "grid":
            for ends in inner:
                self.sheet.rule(*ends, self.thick, self.ink)
