//! People and API tokens: the administrator's page.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::State;
use super::fault::PageFault;
use super::layout::{Frame, shown_form};
use super::session::{Form, Pairs, Signed};
use crate::access::{self, NewToken, Person, Role, TokenRow};
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

#[derive(Template)]
#[template(path = "people.html")]
struct People {
    f: Frame,
    people: Vec<Person>,
    tokens: Vec<TokenRow>,
    fresh: Option<NewToken>,
    faults: Vec<Fault>,
}

impl People {
    async fn page(
        signed: Signed,
        fresh: Option<NewToken>,
        faults: Vec<Fault>,
    ) -> Result<Response, PageFault> {
        let page = Self {
            people: access::list_people(&signed.archive, &signed.caller).await?,
            tokens: access::list_tokens(&signed.archive, &signed.caller).await?,
            f: signed.frame,
            fresh,
            faults,
        };
        shown_form(&page, &page.faults)
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

async fn list(signed: Signed) -> Result<Response, PageFault> {
    People::page(signed, None, Vec::new()).await
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

/// Shows the page again with what was wrong, or goes on.
async fn answer<T>(signed: Signed, outcome: Result<T, Error>) -> Result<Response, PageFault> {
    match outcome {
        Ok(_) => Ok(Redirect::to("/nguoi-dung").into_response()),
        Err(Error::Invalid(faults)) => People::page(signed, None, faults).await,
        Err(error) => Err(error.into()),
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
    answer(signed, made).await
}

async fn change(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let disabled = text(&form.given, "disabled") == "yes";
    let roles = roles(&form.given);
    let changed = access::change_person(&form.archive, &form.caller, &id, &roles, disabled).await;
    answer(form.parts().0, changed).await
}

async fn set_password(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let password = text(&form.given, "password");
    let set = access::set_password(&form.archive, &form.caller, &id, password).await;
    answer(form.parts().0, set).await
}

async fn add_token(form: Form<Pairs>) -> Result<Response, PageFault> {
    let name = text(&form.given, "name");
    let days = text(&form.given, "days").parse().ok();
    let made =
        access::make_token(&form.archive, &form.caller, name, &roles(&form.given), days).await;
    match made {
        // Shown in this answer and never again, so no redirect.
        Ok(fresh) => People::page(form.parts().0, Some(fresh), Vec::new()).await,
        Err(error) => answer::<NewToken>(form.parts().0, Err(error)).await,
    }
}

async fn revoke_token(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let revoked = access::revoke_token(&form.archive, &form.caller, &id).await;
    answer(form.parts().0, revoked).await
}
