//! The appendix of the register (phụ lục sổ gốc): a decision overlays named fields of an approved
//! record from a date, or revokes the diploma. What is printed stays; entering and approving are two
//! people's acts (Thông tư 21/2019/TT-BGDĐT, chapter on correction, and those after it).

mod decide;
mod enter;
mod overlay;
mod rows;

pub(crate) use decide::taking_effect;
pub use decide::{approve, reject};
pub use enter::{attach, enter, grounds};
pub use overlay::{InForce, overlaid};
pub(crate) use overlay::{day_of, in_force, now_in_force, refuse_revoked};
pub(crate) use rows::{
    all_approved, approved_after, approved_of, approved_of_scan, restore, restore_counters,
};
pub(crate) use rows::{classes_of, mask_changes};
pub use rows::{get, list, names_of, of_record};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use utoipa::ToSchema;

use crate::catalogue::{JsonText, State, json_column, text_enum};
use crate::messages::Message;

/// The paper that decides: a document of its own in the archive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, FromRow)]
pub struct Decision {
    /// Số, ký hiệu, such as `15/QĐ-SGDĐT`.
    #[sqlx(rename = "decision_number")]
    pub number: String,
    /// The day it was signed, `YYYY-MM-DD`.
    #[sqlx(rename = "decision_date")]
    pub date: String,
    /// The agency that signed it, by name.
    #[sqlx(rename = "decision_agency")]
    pub agency: String,
    /// Its scan in the vault; without one the correction cannot take effect.
    #[serde(default)]
    #[sqlx(rename = "decision_scan_id")]
    pub scan_id: Option<String>,
}

/// One field before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldChange {
    /// The value that was in force when the correction was entered.
    pub before: String,
    /// The value from the day of effect.
    pub after: String,
}

text_enum! {
    /// Where an entry of the appendix stands.
    pub enum CorrectionState {
        /// Waits for the second person.
        Entered,
        /// Has its number in the appendix.
        Approved,
        /// Refused, with a reason.
        Rejected,
    }
}

impl State for CorrectionState {
    const TABLE: &'static str = "corrections";

    fn next(self) -> &'static [Self] {
        match self {
            Self::Entered => &[Self::Approved, Self::Rejected],
            Self::Approved | Self::Rejected => &[],
        }
    }
}

json_column!(BTreeMap<String, FieldChange>);

/// One entry of the appendix. Preserved in the vault with its record once approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, FromRow)]
pub struct Correction {
    /// UUIDv7 as text: sorts by the time it was entered.
    pub id: String,
    /// The approved record it changes.
    pub record_id: String,
    /// `correction` of values, or `revocation` of the diploma.
    pub kind: String,
    /// How far it has come: entered, approved or rejected.
    pub state: CorrectionState,
    /// Why the law allows it: a code of the dated grounds.
    pub ground: String,
    /// The decision it rests on.
    #[sqlx(flatten)]
    pub decision: Decision,
    /// The first day it is in force, `YYYY-MM-DD` in Viet Nam.
    pub effective_from: String,
    /// Changes by key of the class; none for a revocation.
    #[sqlx(try_from = "JsonText")]
    pub changes: BTreeMap<String, FieldChange>,
    /// Remarks of whoever entered it.
    pub note: String,
    /// Year of the appendix, once approved.
    pub year: Option<i64>,
    /// Number in the appendix of that year, without gaps, once approved.
    pub number: Option<i64>,
    /// The version of the record that its approval made: copies of that version and later know it.
    pub record_version: Option<i64>,
    /// Id of the person who entered it, who may not approve it.
    pub entered_by: String,
    /// When it was entered, RFC 3339 UTC.
    pub entered_at: String,
    /// Person id of who approved or rejected.
    pub decided_by: Option<String>,
    /// When it was approved or rejected, RFC 3339 UTC.
    pub decided_at: Option<String>,
    /// Why it was rejected.
    pub refusal: Option<String>,
}

impl Correction {
    /// `Quyết định số 15/QĐ-SGDĐT ngày 03/02/2019 của Sở …`.
    pub fn cited(&self) -> String {
        let Decision {
            number,
            date,
            agency,
            ..
        } = &self.decision;
        let date = date.rsplit('-').collect::<Vec<_>>().join("/");
        Message::new("printed.copy.decision")
            .with("number", number)
            .with("date", date)
            .with("agency", agency)
            .vi()
    }

    /// Its number in the appendix, such as `3/2026`.
    pub fn appendix_number(&self) -> Option<String> {
        Some(format!("{}/{}", self.number?, self.year?))
    }

    /// True for a revocation of the diploma (thu hồi).
    pub fn revokes(&self) -> bool {
        self.kind == "revocation"
    }
}

/// The decision as a clerk gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DecisionGiven {
    /// Số, ký hiệu; taken from the record below when empty.
    pub number: String,
    /// The day it was signed, in any way a date is written; taken from the record below when empty.
    pub date: String,
    /// Who decided; taken from the record below when empty.
    pub agency: String,
    /// Id of its scan in the archive.
    pub scan_id: Option<String>,
    /// The record of the decision (class `ket_qua_tthc`), in the place of its scan.
    pub record_id: Option<String>,
}

/// A correction as a clerk enters it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CorrectionGiven {
    /// correction | revocation; correction when empty.
    pub kind: String,
    /// A code of the grounds valid on the day of the decision.
    pub ground: String,
    /// The decision it rests on.
    pub decision: DecisionGiven,
    /// First day in force; the day of the decision when empty.
    pub effective_from: String,
    /// New values by key of the class.
    pub changes: BTreeMap<String, String>,
    /// Remarks for whoever decides; not shown to the public.
    pub note: String,
}

/// Which corrections to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct CorrectionFilter {
    /// Only those that are `entered`, `approved` or `rejected`.
    pub state: Option<String>,
    /// Id of the one record whose corrections are wanted.
    pub record_id: Option<String>,
    /// Year of the appendix.
    pub year: Option<i64>,
    /// At most this many, 1 to 500; 100 when absent.
    pub limit: Option<i64>,
}
