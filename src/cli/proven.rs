//! The person a command acts for, proven by their password: what a program may not decide.

use std::io::IsTerminal;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::access::{self, Caller, Credentials};
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::messages::both;

/// Asks for the password at the terminal, or takes it from a file or from standard input; a code of a second factor stands on
/// the line below it.
///
/// # Errors
/// `Refused` without a login, `NotSignedIn` for a wrong password.
pub async fn person(
    archive: &Archive,
    login: Option<&String>,
    password_file: Option<&PathBuf>,
) -> Result<Caller> {
    let Some(login) = login else {
        return Err(Error::refuse("errors.cli.needs_person"));
    };
    let password = match password_file {
        Some(file) => std::fs::read_to_string(file)?,
        None if std::io::stdin().is_terminal() => {
            rpassword::prompt_password(format!("{}: ", both("cli.releasers_password")))?
        }
        None => {
            let mut lines = String::new();
            std::io::stdin().read_line(&mut lines)?;
            std::io::stdin().read_line(&mut lines)?;
            lines
        }
    };
    let password = Zeroizing::new(password);
    let first = password.lines().next().unwrap_or_default();
    let given = |code| Credentials {
        login,
        password: first,
        code,
        peer: "command line",
        program: "",
    };
    match access::prove(archive, &given("")).await {
        // Asked only of whoever has one.
        Err(Error::Refused {
            code: "second_factor",
            ..
        }) if std::io::stdin().is_terminal() => {
            let prompt = format!("{}: ", both("cli.releasers_code"));
            let code = Zeroizing::new(rpassword::prompt_password(prompt)?);
            access::prove(archive, &given(&code)).await
        }
        // Behind the password, on a line of its own.
        Err(Error::Refused {
            code: "second_factor",
            ..
        }) if password.lines().nth(1).is_some() => {
            let code = password.lines().nth(1).unwrap_or_default();
            access::prove(archive, &given(code)).await
        }
        outcome => outcome,
    }
}
