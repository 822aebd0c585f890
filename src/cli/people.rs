//! `user`: people and API tokens, managed by the owner of the data folder.

use std::process::ExitCode;

use serde_json::json;

use crate::access::{self, Caller, Role};
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::messages::{Message, both};
use crate::viewing;

/// What `sogoc user` can do with people and tokens.
#[derive(Debug, clap::Subcommand)]
pub enum User {
    /// List people with their roles.
    List,
    /// Add a person; the password is read from standard input.
    Add {
        /// What they sign in with.
        login: String,
        /// Full name, as copies and lists show it.
        #[arg(long)]
        name: String,
        /// archivist, reviewer, approver, auditor, administrator; repeatable.
        #[arg(long = "role", required = true)]
        roles: Vec<String>,
    },
    /// Set a person's password, read from standard input.
    Password {
        /// What they sign in with.
        login: String,
    },
    /// List accounts with what the confirmation of the quarter asks, or confirm some.
    Review {
        /// Login of an account that is still needed; repeatable.
        #[arg(long)]
        confirm: Vec<String>,
    },
    /// Reopen an account that was suspended because nobody used it for 45 days.
    Wake {
        /// What they sign in with.
        login: String,
    },
    /// Take the second factor off somebody who lost their device.
    ResetSecondFactor {
        /// What they sign in with.
        login: String,
    },
    /// Set how much a person may see in a day; the usual ceiling when no number is given.
    Ceiling {
        /// What they sign in with.
        login: String,
        /// How many records a day they may open.
        views: Option<i64>,
    },
    /// Make an API token; it is printed once.
    Token {
        /// What it is for.
        name: String,
        /// portal, archivist, reviewer …; repeatable.
        #[arg(long = "role", required = true)]
        roles: Vec<String>,
        /// Days after which it ends by itself.
        #[arg(long)]
        days: Option<u32>,
    },
    /// Make the key of this process the one that seals secrets in the catalogue; a new one where it has none.
    ///
    /// What the lost key sealed is forgotten: people set up their second factors again, webhooks are registered again.
    AcceptValueKey,
    /// Take an API token back.
    Revoke {
        /// Id of the token, as the list shows it.
        id: String,
    },
}

/// Runs one subcommand.
///
/// # Errors
/// `NotFound` person, `Invalid` role or password, and the errors of [`access`].
pub async fn user(archive: Archive, user: User, as_json: bool) -> Result<ExitCode> {
    let me = Caller::machine();
    match user {
        User::List => list(&archive, as_json).await?,
        User::Add { login, name, roles } => {
            let roles = parse_roles(&roles)?;
            let password = read_password()?;
            let made = access::make_person(&archive, &me, &login, &name, &password, &roles).await?;
            print(
                as_json,
                &json!(made),
                &Message::new("cli.person_added")
                    .with("login", &login)
                    .both(),
            );
        }
        User::Password { login } => {
            let id = id_of(&archive, &login).await?;
            access::set_password(&archive, &me, &id, &read_password()?).await?;
            print(as_json, &json!({ "id": id }), &both("cli.password_set"));
        }
        User::Review { confirm } => review(&archive, &confirm, as_json).await?,
        User::Wake { login } => {
            let id = id_of(&archive, &login).await?;
            access::wake(&archive, &me, &id).await?;
            print(as_json, &json!({ "id": id }), &both("cli.person_woken"));
        }
        User::ResetSecondFactor { login } => {
            let id = id_of(&archive, &login).await?;
            access::reset_second_factor(&archive, &me, &id).await?;
            print(
                as_json,
                &json!({ "id": id }),
                &both("cli.second_factor_reset"),
            );
        }
        User::Ceiling { login, views } => {
            let id = id_of(&archive, &login).await?;
            viewing::set_ceiling(&archive, &me, &id, views).await?;
            print(as_json, &json!({ "id": id }), &both("cli.ceiling_set"));
        }
        User::Token { name, roles, days } => {
            let made =
                access::make_token(&archive, &me, &name, &parse_roles(&roles)?, days).await?;
            print(as_json, &json!(made), &made.token);
        }
        User::AcceptValueKey => {
            let forgotten = access::accept_value_key(&archive).await?;
            let said = Message::new("cli.value_key_accepted").with("forgotten", forgotten);
            print(as_json, &json!({ "forgotten": forgotten }), &said.both());
        }
        User::Revoke { id } => {
            access::revoke_token(&archive, &me, &id).await?;
            print(as_json, &json!({ "id": id }), &both("cli.token_revoked"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(archive: &Archive, as_json: bool) -> Result<()> {
    let people = access::list_people(archive, &Caller::machine()).await?;
    if as_json {
        println!("{}", json!(people));
    }
    for person in people.iter().filter(|_| !as_json) {
        let roles: Vec<_> = person.roles.iter().map(|role| role.as_str()).collect();
        let disabled = if person.disabled_at.is_some() {
            format!(" ({})", both("cli.disabled"))
        } else {
            String::new()
        };
        println!(
            "{}\t{}\t{}{disabled}",
            person.login,
            person.name,
            roles.join(", ")
        );
    }
    Ok(())
}

/// Lists the accounts with those that are due to be confirmed, or confirms the ones named.
async fn review(archive: &Archive, confirm: &[String], as_json: bool) -> Result<()> {
    let me = Caller::machine();
    if !confirm.is_empty() {
        let mut ids = Vec::new();
        for login in confirm {
            ids.push(id_of(archive, login).await?);
        }
        access::confirm_accounts(archive, &me, &ids).await?;
        let said = both("cli.accounts_confirmed");
        print(as_json, &json!({ "ids": ids }), &said);
        return Ok(());
    }
    let accounts = access::accounts(archive, &me).await?;
    if as_json {
        println!("{}", json!(accounts));
    }
    for one in accounts.iter().filter(|_| !as_json) {
        let due = if one.due { "!" } else { "" };
        let active = one.active_at.as_deref().unwrap_or("-");
        println!("{due}\t{}\t{}\t{active}", one.login, one.name);
    }
    Ok(())
}

async fn id_of(archive: &Archive, login: &str) -> Result<String> {
    let people = access::list_people(archive, &Caller::machine()).await?;
    let person = people.into_iter().find(|person| person.login == login);
    Ok(person.ok_or(Error::NotFound { what: "person" })?.id)
}

fn print(as_json: bool, value: &serde_json::Value, words: &str) {
    if as_json {
        println!("{value}");
    } else {
        println!("{words}");
    }
}

fn parse_roles(words: &[String]) -> Result<Vec<Role>> {
    let role = |word: &String| {
        word.parse().map_err(|_| {
            let known: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
            let known = known.join(", ");
            Error::fault(
                "/role",
                Message::new("faults.there_no_role_use")
                    .with("word", word)
                    .with("known", known),
            )
        })
    };
    words.iter().map(role).collect()
}

fn read_password() -> Result<String> {
    if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        eprint!("{}: ", both("cli.password"));
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    // Only the line break goes: blanks may belong to a password.
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
