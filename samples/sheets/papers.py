"""Administrative papers: a decision, a recognition, a school record, a voucher, a letter, a transfer."""

from kit.sheet import Sheet
from sheets.common import foot, head, receivers
from sheets.registers import Column, Grid, table

SO = "SỞ GIÁO DỤC VÀ ĐÀO TẠO"


def _body(sheet: Sheet, y: float, paragraphs: list[str], points=13.5) -> float:
    for text in paragraphs:
        y = sheet.paragraph(28, y, text, 164, points) + 1.6
    return y


def decision(seed: int) -> list[Sheet]:
    """Two pages: the decision of 2008 the register page names, and its second page."""
    first = Sheet(210, 297, 200, seed)
    head(first, SO, number="715/QĐ-SGDĐT", dated="Quảng Ngãi, ngày 11 tháng 7 năm 2008")
    first.write(105, 56, "QUYẾT ĐỊNH", 15, "serif-bold", align="centre", key="loai")
    first.write(105, 63, "Về việc công nhận tốt nghiệp trung học phổ thông năm 2008", 13.5, "serif-bold",
                align="centre", key="trich_yeu")
    first.write(105, 77, "GIÁM ĐỐC SỞ GIÁO DỤC VÀ ĐÀO TẠO", 13.5, "serif-bold", align="centre")
    y = _body(first, 88, [
        "Căn cứ Luật Giáo dục ngày 14 tháng 6 năm 2005;",
        "Căn cứ quy chế thi tốt nghiệp trung học phổ thông hiện hành của Bộ Giáo dục và Đào tạo;",
        "Căn cứ biên bản xét công nhận tốt nghiệp của Hội đồng thi Trường THPT Lê Văn Thọ ngày 05 tháng 7 năm 2008;",
        "Xét đề nghị của Trưởng phòng Khảo thí và Kiểm định chất lượng giáo dục,",
    ])
    first.write(105, y + 4, "QUYẾT ĐỊNH:", 14, "serif-bold", align="centre")
    _body(first, y + 15, [
        "Điều 1. Công nhận tốt nghiệp trung học phổ thông năm 2008 cho 232 học sinh Trường THPT Lê Văn Thọ"
        " có tên trong danh sách kèm theo, trong đó: loại Giỏi 11 học sinh, loại Khá 86 học sinh, loại Trung"
        " bình 135 học sinh.",
        "Điều 2. Giao Phòng Khảo thí và Kiểm định chất lượng giáo dục lập sổ gốc, cấp bằng tốt nghiệp cho các"
        " học sinh có tên tại Điều 1 theo đúng quy định, hoàn thành trước ngày 30 tháng 7 năm 2008.",
    ])
    second = Sheet(210, 297, 200, seed + 1)
    second.write(105, 15, "2", 13, "serif", align="centre")
    y = _body(second, 28, [
        "Điều 3. Hiệu trưởng Trường THPT Lê Văn Thọ có trách nhiệm phát bằng tốt nghiệp tận tay học sinh, có ký"
        " nhận vào sổ, và báo cáo kết quả về Sở trước ngày 30 tháng 9 năm 2008.",
        "Điều 4. Quyết định này có hiệu lực kể từ ngày ký. Chánh Văn phòng Sở, Trưởng phòng Khảo thí và Kiểm"
        " định chất lượng giáo dục, Hiệu trưởng Trường THPT Lê Văn Thọ và các học sinh có tên tại Điều 1 chịu"
        " trách nhiệm thi hành Quyết định này./.",
    ])
    receivers(second, 28, y + 10, ["Như Điều 4;", "Bộ GDĐT (để báo cáo);", "UBND tỉnh (để báo cáo);", "Lưu: VT, KT."])
    foot(second, 150, y + 10, "GIÁM ĐỐC", "Phạm Đình Khoan", room=34)
    return [first, second]


def recognition(seed: int) -> Sheet:
    """A procedure's result of 2023: a foreign upper-secondary diploma recognised."""
    sheet = Sheet(210, 297, 200, seed)
    head(sheet, SO, number="741/QĐ-SGDĐT", dated="Quảng Ngãi, ngày 05 tháng 12 năm 2023")
    sheet.write(105, 55, "QUYẾT ĐỊNH", 15, "serif-bold", align="centre", key="loai")
    sheet.write(105, 62, "Về việc công nhận văn bằng tốt nghiệp trung học phổ thông", 13.5, "serif-bold",
                align="centre", key="trich_yeu")
    sheet.write(105, 68.5, "do cơ sở giáo dục nước ngoài cấp", 13.5, "serif-bold", align="centre", key="trich_yeu")
    sheet.write(105, 81, "GIÁM ĐỐC SỞ GIÁO DỤC VÀ ĐÀO TẠO", 13.5, "serif-bold", align="centre")
    y = _body(sheet, 92, [
        "Căn cứ Luật Giáo dục ngày 14 tháng 6 năm 2019;",
        "Căn cứ hồ sơ đề nghị công nhận văn bằng do người học nộp;",
        "Xét đề nghị của Trưởng phòng Quản lý chất lượng,",
    ])
    sheet.write(105, y + 2, "QUYẾT ĐỊNH:", 14, "serif-bold", align="centre")
    y = _body(sheet, y + 12, [
        "Điều 1. Công nhận văn bằng tốt nghiệp trung học phổ thông của ông (bà): Huỳnh Mỹ Khuê, sinh ngày"
        " 19/03/2004, giới tính: Nữ, dân tộc: Kinh, nơi sinh: Thành phố Quảng Ngãi; do Pine Harbour Secondary"
        " School, Canada cấp ngày 09/6/2022, số hiệu 77090, tương đương bằng tốt nghiệp trung học phổ thông của"
        " nước Cộng hòa xã hội chủ nghĩa Việt Nam.",
        "Điều 2. Ông (bà) có tên tại Điều 1 được sử dụng Quyết định này kèm theo văn bằng gốc và bản dịch.",
        "Điều 3. Quyết định này có hiệu lực kể từ ngày ký. Chánh Văn phòng Sở, Trưởng phòng Quản lý chất lượng"
        " và ông (bà) có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này./.",
    ])
    sheet.fields |= {
        "ho_ten": "Huỳnh Mỹ Khuê", "ngay_sinh": "19/03/2004", "noi_sinh": "Thành phố Quảng Ngãi",
        "truong": "Pine Harbour Secondary School", "nuoc": "Canada",
    }
    receivers(sheet, 28, y + 6, ["Như Điều 3;", "Bộ GDĐT (để báo cáo);", "Lưu: VT, QLCL."])
    foot(sheet, 150, y + 6, "KT. GIÁM ĐỐC|PHÓ GIÁM ĐỐC", "Huỳnh Thị Cẩm Tiên", room=32)
    return sheet


MARKS = [
    ("Toán", "6,8", "7,2", "7,1"), ("Vật lí", "6,4", "7,0", "6,8"), ("Hóa học", "7,1", "7,9", "7,6"),
    ("Sinh học", "7,5", "8,1", "7,9"), ("Tin học", "8,0", "8,4", "8,3"), ("Ngữ văn", "7,4", "7,8", "7,7"),
    ("Lịch sử", "6,9", "7,7", "7,4"), ("Địa lí", "7,0", "7,3", "7,2"), ("Ngoại ngữ", "6,1", "6,7", "6,5"),
    ("Công nghệ", "7,7", "8,0", "7,9"), ("Thể dục", "8,2", "8,6", "8,5"), ("GDCD", "8,0", "8,3", "8,2"),
]


def school_record(person, seed: int) -> list[Sheet]:
    """Two pages of a học bạ: who it belongs to, and the marks of grade 12."""
    cover = Sheet(210, 297, 200, seed)
    cover.frame(14, 14, 196, 283, 0.6)
    cover.write(105, 32, "BỘ GIÁO DỤC VÀ ĐÀO TẠO", 14, "serif-bold", align="centre")
    cover.write(105, 70, "HỌC BẠ", 34, "serif-bold", align="centre")
    cover.write(105, 84, "TRUNG HỌC PHỔ THÔNG", 20, "serif-bold", align="centre")
    rows = [
        ("Họ và tên học sinh:", person.ho_ten, "ho_ten"), ("Ngày sinh:", person.ngay_sinh, "ngay_sinh"),
        ("Nơi sinh:", person.noi_sinh, "noi_sinh"), ("Dân tộc:", person.dan_toc, "dan_toc"),
        ("Trường:", "THPT Lê Văn Thọ", "truong"), ("Huyện, tỉnh:", "Sơn Tịnh, Quảng Ngãi", None),
        ("Số đăng bộ:", "214/2005", "so_dang_bo"),
    ]
    for row, (label, value, key) in enumerate(rows):
        cover.filled(34, 118 + row * 12, label, value, key, 178, 14)
    cover.write(138, 218, "Ngày 05 tháng 9 năm 2005", 13, "serif-italic", align="centre")
    foot(cover, 138, 225, "HIỆU TRƯỞNG", "Võ Tấn Hoài Ân", ("TRƯỜNG TRUNG HỌC PHỔ THÔNG", "THPT", "LÊ VĂN THỌ"),
         room=34, keyed=False)
    marks = Sheet(210, 297, 200, seed + 1)
    start = marks.write(20, 22, "Họ và tên: ", 13)
    marks.write(start, 22, person.ho_ten, 13, "serif-bold", key="ho_ten")
    start = marks.write(108, 22, "Lớp: ", 13)
    marks.write(start, 22, "12A4", 13, key="lop")
    start = marks.write(140, 22, "Năm học: ", 13)
    marks.write(start, 22, "2007-2008", 13, key="nam_hoc")
    columns = (
        Column("mon", "Môn học", 46), Column("hk1", "HKI", 22), Column("hk2", "HKII", 22),
        Column("ca_nam", "Cả năm", 24), Column("thi_lai", "Điểm thi lại", 28), Column("_ky", "GV ký", 28),
    )
    values = [dict(zip(("mon", "hk1", "hk2", "ca_nam"), row)) for row in MARKS]
    y = table(marks, Grid(20, 30, columns, 9.2, 10, 13), values, signed=1.0) + 12
    start = marks.write(20, y, "Điểm trung bình các môn: ", 13)
    start = marks.write(start, y, "7,4", 13, "serif-bold", key="dtb")
    start = marks.write(start + 12, y, "Học lực: ", 13)
    start = marks.write(start, y, "Khá", 13, "serif-bold", key="hoc_luc")
    start = marks.write(start + 12, y, "Hạnh kiểm: ", 13)
    marks.write(start, y, "Tốt", 13, "serif-bold", key="hanh_kiem")
    marks.write(20, y + 10, "Nhận xét của giáo viên chủ nhiệm:", 13)
    marks.write(20, y + 18, "Chăm ngoan, có ý thức vươn lên trong học tập. Được tốt nghiệp.", 13, "serif-italic")
    foot(marks, 60, y + 36, "GIÁO VIÊN CHỦ NHIỆM", "Lê Thị Hoàng Oanh", None, room=28, keyed=False, signer_key=None)
    foot(marks, 150, y + 36, "HIỆU TRƯỞNG", "Võ Tấn Hoài Ân", ("TRƯỜNG TRUNG HỌC PHỔ THÔNG", "THPT", "LÊ VĂN THỌ"),
         room=28, keyed=False)
    return [cover, marks]


def voucher(seed: int) -> Sheet:
    """A payment voucher of 2011, half an A4."""
    sheet = Sheet(210, 148, 200, seed)
    start = sheet.write(16, 15, "Đơn vị: ", 12)
    sheet.write(start, 15, "Sở Giáo dục và Đào tạo Quảng Ngãi", 12, "serif-bold", key="don_vi")
    sheet.write(16, 21, "Mã ĐVSDNS: 1038765", 12)
    sheet.write(168, 15, "Mẫu số C31-BB", 12, "serif-bold", align="centre")
    sheet.write(105, 36, "PHIẾU CHI", 18, "serif-bold", align="centre", key="loai")
    sheet.write(105, 43, "Ngày 13 tháng 06 năm 2011", 12, "serif-italic", align="centre", key="ngay")
    start = sheet.write(158, 36, "Số: ", 12)
    sheet.write(start, 36, "306", 13, key="so")
    rows = [
        ("Họ và tên người nhận tiền:", "Nguyễn Thị Thanh Xuân", "ho_ten"), ("Địa chỉ:", "Văn phòng Sở", "dia_chi"),
        ("Lý do chi:", "Chi bồi dưỡng hội đồng coi thi tốt nghiệp 6/2011", "ly_do"),
        ("Số tiền:", "14.506.000 đồng", None),
        ("(Viết bằng chữ):", "Mười bốn triệu năm trăm lẻ sáu nghìn đồng", "so_tien_chu"),
        ("Kèm theo:", "08 chứng từ gốc", "kem_theo"),
    ]
    for row, (label, value, key) in enumerate(rows):
        sheet.filled(16, 54 + row * 8, label, value, key, 194, 12.5)
    sheet.fields["so_tien"] = "14.506.000"
    sheet.write(168, 105, "Ngày 13 tháng 06 năm 2011", 11.5, "serif-italic", align="centre")
    heads = ["Thủ trưởng đơn vị", "Kế toán trưởng", "Người lập", "Thủ quỹ", "Người nhận tiền"]
    for place, words in enumerate(heads):
        sheet.write(29 + place * 38, 112, words, 11.5, "serif-bold", align="centre")
    foot(sheet, 29, 114, "", "Phạm Đình Khoan", (SO, "TỈNH", "QUẢNG NGÃI"), 11.5, room=26, keyed=False,
         aside=2, signer_key=None)
    return sheet


def letter(seed: int) -> Sheet:
    """A letter of 2025 written on a computer and never printed."""
    sheet = Sheet(210, 297, 200, seed)
    head(sheet, SO, number="1286/SGDĐT-VP", dated="Quảng Ngãi, ngày 18 tháng 8 năm 2025")
    sheet.write(57, 43, "V/v rà soát, số hóa sổ gốc cấp văn bằng", 11, align="centre", key="trich_yeu")
    start = sheet.write(52, 60, "Kính gửi: ", 13.5)
    sheet.write(start, 60, "Thủ trưởng các đơn vị trực thuộc Sở.", 13.5, key="kinh_gui")
    y = _body(sheet, 74, [
        "Để bảo đảm dữ liệu văn bằng, chứng chỉ đúng, đủ, sạch, sống, Sở Giáo dục và Đào tạo đề nghị các đơn vị"
        " trực thuộc rà soát, lập danh mục sổ gốc cấp văn bằng đang lưu giữ, gồm cả sổ gốc tiếp nhận từ các huyện"
        " cũ trước ngày 01 tháng 7 năm 2025.",
        "Danh mục ghi rõ tên sổ, năm tốt nghiệp, số trang, tình trạng vật lý và gửi về Văn phòng Sở trước ngày 15"
        " tháng 9 năm 2025 để bố trí lịch quét.",
        "Trong thời gian chờ số hóa, các đơn vị không sửa chữa, tẩy xóa trên sổ gốc; việc chỉnh sửa thực hiện"
        " bằng quyết định và ghi vào phụ lục sổ gốc.",
        "Sở Giáo dục và Đào tạo đề nghị Thủ trưởng các đơn vị quan tâm thực hiện./.",
    ])
    receivers(sheet, 28, y + 8, ["Như trên;", "Giám đốc, các Phó Giám đốc Sở;", "Lưu: VT, VP."])
    sheet.write(150, y + 8, "TL. GIÁM ĐỐC", 13, "serif-bold", align="centre")
    sheet.write(150, y + 14, "CHÁNH VĂN PHÒNG", 13, "serif-bold", align="centre", key="chuc_vu")
    sheet.write(150, y + 40, "Trịnh Gia Bảo Thiên", 13, "serif-bold", align="centre", key="nguoi_ky")
    return sheet


def transfer(seed: int) -> Sheet:
    """A pupil's transfer paper of 2012."""
    sheet = Sheet(210, 297, 200, seed)
    head(sheet, SO, number="340/GT-SGDĐT", dated="Quảng Ngãi, ngày 04 tháng 9 năm 2012")
    sheet.write(105, 58, "GIẤY GIỚI THIỆU CHUYỂN TRƯỜNG", 16, "serif-bold", align="centre", key="loai")
    sheet.write(105, 68, "GIÁM ĐỐC SỞ GIÁO DỤC VÀ ĐÀO TẠO QUẢNG NGÃI", 13, "serif-bold", align="centre")
    rows = [
        ("Giới thiệu học sinh:", "Bùi Khánh Tường An", "ho_ten"), ("Sinh ngày:", "10/04/1996", "ngay_sinh"),
        ("Nơi sinh:", "Tư Nghĩa, Quảng Ngãi", "noi_sinh"), ("Đang học lớp:", "11", "lop"),
        ("Trường:", "THPT Sông Trà", "truong_di"), ("Được chuyển đến trường:", "THPT Lê Văn Thọ", "truong_den"),
        ("Lý do:", "Cha mẹ chuyển công tác", "ly_do"),
    ]
    for row, (label, value, key) in enumerate(rows):
        sheet.filled(26, 84 + row * 10.5, label, value, key, 186, 13.5)
    foot(sheet, 150, 172, "TL. GIÁM ĐỐC|TRƯỞNG PHÒNG", "Cao Thị Minh Nguyệt", room=34)
    return sheet
