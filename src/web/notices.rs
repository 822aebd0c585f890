//! Which portals are told, and what they did not hear: the administrator's page.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{Redirect, Response};
use axum::routing::{get, post};

use super::State;
use super::fault::{PageFault, or_faults};
use super::layout::{Frame, shown_form};
use super::session::{Form, Pairs, Signed};
use crate::access::{self, Role, TokenRow};
use crate::error::Fault;
use crate::notify::{self, Hook, NewHook, Notice, NoticeState};

pub fn routes() -> Router<State> {
    Router::new()
        .route("/thong-bao", get(list).post(set))
        .route("/thong-bao/{id}/gui-lai", post(retry))
        .route("/thong-bao/dia-chi/{id}/bo", post(remove))
}

#[derive(Template)]
#[template(path = "notices.html")]
struct Notices {
    f: Frame,
    hooks: Vec<Hook>,
    portals: Vec<TokenRow>,
    notices: Vec<Notice>,
    fresh: Option<NewHook>,
    faults: Vec<Fault>,
}

impl Notices {
    async fn page(
        signed: Signed,
        fresh: Option<NewHook>,
        faults: Vec<Fault>,
    ) -> Result<Response, PageFault> {
        let mut portals = access::list_tokens(&signed.archive, &signed.caller).await?;
        portals.retain(|token| token.roles.contains(&Role::Portal) && token.revoked_at.is_none());
        let page = Self {
            hooks: notify::list_hooks(&signed.archive, &signed.caller).await?,
            notices: notify::list(&signed.archive, &signed.caller, None).await?,
            portals,
            fresh,
            faults,
            f: signed.frame,
        };
        shown_form(&page, &page.faults)
    }

    fn state(&self, state: &NoticeState) -> (&'static str, &'static str) {
        match state {
            NoticeState::Delivered => ("good", self.f.t("notices.state.delivered")),
            NoticeState::Dead => ("bad", self.f.t("notices.state.dead")),
            _ => ("doubt", self.f.t("notices.state.waiting")),
        }
    }

    fn event<'a>(&self, word: &'a str) -> &'a str {
        super::public_requests::event_in_words(&self.f, word)
    }
}

async fn list(signed: Signed) -> Result<Response, PageFault> {
    Notices::page(signed, None, Vec::new()).await
}

#[derive(serde::Deserialize)]
struct HookForm {
    token: String,
    url: String,
}

async fn set(form: Form<HookForm>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let made = notify::set_hook(&signed.archive, &signed.caller, &given.token, &given.url).await;
    match or_faults(made)? {
        Ok(made) => Notices::page(signed, Some(made), Vec::new()).await,
        Err(faults) => Notices::page(signed, None, faults).await,
    }
}

async fn remove(Path(id): Path<String>, form: Form<Pairs>) -> Result<Redirect, PageFault> {
    notify::remove_hook(&form.archive, &form.caller, &id).await?;
    Ok(Redirect::to("/thong-bao"))
}

async fn retry(Path(id): Path<String>, form: Form<Pairs>) -> Result<Redirect, PageFault> {
    notify::retry(&form.archive, &form.caller, &id).await?;
    Ok(Redirect::to("/thong-bao"))
}
