"""The head of an official paper: who issues it, its number, place and date, kind, subject, addressees."""

from random import Random

from forms.heads import MOTTO
from forms.plan import pick
from kit.sheet import union
from words.matters import TAILS
from words.offices import Office

OLD_MOTTOS = (
    ("VIỆT NAM DÂN CHỦ CỘNG HÒA", "Độc lập - Tự do - Hạnh phúc"),
    ("CỘNG HÒA MIỀN NAM VIỆT NAM", "Độc lập - Dân chủ - Hòa bình - Trung lập"),
)


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


class LetterHead:
    """The part of a letter's drawing that is about its head; `forms/letters.py` has the rest."""

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
            sheet.write(
                left, y - step * 0.3, self.rng.choice(("-------", "*****", "---o0o---")), hand, size, align="centre"
            )
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
            notation = self.rng.choice(
                (self.letters or self.body.tail, notation, f"{self.letters or 'CV'}/{self.body.tail}")
            )
        if self.plan.sub == "quyet-dinh" and 1996 < self.plan.year < 2005 and self.rng.random() < 0.5:
            notation = f"{self.plan.year}/{notation}"
        label = self.rng.choice(("Số:", "Số:", "Số", "Số :"))
        self.filled(
            x - room * 0.36,
            y,
            [(label + " ", False), (number, "pen-number" in self.plan.traits), (f"/{notation}", False)],
            "so_ky_hieu",
            skip=1,
            name="so",
            room=room,
        )

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
                wide = (
                    max(
                        self.hand.measure(sheet, "0" * (len(text) + 1), self.size),
                        self.pen.measure(sheet, text, self.size),
                    )
                    * squeeze
                )
                if self.rng.random() < 0.3:
                    sheet.rule(x, y + 0.7, x + wide, y + 0.7, 0.2, (60, 60, 60), (0.2, 0.8))
                sheet.write(
                    x + wide * 0.1, y - self.rng.uniform(-0.4, 0.8), text, self.pen, self.size * 1.05, fit=wide, row=y
                )
                sheet.pen.setdefault(name, []).append(text)
                x += wide + 0.3
            else:
                sheet.write(
                    x,
                    y,
                    text.rstrip(),
                    self.hand,
                    self.size,
                    italic=italic,
                    row=y,
                    fit=max(4, self.hand.measure(sheet, text, self.size, False, italic) * squeeze),
                )
                x += self.hand.measure(sheet, text, self.size, False, italic) * squeeze
            if n >= skip:
                texts.append(text)
        sheet.fields[key] = " ".join("".join(texts).split())
        sheet.boxes[key] = union(word.box for word in sheet.words[first:])

    def letter_head(self, y, left, room) -> float:
        """Subject under the number, addressees."""
        sheet, hand, rng = self.sheet, self.hand, self.rng
        subject = f"{rng.choice(('V/v', 'V/v:', 'Về việc', 'V/v'))} {self.matter.about(self.plan.sub)}"
        small, line = self.size * 0.9, []
        for word in [*subject.split(), ""]:
            if line and (not word or hand.measure(sheet, " ".join([*line, word]), small) > room):
                sheet.write(
                    left,
                    y,
                    " ".join(line),
                    hand,
                    small,
                    align="centre",
                    key="trich_yeu",
                    fit=room,
                    italic=rng.random() < 0.1,
                )
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
            sheet.write(
                sheet.write(x, y, "Kính gửi:", self.hand, self.size, italic=rng.random() < 0.2) + 2,
                y,
                picked[0],
                self.hand,
                self.size,
                key="kinh_gui",
                fit=self.x1 - x - 22,
            )
            return y + self.step * 1.8
        sheet.write(x, y, "Kính gửi:", self.hand, self.size)
        for n, name in enumerate(picked):
            y += self.step
            sheet.write(
                x + 12, y, f"- {name}{';' if n < len(picked) - 1 else '.'}", self.hand, self.size, fit=self.x1 - x - 14
            )
        return y + self.step * 1.7

    def kind_head(self, y) -> float:
        """Kind in capitals, subject under it."""
        sheet, rng, hand, middle = self.sheet, self.rng, self.hand, (self.x0 + self.x1) / 2
        sheet.write(
            middle,
            y,
            self.words,
            hand,
            self.size * 1.08,
            bold=True,
            align="centre",
            key="loai",
            spaced=0.8 if rng.random() < 0.12 else 0,
        )
        y += self.step
        if self.plan.sub.startswith("giay") or self.plan.sub == "bien-ban" and rng.random() < 0.3:
            return y + self.step * 0.6
        about = self.matter.about(self.plan.sub)
        opening = rng.choice(("Về việc ", "Về việc ", "V/v ")) if rng.random() < 0.75 else ""
        subject = opening + (about if opening else about[0].upper() + about[1:])
        line, room = [], (self.x1 - self.x0) * rng.uniform(0.6, 0.85)
        for word in [*subject.split(), ""]:
            if line and (not word or hand.measure(sheet, " ".join([*line, word]), self.size, True) > room):
                sheet.write(
                    middle,
                    y,
                    " ".join(line),
                    hand,
                    self.size,
                    bold=True,
                    align="centre",
                    key="trich_yeu",
                    fit=room + 10,
                )
                y, line = y + self.step, []
            line.append(word)
        if hand.scales:
            sheet.rule(middle - 18, y - self.step * 0.6, middle + 18, y - self.step * 0.6, 0.25)
        return y + self.step * 0.8
