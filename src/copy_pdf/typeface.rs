//! The embedded typeface (Liberation Serif, the metrics of Times New Roman) and the measuring of lines.

use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, Face as ShapingFace, UnicodeBuffer};
use sogoc_vietnamese::composed;

use super::ComposeError;

/// Which cut of the typeface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    Regular,
    Bold,
    Italic,
}

struct Cut {
    font: Font,
    shaping: ShapingFace<'static>,
}

impl Cut {
    fn load(bytes: &'static [u8]) -> Cut {
        Cut {
            font: Font::new(bytes.into(), 0).expect("the embedded font file is a valid font"),
            shaping: ShapingFace::from_slice(bytes, 0)
                .expect("the embedded font file is a valid font"),
        }
    }
}

static CUTS: LazyLock<[Cut; 3]> = LazyLock::new(|| {
    [
        Cut::load(include_bytes!("fonts/LiberationSerif-Regular.ttf")),
        Cut::load(include_bytes!("fonts/LiberationSerif-Bold.ttf")),
        Cut::load(include_bytes!("fonts/LiberationSerif-Italic.ttf")),
    ]
});

fn cut(face: Face) -> &'static Cut {
    &CUTS[face as usize]
}

/// The font as krilla embeds it.
pub fn font(face: Face) -> Font {
    cut(face).font.clone()
}

/// NFC (the font has the composed Vietnamese letters), white space runs as one space, every character checked.
pub fn printable(text: &str) -> Result<String, ComposeError> {
    let text = composed(text);
    let clean = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for character in clean.chars() {
        let known = CUTS
            .iter()
            .all(|cut| cut.shaping.glyph_index(character).is_some());
        if character.is_control() || invisible(character) || !known {
            return Err(ComposeError::Unprintable(character as u32));
        }
    }
    Ok(clean)
}

/// As [`printable`], with `?` for each character that cannot be printed: for tables, whose values stand in full in the catalogue.
pub fn legible(text: &str) -> String {
    let text = composed(text);
    let shown = |character: char| {
        let one = character.to_string();
        if character.is_whitespace() || printable(&one).is_ok() {
            character
        } else {
            '?'
        }
    };
    let shown: String = text.chars().map(shown).collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Characters that print nothing, reorder the line, or are private to one font.
fn invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}'
    )
}

/// One line of glyphs; advances are in parts of the font size.
#[derive(Debug, Clone)]
pub struct Shaped {
    pub text: String,
    pub glyphs: Vec<KrillaGlyph>,
    pub advance: f32,
}

/// Shapes one line left to right with the font's kerning.
pub fn shape(face: Face, text: &str) -> Shaped {
    let shaping = &cut(face).shaping;
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    buffer.set_direction(Direction::LeftToRight);
    let output = rustybuzz::shape(shaping, &[], buffer);
    let em = shaping.units_per_em() as f32;
    let starts: Vec<usize> = output
        .glyph_infos()
        .iter()
        .map(|info| info.cluster as usize)
        .collect();
    let mut advance = 0.0;
    let mut glyphs = Vec::with_capacity(starts.len());
    for (at, position) in output.glyph_positions().iter().enumerate() {
        let start = starts[at];
        let end = starts[at..]
            .iter()
            .copied()
            .find(|&next| next > start)
            .unwrap_or(text.len());
        let x_advance = position.x_advance as f32 / em;
        advance += x_advance;
        glyphs.push(KrillaGlyph::new(
            GlyphId::new(output.glyph_infos()[at].glyph_id),
            x_advance,
            position.x_offset as f32 / em,
            position.y_offset as f32 / em,
            0.0,
            start..end,
            None,
        ));
    }
    Shaped {
        text: text.to_owned(),
        glyphs,
        advance,
    }
}

/// Width of `text` in points.
pub fn width(face: Face, size: f32, text: &str) -> f32 {
    shape(face, text).advance * size
}

/// Breaks `text` into lines no wider than `room` points, at spaces, inside a word only if it alone is too wide.
pub fn wrap(face: Face, size: f32, text: &str, room: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if width(face, size, &longer) <= room {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut rest = word;
        while width(face, size, rest) > room {
            let head = fitting_prefix(face, size, rest, room);
            lines.push(rest[..head].to_owned());
            rest = &rest[head..];
        }
        line = rest.to_owned();
    }
    lines.push(line);
    lines
}

/// Byte length of the longest prefix that fits, at least one character.
fn fitting_prefix(face: Face, size: f32, word: &str, room: f32) -> usize {
    let mut used = 0.0;
    let mut end = 0;
    for (at, character) in word.char_indices() {
        used += width(face, size, &word[at..at + character.len_utf8()]);
        if used > room && end > 0 {
            break;
        }
        end = at + character.len_utf8();
    }
    end
}
