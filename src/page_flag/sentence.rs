//! What a flag says in words: which pages, which numbers.

use sogoc_workers::outcome::FailureKind;
use sogoc_workers::quality::flag;

use super::{Details, MAYBE_RESCAN, OtherPage};
use crate::messages::Message;

/// The sentence in Vietnamese and in English; a code that this version does not know stays the code it is.
pub(super) fn of(code: &str, details: &Details, other: Option<&OtherPage>) -> (String, String) {
    if let Some(kind) = details.outcome.as_deref().and_then(FailureKind::from_code) {
        return both(&kind.into());
    }
    let general = || match flag(code) {
        Some(_) => both(&Message::new(format!("flags.says.{code}"))),
        None => (code.to_owned(), code.to_owned()),
    };
    let Some(other) = other else {
        return general();
    };
    if code == MAYBE_RESCAN {
        return both(&Message::new("flags.maybe_same_sheet").with("place", place(other)));
    }
    // A sentence about numbers may begin with a place or a count, whose own text begins small.
    numbered(code, details, other).map_or_else(general, |message| {
        (capital(&message.vi()), capital(&message.en()))
    })
}

fn both(message: &Message) -> (String, String) {
    (message.vi(), message.en())
}

/// A sentence about two pages' numbers.
fn numbered(code: &str, details: &Details, other: &OtherPage) -> Option<Message> {
    let counted = counted(details.count.as_deref()?);
    let (here, there) = (details.here?, details.there?);
    let range = details.range.unwrap_or(here);
    let message = match code {
        "pages_missing" | "rows_missing" => {
            let missing = details.missing.unwrap_or_default();
            let whole = details.range.map_or(0, |(from, to)| to - from + 1);
            let key = match missing == whole {
                true => "flags.gap.whole",
                false => "flags.gap.in_part",
            };
            let message = Message::new(key)
                .with("last", there.1)
                .with("first", here.0);
            message.with("missing", missing).with("range", span(range))
        }
        "page_doubled" | "rows_doubled" => Message::new("flags.doubled").with("range", span(range)),
        _ => {
            let key = match here.0 > there.0 {
                true => "flags.misplaced.before",
                false => "flags.misplaced.after",
            };
            let message = Message::new(key).with("own", span(here));
            message.with("others", span(there))
        }
    };
    Some(message.with("counted", counted).with("place", place(other)))
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

fn place(other: &OtherPage) -> Message {
    let key = match (other.number > 1, &other.batch) {
        (false, None) => "flags.place.image",
        (false, Some(_)) => "flags.place.image_in_batch",
        (true, None) => "flags.place.page",
        (true, Some(_)) => "flags.place.page_in_batch",
    };
    let message = Message::new(key).with("file", &other.original_name);
    let batch = other.batch.as_ref().map_or("", |batch| &batch.name);
    message.with("page", other.number).with("batch", batch)
}

/// What is counted; a field by the name people have for it.
fn counted(count: &str) -> Message {
    Message::from(match count {
        "page" => "flags.counted.page",
        "so_vao_so" => "flags.counted.entry",
        _ => "flags.counted.row",
    })
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
            "Page number 7 is on this image and on image “0001.jpg”."
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
        assert_eq!(vi, Message::from(FailureKind::TimedOut).vi());
        let (vi, en) = of("blurred", &Details::default(), None);
        assert!(vi.contains("mờ") && en.contains("blurred"));
        assert_eq!(of("of_later", &Details::default(), None).0, "of_later");
    }
}
