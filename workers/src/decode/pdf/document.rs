//! What a PDF holds beside its pages, and whether all of it is there.

use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{Array, Dict, Object, Rect, String as PdfString};
use hayro::hayro_syntax::page::Page;

use crate::outcome::{Failure, Outcome};

/// Deepest field of a form that is followed to what it inherits.
const DEEPEST: usize = 32;
/// Longest value of a form's field that is taken, in bytes.
const LONGEST_VALUE: usize = 4_096;

/// Whether a file breaks off: readers forgive rubbish behind the end mark and a mark that is lost, but objects begun
/// after the last one are a cut-off update, and a file without the table at its end lacks the rest.
///
/// # Errors
/// `unreadable` where it does.
pub(super) fn whole(bytes: &[u8]) -> Outcome<()> {
    let last = |needle: &[u8]| memchr::memmem::rfind(bytes, needle);
    let after = |at: usize| &bytes[at..];
    let has = |part: &[u8], needle: &[u8]| memchr::memmem::find(part, needle).is_some();
    // Behind a sound end there may be rubbish, but no object: an incremental update cut off looks
    // exactly so.
    let is_whole = match last(b"%%EOF") {
        Some(end) => !has(after(end), b" obj"),
        // Some writers lose the end mark; then at least the cross-reference table must have been
        // begun.
        None => last(b"endobj").is_some_and(|end| {
            let tail = after(end);
            !has(tail, b" obj") && (has(tail, b"startxref") || has(tail, b"trailer"))
        }),
    };
    match is_whole {
        true => Ok(()),
        false => Err(Failure::unreadable("PDF cut off: its end is missing")),
    }
}

/// Flags of a document whose pages do not show all it holds.
pub(super) fn flags(pdf: &Pdf) -> Vec<&'static str> {
    let xref = pdf.xref();
    let Some(catalogue) = xref.get::<Dict<'_>>(xref.root_id()) else {
        return Vec::new();
    };
    let mut flags = Vec::new();
    let names = catalogue.get::<Dict<'_>>("Names");
    let files = names.is_some_and(|names| names.contains_key("EmbeddedFiles"));
    // Attachments are not shown by any page, so a person has to know that there is more to the
    // delivery.
    if files || catalogue.contains_key("Collection") || catalogue.contains_key("AF") {
        flags.push("attachments");
    }
    let form = catalogue.get::<Dict<'_>>("AcroForm");
    // An XFA form draws a page that only says "open in another reader".
    if form.is_some_and(|form| form.contains_key("XFA")) {
        flags.push("xfa_form");
    }
    flags
}

/// A value filled into a form's field that no pixel shows, and the field's place in units of the page as stored.
pub(super) struct UnshownValue {
    pub text: String,
    pub place: Rect,
}

/// The values of the page's text and choice fields that bring no appearance of their own, which viewers make one for.
pub(super) fn unshown_values(page: &Page<'_>) -> Vec<UnshownValue> {
    const HIDDEN: u32 = 1 << 1 | 1 << 5;
    let Some(annotations) = page.raw().get::<Array<'_>>("Annots") else {
        return Vec::new();
    };
    let is_unshown = |annotation: &Dict<'_>| {
        // A field with an appearance is drawn with the page; only the others have to be placed
        // here.
        !annotation.contains_key("AP") && annotation.get::<u32>("F").unwrap_or(0) & HIDDEN == 0
    };
    annotations
        .iter::<Dict<'_>>()
        // Bounded: the file is a stranger's, and each annotation costs a look-up.
        .take(10_000)
        .filter(is_unshown)
        .filter_map(|annotation| {
            let place = annotation.get::<Rect>("Rect")?;
            let text = value(&annotation)?;
            Some(UnshownValue { text, place })
        })
        .collect()
}

/// The text of a field, its own or inherited.
fn value(field: &Dict<'_>) -> Option<String> {
    let (mut kind, mut value) = (None, None);
    let mut at = Some(field.clone());
    // Kind and value may be inherited, and a broken file may name itself as its own parent.
    for _ in 0..DEEPEST {
        let Some(field) = at.take() else { break };
        kind = kind.or_else(|| {
            field
                .get::<Object<'_>>("FT")
                .and_then(Object::into_name)
                .map(|name| name.as_ref().to_vec())
        });
        value = value.or_else(|| field.get::<PdfString<'_>>("V").map(|text| text.to_vec()));
        at = field.get::<Dict<'_>>("Parent");
    }
    let is_text = matches!(kind.as_deref(), Some(b"Tx" | b"Ch"));
    let text = decoded(&value.filter(|value| is_text && value.len() <= LONGEST_VALUE)?);
    (!text.trim().is_empty()).then_some(text)
}

/// A text string (ISO 32000-1, 7.9.2.2): UTF-16 or UTF-8 with their marks, else one byte a letter.
fn decoded(bytes: &[u8]) -> String {
    match bytes {
        // The mark of UTF-16, which writers use for all that is not Latin-1.
        [0xFE, 0xFF, wide @ ..] => {
            let units = wide
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            String::from_utf16_lossy(&units.collect::<Vec<_>>())
        }
        [0xEF, 0xBB, 0xBF, text @ ..] => String::from_utf8_lossy(text).into_owned(),
        plain => plain.iter().map(|byte| char::from(*byte)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rubbish_behind_the_end_is_forgiven_and_a_cut_is_not() {
        let table = b"1 0 obj\n<<>>\nendobj\nxref\n0 1\ntrailer <<>>\nstartxref\n9\n";
        let ended = [table, &b"%%EOF\n"[..]].concat();
        assert!(whole(&ended).is_ok());
        assert!(whole(&[&ended[..], &[0; 4000]].concat()).is_ok());
        assert!(whole(table).is_ok(), "the mark alone is lost");
        assert!(whole(&table[..30]).is_err());
        assert!(whole(&[&ended[..], b"2 0 obj\n<< /Len"].concat()).is_err());
        assert!(whole(b"%PDF-1.7\n").is_err());
    }

    #[test]
    fn text_strings_are_decoded_by_their_marks() {
        assert_eq!(decoded(b"\xFE\xFF\x1E\xA4\0m"), "Ấm");
        assert_eq!(decoded("\u{FEFF}Ấm".as_bytes()), "Ấm");
        assert_eq!(decoded(b"TRAN"), "TRAN");
    }
}
