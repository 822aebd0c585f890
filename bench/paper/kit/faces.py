"""The typefaces: Debian's, and those that `fetch_fonts.py` brings. All are free (OFL, GUST, GPL with the font exception)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont

PACKAGES = "fonts-liberation2 fonts-freefont-ttf fonts-texgyre fonts-lmodern fonts-crosextra-carlito fonts-sil-gentium fonts-dejavu-extra"
FETCHED = Path(__file__).resolve().parents[1] / "fonts"
TRUETYPE, OPENTYPE = Path("/usr/share/fonts/truetype"), Path("/usr/share/texmf/fonts/opentype/public")


@dataclass(frozen=True)
class Family:
    """Files of one family; a style it lacks is its regular one."""

    name: str
    regular: Path
    bold: Path
    italic: Path
    both: Path

    def style(self, bold: bool, italic: bool) -> Path:
        return {
            (False, False): self.regular,
            (True, False): self.bold,
            (False, True): self.italic,
            (True, True): self.both,
        }[bold, italic]


def _four(name: str, pattern: str, styles=("Regular", "Bold", "Italic", "BoldItalic"), root=TRUETYPE) -> Family:
    return Family(name, *(root / pattern.format(style) for style in styles))


def _gyre(name: str) -> Family:
    return _four(name, f"tex-gyre/texgyre{name}-{{}}.otf", ("regular", "bold", "italic", "bolditalic"), OPENTYPE)


def _google(name: str) -> Family:
    return _four(name, f"{name}_{{}}.ttf", ("400Regular", "700Bold", "400Regular_Italic", "700Bold_Italic"), FETCHED)


def _one(name: str, path: Path) -> Family:
    return Family(name, path, path, path, path)


def _pen(name: str) -> Family:
    return _one(name, FETCHED / f"{name}_400Regular.ttf")


LIBERATION = _four("liberation", "liberation2/LiberationSerif-{}.ttf")
FREE = _four("free", "freefont/FreeSerif{}.ttf", ("", "Bold", "Italic", "BoldItalic"))
OBLIQUE = ("", "Bold", "Oblique", "BoldOblique")
LM = ("regular", "bold", "italic", "bolditalic")
ROLES = {
    "serif": [LIBERATION, LIBERATION, FREE, _gyre("termes"), _google("NotoSerif"), _google("Tinos")],
    "sans": [_four("lsans", "liberation2/LiberationSans-{}.ttf"), _gyre("heros"), _four("carlito", "crosextra/Carlito-{}.ttf"),
             _google("Roboto"), _google("BeVietnamPro"), _four("fsans", "freefont/FreeSans{}.ttf", OBLIQUE)],
    "press": [FREE, _gyre("schola"), _four("lm", "lm/lmroman10-{}.otf", LM, OPENTYPE), _gyre("bonum"), _gyre("pagella"),
              _google("Merriweather"), Family("gentium", *(TRUETYPE / f"gentium/Gentium-{s}.ttf" for s in "RRII"))],
    "title": [_google("Oswald"), _google("PlayfairDisplay"), _gyre("heroscn"), _google("BarlowCondensed"), _gyre("adventor"),
              _four("djcond", "dejavu/DejaVuSerifCondensed{}.ttf", ("", "-Bold", "-Italic", "-BoldItalic"))],
    "typed": [_four("fmono", "freefont/FreeMono{}.ttf", OBLIQUE), _gyre("cursor"), _one("fmonob", TRUETYPE / "freefont/FreeMonoBold.ttf"),
              _one("lmmono", OPENTYPE / "lm/lmmono10-regular.otf"), _google("XanhMono"), _one("cursorb", OPENTYPE / "tex-gyre/texgyrecursor-bold.otf"),
              _one("lmlt", OPENTYPE / "lm/lmmonolt10-bold.otf")],
    "needles": [_pen("VT323"), _four("lmonos", "liberation2/LiberationMono-{}.ttf"), _google("SpaceMono"), _google("Cousine"),
                _one("fmonob", TRUETYPE / "freefont/FreeMonoBold.ttf")],
    "script": [_pen(name) for name in ("Charm", "DancingScript", "Italianno", "AlexBrush", "PinyonScript", "GreatVibes")],
    "pen": [_pen(name) for name in ("Charm", "Birthstone", "DancingScript", "Ephesis", "GrapeNuts", "Mali", "PatrickHand", "Pangolin",
                                    "SedgwickAve", "Sriracha", "ShantellSans", "FuzzyBubbles", "Mynerve", "Charmonman", "Italianno",
                                    "MySoul", "PinyonScript", "Whisper", "Hurricane", "Itim")]
           + [_one("PlaywriteVN", FETCHED / "PlaywriteVN_400Regular.woff2")] * 3,
}  # fmt: skip


@cache
def face(path: Path, pixels: int) -> ImageFont.FreeTypeFont:
    """A typeface at a size, laid out without help from the system's shaping library."""
    return ImageFont.truetype(path, pixels, layout_engine=ImageFont.Layout.BASIC)


@cache
def x_height(path: Path) -> float:
    """Height of a small x, in parts of the size."""
    _, top, _, low = face(path, 200).getbbox("x", anchor="ls")
    return (low - top) / 200


def require() -> None:
    """Ends the program with the lines to type when a file is missing."""
    families = {family for role in ROLES.values() for family in role}
    missing = sorted({str(p) for f in families for p in (f.regular, f.bold, f.italic, f.both) if not p.exists()})
    if missing:
        raise SystemExit(
            f"typefaces missing: {', '.join(missing[:6])}{' …' if missing[6:] else ''}\n"
            f"apt-get install {PACKAGES}; python3 bench/paper/fetch_fonts.py"
        )
