//! The words of a page as ALTO 4 (Library of Congress): lines of strings with their boxes in pixels of
//! the page as delivered, and how sure each is.

mod parse;

pub(crate) use parse::{PageWords, parse};

use std::fmt::Write;

use serde_json::json;
use sogoc_workers::reading::{Box4, PageReading, Word};

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::error::{Error, Result};
use crate::page as pages;
use crate::viewing::{self, Paper};

/// Media type of what [`page`] writes; ALTO has none of its own.
pub const MEDIA_TYPE: &str = "application/xml";

/// The words of a page, with an entry in the log of who fetched them.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Refused` for a page that was not read; as reading it again.
pub async fn of_page(archive: &Archive, caller: &Caller, id: &str) -> Result<Vec<u8>> {
    require(caller, Act::SeeImages)?;
    let view = pages::get(archive, caller, id).await?;
    if view.state != "read" {
        return Err(Error::refuse("errors.not_read"));
    }
    let reading = pages::reading_or_again(archive, &view).await?;
    let details = json!({ "form": "alto" });
    let paper = Paper::Page(id);
    viewing::note_paper(archive, caller, Action::WordsFetched, paper, details).await?;
    Ok(page(&reading, &view.original_name, view.number))
}

/// One page. `file` is the name of the scan and `number` the page in it, from 1.
pub fn page(reading: &PageReading, file: &str, number: i64) -> Vec<u8> {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let size = format!("WIDTH=\"{}\" HEIGHT=\"{}\"", reading.width, reading.height);
    let file = escaped(file);
    // ALTO counts counterclockwise, a reading clockwise.
    let rotation = reading.rotation.back();
    // Writing to a String cannot fail.
    let _ = write!(
        xml,
        "<alto xmlns=\"http://www.loc.gov/standards/alto/ns-v4#\">\n  <Description><MeasurementUnit>pixel</MeasurementUnit>\
         <sourceImageInformation><fileName>{file}</fileName></sourceImageInformation></Description>\n  \
         <Layout><Page ID=\"p{number}\" PHYSICAL_IMG_NR=\"{number}\" {size}>\
         <PrintSpace HPOS=\"0\" VPOS=\"0\" {size}>"
    );
    if !reading.words.is_empty() {
        let block = around(&reading.words);
        let _ = writeln!(
            xml,
            "<TextBlock ID=\"b{number}\" {} ROTATION=\"{rotation}\">",
            place(block)
        );
        for (at, line) in lines(reading).iter().enumerate() {
            let _ = writeln!(
                xml,
                "    <TextLine ID=\"l{number}-{}\" {}>",
                at + 1,
                place(around(line))
            );
            strings(&mut xml, line);
            xml.push_str("    </TextLine>\n");
        }
        xml.push_str("  </TextBlock>");
    }
    xml.push_str("</PrintSpace></Page></Layout>\n</alto>\n");
    xml.into_bytes()
}

fn strings(xml: &mut String, line: &[Word]) {
    for (at, word) in line.iter().enumerate() {
        let between = if at > 0 { "<SP/>" } else { "" };
        let _ = writeln!(
            xml,
            "      {between}<String CONTENT=\"{}\" {} WC=\"{:.3}\"/>",
            escaped(&word.text),
            place(word.bounds),
            word.confidence.clamp(0.0, 1.0)
        );
    }
}

/// The words by the lines of the text; all in one line where text and words do not agree.
pub fn lines(reading: &PageReading) -> Vec<&[Word]> {
    let mut rest = &reading.words[..];
    let mut lines = Vec::new();
    for line in reading.text.lines() {
        let words = line.split(' ').filter(|word| !word.is_empty()).count();
        let Some((head, tail)) = rest.split_at_checked(words) else {
            return vec![&reading.words];
        };
        if !head.is_empty() {
            lines.push(head);
        }
        rest = tail;
    }
    if rest.is_empty() {
        lines
    } else {
        vec![&reading.words]
    }
}

fn place([x, y, width, height]: Box4) -> String {
    format!("HPOS=\"{x}\" VPOS=\"{y}\" WIDTH=\"{width}\" HEIGHT=\"{height}\"")
}

/// The smallest box around these words.
fn around(words: &[Word]) -> Box4 {
    let boxes = || words.iter().map(|word| word.bounds);
    let left = boxes().map(|[x, ..]| x).min().unwrap_or(0);
    let top = boxes().map(|[_, y, ..]| y).min().unwrap_or(0);
    let right = boxes().map(|[x, _, w, _]| x.saturating_add(w)).max();
    let bottom = boxes().map(|[_, y, _, h]| y.saturating_add(h)).max();
    [
        left,
        top,
        right.unwrap_or(left).saturating_sub(left),
        bottom.unwrap_or(top).saturating_sub(top),
    ]
}

/// The text escaped for XML, in content and in attributes.
pub(crate) fn escaped(text: &str) -> String {
    quick_xml::escape::escape(in_xml(text)).into_owned()
}

/// The text with spaces for the characters XML 1.0 cannot hold; an escape of them is not well-formed either.
pub(crate) fn in_xml(text: &str) -> String {
    let unfit = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    text.replace(unfit, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_on_the_paper_can_break_out_of_the_xml() {
        assert_eq!(escaped("a<b>&\"c\u{1}\u{ffff}"), "a&lt;b&gt;&amp;&quot;c  ");
    }
}
