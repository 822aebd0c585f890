"""Makes `invisible.ttf`, the font of words that lie unseen behind a scan: one glyph without an outline,
half an em wide. Run with fontTools installed: `python3 make.py`."""

from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib.tables._g_l_y_f import Glyph

NAME = "SoGocInvisible"

font = FontBuilder(1000, isTTF=True)
font.setupGlyphOrder([".notdef", "word"])
font.setupCharacterMap({})
font.setupGlyf({".notdef": Glyph(), "word": Glyph()})
font.setupHorizontalMetrics({".notdef": (500, 0), "word": (500, 0)})
font.setupHorizontalHeader(ascent=1000, descent=-1)
font.setupMaxp()
font.font["head"].created = font.font["head"].modified = 0
font.font.recalcTimestamp = False
for table in ("cmap", "OS/2", "name", "post"):
    if table in font.font:
        del font.font[table]
font.font.save("invisible.ttf")
