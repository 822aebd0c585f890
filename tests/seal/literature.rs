//! Attacks of the literature on signed PDF files, each made here from a copy that was sealed for this test:
//! signature forgery, incremental saving and wrapping (Mladenov et al., "1 Trillion Dollar Refund", CCS 2019), shadow
//! documents (Mainka et al., "Shadow Attacks", NDSS 2021), and notes on certified files (Rohlmann et al., "Breaking the
//! Specification", S&P 2021).

mod pdf;

use sogoc::copy_pdf::compose;
use sogoc::seal::{FileCheck, OfficeCheck, Trust, verify};

use super::{Office, now, request};
use crate::copy_pdf::sample;
use pdf::Sealed;

/// A copy sealed by an office, and those who know the office.
struct Victim {
    office: Office,
    sealed: Sealed,
    trust: Trust,
}

impl Victim {
    fn new() -> Victim {
        let office = Office::new();
        let sealed = Sealed::new(office.sealed());
        let trust = Trust::from_identity(&office.seal.identity_file()).unwrap();
        Victim {
            office,
            sealed,
            trust,
        }
    }

    /// Nobody may take the forged file for what the office sealed, whatever else is said of it.
    fn refuses(&self, name: &str, forged: &[u8]) -> FileCheck {
        let verdict = verify(forged, &self.trust, now());
        assert_ne!(verdict.file, FileCheck::Unchanged, "{name}");
        assert!(!verdict.holds(), "{name}: {verdict:?}");
        assert_ne!(verdict.office, OfficeCheck::Office, "{name}");
        verdict.file
    }
}

/// Universal signature forgery: the signature says nothing that could be checked, so that a careless reader checks
/// nothing.
#[test]
fn a_signature_emptied_of_what_could_be_checked_never_holds() {
    let victim = Victim::new();
    let sealed = &victim.sealed;
    let length = sealed.bytes.len();
    let contents = [
        "",
        "/Contents null",
        "/Contents <>",
        "/Contents <00>",
        "/Contents ()",
        "/Contents 0",
    ];
    let ranges = [
        String::new(),
        "/ByteRange null".to_owned(),
        "/ByteRange []".to_owned(),
        "/ByteRange [0 0 0 0]".to_owned(),
        "/ByteRange [0 -1 -1 0]".to_owned(),
        format!("/ByteRange [0 {length}]"),
        format!("/ByteRange [0 {length} 0 0]"),
        format!("/ByteRange [0 {length} {length} 0]"),
        format!("/ByteRange [0 {length} 0 {length}]"),
        "/ByteRange [0 1e9 1e9 0]".to_owned(),
        "/ByteRange (0 0 0 0)".to_owned(),
    ];
    for given in contents {
        let forged = sealed.with_signature(|own| pdf::replaced(own, "/Contents", given));
        victim.refuses(given, &forged);
    }
    for given in &ranges {
        let forged = sealed.with_signature(|own| pdf::replaced(own, "/ByteRange", given));
        victim.refuses(given, &forged);
    }
    for given in [
        "",
        "/SubFilter /ETSI.RFC3161",
        "/SubFilter /adbe.none",
        "/SubFilter null",
    ] {
        let forged = sealed.with_signature(|own| pdf::replaced(own, "/SubFilter", given));
        victim.refuses(given, &forged);
    }
    let none = sealed.update(&[(sealed.field, "null".to_owned())], None);
    victim.refuses("a field without a signature", &none);
    for value in ["null", "<< >>", "<< /Type /Sig >>", "99999 0 R"] {
        let field = sealed.object(sealed.field);
        let forged = pdf::replaced(&field, "/V", &format!("/V {value}"));
        victim.refuses(value, &sealed.update(&[(sealed.field, forged)], None));
    }
}

/// Incremental saving: the signed bytes stay, something newer stands behind them, whole or with parts left out that
/// readers repair.
#[test]
fn content_replaced_by_a_later_revision_is_told() {
    let victim = Victim::new();
    let sealed = &victim.sealed;
    let page = sealed.page_with("(Van bang gia)");
    let whole = sealed.update(&page, None);
    assert_eq!(victim.refuses("a whole update", &whole), FileCheck::AddedTo);
    let body = sealed.body(&page);
    let bare = [&sealed.bytes[..], body.as_bytes()].concat();
    assert_eq!(
        victim.refuses("no table, no trailer", &bare),
        FileCheck::AddedTo
    );
    let trailer = format!("{body}trailer\n<< /Size 999 /Root {} 0 R >>\n", sealed.root);
    let without_table = [&sealed.bytes[..], trailer.as_bytes()].concat();
    victim.refuses("a trailer, no table", &without_table);
    let open_end = pdf::cut_behind(&whole, b"trailer");
    victim.refuses("a table, no end", &open_end);
    let mut with_signature = page.clone();
    with_signature.push((sealed.signature, sealed.object(sealed.signature)));
    let copied = sealed.update(&with_signature, None);
    victim.refuses("the signature copied into the update", &copied);
    let hidden_behind = [&whole[..], b"\n% nothing"].concat();
    victim.refuses("a comment behind it", &hidden_behind);
}

/// Wrapping: the second signed part is moved to the end and what stands between the two is the attacker's.
#[test]
fn content_wrapped_between_the_signed_parts_is_told() {
    let victim = Victim::new();
    let sealed = &victim.sealed;
    let page = sealed.page_with("(Van bang gia)");
    for with_signature in [true, false] {
        for close_the_string in [true, false] {
            let forged = sealed.wrapped(&page, with_signature, close_the_string);
            let found = victim.refuses("wrapped", &forged);
            assert!(
                matches!(
                    found,
                    FileCheck::Altered | FileCheck::Unreadable | FileCheck::NotSealed
                ),
                "{found:?}"
            );
        }
    }
}

/// What the attacker put into the file before it was sealed, and shows afterwards.
#[test]
fn what_was_hidden_before_sealing_and_shown_after_is_told() {
    let victim = Victim::new();
    let composed = Sealed::plain(compose(&sample()).unwrap().pdf);
    // Content that is there from the beginning: a second page object, a second catalogue that shows it, and a form
    // laid over the page.
    let first = composed.free();
    let (overlay, shadow_page, shadow_root) = (first, first + 1, first + 2);
    let form = pdf::form("(Che di)");
    let page = composed.object(composed.page);
    let hidden = [
        (overlay, form),
        (shadow_page, pdf::replaced(&page, "/Rotate", "/Rotate 180")),
        (shadow_root, composed.object(composed.root)),
    ];
    let prepared = composed.update(&hidden, None);
    let signed = victim
        .office
        .seal
        .sign(&prepared, &request(&sample()))
        .unwrap();
    let signed = Sealed::new(signed);
    assert!(
        verify(&signed.bytes, &victim.trust, now()).holds(),
        "sealed as it is"
    );

    let freed = signed.update_freeing(&[overlay]);
    assert_eq!(victim.refuses("hide", &freed), FileCheck::AddedTo);
    let replaced = signed.update(&[(overlay, pdf::form("(Thay vao)"))], None);
    assert_eq!(victim.refuses("replace", &replaced), FileCheck::AddedTo);
    // Hide and replace: no object is added, only the table and the trailer lead elsewhere.
    let elsewhere = signed.update(&[], Some(shadow_root));
    victim.refuses("hide and replace", &elsewhere);
    let pointing = signed.update_pointing(signed.page, signed.place_of(shadow_page));
    victim.refuses("the page's number points at the hidden page", &pointing);
}

/// Notes and further signature fields, which some readers allow behind a certification.
#[test]
fn a_note_or_a_field_added_behind_the_seal_is_told() {
    let victim = Victim::new();
    let sealed = &victim.sealed;
    let note = sealed.free();
    let text = "<< /Type /Annot /Subtype /FreeText /Rect [50 50 400 400] /Contents (Giỏi) /DA (/F 20 Tf) >>";
    let annotated = pdf::replaced(
        &sealed.object(sealed.page),
        "/Annots",
        &format!("/Annots [{note} 0 R {} 0 R]", sealed.field),
    );
    let evil_note = sealed.update(&[(note, text.to_owned()), (sealed.page, annotated)], None);
    assert_eq!(victim.refuses("a note", &evil_note), FileCheck::AddedTo);
    let field = format!(
        "<< /FT /Sig /T (Khac) /Subtype /Widget /Rect [0 0 500 500] /V {} 0 R >>",
        sealed.signature
    );
    let sneaky = sealed.update(
        &[
            (note, field),
            (sealed.root, sealed.root_with_fields(&[sealed.field, note])),
        ],
        None,
    );
    victim.refuses("a second field with the same signature", &sneaky);
}

/// Whoever takes the office's field out of the form and signs anew has not made the office's seal go away.
#[test]
fn a_seal_taken_out_of_the_form_is_found_all_the_same() {
    let (victim, stranger) = (Victim::new(), Office::new());
    let sealed = &victim.sealed;
    let mut objects = sealed.page_with("(Van bang gia)");
    objects.push((sealed.root, sealed.root_with_fields(&[])));
    let stripped = sealed.update(&objects, None);
    assert_eq!(victim.refuses("stripped", &stripped), FileCheck::AddedTo);
    let mut again = request(&sample());
    again.field_name = "NguoiKhac".to_owned();
    let forged = stranger.seal.sign(&stripped, &again).unwrap();
    // Trusting both authorities and knowing neither office: the first word must warn all the same.
    let mut trust = Trust::from_pem(&stranger.seal.trust_file()).unwrap();
    for anchor in victim.office.trust().anchors() {
        trust = trust.and(anchor.clone());
    }
    let verdict = verify(&forged, &trust, now());
    assert_eq!(
        (verdict.file, verdict.each.len()),
        (FileCheck::SignedAgain, 2)
    );
    assert!(!verdict.holds());
    assert_eq!(verdict.each[0].covers, sealed.bytes.len());
    victim.refuses("signed by a stranger", &forged);
}
