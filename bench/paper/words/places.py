"""Places as papers write them, with the provinces of their day. A sample of the country, typed from memory."""

from random import Random

# Province: district: communes. Districts with ! are towns or cities, ~ wards' towns.
COUNTRY = """
Hà Tĩnh: Kỳ Anh: Kỳ Xuân, Kỳ Phú, Kỳ Lâm, Kỳ Tân | Can Lộc: Thiên Lộc, Vượng Lộc, Tùng Lộc | Đức Thọ: Đức Lạng, Tùng Ảnh, Bùi Xá
Nghệ An: Quỳ Hợp: Châu Quang, Thọ Hợp, Minh Hợp | Nam Đàn: Nam Giang, Kim Liên, Vân Diên | Diễn Châu: Diễn Kỷ, Diễn Hồng, Diễn Thịnh
Thanh Hóa: Nga Sơn: Nga Thủy, Nga Văn, Ba Đình | Thọ Xuân: Xuân Lai, Xuân Lập, Thọ Hải | Cẩm Thủy: Cẩm Tú, Cẩm Bình, Phúc Do
Nam Định: Hải Hậu: Hải Phúc, Hải Hưng, Hải Tây | Xuân Trường: Xuân Kiên, Xuân Ngọc, Thọ Nghiệp | Ý Yên: Yên Phú, Yên Thắng, Yên Lợi
Thái Bình: Kiến Xương: Vũ Quý, Bình Minh, An Bình | Tiền Hải: Nam Trung, Đông Cơ, Tây Giang | Đông Hưng: Đông Xá, Thăng Long, Phú Lương
Hải Dương: Chí Linh: Sao Đỏ, Cổ Thành, An Lạc | Thanh Hà: Thanh Bính, Tân Việt, Cẩm Chế | Ninh Giang: Tân Phong, Hồng Phúc, Ứng Hòe
Bắc Giang: Yên Thế: Tam Hiệp, Phồn Xương, Đồng Kỳ | Lục Ngạn: Phượng Sơn, Quý Sơn, Tân Quang | Việt Yên: Tăng Tiến, Bích Sơn, Minh Đức
Bắc Ninh: Quế Võ: Phù Lãng, Việt Hùng, Đào Viên | Gia Bình: Nhân Thắng, Đại Bái, Xuân Lai | Tiên Du: Liên Bão, Nội Duệ, Phật Tích
Phú Thọ: Hạ Hòa: Ấm Hạ, Hiền Lương, Vĩnh Chân | Tam Nông: Hương Nộn, Thọ Văn, Dị Nậu | Thanh Sơn: Cự Thắng, Địch Quả, Võ Miếu
Tuyên Quang: Sơn Dương: Tân Trào, Hồng Lạc, Cấp Tiến | Chiêm Hóa: Vinh Quang, Yên Nguyên, Kim Bình | Hàm Yên: Thái Sơn, Bình Xa
Lạng Sơn: Bắc Sơn: Vũ Lễ, Quỳnh Sơn, Hưng Vũ | Tràng Định: Kháng Chiến, Đại Đồng, Tri Phương | Chi Lăng: Mai Sao, Quan Sơn
Quảng Bình: Lệ Thủy: Lộc Thủy, Phong Thủy, Ngư Thủy | Bố Trạch: Hoàn Trạch, Đại Trạch, Sơn Lộc | Tuyên Hóa: Lê Hóa, Tiến Hóa
Quảng Trị: Hải Lăng: Hải Thượng, Hải Ba, Hải Quế | Gio Linh: Gio Mỹ, Gio Hải, Trung Sơn | Triệu Phong: Triệu Thuận, Triệu Đại
Thừa Thiên Huế: Phú Vang: Phú Mậu, Vinh Thanh, Phú Diên | Quảng Điền: Quảng Thọ, Quảng Lợi | Phong Điền: Phong An, Phong Hiền
Quảng Nam: Duy Xuyên: Duy Trung, Duy Sơn, Duy Châu | Thăng Bình: Bình Trị, Bình Dương, Bình Phú | Tiên Phước: Tiên Kỳ, Tiên Lộc
Quảng Ngãi: Mộ Đức: Đức Nhuận, Đức Chánh, Đức Tân | Bình Sơn: Bình Trung, Bình Khương, Bình Châu | Ba Tơ: Ba Động, Ba Vì, Ba Cung
Bình Định: Hoài Nhơn: Hoài Hảo, Hoài Thanh, Tam Quan | An Lão: An Hòa, An Tân, An Quang | Tây Sơn: Bình Tường, Tây Bình, Bình Nghi
Phú Yên: Tuy An: An Định, An Chấn, An Ninh Tây | Đồng Xuân: Xuân Lãnh, Xuân Quang, La Hai | Sơn Hòa: Sơn Long, Suối Bạc
Khánh Hòa: Ninh Hòa: Ninh Phú, Ninh Xuân, Ninh Đa | Diên Khánh: Diên Phước, Diên Lạc, Suối Hiệp | Vạn Ninh: Vạn Giã, Đại Lãnh
Bình Thuận: Bắc Bình: Phan Hiệp, Chợ Lầu, Hải Ninh | Tánh Linh: Lạc Tánh, Gia An, Đức Phú | Hàm Tân: Sơn Mỹ, Tân Hà
Gia Lai: Chư Sê: Ia Blang, Chư Pơng, Bờ Ngoong | Đak Đoa: Tân Bình, Glar, Nam Yang | An Khê: Tú An, Song An, Ngô Mây
Kon Tum: Đắk Tô: Tân Cảnh, Diên Bình, Kon Đào | Sa Thầy: Rờ Kơi, Sa Nghĩa, Ya Xiêr | Đắk Hà: Hà Mòn, Đắk La, Ngọk Réo
Đắk Lắk: Krông Búk: Pơng Drang, Cư Né, Ea Ngai | Cư M'gar: Ea Kpam, Quảng Tiến, Ea Tul | Ea Kar: Cư Huê, Xuân Phú, Ea Đar
Lâm Đồng: Đức Trọng: Liên Nghĩa, Ninh Gia, Hiệp Thạnh | Di Linh: Tân Nghĩa, Gia Hiệp, Bảo Thuận | Bảo Lâm: Lộc An, B'lá
Đồng Nai: Xuân Lộc: Xuân Định, Suối Cát, Gia Ray | Long Thành: An Phước, Bình Sơn, Tam Phước | Thống Nhất: Gia Kiệm, Bàu Hàm
Bà Rịa - Vũng Tàu: Châu Đức: Kim Long, Xà Bang, Bình Ba | Long Điền: Phước Hải, An Ngãi | Xuyên Mộc: Bưng Riềng, Hòa Bình
Tây Ninh: Gò Dầu: Thanh Phước, Cẩm Giang, Bàu Đồn | Tân Biên: Thạnh Bình, Mỏ Công, Trà Vong | Hòa Thành: Long Thành Bắc, Trường Tây
Tiền Giang: Cai Lậy: Nhị Mỹ, Tân Phong, Long Khánh | Gò Công Đông: Tân Tây, Bình Nghị | Chợ Gạo: Mỹ Tịnh An, Bình Ninh
Bến Tre: Ba Tri: An Ngãi Trung, Bảo Thạnh, Mỹ Chánh | Mỏ Cày: Hương Mỹ, An Thới, Đa Phước Hội | Giồng Trôm: Lương Quới, Bình Thành
An Giang: Chợ Mới: Kiến An, Long Điền A, Mỹ Luông | Tri Tôn: Ô Lâm, Cô Tô, Lương Phi | Thoại Sơn: Vọng Thê, Định Mỹ, Óc Eo
Kiên Giang: Gò Quao: Định An, Vĩnh Tuy, Thủy Liễu | Giồng Riềng: Ngọc Chúc, Hòa Hưng, Long Thạnh | Hòn Đất: Sóc Sơn, Mỹ Lâm
Cà Mau: Cái Nước: Tân Hưng, Phú Hưng, Trần Thới | Đầm Dơi: Tạ An Khương, Quách Phẩm | Năm Căn: Hàm Rồng, Đất Mới
"""
# Province of today: the larger one it belonged to, from and to which year.
UNITED = {
    "Quảng Ngãi": ("Nghĩa Bình", 1976, 1989), "Bình Định": ("Nghĩa Bình", 1976, 1989), "Phú Yên": ("Phú Khánh", 1976, 1989),
    "Khánh Hòa": ("Phú Khánh", 1976, 1989), "Bình Thuận": ("Thuận Hải", 1976, 1991), "Hà Tĩnh": ("Nghệ Tĩnh", 1976, 1991),
    "Nghệ An": ("Nghệ Tĩnh", 1976, 1991), "Nam Định": ("Hà Nam Ninh", 1976, 1991), "Hải Dương": ("Hải Hưng", 1968, 1996),
    "Bắc Giang": ("Hà Bắc", 1963, 1996), "Bắc Ninh": ("Hà Bắc", 1963, 1996), "Phú Thọ": ("Vĩnh Phú", 1968, 1996),
    "Tuyên Quang": ("Hà Tuyên", 1976, 1991), "Quảng Bình": ("Bình Trị Thiên", 1976, 1989), "Quảng Trị": ("Bình Trị Thiên", 1976, 1989),
    "Thừa Thiên Huế": ("Bình Trị Thiên", 1976, 1989), "Quảng Nam": ("Quảng Nam - Đà Nẵng", 1976, 1996),
    "Gia Lai": ("Gia Lai - Kon Tum", 1976, 1991), "Kon Tum": ("Gia Lai - Kon Tum", 1976, 1991), "Cà Mau": ("Minh Hải", 1976, 1996),
}  # fmt: skip
MERGED_2025 = {
    "Quảng Ngãi": "Quảng Ngãi", "Kon Tum": "Quảng Ngãi", "Bắc Giang": "Bắc Ninh", "Bình Định": "Gia Lai", "Phú Yên": "Đắk Lắk",
    "Bình Thuận": "Lâm Đồng", "Nam Định": "Ninh Bình", "Thái Bình": "Hưng Yên", "Hải Dương": "Hải Phòng", "Quảng Bình": "Quảng Trị",
    "Quảng Nam": "Đà Nẵng", "Tiền Giang": "Đồng Tháp", "Bến Tre": "Vĩnh Long", "Kiên Giang": "An Giang",
    "Bà Rịa - Vũng Tàu": "TP. Hồ Chí Minh", "Thừa Thiên Huế": "Huế",
}  # fmt: skip


def _country() -> dict[str, dict[str, list[str]]]:
    provinces = {}
    for line in COUNTRY.strip().splitlines():
        province, districts = line.split(": ", 1)
        provinces[province] = {}
        for part in districts.split(" | "):
            district, communes = part.split(": ")
            provinces[province][district] = communes.split(", ")
    return provinces


PROVINCES = _country()


def province_in(name: str, year: int) -> str:
    """What the province was called in a year."""
    if year >= 2026:
        return MERGED_2025.get(name, name)
    united = UNITED.get(name)
    return united[0] if united and united[1] <= year <= united[2] else name


class Manner:
    """How one office writes places: how much of them, with which words."""

    def __init__(self, rng: Random, home: str, year: int) -> None:
        self.home, self.year = home, year
        self.depth = rng.choices((1, 2, 3), (3, 6, 4))[0]
        self.words = (
            rng.choices(("", "short", "long"), (8, 2, 1))[0] if self.depth > 1 else rng.choice(("", "", "short"))
        )
        self.comma = rng.choices((", ", " - ", "-"), (10, 2, 1))[0]
        self.then = rng.random() < 0.7
        self.away = rng.uniform(0.04, 0.2)

    def place(self, rng: Random, born: int) -> str:
        """A place of birth or origin."""
        province = self.home if rng.random() > self.away else rng.choice(list(PROVINCES))
        district = rng.choice(list(PROVINCES[province]))
        commune = rng.choice(PROVINCES[province][district])
        shown = province_in(province, born if self.then else self.year)
        if rng.random() < 0.03:
            return rng.choice(
                ("TP. Hồ Chí Minh", "Hà Nội", "Sài Gòn" if born < 1976 else "Đà Nẵng", "Hải Phòng", "Huế")
            )
        marks = {"": ("", "", ""), "short": ("X. ", "H. ", "T. "), "long": ("xã ", "huyện ", "tỉnh ")}[self.words]
        parts = [marks[0] + commune, marks[1] + district, marks[2] + shown]
        depth = max(1, self.depth - (rng.random() < 0.12))
        if depth == 2 and rng.random() < 0.15:
            return self.comma.join(parts[:2])
        text = self.comma.join(parts[3 - depth :])
        return text[0].upper() + text[1:]


def address(rng: Random, home: str) -> str:
    """Where somebody lives."""
    district = rng.choice(list(PROVINCES[home]))
    commune = rng.choice(PROVINCES[home][district])
    hamlet = rng.choice(
        ("Thôn 1", "Thôn 4", "Đội 7", "Xóm Mới", "Ấp 3", "KP 2", "Thôn Trung", "Thôn Đông", "Tổ 12", "Ấp Hòa Lợi")
    )
    return rng.choice((f"{hamlet}, {commune}, {district}", f"{hamlet} - {commune}", f"{commune}, {district}"))
