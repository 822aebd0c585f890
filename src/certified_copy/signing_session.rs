//! The office's seal as a person sees it: whose it is, where its key lives, whether it can sign now, and the one PIN
//! that opens a token for a signing session. The PIN stays in this process's memory and is named nowhere.

use serde_json::json;
use zeroize::Zeroizing;

use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::jobs::Kind;
use crate::seal::{SealError, TokenState};

/// Whose seal it is, and whether it can sign now.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct SealState {
    /// Common name of the certificate.
    pub signer: String,
    /// Common name of its issuer.
    pub issuer: String,
    /// Last instant at which it holds, RFC 3339 UTC.
    pub valid_until: String,
    /// How its key signs.
    pub scheme: String,
    /// Level of PAdES that copies get.
    pub level: String,
    /// Where the key lives: `file`, `token` or `remote`, on the approver's own machine.
    pub place: String,
    /// Of a token: `pin_needed`, `ready`, `open` or `pin_refused`.
    pub session: Option<String>,
    /// Released copies that are not sealed yet.
    pub unsealed: i64,
    /// Why the certificate may not seal now: stable word.
    pub fault: Option<String>,
    /// The same in Vietnamese.
    pub fault_vi: Option<String>,
    /// The same in English.
    pub fault_en: Option<String>,
}

/// Whose seal it is and whether it can sign.
///
/// # Errors
/// `Forbidden`.
pub async fn seal_state(archive: &Archive, caller: &Caller) -> Result<SealState> {
    require(caller, Act::OpenSeal)?;
    let seal = &archive.seal;
    let (signer, token) = (seal.signer(), seal.token_state());
    let place = match (&token, seal.signs_remotely()) {
        (Some(_), _) => "token",
        (None, true) => "remote",
        (None, false) => "file",
    };
    let unfit = signer.fit_for_sealing(archive.clock.now()).err();
    let unfit = unfit.map(SealError::Unfit);
    let unsealed = sqlx::query_scalar("SELECT COUNT(*) FROM copies WHERE state = 'opening'");
    Ok(SealState {
        signer: signer.subject(),
        issuer: signer.issuer(),
        valid_until: stamp(signer.validity().1),
        scheme: seal.scheme().code().into(),
        level: seal.level().code().into(),
        place: place.into(),
        session: token.map(|state| state.as_str().into()),
        unsealed: unsealed.fetch_one(archive.catalogue.pool()).await?,
        fault: unfit.as_ref().map(|why| why.code().into()),
        fault_vi: unfit.as_ref().map(SealError::sentence_vi),
        fault_en: unfit.as_ref().map(SealError::sentence_en),
    })
}

/// Opens the token with its PIN, tried once, for all copies until the signing session ends; those that wait are taken up.
///
/// # Errors
/// `Refused` without a token; `Blocked`, saying why it does not open; `Forbidden`.
pub async fn open_session(
    archive: &Archive,
    caller: &Caller,
    pin: Zeroizing<String>,
) -> Result<()> {
    require(caller, Act::OpenSeal)?;
    let seal = archive.seal.clone();
    // PKCS#11 blocks while the token thinks, some for seconds.
    let opening = tokio::task::spawn_blocking(move || seal.open_session(pin));
    let opened = opening
        .await
        .map_err(|error| Error::Internal(format!("opening the token: {error}")))?;
    let (action, details) = match &opened {
        Ok(()) => (Action::SealOpened, json!({})),
        Err(SealError::NoToken) => return Err(no_token()),
        // A wrong PIN is logged as well: tokens lock themselves after a few, and somebody will ask
        // who tried.
        Err(why) => (Action::SealNotOpened, json!({ "why": why.code() })),
    };
    let mut tx = archive.begin(caller).await?;
    tx.log(action, SEAL, details).await?;
    if opened.is_ok() {
        // Copies that waited for the PIN are taken up at once instead of at their next try.
        tx.wake(Kind::IssueCopy).await?;
    }
    tx.commit().await?;
    Ok(opened?)
}

/// Ends the signing session: the token is closed, the PIN forgotten.
///
/// # Errors
/// `Refused` without a token; `Forbidden`.
pub async fn end_session(archive: &Archive, caller: &Caller) -> Result<()> {
    require(caller, Act::OpenSeal)?;
    if archive.seal.token_state().is_none() {
        return Err(no_token());
    }
    // Closed first: whatever happens to the log, the PIN is forgotten.
    archive.seal.end_session();
    let mut tx = archive.begin(caller).await?;
    tx.log(Action::SealClosed, SEAL, json!({})).await?;
    tx.commit().await
}

/// True while released copies wait for nothing but the PIN.
pub fn pin_needed(archive: &Archive) -> bool {
    let token = archive.seal.token_state();
    matches!(token, Some(TokenState::PinNeeded | TokenState::PinRefused))
}

const SEAL: (&str, &str) = ("seal", "seal");

fn no_token() -> Error {
    Error::refuse("errors.no_token")
}
