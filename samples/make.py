#!/usr/bin/env python3
"""Makes the sample scans and their truth: `python3 samples/make.py` (Pillow, numpy and three font packages).

Everything is drawn by seed, so the same typefaces give the same pages. Every name, date and number is made up.
"""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from kit import faces, files, people
from kit.ageing import Look, Scan
from kit.pdf import born_digital
from kit.people import Person
from kit.sheet import Sheet
from sheets import diplomas, papers, registers

HERE = Path(__file__).parent
SCANS, TRUTH = HERE / "scans", HERE / "truth"

DUONG = Person("Đặng Thị Thuỳ Dương", "17/11/1990", "Sơn Tịnh, Quảng Ngãi", "Nữ", "Kinh", "Khá")
KHANH = Person("Trần Quốc Khánh", "02/09/1990", "Đức Phổ, Quảng Ngãi", "Nam", "Kinh", "Trung bình")
LOC = Person("Phạm Đình Lộc", "06/03/1967", "Sơn Tịnh, Nghĩa Bình", "Nam", "Kinh", "Khá")
LIEN = Person("Võ Thị Hồng Liên", "12/08/1977", "Bình Sơn, Nghĩa Bình", "Nữ", "Kinh", "Giỏi")

WHITE = (253, 253, 250)
CREAM = (250, 244, 226)
YELLOW = (240, 225, 188)


def put(name: str, kind: str, sheets: list[Sheet], look: Look, quality=72) -> None:
    """Ages the sheets, stores them as one file, and writes the truth of each page."""
    scans = [Scan(sheet, look) for sheet in sheets]
    files.save(SCANS / name, scans, sheets[0].dpi, quality)
    for page, (sheet, scan) in enumerate(zip(sheets, scans), 1):
        put_truth(name, kind, sheet, page, len(sheets), scan.place, look)


def put_truth(name, kind, sheet, page, pages, place, look: Look | None) -> None:
    """The truth of one page under the file's name, with the page's number where there are several."""
    known = Path(name).stem if pages == 1 else f"{Path(name).stem}-p{page}"
    about = {
        "id": known, "file": f"scans/{name}", "page": page, "kind": kind,
        "rotation": look.rotation if look else 0, "skew_deg": look.skew if look else 0.0,
    }
    files.write_truth(TRUTH / f"{known}.json", files.truth(sheet, place, about))


def find(listed: list[Person], person: Person) -> Person:
    """The person as the list numbered them."""
    return next(p for p in listed if p.ho_ten == person.ho_ten)


def year_1985() -> None:
    """A typewritten register page and the diploma of one person on it."""
    listed = people.class_of(
        1985, 14, (1965, 1968), 1985, [LOC], lambda row: f"{4217 + row}", lambda row: f"{61 + row}/85",
    )
    look = Look(YELLOW, mottle=0.06, fade=0.12, unevenly=0.25, blur=0.45, noise=1.6, skew=0.7, stains=2, fold=True)
    rows = registers.numbered(listed, 61)
    put("so-cap-bang-1985-trang-05.jpg", "register", [registers.typed_1985(rows, 11)], look, 66)
    diploma = diplomas.typed_1985(find(listed, LOC), 12)
    put("bang-ptth-1985.jpg", "diploma", [diploma], replace(look, skew=-0.9, stains=3))


def year_1995() -> None:
    """A black-and-white list and the diploma of one person on it."""
    listed = people.class_of(
        1995, 18, (1976, 1978), 1995, [LIEN], lambda row: f"{5361 + row:06}", lambda row: f"{738 + row}/95",
    )
    rows = registers.numbered(listed, 19)
    bitonal = Look(WHITE, noise=9, skew=-0.3, mode="1")
    put("so-cap-phat-1995-trang-02.tif", "register", [registers.issue_list_1995(rows, 21)], bitonal)
    diploma = diplomas.typed_1995(find(listed, LIEN), 22)
    put("bang-ptth-1995.jpg", "diploma", [diploma], Look(CREAM, mottle=0.03, fade=0.08, skew=0.5, stains=1))


def year_2008() -> None:
    """Two printed register pages (one upside down), a diploma, its decision, a correction, a school record."""
    listed = people.class_of(
        2008, 39, (1989, 1990), 2008, [DUONG, KHANH],
        lambda row: f"A 0{417731 + row:06}", lambda row: f"{1126 + row}/2008",
    )
    rows = registers.numbered(listed, 126, ghi_chu={133: "Đã nhận", 147: "Cấp bản sao"})
    first = registers.page_2008(rows[:25], 6, 31)
    put("so-goc-thpt-2008-trang-06.jpg", "register", [first], Look(CREAM, noise=0.8, skew=-0.25, mode="L"), 70)
    small = registers.page_2008(rows[25:], 7, 32, 297, 210, 10.5, registers.without("_ky", "ghi_chu"))
    put("so-goc-thpt-2008-trang-07.jpg", "register", [small], Look(CREAM, skew=0.4, rotation=180), 70)
    diploma = diplomas.printed_2008(find(listed, DUONG), 33)
    put("bang-thpt-2008.jpg", "diploma", [diploma], Look(WHITE, skew=0.3))
    duplicate("bang-thpt-2008.jpg", "bang-thpt-2008-quet-lai.jpg")
    put("quyet-dinh-cong-nhan-2008.tif", "admin", papers.decision(34), Look(WHITE, noise=10, skew=0.3, mode="1"))
    corrected(find(listed, KHANH), find(listed, DUONG))


def corrected(wrong: Person, pupil: Person) -> None:
    """The appendix that corrects one row of the register, and another person's school record."""
    rows = [
        {
            "stt": "1", "ho_ten": wrong.ho_ten, "ngay_sinh": "02/09/1991", "so_hieu_cu": wrong.so_hieu,
            "noi_dung_chinh_sua": "Ngày sinh 02/09/1990 sửa thành 02/09/1991", "ghi_chu": "Trang 06",
        },
        {
            "stt": "2", "ho_ten": "Hồ Thị Ngọc Ánh", "ngay_sinh": "25/12/1988", "so_hieu_cu": "A 0398114",
            "noi_dung_chinh_sua": "Dân tộc Kinh sửa thành Hrê",
        },
        {
            "stt": "3", "ho_ten": "Ngô Minh Triết", "ngay_sinh": "14/05/1989", "so_hieu_cu": "A 0398220",
            "so_hieu_moi": "A 1120067", "so_vao_so_moi": "31/2019",
            "noi_dung_chinh_sua": "Cấp lại do in sai chữ đệm của họ tên",
        },
    ]
    sheet = registers.appendix_2019(rows, 35)
    put("phu-luc-so-goc-2019.jpg", "register", [sheet], Look(WHITE, skew=-0.4))
    record = papers.school_record(pupil, 36)
    put("hoc-ba-2008.pdf", "admin", record, Look(CREAM, mottle=0.012, noise=0.8, skew=0.35, mode="L"), 55)


def later_papers() -> None:
    """What came after: a register page of 2015, a voucher, a recognition, a letter, a torn file."""
    listed = people.class_of(
        2015, 12, (1996, 1997), 2008, [], lambda row: f"A 0{911402 + row:06}", lambda row: f"{302 + row}/2015",
    )
    sheet = registers.page_2015(registers.numbered(listed, 1), 41)
    put("so-goc-thpt-2015-trang-01.jpg", "register", [sheet], Look(WHITE, skew=0.15, mode="L"), 70)
    put("phieu-chi-2011.png", "finance", [papers.voucher(42)], Look(WHITE, mottle=0, noise=0, skew=0.2, mode="L"))
    put("cong-nhan-van-bang-2023.jpg", "admin", [papers.recognition(43)], Look(WHITE, skew=-0.5))
    written = papers.letter(44)
    born_digital(SCANS / "cong-van-2025.pdf", written)
    put_truth("cong-van-2025.pdf", "admin", written, 1, 1, lambda box: [round(side) for side in box], None)
    cut_off("giay-chuyen-truong-2012.jpg", papers.transfer(45))


def duplicate(name: str, again: str) -> None:
    """The same bytes under another name."""
    shutil.copyfile(SCANS / name, SCANS / again)


def cut_off(name: str, sheet: Sheet) -> None:
    """A JPEG whose transfer broke off: the head is sound, two fifths of the bytes are there."""
    file = SCANS / name
    files.save(file, [Scan(sheet, Look(CREAM))], sheet.dpi, 60)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) * 2 // 5])


def main() -> None:
    """Empties the two folders and makes everything again."""
    faces.require()
    for folder in (SCANS, TRUTH):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    year_1985()
    year_1995()
    year_2008()
    later_papers()
    made = sorted(SCANS.iterdir())
    print(f"{len(made)} files, {sum(file.stat().st_size for file in made) / 1e6:.1f} MB in {SCANS}")


if __name__ == "__main__":
    main()
