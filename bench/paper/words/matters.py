"""What official papers are about: subjects, grounds, articles, sentences. Made up, in the language of such papers."""

from random import Random

# (subject, who carries it out)
DECISIONS = [
    "công nhận tốt nghiệp cho học sinh {level} kỳ thi năm {y}", "cấp bằng tốt nghiệp {level} năm học {y0}-{y}", "bổ nhiệm {role} {school}",
    "thành lập Hội đồng coi thi tốt nghiệp {level} năm {y}", "phê duyệt kế hoạch tuyển sinh lớp 10 năm học {y}-{y1}", "điều động giáo viên {school}",
    "nâng bậc lương thường xuyên cho cán bộ, viên chức năm {y}", "ban hành Quy chế quản lý văn bằng, chứng chỉ", "hủy phôi bằng tốt nghiệp in sai năm {y}",
    "chỉnh sửa nội dung văn bằng tốt nghiệp {level}", "cho phép thành lập {school}", "khen thưởng giáo viên dạy giỏi cấp tỉnh năm học {y0}-{y}",
    "giao chỉ tiêu biên chế sự nghiệp giáo dục năm {y}", "tiếp nhận và bố trí công tác đối với ông {person}", "thu hồi bằng tốt nghiệp cấp sai quy định",
    "cử cán bộ đi học lớp bồi dưỡng quản lý giáo dục khóa {n}", "công nhận {school} đạt chuẩn quốc gia", "phê duyệt quyết toán ngân sách năm {y0}",
]  # fmt: skip
LETTERS = [
    "báo cáo tình hình quản lý, cấp phát văn bằng năm {y}", "xác minh văn bằng tốt nghiệp của bà {person}", "hướng dẫn tổ chức thi tốt nghiệp {level} năm {y}",
    "chuẩn bị cơ sở vật chất cho năm học mới", "lập danh sách học sinh đề nghị cấp bằng", "đề nghị cấp phôi bằng tốt nghiệp {level}", "rà soát hồ sơ học sinh chuyển trường",
    "triển khai học bạ điện tử", "chấn chỉnh việc thu các khoản ngoài quy định", "cung cấp thông tin về người dự tuyển", "phối hợp tổ chức Hội khỏe Phù Đổng cấp tỉnh",
    "báo cáo sơ kết học kỳ I năm học {y0}-{y}", "góp ý dự thảo quy chế thi", "nghỉ học tránh bão số {n}", "bàn giao sổ gốc cấp bằng về Sở", "mời dự hội nghị tổng kết năm học {y0}-{y}",
]  # fmt: skip
GROUNDS = [
    "Căn cứ Luật Giáo dục ngày 14 tháng 6 năm 2005;", "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;", "Căn cứ Luật Viên chức ngày 15 tháng 11 năm 2010;",
    "Căn cứ Quyết định số {d}/QĐ-UBND ngày {date} của Ủy ban nhân dân {prov} quy định chức năng, nhiệm vụ, quyền hạn của {body};",
    "Căn cứ Thông tư số {n}/{y0}/TT-BGDĐT ngày {date} của Bộ trưởng Bộ Giáo dục và Đào tạo;", "Căn cứ Quy chế thi tốt nghiệp ban hành kèm theo Quyết định số {d}/QĐ-BGDĐT;",
    "Xét hồ sơ và kết quả xét duyệt của Hội đồng thi;", "Theo đề nghị của Trưởng phòng Khảo thí và Quản lý chất lượng giáo dục.", "Xét đề nghị của Trưởng phòng Tổ chức cán bộ,",
    "Theo đề nghị của Chánh Văn phòng.", "Căn cứ biên bản họp ngày {date} của Hội đồng xét công nhận tốt nghiệp;", "Xét đề nghị của Hiệu trưởng {school},",
]  # fmt: skip
OLD_GROUNDS = [
    "Căn cứ Nghị quyết của Hội đồng Bộ trưởng về phân cấp quản lý trong ngành giáo dục;", "- Căn cứ Luật Tổ chức Hội đồng nhân dân và Ủy ban nhân dân năm 1983;",
    "- Căn cứ Thông tư số {n}/TT của Bộ Giáo dục hướng dẫn thi tốt nghiệp;", "- Xét đề nghị của Trưởng phòng Phổ thông;", "- Xét nhu cầu công tác;",
    "Căn cứ Quyết định số {d}/QĐ của Ủy ban nhân dân {prov};", "- Theo đề nghị của ông Trưởng ty, Trưởng phòng Tổ chức.", "- Căn cứ kết quả thi tốt nghiệp khóa ngày {date};",
]  # fmt: skip
ARTICLES = [
    "Nay {matter}, kèm theo danh sách gồm {n2} người.", "{Matter} kể từ ngày {date}.", "Các ông (bà) có tên trong danh sách kèm theo được hưởng quyền lợi theo quy định hiện hành của Nhà nước.",
    "Quyết định này có hiệu lực kể từ ngày ký.", "Chánh Văn phòng, Trưởng các phòng chức năng, Hiệu trưởng {school} và các ông (bà) có tên ở Điều 1 chịu trách nhiệm thi hành Quyết định này./.",
    "Kinh phí thực hiện trích từ nguồn sự nghiệp giáo dục năm {y}.", "Giao Phòng Kế hoạch - Tài chính hướng dẫn, kiểm tra việc thực hiện.", "Các quy định trước đây trái với Quyết định này đều bãi bỏ.",
    "Hội đồng làm việc từ ngày {date} và tự giải thể sau khi hoàn thành nhiệm vụ.",
]  # fmt: skip
SENTENCES = [
    "Thực hiện Công văn số {d}/{code} ngày {date} của {ministry} về việc {matter}, {body} yêu cầu các đơn vị thực hiện các nội dung sau:",
    "1. Hiệu trưởng các trường trực thuộc rà soát toàn bộ hồ sơ lưu trữ, đối chiếu với sổ gốc cấp bằng, lập biên bản những trường hợp sai sót về họ tên, ngày sinh, nơi sinh.",
    "2. Danh sách lập thành 02 bản theo mẫu, có chữ ký của người lập và xác nhận của thủ trưởng đơn vị, gửi về {body} trước ngày {date}.",
    "3. Trong quá trình thực hiện, nếu có khó khăn, vướng mắc, đề nghị phản ánh kịp thời qua điện thoại số 0{n}.{d}.{n2}8 để được hướng dẫn.",
    "Qua kiểm tra, số học sinh có mặt đầu năm là {d} em, giảm {n} em so với cùng kỳ; tỷ lệ tốt nghiệp đạt 9{n1},{n1} %.", "Ông (bà) {person} hiện công tác tại {school}, đã hoàn thành nhiệm vụ được giao.",
    "Việc cấp phát văn bằng phải bảo đảm đúng đối tượng, có ký nhận; nghiêm cấm tẩy xóa, sửa chữa hoặc cấp bằng khi chưa có quyết định công nhận tốt nghiệp.",
    "Sau khi xem xét, {body} có ý kiến như sau: hồ sơ lưu tại sổ gốc khớp với bản chính, số hiệu bằng {d}{n2}, vào sổ số {n}/{y0}.", "Tổng kinh phí là {m}.000.000 đồng, trong đó ngân sách tỉnh cấp {n}.500.000 đồng.",
    "Nhận được văn bản này, yêu cầu các trường nghiêm túc thực hiện./.", "Các phòng giáo dục tổ chức quán triệt đến từng cán bộ, giáo viên và niêm yết công khai tại đơn vị.",
    "Thời gian: 07 giờ 30 phút, ngày {date}. Địa điểm: Hội trường {school}.", "Đề nghị Ủy ban nhân dân {prov} xem xét, phê duyệt./.", "Năm học {y0}-{y}, toàn ngành có {n} trường, {n2} lớp với {d} học sinh; đội ngũ cơ bản đủ về số lượng.",
    "Chất lượng đại trà có chuyển biến, tuy nhiên ở các xã vùng cao tỷ lệ chuyên cần còn thấp, cơ sở vật chất xuống cấp chưa được sửa chữa kịp thời.", "Trân trọng kính chào./.",
    "Giao bộ phận Văn thư - Lưu trữ tiếp nhận, lập mục lục và bảo quản vĩnh viễn.", "Đối với học sinh thuộc diện chính sách, hồ sơ phải có xác nhận của Ủy ban nhân dân xã nơi cư trú.",
]  # fmt: skip
TAILS = ("BGDĐT", "KTKĐ", "VP", "TCCB", "GDTrH", "QLCL", "KHTC", "GDTX", "VX", "TH", "NV", "ĐT")


class Matter:
    """The subject of one paper and the words around it."""

    def __init__(self, rng: Random, office, body: str, person: str, level: str, date) -> None:
        self.rng, self.office, self.body, self.date = rng, office, body, date
        y = office.year
        self.slots = {
            "level": level, "y": y, "y0": y - 1, "y1": y + 1, "school": f"Trường {office.school('upper')}", "person": person, "n": rng.randint(2, 40),
            "n1": rng.randint(1, 9), "n2": rng.randint(12, 99), "d": rng.randint(110, 2900), "m": rng.randint(20, 900), "prov": f"tỉnh {office.province}",
            "body": body, "ministry": "Bộ Giáo dục và Đào tạo" if y > 1989 else "Bộ Giáo dục",
            "code": rng.choice(("BGDĐT-QLCL", "BGDĐT-GDTrH", "BGDĐT-KTKĐCLGD")) if y > 2003 else rng.choice(("TH", "PT", "THPT", "VP", "GDTX")), "role": rng.choice(("Hiệu trưởng", "Phó Hiệu trưởng", "Kế toán trưởng")), "matter": "",
        }  # fmt: skip

    def about(self, kind: str) -> str:
        """The subject, without `V/v`."""
        text = self.rng.choice(DECISIONS if kind in ("quyet-dinh", "to-trinh", "nghi-quyet") else LETTERS).format(
            **self.slots
        )
        self.slots["matter"] = text
        return text

    def _filled(self, text: str) -> str:
        matter = self.slots["matter"]
        return text.format(**{**self.slots, "date": self.date(), "Matter": matter[:1].upper() + matter[1:]})

    def grounds(self, old: bool) -> list[str]:
        pool = OLD_GROUNDS if old else GROUNDS
        picked = sorted(
            self.rng.sample(range(len(pool)), self.rng.randint(2, 5)),
            key=lambda n: ("Xét" in pool[n] or "Theo" in pool[n], n),
        )
        return [self._filled(pool[n]) for n in picked]

    def articles(self) -> list[str]:
        first = self.rng.randint(0, 1)
        rest = sorted(self.rng.sample(range(2, len(ARTICLES)), self.rng.randint(1, 3)))
        return [self._filled(ARTICLES[n]) for n in (first, *rest)]

    def sentences(self, count: int) -> list[str]:
        pool = [SENTENCES[0], *self.rng.sample(SENTENCES[1:], min(count - 1, len(SENTENCES) - 1))]
        while len(pool) < count:
            pool.append(self.rng.choice(SENTENCES[1:]))
        return [self._filled(text) for text in pool]
