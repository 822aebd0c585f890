"""The parts of a diploma on its leaf: heading, title, lines or sentence, signature and numbers."""

import unicodedata

from forms.diploma_facts import ENGLISH, LABELS
from forms.flow import Flow
from forms.heads import MOTTO, level_words
from kit import marks
from kit.hands import Print
from kit.sheet import RED
from words import people
from words.numbers import long_date


class Leaf:
    """Draws the parts of a diploma into areas of its sheet."""

    def __init__(self, sheet, plan, office, facts, press, filler, ink, margin) -> None:
        self.sheet, self.plan, self.office, self.facts, self.press, self.filler, self.ink, self.margin = (
            sheet,
            plan,
            office,
            facts,
            press,
            filler,
            ink,
            margin,
        )
        small = min(plan.height, plan.width * 1.2 if "two-leaves" not in plan.traits else plan.width * 0.75)
        self.size = max(8.6, min(14.5, small / 15.5)) * self.sheet.rng.uniform(0.92, 1.08)
        self.labels = {key: sheet.rng.choice(words) for key, words in LABELS.items()}
        self.colon = sheet.rng.choice((":", ":", ":", "", " :"))

    def whole(self, x0, x1, y0, y1) -> None:
        y = self.title(x0, x1, self.head(x0, x1, y0))
        left = x0
        if "photo" in self.plan.traits and self.plan.width > 200:
            wide = min(30, self.plan.height * 0.13)
            marks.photograph(self.sheet, x0, y + 4, wide, wide * 4 / 3)
            left = x0 + wide + 6
            if self.sheet.rng.random() < 0.6:
                marks.seal(
                    self.sheet, x0 + wide, y + 4 + wide * 1.25, "SỞ GIÁO DỤC", self.office.province.upper(), 12, RED
                )
        self.foot(x0, x1, self.body(left, x1, y + 4, y1 - self.foot_height()), y1)

    def two(self) -> None:
        """Vietnamese on one leaf, English or the emblem's page on the other."""
        middle, rng = self.plan.width / 2, self.sheet.rng
        own = (middle + 8, self.plan.width - self.margin)
        other = (self.margin, middle - 8)
        if rng.random() < 0.3:
            own, other = other, own
        y1 = self.plan.height - self.margin
        if "bilingual" in self.plan.traits:
            self.english(*other, self.margin + 6, y1)
        else:
            x, y = sum(other) / 2, self.plan.height * 0.3
            self.sheet.write(
                x, y - 30, MOTTO[0], self.press, self.size * 0.9, bold=True, align="centre", fit=other[1] - other[0]
            )
            marks.ornament_star(self.sheet, x, y + 10, 16, self.ink)
            self.sheet.write(
                x,
                y + 52,
                self.words_of_title()[0],
                self.press,
                self.size * 1.6,
                bold=True,
                align="centre",
                fit=other[1] - other[0],
                colour=self.ink,
            )
        self.plan.traits.discard("bilingual") if rng.random() < 0.7 else None
        self.whole(*own, self.margin + 5, y1)

    def foot_height(self) -> float:
        return self.size * 4.2

    def agency(self) -> str:
        if self.plan.level == "higher":
            return f"Hiệu trưởng {self.office.higher()}"
        if self.plan.level in ("lower", "primary") and self.plan.year > 1990:
            return f"Trưởng {self.office.district_office()}"
        return f"Giám đốc {self.office.department()}"

    def head(self, x0, x1, y) -> float:
        """Motto and agency: side by side, or one under the other."""
        sheet, rng, size, step = self.sheet, self.sheet.rng, self.size * 0.86, self.size * 0.43
        middle = (x0 + x1) / 2
        self.side = rng.random() < 0.45
        own = self.agency().split(" ", 1)[1] if " " in self.agency() else self.agency()
        own = own.removeprefix("trưởng ").removeprefix("đốc ")
        if self.side:
            left, right, room = x0 + (x1 - x0) * 0.22, x0 + (x1 - x0) * 0.71, (x1 - x0) * 0.42
            sheet.write(
                left,
                y,
                (self.office.council() if rng.random() < 0.7 else "Bộ Giáo dục").upper(),
                self.press,
                size * 0.9,
                align="centre",
                fit=room,
            )
            sheet.write(left, y + step, own.upper(), self.press, size * 0.9, bold=True, align="centre", fit=room)
            sheet.rule(left - 10, y + step * 1.4, left + 10, y + step * 1.4, 0.25)
            sheet.write(right, y, MOTTO[0], self.press, size * 0.95, bold=True, align="centre", fit=room * 1.25)
            sheet.write(right, y + step, MOTTO[1], self.press, size, bold=True, align="centre", fit=room)
            sheet.rule(right - 16, y + step * 1.4, right + 16, y + step * 1.4, 0.25)
            return y + step * 2.2
        sheet.write(middle, y, MOTTO[0], self.press, size, bold=True, align="centre", fit=x1 - x0)
        sheet.write(middle, y + step, MOTTO[1], self.press, size, bold=True, align="centre")
        y += step * 2
        if self.plan.sub != "copy" and rng.random() < 0.6:
            line = self.agency().upper() if rng.random() < 0.75 else self.agency()
            sheet.write(middle, y + step * 0.9, line, self.press, size * 1.1, bold=True, align="centre", fit=x1 - x0)
            y += step * 1.4
            if rng.random() < 0.5:
                sheet.write(
                    middle,
                    y + step * 0.9,
                    rng.choice(("Cấp", "CẤP", "cấp bằng", "Chứng nhận")),
                    self.press,
                    size,
                    italic=True,
                    align="centre",
                )
                y += step
        return y + step

    def words_of_title(self) -> list[str]:
        rng, plan = self.sheet.rng, self.plan
        full, _ = level_words(rng, plan.year, plan.level)
        if plan.sub == "temporary":
            return (
                ["GIẤY CHỨNG NHẬN", f"TỐT NGHIỆP {full} TẠM THỜI"]
                if rng.random() < 0.6
                else ["GIẤY CHỨNG NHẬN TỐT NGHIỆP", "(Tạm thời)"]
            )
        if plan.sub == "certificate":
            return [rng.choice(("CHỨNG CHỈ", "GIẤY CHỨNG NHẬN", "BẰNG")), rng.choice(("NGHỀ PHỔ THÔNG", "TIN HỌC TRÌNH ĐỘ A", "TIẾNG ANH TRÌNH ĐỘ B",
                    "HOÀN THÀNH CHƯƠNG TRÌNH TIỂU HỌC", "BỒI DƯỠNG NGHIỆP VỤ SƯ PHẠM", "TỐT NGHIỆP TIỂU HỌC"))]  # fmt: skip
        if plan.sub == "higher":
            return [
                rng.choice(
                    (
                        "BẰNG TỐT NGHIỆP CAO ĐẲNG",
                        "BẰNG CỬ NHÂN",
                        "BẰNG KỸ SƯ",
                        "BẰNG TỐT NGHIỆP TRUNG CẤP",
                        "BẰNG TỐT NGHIỆP ĐẠI HỌC",
                    )
                )
            ]
        title = rng.choice(([f"BẰNG TỐT NGHIỆP {full}"], ["BẰNG TỐT NGHIỆP", full], ["BẰNG", f"TỐT NGHIỆP {full}"]))
        return [*title, "(BẢN SAO)"] if plan.sub == "copy" else title

    def title(self, x0, x1, y) -> float:
        sheet, rng = self.sheet, self.sheet.rng
        lines, face = self.words_of_title(), Print(rng, rng.choice(("title", "press", "serif")))
        size = self.size * rng.uniform(1.5, 2.1)
        for n, line in enumerate(lines):
            y += size * (0.46 if n else 0.4)
            sheet.write((x0 + x1) / 2, y, line, face, size * (1 if n == 0 or len(line) > 12 else 0.8), bold=True, align="centre", fit=x1 - x0 - 4,
                        colour=self.ink, spaced=rng.choice((0, 0, 0.6)))  # fmt: skip
        if "bilingual" in self.plan.traits and "two-leaves" not in self.plan.traits:
            y += self.size * 0.55
            english = (
                "DEGREE OF BACHELOR" if self.plan.level == "higher" else "UPPER SECONDARY EDUCATION GRADUATION DIPLOMA"
            )
            sheet.write((x0 + x1) / 2, y, english, face, self.size * 0.9, align="centre", fit=x1 - x0, colour=self.ink)
        return y + self.size * 0.3

    def body(self, x0, x1, y, low) -> float:
        if "sentence" in self.plan.traits:
            return self.sentence(x0, x1, y, low)
        return self.lines(x0, x1, y, low)

    def lines(self, x0, x1, y, low) -> float:
        """A label and its value a line, short ones two to a line."""
        rng, keys = self.sheet.rng, list(self.facts.keys)
        rows = []
        while keys:
            key = keys.pop(0)
            pair = [key]
            if (
                key not in ("ho_ten", "truong", "noi_sinh", "hoi_dong")
                and keys
                and keys[0] in ("gioi_tinh", "dan_toc", "xep_loai", "hinh_thuc", "khoa_thi", "nam_tot_nghiep")
                and rng.random() < 0.5
            ):
                pair.append(keys.pop(0))
            rows.append(pair)
        both = "bilingual" in self.plan.traits
        step = min(self.size * (0.95 if both else 0.78) * rng.uniform(0.92, 1.35), (low - y) / (len(rows) + 0.5))
        dots, column = (
            rng.random() < 0.85,
            x0 + (x1 - x0) * rng.uniform(0.26, 0.34) if rng.random() < 0.3 and not both else None,
        )
        for pair in rows:
            y += step
            room = (x1 - x0) / len(pair)
            for n, key in enumerate(pair):
                self._line(
                    x0 + n * room, x0 + (n + 1) * room - 3, y, key, dots, column if len(pair) == 1 else None, both
                )
        return y

    def _line(self, x, end, y, key, dots, column, both) -> None:
        sheet, size = self.sheet, self.size
        at = sheet.write(x, y, self.labels[key] + self.colon, self.press, size, fit=(end - x) * 0.6) + size * 0.15
        if both:
            sheet.write(x, y + size * 0.33, ENGLISH[key], self.press, size * 0.72, italic=True, fit=(end - x) * 0.6)
        at = max(at, column or at)
        if dots and self.filler is not self.press:
            sheet.rule(at, y + 0.8, end, y + 0.8, 0.2, (70, 70, 70), (0.2, 0.7))
        bold = key == "ho_ten" or self.filler is self.press
        lift = sheet.rng.uniform(-0.4, 0.6)
        value, plus = self.facts.values[key], size * (1.15 if key == "ho_ten" and self.filler.scales else 1)
        sheet.write(
            at + sheet.rng.uniform(0.5, 6),
            y - lift,
            value,
            self.filler,
            plus,
            bold=bold,
            key=key,
            fit=end - at - 4,
            row=y,
        )

    def sentence(self, x0, x1, y, low) -> float:
        """One sentence: `Công nhận … sinh ngày … đã tốt nghiệp …`."""
        rng, values, keys, plan = self.sheet.rng, self.facts.values, self.facts.keys, self.plan
        flow = Flow(self.sheet, x0 + 2, x1, y + self.size * 0.7, self.size * 0.8, self.press, self.filler, self.size)
        flow.words(
            rng.choice(
                (
                    "Công nhận",
                    "Chứng nhận",
                    "Công nhận anh, chị",
                    "Chứng nhận học sinh",
                    "Nay cấp bằng cho",
                    "Xác nhận",
                    "Cấp cho",
                )
            )
        )
        flow.value(values["ho_ten"], "ho_ten", 60)
        flow.words(rng.choice(("sinh ngày", "Sinh ngày", ", sinh ngày")))
        flow.value(values["ngay_sinh"].removeprefix("ngày "), "ngay_sinh", 40)
        if "noi_sinh" in keys:
            flow.words(
                rng.choice(("tại", "nơi sinh", "quê ở")) if plan.year < 1990 else rng.choice(("tại", "nơi sinh"))
            )
            flow.value(values["noi_sinh"], "noi_sinh", 50)
        for key, word in (
            ("gioi_tinh", "giới tính"),
            ("dan_toc", "dân tộc"),
            ("truong", rng.choice(("học sinh trường", "là học sinh trường", "đã học tại trường"))),
        ):
            if key in keys:
                flow.words(word)
                flow.value(values[key], key, 18)
        full, short = level_words(rng, plan.year, plan.level)
        what = {"higher": "chương trình đào tạo", "certificate": "khoá học"}.get(
            plan.sub, full.lower() if rng.random() < 0.7 else short
        )
        flow.words(
            rng.choice(("đã tốt nghiệp", "đã trúng tuyển kỳ thi tốt nghiệp", "đã đỗ kỳ thi tốt nghiệp")) + " " + what
        )
        for key, word in (("khoa_thi", rng.choice(("khóa thi ngày", "kỳ thi ngày", "khoá ngày"))), ("hoi_dong", rng.choice(("tại Hội đồng thi", "do Hội đồng thi"))),
                          ("nam_tot_nghiep", "năm"), ("xep_loai", rng.choice(("xếp loại", "hạng", "loại"))), ("hinh_thuc", "hình thức đào tạo")):  # fmt: skip
            if key in keys:
                flow.words(word)
                flow.value(values[key].removeprefix("ngày ") if key == "khoa_thi" else values[key], key, 20)
        return flow.y

    def foot(self, x0, x1, y, y1) -> None:
        """Place, date, office, signature, seal to the right; numbers to the left or under the title."""
        sheet, rng, size = self.sheet, self.sheet.rng, self.size * 0.92
        right, step = x0 + (x1 - x0) * 0.74, self.size * 0.45
        y = max(y + step * 1.4, min(y1 - self.foot_height(), y + step * 3))
        place = self.office.province if rng.random() < 0.8 else self.office.district
        filler = self.filler if self.filler.kind != "pen" or rng.random() < 0.7 else self.press
        start = right - self.press.measure(sheet, f"{place}, ", size) - 20
        at = sheet.write(start, y, f"{place},", self.press, size, italic=True) + 1.2
        sheet.write(
            at,
            y,
            long_date(rng, *self.facts.issued),
            filler if rng.random() < 0.6 else self.press,
            size,
            italic=True,
            key="ngay_cap",
            fit=max(20, x1 - at),
            row=y,
        )
        role = (
            "HIỆU TRƯỞNG"
            if self.plan.level == "higher"
            else "TRƯỞNG PHÒNG"
            if self.plan.level in ("lower", "primary") and self.plan.year > 1990
            else "GIÁM ĐỐC"
        )
        lines = [role] if rng.random() < 0.6 else [f"KT. {role}", f"PHÓ {role}"]
        for n, line in enumerate(lines):
            sheet.write(right, y + step * (1.2 + n), line, self.press, size, bold=True, align="centre", fit=x1 - x0)
        foot = min(y1 - 1, y + step * (len(lines) + 1) + self.size * 2.1)
        marks.signature(sheet, right - 15, foot - size * 0.75, rng.uniform(22, 34))
        sheet.write(
            right,
            foot,
            people.adult(rng),
            self.press if rng.random() < 0.7 or self.filler.kind == "pen" else self.filler,
            size,
            bold=True,
            align="centre",
            key="nguoi_ky",
        )
        if rng.random() < 0.85:
            marks.seal(
                sheet,
                right - rng.uniform(8, 18),
                foot - size * 0.8,
                self.agency().upper()[:44],
                self.office.province.upper(),
                min(17, self.size * 1.2),
            )
        self.numbers(x0 + 2, y + step * rng.choice((0, 1.5, 3)), y1, size, step)

    def numbers(self, x, y, y1, size, step) -> None:
        sheet, rng = self.sheet, self.sheet.rng
        labels = {"so_hieu": ("Số hiệu", "Số hiệu bằng", "Số:", "Bằng số", "Số hiệu văn bằng"),
                  "so_vao_so": ("Số vào sổ gốc cấp bằng", "Vào sổ số", "Số vào sổ", "Vào sổ gốc số", "Số vào sổ gốc cấp bằng tốt nghiệp")}  # fmt: skip
        y = min(y, y1 - step * 2.4)
        for key in rng.choice(
            (("so_hieu", "so_vao_so"), ("so_vao_so", "so_hieu"), ("so_hieu",), ("so_vao_so",), ("so_hieu", "so_vao_so"))
        ):
            label = rng.choice(labels[key])
            at = sheet.write(x, y, label if label.endswith(":") else label + self.colon, self.press, size * 0.9) + 1.5
            printed = key == "so_hieu" and rng.random() < 0.4
            hand = Print(rng, "serif", colour=RED) if printed else self.filler
            sheet.write(
                at,
                y,
                self.facts.values[key],
                hand,
                size,
                bold=printed,
                key=key,
                fit=max(18, self.plan.width * 0.24),
                row=y,
            )
            if "bilingual" in self.plan.traits and "two-leaves" not in self.plan.traits:
                sheet.write(x, y + size * 0.33, ENGLISH[key], self.press, size * 0.65, italic=True)
            y += step * 1.35

    def english(self, x0, x1, y, y1) -> None:
        """The leaf in English, as universities print it."""
        sheet, rng, size, middle = self.sheet, self.sheet.rng, self.size, (x0 + x1) / 2
        d, m, year = self.facts.person.born
        month = ("January February March April May June July August September October November December").split()[m - 1]
        for n, line in enumerate(("SOCIALIST REPUBLIC OF VIETNAM", "Independence - Freedom - Happiness")):
            sheet.write(
                middle, y + n * size * 0.45, line, self.press, size * 0.85, bold=True, align="centre", fit=x1 - x0
            )
        degree = (
            rng.choice(("THE DEGREE OF BACHELOR", "COLLEGE DIPLOMA", "THE DEGREE OF ENGINEER"))
            if self.plan.level == "higher"
            else "UPPER SECONDARY DIPLOMA"
        )
        sheet.write(
            middle,
            y + size * 1.8,
            degree,
            Print(rng, "title"),
            size * 1.5,
            bold=True,
            align="centre",
            fit=x1 - x0,
            colour=self.ink,
        )
        plain = unicodedata.normalize("NFD", self.facts.person.name).replace("đ", "d").replace("Đ", "D")
        plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
        title = "Mr" if self.facts.person.sex == "Nam" else "Ms"
        grade = {"Giỏi": "Very good", "Khá": "Good"}.get(self.facts.values["xep_loai"], "Ordinary")
        y += size * 2.6
        for label, value in (
            ("Upon", f"{title} {plain}"),
            ("Date of birth", f"{d:02} {month} {year}"),
            ("Graduation grade", grade),
            ("Mode of study", "Full-time"),
            ("Year of graduation", str(self.plan.year)),
        ):
            y += size * 0.75
            at = sheet.write(x0 + 4, y, f"{label}:", self.press, size, italic=True) + 2
            sheet.write(at, y, value, self.filler, size, bold=True, fit=x1 - at)
        sheet.write(x0 + 4, min(y1 - 6, y + size * 2), "Serial number:", self.press, size * 0.85)
