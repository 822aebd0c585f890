"""Made-up learners, teachers and signers."""

from dataclasses import dataclass, field
from random import Random

FAMILIES = [
    ("Nguyễn", 30), ("Trần", 12), ("Lê", 10), ("Phạm", 7), ("Huỳnh", 4), ("Hoàng", 4), ("Phan", 4), ("Vũ", 3), ("Võ", 4),
    ("Đặng", 3), ("Bùi", 3), ("Đỗ", 3), ("Hồ", 2), ("Ngô", 2), ("Dương", 2), ("Lý", 1), ("Đinh", 1), ("Trương", 2),
    ("Đoàn", 1), ("Mai", 1), ("Trịnh", 1), ("Lương", 1), ("Cao", 1), ("Tạ", 0.7), ("Châu", 0.5), ("Lâm", 0.8), ("Tô", 0.5),
    ("Hà", 0.8), ("Thái", 0.5), ("Tống", 0.3), ("Kiều", 0.3), ("Quách", 0.4), ("Nghiêm", 0.3), ("La", 0.2), ("Thân", 0.2),
    ("Phùng", 0.5), ("Đào", 0.7), ("Chu", 0.5), ("Văn", 0.3), ("Doãn", 0.2), ("Khổng", 0.2), ("Ung", 0.1), ("Bạch", 0.2),
    ("Tôn Thất", 0.1), ("Triệu", 0.3), ("Từ", 0.2), ("Vương", 0.4), ("Hứa", 0.2), ("Lưu", 0.4), ("Mạc", 0.2), ("Giáp", 0.2),
]  # fmt: skip
BOYS = """An Anh Bảo Bình Bắc Bằng Chiến Chung Công Cường Chương Dũng Danh Duy Đạt Đông Đức Định Hải Hậu Hiếu Hiển Hoàng
Hòa Hùng Hưng Huy Hội Khải Khánh Khoa Kiên Lâm Lộc Long Luân Lực Mạnh Minh Nam Nghĩa Nhân Nhật Phong Phú Phúc Phước Quân
Quang Quốc Quý Sang Sơn Sỹ Tài Tâm Tân Thạch Thắng Thành Thiện Thịnh Thọ Thông Thuận Tiến Tín Toàn Trí Trọng Trung Trường
Tuấn Tùng Tuyên Việt Vinh Vũ Vượng Xuân Đại Hào Tường Thi Nguyên Lợi Ngọc Tịnh Chính Thức Kha Bửu Hướng Khiêm""".split()
GIRLS = """Anh Ánh Bích Chi Cúc Diễm Diệp Dung Duyên Đào Giang Hà Hân Hằng Hạnh Hiền Hoa Hoài Hồng Huệ Hương Hường Huyền
Khánh Lan Lệ Liên Liễu Linh Loan Ly Lý Mai Mỹ My Nga Ngân Nghi Ngọc Nguyệt Nhàn Nhung Nhi Như Nữ Oanh Phúc Phương Phượng
Quyên Quỳnh Sương Tâm Thắm Thanh Thảo Thi Thoa Thu Thủy Thúy Thư Thương Tiên Trang Trâm Trinh Trúc Tuyết Tươi Uyên Vân Vi
Xuân Yến Yên Hậu Lành Én Lài Nhạn Sen Thơm Hiếu Kiều Đông Diệu Ái Bông Gái Út Mận Tuyền Vy Hoàn Thoại Trà""".split()
BOY_MIDDLES = """Văn Văn Văn Văn Hữu Đức Minh Quốc Thanh Ngọc Công Đình Xuân Quang Thành Anh Duy Hoàng Trọng Viết Bá Tấn Tiến
Hồng Gia Chí Mạnh Trung Phước Thế Nhật Huy Phi Đại Kim Như Tuấn Việt Vĩnh Khắc Sỹ Bảo""".split()
GIRL_MIDDLES = """Thị Thị Thị Thị Thị Ngọc Thanh Thu Kim Hồng Bích Mỹ Minh Phương Thúy Diệu Xuân Hoài Quỳnh Như Khánh Lan
Mai Cẩm Tuyết Ái Bảo Hà Yến Tường Hải Huyền""".split()
SECOND = "Ngọc Thu Thanh Kim Bích Hồng Mỹ Minh Xuân Quang Hoàng Anh Phương Thùy Diễm Như Hoài Lệ Tuyết Cẩm Kiều Hữu Bá".split()
# Ethnic group, as offices write it: family or first syllables, then names of men and of women.
MINORITIES = {
    "Tày": (["Nông", "Hoàng", "Lương", "Ma", "Bế", "Đàm"], None, None),
    "Nùng": (["Nông", "Lục", "Vi", "Hoàng", "Chu", "Mông"], None, None),
    "Thái": (["Lò", "Cầm", "Quàng", "Cà", "Tòng", "Lường", "Vi"], None, None),
    "Mường": (["Bùi", "Quách", "Đinh", "Hà", "Bạch"], None, None),
    "Dao": (["Triệu", "Bàn", "Đặng", "Lý", "Phùng"], None, None),
    "Mông": (["Giàng A", "Vàng A", "Sùng A", "Thào A"], "Chú Dơ Páo Sử Tủa Lử Pha Vư".split(), None),
    "Hrê": (["Phạm Văn", "Đinh Văn", "Phạm"], "Rốt Nghĩa Trôn Bia Đót Rế".split(), "Phạm Thị Đinh Thị".split()),
    "Cor": (["Hồ Văn", "Hồ"], "Biên Tý Lới Nghiệp Thăm".split(), None),
    "Ba Na": (["Đinh", "Y", "A"], "Blíp Nhem Krông Thuk Nhao Hyơk".split(), None),
    "Gia Rai": (["Rơ Châm", "Siu", "Ksor", "Rahlan", "Kpă"], "Thoan Brết Hlim Phin Jú Tuynh".split(), None),
    "Ê Đê": (["Y", "H'"], "Thuyên Niê|Bhiăk Mlô|Djuan Êban|Ngọc Byă|Blơi Kbuôr".split("|"), None),
    "Xơ Đăng": (["A", "Y"], "Thủy Nhố Xuôn Dôi Lách Tim".split(), None),
    "Khmer": (["Thạch", "Sơn", "Kim", "Danh", "Lâm", "Châu"], "Sóc Phi Sa Rết Mô Ni Dương Thị".split(), None),
    "Chăm": (["Đàng", "Não", "Bá", "Thập", "Quảng Đại"], "Năng Lượm Thị Hường Văn Tạo".split(), None),
    "Hoa": (["Lý", "Trương", "Lâm", "Quách", "Huỳnh"], None, None),
    "Mnông": (["Y", "H'"], "Krang Mbon Tơi Nđăm".split(), None),
    "Cơ Tu": (["Bling", "Alăng", "Zơrâm", "Pơloong"], "Nhé Thị Bưng Tách Nhơi Dung".split(), None),
}


@dataclass
class Learner:
    """One person of a register or diploma."""

    family: str
    middle: str
    given: str
    sex: str
    ethnic: str
    born: tuple[int, int, int]
    extra: dict = field(default_factory=dict)

    @property
    def before_given(self) -> str:
        """Family and middle names: `họ và chữ đệm`."""
        return f"{self.family} {self.middle}".strip()

    @property
    def name(self) -> str:
        return f"{self.before_given} {self.given}"


def weighted(rng: Random, pairs):
    """One of `(value, weight)`."""
    values, weights = zip(*pairs, strict=True)
    return rng.choices(values, weights)[0]


def _viet(rng: Random, sex: str, families=None) -> tuple[str, str, str]:
    family = rng.choice(families) if families else weighted(rng, FAMILIES)
    given, middles = (BOYS, BOY_MIDDLES) if sex == "Nam" else (GIRLS, GIRL_MIDDLES)
    middle = rng.choice(middles)
    if rng.random() < (0.3 if sex == "Nữ" else 0.12):
        middle += f" {rng.choice(SECOND)}"
    elif rng.random() < 0.05:
        middle = ""
    name = rng.choice(given)
    if middle.split()[-1:] == [name]:
        name = rng.choice([other for other in given if other != name])
    return family, middle, name


def learner(rng: Random, year: int, group: str | None = None, age: float = 18) -> Learner:
    """A learner about to finish in `year`; `group` an ethnic group other than Kinh."""
    sex = rng.choice(("Nam", "Nữ"))
    birth = year - round(rng.gauss(age, 0.9 if age < 25 else 4))
    born = (rng.randint(1, 31), rng.randint(1, 12), birth)
    if born[0] > 28 and born[1] in (2, 4, 6, 9, 11):
        born = (born[0] - 3, born[1], birth)
    if group in MINORITIES:
        families, names, _ = MINORITIES[group]
        if names is None:
            return Learner(*_viet(rng, sex, families), sex, group, born)
        head = rng.choice(families)
        if head in ("H'", "Y", "A"):
            head = {"Nam": "Y" if "H'" in families else "A", "Nữ": "H'" if "H'" in families else "Y"}[sex]
        if head == "H'":
            parts = f"H'{rng.choice(names)}".split()
            return Learner(parts[0], " ".join(parts[1:-1]), parts[-1] if parts[1:] else "Niê", sex, group, born)
        first, *rest = head.split()
        name = rng.choice(names).split()
        return Learner(first, " ".join([*rest, *name[:-1]]), name[-1], sex, group, born)
    return Learner(*_viet(rng, sex), sex, "Kinh", born)


def adult(rng: Random) -> str:
    """Name of a signer, teacher or clerk."""
    return " ".join(part for part in _viet(rng, rng.choice(("Nam", "Nam", "Nữ"))) if part)
