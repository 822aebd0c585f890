"""The foot of an official paper, and what other offices put on it: signature, seal, electronic signature, arrival stamp, notes."""

from kit import marks
from kit.sheet import RED
from words import people
from words.matters import TAILS


class LetterFoot:
    """The part of a letter's drawing that is about its foot and its stamps; `forms/letters.py` has the rest."""

    def foot(self, y) -> None:
        """Addressees of copies to the left, office, signature and name to the right."""
        rng, hand, size, step = self.rng, self.hand, self.size, self.step
        if y + step * 9 > self.low + 8:
            y = self.page()
            y = self.text(
                y,
                rng.choice(
                    (
                        "Trên đây là nội dung cần thực hiện, đề nghị các đơn vị nghiêm túc triển khai./.",
                        "Quyết định này thay thế các văn bản trước đây./.",
                    )
                ),
            )
        sheet, right = self.sheet, self.x1 - 38
        y += step * 0.9
        small = size * 0.82
        if rng.random() < 0.88:
            sheet.write(self.x0, y, "Nơi nhận:", hand, small, bold=True, italic=True)
            known = [
                "- Như trên;",
                "- Như Điều 3;",
                "- UBND tỉnh (b/c);",
                "- Các phòng thuộc Sở;",
                "- Giám đốc (b/c);",
                "- Ban Tuyên giáo;",
                "- Công đoàn ngành;",
            ]
            copies = rng.sample(known + ["- Website Sở;"] * (self.plan.year > 2005), rng.randint(2, 4))
            for n, line in enumerate(
                [
                    *copies,
                    f"- Lưu: VT, {rng.choice(TAILS)}."
                    if self.plan.year > 1998
                    else rng.choice(("- Lưu VP.", "- Lưu.", "- Lưu hồ sơ.")),
                ],
                1,
            ):
                sheet.write(self.x0, y + n * step * 0.8, line, hand, small)
        for n, line in enumerate(self.body.role):
            last = n == len(self.body.role) - 1
            sheet.write(
                right,
                y + n * step,
                line if hand.kind != "pen" else line.title(),
                hand,
                size,
                bold=True,
                align="centre",
                key="chuc_vu" if last else None,
            )
        foot = min(self.low + 10, y + len(self.body.role) * step + rng.uniform(22, 30))
        if not ("electronic-signature" in self.plan.traits and rng.random() < 0.5):
            marks.signature(sheet, right - 16, foot - 9, rng.uniform(24, 36))
        name = f"{rng.choice(('', '', '', 'TS. ', 'Ths. '))}{people.adult(rng)}"
        sheet.write(right, foot, name, hand, size, bold=True, align="centre", key="nguoi_ky")
        if rng.random() < 0.85:
            marks.seal(
                sheet, right - rng.uniform(10, 22), foot - 12, self.body.name.upper()[:42], self.office.province.upper()
            )

    def electronic(self, sheet) -> None:
        """The mark of a digital signature, as programs draw it: text in a corner, no seal."""
        rng, d = self.rng, self.date
        stamp = (
            f"{d[0]:02}.{d[1]:02}.{d[2]} {rng.randint(7, 17):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02} +07:00"
        )
        lines = rng.choice((
            [f"Ký bởi: {self.body.name}", f"Thời gian ký: {stamp}"], [f"Người ký: {self.body.name}", f"Email: vanthu@{rng.choice(('sgddt', 'phonggd', 'tinh'))}.gov.vn", f"Cơ quan: Tỉnh {self.office.province}", f"Thời gian ký: {stamp}"],
            [self.body.name.upper(), f"{d[2]}-{d[1]:02}-{d[0]:02}T{rng.randint(7, 17):02}:{rng.randint(10, 59)}:{rng.randint(10, 59)}+07:00"], [f"Signed by {self.body.name}", f"Date: {stamp}"],
        ))  # fmt: skip
        x, y = rng.choice(((self.x1 - 62, 3), (self.x0 - 10, 3), (self.x1 - 60, 4)))
        marks.block(
            sheet,
            x,
            y,
            lines,
            rng.choice((RED, (30, 60, 160), (20, 20, 20))),
            rng.uniform(6, 8.5),
            frame=rng.random() < 0.3,
        )

    def arrival(self, sheet) -> None:
        """The stamp of the office that received it, filled in by pen."""
        rng = self.rng
        with sheet.unread():
            lines = [
                rng.choice(("CÔNG VĂN ĐẾN", "ĐẾN", f"{self.office.department().upper()[:28]}")),
                "Số: ...........................",
                "Ngày: ....../....../..........",
                "Chuyển: ......................",
            ]
            x, y = self.x0 + rng.uniform(-6, 8), rng.uniform(62, 84)
            marks.block(sheet, x, y, lines, rng.choice((RED, (60, 60, 160))), 9, slope=rng.uniform(-4, 4))
            sheet.write(x + 14, y + 8.4, str(rng.randint(10, 2900)), self.pen, 12)
            sheet.write(x + 14, y + 12.2, f"{min(28, self.date[0] + 2)}/{self.date[1]}", self.pen, 11)

    def note(self, sheet) -> None:
        """What somebody wrote on it: `bút tích`."""
        with sheet.unread():
            text = self.rng.choice(
                ("Chuyển P. Khảo thí", "Lưu hồ sơ", "VP tham mưu", "Đ/c Hùng xử lý", "Sao gửi các trường", "Đã xem")
            )
            sheet.write(self.rng.uniform(self.x0, self.x1 - 50), self.rng.choice((8.5, 58.0)), text, self.pen, 13)
