//! Units (đơn vị): made, renamed, merged; and to which of them people and rights belong.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use super::State;
use super::fault::PageFault;
use super::form_view::{FormBuilder, FormView, InputKind, Refused, Typed};
use super::layout::{Frame, shown_form};
use super::session::{Form, Pairs, Signed};
use crate::access::{self, Act};
use crate::error::{Error, Fault, Result};
use crate::holding::Edit;
use crate::unit::{self, Assigned, Assignment, NewUnit, Unit, UnitKind};

/// Paths of these pages and the handlers behind them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/don-vi", get(list).post(make))
        .route("/don-vi/{id}", get(open).post(change))
        .route("/don-vi/nguoi/{id}", post(assign))
}

#[derive(Template)]
#[template(path = "units.html")]
struct Units {
    f: Frame,
    units: Vec<Unit>,
    /// Name and units of each person and token; for the administrator.
    people: Vec<(String, Assigned)>,
    forms: Vec<FormView>,
    faults: Vec<Fault>,
}

async fn page(signed: Signed, one: Option<Unit>, refused: Refused) -> Result<Response, PageFault> {
    let (archive, caller, f) = (&signed.archive, &signed.caller, &signed.frame);
    let mut forms = Vec::new();
    if f.may(Act::DescribeHoldings) || f.may(Act::Administer) {
        let form = match &one {
            None => FormBuilder::new(f, &refused, "/don-vi", "make", "structure.make_unit"),
            Some(unit) => {
                let at = format!("/don-vi/{}", unit.id);
                let form = FormBuilder::new(f, &refused, at, "edit", "structure.describe");
                form.seen(unit.version).open()
            }
        };
        forms.push(boxes(f, form, one.as_ref()).done());
    }
    let page = Units {
        units: match one {
            Some(unit) => vec![unit],
            None => unit::list(archive, caller).await?,
        },
        people: match f.may(Act::Administer) {
            true => people(&signed).await?,
            false => Vec::new(),
        },
        forms,
        f: signed.frame,
        faults: refused.faults,
    };
    shown_form(&page, &page.faults)
}

async fn people(signed: &Signed) -> Result<Vec<(String, Assigned)>> {
    let (archive, caller) = (&signed.archive, &signed.caller);
    let people = access::list_people(archive, caller).await?;
    let tokens = access::list_tokens(archive, caller).await?;
    let names = people.into_iter().map(|one| (one.id, one.name));
    let names = names.chain(tokens.into_iter().map(|one| (one.id, one.name)));
    let names: std::collections::BTreeMap<String, String> = names.collect();
    let assigned = unit::assignments(archive, caller).await?;
    let named = assigned.into_iter().map(|one| {
        let name = names.get(&one.id).cloned().unwrap_or_default();
        (name, one)
    });
    Ok(named.collect())
}

fn boxes<'a>(f: &Frame, form: FormBuilder<'a>, unit: Option<&Unit>) -> FormBuilder<'a> {
    let text = |get: fn(&Unit) -> &str| unit.map_or("", get);
    let maybe = |get: fn(&Unit) -> &Option<String>| unit.and_then(|one| get(one).as_ref());
    let kinds = UnitKind::ALL.iter().map(|kind| {
        let name = f.word("structure.unit_kind", kind.as_str());
        (kind.as_str().to_owned(), name.to_owned())
    });
    let kind = unit.map_or(UnitKind::School, |unit| unit.kind);
    form.needed("code", "structure.field.code", text(|one| &one.code))
        .needed("name", "structure.field.name", text(|one| &one.name))
        .choice(
            "kind",
            "structure.field.kind",
            kind.as_str(),
            kinds.collect(),
        )
        .maybe("parent", "structure.field.parent", maybe(|one| &one.parent))
        .maybe(
            "valid_from",
            "structure.field.valid_from",
            maybe(|one| &one.valid_from),
        )
        .maybe(
            "valid_to",
            "structure.field.valid_to",
            maybe(|one| &one.valid_to),
        )
        .maybe(
            "successor",
            "structure.field.successor",
            maybe(|one| &one.successor),
        )
        .area("basis", "structure.field.basis", text(|one| &one.basis))
}

fn typed(given: &Pairs) -> Result<NewUnit> {
    let typed = Typed(given);
    let kind = typed.text("kind").parse().ok();
    Ok(NewUnit {
        code: typed.text("code"),
        name: typed.text("name"),
        kind: kind.ok_or_else(|| Error::fault("/kind", "faults.no_such_state"))?,
        parent: typed.maybe("parent"),
        valid_from: typed.maybe("valid_from"),
        valid_to: typed.maybe("valid_to"),
        successor: typed.maybe("successor"),
        basis: typed.text("basis"),
    })
}

async fn list(signed: Signed) -> Result<Response, PageFault> {
    page(signed, None, Refused::default()).await
}

async fn open(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    let one = unit::get(&signed.archive, &signed.caller, &id).await?;
    page(signed, Some(one), Refused::default()).await
}

async fn make(form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let made = match typed(&given) {
        Ok(wish) => unit::make(&signed.archive, &signed.caller, &wish).await,
        Err(error) => Err(error),
    };
    match Refused::or(made, "make", given)? {
        Ok(_) => Ok(Redirect::to("/don-vi").into_response()),
        Err(refused) => page(signed, None, refused).await,
    }
}

async fn change(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let changed = match typed(&given) {
        Ok(description) => {
            let edit = Edit {
                seen: Typed(&given).seen(),
                description,
                reason: String::new(),
            };
            unit::change(&signed.archive, &signed.caller, &id, &edit).await
        }
        Err(error) => Err(error),
    };
    match Refused::or(changed, "edit", given)? {
        Ok(_) => Ok(Redirect::to("/don-vi").into_response()),
        Err(refused) => {
            let one = unit::get(&signed.archive, &signed.caller, &id).await?;
            page(signed, Some(one), refused).await
        }
    }
}

async fn assign(Path(id): Path<String>, form: Form<Pairs>) -> Result<Redirect, PageFault> {
    let typed = Typed(&form.given);
    let wish = Assignment {
        unit: typed.maybe("unit"),
        rights_unit: typed.text("rights_unit"),
    };
    unit::assign(&form.archive, &form.caller, &id, &wish).await?;
    Ok(Redirect::to("/don-vi"))
}
