"""The validator of the IIIF consortium over one picture of ours.

    python iiif_image_judge.py picture FILE            draws its test picture as a PNG
    python iiif_image_judge.py judge HOST PREFIX ID TOKEN   runs every test of level 2 of Image API 3.0, and those of what is offered beyond

One line of JSON a test: name, and what was wrong (null where nothing was).
"""

import contextlib
import json
import sys
import types
import urllib.request

from PIL import Image


def media_type(data, mime=False):
    """As libmagic names it, for the two formats that are served."""
    return "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"


# The validator asks libmagic, a library of the system, only for this.
magic = types.ModuleType("magic")
magic.from_buffer = media_type
magic.Magic = lambda mime=True: types.SimpleNamespace(from_buffer=media_type)
sys.modules["magic"] = magic

with contextlib.redirect_stdout(sys.stderr):  # some of its tests talk, while they are loaded and later
    from iiif_validator import validator

VERSION = "3.0"
OFFERED = {"cors", "linkheader_profile"}


def draw(path):
    colours = validator.ValidationInfo().colorInfo
    picture = Image.new("RGB", (1000, 1000))
    for x, column in enumerate(colours):
        for y, colour in enumerate(column):
            picture.paste(colour, (x * 100, y * 100, x * 100 + 100, y * 100 + 100))
    picture.save(path)


def judge(host, prefix, identifier, token):
    opener = urllib.request.build_opener()
    opener.addheaders = [("Authorization", f"Bearer {token}")]
    urllib.request.install_opener(opener)
    tests = validator.TestSuite(validator.ValidationInfo()).list_tests(VERSION)
    for name, facts in sorted(tests.items()):
        if facts["level"] > 2 and name not in OFFERED:
            continue
        suite = validator.TestSuite(validator.ValidationInfo())
        asked = validator.ImageAPI(identifier, host, prefix, "http", "", VERSION, debug=False)
        try:
            with contextlib.redirect_stdout(sys.stderr):
                suite.run_test(name, asked)
            wrong = asked.exception
        except Exception as error:  # a test that breaks has found something too
            wrong = error
        said = None if wrong is None else f"{type(wrong).__name__}: {wrong} {asked.urls[-2:]}"
        print(json.dumps({"test": name, "wrong": said}))


if __name__ == "__main__":
    draw(sys.argv[2]) if sys.argv[1] == "picture" else judge(*sys.argv[2:])
