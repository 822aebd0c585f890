"""The list that goes with a decision: the last sheet of a letter."""

from forms import columns
from forms.registers import RULINGS
from forms.tables import TableDrawing


def draw(letter):
    """A sheet with a table of the people the decision is about."""
    rng, plan = letter.rng, letter.plan
    sheet = letter.new_sheet(210, 297)
    plan.level, plan.more = (
        "upper",
        dict(zip(("lying", "standing", "frame"), RULINGS["grid"][1], strict=True), head="full"),
    )
    x0, x1, middle = 18, 198, 108
    y = 20
    for line in (
        rng.choice(("DANH SÁCH", "PHỤ LỤC", "DANH SÁCH HỌC SINH")),
        f"(Kèm theo {letter.words.capitalize()} của {letter.body.name})",
    ):
        sheet.write(
            middle,
            y,
            line,
            letter.hand,
            letter.size,
            bold=line.isupper(),
            italic=not line.isupper(),
            align="centre",
            fit=x1 - x0,
        )
        y += 6
    keys = ["stt", "ho_ten", "ngay_sinh", *rng.sample(["noi_sinh", "gioi_tinh", "dan_toc", "truong", "xep_loai"], 3)]
    chosen = [
        columns.Column(key, rng.choice(columns.HEADS[key]), align="centre" if key in columns.CENTRED else "left")
        for key in keys
    ]
    maker = columns.Rows(rng, plan, letter.office, chosen, letter.hand.capitals)
    rows = [maker.row() for _ in range(rng.randint(6, 24))]
    table = TableDrawing(sheet, plan, chosen, letter.hand, letter.hand, min(12, letter.size))
    table.fit_columns(rows, x1 - x0)
    y = table.draw_heads(x0, y + 2)
    rows = rows[: int((280 - y) / 8)]
    y = table.draw_rows(x0, y, rows, [8.0] * len(rows))
    sheet.write(x0 + 6, y + 6, f"Danh sách này có {len(rows)} người./.", letter.hand, 12, italic=True)
    return sheet
