//! A certified copy is asked for, confirmed by a clerk, released by an approver, or refused; the
//! applicant follows it with a tracking code.

mod archive_search;
mod asked;
mod candidates;
mod compare;
mod counterparts;
mod deadlines;
mod decision;
mod dismissal;
mod draft;
mod evidence;
mod inbox;
mod lifecycle;
mod list;
mod messages;
mod names;
mod office;
mod payment;
mod plain_text;
mod preservation;
mod standing;
mod submit;
mod taking_up;
mod tracking;

pub(crate) use archive_search::insert_search;
pub use archive_search::{PreservedSearch, SearchState};
pub use asked::{RELATIONS, STANDINGS, faults_of};
pub use candidates::{Candidate, Earlier, Reason, candidates, earlier};
pub(crate) use candidates::{mask_reasons, reasons};
pub(crate) use compare::{plain, same_number};
pub use counterparts::{Counterpart, counterparts};
pub(crate) use deadlines::extended_due;
pub use deadlines::{OpenRequests, open_requests};
pub use decision::{Release, confirm, refuse, release, release_many};
pub use dismissal::{Dismissal, NotTheOne, dismiss};
pub use draft::{Draft, draft, keep_draft};
pub(crate) use evidence::restore_paper;
pub use evidence::{AdmittedPaper, Evidence, add_evidence, admit_paper, evidence, open_evidence};
pub(crate) use lifecycle::{begin_search, end_search};
pub use lifecycle::{extend, sweep, withdraw};
pub use list::{RequestFilter, RequestOrder, RequestView, count, get, list, page, pressing};
pub use messages::{Message, answer, messages, write};
pub use office::{Office, office};
pub use payment::{Payment, set_payment};
pub(crate) use preservation::{PREFIX, resolve_released, restore};
pub use preservation::{REQUEST_FILE, object_id, preserve};
pub use standing::note_standing;
pub use submit::{ask, ask_publicly};
pub use taking_up::take;
pub use tracking::{Issued, Status, fetch, status};

use serde::{Deserialize, Serialize};
use sogoc_workers::class::FieldKind;
use utoipa::ToSchema;

use crate::access::digest_of;
use crate::archive::Archive;
pub use crate::certified_copy::{RequestState, tidy};
use crate::error::{Error, Result};
use crate::masking;

/// Who asks, by what right and how to reach them.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Applicant {
    /// Full name as the applicant writes it.
    pub name: String,
    /// Telephone number or e-mail address.
    pub contact: String,
    /// self | relative | authorised | heir | agency. A relative or an heir may ask only after the owner's death.
    pub standing: String,
    /// Of relatives and heirs: when the owner of the diploma died, any precision.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner_died: String,
    /// Of relatives: parent | child | spouse | sibling, what they are of the owner.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub relation: String,
}

impl Sought {
    /// Leaves what a reader without standing sees.
    pub(crate) fn mask(&mut self) {
        self.ngay_sinh = masking::hint(FieldKind::Date, &self.ngay_sinh);
        for number in [&mut self.so_hieu, &mut self.so_vao_so] {
            *number = masking::hint(FieldKind::Number, number);
        }
        for hidden in [&mut self.so_dinh_danh, &mut self.noi_o, &mut self.purpose] {
            *hidden = masking::MASK.to_owned();
        }
    }
}

/// Which diploma is meant, as far as the applicant knows.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sought {
    /// Name on the diploma.
    pub ho_ten: String,
    /// Birth date, any precision.
    pub ngay_sinh: String,
    /// Personal number of the holder: 9 or 12 digits.
    pub so_dinh_danh: String,
    /// What the diploma is called.
    pub ten_van_bang: String,
    /// School that the holder attended.
    pub truong: String,
    /// Year of graduation, in digits.
    pub nam: String,
    /// Examination council (hội đồng thi).
    pub hoi_dong: String,
    /// Where the holder lived at the time, not now.
    pub noi_o: String,
    /// Number printed on the diploma (số hiệu).
    pub so_hieu: String,
    /// Number of its line in the original register (số vào sổ gốc).
    pub so_vao_so: String,
    /// How many copies; one when absent.
    pub copies: Option<i64>,
    /// How the copy is to be handed over.
    pub delivery: Delivery,
    /// What the copy is for.
    pub purpose: String,
}

impl Sought {
    /// How many copies are asked for; each becomes a file and a line of the issue book of its own.
    pub fn number_of_copies(&self) -> i64 {
        self.copies.unwrap_or(1)
    }
}

/// How a copy is handed over. The sealed file can be fetched with the tracking code in every case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// The sealed file only.
    #[default]
    Online,
    /// On paper at the counter.
    Counter,
    /// On paper by post.
    Post,
}

/// A request as given.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskGiven {
    /// Who asks, as given.
    pub applicant: Applicant,
    /// Which diploma is wanted.
    pub wanted: Sought,
    /// Version of the consent text agreed to; left out only by a clerk, where consent was given on paper.
    #[serde(default)]
    pub consent: Option<String>,
    /// The same key from the same caller gives the same request, never a second one.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// What the applicant gets back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Asked {
    /// UUIDv7 as text; never shown to the public, which knows the code.
    pub id: String,
    /// Tracking code; whoever has it may follow the request and fetch the copy.
    pub code: String,
    /// `received`; where the idempotency key was used before, how far that request has come.
    pub state: RequestState,
    /// When the law wants it done, RFC 3339 UTC.
    pub due_at: String,
    /// What it costs, in đồng.
    pub fee: i64,
}

/// The request behind a tracking code.
async fn id_by_code(archive: &Archive, code: &str) -> Result<String> {
    let id: Option<String> = sqlx::query_scalar("SELECT id FROM copy_requests WHERE code = $1")
        .bind(digest_of(&tidy(code)))
        .fetch_optional(archive.catalogue.pool())
        .await?;
    id.ok_or(Error::NotFound { what: "request" })
}

/// A change of one request changed exactly it.
fn ensure_one_row(rows: u64) -> Result<()> {
    // No row or a row in another state: to the caller both mean that the request has moved on.
    match rows {
        1 => Ok(()),
        _ => Err(wrong_state()),
    }
}

/// The state a request was in allowed the move.
fn ensure_moved(moved: bool) -> Result<()> {
    ensure_one_row(u64::from(moved))
}

fn wrong_state() -> Error {
    Error::refuse("errors.wrong_state")
}
