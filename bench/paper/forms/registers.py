"""Registers and lists: books of diplomas, delivery books, lists of graduates, tables of marks, appendices."""

from copy import deepcopy
from random import Random

from forms import appendix, cards, columns, heads
from forms.plan import A3L, A4, A4L, B4, B4L, Plan, pick, year_of
from forms.tables import TableDrawing
from kit.hands import Needles, Pen, Print, Typed
from words.offices import Office

# Rules of a table: trait, its weight, (lying, standing, frame).
RULINGS = {
    "grid": (46, ("solid", "solid", "single")), "heavy-frame": (5, ("solid", "solid", "heavy")), "double-frame": (5, ("solid", "solid", "double")),
    "dotted-rows": (10, ("dotted", "solid", "single")), "dashed-rows": (5, ("dashed", "solid", "single")), "lying": (7, ("solid", "none", "none")),
    "standing": (8, ("none", "solid", "single")), "frame-only": (4, ("none", "none", "single")), "dotted-all": (3, ("dotted", "dotted", "single")),
    "bare": (7, ("none", "none", "none")),
}  # fmt: skip
AGENCIES = {"upper": 0.85, "higher": 0.2, "gdtx": 0.8, "lower": 0.25, "primary": 0.2}


def plan(rng: Random) -> Plan:
    """One register page to be."""
    manner = pick(rng, laser=34, typed=22, needles=12, pen=16, form=16)
    filled = pick(rng, pen=6, typed=3, needles=1) if manner == "form" else ""
    year = year_of(rng, filled or manner)
    sub = pick(rng, book=52, delivery=11, list=17, exam=9, copies=3, appendix=5, cards=3)
    if sub == "appendix":
        year, manner, filled = rng.randint(2003, 2025), "laser", ""
    traits = {manner} | ({f"filled-{filled}"} if filled else set())
    level = pick(rng, upper=55, lower=22, gdtx=12, higher=8, primary=3)
    ruling = rng.choices(list(RULINGS), [weight for weight, _ in RULINGS.values()])[0]
    if manner in ("pen", "form") and ruling == "bare":
        ruling = "dotted-rows"
    traits.add(ruling)
    width, height = rng.choice((A4, A4L, A4L, A4, A3L, B4L, B4) if manner != "laser" else (A4, A4, A4L, A4L, A3L))
    head = pick(rng, full=72, short=17, headless=11)
    more = dict(zip(("lying", "standing", "frame"), RULINGS[ruling][1], strict=True), head=head)
    if sub in ("cards", "appendix"):
        traits = (
            {sub, manner} | ({f"filled-{filled}"} if filled else set()) | ({ruling} if sub == "appendix" else set())
        )
        return Plan(
            "register", sub, year, traits, *rng.choice((A4, A4L)), level=level, manner=filled or manner, more=more
        )
    if head != "full":
        traits.add({"short": "continuation", "headless": "headless"}[head])
    if manner in ("pen", "form", "typed") and rng.random() < 0.2:
        traits.add("spread")
        width, height = rng.choice(((420, 297), (400, 280), (440, 310)))
    elif rng.random() < 0.03:
        traits.add("twin")
        width, height = rng.choice((A4L, A3L))
    if manner == "form" and rng.random() < 0.4:
        more["printed"] = ("stt",)
    for trait, chance in (("split-name", 0.3), ("split-date", 0.13), ("ticks", 0.16), ("column-numbers", 0.18), ("turned", 0.2), ("groups", 0.14),
                          ("ditto", 0.13), ("corrections", 0.12), ("crossed-out", 0.08), ("blank-rows", 0.12), ("total", 0.14), ("uneven", 0.12), ("strange-columns", 0.1), ("margin-notes", 0.06)):  # fmt: skip
        if rng.random() < chance:
            traits.add(trait)
    if "spread" not in traits and "twin" not in traits and rng.random() < 0.07:
        traits.add("volume")
        more.update(pages=rng.randint(2, 3), again=rng.random() < 0.6)
    if "split-date" not in traits and rng.random() < 0.06:
        traits.add("year-only")
    if rng.random() < (0.9 if sub == "exam" else 0.09):
        traits.add("marks")
    return Plan(
        "register",
        sub,
        year,
        traits,
        width,
        height,
        level,
        filled or manner,
        signing=rng.choice((0, 0.5, 0.9, 1)),
        more=more,
    )


def hands_of(rng: Random, plan: Plan):
    """The hand of the cells, and that of headings and labels."""
    press = Print(rng, rng.choice(("serif", "press", "sans")), condensed=1.0)
    hand = {
        "typed": lambda: Typed(rng),
        "needles": lambda: Needles(rng),
        "pen": lambda: Pen(rng),
        "laser": lambda: press,
    }[plan.manner]()
    if "form" not in plan.traits and plan.manner != "laser":
        press = hand
        if plan.manner == "pen" and rng.random() < 0.5:
            press = Pen(rng, family=hand.family, colour=hand.colour, size=1.05)
            press.slant, press.bend = hand.slant * 0.5, hand.bend * 0.6
    return hand, press


def draw(plan: Plan, rng: Random, new_sheet):
    """The sheets of the document."""
    office = Office(rng, plan.year)
    if plan.sub == "cards":
        return [cards.draw(plan, rng, new_sheet, office, hands_of)]
    if plan.sub == "appendix":
        return [appendix.draw(plan, rng, new_sheet, office)]
    sheet = new_sheet(plan.width, plan.height)
    hand, press = hands_of(rng, plan)
    margin = rng.uniform(9, 20)
    x0, x1 = margin + rng.uniform(0, 6), plan.width - margin
    y = rng.uniform(11, 24)
    chosen = columns.chosen(rng, plan, press)
    if plan.more["head"] == "full":
        y = _heading(sheet, plan, office, press, hand, x0, x1, y)
    elif plan.more["head"] == "short" and rng.random() < 0.25:
        sheet.write(
            (x0 + x1) / 2,
            y,
            rng.choice(("(tiếp theo)", "Tiếp theo trang trước", "- tiếp -")),
            press,
            11,
            italic=True,
            align="centre",
        )
        y += 5
    if rng.random() < 0.4:
        _page_number(sheet, press, x0, x1)
    if "twin" in plan.traits:
        _twin(sheet, plan, rng, office, chosen, hand, press, x0, x1, y)
    else:
        return _pages(sheet, new_sheet, plan, rng, office, chosen, hand, press, x0, x1, y)
    return [sheet]


def _heading(sheet, plan, office, press, hand, x0, x1, y) -> float:
    rng = sheet.rng
    half = x0 + (x1 - x0) / 2 - 10
    heading = heads.Heading(sheet, plan, office, press, hand, x0, half if "spread" in plan.traits else x1)
    if rng.random() < 0.7:
        own = (
            office.department()
            if rng.random() < AGENCIES[plan.level]
            else office.district_office()
            if plan.level != "higher"
            else office.higher()
        )
        above = "Bộ Giáo dục và Đào tạo" if plan.level == "higher" else office.council() if rng.random() < 0.7 else ""
        y = heading.letterhead(y, [line.upper() for line in (above, own) if line], motto=rng.random() < 0.6) + 3
    elif rng.random() < 0.3:
        sheet.write(x0, y, rng.choice(("Mẫu số 3", "Mẫu: SG-02", "Biểu 01/TN", "Mẫu 5b")), press, 9.5, italic=True)
        y += 4
    y = heading.title(y + 5, heads.title(rng, plan))
    parts = heads.about(rng, plan, office)
    manner = pick(rng, rows=36, stacked=22, centred=26, brackets=16)
    if "spread" in plan.traits and rng.random() < 0.6:
        heading.x0, heading.x1 = half + 20, x1
        return max(y + 2, heading.about(y - 12, parts, manner) + 1)
    return heading.about(y + 1, parts, manner) + 1


def _page_number(sheet, press, x0, x1) -> None:
    rng, number = sheet.rng, sheet.rng.randint(1, 180)
    text = rng.choice((f"{number}", f"Trang {number}", f"- {number} -", f"Tờ số {number}", f"Trang: {number:03}"))
    x, align = rng.choice(((x1, "right"), ((x0 + x1) / 2, "centre"), (x1, "right")))
    sheet.write(x, rng.choice((7.5, sheet.height - 7)), text, press, 10.5, align=align)


def _rows(sheet, plan, rng, office, maker, table, room):
    """Rows that fit into `room` millimetres, with their heights."""
    high = rng.uniform(*((6.8, 10.5) if plan.manner == "pen" else (5.6, 9.0)))
    high = max(high, table.hand.height(sheet, table.size) * 1.02)
    if any(column.wrap for column in table.columns):
        high = max(high, table.hand.line(table.size) * 2 + 1.6)
    wanted = min(int(room / high), rng.choice((12, 18, 25, 25, 30, 40, 60)))
    rows, heights = [], []
    while len(rows) < wanted:
        if "groups" in plan.traits and (not rows or rng.random() < 0.07):
            name = office.school("upper" if plan.level != "lower" else "lower")
            rows.append(
                columns.Row(
                    "group",
                    text=rng.choice(
                        (
                            f"Trường {name}",
                            f"Hội đồng thi {name}",
                            f"Lớp {rng.choice(('12', '9'))}A{rng.randint(1, 9)}",
                            f"{rng.choice('IVX')}. {name}",
                        )
                    ),
                )
            )
            if rng.random() < 0.3:
                maker.stt = 0
        rows.append(maker.row())
    rows = rows[:wanted]
    if rows and rows[-1].kind == "group":
        rows.pop()
    data = [row for row in rows if row.kind == "data"]
    if "crossed-out" in plan.traits:
        for row in rng.sample(data, min(len(data), rng.randint(1, 2))):
            row.void = True
    if "ditto" in plan.traits:
        columns.dittoed(rng, rows, maker.keys, rng.choice(('"', "nt", "-nt-", "//", "″", "- nt -")))
    if "corrections" in plan.traits and table.hand.scales:
        columns.corrected(rng, data, [column.key for column in table.columns], rng.randint(1, 3))
    if "total" in plan.traits and rows:
        rows[-1] = columns.Row(
            "total",
            text=rng.choice(
                (f"Cộng: {len(data) - 1}", f"Tổng số {len(data) - 1} học sinh", f"Cộng trang: {len(data) - 1} em")
            ),
        )
    if "blank-rows" in plan.traits and len(rows) > 8:
        for n in range(len(rows) - rng.randint(2, 6), len(rows)):
            rows[n] = columns.Row("blank")
    for _ in rows:
        heights.append(high * (rng.uniform(0.85, 1.3) if "uneven" in plan.traits else 1))
    while sum(heights) > room and len(rows) > 3:
        rows.pop(-2)
        heights.pop(-2)
    return rows, heights


def _table(sheet, plan, rng, office, chosen, hand, press, room):
    sizes = {"laser": (10, 12.5), "pen": (11, 13.5), "typed": (12, 12), "needles": (11, 11)}
    low, high = sizes[plan.manner]
    ink = (
        rng.choice(((26, 26, 30), (26, 26, 30), (60, 60, 66), (90, 60, 60), (70, 90, 130)))
        if plan.manner != "laser"
        else (26, 26, 30)
    )
    table = TableDrawing(sheet, plan, list(chosen), hand, press, rng.uniform(low, high), ink)
    maker = columns.Rows(rng, plan, office, chosen, hand.capitals)
    sample = deepcopy(maker)
    table.fit_columns([sample.row() for _ in range(45)], room)
    return table, maker


def _pages(sheet, new_sheet, plan, rng, office, chosen, hand, press, x0, x1, y):
    """The table over one page, or over several of a volume, whose later pages have no heading and perhaps no heads."""
    spread = "spread" in plan.traits
    gutter = rng.uniform(14, 24) if spread else 0
    table, maker = _table(sheet, plan, rng, office, chosen, hand, press, x1 - x0 - gutter)
    if spread:
        _open_book(table, sheet, plan, x0, x1, gutter)
    if plan.more["head"] != "full":
        maker.stt = rng.randint(0, 40) * rng.choice((1, 25))
    style = next(
        (
            style
            for trait, style in (("bare", rng.choice(("lying", "none"))), ("lying", "lying"), ("frame-only", "lying"))
            if trait in plan.traits
        ),
        "grid",
    )
    sheets = [sheet]
    for page in range(plan.more.get("pages", 1)):
        if page:
            sheet, y = new_sheet(plan.width, plan.height), rng.uniform(13, 20)
            sheets.append(sheet)
            table.sheet = sheet
        heads_too = plan.more["head"] != "headless" if page == 0 else plan.more["again"]
        plan.more["head_top"] = y
        if heads_too:
            y = table.draw_heads(x0, y, style)
        rows, heights = _rows(sheet, plan, rng, office, maker, table, sheet.height - y - rng.uniform(10, 16))
        y = table.draw_rows(x0, y, rows, heights)
    end = x0 + (x1 - x0) / 2 - 12 if spread else x1
    if plan.manner != "pen" or "form" not in plan.traits:
        heads.closing(sheet, plan, office, press, hand, x0, end, y, sum(len(page.records) for page in sheets))
    return sheets


def _open_book(table, sheet, plan, x0, x1, gutter) -> None:
    """Columns on two pages, the gutter between them in the middle of the sheet."""
    middle = sheet.width / 2
    ends, total = [], x0
    for column in table.columns:
        total += column.width
        ends.append(total)
    split = (
        min(range(2, len(table.columns) - 1), key=lambda n: abs(ends[n - 1] - middle)) if len(table.columns) > 4 else 2
    )
    left, right = table.columns[:split], table.columns[split:]
    for part, room in ((left, middle - gutter / 2 - x0), (right, x1 - middle - gutter / 2)):
        factor = room / sum(column.width for column in part)
        for column in part:
            column.width *= factor
    if left[-1].group and left[-1].group == right[0].group:
        for column in (*left, *right):
            column.group = "" if column.group == right[0].group else column.group
    table.columns = [*left, columns.Column("_gay", "", width=gutter), *right]
    plan.more["gutter"] = 0.5


def _twin(sheet, plan, rng, office, chosen, hand, press, x0, x1, y) -> None:
    """Two tables side by side, the second goes on where the first ends."""
    middle, gap = (x0 + x1) / 2, rng.uniform(5, 10)
    kept = [
        c
        for c in chosen
        if c.key not in ("noi_sinh", "que_quan", "cho_o", "_sig", "ghi_chu", "truong", "hoi_dong", "cccd", "ngay_cap")
    ]
    table, maker = _table(sheet, plan, rng, office, kept, hand, press, middle - x0 - gap / 2)
    rows, heights = None, None
    for start in (x0, middle + gap / 2):
        top = y
        plan.more["head_top"] = top
        if plan.more["head"] != "headless":
            top = table.draw_heads(start, y, "grid")
        if rows is None:
            rows, heights = _rows(sheet, plan, rng, office, maker, table, sheet.height - top - 14)
        else:
            rows = [maker.row() for _ in rows]
        table.draw_rows(start, top, rows, heights)
    sheet.table = None
