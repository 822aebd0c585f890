#!/usr/bin/env python3
"""Makes pages like scans of Vietnamese education papers, with their truth, for `sogoc-bench reading` and for training.

usage: make.py --seed N --pages K [--kinds register,diploma,admin,finance,school] [--level clean|typical|hard|mix]
               [--only TRAIT,…] [--without TRAIT,…] [--jobs J] OUT      (--traits lists the traits)
Writes OUT/index.json, OUT/pages/, OUT/truth/ID.json.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import sys
import time
from pathlib import Path
from random import Random

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

from forms import diplomas, finance, letters, registers, school  # noqa: E402
from kit import faces, files, scan, truth  # noqa: E402
from kit.sheet import Sheet  # noqa: E402

KINDS = {"register": registers, "diploma": diplomas, "admin": letters, "finance": finance, "school": school}
SHARES = {"register": 48, "diploma": 20, "admin": 17, "finance": 7, "school": 8}
PREFIX = {"register": "reg", "diploma": "dip", "admin": "adm", "finance": "fin", "school": "sch"}
LEVELS = {"clean": 30, "typical": 44, "hard": 26}
INDEX = ("id", "file", "page", "pages", "kind", "subkind", "layout", "level", "dpi", "width", "height", "color", "format", "rotation", "skew_deg", "traits")  # fmt: skip
TRIES = 4000


def seeded(*parts) -> Random:
    """A chance of its own for each thing that is decided, the same in every run."""
    return Random(int(hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:14], 16))


def kind_of(options, number: int) -> str:
    """Kinds are dealt like cards, a hundred at a time, so that each has its share of every set."""
    deck = [kind for kind in options.kinds for _ in range(SHARES[kind])]
    seeded("deck", options.seed, number // len(deck)).shuffle(deck)
    return deck[number % len(deck)]


def planned(options, number: int):
    """What the document of a number will be: the first plan that has all of `only` and none of `without`."""
    kind = kind_of(options, number)
    for attempt in range(TRIES):
        rng = seeded("plan", options.seed, number, attempt)
        plan = KINDS[kind].plan(rng)
        names = plan.traits | {plan.sub}
        if options.only <= names and not options.without & names:
            return plan, rng
    raise SystemExit(f"no {kind} has {', '.join(sorted(options.only))} without {', '.join(sorted(options.without))}")


def colour_and_dpi(rng: Random, plan, level: str):
    """How the office scanned: colour, dots an inch."""
    if plan.kind == "diploma":
        colour = rng.choices(("rgb", "gray", "bw"), (58, 37, 5))[0]
    else:
        colour = rng.choices(("gray", "rgb", "bw"), (60, 22, 18 if plan.manner != "pen" else 5))[0]
    big = plan.width * plan.height > 80000
    dpi = rng.choices((200, 250, 300), (80, 15, 5) if big else (34, 16, 50) if level != "hard" else (45, 15, 40))[0]
    return colour, 200 if big and colour == "rgb" else dpi


def document(options, number: int) -> list[dict]:
    """Draws, ages and writes one document; returns its entries of the index."""
    began = time.time()
    plan, rng = planned(options, number)
    level = options.level if options.level != "mix" else rng.choices(list(LEVELS), list(LEVELS.values()))[0]
    colour, dpi = colour_and_dpi(rng, plan, level)
    sheets = KINDS[plan.kind].draw(plan, rng, lambda w, h: Sheet(w, h, dpi, rng, "RGB" if colour == "rgb" else "L"))
    name = f"{PREFIX[plan.kind]}-{number:05}"
    form = files.form(rng, colour, level, len(sheets))
    turn = rng.choice((90, 180, 270)) if rng.random() < 0.12 else 0
    quality = rng.randint(*{"clean": (74, 88), "typical": (55, 78), "hard": (34, 60)}[level])
    pictures, entries = [], []
    for page, sheet in enumerate(sheets, 1):
        settings = scan.plan(rng, level, colour, sheet.image.size, dpi, plan.more.get("gutter"))
        if plan.manner != "laser":
            settings.update(fade=max(settings["fade"], 0.7), blur=min(settings["blur"], 1.05 * dpi / 300))
        warp = scan.warp_of(settings, sheet.image.size, dpi, rng)
        said = truth.told(sheet, warp, turn)
        picture = scan.scanned(scan.age(sheet.image, settings, rng, dpi), settings, warp, rng, dpi)
        picture = files.turned(picture, turn)
        pictures.append(picture)
        entry = {
            "id": name if len(sheets) == 1 else f"{name}-p{page}", "file": f"pages/{name}.{form}", "page": page, "pages": len(sheets),
            "kind": "admin" if plan.kind == "school" else plan.kind, "subkind": plan.sub, "era": plan.year, "layout": plan.layout,
            "traits": sorted(plan.traits), "level": level, "dpi": dpi, "width": picture.width, "height": picture.height, "color": colour,
            "format": form, "rotation": turn, "skew_deg": settings.pop("skew"), "degradation": {**settings, "jpeg_quality": quality},
        }  # fmt: skip
        path = options.out / "truth" / f"{entry['id']}.json"
        path.write_text(json.dumps({**entry, **said}, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
        entries.append({key: entry[key] for key in INDEX})
    files.save(pictures, options.out / entries[0]["file"], colour, dpi, quality)
    if not options.quiet:
        print(f"{name} {plan.layout} {level} {dpi} {colour} {time.time() - began:.1f} s", flush=True)
    return entries


def _call(argument):
    return document(*argument)


def all_traits() -> dict[str, set[str]]:
    """The traits that plans of each kind were seen to have."""
    return {
        kind: set().union(*(p.traits | {p.sub} for p in (form.plan(seeded(kind, n)) for n in range(3000))))
        for kind, form in KINDS.items()
    }


def arguments():
    names = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names.add_argument("--seed", type=int, default=0)
    names.add_argument("--pages", type=int, default=20)
    names.add_argument("--kinds", default=",".join(KINDS))
    names.add_argument("--level", choices=[*LEVELS, "mix"], default="mix")
    names.add_argument("--only", default="", help="documents that have all of these traits")
    names.add_argument("--without", default="", help="documents that have none of these traits")
    names.add_argument("--jobs", type=int, default=1)
    names.add_argument("--quiet", action="store_true")
    names.add_argument("--traits", action="store_true", help="list the traits and end")
    names.add_argument("out", nargs="?", type=Path)
    options = names.parse_args()
    options.kinds = options.kinds.split(",")
    for kind in options.kinds:
        if kind not in KINDS:
            names.error(f"unknown kind {kind}: {', '.join(KINDS)}")
    known = all_traits()
    for which in ("only", "without"):
        wanted = {name for name in getattr(options, which).split(",") if name}
        for name in wanted - set().union(*known.values()):
            names.error(f"unknown trait {name}; --traits lists them")
        setattr(options, which, wanted)
    options.kinds = [kind for kind in options.kinds if options.only <= known[kind]]
    if not options.kinds:
        names.error("none of the kinds has all these traits")
    if options.traits:
        for kind, traits in known.items():
            print(f"{kind}: {' '.join(sorted(traits))}")
        sys.exit()
    if options.out is None:
        names.error("OUT is missing")
    return options


def main() -> None:
    options = arguments()
    faces.require()
    for folder in ("pages", "truth"):
        (options.out / folder).mkdir(parents=True, exist_ok=True)
    began, index = time.time(), []
    numbers = ((options, number) for number in range(options.pages))
    if options.jobs > 1:
        with multiprocessing.Pool(options.jobs) as pool:
            for entries in pool.imap(_call, numbers, chunksize=4):
                index += entries
    else:
        for argument in numbers:
            index += _call(argument)
            if len(index) >= options.pages:
                break
    index = cut(index, options)
    (options.out / "index.json").write_text(json.dumps(index, ensure_ascii=False, indent=0), encoding="utf-8")
    print(f"{len(index)} pages of seed {options.seed} in {time.time() - began:.0f} s")


def cut(index: list[dict], options) -> list[dict]:
    """Whole documents until there are enough pages; what is beyond goes away again."""
    kept, dropped = [], []
    for entry in index:
        enough = len(kept) >= options.pages and entry["page"] == 1 or dropped
        (dropped if enough else kept).append(entry)
    for entry in dropped:
        (options.out / "truth" / f"{entry['id']}.json").unlink()
        (options.out / entry["file"]).unlink(missing_ok=True)
    return kept


if __name__ == "__main__":
    main()
