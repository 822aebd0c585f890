"""Over and under a register's table: letterhead, title, what the page is about, closing words and signatures."""

from kit import marks
from words import people
from words.numbers import DateManner, day_of, long_date

LEVELS = {
    "upper": ("TRUNG HỌC PHỔ THÔNG", "PHỔ THÔNG TRUNG HỌC", "CẤP III PHỔ THÔNG", "THPT", "PTTH", "CẤP 3"),
    "lower": ("TRUNG HỌC CƠ SỞ", "PHỔ THÔNG CƠ SỞ", "CẤP II PHỔ THÔNG", "THCS", "PTCS", "CẤP 2"),
    "gdtx": (
        "BỔ TÚC TRUNG HỌC PHỔ THÔNG",
        "BỔ TÚC VĂN HÓA CẤP III",
        "BỔ TÚC VĂN HÓA",
        "BTTHPT",
        "BTVH",
        "BTVH CẤP III",
    ),
    "higher": (
        "CAO ĐẲNG",
        "TRUNG CẤP CHUYÊN NGHIỆP",
        "TRUNG HỌC CHUYÊN NGHIỆP",
        "CAO ĐẲNG SƯ PHẠM",
        "TRUNG CẤP",
        "THCN",
    ),
    "primary": ("TIỂU HỌC", "TIỂU HỌC", "CẤP I", "TIỂU HỌC", "TH", "CẤP 1"),
}
TITLES = {
    "book": ["SỔ GỐC CẤP BẰNG TỐT NGHIỆP {l}", "SỔ CẤP BẰNG TỐT NGHIỆP {l}", "SỔ ĐĂNG KÝ CẤP BẰNG TỐT NGHIỆP {l}", "SỔ ĐĂNG BỘ VĂN BẰNG {l}",
             "SỔ GỐC VĂN BẰNG TỐT NGHIỆP {l}", "SỔ GỐC|BẰNG TỐT NGHIỆP {l}", "SỔ GỐC CẤP BẰNG|TỐT NGHIỆP {l}", "SỔ LƯU CẤP VĂN BẰNG {l}",
             "SỔ GỐC CẤP VĂN BẰNG", "SỔ VÀO SỔ BẰNG {s}", "SỔ GHI CẤP BẰNG TỐT NGHIỆP|{l}"],
    "delivery": ["SỔ CẤP PHÁT BẰNG TỐT NGHIỆP {l}", "SỔ THEO DÕI CẤP PHÁT VĂN BẰNG", "SỔ PHÁT BẰNG {s}", "DANH SÁCH KÝ NHẬN BẰNG TỐT NGHIỆP {s}",
                 "SỔ GIAO NHẬN BẰNG TỐT NGHIỆP {l}"],
    "list": ["DANH SÁCH HỌC SINH ĐƯỢC CÔNG NHẬN TỐT NGHIỆP|{l}", "DANH SÁCH TRÚNG TUYỂN TỐT NGHIỆP {s}", "DANH SÁCH HỌC SINH TỐT NGHIỆP {l}",
             "DANH SÁCH CẤP BẰNG TỐT NGHIỆP {l}", "DANH SÁCH THÍ SINH ĐỖ TỐT NGHIỆP {s}", "BẢNG DANH SÁCH CẤP BẰNG {s}"],
    "exam": ["BẢNG GHI TÊN GHI ĐIỂM|KỲ THI TỐT NGHIỆP {l}", "BẢNG GHI ĐIỂM THI TỐT NGHIỆP {s}", "KẾT QUẢ THI TỐT NGHIỆP {l}",
             "DANH SÁCH THÍ SINH DỰ THI TỐT NGHIỆP {s}"],
    "copies": ["SỔ CẤP BẢN SAO BẰNG TỐT NGHIỆP", "SỔ THEO DÕI CẤP BẢN SAO VĂN BẰNG TỪ SỔ GỐC", "SỔ CẤP BẢN SAO VĂN BẰNG, CHỨNG CHỈ"],
    "appendix": ["PHỤ LỤC SỔ GỐC CẤP BẰNG TỐT NGHIỆP {s}", "PHỤ LỤC SỔ GỐC", "PHỤ LỤC SỔ GỐC VĂN BẰNG"],
}  # fmt: skip
MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")


def level_words(rng, year: int, level: str) -> tuple[str, str]:
    """The school level in full and in short, as the year has it."""
    words = LEVELS[level]
    place = 0 if year >= 1997 else 1 if year >= 1981 else 2
    short = words[3 + place]
    return words[place], ".".join(short) + "." if short in ("PTTH", "PTCS", "BTVH") and rng.random() < 0.25 else short


def title(rng, plan) -> list[str]:
    """The title in one to three lines."""
    full, short = level_words(rng, plan.year, plan.level)
    text = rng.choice(TITLES[plan.sub]).format(l=full, s=short)
    lines = text.split("|")
    if rng.random() < 0.12:
        lines = [line.capitalize() for line in lines]
    return lines


def spoken(press, text: str) -> str:
    """Capitals only in a hand that writes words in capitals."""
    return text if press.capitals or not text.isupper() else text.capitalize()


def about(rng, plan, office) -> list[tuple[str, str, str]]:
    """What the page is about: (key, label, value), in no order yet."""
    y = plan.year
    dates = DateManner(rng, y, short=False)
    school = office.higher() if plan.level == "higher" else office.school(plan.level)
    short = school.split(" ", 1)[1] if rng.random() < 0.3 and " " in school else school
    decision = f"{rng.randint(12, 2400)}/{rng.choice(('QĐ', 'QĐ-SGDĐT', 'QĐ-GD', 'QĐ-UB', 'QĐ/GDĐT', 'QĐ-TN'))}"
    day = (
        dates.write(*day_of(rng, y, (6, 9)))
        if rng.random() < 0.7
        else long_date(rng, *day_of(rng, y, (6, 9))).removeprefix("ngày ")
    )
    possible = [
        ("hoi_dong", rng.choice(("Hội đồng thi:", "Hội đồng coi thi:", "Hội đồng thi", "HĐ thi:", "Hội đồng chấm thi:")), short),
        ("truong", rng.choice(("Học sinh trường:", "Trường:", "Trường", "Đơn vị trường:", "Học viên:")), school),
        ("khoa_thi", rng.choice(("Khóa thi ngày:", "Khóa ngày", "Khóa thi:", "Khoá ngày:", "Kỳ thi ngày")), dates.write(*day_of(rng, y, (5, 8)))),
        ("nam_hoc", rng.choice(("Năm học:", "Năm học", "Niên khóa:", "Niên học:")), rng.choice((f"{y - 1} - {y}", f"{y - 1}-{y}", f"{y - 1} – {y}"))),
        ("nam_tot_nghiep", rng.choice(("Năm tốt nghiệp:", "Năm tốt nghiệp", "Tốt nghiệp năm:", "TN năm")), str(y)),
        ("qd_cong_nhan", rng.choice(("Quyết định công nhận tốt nghiệp số", "Theo Quyết định số", "QĐ công nhận TN số:", "Căn cứ Quyết định số")),
         f"{decision} ngày {day}"),
    ]  # fmt: skip
    picked = rng.sample(possible, rng.randint(1, 4))
    if len(picked) > 2 and {"hoi_dong", "truong"} <= {key for key, _, _ in picked} and rng.random() < 0.5:
        picked = [part for part in picked if part[0] != "truong"]
    return picked


class Heading:
    """Draws what stands over the table of one sheet."""

    def __init__(self, sheet, plan, office, press, filler, x0, x1) -> None:
        self.sheet, self.plan, self.office, self.press, self.filler = sheet, plan, office, press, filler
        self.x0, self.x1 = x0, x1

    def letterhead(self, y, agency: list[str], motto=True) -> float:
        sheet, rng, size = self.sheet, self.sheet.rng, self.sheet.rng.uniform(10, 12.5)
        left, right = self.x0 + (self.x1 - self.x0) * 0.23, self.x0 + (self.x1 - self.x0) * 0.74
        room = (self.x1 - self.x0) * 0.42
        at = y
        for n, line in enumerate(agency):
            last = n == len(agency) - 1
            for part in sheet.broken(spoken(self.press, line), self.press, size, room, last):
                sheet.write(
                    left,
                    at,
                    part,
                    self.press,
                    size,
                    bold=last,
                    align="centre",
                    fit=room,
                    key="co_quan" if last else None,
                )
                at += size * 0.45
        if self.press.scales:
            sheet.rule(left - 14, at - size * 0.3, left + 14, at - size * 0.3, 0.25)
        if motto:
            sheet.write(
                right, y, spoken(self.press, MOTTO[0]), self.press, size, bold=True, align="centre", fit=room * 1.1
            )
            sheet.write(
                right,
                y + size * 0.45,
                MOTTO[1],
                self.press,
                size * 1.06,
                bold=rng.random() < 0.8,
                align="centre",
                fit=room,
            )
            if self.press.scales:
                sheet.rule(right - 20, y + size * 0.6, right + 20, y + size * 0.6, 0.25)
        return at + size * 0.35

    def title(self, y, lines) -> float:
        sheet, rng = self.sheet, self.sheet.rng
        size, spaced = rng.uniform(13, 18), rng.choice((0, 0, 0, 0, 0.8, 1.6))
        place = rng.choice(("centre", "centre", "centre", "centre", "left"))
        at = {"centre": (self.x0 + self.x1) / 2, "left": self.x0 + 2}[place]
        for n, line in enumerate(lines):
            sheet.write(
                at,
                y,
                spoken(self.press, line),
                self.press,
                size * (1 if n == 0 else 0.92),
                bold=rng.random() < 0.9,
                align=place,
                spaced=spaced,
                fit=self.x1 - self.x0 - 4,
                under=rng.random() < 0.06,
            )
            y += max(size * 0.5, self.press.height(sheet, size) * 1.1)
        return y

    def about(self, y, parts, manner: str) -> float:
        """Lines of labels and values: in rows of two, stacked, centred, in brackets, or one sentence."""
        sheet, rng, size = self.sheet, self.sheet.rng, self.sheet.rng.uniform(10.5, 13)
        middle, step = (
            (self.x0 + self.x1) / 2,
            max(5.6, size * 0.52, self.press.height(sheet, size), self.filler.height(sheet, size)),
        )
        wide = max(self._length(f"{label} ", size) + self._value_length(value, size) for _, label, value in parts)
        if manner == "rows" and wide + 20 < (self.x1 - self.x0) / 2:
            for n in range(0, len(parts), 2):
                second = middle + rng.uniform(0, 15)
                for part, x, end in zip(parts[n : n + 2], (self.x0 + 3, second), (middle, self.x1), strict=False):
                    self._pair(x, y, part, size, end - x - 4)
                y += step
        elif manner in ("rows", "stacked"):
            for part in parts:
                self._pair(self.x0 + 3, y, part, size, self.x1 - self.x0 - 10)
                y += step
        else:
            for part in parts:
                key, label, value = part
                opened, closed = ("(", ")") if manner == "brackets" else ("", "")
                long = self._length(f"{opened}{label} ", size) + self._value_length(value + closed, size)
                x = sheet.write(middle - long / 2, y, f"{opened}{label}", self.press, size, italic=manner == "brackets")
                x = sheet.write(
                    x + size * 0.1,
                    y,
                    value,
                    self.filler,
                    size,
                    key=key,
                    italic=manner == "brackets" and self.filler is self.press,
                    bold=self.filler is self.press and rng.random() < 0.3,
                )
                if closed:
                    sheet.write(x, y, closed, self.press, size, italic=True)
                y += step
        return y

    def _length(self, text, size):
        return self.press.measure(self.sheet, text, size)

    def _value_length(self, text, size):
        return self.filler.measure(self.sheet, text, size)

    def _pair(self, x, y, part, size, room) -> None:
        key, label, value = part
        end = self.sheet.write(x, y, label, self.press, size, fit=room * 0.6)
        start = end + size * 0.12
        if self.filler is not self.press and self.sheet.rng.random() < 0.8:
            self.sheet.rule(start, y + 0.7, x + room, y + 0.7, 0.2, (90, 90, 90), (0.2, 0.8))
            start += self.sheet.rng.uniform(1, 8)
        self.sheet.write(
            start,
            y,
            value,
            self.filler,
            size,
            key=key,
            fit=max(20, x + room - start),
            bold=self.filler is self.press and self.sheet.rng.random() < 0.25,
        )


def closing(sheet, plan, office, hand, filler, x0, x1, y, count: int) -> None:
    """The sentence under the table, place and date, signatures, seal; as far as there is room."""
    rng, size = sheet.rng, 11.5
    low = sheet.height - 12
    if rng.random() < 0.55 and y + 6 < low:
        text = rng.choice((f"Danh sách này có {count} học sinh.", f"Tổng cộng: {count} người", f"Ấn định danh sách gồm {count} học sinh./.",
                           f"Cộng trang này: {count} bằng.", f"(Danh sách gồm có {count:02} thí sinh)", f"Tổng số: {count} văn bằng"))  # fmt: skip
        sheet.write(x0 + 5, y + 5, text, hand, size, italic=rng.random() < 0.6)
        y += 6
    if y + 36 > low or rng.random() < 0.2:
        return
    right, left = x0 + (x1 - x0) * 0.76, x0 + (x1 - x0) * 0.24
    d, m, year = day_of(rng, plan.year, (7, 12))
    sheet.write(
        right,
        y + 6,
        f"{office.province}, {long_date(rng, d, m, year)}",
        hand,
        size,
        italic=True,
        align="centre",
        fit=(x1 - x0) * 0.45,
    )
    heads = rng.choice((("NGƯỜI LẬP BẢNG", "HIỆU TRƯỞNG"), ("NGƯỜI VIẾT SỔ", "GIÁM ĐỐC"), ("NGƯỜI GHI SỔ", "TRƯỞNG PHÒNG"), ("", "TM. HỘI ĐỒNG|CHỦ TỊCH"),
                        ("THƯ KÝ", "CHỦ TỊCH HỘI ĐỒNG"), ("NGƯỜI KIỂM TRA", "KT. GIÁM ĐỐC|PHÓ GIÁM ĐỐC")))  # fmt: skip
    for at, words in ((left, heads[0]), (right, heads[1])):
        lines = words.split("|")
        if not words:
            continue
        for n, line in enumerate(lines):
            sheet.write(
                at, y + 12 + n * 5, spoken(hand, line), hand, size, bold=True, align="centre", fit=(x1 - x0) * 0.4
            )
        foot = min(low, y + 12 + 5 * len(lines) + rng.uniform(18, 24))
        marks.signature(sheet, at - 14, foot - 9, rng.uniform(20, 32))
        sheet.write(
            at, foot, people.adult(rng), filler if rng.random() < 0.3 else hand, size, bold=True, align="centre"
        )
    if rng.random() < 0.6:
        marks.seal(
            sheet, right - 14, y + 26, office.council().upper(), office.department().upper(), rng.uniform(15, 18)
        )
