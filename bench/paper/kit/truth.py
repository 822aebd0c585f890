"""What a page says, in the format that `sogoc-bench reading` takes."""

from kit.sheet import Sheet, Word, union


def _visual_lines(words: list[Word], sheet: Sheet) -> list[list[Word]]:
    """Words whose baselines are level make one line, from above to below; a turned run is a line of its own."""
    lines: list[list[Word]] = []
    for word in sorted((w for w in words if not w.up), key=lambda w: w.baseline):
        high = sheet.mm(word.box[3] - word.box[1])
        if lines and word.baseline - lines[-1][0].baseline < min(1.6, 0.25 + high * 0.3):
            lines[-1].append(word)
        else:
            lines.append([word])
    for line in lines:
        line.sort(key=lambda w: w.box[0])
    turned: dict[int, list[Word]] = {}
    for word in words:
        if word.up:
            turned.setdefault(word.run, []).append(word)
    lines += turned.values()
    return sorted(lines, key=lambda line: line[0].baseline)


def _segments(line: list[Word]) -> list[list[Word]]:
    """Runs of text that stand apart: a wide gap, or another way of writing after a narrower one."""
    if line[0].up:
        return [line]
    parts = [[line[0]]]
    for before, word in zip(line, line[1:], strict=False):
        high = max(before.box[3] - before.box[1], word.box[3] - word.box[1])
        gap = word.box[0] - before.box[2]
        limit = 0.7 if before.role != word.role else 1.2
        if (
            gap > high * limit
            and before.run != word.run
            or before.role != word.role
            and "hand" in (before.role, word.role)
        ):
            parts.append([word])
        else:
            parts[-1].append(word)
    return parts


def _text(words: list[Word]) -> str:
    return " ".join(word.text for word in words)


class _Places:
    """Collects boxes of the sheet and maps them to the scan in one go."""

    def __init__(self) -> None:
        self.flat, self.mapped = [], []

    def add(self, box) -> int:
        self.flat.append(box)
        return len(self.flat) - 1


def told(sheet: Sheet, warp, turn: int) -> dict:
    """The truth of the page as it lies in the scan."""
    places = _Places()
    limit = (sheet.image.width, sheet.image.height)

    def inside(word: Word) -> bool:
        x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
        sx, sy = warp.scan_of(x, y)
        return 0 < sx < limit[0] and 0 < sy < limit[1]

    seen = [word for word in sheet.words if inside(word)]
    lines = _visual_lines([word for word in seen if not word.struck], sheet)
    outline = []
    for line in lines:
        parts = [(places.add(union(w.box for w in part)), part) for part in _segments(line)]
        outline.append((places.add(union(w.box for w in line)), line, parts))
    ordered = [word for line in lines for word in line]
    word_at = [places.add(word.box) for word in ordered]
    struck = [word for word in seen if word.struck]
    struck_at = [places.add(word.box) for word in struck]
    field_at = {key: places.add(box) for key, box in sheet.boxes.items()}
    record_at = [{key: places.add(box) for key, box in row.items()} for row in sheet.record_boxes]
    stamp_at = [(text, places.add(box)) for text, box in sheet.stamps]
    table = sheet.table
    if table:
        table_at = places.add((table.xs[0], table.ys[0], table.xs[-1], table.ys[-1]))
    boxes = warp.boxes(places.flat, turn)

    truth = {
        "text_lines": [_text(line) for line in lines],
        "fields": sheet.fields,
        "field_boxes": {key: boxes[at] for key, at in field_at.items()},
    }
    if sheet.records:
        truth["records"] = sheet.records
        truth["record_boxes"] = [{key: boxes[at] for key, at in row.items()} for row in record_at]
        if any(sheet.other_cells):
            truth["other_cells"] = sheet.other_cells
    if table:
        truth["table"] = {
            "box": boxes[table_at],
            "columns": table.columns,
            "rows": len(sheet.records),
            "corners": _corners(table, warp, turn),
        }
    if sheet.stamps:
        truth["stamps"] = [{"text": text, "bbox": boxes[at]} for text, at in stamp_at]
    if struck:
        truth["struck_words"] = [[word.text, *boxes[at]] for word, at in zip(struck, struck_at, strict=True)]
    if sheet.pen:
        truth["pen"] = sheet.pen
    truth["lines"] = [
        {"text": _text(line), "bbox": boxes[at],
         "segments": [{"text": _text(part), "bbox": boxes[place], "role": part[0].role} for place, part in parts]}
        for at, line, parts in outline
    ]  # fmt: skip
    truth["words"] = [[word.text, *boxes[at], word.role] for word, at in zip(ordered, word_at, strict=True)]
    return truth


def _corners(table, warp, turn: int):
    xs, ys = (table.xs[0], table.xs[-1]), (table.ys[0], table.ys[-1])
    points = [(x, y, x, y) for x, y in ((xs[0], ys[0]), (xs[1], ys[0]), (xs[1], ys[1]), (xs[0], ys[1]))]
    return [box[:2] for box in warp.boxes(points, turn)]
