//! What a file carries so that its seal can be proven in decades: the document security store with certificates and
//! proof that none was revoked (ISO 32000-2, 12.8.4.3; ETSI EN 319 142-1, 5.4.2), and time stamps over the whole
//! file (5.4.3).
//!
//! Each is appended by one update that follows from the file and the evidence alone. So a checker writes it again
//! and compares: whatever else was appended shows.

use std::collections::HashSet;

use super::byte_range_coverage::{Coverage, SignatureField};
use super::error::SealError;
use super::examination::{Cost, Examination};
use super::incremental_update::{IncrementalUpdate, array, first_free, indirect};
use super::issuer_der::IssuerDer;
use super::pdf_file::{PdfDamage, PdfFile};
use super::pdf_value::{Dictionary, Value};
use super::placeholder::{PRINT_AND_LOCKED, Prepared};
use super::revocation::Evidence;

/// Keys of the store, in the order in which streams are written.
const KEYS: [&str; 3] = ["Certs", "OCSPs", "CRLs"];

/// Appends `evidence` to the file as a document security store.
pub fn with_evidence(
    pdf: &[u8],
    evidence: &Evidence,
    exam: &Examination,
) -> Result<Vec<u8>, SealError> {
    let file = PdfFile::open(pdf, exam).map_err(SealError::Pdf)?;
    let mut update = IncrementalUpdate::new(pdf, &file, exam)?;
    let (number, mut root) = indirect(&file, &file.trailer, "Root")?;
    enter_evidence(&mut update, &file, &mut root, evidence, exam)?;
    update.write_value(number, &Value::Dictionary(root));
    Ok(update.finish(&file))
}

/// Appends `evidence` and the field `name` for a time stamp over all of it, with a gap of `room` bytes.
pub fn with_stamp(
    pdf: &[u8],
    evidence: &Evidence,
    name: &str,
    room: usize,
    exam: &Examination,
) -> Result<Prepared, SealError> {
    let file = PdfFile::open(pdf, exam).map_err(SealError::Pdf)?;
    let mut update = IncrementalUpdate::new(pdf, &file, exam)?;
    let (number, mut root) = indirect(&file, &file.trailer, "Root")?;
    enter_evidence(&mut update, &file, &mut root, evidence, exam)?;
    let [field, signature] = [(); 2].map(|()| update.allocate());
    let page = update.enter_field(&file, &mut root, field, name)?;
    update.write_value(number, &Value::Dictionary(root));
    update.write_value(field, &unseen_widget(name, page, signature));
    let entries = "/Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161";
    let gap = update.write_signature(signature, entries, room);
    Ok(Prepared::finish(update, &file, gap))
}

fn enter_evidence(
    update: &mut IncrementalUpdate,
    file: &PdfFile<'_>,
    root: &mut Dictionary,
    evidence: &Evidence,
    exam: &Examination,
) -> Result<(), SealError> {
    let mut store = file.dictionary(root, "DSS").map_err(SealError::Pdf)?;
    store.set("Type", Value::from_name("DSS"));
    // Evidence that is there already is not repeated: a renewal every few years would double the file.
    let held = read(file, exam).map_err(SealError::Pdf)?;
    for (key, (new, held)) in KEYS
        .into_iter()
        .zip(lists(evidence).into_iter().zip(lists(&held)))
    {
        let mut entries = array(file, &store, key)?;
        for one in new.iter().filter(|one| !held.contains(one)) {
            entries.push(Value::Reference(update.write_stream(one), 0));
        }
        if !entries.is_empty() {
            store.set(key, Value::Array(entries));
        }
    }
    let number = match root.get("DSS") {
        Some(Value::Reference(number, 0)) => *number,
        _ => update.allocate(),
    };
    update.write_value(number, &Value::Dictionary(store));
    root.set("DSS", Value::Reference(number, 0));
    Ok(())
}

fn lists(evidence: &Evidence) -> [&Vec<IssuerDer>; 3] {
    [&evidence.certificates, &evidence.ocsps, &evidence.crls]
}

fn unseen_widget(name: &str, page: u32, signature: u32) -> Value {
    let mut widget = Dictionary::default();
    for (key, value) in [
        ("Type", Value::from_name("Annot")),
        ("Subtype", Value::from_name("Widget")),
        ("FT", Value::from_name("Sig")),
        ("T", Value::from_text(name)),
        ("F", Value::Integer(PRINT_AND_LOCKED)),
        ("Rect", Value::Array(vec![Value::Integer(0); 4])),
        ("P", Value::Reference(page, 0)),
        ("V", Value::Reference(signature, 0)),
    ] {
        widget.set(key, value);
    }
    Value::Dictionary(widget)
}

/// What the store of a file holds.
pub fn read(file: &PdfFile<'_>, exam: &Examination) -> Result<Evidence, PdfDamage> {
    read_from(file, 0, exam)
}

/// What of the store stands in objects from `first` on.
fn read_from(file: &PdfFile<'_>, first: u32, exam: &Examination) -> Result<Evidence, PdfDamage> {
    let root = file.dictionary(&file.trailer, "Root")?;
    let store = file.dictionary(&root, "DSS")?;
    let [certificates, ocsps, crls] = KEYS.map(|key| pieces(file, &store, key, first, exam));
    Ok(Evidence {
        certificates: certificates?,
        ocsps: ocsps?,
        crls: crls?,
    })
}

/// The streams listed under `key`, each once however often it is referred to.
fn pieces(
    file: &PdfFile<'_>,
    store: &Dictionary,
    key: &str,
    first: u32,
    exam: &Examination,
) -> Result<Vec<IssuerDer>, PdfDamage> {
    let Value::Array(entries) = file.resolve(store.get(key).unwrap_or(&Value::Null))? else {
        return Ok(Vec::new());
    };
    exam.spend(Cost::References, entries.len())?;
    let (mut numbers, mut digests) = (HashSet::new(), HashSet::new());
    let mut pieces = Vec::new();
    for entry in entries {
        match entry {
            Value::Reference(number, _) if number >= first && numbers.insert(number) => {
                let piece = IssuerDer::from(file.stream(number)?);
                exam.spend(Cost::Bytes, piece.len())?;
                exam.meet(Cost::Evidence, piece.digest())?;
                if digests.insert(piece.digest()) {
                    pieces.push(piece);
                }
            }
            _ => {}
        }
    }
    Ok(pieces)
}

/// Whether `whole` is `base` and what [`with_evidence`] appends to it; then, what that is.
pub fn evidence_behind(base: &[u8], whole: &[u8], exam: &Examination) -> Option<Evidence> {
    let added = added(base, whole, exam)?;
    // Written again and compared byte by byte: an update that hides anything else is not equal.
    (with_evidence(base, &added, exam).ok()? == whole).then_some(added)
}

/// Whether `whole` is `base` and what [`with_stamp`] appends to it, the time stamp being `stamp`.
pub fn is_stamp_behind(
    base: &[u8],
    whole: &[u8],
    stamp: &SignatureField,
    coverage: &Coverage<'_>,
    exam: &Examination,
) -> bool {
    let Some(added) = added(base, whole, exam) else {
        return false;
    };
    // The room is the other maker's choice: written again with another one, every offset behind it would
    // differ.
    let room = coverage.signature.len();
    let again = with_stamp(base, &added, &stamp.field, room, exam);
    again.is_ok_and(|again| again.parts() == [coverage.before, coverage.after])
}

fn added(base: &[u8], whole: &[u8], exam: &Examination) -> Option<Evidence> {
    // Objects of the update have numbers the base has not given out, so the number tells the new evidence
    // from the old.
    let first = first_free(&PdfFile::open(base, exam).ok()?)?;
    read_from(&PdfFile::open(whole, exam).ok()?, first, exam).ok()
}
