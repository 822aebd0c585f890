//! A sealed file taken apart as an attacker does: its objects as text, and updates written behind it.

use std::fmt::Write;

/// A file of ours, in which every object of interest stands once more in its newest revision as plain text.
pub struct Sealed {
    pub bytes: Vec<u8>,
    pub root: u32,
    pub page: u32,
    /// The signature field; 0 in a file without.
    pub field: u32,
    /// Its signature; 0 in a file without.
    pub signature: u32,
    /// Offset of the newest cross-reference section.
    section: usize,
}

impl Sealed {
    pub fn new(bytes: Vec<u8>) -> Sealed {
        let mut sealed = Sealed::plain(bytes);
        sealed.field = sealed.last_object_with("/FT /Sig");
        sealed.signature = sealed.last_object_with("/ByteRange");
        sealed
    }

    /// A file without a seal.
    pub fn plain(bytes: Vec<u8>) -> Sealed {
        let at = rfind(&bytes, b"startxref") + 9;
        let section = number_at(&bytes, at);
        let root = number_at(&bytes, rfind(&bytes, b"/Root") + 5) as u32;
        let mut sealed = Sealed {
            bytes,
            root,
            page: 0,
            field: 0,
            signature: 0,
            section,
        };
        sealed.page = sealed.last_object_with("/MediaBox");
        sealed
    }

    /// The number of the last object that says `word`.
    fn last_object_with(&self, word: &str) -> u32 {
        let at = rfind(&self.bytes, word.as_bytes());
        let header = rfind(&self.bytes[..at], b" 0 obj");
        let start = self.bytes[..header]
            .iter()
            .rposition(|byte| !byte.is_ascii_digit())
            .unwrap();
        number_at(&self.bytes, start + 1) as u32
    }

    /// Offset of the newest object of that number.
    pub fn place_of(&self, number: u32) -> usize {
        rfind(&self.bytes, format!("\n{number} 0 obj").as_bytes()) + 1
    }

    /// The newest object of that number, as text; it holds no stream.
    pub fn object(&self, number: u32) -> String {
        let start = self.place_of(number) + format!("{number} 0 obj").len();
        let end = start + find(&self.bytes[start..], b"endobj");
        String::from_utf8_lossy(&self.bytes[start..end])
            .trim()
            .to_owned()
    }

    /// A number no object has.
    pub fn free(&self) -> u32 {
        number_at(&self.bytes, rfind(&self.bytes, b"/Size") + 5) as u32
    }

    /// The signature as `change` makes it, in an update.
    pub fn with_signature(&self, change: impl Fn(&str) -> String) -> Vec<u8> {
        let changed = change(&self.object(self.signature));
        self.update(&[(self.signature, changed)], None)
    }

    /// The page with another text on it: its objects.
    pub fn page_with(&self, text: &str) -> Vec<(u32, String)> {
        let content = self.free() + 7;
        let drawn = format!("BT /F0 24 Tf 72 700 Td {text} Tj ET");
        let stream = format!("<< /Length {} >>\nstream\n{drawn}\nendstream", drawn.len());
        let page = replaced(
            &self.object(self.page),
            "/Contents",
            &format!("/Contents {content} 0 R"),
        );
        vec![(content, stream), (self.page, page)]
    }

    /// The catalogue whose form has these fields.
    pub fn root_with_fields(&self, fields: &[u32]) -> String {
        let fields: Vec<String> = fields.iter().map(|one| format!("{one} 0 R")).collect();
        let form = format!("/AcroForm << /Fields [{}] /SigFlags 3 >>", fields.join(" "));
        replaced(&self.object(self.root), "/AcroForm", &form)
    }

    /// Objects as they stand in an update.
    pub fn body(&self, objects: &[(u32, String)]) -> String {
        let mut body = String::from("\n");
        for (number, object) in objects {
            write!(body, "{number} 0 obj\n{object}\nendobj\n").unwrap();
        }
        body
    }

    /// A whole update with these objects, and another catalogue where one is given.
    pub fn update(&self, objects: &[(u32, String)], root: Option<u32>) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        let mut places = Vec::new();
        bytes.push(b'\n');
        for (number, object) in objects {
            places.push((*number, format!("{:010} 00000 n ", bytes.len())));
            bytes.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
        }
        self.ended(bytes, &places, root)
    }

    /// An update that only frees numbers.
    pub fn update_freeing(&self, numbers: &[u32]) -> Vec<u8> {
        let free = |number: &u32| (*number, "0000000000 00001 f ".to_owned());
        let places: Vec<_> = numbers.iter().map(free).collect();
        self.ended(self.bytes.clone(), &places, None)
    }

    /// An update whose table alone leads a number to another place.
    pub fn update_pointing(&self, number: u32, place: usize) -> Vec<u8> {
        let places = [(number, format!("{place:010} 00000 n "))];
        self.ended(self.bytes.clone(), &places, None)
    }

    fn ended(&self, mut bytes: Vec<u8>, places: &[(u32, String)], root: Option<u32>) -> Vec<u8> {
        if !bytes.ends_with(b"\n") {
            bytes.push(b'\n');
        }
        let section = bytes.len();
        bytes.extend(self.table(places, root).bytes());
        bytes.extend(format!("startxref\n{section}\n%%EOF\n").bytes());
        bytes
    }

    fn table(&self, places: &[(u32, String)], root: Option<u32>) -> String {
        let mut table = String::from("xref\n0 0\n");
        for (number, place) in places {
            write!(table, "{number} 1\n{place}\n").unwrap();
        }
        let (root, size) = (root.unwrap_or(self.root), self.free() + 20);
        write!(
            table,
            "trailer\n<< /Size {size} /Root {root} 0 R /Prev {} >>\n",
            self.section
        )
        .unwrap();
        table
    }

    /// The second signed part moved to the end. Between the parts stand these objects and a table at the very place
    /// where the second part says that one stands; `with_signature` adds a signature whose byte range leads to the
    /// moved part, `close_the_string` ends the string of the first signature before it.
    pub fn wrapped(
        &self,
        objects: &[(u32, String)],
        with_signature: bool,
        close_the_string: bool,
    ) -> Vec<u8> {
        let open = rfind(&self.bytes, b"/Contents <") + 10;
        let close = open + find(&self.bytes[open..], b">") + 1;
        let (first, gap, second) = (
            &self.bytes[..open],
            &self.bytes[open..close],
            &self.bytes[close..],
        );
        let mut bytes = first.to_vec();
        bytes.extend(if close_the_string {
            gap
        } else {
            &gap[..gap.len() - 1]
        });
        if close_the_string {
            bytes.extend(b" >>\nendobj\n");
        }
        let mut places = Vec::new();
        for (number, object) in objects {
            places.push((*number, format!("{:010} 00000 n ", bytes.len())));
            bytes.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
        }
        // The forged signature stands where its own byte range skips it too.
        let signature = self.object(self.signature);
        let room = signature.len() + 2000 + self.table(&places, None).len();
        let moved = (bytes.len() + room).max(self.section + 2000 + room);
        if with_signature {
            let range = format!("/ByteRange [0 {open} {moved} {}]", second.len());
            places.push((self.signature, format!("{:010} 00000 n ", bytes.len())));
            let forged = replaced(&signature, "/ByteRange", &range);
            bytes.extend(format!("{} 0 obj\n{forged}\nendobj\n", self.signature).bytes());
        }
        // Readers go by the last `startxref`, which is the signed one: the table stands where it points.
        let at = bytes.len().max(self.section);
        bytes.resize(at, b' ');
        bytes.extend(self.table_before(&places).bytes());
        assert!(bytes.len() <= moved, "{} > {moved}", bytes.len());
        bytes.resize(moved, b' ');
        bytes.extend(second);
        bytes
    }

    /// A table that goes on with what the signed one was an update of.
    fn table_before(&self, places: &[(u32, String)]) -> String {
        let older = number_at(&self.bytes, rfind(&self.bytes, b"/Prev") + 5);
        let table = self.table(places, None);
        table.replace(
            &format!("/Prev {}", self.section),
            &format!("/Prev {older}"),
        )
    }
}

/// A form that shows a text.
pub fn form(text: &str) -> String {
    let drawn = format!("BT /F0 24 Tf 0 0 Td {text} Tj ET");
    format!(
        "<< /Type /XObject /Subtype /Form /BBox [0 0 500 500] /Length {} >>\nstream\n{drawn}\nendstream",
        drawn.len()
    )
}

/// A dictionary with `entry` in the place of what it says under `key`.
pub fn replaced(dictionary: &str, key: &str, entry: &str) -> String {
    let inner = dictionary.trim().strip_prefix("<<").unwrap();
    let inner = inner.trim_end().strip_suffix(">>").unwrap();
    let kept = match inner
        .find(&format!("{key} "))
        .or(inner.find(&format!("{key}[")))
    {
        Some(at) => {
            let value = at + key.len();
            let end = value + length_of(&inner[value..]);
            format!("{}{}", &inner[..at], &inner[end..])
        }
        None => inner.to_owned(),
    };
    format!("<< {kept} {entry} >>")
}

/// Length of the first value of `text`, blanks before it included.
fn length_of(text: &str) -> usize {
    let blanks = text.len() - text.trim_start().len();
    let rest = &text[blanks..];
    let mut depth = 0usize;
    for (at, letter) in rest.char_indices() {
        match letter {
            '[' | '<' | '(' => depth += 1,
            ']' | '>' | ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return blanks + at + letter.len_utf8();
                }
            }
            // A plain value, or a reference, ends where the next name begins.
            '/' if depth == 0 && at > 0 => return blanks + at,
            _ => {}
        }
    }
    text.len()
}

/// The file up to the last `word`.
pub fn cut_behind(bytes: &[u8], word: &[u8]) -> Vec<u8> {
    bytes[..rfind(bytes, word)].to_vec()
}

fn find(bytes: &[u8], word: &[u8]) -> usize {
    bytes
        .windows(word.len())
        .position(|here| here == word)
        .unwrap()
}

fn rfind(bytes: &[u8], word: &[u8]) -> usize {
    let text = String::from_utf8_lossy(word).into_owned();
    bytes
        .windows(word.len())
        .rposition(|here| here == word)
        .unwrap_or_else(|| panic!("no {text}"))
}

fn number_at(bytes: &[u8], at: usize) -> usize {
    let digits: String = bytes[at..]
        .iter()
        .skip_while(|byte| !byte.is_ascii_digit())
        .take_while(|byte| byte.is_ascii_digit())
        .map(|&byte| char::from(byte))
        .collect();
    digits.parse().unwrap()
}
