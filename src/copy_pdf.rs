//! The PDF of a certified copy: an A4 page as PDF/A-2b, composed from an approved record, after the pages of
//! the document where the copy is of the whole; and long tables such as the register of copies.
//!
//! The page shows only what it was given. It carries the text of the agency's signature (Thông tư 05/2025,
//! Điều 8: top right, text only) but is not sealed here; `seal` does that by incremental update afterwards.

mod layout;
mod page;
mod render;
mod table;
mod typeface;

pub use table::{Table, TableColumn, print_table};

use jiff::Timestamp;

use self::render::About;
use crate::clock::vietnam;
use crate::messages::{Lang, Message, text};
use crate::seal::MarkBox;

/// Key of what is printed where the register has no value; a value is never invented.
pub const NOT_IN_REGISTER: &str = "printed.copy_pdf.not_in_register";
/// Key of the warning printed on every copy sealed with the self-made test authority.
pub const TEST_AUTHORITY_MARK: &str = "printed.copy_pdf.test_authority";
/// Largest row image accepted, in bytes; a crop of one row needs far less.
pub const LARGEST_ROW_IMAGE: usize = 8 << 20;

/// Everything a copy shows, as text ready to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyContent {
    /// The authority above the agency, printed over its name, if the office's custom is to show it.
    pub superior: Option<String>,
    /// The agency that issues and seals the copy.
    pub agency: String,
    /// What kind of copy it is: `BẢN SAO`, `TRÍCH LỤC`, `SAO Y`.
    pub title: String,
    /// What the copy is of, e.g. `BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG` or `TRÍCH LỤC TỪ SỔ GỐC`.
    pub document_name: String,
    /// The sentence between the heading and the fields, from the class.
    pub opening: String,
    /// The record's fields, printed in this order.
    pub lines: Vec<CopyLine>,
    /// True for an entry of a register: a missing value is marked as missing. Of a document that is copied
    /// whole only the values that were read are printed; its pages show the rest.
    pub registered: bool,
    /// Số hiệu of the original diploma.
    pub original_serial: Option<String>,
    /// Số vào sổ gốc: the number of the entry in the original register.
    pub original_register_number: Option<String>,
    /// Số vào sổ cấp bản sao: the number in the issue book.
    pub copy_register_number: String,
    /// Corrections in force and other remarks, one a line, each with its decision.
    pub notes: Vec<String>,
    /// Place of issue, e.g. `Lào Cai`.
    pub place: String,
    /// Date of issue as printed, e.g. `ngày 22 tháng 11 năm 2026`.
    pub issue_date: String,
    /// Title of the person who releases the copy; may be several lines (`KT. GIÁM ĐỐC`, `PHÓ GIÁM ĐỐC`).
    pub signer_title: String,
    /// Name of the person who releases the copy.
    pub signer_name: String,
    /// Picture of this person's row in the register.
    pub row_image: Option<RowImage>,
    /// The pages of the document itself, for a copy of the whole (sao y); the attestation follows them.
    pub scan_pages: Vec<RowImage>,
    /// Where anyone can check the copy; printed and encoded in the QR.
    pub verification_url: String,
    /// The code to type on that page; also makes the file's identifier.
    pub verification_code: String,
    /// The instant of sealing, shown in the signature mark at +07:00 and written as creation date.
    pub sealed_at: Timestamp,
    /// True when the sealing key belongs to the self-made test authority.
    pub test_authority: bool,
}

/// One `label: value` line of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyLine {
    /// The field's label in Vietnamese, without colon.
    pub label: String,
    /// The value in force; `None` or blank prints [`NOT_IN_REGISTER`].
    pub value: Option<String>,
}

/// A JPEG crop of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowImage {
    /// The picture, JPEG, at most [`LARGEST_ROW_IMAGE`] bytes.
    pub jpeg: Vec<u8>,
    /// What it shows and where the original is; also its description for a screen reader.
    pub caption: String,
}

/// A composed, not yet sealed copy.
#[derive(Debug, Clone, PartialEq)]
pub struct ComposedCopy {
    /// The PDF/A-2b file, not sealed yet.
    pub pdf: Vec<u8>,
    /// Place of the signature mark's text on the first page; the signature field covers it.
    pub mark_box: MarkBox,
}

/// Why a copy could not be composed. Carries no value of the record.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// A character has no glyph in the embedded typeface; leaving it out would alter the record.
    #[error("the character U+{0:04X} cannot be printed with the embedded typeface")]
    Unprintable(u32),
    /// The content does not fit one readable page.
    #[error("the content does not fit one page")]
    TooLong,
    /// The row image is not a usable JPEG.
    #[error("the row image cannot be used: {0}")]
    BadImage(String),
    /// The verification address cannot be encoded as a QR code or is not http(s).
    #[error("the verification address cannot be used: {0}")]
    BadAddress(String),
    /// The result would not be valid PDF/A-2b.
    #[error("the page is not valid PDF/A-2b: {0}")]
    NotArchival(String),
}

/// A text of the form: copies are Vietnamese by law.
fn vi(key: &str) -> &'static str {
    text(Lang::Vi, key)
}

/// Composes the copy. The same content always gives the same bytes.
///
/// # Errors
/// [`ComposeError`].
pub fn compose(content: &CopyContent) -> Result<ComposedCopy, ComposeError> {
    let arranged = layout::arrange(content)?;
    let mark_box = arranged.mark_box();
    let about = About {
        title: Message::new("printed.copy_pdf.title")
            .with("document", &content.document_name)
            .vi(),
        author: &content.agency,
        created: content.sealed_at,
        identifier: &content.verification_code,
    };
    let pdf = render::render(arranged.sheets, &about)?;
    Ok(ComposedCopy { pdf, mark_box })
}

/// An instant as the signature mark shows it: ISO 8601, Vietnam time, to the second.
pub fn vietnam_time(instant: Timestamp) -> String {
    let local = vietnam(instant);
    format!("{}+07:00", local.strftime("%Y-%m-%dT%H:%M:%S"))
}
