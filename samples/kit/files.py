"""Writing scans and their truth: JPEG, PNG, G4 TIFF, image-only PDF."""

import json
import time
from pathlib import Path

from kit.ageing import Scan
from kit.sheet import Sheet

# A fixed moment, so that the same seed gives the same bytes.
MOMENT = time.struct_time((2026, 1, 5, 8, 0, 0, 0, 5, 0))


def save(file: Path, scans: list[Scan], dpi: int, quality: int) -> None:
    """Stores the pages in the format the file's name asks for."""
    pages = [scan.image for scan in scans]
    first, rest = pages[0], pages[1:]
    if file.suffix == ".pdf":
        first.save(
            file, save_all=True, append_images=rest, resolution=dpi, quality=quality,
            creationDate=MOMENT, modDate=MOMENT, producer="may quet",
        )
    elif file.suffix == ".tif":
        first.save(file, compression="group4", dpi=(dpi, dpi), save_all=True, append_images=rest)
    elif file.suffix == ".png":
        first.save(file, dpi=(dpi, dpi), optimize=True)
    else:
        first.save(file, quality=quality, dpi=(dpi, dpi), optimize=True)


def truth(sheet: Sheet, place, about: dict) -> dict:
    """The truth of one page, in the order a person would read it; `place` maps boxes to the stored picture."""
    boxes = {key: place(box) for key, box in sheet.boxes.items()}
    return {
        **about, "dpi": sheet.dpi, "text_lines": sheet.text_lines(),
        "fields": sheet.fields, "field_boxes": boxes, "records": sheet.records,
    }


def write_truth(file: Path, value: dict) -> None:
    """One JSON file a page, UTF-8, readable in a diff."""
    file.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
