//! Documents: what a person means by one paper, a decision of three pages, a register volume, a pupil's school record.
//! A document is an ordered list of pages of one or several scans, with its covers and backs, in a file or a volume.
//! Masters stay where they are: a document names them by digest.
//!
//! Each file as delivered is proposed as a document, each register volume as one; a person joins, splits, orders and
//! describes. What nobody has touched follows from the scans and needs no object in the vault.

mod describe;
mod fields;
mod grouping;
mod list;
mod name_order;
mod pages;
mod preservation;
mod propose;
mod several;
mod store;
mod volume;

pub use describe::{Confirming, NewDocument, confirm, describe};
pub use fields::DocumentFields;
pub use grouping::{Group, GroupBy, group, preview};
pub use list::{DocumentFilter, Listed, get, list, of_page, pages};
pub(crate) use name_order::natural;
pub use pages::{Join, Order, PlacedPage, Split, arrange, join, split};
pub use preservation::preserve;
pub(crate) use preservation::{PREFIX, restore};
pub(crate) use propose::{propose, propose_all, rehang, take_place};
pub(crate) use several::{MOST_TOGETHER, read_again, read_together};
pub use volume::{VolumeSplit, merge_volume, split_volume};

use crate::catalogue::{JsonText, State, text_enum};

text_enum! {
    /// How far a document is a person's.
    pub enum DocumentState {
        /// As the scans suggest it.
        Proposed,
        /// A person says that it is one paper, and whole.
        Confirmed,
        /// Its pages are another's.
        Joined,
    }

    /// What a page is in its document.
    #[derive(Default)]
    #[allow(missing_docs)] // the words say it
    pub enum PagePart {
        Cover,
        #[default]
        Page,
        Back,
    }
}

impl State for DocumentState {
    const TABLE: &'static str = "documents";

    fn next(self) -> &'static [Self] {
        match self {
            Self::Proposed => &[Self::Confirmed, Self::Joined],
            Self::Confirmed => &[Self::Joined],
            Self::Joined => &[],
        }
    }
}

/// A paper as a person means it, with its place in the structure and its description.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct Document {
    /// UUID text; one that was proposed bears the id of its scan or volume.
    pub id: String,
    /// Code of its fonds.
    pub fonds: String,
    /// Id of the file (hồ sơ) it lies in; none while it is filed nowhere.
    pub file_id: Option<String>,
    /// Code of its file.
    pub file: Option<String>,
    /// Id of the bound volume whose pages it is; none for loose papers.
    pub volume_id: Option<String>,
    /// Code of its volume.
    pub volume: Option<String>,
    /// Place in its file, from 1.
    pub ordinal: Option<i64>,
    /// How far it is a person's.
    pub state: DocumentState,
    /// Id of the document its pages went to.
    pub joined_into: Option<String>,
    /// The fields of `EAD_doc` that a person gives.
    #[sqlx(try_from = "JsonText")]
    pub fields: DocumentFields,
    /// Pages that stand: withdrawn and replaced ones are not counted.
    pub pages: i64,
    /// Name of the first file as delivered; nothing while it has no pages.
    pub name: Option<String>,
    /// Counts its versions, from 1.
    pub version: i64,
    /// Person or token id.
    #[serde(skip)]
    pub changed_by: String,
    /// When it was changed last, RFC 3339 UTC.
    pub changed_at: String,
}

impl Document {
    /// What it is called: its subject, else the name of its first file, else its volume.
    pub fn title(&self) -> &str {
        let subject = self.fields.subject.as_deref();
        let named = subject.or(self.name.as_deref()).or(self.volume.as_deref());
        named.unwrap_or(&self.id)
    }
}

/// A page of a document, in order.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct DocumentPage {
    /// Id of a row of `pages`, which belongs to one document only.
    pub page_id: String,
    /// The scan it is a page of.
    pub scan_id: String,
    /// The file's name as delivered.
    pub original_name: String,
    /// Its number in that file, from 1.
    pub number: i64,
    /// Digest of that file, lower-case hex SHA-256.
    pub sha256: String,
    /// Its place once a person has put the pages in order, from 1; 0 before.
    pub position: i64,
    /// What it is here.
    pub part: PagePart,
    /// Whether a person withdrew it, or another scan took its place: it is preserved, and not shown.
    #[sqlx(try_from = "crate::catalogue::Flag")]
    pub withdrawn: bool,
}

/// Pages that stand: neither withdrawn nor replaced.
pub(crate) const STANDS: &str =
    "(p.outcome IS NULL OR p.outcome NOT IN ('excluded', 'superseded'))";

/// Order of the pages of documents `g` with their pages `p` and scans `s`: as a person put them, else by name and
/// number; a page scanned again where the one before it stood.
pub(crate) const IN_ORDER: &str = "LEFT JOIN pages q ON q.id = p.stands_for
     LEFT JOIN scans t ON t.id = q.scan_id
     ORDER BY g.position, COALESCE(t.original_name, s.original_name), COALESCE(q.number, p.number), p.id";
