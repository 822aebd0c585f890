"""Signs a PDF in place as PAdES with the key of a PKCS#12 file.

usage: pyhanko_sign.py FILE.pdf KEY.p12 PASSWORD
"""
import sys

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

pdf, key, password = sys.argv[1:]
signer = signers.SimpleSigner.load_pkcs12(key, passphrase=password.encode())
with open(pdf, "rb+") as handle:
    signers.sign_pdf(
        IncrementalPdfFileWriter(handle),
        signers.PdfSignatureMetadata(
            field_name="Other",
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
        ),
        signer=signer,
        in_place=True,
    )
