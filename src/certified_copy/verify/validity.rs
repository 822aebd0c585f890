//! Where a copy stands now: valid, superseded, revoked, withdrawn or void, and by which decision.

use sogoc_workers::class::CopyLayout;

use crate::archive::Archive;
use crate::certified_copy::{CopyRow, CopyState};
use crate::correction::{self, Correction, InForce};
use crate::error::Result;

/// Where a copy stands, computed when somebody asks, so that no flag can be forgotten.
pub(super) struct Validity {
    /// Stable word.
    pub word: &'static str,
    /// Since when it is no longer valid.
    pub since: Option<String>,
    /// The decision behind it.
    pub decision: Option<Correction>,
}

impl Validity {
    fn plain(word: &'static str, since: Option<String>) -> Self {
        Self {
            word,
            since,
            decision: None,
        }
    }

    fn decided(word: &'static str, decision: &Correction) -> Self {
        Self {
            word,
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
    if copy.state == CopyState::Void {
        return Ok(Validity::plain("void", None));
    }
    if copy.withdrawn_at.is_some() {
        return Ok(Validity::plain("withdrawn", copy.withdrawn_at.clone()));
    }
    let Some(now) = correction::now_in_force(archive, &copy.record_id).await? else {
        return Ok(Validity::plain("superseded", None)); // the record was taken out of the register
    };
    if let Some(decision) = now.revoked_by() {
        return Ok(Validity::decided("revoked", decision));
    }
    let differing = differing(layout, then, &now);
    if differing.is_empty() {
        return Ok(Validity::plain("valid", None));
    }
    let mut behind = differing.iter().filter_map(|key| now.cited_for(key));
    let unknown_then = |entry: &&Correction| !then.corrections.contains(entry);
    Ok(match behind.find(unknown_then) {
        Some(decision) => Validity::decided("superseded", decision),
        None => Validity::plain("superseded", None), // the transcription itself was put right
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
