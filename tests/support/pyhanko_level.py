"""Prints, as JSON, what pyHanko finds of the first signature of a PDF by the rules of a PAdES level.

usage: pyhanko_level.py FILE.pdf TRUST.pem LEVEL RFC3339-TIME [LIST.crl]

From B-LT on, every certificate must come with proof in the file that it was not revoked; for the newest time stamp,
which nothing covers yet, LIST.crl may give it.
"""
import asyncio
import json
import sys
from datetime import datetime

from asn1crypto.crl import CertificateList
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import ades, validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
)
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

pdf, trust, level, moment, *crls = sys.argv[1:]
roots = list(load_certs_from_pemder([trust]))
moment = datetime.fromisoformat(moment)


def read_list(path):
    with open(path, "rb") as listed:
        return CRLContainer(CertificateList.load(listed.read()))


def simple(signature):
    settings = {"trust_roots": roots, "allow_fetching": False, "moment": moment}
    if crls:
        settings["revocation_mode"] = "hard-fail"
        with open(crls[0], "rb") as listed:
            settings["crls"] = [listed.read()]
    if level == "B-LT":
        settings["revocation_mode"] = "require"
        store = DocumentSecurityStore.read_dss(reader)
        context = store.as_validation_context(settings)
    else:
        context = ValidationContext(**settings)
    status = validate_pdf_signature(signature, context)
    stamp = status.timestamp_validity
    return status, {
        "bottom_line": status.bottom_line,
        "problem": status.trust_problem_indic and status.trust_problem_indic.name,
        "stamp": stamp and {"trusted": stamp.trusted, "time": stamp.timestamp.isoformat()},
    }


def long_term(signature):
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=roots),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("require")),
    )
    spec = SignatureValidationSpec(
        cert_validation_policy=policy,
        revinfo_gathering_policy=RevocationInfoGatheringSpec(
            online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
        ),
        local_knowledge=LocalKnowledge(known_crls=[read_list(path) for path in crls]),
    )
    timing = ValidationTimingInfo(
        validation_time=moment, best_signature_time=moment, point_in_time_validation=True
    )
    found = asyncio.run(
        ades.ades_lta_validation(
            signature, PdfSignatureValidationSpec(spec), timing_info=timing
        )
    )
    stamp = found.signature_timestamp_status
    oldest = found.oldest_evidence_record_timestamp
    return found.api_status, {
        "outcome": str(found.ades_subindic),
        "why": found.failure_msg,
        "stamp": stamp and str(stamp.ades_subindic),
        "best_time": found.best_signature_time.isoformat(),
        "oldest_evidence": oldest and oldest.isoformat(),
    }


with open(pdf, "rb") as handle:
    reader = PdfFileReader(handle)
    signature = reader.embedded_regular_signatures[0]
    status, findings = (long_term if level == "B-LTA" else simple)(signature)
    findings |= {
        "intact": status.intact,
        "valid": status.valid,
        "trusted": status.trusted,
        "coverage": status.coverage.name,
        "modification": status.modification_level.name,
        "mechanism": status.pkcs7_signature_mechanism,
        "stamps": len(reader.embedded_timestamp_signatures),
    }
print(json.dumps(findings))
