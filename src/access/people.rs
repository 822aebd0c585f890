//! Making and changing people.

use std::io::Write;
use std::path::PathBuf;

use serde_json::json;
use zxcvbn::{Score, zxcvbn};

use super::secrets::{hash_password, new_code};
use super::sessions::password_of;
use super::{Act, Caller, Role, RoleList, SEPARATE_ROLES, require, require_fresh};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Insert, changed_one};
use crate::clock::stamp;
use crate::error::{Error, Result};
use crate::messages::Message;

/// Shortest password: TCVN 14423:2026 asks for 14 where there is no second factor.
const SHORTEST_PASSWORD: usize = 14;

/// A person as listed.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct Person {
    /// UUIDv7 as text; the log names people by it.
    pub id: String,
    /// What they sign in with.
    pub login: String,
    /// Full name, as copies and lists show it.
    pub name: String,
    /// What they may do; see [`Role`].
    #[sqlx(try_from = "RoleList")]
    pub roles: Vec<Role>,
    /// When they were locked out, if they were.
    pub disabled_at: Option<String>,
    /// How much they may see in a day; the usual ceiling when null.
    pub views_a_day: Option<i64>,
}

/// Makes the first administrator when there is nobody yet, with a password written beside the
/// catalogue for its owner's eyes only. Returns the file.
///
/// # Errors
/// As any statement, or when the file cannot be written.
pub async fn first_run(archive: &Archive) -> Result<Option<PathBuf>> {
    // Accounts of before the rule sleep once they were unused since it was there, and not at its first start.
    let mut tx = archive.begin_as_machine().await?;
    sqlx::query("UPDATE people SET active_at = $1 WHERE active_at IS NULL")
        .bind(tx.now())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    let people: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM people")
        .fetch_one(archive.catalogue.pool())
        .await?;
    if people > 0 {
        return Ok(None);
    }
    let password = new_code(&*archive.clock);
    let file = archive.config.data.join("first-password.txt");
    write_owner_only(&file, &format!("quantri\n{password}\n"))?;
    let machine = Caller::machine();
    // No other role: whoever makes people must not decide on records and copies.
    let made = make_person(
        archive,
        &machine,
        "quantri",
        "Quản trị viên",
        &password,
        &[Role::Administrator],
    )
    .await;
    match made {
        Ok(_) => Ok(Some(file)),
        Err(Error::AlreadyExists { .. }) => Ok(None), // another process was first
        Err(error) => Err(error),
    }
}

fn write_owner_only(file: &std::path::Path, text: &str) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    let mut open = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)?;
    open.write_all(text.as_bytes())?;
    open.sync_all()?;
    Ok(())
}

/// Makes a person.
///
/// # Errors
/// `Invalid` for a bad login, short password or roles that must not meet, `AlreadyExists` for a login in use.
pub async fn make_person(
    archive: &Archive,
    caller: &Caller,
    login: &str,
    name: &str,
    password: &str,
    roles: &[Role],
) -> Result<Person> {
    require(caller, Act::Administer)?;
    require_fresh(caller)?;
    check_login(login)?;
    check_password(password, &[login, name])?;
    check_roles(roles)?;
    let person = Person {
        id: archive.clock.new_id(),
        login: login.into(),
        name: name.trim().into(),
        roles: roles.to_vec(),
        disabled_at: None,
        views_a_day: None,
    };
    let hash = hash_password(password).await?;
    let mut tx = archive.begin(caller).await?;
    Insert::into("people")
        .set("id", &person.id)
        .set("login", &person.login)
        .set("name", &person.name)
        .set("password_hash", hash)
        .set("roles", words(roles))
        .set("created_at", stamp(archive.clock.now()))
        .set("active_at", stamp(archive.clock.now()))
        .run(&mut tx)
        .await
        .map_err(|error| error.naming("person"))?;
    tx.log(
        Action::PersonMade,
        ("person", &person.id),
        json!({ "roles": words(roles) }),
    )
    .await?;
    tx.commit().await?;
    Ok(person)
}

/// Changes a person's roles, and shuts them out or lets them in again; open sessions end.
///
/// # Errors
/// `NotFound`; `Invalid` for roles that must not meet; `Refused` for one's own rights (`own_rights`), or
/// when it would leave nobody who can administer.
pub async fn change_person(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    roles: &[Role],
    disabled: bool,
) -> Result<()> {
    require(caller, Act::Administer)?;
    require_fresh(caller)?;
    if caller.id == id {
        return Err(Error::refuse("errors.own_rights"));
    }
    check_roles(roles)?;
    let mut tx = archive.begin(caller).await?;
    let now = stamp(archive.clock.now());
    let done = sqlx::query("UPDATE people SET roles = $1, disabled_at = $2 WHERE id = $3")
        .bind(words(roles))
        .bind(disabled.then_some(now))
        .bind(id);
    if !changed_one(&mut tx, done).await? {
        return Err(Error::NotFound { what: "person" });
    }
    let administrators: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM people WHERE disabled_at IS NULL AND roles LIKE '%administrator%'",
    )
    .fetch_one(&mut *tx)
    .await?;
    if administrators == 0 {
        return Err(Error::refuse("errors.last_administrator"));
    }
    tx.delete("sessions", "person_id", id).await?;
    tx.log(
        Action::PersonChanged,
        ("person", id),
        json!({ "roles": words(roles), "disabled": disabled }),
    )
    .await?;
    tx.commit().await
}

/// Sets another person's password; sessions end. One's own is changed by [`change_own_password`], which asks for the old.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Refused` for one's own; `Invalid` for a password that is short or easy to guess.
pub async fn set_password(
    archive: &Archive,
    caller: &Caller,
    id: &str,
    password: &str,
) -> Result<()> {
    require(caller, Act::Administer)?;
    require_fresh(caller)?;
    if caller.id == id {
        return Err(Error::refuse("errors.own_password"));
    }
    put_password(archive, caller, id, password).await
}

/// Changes one's own password, proven by the old one; every session of theirs ends.
///
/// # Errors
/// `Refused` for a token; `Invalid` for a wrong old password, and as for [`set_password`]; `TooMany` after several.
pub async fn change_own_password(
    archive: &Archive,
    caller: &Caller,
    old: &str,
    new: &str,
    peer: &str,
) -> Result<()> {
    let login: Option<String> = sqlx::query_scalar("SELECT login FROM people WHERE id = $1")
        .bind(&caller.id)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    let login = login.ok_or_else(|| Error::refuse("errors.only_people_have_passwords"))?;
    password_of(archive, &login, old, peer)
        .await
        .map_err(|error| match error {
            Error::NotSignedIn => Error::fault("/old", "faults.old_password_wrong"),
            other => other,
        })?;
    put_password(archive, caller, &caller.id, new).await
}

async fn put_password(archive: &Archive, caller: &Caller, id: &str, password: &str) -> Result<()> {
    let names: Option<(String, String)> =
        sqlx::query_as("SELECT login, name FROM people WHERE id = $1")
            .bind(id)
            .fetch_optional(archive.catalogue.pool())
            .await?;
    let (login, name) = names.ok_or(Error::NotFound { what: "person" })?;
    check_password(password, &[&login, &name])?;
    let hash = hash_password(password).await?;
    let mut tx = archive.begin(caller).await?;
    if !tx.set("people", id, "password_hash", hash).await? {
        return Err(Error::NotFound { what: "person" });
    }
    tx.delete("sessions", "person_id", id).await?;
    tx.log(
        Action::PersonChanged,
        ("person", id),
        json!({ "password": "changed" }),
    )
    .await?;
    tx.commit().await
}

/// All people who may sign in, by login name.
///
/// # Errors
/// `Forbidden`.
pub async fn list_people(archive: &Archive, caller: &Caller) -> Result<Vec<Person>> {
    require(caller, Act::Administer)?;
    Ok(sqlx::query_as("SELECT * FROM people ORDER BY login")
        .fetch_all(archive.catalogue.pool())
        .await?)
}

/// Roles as stored in a row.
pub(super) fn words(roles: &[Role]) -> String {
    roles
        .iter()
        .map(|role| role.as_str())
        .collect::<Vec<_>>()
        .join(",")
}

fn check_login(login: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_@".contains(c);
    if (2..=64).contains(&login.len()) && login.chars().all(plain) {
        return Ok(());
    }
    Err(Error::fault("/login", "faults.login_2_to_64"))
}

fn check_roles(roles: &[Role]) -> Result<()> {
    let apart = |role: &Role| SEPARATE_ROLES.contains(role);
    if roles.contains(&Role::Administrator) && roles.iter().any(apart) {
        return Err(Error::fault(
            "/roles",
            "faults.administrator_cannot_reviewer",
        ));
    }
    Ok(())
}

/// Passwords that are guessed first in Viet Nam, as they are and with figures behind them.
const COMMON: &str = include_str!("common_passwords.txt");

/// Whether it is a common password except for case, accents, spaces, figures and signs at its ends, or such a one repeated.
fn is_common(password: &str) -> bool {
    let plain = sogoc_vietnamese::fold::letters(password);
    let word = plain.trim_matches(|letter: char| letter.is_ascii_digit());
    let mut common = COMMON
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    common.any(|line| [plain.as_str(), word].iter().any(|own| repeats(own, line)))
}

/// Whether a word is `part` once or several times over.
fn repeats(word: &str, part: &str) -> bool {
    !word.is_empty()
        && word.len().is_multiple_of(part.len())
        && word == part.repeat(word.len() / part.len())
}

/// Long enough, and not among what guessers try first: lists of common passwords, keys beside each other, repeats, and the
/// person's own names.
fn check_password(password: &str, own: &[&str]) -> Result<()> {
    let length = password.chars().count();
    if length < SHORTEST_PASSWORD || password.len() > 1024 {
        let message = Message::new("faults.password_at_least_characters");
        let message = message.with("shortest_password", SHORTEST_PASSWORD);
        return Err(Error::fault("/password", message));
    }
    if is_common(password) {
        return Err(Error::fault("/password", "faults.password_too_easy"));
    }
    // The measure looks at no more than 100 letters, and longer passwords need none.
    if length <= 100 && zxcvbn(password, own).score() < Score::Three {
        return Err(Error::fault("/password", "faults.password_too_easy"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_is_short_or_guessed_early_is_refused() {
        for bad in [
            "ngan qua",
            "aaaaaaaaaaaaaa",
            "12345678901234",
            "passwordpassword",
            "qwertyuiopasdf",
            "nguyenvanlan.lan",
            "abcabcabcabcabcabc",
            "Mật khẩu 123456",
            "matkhaumatkhau",
            "MatKhau@2026!!!",
            "anhyeuem123456789",
            "VietNam@123456789",
            "sogiaoducvadaotao",
        ] {
            assert!(
                check_password(bad, &["nguyenvanlan", "lan"]).is_err(),
                "{bad}"
            );
        }
        for good in [
            "mot mat khau du dai 2026",
            "ngựa pin ghim đúng chỗ",
            "V7QK2-9XW3M-F8R4T-Z6H1P",
        ] {
            assert!(
                check_password(good, &["nguyenvanlan", "lan"]).is_ok(),
                "{good}"
            );
        }
        assert!(check_password(&"dài ".repeat(300), &[]).is_err());
    }
}
