"""Prints, as JSON, what pyHanko finds in each signature of a PDF.

usage: pyhanko_judge.py FILE.pdf TRUST.pem RFC3339-TIME
"""
import json
import sys
from datetime import datetime

from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

pdf, trust, moment = sys.argv[1:]
moment = datetime.fromisoformat(moment)
findings = []
with open(pdf, "rb") as handle:
    reader = PdfFileReader(handle)
    for signature in reader.embedded_signatures:
        context = ValidationContext(
            trust_roots=list(load_certs_from_pemder([trust])),
            allow_fetching=False,
            moment=moment,
        )
        status = validate_pdf_signature(signature, context)
        attributes = [a["type"].native for a in signature.signer_info["signed_attrs"]]
        findings.append(
            {
                "intact": status.intact,
                "valid": status.valid,
                "trusted": status.trusted,
                "bottom_line": status.bottom_line,
                "coverage": status.coverage.name,
                "modification": status.modification_level.name,
                "subfilter": signature.sig_object["/SubFilter"],
                "attributes": sorted(attributes),
                "signer": status.signing_cert.subject.native["common_name"],
                "mechanism": status.pkcs7_signature_mechanism,
                "digest": status.md_algorithm,
                "certificates": len(signature.other_embedded_certs) + 1,
                "stated_time": status.signer_reported_dt.isoformat(),
            }
        )
print(json.dumps(findings))
