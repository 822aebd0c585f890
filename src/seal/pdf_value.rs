//! The values PDF files are made of: reading them from hostile bytes within bounds, and writing them.

use std::fmt::Write as _;
use std::ops::Range;

/// Deepest nesting of arrays and dictionaries read.
const DEEPEST: usize = 40;
/// Most values read from one object.
const MOST_VALUES: usize = 200_000;

/// One value. Real numbers keep their text so that they are written back unchanged.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    Integer(i64),
    Real(String),
    Name(Vec<u8>),
    /// A string and the place of its token in the file, delimiters included.
    Text(Vec<u8>, Range<usize>),
    Array(Vec<Value>),
    Dictionary(Dictionary),
    /// Object number and generation.
    Reference(u32, u64),
}

/// A dictionary in the order it was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dictionary(pub Vec<(Vec<u8>, Value)>);

impl Dictionary {
    /// The value under `key`; of a key given twice, the last, as most readers do.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let found = self.0.iter().rev().find(|(name, _)| name == key.as_bytes());
        found.map(|(_, value)| value)
    }

    /// Puts or replaces the value under `key`.
    pub fn set(&mut self, key: &str, value: Value) {
        self.0.retain(|(name, _)| name != key.as_bytes());
        self.0.push((key.as_bytes().to_vec(), value));
    }

    /// The whole number under `key`.
    pub fn integer(&self, key: &str) -> Option<i64> {
        match self.get(key) {
            Some(Value::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    /// The name under `key`.
    pub fn name(&self, key: &str) -> Option<&[u8]> {
        match self.get(key) {
            Some(Value::Name(name)) => Some(name),
            _ => None,
        }
    }
}

impl Value {
    /// A name from plain text.
    pub fn from_name(name: &str) -> Value {
        Value::Name(name.as_bytes().to_vec())
    }

    /// A text string in UTF-16BE with its mark (ISO 32000-1, 7.9.2.2).
    pub fn from_text(text: &str) -> Value {
        let mut bytes = vec![0xfe, 0xff];
        bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        Value::Text(bytes, 0..0)
    }

    /// Writes the value; strings as hexadecimal.
    pub fn write(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Integer(number) => push(out, format_args!("{number}")),
            Value::Real(text) => out.push_str(text),
            Value::Name(name) => write_name(name, out),
            Value::Text(bytes, _) => push(out, format_args!("<{}>", hex::encode(bytes))),
            Value::Reference(number, generation) => {
                push(out, format_args!("{number} {generation} R"));
            }
            Value::Array(values) => {
                out.push('[');
                for (at, value) in values.iter().enumerate() {
                    if at > 0 {
                        out.push(' ');
                    }
                    value.write(out);
                }
                out.push(']');
            }
            Value::Dictionary(dictionary) => {
                out.push_str("<<");
                for (key, value) in &dictionary.0 {
                    out.push(' ');
                    write_name(key, out);
                    out.push(' ');
                    value.write(out);
                }
                out.push_str(" >>");
            }
        }
    }
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text)
        .expect("writing to a String cannot fail");
}

fn write_name(name: &[u8], out: &mut String) {
    out.push('/');
    for &byte in name {
        if byte.is_ascii_graphic() && !is_delimiter(byte) && byte != b'#' {
            out.push(char::from(byte));
        } else {
            push(out, format_args!("#{byte:02X}"));
        }
    }
}

/// White space of PDF (ISO 32000-1, Table 1).
pub fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_delimiter(byte: u8) -> bool {
    matches!(
        byte,
        b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
    )
}

/// A reader over a file's bytes. Every method gives `None` where the bytes are not what PDF allows.
pub struct Lexer<'a> {
    bytes: &'a [u8],
    /// Where the next byte is read.
    pub at: usize,
    values: usize,
}

impl<'a> Lexer<'a> {
    /// Starts reading at `at`.
    pub fn new(bytes: &'a [u8], at: usize) -> Lexer<'a> {
        Lexer {
            bytes,
            at: at.min(bytes.len()), // so that stepping on from here cannot overflow
            values: 0,
        }
    }

    /// How many values were read.
    pub fn values(&self) -> usize {
        self.values
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes white space and comments.
    pub fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                while self.peek().is_some_and(|byte| byte != 10 && byte != 13) {
                    self.at += 1;
                }
            } else if is_space(byte) {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    /// Passes `word` if it stands here as a whole word.
    pub fn keyword(&mut self, word: &str) -> Option<()> {
        self.skip_space();
        let end = self.at + word.len();
        let here = self.bytes.get(self.at..end)?;
        let ends = self
            .bytes
            .get(end)
            .is_none_or(|&next| is_space(next) || is_delimiter(next));
        (here == word.as_bytes() && ends).then(|| self.at = end)
    }

    /// A whole number that is not negative.
    pub fn unsigned(&mut self) -> Option<u64> {
        self.skip_space();
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = self.bytes.get(start..self.at)?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    }

    /// Reads the one value that begins here; `None` where none does.
    pub fn value(&mut self) -> Option<Value> {
        self.nested(DEEPEST)
    }

    fn nested(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        self.values += 1;
        if self.values > MOST_VALUES {
            return None;
        }
        self.skip_space();
        match self.peek()? {
            b'/' => self.name().map(Value::Name),
            b'(' => self.literal(),
            b'[' => self.array(depth),
            b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => {
                self.dictionary(depth).map(Value::Dictionary)
            }
            b'<' => self.hexadecimal(),
            b'+' | b'-' | b'.' | b'0'..=b'9' => self.number_or_reference(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Option<Value> {
        for (word, value) in [
            ("true", Value::Boolean(true)),
            ("false", Value::Boolean(false)),
            ("null", Value::Null),
        ] {
            if self.keyword(word).is_some() {
                return Some(value);
            }
        }
        None
    }

    fn name(&mut self) -> Option<Vec<u8>> {
        self.at += 1;
        let mut name = Vec::new();
        while let Some(byte) = self.peek() {
            if is_space(byte) || is_delimiter(byte) {
                break;
            }
            self.at += 1;
            let escaped = self.bytes.get(self.at..self.at + 2);
            let escaped = escaped.filter(|_| byte == b'#');
            match escaped.and_then(|digits| hex::decode(digits).ok()) {
                Some(decoded) => {
                    name.extend(decoded);
                    self.at += 2;
                }
                None => name.push(byte),
            }
        }
        Some(name)
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut values = Vec::new();
        loop {
            self.skip_space();
            if self.peek()? == b']' {
                self.at += 1;
                return Some(Value::Array(values));
            }
            values.push(self.nested(depth)?);
        }
    }

    fn dictionary(&mut self, depth: usize) -> Option<Dictionary> {
        self.at += 2;
        let mut entries = Vec::new();
        loop {
            self.skip_space();
            match self.peek()? {
                b'>' if self.bytes.get(self.at + 1) == Some(&b'>') => {
                    self.at += 2;
                    return Some(Dictionary(entries));
                }
                b'/' => {
                    let key = self.name()?;
                    entries.push((key, self.nested(depth)?));
                }
                _ => return None,
            }
        }
    }

    fn hexadecimal(&mut self) -> Option<Value> {
        let start = self.at;
        self.at += 1;
        let mut digits = Vec::new();
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'>' => break,
                byte if byte.is_ascii_hexdigit() => digits.push(byte),
                byte if is_space(byte) => {}
                _ => return None,
            }
        }
        if digits.len() % 2 == 1 {
            digits.push(b'0');
        }
        Some(Value::Text(hex::decode(digits).ok()?, start..self.at))
    }

    fn literal(&mut self) -> Option<Value> {
        let start = self.at;
        self.at += 1;
        let mut open = 1;
        let mut text = Vec::new();
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'\\' => {
                    text.extend(self.escape()?);
                    continue;
                }
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            if open == 0 {
                return Some(Value::Text(text, start..self.at));
            }
            text.push(byte);
        }
    }

    /// What stands after a backslash (ISO 32000-1, Table 3).
    fn escape(&mut self) -> Option<Option<u8>> {
        let byte = self.peek()?;
        self.at += 1;
        let plain = match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'\r' => {
                self.at += usize::from(self.peek() == Some(b'\n'));
                return Some(None);
            }
            b'\n' => return Some(None),
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else {
                        break;
                    };
                    code = code * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                (code & 0xff) as u8
            }
            other => other,
        };
        Some(Some(plain))
    }

    fn number_or_reference(&mut self) -> Option<Value> {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|byte| matches!(byte, b'+' | b'-' | b'.' | b'0'..=b'9'))
        {
            self.at += 1;
        }
        let text = std::str::from_utf8(self.bytes.get(start..self.at)?).ok()?;
        let Ok(number) = text.parse::<i64>() else {
            text.parse::<f64>().ok()?;
            return Some(Value::Real(text.to_owned()));
        };
        let after = self.at;
        let target = u32::try_from(number).ok();
        match (target, self.unsigned(), self.keyword("R")) {
            (Some(target), Some(generation), Some(())) => {
                Some(Value::Reference(target, generation))
            }
            _ => {
                self.at = after;
                Some(Value::Integer(number))
            }
        }
    }
}
