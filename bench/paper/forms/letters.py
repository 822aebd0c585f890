"""Official papers: decisions, letters, notices, reports of any body; by the decree of 2020 and as they were written before; one to four pages."""

from random import Random

from forms import annex
from forms.flow import Flow
from forms.letter_foot import LetterFoot
from forms.letter_head import Body, LetterHead
from forms.plan import Plan, pick, year_of
from kit.hands import Needles, Pen, Print, Typed
from kit.sheet import BLUE, NAVY
from words import people
from words.matters import Matter
from words.numbers import DateManner, day_of
from words.offices import Office

# name of the kind: the words at the head, the letters of its notation
TYPES = {
    "quyet-dinh": ("QUYẾT ĐỊNH", "QĐ"), "cong-van": ("CÔNG VĂN", ""), "thong-bao": ("THÔNG BÁO", "TB"), "ke-hoach": ("KẾ HOẠCH", "KH"), "bao-cao": ("BÁO CÁO", "BC"),
    "to-trinh": ("TỜ TRÌNH", "TTr"), "chi-thi": ("CHỈ THỊ", "CT"), "huong-dan": ("HƯỚNG DẪN", "HD"), "nghi-quyet": ("NGHỊ QUYẾT", "NQ"), "bien-ban": ("BIÊN BẢN", "BB"),
    "giay-moi": ("GIẤY MỜI", "GM"), "giay-gioi-thieu": ("GIẤY GIỚI THIỆU", "GGT"), "giay-xac-nhan": ("GIẤY XÁC NHẬN", "GXN"), "cong-dien": ("CÔNG ĐIỆN", "CĐ"),
}  # fmt: skip


def plan(rng: Random) -> Plan:
    """One letter or decision to be."""
    manner = pick(rng, laser=66, typed=22, needles=6, pen=6)
    year = year_of(rng, manner)
    sub = pick(
        rng,
        quyet_dinh=30,
        cong_van=30,
        thong_bao=8,
        ke_hoach=4,
        bao_cao=6,
        to_trinh=5,
        chi_thi=2,
        huong_dan=3,
        nghi_quyet=2,
        bien_ban=3,
        giay_moi=3,
        giay_gioi_thieu=3,
        giay_xac_nhan=3,
        cong_dien=1,
    )
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


def draw(plan: Plan, rng: Random, new_sheet):
    """The sheets of the paper."""
    return Letter(plan, rng, new_sheet).draw()


class Letter(LetterHead, LetterFoot):
    """One paper while it is drawn, sheet by sheet."""

    def __init__(self, plan, rng, new_sheet) -> None:
        self.plan, self.rng, self.new_sheet, self.sheets = plan, rng, new_sheet, []
        self.office = Office(rng, plan.year)
        self.body = Body(rng, self.office, plan.year)
        self.hand = {
            "laser": lambda: Print(rng, "serif" if rng.random() < 0.92 else "sans"),
            "typed": lambda: Typed(rng),
            "needles": lambda: Needles(rng),
            "pen": lambda: Pen(rng, size=1.05),
        }[plan.manner]()
        self.pen = Pen(rng, colour=rng.choice((BLUE, BLUE, NAVY, (40, 40, 48))), size=1.1)
        self.size = rng.uniform(12.4, 14) if plan.manner == "laser" else 13
        self.x0, self.x1 = rng.uniform(24, 32), 210 - rng.uniform(13, 20)
        self.y0, self.low = rng.uniform(14, 22), 297 - rng.uniform(16, 24)
        self.step = self.size * rng.uniform(1.25, 1.6) * 0.3528
        self.words, self.letters = TYPES[plan.sub]
        dates = DateManner(rng, plan.year, short=False)
        level = (
            rng.choice(("THPT", "THCS", "bổ túc THPT")) if plan.year > 1998 else rng.choice(("PTTH", "PTCS", "BTVH"))
        )
        self.person = people.adult(rng)
        self.matter = Matter(
            rng, self.office, self.body.name, self.person, level, lambda: dates.write(*day_of(rng, plan.year))
        )
        self.date = day_of(rng, plan.year)

    def page(self) -> float:
        """A new sheet; returns where its text begins."""
        self.sheet = self.new_sheet(210, 297)
        self.sheets.append(self.sheet)
        if len(self.sheets) > 1:
            self.sheet.write(
                105,
                12,
                str(len(self.sheets)) if self.rng.random() < 0.9 else f"- {len(self.sheets)} -",
                self.hand,
                self.size,
                align="centre",
            )
            return self.y0 + 6
        return self.y0

    def text(self, y, words: str, **styles) -> float:
        """A paragraph, over as many pages as it takes."""
        while True:
            y, rest = self.sheet.paragraph(
                self.x0,
                y,
                words,
                self.hand,
                self.x1 - self.x0,
                self.size,
                leading=self.step / self.size / 0.3528,
                low=self.low,
                **styles,
            )
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

    # --- the text

    def decision(self, y, many: bool) -> float:
        middle = (self.x0 + self.x1) / 2
        title = " ".join(self.body.role[-1:]).replace("PHÓ ", "") if self.rng.random() < 0.6 else ""
        self.sheet.write(
            middle,
            y,
            f"{title} {self.body.name.upper()}".strip() if self.hand.kind != "pen" else self.body.name,
            self.hand,
            self.size,
            bold=True,
            align="centre",
            fit=self.x1 - self.x0,
        )
        y += self.step * 1.5
        for line in self.matter.grounds("old-form" in self.plan.traits):
            y = self.text(y, line, italic=self.plan.year > 2017 and self.hand.scales, justify=self.rng.random() < 0.8)
        self.sheet.write(
            middle,
            y + self.step * 0.4,
            self.rng.choice(("QUYẾT ĐỊNH:", "QUYẾT ĐỊNH", "QUYẾT NGHỊ:")),
            self.hand,
            self.size,
            bold=True,
            align="centre",
        )
        y += self.step * 1.7
        articles = self.matter.articles()
        if many:
            articles += self.matter.sentences(self.rng.randint(5, 9))[1:]
        for n, line in enumerate(articles, 1):
            y = self.text(
                y, f"{self.rng.choice(('Điều', 'Điều', 'ĐIỀU'))} {n}{self.rng.choice(('.', '.', ':', '.-'))} {line}"
            )
        return y

    def slip(self, y) -> float:
        """Introductions, confirmations and invitations: lines of labels and values."""
        rng, plan, office = self.rng, self.plan, self.office
        person = people.learner(rng, plan.year, office.ethnic(), rng.choice((18, 30)))
        values = [("Họ và tên", "ho_ten", person.name), ("Sinh ngày", "ngay_sinh", DateManner(rng, plan.year, short=False).write(*person.born)),
                  ("Nơi sinh", "noi_sinh", office.manner.place(rng, person.born[2])), ("Dân tộc", "dan_toc", person.ethnic)]  # fmt: skip
        opening = {
            "giay-moi": "Trân trọng kính mời",
            "giay-gioi-thieu": "Trân trọng giới thiệu",
            "giay-xac-nhan": "Xác nhận",
        }[plan.sub]
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
