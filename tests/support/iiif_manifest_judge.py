"""Reads a manifest (Presentation API 3.0) from standard input with iiif-prezi3, which refuses what is not valid; prints the
number of its canvases."""

import sys

from iiif_prezi3 import Manifest

print(len(Manifest.model_validate_json(sys.stdin.read()).items))
