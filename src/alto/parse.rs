//! ALTO as this program writes it, read back: after a loss the words of a page come from the vault.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use sogoc_workers::geometry::Turn;
use sogoc_workers::reading::{Box4, Word};

/// The words of a page as the vault has them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct PageWords {
    /// Pixels of the page as delivered.
    pub width: u32,
    /// Pixels of the page as delivered.
    pub height: u32,
    /// The content stands turned clockwise by this many degrees.
    pub rotation: Turn,
    /// Words in reading order, places in pixels.
    pub words: Vec<Word>,
    /// The words by line, lines separated by `\n`.
    pub text: String,
}

/// The words of one page; nothing where this is no ALTO.
pub(crate) fn parse(xml: &[u8]) -> Option<PageWords> {
    let text = std::str::from_utf8(xml).ok()?;
    let mut reader = Reader::from_str(text);
    let (mut page, mut whole) = (PageWords::default(), false);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                b"Page" => {
                    page.width = number(&tag, "WIDTH")?;
                    page.height = number(&tag, "HEIGHT")?;
                    whole = true;
                }
                b"TextBlock" => {
                    // ALTO counts counterclockwise, a reading clockwise.
                    let turned: u16 = number(&tag, "ROTATION")?;
                    page.rotation = Turn::from_degrees(turned % 360)?.back();
                }
                b"TextLine" if !page.text.is_empty() => page.text.push('\n'),
                b"String" => add_word(&mut page, &tag)?,
                _ => {}
            },
            Event::Eof => return whole.then_some(page),
            _ => {}
        }
    }
}

fn add_word(page: &mut PageWords, tag: &BytesStart<'_>) -> Option<()> {
    let text = attribute(tag, "CONTENT")?;
    let bounds: Box4 = [
        number(tag, "HPOS")?,
        number(tag, "VPOS")?,
        number(tag, "WIDTH")?,
        number(tag, "HEIGHT")?,
    ];
    if !page.text.is_empty() && !page.text.ends_with('\n') {
        page.text.push(' ');
    }
    page.text.push_str(&text);
    page.words.push(Word {
        text,
        confidence: number(tag, "WC")?,
        bounds,
    });
    Some(())
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).ok()??;
    let raw = std::str::from_utf8(&attribute.value).ok()?;
    quick_xml::escape::unescape(raw)
        .ok()
        .map(std::borrow::Cow::into_owned)
}

fn number<T: std::str::FromStr>(tag: &BytesStart<'_>, name: &str) -> Option<T> {
    attribute(tag, name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sogoc_workers::reading::PageReading;

    #[test]
    fn what_was_written_comes_back() {
        let word = |text: &str, x| Word {
            text: text.into(),
            confidence: 0.875,
            bounds: [x, 20, 30, 10],
        };
        let words = vec![word("Quyết", 5), word("định", 40), word("\"715/QĐ<&\"", 7)];
        let reading = PageReading {
            class: "tai_lieu".into(),
            class_confidence: 1.0,
            rotation: Turn::Quarter,
            skew: 0.0,
            dpi: 300,
            width: 800,
            height: 600,
            text: "Quyết định\n\"715/QĐ<&\"".into(),
            words: words.clone(),
            records: Vec::new(),
            number: None,
            columns: None,
            understood: None,
            map: None,
            continuity: sogoc_workers::reading::Continuity::default(),
            quality: sogoc_workers::reading::Quality::default(),
            milliseconds: 0,
        };
        let page = parse(&super::super::page(&reading, "a.jpg", 1)).unwrap();
        assert_eq!(
            (page.width, page.height, page.rotation),
            (800, 600, Turn::Quarter)
        );
        assert_eq!((page.words, page.text), (words, reading.text));
        assert_eq!(parse(b"not xml"), None);
        assert_eq!(parse("<alto><Page/>".as_bytes()), None);
    }
}
