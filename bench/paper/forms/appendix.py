"""Appendix of a register: corrections and reissues, a row each."""

from forms import heads
from forms.columns import Column, Row
from forms.tables import TableDrawing
from kit.hands import Print
from words import people
from words.numbers import BookNumber, DateManner, Serial, day_of

KEYS = ("so_dinh_danh", "so_hieu_cu", "so_hieu_moi", "so_vao_so_moi", "noi_dung_chinh_sua")
HEADS = {
    "stt": ("STT", "TT"), "ho_ten": ("Họ và tên", "Họ, chữ đệm, tên"), "so_dinh_danh": ("Số định danh cá nhân", "Số CCCD", "CCCD"),
    "ngay_sinh": ("Ngày tháng năm sinh", "Ngày sinh"), "so_hieu_cu": ("Số hiệu văn bằng đã được cấp", "Số hiệu đã cấp", "Số hiệu bằng cũ"),
    "so_hieu_moi": ("Số hiệu văn bằng cấp lại (nếu có)", "Số hiệu cấp lại"), "so_vao_so_moi": ("Số vào sổ gốc cấp bằng mới (nếu có)", "Số vào sổ mới"),
    "noi_dung_chinh_sua": ("Nội dung chỉnh sửa", "Nội dung được chỉnh sửa", "Nội dung điều chỉnh"), "_sig": ("Chữ ký người nhận", "Ký nhận"), "ghi_chu": ("Ghi chú",),
}  # fmt: skip


def _change(rng, person, old_name: str) -> str:
    d, m, y = person.born
    return rng.choice((f"Họ tên: {old_name} sửa thành {person.name}", f"Ngày sinh từ {d:02}/{m:02}/{y - 1} thành {d:02}/{m:02}/{y}",
                       "Nơi sinh, theo trích lục khai sinh", f"Chữ đệm: {old_name.split()[1]} thành {person.middle or 'Thị'}",
                       "Dân tộc: Kinh thành Hrê", f"Giới tính ghi sai, sửa là {person.sex}", "Cấp lại do sai sót khi in"))  # fmt: skip


def draw(plan, rng, new_sheet, office):
    plan.width, plan.height = (297, 210)
    plan.more.update(keys=KEYS, head_top=0)
    sheet, press = new_sheet(plan.width, plan.height), Print(rng, rng.choice(("serif", "sans")))
    x0, x1 = 15, plan.width - 12
    heading = heads.Heading(sheet, plan, office, press, press, x0, x1)
    y = heading.letterhead(16, [office.council().upper(), office.department().upper()], motto=rng.random() < 0.7)
    y = heading.title(y + 5, heads.title(rng, plan))
    decision = (
        f"{rng.randint(11, 900)}/QĐ-SGDĐT ngày {DateManner(rng, 2020, short=False).write(*day_of(rng, plan.year))}"
    )
    y = heading.about(
        y + 1,
        [
            (
                "qd_chinh_sua",
                rng.choice(("Quyết định chỉnh sửa số:", "Theo Quyết định chỉnh sửa văn bằng số", "Quyết định số")),
                decision,
            )
        ],
        "centred",
    )
    keys = [
        key for key in HEADS if key not in ("so_dinh_danh", "_sig", "so_vao_so_moi", "ghi_chu") or rng.random() < 0.6
    ]
    columns = [
        Column(
            key,
            rng.choice(HEADS[key]),
            align="left" if key in ("ho_ten", "noi_dung_chinh_sua") else "centre",
            wrap=key == "noi_dung_chinh_sua",
        )
        for key in keys
    ]
    dates, serial, new, book = (
        DateManner(rng, 2010),
        Serial(rng, plan.year - 9),
        Serial(rng, plan.year),
        BookNumber(rng, plan.year, office.district),
    )
    rows = []
    for n in range(rng.randint(4, 14)):
        person = people.learner(rng, plan.year - 8)
        again = rng.random() < 0.6
        cells = {"stt": str(n + 1), "ho_ten": person.name, "so_dinh_danh": f"0{rng.randint(10**10, 10**11 - 1)}", "ngay_sinh": dates.write(*person.born),
                 "so_hieu_cu": serial.take(rng), "so_hieu_moi": new.take(rng) if again else "", "so_vao_so_moi": book.take() if again else "",
                 "noi_dung_chinh_sua": _change(rng, person, people.adult(rng)), "ghi_chu": rng.choice(("", "", "", "Đã nhận"))}  # fmt: skip
        rows.append(
            Row("data", {key: cells[key] for key in keys if key in cells}, learner=person, signed=rng.random() < 0.7)
        )
    table = TableDrawing(sheet, plan, columns, press, press, rng.uniform(10.5, 12))
    table.fit_columns(rows, x1 - x0)
    y = table.draw_heads(x0, y + 1, "grid")
    high = rng.uniform(10, 13)
    rows = rows[: int((plan.height - y - 14) / high)]
    y = table.draw_rows(x0, y, rows, [high] * len(rows))
    heads.closing(sheet, plan, office, press, press, x0, x1, y, len(rows))
    return sheet
