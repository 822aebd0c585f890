"""Columns of a register: what they hold, what stands over them, and rows of made-up learners."""

from dataclasses import dataclass, field
from random import Random

from words import people
from words.numbers import BookNumber, DateManner, Serial, day_of, iso
from words.places import address

RECORD = (
    "stt",
    "so_vao_so",
    "so_hieu",
    "ho_ten",
    "ngay_sinh",
    "gioi_tinh",
    "dan_toc",
    "noi_sinh",
    "xep_loai",
    "ghi_chu",
)
PARTS = {"ho_dem": "ho_ten", "ten_rieng": "ho_ten", "d": "ngay_sinh", "m": "ngay_sinh", "y": "ngay_sinh",
         "nam_sinh": "ngay_sinh", "nam_x": "gioi_tinh", "nu_x": "gioi_tinh"}  # fmt: skip
DITTOABLE = ("noi_sinh", "que_quan", "dan_toc", "truong", "hoi_dong", "xep_loai", "ngay_cap", "lop")
SUBJECTS = ["Toán", "Văn", "Lý", "Hóa", "Sinh", "Sử", "Địa", "Ng.ngữ", "GDCD", "Anh"]

HEADS = {
    "stt": ["STT", "TT", "Số TT", "Số thứ tự", "S.T.T", "Thứ tự", "Số\nT.T"],
    "ho_ten": ["Họ và tên", "Họ tên", "Họ, chữ đệm và tên", "Họ và tên học sinh", "Họ và tên thí sinh", "Họ tên người được cấp bằng",
               "Tên họ", "HỌ VÀ TÊN", "Họ tên người học", "Ghi tên"],
    "ho_dem": ["Họ và chữ đệm", "Họ", "Họ và tên đệm", "Họ và chữ lót", "Họ đệm"],
    "ten_rieng": ["Tên", "TÊN", "Tên", "Tên gọi"],
    "ngay_sinh": ["Ngày sinh", "Ngày, tháng, năm sinh", "Ngày tháng năm sinh", "Sinh ngày", "Ngày tháng\nnăm sinh", "Ngày, tháng sinh"],
    "nam_sinh": ["Năm sinh", "N. sinh", "Sinh năm", "Năm\nsinh"],
    "d": ["Ngày", "Ng.", "N"], "m": ["Tháng", "Th.", "T"], "y": ["Năm", "N.", "Năm"],
    "gioi_tinh": ["Giới tính", "Nam/Nữ", "Phái", "GT", "Giới", "Nam, nữ", "Nam hay nữ"],
    "nam_x": ["Nam"], "nu_x": ["Nữ", "Nữ", "Con gái"],
    "dan_toc": ["Dân tộc", "DT", "D.tộc", "Dân\ntộc", "Thành phần dân tộc"],
    "noi_sinh": ["Nơi sinh", "Nơi sinh (xã, huyện, tỉnh)", "Sinh quán", "Chỗ sinh", "Sinh tại", "Nơi sinh (huyện, tỉnh)"],
    "que_quan": ["Quê quán", "Nguyên quán", "Quê quán (xã, huyện)"],
    "cho_o": ["Chỗ ở hiện nay", "Nơi ở", "Hộ khẩu thường trú", "Địa chỉ", "Trú quán"],
    "sbd": ["SBD", "Số báo danh", "Số BD", "Số ký danh", "Báo danh"],
    "truong": ["Trường", "Học sinh trường", "Học tại trường", "Đơn vị", "Nơi học"],
    "lop": ["Lớp", "Lớp"],
    "hoi_dong": ["Hội đồng thi", "HĐ thi", "Hội đồng coi thi", "HĐT"],
    "tong_diem": ["Tổng điểm", "Cộng", "Tổng số điểm", "Điểm xét TN", "ĐXL", "T.điểm"],
    "xep_loai": ["Xếp loại", "Loại", "Hạng", "XLTN", "Xếp loại tốt nghiệp", "Xếp hạng", "Loại tốt nghiệp", "Loại TN"],
    "so_hieu": ["Số hiệu", "Số bằng", "Số hiệu bằng", "Số hiệu văn bằng", "Số phôi", "Số hiệu bằng tốt nghiệp", "Số văn bằng", "Số VB"],
    "so_vao_so": ["Số vào sổ", "Số vào sổ gốc", "Số sổ gốc", "Số đăng bộ", "Vào sổ số", "Số vào sổ cấp bằng", "Số QĐ vào sổ"],
    "ngay_cap": ["Ngày cấp", "Ngày cấp bằng", "Ngày nhận bằng", "Ngày nhận", "Ngày ký"],
    "cccd": ["Số CCCD", "Số định danh", "CMND/CCCD", "Số định danh cá nhân"],
    "uu_tien": ["Diện ưu tiên", "Đối tượng", "Ưu tiên", "ƯT"], "cha_me": ["Họ tên cha (mẹ)", "Con ông (bà)", "Cha hoặc mẹ"],
    "ma_hs": ["Mã HS", "Mã học sinh", "Số học bạ", "Số hồ sơ"], "hanh_kiem": ["Hạnh kiểm", "HK", "H.kiểm"], "hoc_luc": ["Học lực", "HL"],
    "nghe": ["Điểm nghề", "Nghề PT", "Nghề"], "nguoi_nhan": ["Người nhận", "Họ tên người nhận thay"],
    "_sig": ["Chữ ký người nhận", "Ký nhận", "Người nhận ký tên", "Ký tên", "Ký, ghi tên", "Chữ ký"],
    "ghi_chu": ["Ghi chú", "Ghi chú", "Chú thích", "G.chú", "Phụ chú"],
}  # fmt: skip
GROUPS = {"ho": ["Họ và tên", "HỌ VÀ TÊN", "Họ tên thí sinh", "Họ, chữ đệm và tên"], "ngay": ["Ngày tháng năm sinh", "Ngày sinh", "NGÀY SINH", "Sinh"],
          "gioi": ["Giới tính", "Phái", "Nam - Nữ", "Giới"], "diem": ["Điểm thi", "Điểm các môn thi", "KẾT QUẢ THI", "Điểm bài thi"],
          "bang": ["Văn bằng", "Bằng tốt nghiệp", "BẰNG", "Số hiệu bằng và vào sổ"]}  # fmt: skip
STRANGE = ("uu_tien", "cha_me", "ma_hs", "hanh_kiem", "hoc_luc", "nghe", "nguoi_nhan")
NARROW = {
    "stt",
    "d",
    "m",
    "y",
    "nam_x",
    "nu_x",
    "gioi_tinh",
    "dan_toc",
    "lop",
    "tong_diem",
    "xep_loai",
    "nam_sinh",
    "sbd",
}
CENTRED = NARROW | {"ngay_sinh", "so_hieu", "so_vao_so", "ngay_cap", "cccd"}


@dataclass
class Column:
    """One column: its key, the words over it, the words over it and its neighbours."""

    key: str
    head: str
    group: str = ""
    align: str = "left"
    width: float = 0.0
    wrap: bool = False


@dataclass
class Row:
    """What stands in a row: `kind` is `data`, `group`, `blank` or `total`; `text` goes across."""

    kind: str
    cells: dict[str, str] = field(default_factory=dict)
    text: str = ""
    learner: people.Learner | None = None
    signed: bool = False
    meaning: dict[str, str] = field(default_factory=dict)
    old: dict[str, str] = field(default_factory=dict)
    void: bool = False
    iso: str = ""


def chosen(rng: Random, plan, press=None) -> list[Column]:
    """The columns of a page, from left to right."""
    traits = plan.traits
    keys: list[tuple[str, str]] = []
    number_at = (
        rng.choice(("left", "after", "right", "right", "none")) if plan.sub != "exam" else rng.choice(("none", "right"))
    )
    if rng.random() < 0.93:
        keys.append(("stt", ""))
    if rng.random() < (0.75 if plan.sub == "exam" else 0.12):
        keys.append(("sbd", ""))
    if number_at == "left":
        keys.append(("so_vao_so", ""))
    name = [("ho_dem", "ho"), ("ten_rieng", "ho")] if "split-name" in traits else [("ho_ten", "")]
    born = [("ngay_sinh", "")]
    if "split-date" in traits:
        born = [("d", "ngay"), ("m", "ngay"), ("y", "ngay")]
    elif "year-only" in traits:
        born = [("nam_sinh", "")]
    sex = [("gioi_tinh", "")] if rng.random() < 0.8 else []
    if "ticks" in traits:
        sex = rng.choice(([("nam_x", "gioi"), ("nu_x", "gioi")], [("nam_x", "gioi"), ("nu_x", "gioi")], [("nu_x", "")]))
    place = [("noi_sinh", "")] if rng.random() < 0.9 else []
    if rng.random() < 0.16:
        place.append(("que_quan", ""))
    if rng.random() < 0.1:
        place.append(("cho_o", ""))
    if len(place) > 1 and rng.random() < 0.3:
        place.reverse()
    middle = [born, sex, place, [("dan_toc", "")] if rng.random() < 0.55 else []]
    if rng.random() < 0.55:
        rng.shuffle(middle)
    keys += name
    if number_at == "after":
        keys.append(("so_vao_so", ""))
    keys += [key for part in middle for key in part]
    if rng.random() < 0.2:
        keys.append(("truong", ""))
    if rng.random() < 0.12:
        keys.append(("lop", ""))
    if rng.random() < 0.08:
        keys.append(("hoi_dong", ""))
    if "marks" in traits:
        keys += [(f"diem_{n + 1}", "diem") for n in range(rng.randint(3, 6))]
        keys += [("tong_diem", rng.choice(("", "diem")))] if rng.random() < 0.7 else []
    if rng.random() < 0.85:
        keys.append(("xep_loai", ""))
    numbers = [("so_hieu", "bang")] if rng.random() < (0.2 if plan.sub == "exam" else 0.9) else []
    if number_at == "right":
        numbers.append(("so_vao_so", "bang"))
        if rng.random() < 0.3:
            numbers.reverse()
    keys += numbers if len(numbers) > 1 and rng.random() < 0.35 else [(key, "") for key, _ in numbers]
    if plan.year > 2014 and rng.random() < 0.15:
        keys.append(("cccd", ""))
    if "strange-columns" in traits:
        for key in rng.sample(STRANGE, rng.randint(1, 2)):
            between = [
                n for n in range(2, len(keys) + 1) if n == len(keys) or not keys[n][1] or keys[n][1] != keys[n - 1][1]
            ]
            keys.insert(rng.choice(between), (key, ""))
    if rng.random() < 0.14:
        keys.append(("ngay_cap", ""))
    if rng.random() < 0.45 and plan.sub != "list":
        keys.append(("_sig", ""))
    if rng.random() < 0.6:
        keys.append(("ghi_chu", ""))
    return _headed(rng, plan, keys, press is None or press.capitals)


def _headed(rng: Random, plan, keys, capitals=True) -> list[Column]:
    groups = {name: rng.choice(words) for name, words in GROUPS.items()}
    if rng.random() < 0.12:
        keys = [(key, "" if group == "ho" else group) for key, group in keys]
    case = rng.choice(("as", "as", "upper", "as")) if capitals else "lower"
    subjects = rng.sample(SUBJECTS, 6)
    columns = []
    for key, group in keys:
        head = subjects[int(key[5:]) - 1] if key.startswith("diem_") else rng.choice(HEADS[key])
        if key == "ho_ten" and any(k == "ten_rieng" for k, _ in keys):
            head = "Họ"
        words = groups.get(group, "")
        align = "centre" if key in CENTRED or key.startswith("diem_") else "left"
        if key == "stt" and rng.random() < 0.2:
            align = "right"
        if case == "upper":
            head, words = head.upper(), words.upper()
        if case == "lower" and head.isupper() and len(head) > 4:
            head = head.capitalize()
        if case == "lower" and words.isupper():
            words = words.capitalize()
        columns.append(Column(key, head, words, align))
    return columns


class Rows:
    """Makes the rows of a page; what one office does alike it does alike throughout."""

    def __init__(self, rng: Random, plan, office, columns: list[Column], capitals=True) -> None:
        self.rng, self.plan, self.office = rng, plan, office
        self.keys = [column.key for column in columns]
        self.dates, self.serial = DateManner(rng, plan.year, short="laser" not in plan.traits), Serial(rng, plan.year)
        self.book = BookNumber(
            rng, plan.year, office.school("upper"), office.lower() if plan.level == "lower" else office.upper()
        )
        self.age = {"lower": 15, "upper": 18, "gdtx": 24, "higher": 22, "primary": 11}[plan.level]
        self.capital = rng.random() < 0.22 and capitals
        self.sexes = (
            rng.choice((("Nam", "Nữ"), ("Nam", "Nữ"), ("nam", "nữ"), ("NAM", "NỮ") if capitals else ("Nam", "Nữ")))
            if rng.random() < 0.85
            else ("", "Nữ")
        )
        self.tick = rng.choice(("x", "x", "X", "+", "v", "1"))
        self.grades = rng.choice(
            (
                ("Giỏi", "Khá", "Trung bình"),
                ("Giỏi", "Khá", "TB"),
                ("G", "K", "TB"),
                ("Giỏi", "Khá", "T.Bình"),
                ("Ưu", "Khá", "Trung bình"),
            )
        )
        self.point, self.sbd = rng.choice((",", ".")), rng.randint(1, 900) * (1 if rng.random() < 0.5 else 100)
        self.short_year = rng.random() < 0.25
        self.schools = [
            office.school(plan.level if plan.level in ("upper", "lower", "gdtx") else "upper") for _ in range(3)
        ]
        self.lop = rng.choice(("12A{n}", "12/{n}", "9A{n}", "9/{n}", "12C{n}", "12B{n}"))
        self.given = self.dates.write(*day_of(rng, plan.year, (7, 12)))
        self.pad = rng.choice((0, 0, 0, 2, 3))
        self.stt = self.count = 0
        self.place = ""

    def row(self) -> Row:
        rng, plan = self.rng, self.plan
        person = people.learner(rng, plan.year, self.office.ethnic(), self.age)
        d, m, y = person.born
        if not self.place or rng.random() < 0.65:
            self.place = self.office.manner.place(rng, y)
        self.stt += 1
        self.count += 1
        name = person.name.upper() if self.capital else person.name
        before, given = (part.upper() if self.capital else part for part in (person.before_given, person.given))
        grade = rng.choices(self.grades, (1, 4, 9))[0]
        cells = {
            "stt": f"{self.stt:0{self.pad}}" if self.pad else str(self.stt), "ho_ten": name, "ho_dem": before, "ten_rieng": given,
            "ngay_sinh": self.dates.write(d, m, y), "nam_sinh": str(y), "d": f"{d:02}", "m": f"{m:02}",
            "y": f"{y % 100:02}" if self.short_year else str(y), "gioi_tinh": self.sexes[person.sex == "Nữ"],
            "nam_x": self.tick if person.sex == "Nam" else "", "nu_x": self.tick if person.sex == "Nữ" else "", "dan_toc": person.ethnic,
            "noi_sinh": self.place, "que_quan": self.office.manner.place(rng, plan.year), "cho_o": address(rng, self.office.home),
            "sbd": f"{self.sbd + self.count:06}" if self.sbd > 900 else str(self.sbd + self.count), "truong": rng.choice(self.schools), "lop": self.lop.format(n=rng.randint(1, 6)),
            "hoi_dong": self.schools[0], "xep_loai": grade, "ngay_cap": self.given, "so_hieu": "", "so_vao_so": "",
            "cccd": f"0{rng.randint(10, 96)}{rng.randint(0, 3)}{y % 100:02}{rng.randint(0, 999999):06}", "ghi_chu": "",
            "uu_tien": rng.choice(("", "", "Con TB", "DTTS", "Vùng cao", "2", "1b")), "cha_me": people.adult(rng), "ma_hs": f"{rng.randint(1000, 99999):06}",
            "hanh_kiem": rng.choice(("Tốt", "Tốt", "Khá", "TB")), "hoc_luc": grade, "nghe": f"{rng.randint(50, 100) / 10:.1f}".replace(".", self.point),
            "nguoi_nhan": people.adult(rng) if rng.random() < 0.2 else "",
        }  # fmt: skip
        if "so_hieu" in self.keys:
            cells["so_hieu"] = self.serial.take(rng)
        if "so_vao_so" in self.keys:
            cells["so_vao_so"] = self.book.take()
        total = 0.0
        for key in self.keys:
            if key.startswith("diem_"):
                mark = rng.randint(9, 19) / 2
                total += mark
                cells[key] = (
                    f"{mark:.1f}".replace(".", self.point) if mark % 1 or rng.random() < 0.5 else str(int(mark))
                )
        cells["tong_diem"] = f"{total:.1f}".replace(".", self.point)
        if rng.random() < 0.07:
            cells["ghi_chu"] = rng.choice(
                (
                    "Miền núi",
                    "Con TB",
                    "Đã nhận",
                    "Cấp lại",
                    "UQ nhận",
                    "Hộ nghèo",
                    "Diện 2",
                    "Chưa nhận",
                    "KK 1,0",
                    "Nhận thay",
                )
            )
        if rng.random() < 0.02 and "dan_toc" in self.keys:
            cells["dan_toc"] = ""
        return Row("data", {key: cells[key] for key in self.keys if key in cells}, learner=person, iso=iso(d, m, y),
                   signed="_sig" in self.keys and rng.random() < plan.signing)  # fmt: skip


def dittoed(rng: Random, rows: list[Row], keys, mark: str) -> None:
    """Repeats are written as a mark, in columns where this office does so."""
    wanted = [key for key in keys if key in DITTOABLE]
    wanted = rng.sample(wanted, min(len(wanted), rng.randint(1, 2)))
    for key in wanted:
        above = None
        for row in rows:
            if row.kind != "data":
                above = None
                continue
            if above and rng.random() < 0.55:
                row.cells[key], row.meaning[key] = mark, above
            else:
                above = row.cells.get(key)


def corrected(rng: Random, rows: list[Row], keys, count: int) -> None:
    """Values that a pen struck out and wrote anew."""
    plain = [row for row in rows if row.kind == "data"]
    for row in rng.sample(plain, min(count, len(plain))):
        key = rng.choice(
            [key for key in keys if key in ("ho_ten", "ten_rieng", "ngay_sinh", "so_hieu", "noi_sinh", "xep_loai")]
            or [None]
        )
        if not key or not row.cells.get(key) or key in row.meaning:
            continue
        old = row.cells[key]
        if key in ("ngay_sinh", "so_hieu"):
            place = rng.choice([n for n, letter in enumerate(old) if letter.isdigit()])
            old = old[:place] + str((int(old[place]) + rng.randint(1, 8)) % 10) + old[place + 1 :]
        elif key == "xep_loai":
            old = rng.choice(("Khá", "TB", "Giỏi"))
        else:
            old = " ".join([*old.split()[:-1], rng.choice(("Hoa", "Tâm", "Hùng", "Lan", "An"))])
        if old != row.cells[key]:
            row.old[key] = old
