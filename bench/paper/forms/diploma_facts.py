"""What a diploma says, and the words it says it with."""

from random import Random

from forms.plan import Plan
from words import people
from words.numbers import BookNumber, DateManner, Serial, day_of
from words.offices import Office

LABELS = {
    "ho_ten": ("Họ và tên", "Cấp cho", "Họ tên", "Cho", "Tên họ", "Ông (Bà)", "Anh (Chị)"), "ngay_sinh": ("Ngày sinh", "Sinh ngày", "Ngày, tháng, năm sinh"),
    "noi_sinh": ("Nơi sinh", "Tại", "Sinh tại", "Sinh quán"), "gioi_tinh": ("Giới tính", "Nam, nữ", "Nam/Nữ", "Phái"), "dan_toc": ("Dân tộc",),
    "truong": ("Học sinh trường", "Trường", "Là học sinh trường", "Học tại trường"), "khoa_thi": ("Khóa thi", "Khóa thi ngày", "Kỳ thi ngày", "Khoá ngày"),
    "hoi_dong": ("Hội đồng thi", "Tại Hội đồng thi", "Hội đồng coi thi"), "xep_loai": ("Xếp loại tốt nghiệp", "Xếp loại", "Tốt nghiệp loại", "Hạng", "Loại"),
    "hinh_thuc": ("Hình thức đào tạo", "Hình thức học", "Hệ đào tạo"), "nam_tot_nghiep": ("Năm tốt nghiệp", "Tốt nghiệp năm"),
}  # fmt: skip
ENGLISH = {"ho_ten": "Full name", "ngay_sinh": "Date of birth", "noi_sinh": "Place of birth", "gioi_tinh": "Gender", "dan_toc": "Ethnic group",
           "truong": "Student of", "khoa_thi": "Examination date", "hoi_dong": "Examination board", "xep_loai": "Graduation grade",
           "hinh_thuc": "Mode of study", "nam_tot_nghiep": "Year of graduation", "so_hieu": "Serial number", "so_vao_so": "Reference number"}  # fmt: skip


class Facts:
    """What this diploma says, as it is written on it."""

    def __init__(self, rng: Random, plan: Plan, office: Office) -> None:
        age = {"lower": 15, "upper": 18, "gdtx": 25, "higher": 23, "primary": 11}[plan.level]
        self.person = people.learner(rng, plan.year, office.ethnic(), age)
        d, m, y = self.person.born
        school = office.higher() if plan.level == "higher" else office.school(plan.level)
        dates = DateManner(rng, plan.year, short=False)
        self.issued = day_of(rng, plan.year, (7, 12))
        exam = day_of(rng, plan.year, (5, 7))
        born = rng.choice(
            (f"{d:02} tháng {m:02} năm {y}", dates.write(d, m, y), dates.write(d, m, y), f"ngày {d} tháng {m} năm {y}")
        )
        name = self.person.name.upper() if rng.random() < 0.3 and plan.manner != "pen" else self.person.name
        self.values = {
            "ho_ten": name, "ngay_sinh": born, "noi_sinh": office.manner.place(rng, y), "gioi_tinh": self.person.sex, "dan_toc": self.person.ethnic,
            "truong": school, "khoa_thi": rng.choice((dates.write(*exam), f"ngày {exam[0]:02} tháng {exam[1]:02} năm {exam[2]}")),
            "hoi_dong": office.school("upper").split(" ", 1)[1] if rng.random() < 0.5 else office.school("upper"),
            "xep_loai": rng.choice(("Giỏi", "Khá", "Khá", "Trung bình", "Trung bình", "Trung bình", "Trung bình khá")),
            "hinh_thuc": rng.choice(("Chính quy", "Chính quy", "Giáo dục thường xuyên", "Vừa làm vừa học", "Tự học có hướng dẫn")), "nam_tot_nghiep": str(plan.year),
            "so_hieu": Serial(rng, plan.year).take(rng), "so_vao_so": self._book(rng, plan, office),
        }  # fmt: skip
        keys = ["ngay_sinh", "noi_sinh"] + [
            key for key, share in (("gioi_tinh", 0.7), ("dan_toc", 0.6)) if rng.random() < share
        ]
        rest = [
            key
            for key, share in (
                ("truong", 0.85),
                ("hoi_dong", 0.45),
                ("khoa_thi", 0.6),
                ("xep_loai", 0.85),
                ("hinh_thuc", 0.35),
            )
            if rng.random() < share
        ]
        if plan.level == "higher":
            keys, rest = ["ngay_sinh"] + (["noi_sinh"] if rng.random() < 0.4 else []), ["xep_loai", "hinh_thuc"]
        if rng.random() < 0.25 and "khoa_thi" not in rest:
            rest.append("nam_tot_nghiep")
        if rng.random() < 0.3:
            rng.shuffle(rest)
        self.keys = ["ho_ten", *keys, *rest]

    @staticmethod
    def _book(rng, plan, office) -> str:
        book = BookNumber(rng, plan.year, office.district, office.lower() if plan.level == "lower" else office.upper())
        book.next = rng.randint(1, 2500)
        return book.take()
