"""A PDF that was never paper: the sheet's text itself, in embedded TrueType faces."""

import struct
import zlib
from pathlib import Path

from kit.faces import face, path
from kit.sheet import Piece, Sheet

POINTS_PER_MM = 72 / 25.4


class Embedded:
    """One face as a PDF font addressed by glyph number, with the way back to Unicode."""

    def __init__(self, name: str, label: str, texts: list[str]) -> None:
        self.name, self.label = name, label
        self.data = path(name).read_bytes()
        glyphs = _glyph_numbers(self.data)
        self.glyphs = {letter: glyphs[ord(letter)] for letter in sorted(set("".join(texts)))}

    def hex(self, text: str) -> str:
        """The text as the glyph numbers a PDF shows."""
        return "".join(f"{self.glyphs[letter]:04x}" for letter in text)

    def objects(self, first: int) -> dict[int, bytes]:
        """The five objects of the font, numbered from `first`."""
        thousand = face(self.name, 1000)
        widths = " ".join(f"{g} [{thousand.getlength(c):.0f}]" for c, g in self.glyphs.items())
        back = "\n".join(f"<{g:04x}> <{ord(c):04x}>" for c, g in self.glyphs.items())
        called = path(self.name).stem
        return {
            first: f"<< /Type /Font /Subtype /Type0 /BaseFont /{called} /Encoding /Identity-H"
            f" /DescendantFonts [{first + 1} 0 R] /ToUnicode {first + 4} 0 R >>".encode(),
            first + 1: f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{called} /CIDToGIDMap /Identity"
            " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
            f" /FontDescriptor {first + 2} 0 R /DW 500 /W [{widths}] >>".encode(),
            first + 2: f"<< /Type /FontDescriptor /FontName /{called} /Flags 6 /FontBBox [-200 -303 1000 981]"
            f" /ItalicAngle 0 /Ascent 891 /Descent -216 /CapHeight 660 /StemV 80 /FontFile2 {first + 3} 0 R >>".encode(),
            first + 3: _stream(self.data, f"/Length1 {len(self.data)} "),
            first + 4: _stream(_to_unicode(len(self.glyphs), back)),
        }


def _to_unicode(count: int, pairs: str) -> bytes:
    """The map from glyph numbers to letters. One block: PDF allows a hundred pairs in each."""
    if count > 100:
        raise ValueError("more letters than one block of a ToUnicode map holds")
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{count} beginbfchar\n{pairs}\nendbfchar\nendcmap end end"
    ).encode()


def _glyph_numbers(data: bytes) -> dict[int, int]:
    """Letters to glyph numbers, from the format 4 table every TrueType face carries."""
    tables = {}
    for row in range(struct.unpack(">H", data[4:6])[0]):
        tag, _, start, _ = struct.unpack(">4sIII", data[12 + row * 16:28 + row * 16])
        tables[tag] = start
    base = tables[b"cmap"]
    for row in range(struct.unpack(">H", data[base + 2:base + 4])[0]):
        start = base + struct.unpack(">I", data[base + 8 + row * 8:base + 12 + row * 8])[0]
        if struct.unpack(">H", data[start:start + 2])[0] == 4:
            return _format_4(data, start)
    raise ValueError("no format 4 cmap")


def _format_4(data: bytes, start: int) -> dict[int, int]:
    count = struct.unpack(">H", data[start + 6:start + 8])[0] // 2

    def column(at: int, kind: str) -> tuple[int, ...]:
        return struct.unpack(f">{count}{kind}", data[at:at + 2 * count])

    ends, begins = column(start + 14, "H"), column(start + 16 + 2 * count, "H")
    deltas, ranges_at = column(start + 16 + 4 * count, "h"), start + 16 + 6 * count
    ranges, found = column(ranges_at, "H"), {}
    for part in range(count):
        for code in range(begins[part], min(ends[part], 0xFFFE) + 1):
            glyph = code
            if ranges[part]:
                at = ranges_at + 2 * part + ranges[part] + 2 * (code - begins[part])
                glyph = struct.unpack(">H", data[at:at + 2])[0]
            if glyph:
                found[code] = (glyph + deltas[part]) % 65536
    return found


def _stream(data: bytes, more: str = "") -> bytes:
    packed = zlib.compress(data, 9)
    head = f"<< {more}/Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode()
    return head + packed + b"\nendstream"


def _content(sheet: Sheet, fonts: dict[str, Embedded]) -> bytes:
    """The page's drawing: every piece of text at its place. Rules are left out, as letters need none."""
    def shown(piece: Piece) -> str:
        font = fonts[piece.face]
        x, y = piece.left * POINTS_PER_MM, (sheet.height - piece.baseline) * POINTS_PER_MM
        return f"BT /{font.label} {piece.points} Tf {x:.2f} {y:.2f} Td <{font.hex(piece.text)}> Tj ET"
    return "\n".join(map(shown, sheet.pieces)).encode()


def born_digital(file: Path, sheet: Sheet) -> None:
    """Writes the sheet as a one-page PDF 1.7 with real text."""
    names = sorted({piece.face for piece in sheet.pieces})
    fonts = {
        name: Embedded(name, f"F{order}", [p.text for p in sheet.pieces if p.face == name])
        for order, name in enumerate(names)
    }
    objects: dict[int, bytes] = {}
    for order, name in enumerate(names):
        objects |= fonts[name].objects(6 + order * 5)
    named = " ".join(f"/F{order} {6 + order * 5} 0 R" for order in range(len(names)))
    wide, high = sheet.width * POINTS_PER_MM, sheet.height * POINTS_PER_MM
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[2] = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    objects[3] = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {wide:.2f} {high:.2f}] /Contents 4 0 R"
        f" /Resources << /Font << {named} >> >> >>"
    ).encode()
    objects[4] = _stream(_content(sheet, fonts))
    objects[5] = b"<< /Title (Cong van) /Producer (may soan thao) >>"
    file.write_bytes(_assembled(objects))


def _assembled(objects: dict[int, bytes]) -> bytes:
    """Numbered objects, their table and trailer."""
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number in sorted(objects):
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + objects[number] + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for number in sorted(objects):
        out += f"{places[number]:010} 00000 n \n".encode()
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)
