//! What a searchable PDF says about itself: XMP (ISO 16684-1) with the claim to be PDF/A-2b, and page labels.

use lopdf::{Dictionary, Object, dictionary};
use xmp_writer::{LangId, Namespace, XmpWriter};

use crate::alto::in_xml;

/// What a file says about itself.
pub(super) struct About {
    /// Name of the scan as delivered.
    pub title: String,
    /// Digest of the master, lower-case hex.
    pub source_sha256: String,
    /// When it is made, RFC 3339 UTC.
    pub made_at: String,
    /// The number of each page in the scan.
    pub pages: Vec<i64>,
    /// What it leaves out, in Vietnamese and in English.
    pub left_out: Option<(String, String)>,
}

impl About {
    /// The XMP packet, as PDF/A-2b wants it in the catalogue of the file.
    pub(super) fn packet(&self) -> String {
        let title = in_xml(&self.title);
        let source = format!("urn:sha256:{}", self.source_sha256);
        let mut xmp = XmpWriter::new();
        xmp.pdfa_part(2).pdfa_conformance("B").source(&source);
        xmp.title([(None, title.as_str())]);
        if let Some((vi, en)) = &self.left_out {
            xmp.description([(None, vi.as_str()), (Some(LangId("en")), en.as_str())]);
        }
        xmp.element("CreateDate", Namespace::Xmp)
            .value(self.made_at.as_str());
        xmp.finish(None)
    }

    /// Page labels (ISO 32000-1, 12.4.2): a reader shows each page under its number in the scan. Pages
    /// counted from 1 without a gap need none.
    pub(super) fn labels(&self) -> Option<Dictionary> {
        let pages = &self.pages;
        if pages.iter().zip(1..).all(|(number, at)| *number == at) {
            return None;
        }
        let starts = pages.iter().enumerate();
        let starts = starts.filter(|(at, number)| *at == 0 || pages[at - 1] + 1 != **number);
        let ranges = starts.flat_map(|(at, number)| {
            let decimal_from = dictionary! { "S" => "D", "St" => *number };
            [Object::from(at as i64), decimal_from.into()]
        });
        Some(dictionary! { "Nums" => ranges.collect::<Vec<Object>>() })
    }
}
