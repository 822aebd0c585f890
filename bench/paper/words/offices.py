"""Offices and schools of a made-up province in a year, and what they are called in it."""

from random import Random

from words import people, places

HEROES = """Lê Lợi|Phan Bội Châu|Trần Cao Vân|Nguyễn Bỉnh Khiêm|Lý Thường Kiệt|Hùng Vương|Quang Trung|Nguyễn Huệ|Phan Đình Phùng
|Lương Thế Vinh|Nguyễn Khuyến|Chu Văn An|Lê Quý Đôn|Nguyễn Du|Trần Quốc Tuấn|Ngô Quyền|Hoàng Hoa Thám|Tôn Đức Thắng|Nguyễn Trãi
|Võ Thị Sáu|Trần Quang Diệu|Ngô Mây|Phan Chu Trinh|Hàm Nghi|Trưng Vương|Duy Tân|Lê Hồng Phong|Nguyễn Thái Học|Bùi Thị Xuân
|Huỳnh Thúc Kháng|Đào Duy Từ|Lê Thánh Tông|Cao Bá Quát|Mạc Đĩnh Chi|Nguyễn Đình Chiểu""".replace("\n", "").split("|")
HIGHER = """Trường Đại học Sư phạm Kỹ thuật Vinh|Trường Cao đẳng Sư phạm {p}|Trường Đại học Tây Nguyên|Trường Cao đẳng Kinh tế - Kỹ thuật {p}
|Trường Đại học Quy Nhơn|Trường Trung học Kinh tế {p}|Trường Cao đẳng Y tế {p}|Trường Đại học Nông Lâm|Trường Trung cấp nghề {p}
|Học viện Quản lý giáo dục|Viện Khoa học Giáo dục|Trường Đại học Hồng Đức""".replace("\n", "").split("|")


class Office:
    """Everything of one document that belongs together: province, year, department, schools."""

    def __init__(self, rng: Random, year: int) -> None:
        self.rng, self.year = rng, year
        self.home = rng.choice(list(places.PROVINCES))
        self.province = places.province_in(self.home, year)
        self.district = rng.choice(list(places.PROVINCES[self.home]))
        self.communes = places.PROVINCES[self.home][self.district]
        self.manner = places.Manner(rng, self.home, year)
        self.ending = rng.choice(("", "", f" {self.province}", f" tỉnh {self.province}"))

    def upper(self) -> str:
        """The lower and the upper secondary school's level, as abbreviated in the year."""
        return "PTTH" if 1981 <= self.year < 1999 else "THPT" if self.year >= 1999 else "Cấp 3"

    def lower(self) -> str:
        return "PTCS" if 1981 <= self.year < 1993 else "THCS" if self.year >= 1993 else "Cấp 2"

    def department(self) -> str:
        """`Sở Giáo dục và Đào tạo …` of the year."""
        if self.year < 1981:
            return f"Ty Giáo dục{self.ending}"
        if self.year < 1990:
            return f"Sở Giáo dục{self.ending}"
        joined = "và" if self.year > 1999 else self.rng.choice(("và", "-", "&"))
        return f"Sở Giáo dục {joined} Đào tạo{self.ending}"

    def district_office(self) -> str:
        base = "Phòng Giáo dục và Đào tạo" if self.year > 1996 else "Phòng Giáo dục"
        return base + self.rng.choice(("", f" {self.district}", f" huyện {self.district}"))

    def council(self) -> str:
        """The people's committee above."""
        word = self.rng.choice(("Ủy ban nhân dân", "UBND", "Uỷ ban nhân dân"))
        if self.year < 1980:
            word = self.rng.choice(("Ủy ban nhân dân", "UBND cách mạng"))
        return f"{word} {self.rng.choice(('tỉnh', 'tỉnh', 'Tỉnh'))} {self.province}"

    def school(self, level: str) -> str:
        """A school by its short name: `THPT Số 2 Tuy An`, `Nguyễn Du`."""
        name = self.rng.choice((self.rng.choice(HEROES), self.district, f"Số {self.rng.randint(1, 3)} {self.district}",
                                self.rng.choice(self.communes), self.rng.choice(HEROES)))  # fmt: skip
        if self.rng.random() < 0.06:
            name = f"{self.rng.choice(('Dân tộc nội trú', 'Bán công', 'Chuyên', 'Dân lập'))} {name}"
        if level == "gdtx":
            return f"{self.rng.choice(('TT GDTX', 'Trung tâm GDTX', 'TTGDTX', 'TT GDTX - HN'))} {self.district}"
        word = {"upper": self.upper(), "lower": self.lower(), "primary": "Tiểu học"}[level]
        if self.year < 1981 and level != "primary":
            word = self.rng.choice((word, word.replace("Cấp", "cấp"), "PT " + word.lower()))
        return f"{word} {name}"

    def higher(self) -> str:
        return self.rng.choice(HIGHER).format(p=self.province)

    def ethnic(self) -> str | None:
        """An ethnic group of this province, rarely any; None is Kinh."""
        near = {"Quảng Ngãi": ("Hrê", "Cor", "Xơ Đăng"), "Bình Định": ("Ba Na", "Hrê", "Chăm"), "Kon Tum": ("Xơ Đăng", "Ba Na"),
                "Gia Lai": ("Gia Rai", "Ba Na"), "Đắk Lắk": ("Ê Đê", "Mnông", "Tày"), "An Giang": ("Khmer", "Chăm", "Hoa"),
                "Kiên Giang": ("Khmer", "Hoa"), "Lạng Sơn": ("Tày", "Nùng", "Dao"), "Tuyên Quang": ("Tày", "Dao", "Mông"),
                "Bình Thuận": ("Chăm",), "Quảng Nam": ("Cơ Tu", "Xơ Đăng"), "Lâm Đồng": ("Mnông", "Nùng"),
                "Phú Thọ": ("Mường", "Dao"), "Thanh Hóa": ("Mường", "Thái"), "Nghệ An": ("Thái",)}  # fmt: skip
        share = 0.25 if self.home in near else 0.02
        if self.rng.random() > share:
            return None
        return self.rng.choice(near.get(self.home, tuple(people.MINORITIES)))
