//! The PIN of the seal's token, read from the terminal where it is not configured.

use std::io::IsTerminal;

use zeroize::Zeroizing;

use crate::access::Caller;
use crate::archive::Archive;
use crate::certified_copy;
use crate::error::Result;
use crate::messages::both;

/// Asks once, without echo, where there is a terminal and a PIN is needed. The PIN is tried once only,
/// because a token locks itself after a few wrong ones. If it is left empty or refused, it can be entered
/// later on the page of the seal, and copies wait until then.
///
/// # Errors
/// `Unavailable` catalogue.
pub async fn ask(archive: &Archive) -> Result<()> {
    if !certified_copy::pin_needed(archive) {
        return Ok(());
    }
    let typed = match std::io::stdin().is_terminal() {
        true => rpassword::prompt_password(format!("{}: ", both("cli.pin"))),
        false => Ok(String::new()),
    };
    let pin = Zeroizing::new(typed.unwrap_or_default());
    if pin.is_empty() {
        tracing::warn!("the seal's token waits for its PIN: page /con-dau; copies wait until then");
        return Ok(());
    }
    match certified_copy::open_session(archive, &Caller::machine(), pin).await {
        Err(error) if error.is_transient() => eprintln!("{}\n{}", error.vi(), error.en()),
        other => other?,
    }
    Ok(())
}
