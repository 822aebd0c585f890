"""Official papers: decisions, letters, notices, reports of any body; by the decree of 2020 and as they were written before; one to four pages."""

from random import Random

from forms import annex
from forms.heads import MOTTO
from forms.plan import Plan, pick, year_of
from kit import marks
from kit.hands import Needles, Pen, Print, Typed
from kit.sheet import BLUE, NAVY, RED
from words import people
from words.matters import TAILS, Matter
from words.numbers import DateManner, day_of
from words.offices import Office

# name of the kind: the words at the head, the letters of its notation
TYPES = {
    "quyet-dinh": ("QUYẾT ĐỊNH", "QĐ"), "cong-van": ("CÔNG VĂN", ""), "thong-bao": ("THÔNG BÁO", "TB"), "ke-hoach": ("KẾ HOẠCH", "KH"), "bao-cao": ("BÁO CÁO", "BC"),
    "to-trinh": ("TỜ TRÌNH", "TTr"), "chi-thi": ("CHỈ THỊ", "CT"), "huong-dan": ("HƯỚNG DẪN", "HD"), "nghi-quyet": ("NGHỊ QUYẾT", "NQ"), "bien-ban": ("BIÊN BẢN", "BB"),
    "giay-moi": ("GIẤY MỜI", "GM"), "giay-gioi-thieu": ("GIẤY GIỚI THIỆU", "GGT"), "giay-xac-nhan": ("GIẤY XÁC NHẬN", "GXN"), "cong-dien": ("CÔNG ĐIỆN", "CĐ"),
}  # fmt: skip
OLD_MOTTOS = (("VIỆT NAM DÂN CHỦ CỘNG HÒA", "Độc lập - Tự do - Hạnh phúc"), ("CỘNG HÒA MIỀN NAM VIỆT NAM", "Độc lập - Dân chủ - Hòa bình - Trung lập"))


def plan(rng: Random) -> Plan:
    """One letter or decision to be."""
    manner = pick(rng, laser=66, typed=22, needles=6, pen=6)
    year = year_of(rng, manner)
    sub = pick(rng, quyet_dinh=30, cong_van=30, thong_bao=8, ke_hoach=4, bao_cao=6, to_trinh=5, chi_thi=2, huong_dan=3, nghi_quyet=2, bien_ban=3, giay_moi=3, giay_gioi_thieu=3, giay_xac_nhan=3, cong_dien=1)
    traits = {manner, "decree-30" if year >= 2004 else "old-form"}
    if rng.random() < (0.85 if year < 2018 else 0.65):
        traits |= {"pen-number", "pen-date"} if rng.random() < 0.75 else {"pen-number"}
    if year >= 2018 and rng.random() < 0.5:
        traits.add("electronic-signature")
    for trait, chance in (("arrival-stamp", 0.2), ("several-pages", 0.24), ("annex", 0.12), ("note-in-pen", 0.12)):
        if rng.random() < chance and sub not in ("giay-moi", "giay-gioi-thieu"):
            traits.add(trait)
    if "annex" in traits:
        traits.add("several-pages")
    return Plan("admin", sub, year, traits, 210, 297, manner=manner)


class Body:
    """Who issues: the lines at the head, the tail of its notation, who signs."""

    def __init__(self, rng: Random, office: Office, year: int) -> None:
        kind = pick(rng, sở=36, phòng=16, trường=18, ubnd=14, huyện=6, đại=8, bộ=3, trung=5)
        council = office.council()
        school = f"Trường {office.school('upper')}"
        self.lines, tails, self.roles = {
            "sở": ((council, office.department()), ("SGDĐT", "SGD&ĐT", "GDĐT") if year > 1989 else ("GD", "TCCB"), (("GIÁM ĐỐC",), ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"), ("TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"))),
            "phòng": ((f"UBND huyện {office.district}", office.district_office()), ("PGDĐT", "PGD", "GDĐT"), (("TRƯỞNG PHÒNG",), ("KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG"))),
            "trường": ((office.department(), school), ("THPT", "TrTHPT", "TH"), (("HIỆU TRƯỞNG",), ("KT. HIỆU TRƯỞNG", "PHÓ HIỆU TRƯỞNG"))),
            "ubnd": (("", f"Ủy ban nhân dân|tỉnh {office.province}"), ("UBND", "UB", "CT"), (("CHỦ TỊCH",), ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"))),
            "huyện": (("", f"Ủy ban nhân dân|huyện {office.district}"), ("UBND", "UB"), (("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"))),
            "đại": (("Bộ Giáo dục và Đào tạo", office.higher()), ("ĐHSP", "ĐT", "HV", "CĐSP"), (("HIỆU TRƯỞNG",), ("KT. HIỆU TRƯỞNG", "PHÓ HIỆU TRƯỞNG"))),
            "bộ": (("", "Bộ Giáo dục và Đào tạo" if year > 1989 else "Bộ Giáo dục"), ("BGDĐT", "BGD"), (("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG"), ("BỘ TRƯỞNG",))),
            "trung": ((office.department(), f"Trung tâm {rng.choice(('GDTX', 'Ngoại ngữ - Tin học', 'GDNN - GDTX'))} {office.district}"), ("TTGDTX", "TTNN"), (("GIÁM ĐỐC",),)),
        }[kind]  # fmt: skip
        self.tail = rng.choice(tails)
        self.name = self.lines[1].replace("|", " ")
        self.role = rng.choice(self.roles)
        self.seat = office.district if kind in ("phòng", "huyện", "trường", "trung") else office.province


def draw(plan: Plan, rng: Random, new_sheet):
    """The sheets of the paper."""
    return Letter(plan, rng, new_sheet).draw()


class Letter:
    def __init__(self, plan, rng, new_sheet) -> None:
        self.plan, self.rng, self.new_sheet, self.sheets = plan, rng, new_sheet, []
        self.office = Office(rng, plan.year)
        self.body = Body(rng, self.office, plan.year)
        self.hand = {"laser": lambda: Print(rng, "serif" if rng.random() < 0.92 else "sans"), "typed": lambda: Typed(rng), "needles": lambda: Needles(rng), "pen": lambda: Pen(rng, size=1.05)}[plan.manner]()
        self.pen = Pen(rng, colour=rng.choice((BLUE, BLUE, NAVY, (40, 40, 48))), size=1.1)
        self.size = rng.uniform(12.4, 14) if plan.manner == "laser" else 13
        self.x0, self.x1 = rng.uniform(24, 32), 210 - rng.uniform(13, 20)
        self.y0, self.low = rng.uniform(14, 22), 297 - rng.uniform(16, 24)
        self.step = self.size * rng.uniform(1.25, 1.6) * 0.3528
        self.words, self.letters = TYPES[plan.sub]
        dates = DateManner(rng, plan.year, short=False)
        level = rng.choice(("THPT", "THCS", "bổ túc THPT")) if plan.year > 1998 else rng.choice(("PTTH", "PTCS", "BTVH"))
        self.person = people.adult(rng)
        self.matter = Matter(rng, self.office, self.body.name, self.person, level, lambda: dates.write(*day_of(rng, plan.year)))
        self.date = day_of(rng, plan.year)

    def page(self) -> float:
        """A new sheet; returns where its text begins."""
        self.sheet = self.new_sheet(210, 297)
        self.sheets.append(self.sheet)
        if len(self.sheets) > 1:
            self.sheet.write(105, 12, str(len(self.sheets)) if self.rng.random() < 0.9 else f"- {len(self.sheets)} -", self.hand, self.size, align="centre")
            return self.y0 + 6
        return self.y0

    def text(self, y, words: str, **styles) -> float:
        """A paragraph, over as many pages as it takes."""
        while True:
            y, rest = self.sheet.paragraph(self.x0, y, words, self.hand, self.x1 - self.x0, self.size, leading=self.step / self.size / 0.3528, low=self.low, **styles)
            if not rest:
                return y + self.step * 0.25
            words, y, styles["indent"] = rest, self.page(), 0

    def draw(self):
        y = self.head(self.page())
        many = "several-pages" in self.plan.traits
        if self.plan.sub in ("quyet-dinh", "nghi-quyet"):
            y = self.decision(y, many)
        elif self.plan.sub.startswith("giay"):
            y = self.slip(y)
        else:
            for line in self.matter.sentences(self.rng.randint(9, 17) if many else self.rng.randint(4, 9)):
                y = self.text(y, line)
        self.foot(y)
        if "electronic-signature" in self.plan.traits:
            self.electronic(self.sheets[0])
        if "arrival-stamp" in self.plan.traits:
            self.arrival(self.sheets[0])
        if "note-in-pen" in self.plan.traits:
            self.note(self.sheets[0])
        if "annex" in self.plan.traits:
            self.sheets.append(annex.draw(self))
        return self.sheets

    # --- the head

    def head(self, y) -> float:
        """Issuing body, motto, number, place and date; kind and subject."""
        sheet, hand, size, step = self.sheet, self.hand, self.size, self.step
        left, right = self.x0 + 34, self.x1 - 47
        room, top = 74, y
        above, own = self.body.lines
        caps = str.upper if hand.kind != "pen" else str
        for line in sheet.broken(caps(above), hand, size * 0.95, room) if above else ():
            sheet.write(left, y, line, hand, size * 0.95, align="centre", fit=room)
            y += step
        for part in own.split("|"):
            for line in sheet.broken(caps(part), hand, size * 0.95, room, True):
                sheet.write(left, y, line, hand, size * 0.95, bold=True, align="centre", fit=room, key="co_quan")
                y += step
        if hand.scales:
            sheet.rule(left - 13, y - step * 0.62, left + 13, y - step * 0.62, 0.25)
        elif self.rng.random() < 0.6:
            sheet.write(left, y - step * 0.3, self.rng.choice(("-------", "*****", "---o0o---")), hand, size, align="centre")
        motto = MOTTO if self.plan.year > 1976 else self.rng.choice((MOTTO, *OLD_MOTTOS))
        sheet.write(right, top, caps(motto[0]), hand, size * 0.95, bold=True, align="centre", fit=94)
        sheet.write(right, top + step, motto[1], hand, size, bold=True, align="centre", fit=90)
        if hand.scales:
            sheet.rule(right - 30, top + step * 1.38, right + 30, top + step * 1.38, 0.25)
        line = max(y + step * 0.35, top + step * 2.4)
        self.number(left, line, room)
        self.place_and_date(right, line)
        if self.plan.sub == "cong-van":
            return self.letter_head(line + step * 0.95, left, room)
        return self.kind_head(line + step * 2.2)

    def number(self, x, y, room) -> None:
        """`Số: 741/QĐ-SGDĐT`, its figures by pen or not."""
        number = str(self.rng.randint(2, 3200)) if self.rng.random() < 0.75 else f"{self.rng.randint(1, 99):02}"
        tail = self.rng.choice(TAILS)
        notation = f"{self.letters}-{self.body.tail}" if self.letters else f"{self.body.tail}-{tail}"
        if self.plan.year < 1996:
            notation = self.rng.choice((self.letters or self.body.tail, notation, f"{self.letters or 'CV'}/{self.body.tail}"))
        if self.plan.sub == "quyet-dinh" and 1996 < self.plan.year < 2005 and self.rng.random() < 0.5:
            notation = f"{self.plan.year}/{notation}"
        label = self.rng.choice(("Số:", "Số:", "Số", "Số :"))
        self.filled(x - room * 0.36, y, [(label + " ", False), (number, "pen-number" in self.plan.traits), (f"/{notation}", False)], "so_ky_hieu", skip=1, name="so", room=room)

    def place_and_date(self, x, y) -> None:
        d, m, year = self.date
        pen = "pen-date" in self.plan.traits
        place = self.body.seat
        month = f"{m:02}" if m < 3 or self.rng.random() < 0.3 else str(m)
        start = x - 42
        at = self.sheet.write(start, y, f"{place},", self.hand, self.size, italic=True, key="noi_ban_hanh", fit=40)
        self.sheet.fields["noi_ban_hanh"] = place
        by_month = pen and self.rng.random() < 0.5
        pieces = [("ngày ", False), (f"{d:02}", pen), (" tháng ", False), (month, by_month), (f" năm {year}", False)]
        self.filled(at + 1.5, y, pieces, "ngay_ban_hanh", name="ngay", italic=True, room=self.x1 + 6 - at)

    def filled(self, x, y, pieces, key, skip=0, name="", italic=False, room=60.0) -> None:
        """Pieces side by side, some by pen, that make one value; the pen's part is told apart in `pen`."""
        sheet, texts, first = self.sheet, [], None
        long = sum(self.hand.measure(sheet, text, self.size, False, italic) for text, _ in pieces)
        squeeze = min(1.0, room / (long + 4))
        for n, (text, pen) in enumerate(pieces):
            if n == skip:
                first = len(sheet.words)
            if pen:
                wide = max(self.hand.measure(sheet, "0" * (len(text) + 1), self.size), self.pen.measure(sheet, text, self.size)) * squeeze
                if self.rng.random() < 0.3:
                    sheet.rule(x, y + 0.7, x + wide, y + 0.7, 0.2, (60, 60, 60), (0.2, 0.8))
                sheet.write(x + wide * 0.1, y - self.rng.uniform(-0.4, 0.8), text, self.pen, self.size * 1.05, fit=wide, row=y)
                sheet.pen.setdefault(name, []).append(text)
                x += wide + 0.3
            else:
                sheet.write(x, y, text.rstrip(), self.hand, self.size, italic=italic, row=y, fit=max(4, self.hand.measure(sheet, text, self.size, False, italic) * squeeze))
                x += self.hand.measure(sheet, text, self.size, False, italic) * squeeze
            if n >= skip:
                texts.append(text)
        from kit.sheet import union

        sheet.fields[key] = " ".join("".join(texts).split())
        sheet.boxes[key] = union(word.box for word in sheet.words[first:])

    def letter_head(self, y, left, room) -> float:
        """Subject under the number, addressees."""
        sheet, hand, rng = self.sheet, self.hand, self.rng
        subject = f"{rng.choice(('V/v', 'V/v:', 'Về việc', 'V/v'))} {self.matter.about(self.plan.sub)}"
        small, line = self.size * 0.9, []
        for word in [*subject.split(), ""]:
            if line and (not word or hand.measure(sheet, " ".join([*line, word]), small) > room):
                sheet.write(left, y, " ".join(line), hand, small, align="centre", key="trich_yeu", fit=room, italic=rng.random() < 0.1)
                y, line = y + self.step * 0.92, []
            line.append(word)
        sheet.fields["loai"] = "CÔNG VĂN"
        return self.addressee(y + self.step * 1.1)

    def addressee(self, y) -> float:
        sheet, rng, office = self.sheet, self.rng, self.office
        many = [f"Hiệu trưởng các trường {office.upper()} trực thuộc", f"Phòng Giáo dục và Đào tạo huyện {office.district}", f"Ủy ban nhân dân tỉnh {office.province}", "Bộ Giáo dục và Đào tạo",
                f"Trường {office.school('upper')}", "Các phòng, ban thuộc Sở", f"Công an tỉnh {office.province}"]  # fmt: skip
        picked = rng.sample(many, rng.choice((1, 1, 2, 3)))
        x = self.x0 + rng.uniform(22, 42)
        if len(picked) == 1:
            sheet.write(sheet.write(x, y, "Kính gửi:", self.hand, self.size, italic=rng.random() < 0.2) + 2, y, picked[0], self.hand, self.size, key="kinh_gui", fit=self.x1 - x - 22)
            return y + self.step * 1.8
        sheet.write(x, y, "Kính gửi:", self.hand, self.size)
        for n, name in enumerate(picked):
            y += self.step
            sheet.write(x + 12, y, f"- {name}{';' if n < len(picked) - 1 else '.'}", self.hand, self.size, fit=self.x1 - x - 14)
        return y + self.step * 1.7

    def kind_head(self, y) -> float:
        """Kind in capitals, subject under it."""
        sheet, rng, hand, middle = self.sheet, self.rng, self.hand, (self.x0 + self.x1) / 2
        sheet.write(middle, y, self.words, hand, self.size * 1.08, bold=True, align="centre", key="loai", spaced=0.8 if rng.random() < 0.12 else 0)
        y += self.step
        if self.plan.sub.startswith("giay") or self.plan.sub == "bien-ban" and rng.random() < 0.3:
            return y + self.step * 0.6
        about = self.matter.about(self.plan.sub)
        opening = rng.choice(("Về việc ", "Về việc ", "V/v ")) if rng.random() < 0.75 else ""
        subject = opening + (about if opening else about[0].upper() + about[1:])
        line, room = [], (self.x1 - self.x0) * rng.uniform(0.6, 0.85)
        for word in [*subject.split(), ""]:
            if line and (not word or hand.measure(sheet, " ".join([*line, word]), self.size, True) > room):
                sheet.write(middle, y, " ".join(line), hand, self.size, bold=True, align="centre", key="trich_yeu", fit=room + 10)
                y, line = y + self.step, []
            line.append(word)
        if hand.scales:
            sheet.rule(middle - 18, y - self.step * 0.6, middle + 18, y - self.step * 0.6, 0.25)
        return y + self.step * 0.8

    # --- the text

    def decision(self, y, many: bool) -> float:
        middle = (self.x0 + self.x1) / 2
        title = " ".join(self.body.role[-1:]).replace("PHÓ ", "") if self.rng.random() < 0.6 else ""
        self.sheet.write(middle, y, f"{title} {self.body.name.upper()}".strip() if self.hand.kind != "pen" else self.body.name, self.hand, self.size, bold=True, align="centre", fit=self.x1 - self.x0)
        y += self.step * 1.5
        for line in self.matter.grounds("old-form" in self.plan.traits):
            y = self.text(y, line, italic=self.plan.year > 2017 and self.hand.scales, justify=self.rng.random() < 0.8)
        self.sheet.write(middle, y + self.step * 0.4, self.rng.choice(("QUYẾT ĐỊNH:", "QUYẾT ĐỊNH", "QUYẾT NGHỊ:")), self.hand, self.size, bold=True, align="centre")
        y += self.step * 1.7
        articles = self.matter.articles()
        if many:
            articles += self.matter.sentences(self.rng.randint(5, 9))[1:]
        for n, line in enumerate(articles, 1):
            y = self.text(y, f"{self.rng.choice(('Điều', 'Điều', 'ĐIỀU'))} {n}{self.rng.choice(('.', '.', ':', '.-'))} {line}")
        return y

    def slip(self, y) -> float:
        """Introductions, confirmations and invitations: lines of labels and values."""
        from forms.flow import Flow

        rng, plan, office = self.rng, self.plan, self.office
        person = people.learner(rng, plan.year, office.ethnic(), rng.choice((18, 30)))
        values = [("Họ và tên", "ho_ten", person.name), ("Sinh ngày", "ngay_sinh", DateManner(rng, plan.year, short=False).write(*person.born)),
                  ("Nơi sinh", "noi_sinh", office.manner.place(rng, person.born[2])), ("Dân tộc", "dan_toc", person.ethnic)]  # fmt: skip
        opening = {"giay-moi": "Trân trọng kính mời", "giay-gioi-thieu": "Trân trọng giới thiệu", "giay-xac-nhan": "Xác nhận"}[plan.sub]
        filler = self.pen if rng.random() < 0.45 else self.hand
        if plan.sub != "giay-moi":
            y = self.text(y, f"{self.body.name} {opening.lower()}:")
            for label, key, value in values[: rng.randint(2, 4)]:
                flow = Flow(self.sheet, self.x0 + 10, self.x1, y, self.step, self.hand, filler, self.size)
                flow.words(f"{label}:")
                flow.value(value, key, 70)
                y += self.step * 1.15
        for line in rng.sample(self.matter.sentences(8)[1:], 2):
            y = self.text(y, line)
        return y

    # --- the foot

    def foot(self, y) -> None:
        """Addressees of copies to the left, office, signature and name to the right."""
        rng, hand, size, step = self.rng, self.hand, self.size, self.step
        if y + step * 9 > self.low + 8:
            y = self.page()
            y = self.text(y, rng.choice(("Trên đây là nội dung cần thực hiện, đề nghị các đơn vị nghiêm túc triển khai./.", "Quyết định này thay thế các văn bản trước đây./.")))
        sheet, right = self.sheet, self.x1 - 38
        y += step * 0.9
        small = size * 0.82
        if rng.random() < 0.88:
            sheet.write(self.x0, y, "Nơi nhận:", hand, small, bold=True, italic=True)
            known = ["- Như trên;", "- Như Điều 3;", "- UBND tỉnh (b/c);", "- Các phòng thuộc Sở;", "- Giám đốc (b/c);", "- Ban Tuyên giáo;", "- Công đoàn ngành;"]
            copies = rng.sample(known + ["- Website Sở;"] * (self.plan.year > 2005), rng.randint(2, 4))
            for n, line in enumerate([*copies, f"- Lưu: VT, {rng.choice(TAILS)}." if self.plan.year > 1998 else rng.choice(("- Lưu VP.", "- Lưu.", "- Lưu hồ sơ."))], 1):
                sheet.write(self.x0, y + n * step * 0.8, line, hand, small)
        for n, line in enumerate(self.body.role):
            last = n == len(self.body.role) - 1
            sheet.write(right, y + n * step, line if hand.kind != "pen" else line.title(), hand, size, bold=True, align="centre", key="chuc_vu" if last else None)
        foot = min(self.low + 10, y + len(self.body.role) * step + rng.uniform(22, 30))
        if not ("electronic-signature" in self.plan.traits and rng.random() < 0.5):
            marks.signature(sheet, right - 16, foot - 9, rng.uniform(24, 36))
        name = f"{rng.choice(('', '', '', 'TS. ', 'Ths. '))}{people.adult(rng)}"
        sheet.write(right, foot, name, hand, size, bold=True, align="centre", key="nguoi_ky")
        if rng.random() < 0.85:
            marks.seal(sheet, right - rng.uniform(10, 22), foot - 12, self.body.name.upper()[:42], self.office.province.upper())

    def electronic(self, sheet) -> None:
        """The mark of a digital signature, as programs draw it: text in a corner, no seal."""
        rng, d = self.rng, self.date
        stamp = f"{d[0]:02}.{d[1]:02}.{d[2]} {rng.randint(7, 17):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02} +07:00"
        lines = rng.choice((
            [f"Ký bởi: {self.body.name}", f"Thời gian ký: {stamp}"], [f"Người ký: {self.body.name}", f"Email: vanthu@{rng.choice(('sgddt', 'phonggd', 'tinh'))}.gov.vn", f"Cơ quan: Tỉnh {self.office.province}", f"Thời gian ký: {stamp}"],
            [self.body.name.upper(), f"{d[2]}-{d[1]:02}-{d[0]:02}T{rng.randint(7, 17):02}:{rng.randint(10, 59)}:{rng.randint(10, 59)}+07:00"], [f"Signed by {self.body.name}", f"Date: {stamp}"],
        ))  # fmt: skip
        x, y = rng.choice(((self.x1 - 62, 3), (self.x0 - 10, 3), (self.x1 - 60, 4)))
        marks.block(sheet, x, y, lines, rng.choice((RED, (30, 60, 160), (20, 20, 20))), rng.uniform(6, 8.5), frame=rng.random() < 0.3)

    def arrival(self, sheet) -> None:
        """The stamp of the office that received it, filled in by pen."""
        rng = self.rng
        with sheet.unread():
            lines = [rng.choice(("CÔNG VĂN ĐẾN", "ĐẾN", f"{self.office.department().upper()[:28]}")), "Số: ...........................", "Ngày: ....../....../..........", "Chuyển: ......................"]
            x, y = self.x0 + rng.uniform(-6, 8), rng.uniform(62, 84)
            marks.block(sheet, x, y, lines, rng.choice((RED, (60, 60, 160))), 9, slope=rng.uniform(-4, 4))
            sheet.write(x + 14, y + 8.4, str(rng.randint(10, 2900)), self.pen, 12)
            sheet.write(x + 14, y + 12.2, f"{min(28, self.date[0] + 2)}/{self.date[1]}", self.pen, 11)

    def note(self, sheet) -> None:
        """What somebody wrote on it: `bút tích`."""
        with sheet.unread():
            text = self.rng.choice(("Chuyển P. Khảo thí", "Lưu hồ sơ", "VP tham mưu", "Đ/c Hùng xử lý", "Sao gửi các trường", "Đã xem"))
            sheet.write(self.rng.uniform(self.x0, self.x1 - 50), self.rng.choice((8.5, 58.0)), text, self.pen, 13)
