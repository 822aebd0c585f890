"""Draws a table: widths from what stands in it, heads of one or two levels, rules of every sort, rows, and the truth of each row."""

from forms.columns import NARROW, PARTS, RECORD, Row
from forms.table_heads import TableHeads
from kit import marks
from kit.hands import Pen
from kit.sheet import BLACK, BLUE, RED, Table, union

WRAPPED = {
    "noi_sinh",
    "que_quan",
    "cho_o",
    "truong",
    "hoi_dong",
    "ghi_chu",
    "ly_do",
    "noi_dung_chinh_sua",
    "dien_giai",
    "ho_ten",
    "ho_dem",
}
LEAST = {"_sig": 24, "ghi_chu": 16, "stt": 8, "ho_ten": 38, "_gay": 16}
DROPPED = (
    "cho_o",
    "que_quan",
    "cccd",
    "ngay_cap",
    "lop",
    "hoi_dong",
    "truong",
    "dan_toc",
    "tong_diem",
    "sbd",
    "_sig",
    "diem_6",
    "diem_5",
    "diem_4",
)
DASHES = {"dotted": (0.2, 1.0), "dashed": (2.2, 1.3)}


class TableDrawing(TableHeads):
    """One table on one sheet. `hand` writes its cells, `press` its heads."""

    def __init__(self, sheet, plan, columns, hand, press, size, ink=BLACK) -> None:
        self.sheet, self.plan, self.columns, self.hand, self.press, self.size, self.ink = (
            sheet,
            plan,
            columns,
            hand,
            press,
            size,
            ink,
        )
        rng = sheet.rng
        self.pad = rng.uniform(0.8, 1.6)
        self.thick = rng.choice((0.15, 0.2, 0.3, 0.4))
        self.head_size = min(size, 11) * rng.uniform(0.82, 1.0)
        self.head_bold = rng.random() < 0.6
        self.fixer = Pen(rng, colour=rng.choice((RED, BLUE, BLACK)))
        self.signers = [(Pen(rng)) for _ in range(3)]

    def measure(self, text: str, key="") -> float:
        return self.writer(key).measure(self.sheet, text, self.size)

    def writer(self, key: str):
        """Columns that the form has printed already are not written by the hand that fills it in."""
        return self.press if key in self.plan.more.get("printed", ()) else self.hand

    def fit_columns(self, rows: list[Row], room: float) -> None:
        """Widths from contents; where there is no room cells take two lines, letters get smaller, columns go."""
        while True:
            for column in self.columns:
                widest = sorted(
                    self.measure(row.cells.get(column.key, ""), column.key) for row in rows if row.kind == "data"
                ) or [0]
                natural = widest[int(len(widest) * 0.97) - 1] if len(widest) > 12 else widest[-1]
                if column.wrap:
                    natural *= 0.58
                if column.wrap:
                    natural = max(natural, 19)
                least = max(LEAST.get(column.key, 7), min(18, self._longest(column)) if column.key not in NARROW else 7)
                column.width = max(natural + 2 * self.pad + 0.6, least)
            total = sum(column.width for column in self.columns)
            if total <= room:
                break
            tight = [
                column
                for column in self.columns
                if column.key in WRAPPED and not column.wrap and column.key not in ("ho_ten", "ho_dem")
            ]
            gone = [key for key in DROPPED if any(column.key == key for column in self.columns)]
            if tight and total < room * 1.5:
                max(tight, key=lambda column: column.width).wrap = True
            elif self.hand.scales and self.size > 8.8:
                self.size -= 0.6
            elif not self.hand.scales and self.hand.pitch < 15:
                self.hand.pitch += 1
            elif gone:
                self.columns = [column for column in self.columns if column.key != gone[0]]
            else:
                break
        spare = room - total
        if spare > 0:
            part = {column.key: column.width * (0.4 if column.key in NARROW else 1) for column in self.columns}
            for column in self.columns:
                column.width += spare * part[column.key] / sum(part.values())
        else:
            for column in self.columns:
                column.width *= room / total

    def borders(self, x0: float) -> list[float]:
        xs = [x0]
        for column in self.columns:
            xs.append(xs[-1] + column.width)
        return xs

    def spans(self, xs):
        """Parts between gutters: pairs of left and right ends."""
        ends, start = [], xs[0]
        for n, column in enumerate(self.columns):
            if column.key == "_gay":
                ends.append((start, xs[n]))
                start = xs[n + 1]
        return [*ends, (start, xs[-1])]

    # --- body

    def draw_rows(self, x0, y, rows: list[Row], heights: list[float]) -> float:
        """The body with its rules and its truth; returns the lower end."""
        xs, ys, sheet = self.borders(x0), [y], self.sheet
        for height in heights:
            ys.append(ys[-1] + height)
        self.rules(xs, ys, rows)
        for row, top, low in zip(rows, ys, ys[1:], strict=False):
            if row.kind == "data":
                self._data(row, xs, top, low)
            elif row.text:
                self._across(row, xs, top, low)
        sheet.table = Table(
            [column.key for column in self.columns], [sheet.px(x) for x in xs], [sheet.px(v) for v in ys]
        )
        return ys[-1]

    def rules(self, xs, ys, rows) -> None:
        """Lying, standing and framing rules, as the plan says."""
        more, sheet = self.plan.more, self.sheet
        lying, standing, frame = more["lying"], more["standing"], more["frame"]
        last = len(ys) - 1
        for left, right in self.spans(xs):
            if lying != "none":
                for y in ys[1:-1]:
                    sheet.rule(
                        left, y, right, y, self.thick * (0.8 if lying != "solid" else 1), self.ink, DASHES.get(lying)
                    )
            if frame != "none" or lying == "solid":
                for y in (ys[0], ys[last]):
                    sheet.rule(left, y, right, y, self.thick * (2 if frame == "heavy" else 1), self.ink)
            for x in (left, right):
                if frame in ("single", "double", "heavy"):
                    sheet.rule(x, ys[0], x, ys[last], self.thick * (2 if frame == "heavy" else 1), self.ink)
            if frame == "double":
                sheet.frame(
                    left - 1.2,
                    more.get("head_top", ys[0]) - 1.2,
                    right + 1.2,
                    ys[last] + 1.2,
                    self.thick * 1.6,
                    self.ink,
                )
        if standing == "none":
            return
        breaks = [n for n, row in enumerate(rows) if row.kind in ("group", "total")] if sheet.rng.random() < 0.7 else []
        pieces, start = [], 0
        for n in breaks:
            if n > start:
                pieces.append((ys[start], ys[n]))
            start = n + 1
        pieces.append((ys[start], ys[last])) if start < last else None
        for n, x in enumerate(xs):
            edge = n in (0, len(xs) - 1)
            for y0, y1 in [(ys[0], ys[last])] if edge else pieces:
                if not (edge and frame == "none" and standing != "solid"):
                    sheet.rule(x, y0, x, y1, self.thick, self.ink, DASHES.get(standing))

    def _across(self, row: Row, xs, top, low) -> None:
        y = (top + low) / 2 + self.size * 0.13
        left, right = self.spans(xs)[0]
        bold, italic = self.sheet.rng.random() < 0.7, self.sheet.rng.random() < 0.3
        if self.sheet.rng.random() < 0.5:
            self.sheet.write(
                left + 3, y, row.text, self.hand, self.size, bold=bold, italic=italic, fit=right - left - 5
            )
        else:
            self.sheet.write(
                (left + right) / 2, y, row.text, self.hand, self.size, bold=bold, align="centre", fit=right - left - 5
            )

    def _data(self, row: Row, xs, top, low) -> None:
        sheet, rng = self.sheet, self.sheet.rng
        record, boxes, other = {}, {}, {}
        for n, column in enumerate(self.columns):
            key = column.key
            if key == "_gay":
                continue
            if key == "_sig":
                if row.signed:
                    self._sign(row, xs[n], xs[n + 1], low)
                continue
            text, box = row.cells.get(key, ""), None
            if key in row.old:
                box = self._mended(row, column, xs[n], xs[n + 1], top, low)
            elif text:
                box = self._cell(column, text, xs[n], xs[n + 1], top, low)
            self._keep(record, boxes, other, key, text, box)
        if "nam_x" in row.cells or "nu_x" in row.cells:
            record["gioi_tinh"] = "Nam" if row.cells.get("nam_x") else "Nữ" if row.cells.get("nu_x") else ""
        if (
            row.iso
            and record.get("ngay_sinh", "").count("/")
            + record.get("ngay_sinh", "").count("-")
            + record.get("ngay_sinh", "").count(".")
            > 1
        ):
            record["ngay_sinh_iso"] = row.iso
        if any(column.key == "_sig" for column in self.columns):
            record["da_ky_nhan"] = row.signed
        if row.meaning:
            record["nhu_tren"] = {
                PARTS.get(k, k): v for k, v in row.meaning.items() if any(c.key == k for c in self.columns)
            }
        if row.old:
            record["gach_sua"] = {
                PARTS.get(k, k): v for k, v in row.old.items() if any(c.key == k for c in self.columns)
            }
        if row.void:
            record["huy"] = True
            y = (top + low) / 2
            sheet.rule(xs[0] + 2, y + rng.uniform(-1, 1), xs[-1] - 3, y + rng.uniform(-1, 1), 0.35, self.fixer.colour)
        if "margin-notes" in self.plan.traits and rng.random() < 0.12:
            self._margin_note(record, boxes, xs[-1], top, low)
        sheet.records.append(record)
        sheet.record_boxes.append(boxes)
        sheet.other_cells.append(other)

    def _keep(self, record, boxes, other, key, text, box) -> None:
        """A cell into the truth: parts are joined, what is no key of a record goes aside."""
        whole = PARTS.get(key, key)
        if whole not in RECORD and whole not in self.plan.more.get("keys", ()):
            other[key] = text
            return
        if key in ("nam_x", "nu_x"):
            record.setdefault(whole, "")
        elif whole in record and whole != key:
            record[whole] = f"{record[whole]}{'/' if whole == 'ngay_sinh' else ' '}{text}"
        else:
            record[whole] = text
        if box:
            boxes[whole] = union((boxes[whole], box)) if whole in boxes else box

    def _cell(self, column, text, x0, x1, top, low, size=None):
        """Writes a cell, in two lines where it must, and returns its box."""
        sheet, size, hand = self.sheet, size or self.size, self.writer(column.key)
        room, first = x1 - x0 - 2 * self.pad, len(self.sheet.words)
        lines = [text]
        if (
            (column.wrap or column.key in WRAPPED)
            and self.measure(text, column.key) > room * 1.02
            and " " in text
            and low - top > hand.line(size) * 1.95
        ):
            words = text.split(" ")
            best = min(
                range(1, len(words)),
                key=lambda n: max(self.measure(" ".join(words[:n])), self.measure(" ".join(words[n:]))),
            )
            lines = [" ".join(words[:best]), " ".join(words[best:])]
        step = hand.line(size)
        on_line = hand.role == "hand" and len(lines) == 1
        y = (
            (low - size * 0.12 - sheet.rng.uniform(0.5, 1.2))
            if on_line
            else (top + low) / 2 + size * 0.125 - (len(lines) - 1) * step / 2
        )
        at = {"left": x0 + self.pad, "centre": (x0 + x1) / 2, "right": x1 - self.pad}[column.align]
        for line in lines:
            role = "table" if hand.role == "print" else hand.role
            sheet.write(
                at,
                y,
                line,
                hand,
                size,
                align=column.align,
                fit=room,
                role=role,
                row=None if len(lines) > 1 else (top + low) / 2,
            )
            y += step
        return union(word.box for word in sheet.words[first:]) if len(sheet.words) > first else None

    def _mended(self, row, column, x0, x1, top, low):
        """The old value struck out, the new one above it in another hand."""
        sheet, first = self.sheet, len(self.sheet.words)
        high = low - top
        self._cell(column, row.old[column.key], x0, x1, top + high * 0.3, low)
        for word in sheet.words[first:]:
            word.struck = True
        old = sheet.words[first:]
        if old:
            marks.strike(sheet, union(word.box for word in old), self.fixer.colour)
        second = len(sheet.words)
        sheet.write(
            x0 + self.pad,
            top + high * 0.42,
            row.cells[column.key],
            self.fixer,
            self.size * 0.85,
            fit=x1 - x0 - self.pad,
            row=top + high * 0.42,
        )
        return union(word.box for word in sheet.words[second:])

    def _margin_note(self, record, boxes, right, top, low) -> None:
        """What somebody wrote beside the row, outside the table."""
        sheet, first = self.sheet, len(self.sheet.words)
        text = sheet.rng.choice(("Đã cấp lại", "QĐ 214", "Sửa tên", "Nhận 5/9", "Sai", "Hủy", "BS 2003"))
        if sheet.width - right < 9:
            return
        sheet.write(right + 1.5, low - 1.5, text, self.fixer, 11, fit=sheet.width - right - 3, row=(top + low) / 2)
        record["ghi_chu_le"], boxes["ghi_chu_le"] = text, union(word.box for word in sheet.words[first:])

    def _sign(self, row, x0, x1, low) -> None:
        rng, width = self.sheet.rng, x1 - x0
        if rng.random() < 0.35 and row.learner:
            with self.sheet.unread():
                self.sheet.write(
                    x0 + 1, low - 1.5, row.learner.given, rng.choice(self.signers), self.size, fit=width - 2
                )
        else:
            marks.signature(self.sheet, x0 + width * 0.12, low - 2, min(width * 0.7, 20))
