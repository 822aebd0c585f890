"""Dates, amounts and numbers as papers write them."""

from random import Random

DIGITS = "không một hai ba bốn năm sáu bảy tám chín".split()


class DateManner:
    """How one hand writes dates."""

    FORMS = ("{d:02}/{m:02}/{y}", "{d}/{m}/{y}", "{d:02}-{m:02}-{y}", "{d}-{m}-{y}", "{d:02}.{m:02}.{y}", "{d}.{m}.{y}",
             "{d:02}/{m:02}/{s:02}", "{d}-{m}-{s:02}", "{d}/{m}/{s:02}", "{d:02}.{m:02}.{s:02}", "{d:02} - {m:02} - {y}")  # fmt: skip

    def __init__(self, rng: Random, year: int, short: bool = True) -> None:
        weights = [10, 5, 5, 3, 3, 2, 4, 3, 2, 1, 1] if short and year < 1998 else [12, 5, 3, 2, 1, 1, 0, 0, 0, 0, 1]
        self.form = rng.choices(self.FORMS, weights)[0]

    def write(self, d: int, m: int, y: int) -> str:
        return self.form.format(d=d, m=m, y=y, s=y % 100)


def iso(d: int, m: int, y: int) -> str:
    return f"{y:04}-{m:02}-{d:02}"


def long_date(rng: Random, d: int, m: int, y: int) -> str:
    """`ngày 05 tháng 9 năm 1989`, by the rule or by habit: a month below 3 has a nought."""
    return f"ngày {d:02} tháng {m:02} năm {y}" if m < 3 or rng.random() < 0.4 else f"ngày {d:02} tháng {m} năm {y}"


def day_of(rng: Random, year: int, months=(1, 12)) -> tuple[int, int, int]:
    return rng.randint(1, 28), rng.randint(*months), year


def money(amount: int, mark: str = ".") -> str:
    return f"{amount:,}".replace(",", mark)


def _three(number: int, whole: bool) -> list[str]:
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    said = []
    if hundreds or whole:
        said += [DIGITS[hundreds], "trăm"]
    if tens == 0 and ones and said:
        said += ["lẻ", DIGITS[ones]]
    elif tens == 0 and ones:
        said += [DIGITS[ones]]
    elif tens == 1:
        said += ["mười"] + ([] if ones == 0 else ["lăm" if ones == 5 else DIGITS[ones]])
    elif tens > 1:
        last = {0: [], 1: ["mốt"], 5: ["lăm"]}.get(ones, [DIGITS[ones]])
        said += [DIGITS[tens], "mươi", *last]
    return said


def in_words(amount: int) -> str:
    """An amount in words, without `đồng`."""
    parts, scale = [], ["", "nghìn", "triệu", "tỷ"]
    groups = []
    while amount:
        groups.append(amount % 1000)
        amount //= 1000
    for place in reversed(range(len(groups))):
        if groups[place]:
            parts += _three(groups[place], whole=place < len(groups) - 1) + [scale[place]]
    text = " ".join(part for part in parts if part)
    return text[:1].upper() + text[1:]


class Serial:
    """Numbers of the blank, `số hiệu`: they run on by one, with gaps where a blank was spoilt."""

    def __init__(self, rng: Random, year: int) -> None:
        self.next = rng.randint(1, 99000)
        letter = rng.choice(("A", "B", "C", "AB", "TH", "BT", "PT"))
        old = (
            ("{n:05}", 4),
            ("{n:06}", 5),
            ("{n}", 2),
            ("{l}{n:05}", 2),
            ("{n:04}/" + rng.choice(("PTTH", "BT", "PTCS")), 3),
            ("{l}.{n:06}", 1),
        )
        new = (("{l}{n:07}", 4), ("{l} {n:08}", 3), ("{n:08}", 2), ("{l}.{n:07}", 2), ("{n:06}", 2), ("{l}-{n:07}", 1))
        forms = old if year < 1996 else new
        self.form, self.letter = rng.choices([f for f, _ in forms], [w for _, w in forms])[0], letter

    def take(self, rng: Random) -> str:
        self.next += 1 if rng.random() < 0.97 else rng.randint(2, 4)
        return self.form.format(n=self.next, l=self.letter)


class BookNumber:
    """Numbers of the register, `số vào sổ`."""

    def __init__(self, rng: Random, year: int, school: str, level="THPT") -> None:
        self.next = rng.choice((0, 0, rng.randint(1, 3000)))
        initials = "".join(word[0] for word in school.split()[-2:]).upper()
        forms = ["{n}", "{n:03}", "{n:04}", "{n}/{s:02}", "{n:03}/{y}", "{n}/K{s:02}", "{n:02}/{i}", "{n}-{s:02}/{i}", "{n}/{i}/{y}",
                 "{i}{n:04}/{s:02}", "{n:05}/{l}-{s:02}", "{y}/{n:03}", "{n}.{s:02}"]  # fmt: skip
        self.form = rng.choice(forms)
        self.year, self.initials, self.level = year, initials, level.replace("Cấp ", "C")

    def take(self) -> str:
        self.next += 1
        return self.form.format(n=self.next, s=self.year % 100, y=self.year, i=self.initials, l=self.level)
