#!/usr/bin/env python3
"""Checks the generator itself: makes a few clean pages of every kind twice and looks at what the truth says of them.

usage: check.py [SEED]    ends with 1 and says why when something is wrong
"""

import filecmp
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from unicodedata import normalize

from PIL import Image

HERE = Path(__file__).resolve().parent
PAGES = 40


def made(folder: Path, seed: int, *more: str) -> list[dict]:
    """A set of pages and its index."""
    subprocess.run(
        [sys.executable, HERE / "make.py", "--seed", str(seed), "--quiet", *more, folder],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return json.loads((folder / "index.json").read_text(encoding="utf-8"))


def words_in(truth: dict, box) -> str:
    """Words whose middle lies in a box, in the order of the truth."""
    middles = [(word[0], (word[1] + word[3]) / 2, (word[2] + word[4]) / 2) for word in truth["words"]]
    return " ".join(text for text, x, y in middles if box[0] <= x <= box[2] and box[1] <= y <= box[3])


def faults(folder: Path, entry: dict):
    """What is wrong with one page."""
    truth = json.loads((folder / "truth" / f"{entry['id']}.json").read_text(encoding="utf-8"))
    if "\ufffd" in json.dumps(truth, ensure_ascii=False) or any(
        normalize("NFC", line) != line for line in truth["text_lines"]
    ):
        yield "text is not NFC"
    if not truth["words"]:
        yield "no words"
    image = None
    if entry["pages"] == 1 and entry["format"] != "pdf":
        image = Image.open(folder / entry["file"]).convert("L")
        if image.size != (entry["width"], entry["height"]):
            yield f"size {image.size}"
    for text, *box, _ in truth["words"]:
        if not (-40 <= box[0] < box[2] <= entry["width"] + 40 and -40 <= box[1] < box[3] <= entry["height"] + 40):
            yield f"{text!r} lies off the page: {box}"
        elif image and box[2] - box[0] > 4 and image.crop(box).getextrema()[0] > 200:
            yield f"no ink where {text!r} stands: {box}"
    for record, boxes in zip(truth.get("records", ()), truth.get("record_boxes", ()), strict=True):
        for key, box in boxes.items():
            squeezed = words_in(truth, box).replace(" ", "")
            if key in ("ho_ten", "so_hieu") and sorted(record[key].replace(" ", "")) != sorted(squeezed):
                yield f"{key} {record[key]!r} but its box holds {squeezed!r}"


def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        one, two = Path(folder) / "one", Path(folder) / "two"
        index = made(one, seed, "--pages", str(PAGES), "--level", "clean")
        made(two, seed, "--pages", str(PAGES), "--level", "clean", "--jobs", "2")
        for entry in index:
            wrong += [f"{entry['id']} ({entry['layout']}): {fault}" for fault in faults(one, entry)]
            for file in (entry["file"], f"truth/{entry['id']}.json"):
                if not filecmp.cmp(one / file, two / file, shallow=False):
                    wrong.append(f"{file} is another in the second run")
        if any(
            "dotted-rows" in entry["traits"]
            for entry in made(
                Path(folder) / "three", seed, "--pages", "12", "--kinds", "register", "--without", "dotted-rows"
            )
        ):
            wrong.append("--without drew what it should not")
        if not all(
            "spread" in entry["traits"]
            for entry in made(Path(folder) / "four", seed, "--pages", "3", "--only", "spread")
        ):
            wrong.append("--only drew something else")
    print("\n".join(wrong) or f"{len(index)} pages of seed {seed}: alike in two runs, every word has its ink")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
