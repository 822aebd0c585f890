"""School records: a learner's book over its pages, transcripts, slips of marks."""

from random import Random

from forms.columns import Column, Row
from forms.flow import Flow
from forms.heads import MOTTO
from forms.plan import Plan, pick, year_of
from forms.registers import RULINGS
from forms.tables import TableDrawing
from kit import marks
from kit.hands import Needles, Pen, Print, Typed
from kit.sheet import BLUE, NAVY
from words import people
from words.numbers import DateManner, day_of, long_date
from words.offices import Office
from words.places import address

SUBJECTS = "Toán|Ngữ văn|Vật lí|Hóa học|Sinh học|Lịch sử|Địa lí|Tiếng Anh|GDCD|Công nghệ|Thể dục|GD quốc phòng|Tin học|Mĩ thuật|Âm nhạc".split(
    "|"
)
OLD_SUBJECTS = (
    "Văn - Tiếng Việt|Sử|Địa|Đại số|Hình học|Lý|Hóa|Sinh vật|Kỹ thuật|Ngoại ngữ|Chính trị|Thể dục|Lao động".split("|")
)
REMARKS = """Chăm ngoan, có ý thức học tập|Cần cố gắng hơn ở các môn tự nhiên|Ngoan, hòa nhã với bạn bè|Học khá đều các môn|Có tiến bộ trong học kỳ II
|Tham gia tốt phong trào của lớp|Tiếp thu bài chậm, cần rèn luyện thêm|Được lên lớp thẳng""".replace("\n", "").split(
    "|"
)
KEYS = ("mon", "hk1", "hk2", "ca_nam", "thi_lai", "_sig")


def plan(rng: Random) -> Plan:
    """One school record to be."""
    sub = pick(rng, hoc_ba=58, bang_diem=26, phieu_diem=16)
    manner = (
        pick(rng, pen=52, laser=34, typed=9, needles=5)
        if sub == "hoc-ba"
        else pick(rng, laser=58, typed=16, needles=12, pen=14)
    )
    year = max(1982, year_of(rng, manner))
    ruling = pick(rng, grid=70, lying=8, dotted_rows=10, standing=6, heavy_frame=6)
    traits = {f"filled-{manner}", ruling}
    if sub == "hoc-ba" and rng.random() < 0.45:
        traits.add("several-pages")
    more = dict(
        zip(("lying", "standing", "frame"), RULINGS[ruling][1], strict=True), head="full", keys=KEYS, printed=("mon",)
    )
    size = (
        rng.choice(((210, 297), (190, 265), (176, 250)))
        if sub == "hoc-ba"
        else rng.choice(((210, 297), (210, 297), (210, 148)))
    )
    return Plan("school", sub, year, traits, *size, level=pick(rng, upper=6, lower=4), manner=manner, more=more)


def draw(plan: Plan, rng: Random, new_sheet):
    """The record's sheets: the first says who, the others the marks of a year each."""
    record = Record(plan, rng, new_sheet)
    if "several-pages" in plan.traits:
        record.cover()
        for _ in range(rng.randint(1, 3)):
            record.year_of_marks()
    else:
        record.year_of_marks()
    return record.sheets


class Record:
    def __init__(self, plan, rng, new_sheet) -> None:
        self.plan, self.rng, self.new_sheet, self.sheets = plan, rng, new_sheet, []
        self.office = Office(rng, plan.year)
        self.press = Print(rng, rng.choice(("serif", "press", "sans")))
        self.hand = {
            "pen": lambda: Pen(rng, colour=rng.choice((BLUE, NAVY))),
            "laser": lambda: self.press,
            "typed": lambda: Typed(rng, 12),
            "needles": lambda: Needles(rng, 12),
        }[plan.manner]()
        self.school = self.office.school(plan.level)
        self.person = people.learner(rng, plan.year, self.office.ethnic(), 17 if plan.level == "upper" else 14)
        self.grade = rng.randint(10, 12) if plan.level == "upper" else rng.randint(6, 9)
        self.size = 12.5 if plan.width > 200 else 11.5
        if plan.height < 200:
            self.size = 10.5
        self.year, self.x0, self.x1 = plan.year, rng.uniform(16, 22), plan.width - rng.uniform(12, 18)
        self.step = self.size * rng.uniform(0.52, 0.66)
        self.dates = DateManner(rng, plan.year, short=False)
        self.place = self.office.manner.place(rng, self.person.born[2])

    def sheet(self):
        self.now = self.new_sheet(self.plan.width, self.plan.height)
        self.sheets.append(self.now)
        return self.now

    def cover(self) -> None:
        """The page that says who the learner is."""
        sheet, rng, press, size = self.sheet(), self.rng, self.press, self.size
        middle, y = self.plan.width / 2, 24
        sheet.write(middle, y, MOTTO[0], press, size, bold=True, align="centre", fit=self.x1 - self.x0)
        sheet.write(middle, y + 5.5, MOTTO[1], press, size, bold=True, align="centre")
        y += 24
        level = {
            "upper": "TRUNG HỌC PHỔ THÔNG" if self.year > 1996 else "PHỔ THÔNG TRUNG HỌC",
            "lower": "TRUNG HỌC CƠ SỞ" if self.year > 1992 else "PHỔ THÔNG CƠ SỞ",
        }[self.plan.level]
        sheet.write(middle, y, "HỌC BẠ", press, size * 2.2, bold=True, align="centre")
        sheet.write(middle, y + 10, level, press, size * 1.2, bold=True, align="centre", fit=self.x1 - self.x0)
        y += 24
        if rng.random() < 0.6:
            marks.photograph(sheet, self.x0, y, 26, 34)
            y += 42
        d, m, born = self.person.born
        lines = [("Họ và tên", "ho_ten", self.person.name), ("Ngày sinh", "ngay_sinh", self.dates.write(d, m, born)), ("Nơi sinh", "noi_sinh", self.place), ("Dân tộc", "", self.person.ethnic),
                 ("Nơi ở hiện nay", "", address(rng, self.office.home)), ("Họ và tên cha", "", people.adult(rng)), ("Họ và tên mẹ", "", people.adult(rng)), ("Học sinh trường", "truong", self.school)]  # fmt: skip
        for label, key, value in lines:
            flow = Flow(sheet, self.x0, self.x1, y, self.step, press, self.hand, size)
            flow.words(f"{label}:")
            flow.value(value, key or None, self.x1 - flow.x - 4)
            y = flow.y + self.step * 1.25
        foot = min(self.plan.height - 40, y + 6)
        sheet.write(
            self.x1 - 34,
            foot,
            f"{self.office.district}, {long_date(rng, *day_of(rng, self.year - 1, (8, 10)))}",
            self.hand,
            size,
            italic=True,
            align="centre",
            fit=80,
        )
        sheet.write(self.x1 - 34, foot + 6, "HIỆU TRƯỞNG", press, size, bold=True, align="centre")
        marks.signature(sheet, self.x1 - 48, foot + 20, 28)
        marks.seal(sheet, self.x1 - 48, foot + 18, f"TRƯỜNG {self.school.upper()}", self.office.district.upper(), 15)
        sheet.write(self.x1 - 34, foot + 30, people.adult(rng), press, size, bold=True, align="centre")

    def year_of_marks(self) -> None:
        """One school year: who, the table of marks, the year's judgement."""
        sheet, rng, press, size = self.sheet(), self.rng, self.press, self.size
        y = self.top(sheet, rng.uniform(12, 18))
        columns, rows = self.marks()
        table = TableDrawing(sheet, self.plan, columns, self.hand, press, size * 0.95)
        self.plan.more["head_top"] = y
        table.fit_columns(rows, self.x1 - self.x0)
        y = table.draw_heads(self.x0, y, "grid" if self.plan.more["standing"] != "none" else "lying")
        room = self.plan.height - y - (34 if self.plan.height < 200 else 68)
        high = max(5.0, min(9.5, room / len(rows)))
        rows = rows[: max(4, int(room / high))]
        y = table.draw_rows(self.x0, y, rows, [high] * len(rows))
        self.judgement(sheet, y + self.step * 1.1)
        self.year += 1
        self.grade += 1

    def top(self, sheet, y) -> float:
        rng, press, size, plan = self.rng, self.press, self.size, self.plan
        first = len(self.sheets) == 1
        values = {
            "lop": f"{self.grade}{rng.choice(('A', 'B', 'C', '/'))}{rng.randint(1, 8)}",
            "nam_hoc": rng.choice((f"{self.year - 1} - {self.year}", f"{self.year - 1}-{self.year}")),
            "ho_ten": self.person.name,
        }
        if plan.sub != "hoc-ba":
            sheet.write(self.x0, y, self.office.department().upper(), press, size * 0.9, fit=80)
            sheet.write(self.x0, y + self.step, f"TRƯỜNG {self.school.upper()}", press, size * 0.9, bold=True, fit=80)
            y += self.step * 2.4
            title = (
                rng.choice(("BẢNG ĐIỂM", "BẢNG ĐIỂM CÁ NHÂN", "KẾT QUẢ HỌC TẬP"))
                if plan.sub == "bang-diem"
                else rng.choice(("PHIẾU ĐIỂM", "PHIẾU BÁO ĐIỂM", "PHIẾU LIÊN LẠC"))
            )
            sheet.write(plan.width / 2, y, title, press, size * 1.4, bold=True, align="centre")
            y += self.step * 1.3
        elif first and rng.random() < 0.4:
            sheet.write(
                plan.width / 2,
                y,
                "HỌC BẠ" if rng.random() < 0.5 else "KẾT QUẢ HỌC TẬP CẢ NĂM",
                press,
                size * 1.3,
                bold=True,
                align="centre",
            )
            y += self.step * 1.4
        lines = [
            [("Họ và tên:", "ho_ten", values["ho_ten"])],
            [("Lớp:", "lop", values["lop"]), ("Năm học:", "nam_hoc", values["nam_hoc"])],
        ]
        if first:
            lines.insert(
                1,
                [
                    ("Ngày sinh:", "ngay_sinh", self.dates.write(*self.person.born)),
                    ("Nơi sinh:", "noi_sinh", self.place),
                ],
            )
            if plan.sub == "hoc-ba" and rng.random() < 0.6:
                lines.append([("Trường:", "truong", self.school)])
        if rng.random() < 0.4:
            lines[0].append(lines[-1].pop(0) if len(lines[-1]) > 1 else ("Lớp:", None, ""))
        for line in lines:
            room = (self.x1 - self.x0) / len(line)
            for n, (label, key, value) in enumerate(line):
                if value:
                    at = sheet.write(self.x0 + n * room, y, label, press, size) + 1.5
                    sheet.write(
                        at,
                        y,
                        value,
                        self.hand,
                        size,
                        key=key,
                        fit=self.x0 + (n + 1) * room - at - 2,
                        bold=self.hand is press,
                        row=y,
                    )
            y += self.step * 1.1
        return y

    def marks(self):
        rng = self.rng
        subjects = (OLD_SUBJECTS if self.year < 1995 else SUBJECTS)[: rng.randint(9, 14)]
        point = rng.choice((",", ",", "."))
        heads = (("mon", rng.choice(("Môn học", "MÔN HỌC", "Các môn")), ""), ("hk1", rng.choice(("HKI", "Học kỳ I", "HK1", "Kỳ I")), "d"), ("hk2", rng.choice(("HKII", "Học kỳ II", "HK2", "Kỳ II")), "d"),
                 ("ca_nam", rng.choice(("CN", "Cả năm", "TB năm")), "d"))  # fmt: skip
        group = rng.choice(("", "Điểm trung bình", "ĐTB hoặc xếp loại các môn"))
        columns = [
            Column(key, head, group if g else "", "left" if key == "mon" else "centre") for key, head, g in heads
        ]
        if rng.random() < 0.3:
            columns.append(Column("thi_lai", rng.choice(("Điểm thi lại", "Thi lại", "KT lại"))))
        if rng.random() < 0.45:
            columns.append(Column("_sig", rng.choice(("Giáo viên bộ môn ký", "GV ký, ghi tên", "Chữ ký GVBM"))))
        rows, self.mean = [], []
        for subject in subjects:
            one, two = rng.uniform(4.2, 9.4), rng.uniform(4.2, 9.6)
            year = (one + 2 * two) / 3
            self.mean.append(year)
            cells = {
                "mon": subject,
                **{
                    key: f"{value:.1f}".replace(".", point)
                    for key, value in (("hk1", one), ("hk2", two), ("ca_nam", year))
                },
                "thi_lai": "",
            }
            rows.append(
                Row(
                    "data",
                    cells,
                    learner=people.Learner("", "", people.adult(rng).split()[-1], "", "", (1, 1, 1)),
                    signed=rng.random() < 0.8,
                )
            )
        self.point = point
        return columns, rows

    def judgement(self, sheet, y) -> None:
        """Mean, rank of learning and conduct, remarks, signatures."""
        rng, press, size = self.rng, self.press, self.size
        mean = sum(self.mean) / len(self.mean)
        rank = "Giỏi" if mean >= 8 else "Khá" if mean >= 6.5 else "Trung bình"
        parts = [
            ("Điểm trung bình các môn:", "dtb", f"{mean:.1f}".replace(".", self.point)),
            (rng.choice(("Học lực:", "Xếp loại học lực:")), "hoc_luc", rank),
            (rng.choice(("Hạnh kiểm:", "Xếp loại hạnh kiểm:")), "hanh_kiem", rng.choice(("Tốt", "Tốt", "Khá"))),
        ]
        stacked = rng.random() < 0.4 or self.plan.width < 200
        x, room = self.x0, (self.x1 - self.x0) / 3
        for label, key, value in parts:
            at = sheet.write(x, y, label, press, size * 0.95, fit=room * 0.75 if not stacked else None) + 1.5
            sheet.write(at, y, value, self.hand, size, key=key, fit=room * 0.4, row=y)
            x, y = (x, y + self.step) if stacked else (x + room, y)
        y += self.step
        low = self.plan.height - 12
        if y + 32 < low and self.plan.sub == "hoc-ba":
            flow = Flow(sheet, self.x0, self.x1, y, self.step, press, self.hand, size)
            flow.words(rng.choice(("Nhận xét của giáo viên chủ nhiệm:", "Nhận xét của GVCN:")))
            flow.value(f"{rng.choice(REMARKS)}.", None, 60)
            y = flow.y + self.step * 1.4
        for at, head in ((self.x0 + 30, "GIÁO VIÊN CHỦ NHIỆM"), (self.x1 - 32, "HIỆU TRƯỞNG")):
            sheet.write(at, min(y, low - 18), head, press, size * 0.9, bold=True, align="centre", fit=62)
            marks.signature(sheet, at - 13, min(y + 13, low - 7), 25)
            sheet.write(
                at,
                min(y + 21, low),
                people.adult(rng),
                press if rng.random() < 0.5 else self.hand,
                size * 0.95,
                align="centre",
                fit=62,
            )
        if rng.random() < 0.7:
            marks.seal(
                sheet,
                self.x1 - 46,
                min(y + 12, low - 8),
                f"TRƯỜNG {self.school.upper()}",
                self.office.district.upper(),
                14,
            )
