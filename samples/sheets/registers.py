"""Register pages: a ruled grid, one person a row, and the appendix of corrections."""

from dataclasses import asdict, dataclass

from kit.marks import signature
from kit.people import Person
from kit.sheet import BLACK, RIBBON, Sheet
from sheets.common import foot, head, motto

LEFT_ALIGNED = {"ho_ten", "noi_sinh", "noi_dung_chinh_sua", "truong"}


@dataclass(frozen=True)
class Column:
    """A column: its key in the truth, its printed head (`|` breaks the line), its width in millimetres."""

    key: str
    head: str
    width: float


@dataclass(frozen=True)
class Grid:
    """Where a table stands and how it is set."""

    x: float
    y: float
    columns: tuple[Column, ...]
    row: float
    head: float
    points: float
    face: str = "serif"
    head_face: str = "serif-bold"
    colour: tuple[int, int, int] = BLACK
    rule: float = 0.22

    @property
    def edges(self) -> list[float]:
        """The positions of the upright rules."""
        edges = [self.x]
        for column in self.columns:
            edges.append(edges[-1] + column.width)
        return edges


FULL = (
    Column("stt", "STT", 11), Column("ho_ten", "Họ và tên", 58), Column("ngay_sinh", "Ngày tháng|năm sinh", 28),
    Column("noi_sinh", "Nơi sinh", 62), Column("gioi_tinh", "Giới|tính", 15), Column("dan_toc", "Dân|tộc", 19),
    Column("xep_loai", "Xếp loại|tốt nghiệp", 27), Column("so_hieu", "Số hiệu|văn bằng", 31),
    Column("so_vao_so", "Số vào sổ|gốc", 28), Column("_ky", "Người nhận|ký tên", 36), Column("ghi_chu", "Ghi chú", 30),
)


def scaled(columns: tuple[Column, ...], total: float) -> tuple[Column, ...]:
    """The same columns over another width."""
    factor = total / sum(column.width for column in columns)
    return tuple(Column(c.key, c.head, c.width * factor) for c in columns)


def without(*keys: str) -> tuple[Column, ...]:
    """The full set of columns less some."""
    return tuple(column for column in FULL if column.key not in keys)


def table(sheet: Sheet, grid: Grid, rows: list[dict[str, str]], signed=0.0) -> float:
    """Rules the grid, fills it in, keeps the rows as records; returns where it ends."""
    edges, bottom = grid.edges, grid.y + grid.head + grid.row * len(rows)
    for edge in edges:
        sheet.line(edge, grid.y, edge, bottom, grid.rule)
    sheet.line(edges[0], grid.y, edges[-1], grid.y, grid.rule)
    for row in range(len(rows) + 1):
        y = grid.y + grid.head + row * grid.row
        sheet.line(edges[0], y, edges[-1], y, grid.rule)
    for column, x in zip(grid.columns, edges):
        _head(sheet, grid, column, x)
    for row, values in enumerate(rows):
        y = grid.y + grid.head + row * grid.row + grid.row / 2 + grid.points * 0.125
        for column, x in zip(grid.columns, edges):
            if column.key == "_ky":
                if sheet.rng.random() < signed:
                    signature(sheet, x + column.width / 2, y - 1, column.width * 0.6, 3.2, thick=0.3)
            else:
                _cell(sheet, grid, column, x, y, values.get(column.key, ""))
        sheet.records.append({c.key: values.get(c.key, "") for c in grid.columns if c.key != "_ky"})
    return bottom


def _head(sheet: Sheet, grid: Grid, column: Column, x: float) -> None:
    lines, step = column.head.split("|"), grid.points * 0.43
    top = grid.y + grid.head / 2 + grid.points * 0.125 - step * (len(lines) - 1) / 2
    for row, words in enumerate(lines):
        sheet.write(x + column.width / 2, top + row * step, words, grid.points, grid.head_face, align="centre")


def _cell(sheet: Sheet, grid: Grid, column: Column, x, y, value) -> None:
    long = sheet.length(value, grid.points, grid.face)
    if long > column.width - 1.5:
        raise ValueError(f"{column.key} wants {long:.1f} mm of {column.width:.1f}")
    if column.key in LEFT_ALIGNED:
        sheet.write(x + 1.5, y, value, grid.points, grid.face, grid.colour)
    else:
        sheet.write(x + column.width / 2, y, value, grid.points, grid.face, grid.colour, "centre")


def numbered(people: list[Person], first: int, **more: dict[int, str]) -> list[dict[str, str]]:
    """Rows of a list: ordinal numbers from `first`, and further columns by ordinal."""
    rows = []
    for stt, person in enumerate(people, first):
        extra = {key: values[stt] for key, values in more.items() if stt in values}
        rows.append({"stt": str(stt), **asdict(person), **extra})
    return rows


def _titles(sheet: Sheet, y, title: str, lines: list[tuple[str, str, str | None]], points: float) -> float:
    """A title and centred lines of label and value under it; returns the next baseline."""
    middle = sheet.width / 2
    sheet.write(middle, y, title, points + 3.5, "serif-bold", align="centre")
    for label, value, key in lines:
        y += points * 0.5
        long = sheet.length(f"{label} {value}", points, "serif-italic")
        start = sheet.write(middle - long / 2, y, label + " ", points, "serif-italic")
        sheet.write(start, y, value, points, "serif-italic", key=key)
    return y + points * 0.5


def page_2008(rows, number, seed, wide=420.0, high=297.0, points=13.0, columns=FULL, dpi=200) -> Sheet:
    """A printed page of the 2008 register, signed and sealed at its foot."""
    sheet = Sheet(wide, high, dpi, seed)
    head(sheet, "SỞ GIÁO DỤC VÀ ĐÀO TẠO", points=points)
    y = _titles(sheet, 42, "SỔ GỐC CẤP BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG", [
        ("Quyết định công nhận tốt nghiệp số:", "715/QĐ-SGDĐT ngày 11/7/2008", "qd_cong_nhan"),
        ("Hội đồng thi / Trường:", "THPT Lê Văn Thọ", "hoi_dong"), ("Năm học:", "2007 - 2008", "nam_hoc"),
    ], points)
    row = (high - y - 14 - 54) / len(rows)
    grid = Grid(18, y, scaled(columns, wide - 36), min(row, 9.0), 14, points)
    end = table(sheet, grid, rows, signed=0.6)
    sheet.write(60, end + 14, "NGƯỜI LẬP SỔ", points, "serif-bold", align="centre")
    signature(sheet, 60, end + 24, 26, 9)
    sheet.write(60, end + 36, "Ngô Thị Bích Thuận", points, "serif-bold", align="centre")
    sheet.write(wide - 90, end + 8, "Quảng Ngãi, ngày 25 tháng 7 năm 2008", points, "serif-italic", align="centre")
    foot(sheet, wide - 90, end + 14, "GIÁM ĐỐC", "Phạm Đình Khoan", points=points, room=28, keyed=False)
    sheet.write(wide / 2, high - 8, f"Trang {number}", points - 2, "serif", align="centre")
    return sheet


def page_2015(rows, seed) -> Sheet:
    """A short printed list of 2015 on A4, no places for signatures."""
    sheet = Sheet(297, 210, 200, seed)
    head(sheet, "SỞ GIÁO DỤC VÀ ĐÀO TẠO", points=11.5)
    y = _titles(sheet, 42, "SỔ GỐC CẤP BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG", [
        ("Quyết định công nhận tốt nghiệp số:", "962/QĐ-SGDĐT ngày 27/7/2015", "qd_cong_nhan"),
        ("Học sinh trường:", "THPT Sông Trà", "hoi_dong"), ("Năm tốt nghiệp:", "2015", "nam_tot_nghiep"),
    ], 11.5)
    grid = Grid(14, y, scaled(without("_ky", "ghi_chu"), 269), 6.6, 12, 11.5)
    end = table(sheet, grid, rows)
    sheet.write(222, end + 7, "Quảng Ngãi, ngày 10 tháng 8 năm 2015", 11.5, "serif-italic", align="centre")
    foot(sheet, 222, end + 12, "GIÁM ĐỐC", "Đỗ Văn Phú Lâm", points=11.5, room=25, keyed=False)
    return sheet


def typed_1985(rows, seed) -> Sheet:
    """A typewritten page of 1985, ruled by hand, the ribbon uneven."""
    sheet = Sheet(297, 210, 200, seed)
    face = "typewriter"
    sheet.write(62, 18, "SỞ GIÁO DỤC NGHĨA BÌNH", 11, face, align="centre", key="co_quan")
    sheet.write(205, 18, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 11, face, align="centre")
    sheet.write(205, 24, "Độc lập - Tự do - Hạnh phúc", 11, face, align="centre")
    sheet.write(148, 36, "SỔ CẤP BẰNG TỐT NGHIỆP PHỔ THÔNG TRUNG HỌC", 13, face, align="centre")
    start = sheet.write(98, 43, "Khóa ngày: ", 11, face)
    start = sheet.write(start, 43, "28/5/1985", 11, face, key="khoa_thi")
    start = sheet.write(start + 8, 43, "Hội đồng thi: ", 11, face)
    sheet.write(start, 43, "Sơn Tịnh 1", 11, face, key="hoi_dong")
    columns = (
        Column("stt", "TT", 12), Column("ho_ten", "Họ và tên", 64), Column("ngay_sinh", "Ngày sinh", 32),
        Column("noi_sinh", "Nơi sinh", 60), Column("gioi_tinh", "Nam/Nữ", 20), Column("xep_loai", "Xếp loại", 32),
        Column("so_hieu", "Số bằng", 24), Column("so_vao_so", "Số vào sổ", 25),
    )
    grid = Grid(14, 49, columns, 7.4, 10, 10.5, face, face, RIBBON, 0.3)
    end = table(sheet, grid, rows)
    sheet.write(215, end + 9, "Qui Nhơn, ngày 20 tháng 8 năm 1985", 10.5, face, align="centre")
    foot(sheet, 215, end + 15, "GIÁM ĐỐC", "Lê Quang Thuật", ("SỞ GIÁO DỤC", "TỈNH", "NGHĨA BÌNH"),
         10.5, face, 24, keyed=False)
    return sheet


def issue_list_1995(rows, seed) -> Sheet:
    """A list of 1995 on upright A4, meant for a black-and-white scan."""
    sheet = Sheet(210, 297, 200, seed)
    motto(sheet, 105, 20, 12)
    y = _titles(sheet, 38, "SỔ CẤP PHÁT BẰNG TỐT NGHIỆP PTTH", [
        ("Trường:", "PTTH Bình Sơn", "hoi_dong"), ("Khóa thi ngày:", "02/6/1995", "khoa_thi"),
    ], 12)
    columns = (
        Column("stt", "Số|TT", 11), Column("ho_ten", "Họ và tên", 48), Column("ngay_sinh", "Ngày, tháng,|năm sinh", 25),
        Column("noi_sinh", "Nơi sinh", 48), Column("xep_loai", "Xếp loại", 22), Column("so_hieu", "Số bằng", 19),
        Column("so_vao_so", "Số vào sổ", 19),
    )
    end = table(sheet, Grid(9, y, columns, 9.0, 13, 11.5), rows)
    sheet.write(150, end + 10, "Bình Sơn, ngày 22 tháng 8 năm 1995", 11.5, "serif-italic", align="centre")
    foot(sheet, 150, end + 16, "HIỆU TRƯỞNG", "Bùi Xuân Thạch", None, 12, room=24, keyed=False)
    return sheet


def appendix_2019(rows, seed) -> Sheet:
    """An appendix to the register: what decisions of 2019 corrected."""
    sheet = Sheet(297, 210, 200, seed)
    head(sheet, "SỞ GIÁO DỤC VÀ ĐÀO TẠO", points=11.5)
    y = _titles(sheet, 43, "PHỤ LỤC SỔ GỐC CẤP BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG", [
        ("Quyết định chỉnh sửa nội dung văn bằng số:", "418/QĐ-SGDĐT ngày 14/5/2019", "qd_chinh_sua"),
    ], 11.5)
    columns = (
        Column("stt", "STT", 12), Column("ho_ten", "Họ và tên", 48), Column("ngay_sinh", "Ngày sinh", 25),
        Column("so_hieu_cu", "Số hiệu|đã cấp", 28), Column("so_hieu_moi", "Số hiệu|cấp lại", 28),
        Column("so_vao_so_moi", "Số vào sổ|gốc mới", 26), Column("noi_dung_chinh_sua", "Nội dung chỉnh sửa", 78),
        Column("ghi_chu", "Ghi chú", 24),
    )
    end = table(sheet, Grid(14, y, columns, 9.5, 13, 11.5), rows)
    sheet.write(222, end + 8, "Quảng Ngãi, ngày 20 tháng 5 năm 2019", 11.5, "serif-italic", align="centre")
    foot(sheet, 222, end + 14, "KT. GIÁM ĐỐC|PHÓ GIÁM ĐỐC", "Huỳnh Thị Cẩm Tiên", points=11.5, room=26, keyed=False)
    return sheet
