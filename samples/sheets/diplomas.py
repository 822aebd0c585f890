"""Diplomas of three eras: 1985 typewritten, 1995 filled in by typewriter, 2008 laser printed."""

from kit.marks import border, guilloche, portrait, signature, stamp
from kit.people import Person
from kit.sheet import RED, RIBBON, Sheet
from sheets.common import foot, motto


def in_words(day: str) -> str:
    """`05/06/1967` as a diploma writes it."""
    d, m, y = day.split("/")
    return f"{d} tháng {m} năm {y}"


def typed_1985(person: Person, seed: int) -> Sheet:
    """Nghĩa Bình, 1985: everything struck on a typewriter, a plain double frame."""
    sheet = Sheet(210, 148, 200, seed)
    sheet.frame(8, 8, 202, 140, 0.7, (60, 50, 50))
    sheet.frame(9.6, 9.6, 200.4, 138.4, 0.25, (60, 50, 50))
    face, size = "typewriter", 10.5
    sheet.write(105, 19, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 11.5, face, align="centre")
    sheet.write(105, 25, "Độc lập - Tự do - Hạnh phúc", 11, face, align="centre")
    sheet.write(105, 34, "SỞ GIÁO DỤC NGHĨA BÌNH", 11, face, align="centre")
    sheet.write(105, 43, "BẰNG TỐT NGHIỆP PHỔ THÔNG TRUNG HỌC", 14.5, face, RED, "centre")
    portrait(sheet, 16, 50, 27, 36)
    rows = [
        ("Cấp cho:", person.ho_ten, "ho_ten"), ("Sinh ngày:", in_words(person.ngay_sinh), "ngay_sinh"),
        ("Nơi sinh:", person.noi_sinh, "noi_sinh"), ("Học sinh trường:", "PTTH Đông Sơn Tịnh", "truong"),
        ("Đã tốt nghiệp khóa ngày:", "28/5/1985", "khoa_thi"), ("Hội đồng thi:", "Sơn Tịnh 1", "hoi_dong"),
    ]
    for row, (label, value, key) in enumerate(rows):
        start = sheet.write(50, 55 + row * 7.6, label, size, face)
        sheet.write(start + 2.5, 55 + row * 7.6, value, size, face, RIBBON, key=key)
    start = sheet.write(50, 100.6, "Xếp loại:", size, face)
    sheet.write(start + 2.5, 100.6, person.xep_loai, size, face, RIBBON, key="xep_loai")
    start = sheet.write(120, 100.6, "Dân tộc:", size, face)
    sheet.write(start + 2.5, 100.6, person.dan_toc, size, face, RIBBON, key="dan_toc")
    start = sheet.write(16, 112, "Số:", size, face)
    sheet.write(start + 2.5, 112, person.so_hieu, size, face, RIBBON, key="so_hieu")
    start = sheet.write(16, 119, "Vào sổ số:", size, face)
    sheet.write(start + 2.5, 119, person.so_vao_so, size, face, RIBBON, key="so_vao_so")
    start = sheet.write(104, 108, "Qui Nhơn, ", size, face)
    sheet.write(start, 108, "ngày 20 tháng 8 năm 1985", size, face, key="ngay_cap")
    sheet.write(150, 113.5, "GIÁM ĐỐC", size, face, align="centre")
    stamp(sheet, 136, 124, "SỞ GIÁO DỤC", ["TỈNH", "NGHĨA BÌNH"], 29)
    signature(sheet, 154, 124, 30, 10)
    sheet.write(150, 135, "Lê Quang Thuật", size, face, align="centre", key="nguoi_ky")
    return sheet


def typed_1995(person: Person, seed: int) -> Sheet:
    """PTTH, 1995: a printed blank with ornaments, filled in with a typewriter."""
    sheet = Sheet(240, 170, 200, seed)
    guilloche(sheet, (238, 240, 222))
    border(sheet, 8, (70, 110, 84))
    motto(sheet, 120, 27, 12)
    sheet.write(120, 43, "BẰNG TỐT NGHIỆP PHỔ THÔNG TRUNG HỌC", 20, "serif-bold", RED, "centre")
    sheet.write(120, 51, "GIÁM ĐỐC SỞ GIÁO DỤC VÀ ĐÀO TẠO QUẢNG NGÃI", 12, "serif-bold", align="centre")
    portrait(sheet, 24, 60)
    hand = {"hand": "typewriter", "colour": RIBBON, "points": 12.0}
    sheet.filled(64, 64, "Họ và tên:", person.ho_ten, "ho_ten", 218, **hand)
    sheet.filled(64, 73, "Sinh ngày:", in_words(person.ngay_sinh), "ngay_sinh", 158, **hand)
    sheet.filled(164, 73, "Nam, nữ:", person.gioi_tinh, "gioi_tinh", 218, **hand)
    sheet.filled(64, 82, "Nơi sinh:", person.noi_sinh, "noi_sinh", 158, **hand)
    sheet.filled(164, 82, "Dân tộc:", person.dan_toc, "dan_toc", 218, **hand)
    sheet.filled(64, 91, "Học sinh trường:", "PTTH Bình Sơn", "truong", 218, **hand)
    sheet.filled(64, 100, "Khóa thi:", "02/6/1995", "khoa_thi", 130, **hand)
    sheet.filled(136, 100, "Hội đồng thi:", "Bình Sơn 2", "hoi_dong", 218, **hand)
    sheet.filled(64, 109, "Xếp loại tốt nghiệp:", person.xep_loai, "xep_loai", 158, **hand)
    start = sheet.write(130, 119, "Quảng Ngãi, ", 12, "serif-italic")
    sheet.write(start, 119, "ngày 15 tháng 8 năm 1995", 12, "serif-italic", key="ngay_cap")
    foot(sheet, 170, 125, "GIÁM ĐỐC", "Trần Hữu Khoát", room=24, keyed=False)
    start = sheet.write(24, 128, "Số hiệu: ", 12)
    sheet.write(start + 1, 128, person.so_hieu, 12.5, "serif-bold", RED, key="so_hieu")
    start = sheet.write(24, 136, "Số vào sổ: ", 12)
    sheet.write(start + 1, 136, person.so_vao_so, 13, "hand", RIBBON, key="so_vao_so")
    return sheet


def printed_2008(person: Person, seed: int) -> Sheet:
    """THPT, 2008: printed and filled in by laser printer."""
    sheet = Sheet(270, 190, 200, seed)
    guilloche(sheet)
    border(sheet)
    motto(sheet, 135, 29, 13)
    sheet.write(135, 46, "GIÁM ĐỐC SỞ GIÁO DỤC VÀ ĐÀO TẠO QUẢNG NGÃI", 13, "serif-bold", align="centre")
    sheet.write(135, 54, "CẤP", 13, "serif-bold", align="centre")
    sheet.write(135, 66, "BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG", 23, "serif-bold", RED, "centre")
    portrait(sheet, 28, 74)
    pairs = [
        [("Cho:", person.ho_ten, "ho_ten")],
        [("Ngày sinh:", person.ngay_sinh, "ngay_sinh"), ("Giới tính:", person.gioi_tinh, "gioi_tinh")],
        [("Nơi sinh:", person.noi_sinh, "noi_sinh"), ("Dân tộc:", person.dan_toc, "dan_toc")],
        [("Học sinh trường:", "THPT Lê Văn Thọ", "truong")],
        [("Khóa thi:", "28/5/2008", "khoa_thi"), ("Hội đồng thi:", "THPT Lê Văn Thọ", "hoi_dong")],
        [("Xếp loại tốt nghiệp:", person.xep_loai, "xep_loai"), ("Hình thức đào tạo:", "Chính quy", "hinh_thuc")],
    ]
    for row, pair in enumerate(pairs):
        for (label, value, key), x, until in zip(pair, (72, 166), (245 if len(pair) == 1 else 160, 245)):
            sheet.filled(x, 80 + row * 9.4, label, value, key, until, 13.5)
    start = sheet.write(162, 137, "Quảng Ngãi, ", 13, "serif-italic")
    sheet.write(start, 137, "ngày 25 tháng 7 năm 2008", 13, "serif-italic", key="ngay_cap")
    foot(sheet, 198, 143, "GIÁM ĐỐC", "Phạm Đình Khoan", room=28, keyed=False)
    start = sheet.write(28, 146, "Số hiệu: ", 13)
    sheet.write(start + 1, 146, person.so_hieu, 14, "serif-bold", RED, key="so_hieu")
    start = sheet.write(28, 155, "Số vào sổ gốc cấp bằng: ", 13)
    sheet.write(start + 1, 155, person.so_vao_so, 13, key="so_vao_so")
    return sheet
