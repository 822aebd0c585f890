"""Made-up people. Names are drawn from lists of common parts; nobody real is meant."""

import unicodedata
from dataclasses import dataclass, replace
from random import Random

FAMILY = "Nguyễn Trần Lê Phạm Huỳnh Võ Phan Trương Bùi Đặng Đỗ Ngô Hồ Dương Đinh Lý".split()
WOMEN = "Thị Thu|Thị Mỹ|Thị Kim|Thị Hồng|Thị Thanh|Thị Bích|Thị|Ngọc|Thị Ngọc|Thảo".split("|")
MEN = "Văn|Hữu|Đức|Minh|Quốc|Thanh|Ngọc|Xuân|Tấn|Công|Đình|Anh".split("|")
HER = "Hạnh Lan Hương Liên Phượng Thảo Trang Yến Nga Vân Hiền Loan Nhung Tuyết Hà Diễm Ngân Trinh".split()
HIS = "Hùng Dũng Tuấn Sơn Long Phong Bình Thắng Lộc Khánh Nam Quang Hải Trung Vũ Đạt Tiến Phúc".split()
PLACES = {
    1985: ["Sơn Tịnh, Nghĩa Bình", "Mộ Đức, Nghĩa Bình", "Đức Phổ, Nghĩa Bình", "Tư Nghĩa, Nghĩa Bình"],
    1995: ["Sơn Tịnh, Nghĩa Bình", "Bình Sơn, Nghĩa Bình", "Thị xã Quảng Ngãi", "Nghĩa Hành, Nghĩa Bình"],
    2008: [
        "Sơn Tịnh, Quảng Ngãi", "Mộ Đức, Quảng Ngãi", "Đức Phổ, Quảng Ngãi", "Tư Nghĩa, Quảng Ngãi",
        "Bình Sơn, Quảng Ngãi", "Nghĩa Hành, Quảng Ngãi", "Thành phố Quảng Ngãi", "Ba Tơ, Quảng Ngãi",
    ],
}
GRADES = ["Trung bình"] * 5 + ["Khá"] * 4 + ["Giỏi"]


@dataclass(frozen=True)
class Person:
    """One line of a register, values as printed."""

    ho_ten: str
    ngay_sinh: str
    noi_sinh: str
    gioi_tinh: str
    dan_toc: str
    xep_loai: str
    so_hieu: str = ""
    so_vao_so: str = ""


def in_list_order(person: Person) -> tuple[str, str]:
    """What a Vietnamese list is sorted by: the given name, then the family name, letters before their marks."""
    words = person.ho_ten.replace("Đ", "Dz").replace("đ", "dz").split()
    bare = unicodedata.normalize("NFD", " ".join([words[-1], *words]))
    return "".join(mark for mark in bare if not unicodedata.combining(mark)), person.ho_ten


def someone(rng: Random, born: tuple[int, int], era: int) -> Person:
    """A person born in one of the years given."""
    woman = rng.random() < 0.5
    middle, given = (WOMEN, HER) if woman else (MEN, HIS)
    name = f"{rng.choice(FAMILY)} {rng.choice(middle)} {rng.choice(given)}"
    day = f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{rng.randint(*born)}"
    people = "Hrê" if era == 2008 and rng.random() < 0.08 else "Kinh"
    return Person(name, day, rng.choice(PLACES[era]), "Nữ" if woman else "Nam", people, rng.choice(GRADES))


def class_of(seed, count, born, era, known: list[Person], number, entry) -> list[Person]:
    """A list sorted by given name, the known people among it, numbered by two functions of the row."""
    rng = Random(seed)
    listed = list(known)
    names = {person.ho_ten for person in known}
    while len(listed) < count:
        person = someone(rng, born, era)
        if person.ho_ten not in names:
            names.add(person.ho_ten)
            listed.append(person)
    listed.sort(key=in_list_order)
    return [replace(p, so_hieu=number(row), so_vao_so=entry(row)) for row, p in enumerate(listed)]
