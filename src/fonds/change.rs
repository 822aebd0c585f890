//! What is done to a fonds as a whole: its description changed, closed by merger, arranged (chỉnh lý).

use serde_json::json;

use super::{Fonds, FondsState, NewFonds, by_code, by_id, checked, find, get};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Move, text_enum};
use crate::error::{Error, Result};
use crate::holding::{self, Checks, Edit, HoldingKind, TracedAct, check_reason};
use crate::unit;

text_enum! {
    /// How far a fonds is arranged (chỉnh lý).
    #[derive(Default)]
    pub enum Arrangement {
        /// As it came from the agency, nothing put in order yet.
        #[default]
        Unarranged,
        /// Being arranged: files are still moved.
        UnderWay,
        /// Arranged; it may be taken up again.
        Arranged,
    }
}

/// The end of a series, a file or a volume: nothing more comes to it.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// Version that was looked at.
    pub seen: i64,
    /// Why, in the person's words; it stands in the trace.
    #[serde(default)]
    pub reason: String,
}

/// The end of a fonds: its agency ceased.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FondsClosing {
    /// Version that was looked at.
    pub seen: i64,
    /// Day the agency ceased.
    pub day: String,
    /// The decision, and why.
    pub reason: String,
    /// Code of the fonds that goes on.
    #[serde(default)]
    pub successor: Option<String>,
}

/// One thing becomes part of another of its kind.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Merger {
    /// Version that was looked at.
    pub seen: i64,
    /// Code of the other one.
    pub into: String,
    /// Why, in the person's words; it stands in the trace.
    pub reason: String,
}

/// A move to another fonds, or within it.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Relocation {
    /// Version that was looked at.
    pub seen: i64,
    /// Code of the fonds it goes to; its own when absent.
    #[serde(default)]
    pub fonds: Option<String>,
    /// Code of the series a file goes to; none when absent.
    #[serde(default)]
    pub series: Option<String>,
    /// Why, in the person's words; it stands in the trace.
    pub reason: String,
}

impl Relocation {
    /// The fonds it goes to, where `own` is the code of the present one.
    pub(super) async fn target(
        &self,
        archive: &Archive,
        caller: &Caller,
        own: &str,
    ) -> Result<Fonds> {
        by_code(archive, caller, self.fonds.as_deref().unwrap_or(own)).await
    }
}

/// A step of arranging.
#[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Arranging {
    /// Version that was looked at.
    pub seen: i64,
    /// How far it is from now on.
    pub arrangement: Arrangement,
    /// The plan or decision behind it.
    pub reason: String,
}

/// Changes the description of a fonds. The code of its agency, once given, stays: another is added as an alias, and none of those
/// is taken away.
///
/// # Errors
/// `Invalid`, `NotFound` fonds or unit, `AlreadyExists` code, `Refused` when another description came in between
/// (`stale`) or a code of the agency would be rewritten (`agency_code_stays`); `Forbidden`.
pub async fn change(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    edit: &Edit<NewFonds>,
) -> Result<Fonds> {
    require(caller, Act::DescribeHoldings)?;
    let before = by_id(archive, id).await?;
    let given = checked(archive, &edit.description).await?;
    refuse_rewritten_codes(&before, &given)?;
    // Deposits in the vault name the fonds by this code and are never rewritten.
    if given.code != before.code && is_named(archive, id).await? {
        return Err(Error::fault("/code", "faults.fonds_code_stays"));
    }
    let unit_id = unit::id_of(archive, given.unit.as_deref().or(Some(&before.unit))).await?;
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Fonds, id, edit.seen).await?;
    sqlx::query(
        "UPDATE fonds SET code = $1, name = $2, agency_code = $3, history = $4, unit_id = $5,
            fields = $6 WHERE id = $7",
    )
    .bind(&given.code)
    .bind(&given.name)
    .bind(&given.agency_code)
    .bind(&given.history)
    .bind(&unit_id)
    .bind(serde_json::to_string(&given.fields)?)
    .bind(id)
    .execute(&mut *tx)
    .await
    .map_err(|error| Error::from(error).naming("fonds"))?;
    let act = TracedAct {
        kind: HoldingKind::Fonds,
        id,
        action: Action::HoldingDescribed,
        reason: &edit.reason,
        details: json!({ "code": [before.code, given.code] }),
    };
    holding::trace(&mut tx, act).await?;
    tx.commit().await?;
    by_id(archive, id).await
}

/// Whether deposits in the vault name the fonds by its code.
async fn is_named(archive: &Archive, id: &str) -> Result<bool> {
    let named = sqlx::query("SELECT 1 FROM batches WHERE fonds_id = $1 LIMIT 1")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    Ok(named.is_some())
}

fn refuse_rewritten_codes(before: &Fonds, given: &NewFonds) -> Result<()> {
    let rewritten = before.agency_code.is_some() && before.agency_code != given.agency_code;
    let kept = |code: &str| given.fields.aliases.iter().any(|alias| alias.code == code);
    let aliases = &before.fields.aliases;
    if rewritten || aliases.iter().any(|alias| !kept(&alias.code)) {
        return Err(Error::refuse("errors.agency_code_stays"));
    }
    Ok(())
}

/// Closes a fonds: its agency ceased, and another fonds may go on. Scans of its paper still come in.
///
/// # Errors
/// `Invalid` day, reason or successor; `NotFound`; `Refused` when it is closed already, or another description came in
/// between; `Forbidden`.
pub async fn close(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    closing: &FondsClosing,
) -> Result<Fonds> {
    require(caller, Act::DescribeHoldings)?;
    let before = by_id(archive, id).await?;
    let mut day = Some(closing.day.clone());
    let mut checks = Checks::default();
    checks.day("/day", &mut day);
    checks.done()?;
    check_reason(&closing.reason)?;
    let successor = match &closing.successor {
        None => None,
        Some(code) => Some(successor(archive, &before, code).await?),
    };
    // One that was only described as closed still lacks its day, so closing it properly is allowed.
    if before.state == FondsState::Closed && before.closed_on.is_some() {
        return Err(Error::refuse("errors.holding_closed"));
    }
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Fonds, id, closing.seen).await?;
    let closed = Move::to(FondsState::Closed)
        .set("closed_on", &day)
        .set("successor_id", &successor);
    if !closed.run(&mut tx, id).await? {
        return Err(Error::refuse("errors.holding_closed"));
    }
    let act = TracedAct {
        kind: HoldingKind::Fonds,
        id,
        action: Action::HoldingClosed,
        reason: &closing.reason,
        details: json!({ "day": day, "successor": closing.successor }),
    };
    holding::trace(&mut tx, act).await?;
    tx.commit().await?;
    by_id(archive, id).await
}

/// Id of the fonds that goes on, from which no way leads back.
async fn successor(archive: &Archive, own: &Fonds, code: &str) -> Result<String> {
    let no_such = || Error::fault("/successor", "faults.there_no_such_fonds");
    let first = match find(archive, "f.code", code).await {
        Err(Error::NotFound { .. }) => return Err(no_such()),
        found => found?,
    };
    let (mut next, mut steps) = (Some(first.code.clone()), 0);
    while let Some(code) = next {
        steps += 1;
        // The number of steps is bounded, because a ring among other fonds would never come back to
        // this one.
        if code == own.code || steps > 50 {
            return Err(Error::fault("/successor", "faults.fonds_leads_to_itself"));
        }
        next = find(archive, "f.code", &code).await?.successor;
    }
    Ok(first.id)
}

/// Takes the arranging of a fonds a step further, or up again.
///
/// # Errors
/// `Invalid` without a reason, or for a step that does not follow; `NotFound`, `Refused`, `Forbidden`.
pub async fn arrange(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    wish: &Arranging,
) -> Result<Fonds> {
    use Arrangement::{Arranged, Unarranged, UnderWay};
    require(caller, Act::DescribeHoldings)?;
    let before = get(archive, caller, id).await?;
    check_reason(&wish.reason)?;
    // Back to unarranged is allowed while under way: somebody may have begun with the wrong fonds.
    let follows = matches!(
        (before.arrangement, wish.arrangement),
        (Unarranged | Arranged, UnderWay) | (UnderWay, Arranged | Unarranged)
    );
    if !follows {
        return Err(Error::fault(
            "/arrangement",
            "faults.arrangement_does_not_follow",
        ));
    }
    let mut tx = archive.begin(caller).await?;
    holding::touch(&mut tx, HoldingKind::Fonds, id, wish.seen).await?;
    sqlx::query("UPDATE fonds SET arrangement = $1 WHERE id = $2")
        .bind(wish.arrangement)
        .bind(id)
        .execute(&mut *tx)
        .await?;
    let act = TracedAct {
        kind: HoldingKind::Fonds,
        id,
        action: Action::HoldingArranged,
        reason: &wish.reason,
        details: json!({ "arrangement": [before.arrangement, wish.arrangement] }),
    };
    holding::trace(&mut tx, act).await?;
    tx.commit().await?;
    by_id(archive, id).await
}
