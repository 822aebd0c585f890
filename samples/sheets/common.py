"""The heads and feet that administrative papers share."""

from kit.marks import signature, stamp
from kit.sheet import Sheet

STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"


def motto(sheet: Sheet, x, y, points=12.0, name="serif-bold") -> None:
    """The state's name and motto, centred on `x`, the motto underlined."""
    step = points * 0.47
    sheet.write(x, y, STATE, points, name, align="centre")
    sheet.write(x, y + step, MOTTO, points + 0.5, name, align="centre")
    half = sheet.length(MOTTO, points + 0.5, name) / 2
    sheet.line(x - half * 0.86, y + step + 1.8, x + half * 0.86, y + step + 1.8, 0.25)


def head(sheet: Sheet, agency: str, above="UBND TỈNH QUẢNG NGÃI", number="", dated="", points=12.0) -> None:
    """The two columns a paper opens with: agency and number at left, motto and date at right."""
    left, right = sheet.width * 0.27, sheet.width * 0.70
    step = points * 0.45
    sheet.write(left, 22, above, points, "serif", align="centre")
    sheet.write(left, 22 + step, agency, points, "serif-bold", align="centre", key="co_quan")
    sheet.line(left - 14, 24 + step, left + 14, 24 + step, 0.25)
    motto(sheet, right, 22, points)
    if number:
        long = sheet.length(f"Số: {number}", points + 0.5)
        start = sheet.write(left - long / 2, 37, "Số: ", points + 0.5)
        sheet.write(start, 37, number, points + 0.5, key="so_ky_hieu")
    if dated:
        place, day = dated.split(", ", 1)
        long = sheet.length(dated, points + 0.5, "serif-italic")
        start = sheet.write(right - long / 2, 37, place + ", ", points + 0.5, "serif-italic", key=None)
        sheet.write(start, 37, day, points + 0.5, "serif-italic", key="ngay_ban_hanh")


def foot(sheet: Sheet, x, y, title: str, signer: str, seal=("SỞ GIÁO DỤC VÀ ĐÀO TẠO", "TỈNH", "QUẢNG NGÃI"),
         points=12.5, name="serif-bold", room=30.0, keyed=True, aside=15.0, signer_key="nguoi_ky") -> None:
    """Title, signature, seal and name of the person who signs, centred on `x`; the seal stands `aside` of it."""
    for row, words in enumerate(title.split("|")):
        key = "chuc_vu" if keyed and row == title.count("|") else None
        sheet.write(x, y + row * 5.5, words, points, name, align="centre", key=key)
    bottom = y + title.count("|") * 5.5 + room
    if seal:
        stamp(sheet, x - aside, bottom - room * 0.52, seal[0], list(seal[1:]))
    signature(sheet, x + 6, bottom - room * 0.42)
    sheet.write(x, bottom, signer, points, name, align="centre", key=signer_key)


def receivers(sheet: Sheet, x, y, names: list[str]) -> None:
    """The list of who gets the paper, at the lower left."""
    sheet.write(x, y, "Nơi nhận:", 11, "serif-italic")
    for row, words in enumerate(names):
        sheet.write(x, y + 5 + row * 4.6, f"- {words}", 10.5)
