//! A certified copy is asked for, confirmed by a clerk, released by an approver, or refused; the
//! applicant follows it with a tracking code.

mod asking;
mod deciding;
mod following;
mod listing;
mod matching;

pub use asking::ask;
pub use deciding::{confirm, refuse, release};
pub use following::{fetch, status};
pub use listing::{get, list};
pub use matching::candidates;

pub use crate::certified_copy::tidy;

/// Who asks.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Applicant {
    /// Full name.
    pub name: String,
    /// Telephone or e-mail.
    pub contact: String,
    /// self | relative | authorised | agency.
    pub standing: String,
}

/// Which diploma is meant, as far as the applicant knows.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sought {
    /// Name on the diploma.
    pub ho_ten: String,
    /// Birth date, any precision.
    pub ngay_sinh: String,
    /// School.
    pub truong: String,
    /// Year of graduation.
    pub nam: String,
    /// Diploma number.
    pub so_hieu: String,
    /// Register number.
    pub so_vao_so: String,
    /// What the copy is for.
    pub purpose: String,
}

/// A request as given.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskGiven {
    /// Who asks.
    pub applicant: Applicant,
    /// For which diploma.
    pub wanted: Sought,
    /// The same key from the same caller gives the same request, never a second one.
    #[serde(default)]
    pub idempotency_key: Option<String>,
}

/// What the applicant gets back.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Asked {
    /// Request id.
    pub id: String,
    /// Tracking code; whoever has it may follow the request and fetch the copy.
    pub code: String,
    /// State.
    pub state: String,
    /// When the law wants it done, RFC 3339 UTC.
    pub due_at: String,
}

/// What the tracking code shows: no name, no birth date.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct Status {
    /// received | confirmed | released | refused | issued | withdrawn.
    pub state: String,
    /// RFC 3339 UTC.
    pub created_at: String,
    /// RFC 3339 UTC.
    pub due_at: String,
    /// RFC 3339 UTC.
    pub settled_at: Option<String>,
    /// Reason, when refused.
    pub refusal: Option<String>,
    /// True when the copy can be fetched.
    pub copy_ready: bool,
    /// Number in the issue book, such as `12/2026`.
    pub number: Option<String>,
}

/// A request as the office sees it.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct RequestView {
    /// Id.
    pub id: String,
    /// State, as in [`Status`].
    pub state: String,
    /// Who asks.
    pub applicant: Applicant,
    /// For what.
    pub wanted: Sought,
    /// Procedure code valid on the day of receipt.
    pub procedure_code: String,
    /// The record confirmed.
    pub record_id: Option<String>,
    /// Name of the clerk who confirmed.
    pub confirmed_by: Option<String>,
    /// RFC 3339 UTC.
    pub confirmed_at: Option<String>,
    /// Reason, when refused.
    pub refusal: Option<String>,
    /// RFC 3339 UTC.
    pub created_at: String,
    /// RFC 3339 UTC.
    pub due_at: String,
    /// RFC 3339 UTC.
    pub settled_at: Option<String>,
    /// True when the law's term has run out and the request is still open.
    pub overdue: bool,
}

const STANDINGS: [&str; 4] = ["self", "relative", "authorised", "agency"];
