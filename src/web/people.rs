//! People and API tokens: the administrator's page.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};

use super::State;
use super::extractors::Asked;
use super::fault::{PageFault, or_faults};
use super::layout::{Frame, shown_form};
use super::pager::{PAGE, Pager};
use super::session::{Form, Pairs, Signed};
use super::toast::Done;
use crate::access::{self, NewToken, Person, Role, TokenRow};
use crate::catalogue::{Slice, folded};
use crate::error::{Error, Fault};
use crate::messages::Message;
use crate::viewing::VIEWS_A_DAY;

pub fn routes() -> Router<State> {
    Router::new()
        .route("/nguoi-dung", get(list).post(add))
        .route("/nguoi-dung/{id}", post(change))
        .route("/nguoi-dung/{id}/mat-khau", post(set_password))
        .route("/khoa-truy-cap", post(add_token))
        .route("/khoa-truy-cap/{id}/thu-hoi", post(revoke_token))
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct PeopleListQuery {
    /// Part of a name or login.
    tim: String,
    /// Word of a role.
    role: String,
    /// The login of the last person of the page before.
    sau: Option<String>,
}

#[derive(Template)]
#[template(path = "people.html")]
struct People {
    f: Frame,
    people: Vec<Person>,
    pager: Pager,
    asked: PeopleListQuery,
    tokens: Vec<TokenRow>,
    fresh: Option<NewToken>,
    faults: Vec<Fault>,
    /// What was typed of a person that was not made.
    typed: Pairs,
}

impl People {
    async fn page(
        signed: Signed,
        asked: PeopleListQuery,
        fresh: Option<NewToken>,
        (faults, typed): (Vec<Fault>, Pairs),
    ) -> Result<Response, PageFault> {
        let (archive, caller) = (&signed.archive, &signed.caller);
        let mut people = access::list_people(archive, caller).await?;
        let part = folded(&asked.tim);
        people.retain(|person| {
            let named =
                folded(&person.name).contains(&part) || folded(&person.login).contains(&part);
            let role = |role: &Role| role.as_str() == asked.role;
            named && (asked.role.is_empty() || person.roles.iter().any(role))
        });
        let total = i64::try_from(people.len()).unwrap_or_default();
        if let Some(after) = &asked.sau {
            people.retain(|person| person.login > *after);
        }
        let more = people.len() > PAGE;
        people.truncate(PAGE);
        let slice = Slice {
            before: asked.sau.clone(),
            after: people.last().filter(|_| more).map(|one| one.login.clone()),
            rows: vec![(); people.len()],
        };
        let kept = [("tim", asked.tim.as_str()), ("role", asked.role.as_str())];
        let page = Self {
            pager: Pager::one_way(total, &slice, "/nguoi-dung", &kept),
            people,
            tokens: access::list_tokens(archive, caller).await?,
            f: signed.frame,
            asked,
            fresh,
            faults,
            typed,
        };
        shown_form(&page, &page.faults)
    }

    /// What was typed into a box of the form for a new person or token.
    fn typed(&self, name: &str) -> &str {
        text(&self.typed, name)
    }

    fn ticked(&self, role: &Role) -> bool {
        roles(&self.typed).contains(role)
    }

    fn roles(&self) -> &'static [Role] {
        Role::ALL
    }

    fn ceiling_label(&self) -> String {
        let usual = Message::new("views.views_a_day").with("usual", VIEWS_A_DAY);
        self.f.say(&usual)
    }

    fn has(&self, person: &Person, role: &Role) -> bool {
        person.roles.contains(role)
    }
}

async fn list(signed: Signed, Asked(asked): Asked<PeopleListQuery>) -> Result<Response, PageFault> {
    People::page(signed, asked, None, Default::default()).await
}

fn text<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    let found = pairs.iter().find(|(key, _)| key == name);
    found.map_or("", |(_, value)| value.trim())
}

/// One box ticked is one pair named `roles`.
fn roles(pairs: &Pairs) -> Vec<Role> {
    pairs
        .iter()
        .filter(|(key, _)| key == "roles")
        .filter_map(|(_, word)| word.parse().ok())
        .collect()
}

/// Shows the page again with what was wrong and what was typed, or says what was done.
async fn answer<T>(
    signed: Signed,
    outcome: Result<T, Error>,
    done: Done,
    typed: Pairs,
) -> Result<Response, PageFault> {
    match or_faults(outcome)? {
        Ok(_) => Ok(done.at("/nguoi-dung")),
        Err(faults) => {
            People::page(signed, PeopleListQuery::default(), None, (faults, typed)).await
        }
    }
}

async fn add(form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let (login, name) = (text(&given, "login"), text(&given, "name"));
    let (password, roles) = (text(&given, "password"), roles(&given));
    let Signed {
        archive, caller, ..
    } = &signed;
    let made = access::make_person(archive, caller, login, name, password, &roles).await;
    answer(signed, made, Done::new("person_made"), given).await
}

async fn change(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let disabled = text(&form.given, "disabled") == "yes";
    let roles = roles(&form.given);
    let changed = access::change_person(&form.archive, &form.caller, &id, &roles, disabled).await;
    answer(
        form.parts().0,
        changed,
        Done::new("person_changed"),
        Pairs::new(),
    )
    .await
}

async fn set_password(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let password = text(&form.given, "password");
    let set = access::set_password(&form.archive, &form.caller, &id, password).await;
    answer(form.parts().0, set, Done::new("password_set"), Pairs::new()).await
}

async fn add_token(form: Form<Pairs>) -> Result<Response, PageFault> {
    let name = text(&form.given, "name");
    let days = text(&form.given, "days").parse().ok();
    let made =
        access::make_token(&form.archive, &form.caller, name, &roles(&form.given), days).await;
    match made {
        // Shown in this answer and never again, so no redirect.
        Ok(fresh) => {
            let asked = PeopleListQuery::default();
            People::page(form.parts().0, asked, Some(fresh), Default::default()).await
        }
        Err(error) => {
            let done = Done::new("token_revoked");
            answer::<NewToken>(form.parts().0, Err(error), done, Pairs::new()).await
        }
    }
}

async fn revoke_token(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let revoked = access::revoke_token(&form.archive, &form.caller, &id).await;
    answer(
        form.parts().0,
        revoked,
        Done::new("token_revoked"),
        Pairs::new(),
    )
    .await
}
