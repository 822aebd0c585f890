"""Finance papers: vouchers, requests for payment, receipts, pay sheets, statements, payment orders."""

from random import Random

from forms.columns import Column, Row
from forms.flow import Flow
from forms.plan import Plan, pick, year_of
from forms.registers import RULINGS
from forms.tables import TableDrawing
from kit import marks
from kit.hands import Needles, Pen, Print, Typed
from words import people
from words.numbers import DateManner, day_of, in_words, long_date, money
from words.offices import Office

PURPOSES = """Mua văn phòng phẩm phục vụ kỳ thi|Thanh toán tiền điện tháng {m}|Chi bồi dưỡng coi thi tốt nghiệp|Mua phôi bằng tốt nghiệp|In đề thi học kỳ {h}
|Sửa chữa bàn ghế học sinh|Tạm ứng công tác phí đi Hà Nội|Chi tiền nước uống hội nghị|Thanh toán hợp đồng in ấn biểu mẫu|Nộp tiền học phí tháng {m}
|Trợ cấp học sinh dân tộc nội trú|Chi khen thưởng học sinh giỏi|Thuê xe chở đề thi|Mua sách thư viện|Nộp lệ phí cấp bản sao văn bằng""".replace("\n", "").split("|")  # fmt: skip
KEYS = (
    "chuc_vu",
    "he_so",
    "luong",
    "phu_cap",
    "bhxh",
    "thuc_linh",
    "ky_nhan",
    "so_ct",
    "ngay",
    "dien_giai",
    "so_tien",
    "don_vi_tinh",
    "so_luong",
    "don_gia",
)


def plan(rng: Random) -> Plan:
    """One finance paper to be."""
    sub = pick(rng, phieu_chi=20, phieu_thu=14, de_nghi=14, bien_lai=8, bang_luong=18, bang_ke=18, uy_nhiem_chi=8)
    manner = (
        pick(rng, pen=40, laser=40, typed=10, needles=10)
        if "bang" not in sub
        else pick(rng, laser=55, typed=15, needles=18, pen=12)
    )
    year = max(1985, year_of(rng, manner))
    traits = {f"filled-{manner}"}
    width, height = (
        (210, 148)
        if sub in ("phieu-chi", "phieu-thu", "bien-lai", "uy-nhiem-chi") and rng.random() < 0.7
        else (210, 297)
    )
    more = {}
    if "bang" in sub:
        width, height = (297, 210) if rng.random() < 0.7 else (210, 297)
        ruling = rng.choices(list(RULINGS), [weight for weight, _ in RULINGS.values()])[0]
        traits.add(ruling)
        more = dict(zip(("lying", "standing", "frame"), RULINGS[ruling][1], strict=True), head="full", keys=KEYS)
    return Plan("finance", sub, year, traits, width, height, manner=manner, more=more)


def draw(plan: Plan, rng: Random, new_sheet):
    return [Voucher(plan, rng, new_sheet(plan.width, plan.height)).draw()]


class Voucher:
    def __init__(self, plan, rng, sheet) -> None:
        self.plan, self.rng, self.sheet, self.office = plan, rng, sheet, Office(rng, plan.year)
        self.press = Print(rng, rng.choice(("serif", "press", "sans")))
        self.fill = {
            "pen": lambda: Pen(rng),
            "typed": lambda: Typed(rng, 12),
            "needles": lambda: Needles(rng, 12),
            "laser": lambda: self.press,
        }[plan.manner]()
        self.size = rng.uniform(10.5, 12.5) if plan.height < 200 else rng.uniform(12, 13.5)
        self.x0, self.x1, self.y = rng.uniform(14, 24), plan.width - rng.uniform(12, 18), rng.uniform(11, 20)
        self.step = self.size * 0.56
        self.date = day_of(rng, plan.year)
        self.amount = rng.randint(30, 60000) * (1000 if plan.year > 1990 else 100)
        self.unit = rng.choice(
            (
                self.office.department(),
                f"Trường {self.office.school('upper')}",
                self.office.district_office(),
                f"Trường {self.office.school('lower')}",
            )
        )

    def draw(self):
        self.head()
        if "bang" in self.plan.sub:
            self.listing()
        else:
            self.form()
        return self.sheet

    def head(self) -> None:
        """The unit, the form's number, title, date and number of the voucher."""
        sheet, rng, press, size = self.sheet, self.rng, self.press, self.size
        label = rng.choice(("Đơn vị: ", "Đơn vị: ", "Tên đơn vị: ", ""))
        at = sheet.write(self.x0, self.y, label.strip(), press, size) + 1 if label else self.x0
        sheet.write(
            at,
            self.y,
            self.unit,
            press if rng.random() < 0.6 else self.fill,
            size,
            bold=not label,
            key="don_vi",
            fit=(self.x1 - self.x0) * 0.55,
        )
        form = rng.choice(("Mẫu số C31-BB", "Mẫu số 02-TT", "Mẫu số C22-HD", "Mẫu số: 01-TT", "Mẫu C02a-H"))
        if rng.random() < 0.7:
            sheet.write(self.x1, self.y, form, press, size * 0.85, bold=True, align="right")
            sheet.write(
                self.x1,
                self.y + self.step * 0.85,
                rng.choice(("(QĐ số 19/2006/QĐ-BTC)", "(TT số 107/2017/TT-BTC)", "Ban hành theo QĐ 999-TC/QĐ/CĐKT")),
                press,
                size * 0.7,
                italic=True,
                align="right",
            )
        titles = {"phieu-chi": ("PHIẾU CHI",), "phieu-thu": ("PHIẾU THU",), "de-nghi": ("GIẤY ĐỀ NGHỊ THANH TOÁN", "GIẤY ĐỀ NGHỊ TẠM ỨNG", "GIẤY THANH TOÁN TẠM ỨNG"), "bien-lai": ("BIÊN LAI THU TIỀN",),
                  "bang-luong": ("BẢNG THANH TOÁN TIỀN LƯƠNG", "BẢNG LƯƠNG", "BẢNG THANH TOÁN LƯƠNG VÀ PHỤ CẤP"), "bang-ke": ("BẢNG KÊ CHỨNG TỪ THANH TOÁN", "BẢNG KÊ CHI TIỀN", "BẢNG TỔNG HỢP CHỨNG TỪ"),
                  "uy-nhiem-chi": ("ỦY NHIỆM CHI", "GIẤY RÚT DỰ TOÁN NGÂN SÁCH")}  # fmt: skip
        self.y += self.step * 2.1
        middle = (self.x0 + self.x1) / 2
        sheet.write(middle, self.y, rng.choice(titles[self.plan.sub]), press, size * 1.45, bold=True, align="centre")
        self.y += self.step * 1.15

    def form(self) -> None:
        """A voucher's lines."""
        sheet, rng, press, size = self.sheet, self.rng, self.press, self.size
        middle = (self.x0 + self.x1) / 2
        date = long_date(rng, *self.date)
        sheet.write(
            middle,
            self.y,
            date[0].upper() + date[1:],
            self.fill if rng.random() < 0.4 else press,
            size,
            italic=True,
            align="centre",
            key="ngay",
        )
        number = f"{rng.randint(1, 480):0{rng.choice((1, 3))}}"
        at = sheet.write(self.x1 - 32, self.y, rng.choice(("Số:", "Số :", "Số")), press, size) + 1.5
        sheet.write(at, self.y, number, self.fill, size, key="so", row=self.y)
        self.y += self.step * 1.5
        who = {
            "phieu-thu": "Họ và tên người nộp tiền",
            "bien-lai": "Họ và tên người nộp",
            "de-nghi": "Họ và tên người đề nghị",
            "uy-nhiem-chi": "Đơn vị nhận tiền",
        }.get(self.plan.sub, "Họ và tên người nhận tiền")
        reason = {
            "phieu-thu": "Lý do nộp",
            "de-nghi": "Nội dung thanh toán",
            "uy-nhiem-chi": "Nội dung thanh toán",
            "bien-lai": "Nội dung thu",
        }.get(self.plan.sub, rng.choice(("Lý do chi", "Lí do chi")))
        purpose = rng.choice(PURPOSES).format(m=f"{self.date[1]}/{self.plan.year}", h=rng.choice(("I", "II")))
        name = (
            people.adult(rng)
            if self.plan.sub != "uy-nhiem-chi"
            else rng.choice(("Cửa hàng sách Minh Tâm", "Công ty In Nhân Dân", "Điện lực huyện", "DNTN Hồng Phát"))
        )
        lines = [(who, "ho_ten", name), (rng.choice(("Địa chỉ", "Địa chỉ", "Bộ phận công tác")), "dia_chi", rng.choice((f"Trường {self.office.school('upper')}", "Phòng Tài vụ", "Văn phòng", f"{self.office.communes[0]}, {self.office.district}"))),
                 (reason, "ly_do", purpose), ("Số tiền", "so_tien", money(self.amount, rng.choice((".", ".", " "))))]  # fmt: skip
        for label, key, value in lines:
            flow = Flow(sheet, self.x0, self.x1, self.y, self.step, press, self.fill, size)
            flow.words(f"{label}:")
            flow.value(value, key, self.x1 - flow.x - (40 if key == "so_tien" else 4))
            if key == "so_tien":
                flow.words(rng.choice(("đồng", "đ", "VNĐ")))
                self.y = flow.y + self.step
                flow = Flow(sheet, self.x0, self.x1, self.y, self.step, press, self.fill, size)
                flow.words(rng.choice(("(Viết bằng chữ):", "Bằng chữ:", "(Bằng chữ)", "Viết bằng chữ:")))
                flow.value(in_words(self.amount) + " đồng" + rng.choice(("", " chẵn", ".")), "so_tien_chu", 70)
            self.y = flow.y + self.step
        if rng.random() < 0.75:
            flow = Flow(sheet, self.x0, self.x1, self.y, self.step, press, self.fill, size)
            flow.words("Kèm theo:")
            flow.value(f"{rng.randint(1, 9):02} chứng từ gốc", "kem_theo", 50)
            self.y = flow.y + self.step
        self.signers(
            rng.choice(
                (
                    ("Thủ trưởng đơn vị", "Kế toán trưởng", "Người lập", "Thủ quỹ", "Người nhận"),
                    ("Thủ trưởng", "Kế toán", "Người nhận tiền"),
                    ("Phụ trách kế toán", "Thủ quỹ", "Người nộp"),
                )
            )
        )

    def signers(self, heads) -> None:
        """Offices side by side, scrawls, names."""
        sheet, rng, size = self.sheet, self.rng, self.size * 0.92
        room = (self.x1 - self.x0) / len(heads)
        y = min(self.y + self.step, self.plan.height - 36)
        for n, head in enumerate(heads):
            x = self.x0 + room * (n + 0.5)
            sheet.write(x, y, head, self.press, size, bold=True, align="centre", fit=room - 2)
            sheet.write(
                x,
                y + self.step * 0.8,
                "(Ký, họ tên)",
                self.press,
                size * 0.85,
                italic=True,
                align="centre",
                fit=room - 2,
            )
            if rng.random() < 0.85:
                foot = min(self.plan.height - 8, y + rng.uniform(21, 27))
                marks.signature(sheet, x - room * 0.3, foot - 7, min(26, room * 0.7))
                sheet.write(
                    x,
                    foot,
                    people.adult(rng),
                    self.fill if rng.random() < 0.3 else self.press,
                    size,
                    align="centre",
                    fit=room - 2,
                )
        if rng.random() < 0.6:
            marks.seal(
                sheet,
                self.x0 + room * 0.4,
                min(y + 16, self.plan.height - 20),
                self.unit.upper()[:40],
                self.office.province.upper(),
                15,
            )

    def listing(self) -> None:
        """A pay sheet or statement with its table, total and amount in words."""
        sheet, rng, plan = self.sheet, self.rng, self.plan
        middle = (self.x0 + self.x1) / 2
        period = rng.choice(
            (
                f"Tháng {self.date[1]} năm {plan.year}",
                f"Tháng {self.date[1]:02}/{plan.year}",
                f"Quý {rng.choice(('I', 'II', 'III', 'IV'))} năm {plan.year}",
            )
        )
        sheet.write(middle, self.y, period, self.press, self.size, italic=True, align="centre", key="ky")
        sheet.fields["ky"] = (
            period.removeprefix("Tháng ").replace(" năm ", "/") if period.startswith("Tháng") else period
        )
        self.y += self.step * 1.3
        hand = self.fill if self.fill is not self.press else self.press
        columns, rows, total = self.pay() if plan.sub == "bang-luong" else self.statement()
        table = TableDrawing(sheet, plan, columns, hand, self.press, 11.5)
        table.fit_columns(rows, self.x1 - self.x0)
        plan.more["head_top"] = self.y
        self.y = table.draw_heads(self.x0, self.y, "grid" if plan.more["standing"] != "none" else "lying")
        high = rng.uniform(6.2, 9)
        rows = rows[: int((plan.height - self.y - 46) / high)]
        total = sum(
            int(row.cells[columns[-1 if plan.sub != "bang-luong" else -2].key].replace(".", "")) for row in rows
        )
        self.y = table.draw_rows(self.x0, self.y, rows, [high] * len(rows))
        at = sheet.write(
            self.x0 + 20, self.y + 4.5, rng.choice(("Tổng cộng", "Cộng", "TỔNG CỘNG")), hand, 11.5, bold=True
        )
        last = table.borders(self.x0)[-1 if plan.sub != "bang-luong" else -2]
        sheet.write(
            max(at + 30, last - 1), self.y + 4.5, money(total), hand, 11.5, bold=True, align="right", key="tong_cong"
        )
        self.y += 10
        at = (
            sheet.write(
                self.x0,
                self.y,
                rng.choice(("Số tiền bằng chữ:", "Bằng chữ:", "(Viết bằng chữ:")),
                self.press,
                self.size,
            )
            + 2
        )
        sheet.write(
            at, self.y, in_words(total) + " đồng", hand, self.size, italic=True, key="so_tien_chu", fit=self.x1 - at
        )
        self.y += self.step
        self.signers(("Người lập", "Kế toán trưởng", "Thủ trưởng đơn vị"))

    def pay(self):
        rng, base, rows, total = self.rng, self.rng.choice((290000, 450000, 650000, 830000, 1210000, 1490000)), [], 0
        titles = (("stt", "STT", "centre"), ("ho_ten", "Họ và tên", "left"), ("chuc_vu", "Chức vụ", "centre"), ("he_so", "Hệ số", "centre"), ("luong", "Tiền lương", "right"),
                  ("phu_cap", "Phụ cấp", "right"), ("bhxh", "BHXH", "right"), ("thuc_linh", rng.choice(("Thực lĩnh", "Còn được nhận", "Thực nhận")), "right"), ("_sig", "Ký nhận", "left"))  # fmt: skip
        for n in range(rng.randint(6, 18)):
            factor = rng.randint(186, 498)
            salary, extra = base * factor // 100, base * rng.choice((0, 10, 15, 25, 30)) // 100
            cut = salary * 8 // 100
            total += salary + extra - cut
            cells = {"stt": str(n + 1), "ho_ten": people.adult(rng), "chuc_vu": rng.choice(("GV", "GV", "HT", "PHT", "KT", "VT", "BV")), "he_so": f"{factor / 100:.2f}".replace(".", ","),
                     "luong": money(salary), "phu_cap": money(extra) if extra else "", "bhxh": money(cut), "thuc_linh": money(salary + extra - cut)}  # fmt: skip
            rows.append(
                Row(
                    "data",
                    cells,
                    learner=people.Learner("", "", cells["ho_ten"].split()[-1], "Nam", "", (1, 1, 1970)),
                    signed=rng.random() < 0.8,
                )
            )
        return [Column(key, head, align=align) for key, head, align in titles], rows, total

    def statement(self):
        rng, rows, total = self.rng, [], 0
        dates = DateManner(rng, self.plan.year, short=False)
        mark = rng.choice(("PC{n:03}", "{n}", "UNC{n:03}", "C{n:02}", "HĐ {n:05}"))
        start = rng.randint(1, 300)
        titles = (("stt", "STT", "centre"), ("so_ct", rng.choice(("Số CT", "Số hiệu", "Số chứng từ")), "centre"), ("ngay", rng.choice(("Ngày", "Ngày CT", "Ngày tháng")), "centre"),
                  ("dien_giai", rng.choice(("Diễn giải", "Nội dung", "Nội dung chi")), "left"), ("so_tien", rng.choice(("Số tiền", "Thành tiền")), "right"))  # fmt: skip
        for n in range(rng.randint(5, 16)):
            amount = rng.randint(40, 9000) * 1000
            total += amount
            cells = {"stt": str(n + 1), "so_ct": mark.format(n=start + n), "ngay": dates.write(*day_of(rng, self.plan.year)),
                     "dien_giai": rng.choice(PURPOSES).format(m=self.date[1], h="I"), "so_tien": money(amount)}  # fmt: skip
            rows.append(Row("data", cells))
        return [Column(key, head, align=align, wrap=False) for key, head, align in titles], rows, total
