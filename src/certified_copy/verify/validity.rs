//! Where a copy stands now: valid, superseded, revoked, withdrawn or void, and by which decision.

use sogoc_workers::class::CopyLayout;

use crate::archive::Archive;
use crate::catalogue::text_enum;
use crate::certified_copy::{CopyRow, CopyState};
use crate::correction::{self, Correction, InForce};
use crate::error::Result;

text_enum! {
    /// Whether a copy may be relied on.
    pub enum ValidityState {
        /// It says what the register says today.
        Valid,
        /// The register says something else today.
        Superseded,
        /// A decision revoked the diploma.
        Revoked,
        /// The office withdrew the copy.
        Withdrawn,
        /// The term its holder set on the code is over.
        Expired,
        /// No copy was made under this number.
        Void,
    }
}

/// Whether a copy is valid, computed when somebody asks, so that no flag can be forgotten.
pub(super) struct Validity {
    /// Valid, or why not.
    pub state: ValidityState,
    /// Since when it is no longer valid.
    pub since: Option<String>,
    /// The decision behind it.
    pub decision: Option<Correction>,
}

impl Validity {
    fn plain(state: ValidityState, since: Option<String>) -> Self {
        Self {
            state,
            since,
            decision: None,
        }
    }

    fn decided(state: ValidityState, decision: &Correction) -> Self {
        Self {
            state,
            since: Some(decision.effective_from.clone()),
            decision: Some(decision.clone()),
        }
    }
}

/// Where it stands now; `then` is what the register said when it was issued.
pub(super) async fn validity_of(
    archive: &Archive,
    copy: &CopyRow,
    layout: Option<&CopyLayout>,
    then: &InForce,
) -> Result<Validity> {
    // In the order in which an office would answer: what was never issued, what it took back
    // itself, what the register says.
    if copy.state == CopyState::Void {
        return Ok(Validity::plain(ValidityState::Void, None));
    }
    if copy.withdrawn_at.is_some() {
        return Ok(Validity::plain(
            ValidityState::Withdrawn,
            copy.withdrawn_at.clone(),
        ));
    }
    let Some(now) = correction::now_in_force(archive, &copy.record_id).await? else {
        return Ok(Validity::plain(ValidityState::Superseded, None)); // the record was taken out of the register
    };
    if let Some(decision) = now.revoked_by() {
        return Ok(Validity::decided(ValidityState::Revoked, decision));
    }
    // Only fields that the copy shows: another correction leaves it valid.
    let differing = differing(layout, then, &now);
    if differing.is_empty() {
        return Ok(Validity::plain(ValidityState::Valid, None));
    }
    let mut behind = differing.iter().filter_map(|key| now.cited_for(key));
    // A decision that the copy knew already cannot be what made it outdated.
    let unknown_then = |entry: &&Correction| !then.corrections.contains(entry);
    Ok(match behind.find(unknown_then) {
        Some(decision) => Validity::decided(ValidityState::Superseded, decision),
        None => Validity::plain(ValidityState::Superseded, None), // the transcription itself was corrected
    })
}

/// Keys of what the copy shows that the register says otherwise now.
fn differing(layout: Option<&CopyLayout>, then: &InForce, now: &InForce) -> Vec<String> {
    let value = |said: &InForce, key: &str| said.fields.get(key).map(|field| field.value.clone());
    let shown = layout.map_or_else(
        || {
            now.fields
                .keys()
                .chain(then.fields.keys())
                .cloned()
                .collect()
        },
        |layout| layout.fields.clone(),
    );
    let differs = |key: &String| value(then, key) != value(now, key);
    shown.into_iter().filter(differs).collect()
}
