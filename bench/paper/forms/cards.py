"""A register of blocks: each learner has a block of labelled lines instead of a row of a table."""

from forms import columns, heads
from kit.sheet import union

LABELS = {
    "stt": ("Số TT", "Số"), "ho_ten": ("Họ và tên", "Họ tên", "Tên họ"), "ngay_sinh": ("Ngày sinh", "Sinh ngày"), "gioi_tinh": ("Nam, nữ", "Giới tính"),
    "noi_sinh": ("Nơi sinh", "Sinh quán"), "dan_toc": ("Dân tộc",), "xep_loai": ("Xếp loại", "Hạng"), "so_hieu": ("Số hiệu bằng", "Bằng số"),
    "so_vao_so": ("Vào sổ số", "Số vào sổ"), "truong": ("Học sinh trường", "Trường"),
}  # fmt: skip
LINES = ((("stt", 0.16), ("ho_ten", 0.54), ("gioi_tinh", 0.3)), (("ngay_sinh", 0.38), ("noi_sinh", 0.62)), (("dan_toc", 0.3), ("truong", 0.7)),
         (("xep_loai", 0.3), ("so_hieu", 0.37), ("so_vao_so", 0.33)))  # fmt: skip


def draw(plan, rng, new_sheet, office, hands_of):
    sheet = new_sheet(plan.width, plan.height)
    hand, press = hands_of(rng, plan)
    plan.sub = "book"
    x0, x1, y = 16, plan.width - 14, 18
    heading = heads.Heading(sheet, plan, office, press, hand, x0, x1)
    if plan.more["head"] == "full":
        y = heading.title(heading.letterhead(y, [office.department().upper()]) + 5, heads.title(rng, plan))
        y = heading.about(y + 1, heads.about(rng, plan, office)[:2], "stacked")
    plan.sub = "cards"
    maker = columns.Rows(rng, plan, office, [columns.Column(key, "") for key in LABELS], hand.capitals)
    labels = {key: rng.choice(words) for key, words in LABELS.items()}
    across, size = (2 if plan.width > 250 else 1), rng.uniform(10.5, 12)
    lines = LINES if rng.random() < 0.6 else (*LINES[:2], LINES[3])
    high = len(lines) * rng.uniform(6.2, 7.8) + 4
    if across == 2 and not hand.scales:
        hand.pitch = max(hand.pitch, 15)
    boxed = rng.random() < 0.6
    wide = (x1 - x0) / across
    for line in range(int((plan.height - y - 12) / high)):
        for side in range(across):
            left, top = x0 + side * wide, y + line * high
            if boxed:
                sheet.frame(left, top, left + wide - 3, top + high - 2, 0.2)
            elif line:
                sheet.rule(left, top - 1, left + wide - 3, top - 1, 0.2)
            _block(sheet, maker.row(), lines, labels, left + 2, top, wide - 7, high, size, hand, press)
    return sheet


def _block(sheet, row, lines, labels, x, y, wide, high, size, hand, press) -> None:
    record, boxes, other = {}, {}, {}
    step = (high - 3) / len(lines)
    for n, line in enumerate(lines):
        at, base = x, y + (n + 0.8) * step
        for key, share in line:
            room = wide * share - 2
            start = sheet.write(at, base, f"{labels[key]}:", press, size, fit=room * 0.68) + 1
            first, text = len(sheet.words), row.cells.get(key, "")
            sheet.write(start, base, text, hand, size, fit=max(8, at + room - start))
            box = union(w.box for w in sheet.words[first:]) if len(sheet.words) > first else None
            if key in columns.RECORD:
                record[key] = text
                if box:
                    boxes[key] = box
            else:
                other[key] = text
            at += wide * share
    record["ngay_sinh_iso"] = row.iso
    sheet.records.append(record)
    sheet.record_boxes.append(boxes)
    sheet.other_cells.append(other)
