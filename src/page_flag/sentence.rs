//! What a flag says in words: which pages, which numbers.

use sogoc_workers::outcome::FailureKind;
use sogoc_workers::quality::flag;

use super::{Details, MAYBE_RESCAN, OtherPage};

/// The sentence in Vietnamese and in English.
pub(super) fn of(code: &str, details: &Details, other: Option<&OtherPage>) -> (String, String) {
    let known = flag(code);
    let general = || {
        let plain = |text: Option<&'static str>| text.unwrap_or(code).to_owned();
        (
            plain(known.map(|flag| flag.vi)),
            plain(known.map(|flag| flag.en)),
        )
    };
    if let Some(kind) = details.outcome.as_deref().and_then(FailureKind::from_code) {
        return (kind.sentence_vi().into(), kind.sentence_en().into());
    }
    let Some(other) = other else {
        return general();
    };
    let named = (place_vi(other), place_en(other));
    if code == MAYBE_RESCAN {
        return (
            format!("Có thể là cùng một tờ đã quét ở {}.", named.0),
            format!("This may be the sheet that was scanned as {}.", named.1),
        );
    }
    numbered(code, details, &named).map_or_else(general, |(vi, en)| (capital(&vi), capital(&en)))
}

/// A sentence about two pages' numbers.
fn numbered(
    code: &str,
    details: &Details,
    (vi, en): &(String, String),
) -> Option<(String, String)> {
    let (what_vi, what_en) = counted(details.count.as_deref()?);
    let (here, there) = (details.here?, details.there?);
    let (own, others) = (span(here), span(there));
    let range = span(details.range.unwrap_or(here));
    Some(match code {
        "pages_missing" | "rows_missing" => {
            let missing = details.missing.unwrap_or_default();
            let whole = details.range.map_or(0, |(from, to)| to - from + 1);
            let (part_vi, part_en) = match missing == whole {
                true => (format!("thiếu {range}"), format!("{range} missing")),
                false => (
                    format!("thiếu ít nhất {missing} số trong {range}"),
                    format!("at least {missing} missing of {range}"),
                ),
            };
            (
                format!(
                    "{vi} hết ở {what_vi} {}, ảnh này bắt đầu từ {}: {part_vi}.",
                    there.1, here.0
                ),
                format!(
                    "{en} ends at {what_en} {}, this image begins at {}: {part_en}.",
                    there.1, here.0
                ),
            )
        }
        "page_doubled" | "rows_doubled" => (
            format!("{what_vi} {range} có ở cả ảnh này và {vi}."),
            format!("{what_en} {range} stands on this image and on {en}."),
        ),
        _ => {
            let early = here.0 > there.0;
            let (place_vi, place_en) = match early {
                true => ("trước", "before"),
                false => ("sau", "after"),
            };
            (
                format!("Ảnh này có {what_vi} {own} nhưng đứng {place_vi} {vi} có số {others}."),
                format!("This image has {what_en} {own} but comes {place_en} {en} with {others}."),
            )
        }
    })
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

fn place_vi(other: &OtherPage) -> String {
    let mut place = format!("ảnh «{}»", other.original_name);
    if other.number > 1 {
        place += &format!(", trang {} của tệp", other.number);
    }
    if let Some(batch) = &other.batch {
        place += &format!(" ở lô «{}»", batch.name);
    }
    place
}

fn place_en(other: &OtherPage) -> String {
    let mut place = format!("image “{}”", other.original_name);
    if other.number > 1 {
        place += &format!(", page {} of the file", other.number);
    }
    if let Some(batch) = &other.batch {
        place += &format!(" in batch “{}”", batch.name);
    }
    place
}

/// What is counted; a field by the name people have for it.
fn counted(count: &str) -> (&'static str, &'static str) {
    match count {
        "page" => ("số trang", "page number"),
        "so_vao_so" => ("số vào sổ", "entry number"),
        _ => ("số thứ tự", "row number"),
    }
}

fn span((first, last): (i64, i64)) -> String {
    match first == last {
        true => first.to_string(),
        false => format!("{first}–{last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: &str, count: &str, range: (i64, i64), missing: Option<i64>) -> (String, String) {
        let details = Details {
            count: Some(count.into()),
            here: Some((29, 42)),
            there: Some((1, 14)),
            range: Some(range),
            missing,
            outcome: None,
        };
        let other = OtherPage {
            page_id: "p".into(),
            original_name: "0001.jpg".into(),
            number: 1,
            may_come_back: false,
            batch: None,
        };
        of(code, &details, Some(&other))
    }

    #[test]
    fn a_gap_says_between_which_pages_and_which_numbers() {
        let (vi, en) = said("rows_missing", "stt", (15, 28), Some(14));
        assert_eq!(
            vi,
            "Ảnh «0001.jpg» hết ở số thứ tự 14, ảnh này bắt đầu từ 29: thiếu 15–28."
        );
        assert!(en.contains("15–28 missing"), "{en}");
        let (vi, _) = said("pages_missing", "page", (15, 28), Some(3));
        assert!(vi.contains("thiếu ít nhất 3 số trong 15–28"), "{vi}");
    }

    #[test]
    fn what_is_doubled_or_misplaced_names_the_other_page() {
        let (vi, en) = said("page_doubled", "page", (7, 7), None);
        assert_eq!(vi, "Số trang 7 có ở cả ảnh này và ảnh «0001.jpg».");
        assert_eq!(
            en,
            "Page number 7 stands on this image and on image “0001.jpg”."
        );
        let (vi, _) = said("rows_out_of_order", "so_vao_so", (1, 1), None);
        assert!(vi.contains("số vào sổ 29–42"), "{vi}");
    }

    #[test]
    fn a_page_that_was_not_read_says_why_and_others_what_they_are() {
        let details = Details {
            outcome: Some("timed_out".into()),
            ..Details::default()
        };
        let (vi, _) = of("unread", &details, None);
        assert_eq!(vi, FailureKind::TimedOut.sentence_vi());
        let (vi, en) = of("blurred", &Details::default(), None);
        assert!(vi.contains("mờ") && en.contains("blurred"));
        assert_eq!(of("of_later", &Details::default(), None).0, "of_later");
    }
}
