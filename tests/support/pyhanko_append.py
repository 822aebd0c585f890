"""Appends an incremental update with a note on page 1.

usage: pyhanko_append.py FILE.pdf
"""
import sys

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

with open(sys.argv[1], "rb+") as handle:
    writer = IncrementalPdfFileWriter(handle)
    note = writer.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/Text"),
                pdf_name("/Rect"): generic.ArrayObject(
                    [generic.NumberObject(n) for n in (100, 100, 120, 120)]
                ),
                pdf_name("/Contents"): generic.pdf_string("added later"),
            }
        )
    )
    writer.register_annotation(writer.root["/Pages"]["/Kids"].raw_get(0), note)
    writer.write_in_place()
