//! Signing in and out, and who stands behind a cookie or a bearer token.

use std::time::Duration;

use serde_json::json;

use super::review::{is_asleep, rule};
use super::second_factor::code_fits;
use super::secrets::{digest_of, new_secret, password_fits};
use super::throttle::{meter, take_back};
use super::{Caller, CallerKind, Network, Role, SEPARATE_ROLES};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::Insert;
use crate::clock::{parse_stamp, stamp};
use crate::error::{Error, Result};

/// Guesses within five minutes from one network at one login.
const MOST_FOR_LOGIN_AND_PLACE: i64 = 10;
/// Guesses within five minutes from one network.
const MOST_FOR_PLACE: i64 = 50;
/// Guesses within five minutes from the /24 or /48 around it.
const MOST_FOR_NEIGHBOURHOOD: i64 = 200;
/// Guesses within five minutes at one login, from everywhere.
const MOST_FOR_LOGIN: i64 = 200;
/// Roles that decide, release, watch or grant: they need a second factor where the service is reached from outside.
const POWERFUL: [Role; 5] = [
    Role::Archivist,
    Role::Reviewer,
    Role::Approver,
    Role::Auditor,
    Role::Administrator,
];
/// A working day; then one signs in again.
const SESSION_LENGTH: Duration = Duration::from_secs(10 * 3600);
/// How long a session that ended by itself stays known, so that a form its person had open is still theirs.
pub(super) const REMEMBERED: Duration = Duration::from_secs(72 * 3600);

/// A signed-in person's session, found by the digest of its cookie.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who signed in, with the roles of today.
    pub caller: Caller,
    /// What every form of this session must carry.
    pub form_token: String,
    /// Whether they must set up a second factor before their roles count.
    pub must_enrol: bool,
}

/// How somebody shows who they are.
#[derive(Debug, Clone, Copy)]
pub struct Credentials<'a> {
    /// What an administrator gave them to sign in with.
    pub login: &'a str,
    /// As typed, in the clear; never stored or logged.
    pub password: &'a str,
    /// Of the second factor, or a recovery code; empty where there is none.
    pub code: &'a str,
    /// The network they come from.
    pub peer: &'a str,
    /// What their browser calls itself.
    pub program: &'a str,
}

/// Who proves to be a person of the office, without a session.
///
/// # Errors
/// `NotSignedIn` for any wrong pair or code; `Refused` with code `second_factor` where the code is missing, and
/// `account_asleep` for an account that nobody used for long; `TooMany` after repeated failures.
pub async fn prove(archive: &Archive, given: &Credentials<'_>) -> Result<Caller> {
    let known = proven(archive, given).await?;
    Ok(known.caller(archive, true))
}

async fn proven(archive: &Archive, given: &Credentials<'_>) -> Result<PersonRow> {
    let known = password_of(archive, given.login, given.password, given.peer).await?;
    if is_asleep(archive, &rule(archive).await?, known.active_at.as_deref()) {
        failed(archive, "asleep").await?;
        return Err(Error::refuse("errors.account_asleep"));
    }
    if let Some(secret) = &known.totp_secret {
        if given.code.trim().is_empty() {
            return Err(Error::refuse("errors.second_factor"));
        }
        let who = (known.id.as_str(), known.login.as_str(), secret.as_str());
        if !code_fits(archive, who, given.code).await? {
            failed(archive, "code").await?;
            return Err(Error::NotSignedIn);
        }
    }
    Ok(known)
}

async fn failed(archive: &Archive, why: &str) -> Result<()> {
    let mut tx = archive.begin(&Caller::public()).await?;
    let details = json!({ "why": why });
    tx.log(Action::SignInFailed, ("sign_in", "sign_in"), details)
        .await?;
    tx.commit().await
}

/// The person of a login, proven by the password alone.
pub(super) async fn password_of(
    archive: &Archive,
    login: &str,
    password: &str,
    peer: &str,
) -> Result<PersonRow> {
    let login_key = digest_of(login);
    // Nobody is kept out by what others try elsewhere: few guesses from one place at one login, more from one place
    // (an office shares an address), and only a storm from everywhere slows a login as such.
    let scopes = [
        (
            format!("sign-in:{login_key}@{peer}"),
            MOST_FOR_LOGIN_AND_PLACE,
        ),
        (format!("sign-in-peer:{peer}"), MOST_FOR_PLACE),
        // Whoever has a /48 has 65,536 times a /64.
        (
            format!("sign-in-wide:{}", Network::around(peer).wide),
            MOST_FOR_NEIGHBOURHOOD,
        ),
        (format!("sign-in:{login_key}"), MOST_FOR_LOGIN),
    ];
    // Counted before they are tried, so that guesses sent at once are not all tried.
    for (scope, most) in &scopes {
        meter(archive, scope, *most).await?;
    }
    let known: Option<PersonRow> =
        sqlx::query_as("SELECT * FROM people WHERE login = $1 AND disabled_at IS NULL")
            .bind(login)
            .fetch_optional(archive.catalogue.pool())
            .await?;
    let hash = known.as_ref().map(|known| known.password_hash.clone());
    // Also without a person a hash is computed, so that the time says nothing of which logins exist.
    let fits = password_fits(password, hash).await?;
    let (Some(known), true) = (known, fits) else {
        failed(archive, "password").await?;
        return Err(Error::NotSignedIn);
    };
    for (scope, _) in &scopes {
        take_back(archive, scope).await?;
    }
    Ok(known)
}

/// The person of an id.
pub(super) async fn find_person(archive: &Archive, id: &str) -> Result<PersonRow> {
    sqlx::query_as("SELECT * FROM people WHERE id = $1 AND disabled_at IS NULL")
        .bind(id)
        .fetch_optional(archive.catalogue.pool())
        .await?
        .ok_or(Error::NotSignedIn)
}

/// Signs a person in and returns the cookie's token.
///
/// # Errors
/// As [`prove`].
pub async fn sign_in(archive: &Archive, given: &Credentials<'_>) -> Result<(String, Caller)> {
    let caller = proven(archive, given).await?.caller(archive, true);
    let token = new_secret(&*archive.clock);
    let now = archive.clock.now();
    let mut tx = archive.begin(&caller).await?;
    // Swept here, by whoever comes next: no job is needed for what nobody can use any more.
    sqlx::query("DELETE FROM sessions WHERE expires_at < $1")
        .bind(stamp(now - REMEMBERED))
        .execute(&mut *tx)
        .await?;
    Insert::into("sessions")
        .set("digest", digest_of(&token))
        .set("person_id", &caller.id)
        .set("form_token", new_secret(&*archive.clock))
        .set("created_at", stamp(now))
        .set("expires_at", stamp(now + SESSION_LENGTH))
        .set("id", archive.clock.new_id())
        .set("used_at", stamp(now))
        .set("proven_at", stamp(now))
        .set("address", given.peer)
        .set("program", shortened(given.program))
        .run(&mut tx)
        .await?;
    tx.set("people", &caller.id, "active_at", stamp(now))
        .await?;
    tx.log(Action::SignedIn, ("person", &caller.id), json!({}))
        .await?;
    tx.commit().await?;
    Ok((token, caller))
}

/// What a browser calls itself, as far as it is of use to tell one's sessions apart.
fn shortened(program: &str) -> String {
    program
        .chars()
        .filter(|one| !one.is_control())
        .take(120)
        .collect()
}

/// Who stands behind a session cookie.
///
/// # Errors
/// `NotSignedIn` when unknown, expired, unused for longer than the rule of the day allows, or the person is disabled.
pub async fn session(archive: &Archive, token: &str) -> Result<Session> {
    let row: Option<SessionRow> = sqlx::query_as(
        "SELECT p.*, s.form_token, s.used_at, s.proven_at FROM sessions s JOIN people p ON p.id = s.person_id
         WHERE s.digest = $1 AND s.expires_at > $2 AND p.disabled_at IS NULL",
    )
    .bind(digest_of(token))
    .bind(stamp(archive.clock.now()))
    .fetch_optional(archive.catalogue.pool())
    .await?;
    let row = row.ok_or(Error::NotSignedIn)?;
    let (rule, now) = (rule(archive).await?, archive.clock.now());
    let within = |at: &str, minutes: i64| {
        let limit = Duration::from_secs(60 * u64::try_from(minutes).unwrap_or(0));
        parse_stamp(at).is_some_and(|at| now <= at + limit)
    };
    if !within(&row.used_at, rule.idle_minutes) {
        end_now(archive, token).await?;
        return Err(Error::NotSignedIn);
    }
    // To the minute: a page with fifty pictures is used once, not fifty times.
    if !within(&row.used_at, 1) {
        let mut tx = archive.begin_as_machine().await?;
        sqlx::query("UPDATE sessions SET used_at = $1 WHERE digest = $2")
            .bind(stamp(now))
            .bind(digest_of(token))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
    }
    let fresh = within(&row.proven_at, rule.fresh_minutes);
    Ok(Session {
        must_enrol: row.person.must_enrol(archive),
        caller: row.person.caller(archive, fresh),
        form_token: row.form_token,
    })
}

/// Who stands behind an API token.
///
/// # Errors
/// `NotSignedIn` when unknown, expired or revoked, or while who made it is locked out.
pub async fn bearer(archive: &Archive, token: &str) -> Result<Caller> {
    let row: Option<(String, String, String)> = sqlx::query_as(
        // A token is no stronger than who made it: it rests while they are locked out.
        "SELECT t.id, t.name, t.roles FROM tokens t LEFT JOIN people p ON p.id = t.made_by
         WHERE t.digest = $1 AND t.revoked_at IS NULL AND p.disabled_at IS NULL
         AND (t.expires_at IS NULL OR t.expires_at > $2)",
    )
    .bind(digest_of(token))
    .bind(stamp(archive.clock.now()))
    .fetch_optional(archive.catalogue.pool())
    .await?;
    let (id, name, roles) = row.ok_or(Error::NotSignedIn)?;
    Ok(Caller {
        id,
        name,
        roles: roles_of(&roles),
        kind: CallerKind::Token,
        fresh: true,
    })
}

/// A session with its person.
#[derive(sqlx::FromRow)]
struct SessionRow {
    #[sqlx(flatten)]
    person: PersonRow,
    form_token: String,
    used_at: String,
    proven_at: String,
}

/// A person who may sign in.
#[derive(sqlx::FromRow)]
pub(super) struct PersonRow {
    pub id: String,
    pub login: String,
    name: String,
    roles: String,
    password_hash: String,
    pub totp_secret: Option<String>,
    active_at: Option<String>,
}

impl PersonRow {
    /// Rows of before the rule may hold roles that must not meet: who administers then neither reviews nor
    /// approves.
    fn caller(self, archive: &Archive, fresh: bool) -> Caller {
        let must_enrol = self.must_enrol(archive);
        let mut roles = roles_of(&self.roles);
        if roles.contains(&Role::Administrator) {
            roles.retain(|role| !SEPARATE_ROLES.contains(role));
        }
        // Until the second factor is there the person is known, and may do nothing but set it up.
        if must_enrol {
            roles.clear();
        }
        Caller {
            id: self.id,
            name: self.name,
            roles,
            kind: CallerKind::Person,
            fresh,
        }
    }

    fn must_enrol(&self, archive: &Archive) -> bool {
        let has_power = roles_of(&self.roles)
            .iter()
            .any(|role| POWERFUL.contains(role));
        has_power && self.totp_secret.is_none() && archive.config.second_factor_required()
    }
}

/// Ends a session that nobody used for too long; its forms stay known as its person's.
async fn end_now(archive: &Archive, token: &str) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    // No cookie opens it again, whatever the clock says: only whose it was stays known.
    sqlx::query("UPDATE sessions SET expires_at = $1, digest = 'ended-' || id WHERE digest = $2")
        .bind(stamp(archive.clock.now()))
        .bind(digest_of(token))
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// Ends a session.
///
/// # Errors
/// As any statement.
pub async fn sign_out(archive: &Archive, token: &str) -> Result<()> {
    let mut tx = archive.begin_as_machine().await?;
    tx.delete("sessions", "digest", &digest_of(token)).await?;
    tx.commit().await
}

/// Reads the stored list of roles; unknown words of a later version are ignored.
pub(super) fn roles_of(words: &str) -> Vec<Role> {
    words
        .split(',')
        .filter_map(|word| word.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    async fn archive() -> (tempfile::TempDir, Archive) {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::open(Config::in_folder(folder.path()))
            .await
            .unwrap();
        (folder, archive)
    }

    #[tokio::test]
    async fn the_first_administrator_signs_in_and_a_wrong_password_is_throttled() {
        let (folder, archive) = archive().await;
        let file = crate::access::first_run(&archive)
            .await
            .unwrap()
            .expect("nobody was there");
        assert!(crate::access::first_run(&archive).await.unwrap().is_none());
        let text = std::fs::read_to_string(&file).unwrap();
        let password = text.lines().nth(1).unwrap();
        let given = |password, peer| Credentials {
            login: "quantri",
            password,
            code: "",
            peer,
            program: "",
        };
        let (token, caller) = sign_in(&archive, &given(password, "peer")).await.unwrap();
        assert_eq!(session(&archive, &token).await.unwrap().caller, caller);
        sign_out(&archive, &token).await.unwrap();
        assert!(matches!(
            session(&archive, &token).await,
            Err(Error::NotSignedIn)
        ));
        for _ in 0..10 {
            let refused = sign_in(&archive, &given("sai", "other")).await;
            assert!(matches!(refused, Err(Error::NotSignedIn)));
        }
        let refused = sign_in(&archive, &given(password, "other")).await;
        assert!(matches!(refused, Err(Error::TooMany { .. })));
        let entries = crate::audit::after(&archive.catalogue, 0, 100)
            .await
            .unwrap();
        assert!(entries.len() >= 11, "{entries:?}");
        drop(folder);
    }
}
