//! The archive's structure as one tree: fonds, series, files, volumes, with the forms to make and change them. Works
//! without scripts.

mod file;
mod fonds_form;
mod lists;
mod series;
mod shelf;
mod volume;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::State;
use super::fault::PageFault;
use super::form_view::{FormBuilder, FormView, InputKind, Refused, Typed};
use super::layout::{Frame, shown_form};
use super::session::{Form, Pairs, Signed};
use crate::access::Act;
use crate::document::Document;
use crate::error::{Error, Fault, Result};
use crate::fonds::{
    self, Arrangement, Arranging, File, FileFilter, Fonds, FondsClosing, Series, Volume,
};
use crate::holding::{self, Edit, Trace};
use crate::reference_data::{self, Agency};
use crate::unit;

/// Files of a fonds that its page lists.
const MOST_FILES: i64 = 500;

/// Paths of these pages and the handlers behind them.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/phong", get(list).post(make))
        .route("/phong/{id}", get(open).post(act))
        .route("/muc-luc/{id}", get(series::open).post(series::act))
        .route("/ho-so/{id}", get(file::open).post(file::act))
        .route("/quyen/{id}", get(volume::open).post(volume::act))
        .merge(lists::routes())
}

#[derive(Template)]
#[template(path = "fonds_list.html")]
struct FondsList {
    f: Frame,
    fonds: Vec<Fonds>,
    forms: Vec<FormView>,
    faults: Vec<Fault>,
}

async fn all_fonds(signed: Signed, refused: Refused) -> Result<Response, PageFault> {
    let all = fonds::list(&signed.archive, &signed.caller).await?;
    let mut forms = Vec::new();
    if signed.frame.may(Act::DescribeHoldings) {
        let units = unit_choices(&signed).await?;
        let form = FormBuilder::new(
            &signed.frame,
            &refused,
            "/phong",
            "make",
            "structure.make_fonds",
        );
        forms.push(fonds_form::boxes(form, None, units).done());
    }
    let page = FondsList {
        f: signed.frame,
        fonds: all,
        forms,
        faults: refused.faults,
    };
    shown_form(&page, &page.faults)
}

async fn list(signed: Signed) -> Result<Response, PageFault> {
    all_fonds(signed, Refused::default()).await
}

async fn make(form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let made = match fonds_form::typed(&given) {
        Ok(wish) => fonds::make(&signed.archive, &signed.caller, &wish).await,
        Err(error) => Err(error),
    };
    match Refused::or(made, "make", given)? {
        Ok(made) => Ok(Redirect::to(&format!("/phong/{}", made.id)).into_response()),
        Err(refused) => all_fonds(signed, refused).await,
    }
}

/// Codes and names of all units.
async fn unit_choices(signed: &Signed) -> Result<Vec<(String, String)>> {
    let units = unit::list(&signed.archive, &signed.caller).await?;
    let named = units.into_iter().map(|unit| {
        let text = format!("{} · {}", unit.code, unit.name);
        (unit.code, text)
    });
    Ok(named.collect())
}

// One fonds -------------------------------------------------------------------------------------

/// A series with its files, or the files of none.
struct Branch {
    series: Option<Series>,
    files: Vec<File>,
}

#[derive(Template)]
#[template(path = "fonds.html")]
struct FondsPage {
    f: Frame,
    fonds: Fonds,
    agencies: Vec<Agency>,
    tree: Vec<Branch>,
    more: bool,
    volumes: Vec<Volume>,
    forms: Vec<FormView>,
    traces: Vec<Trace>,
    faults: Vec<Fault>,
}

async fn one_fonds(signed: Signed, id: &str, refused: Refused) -> Result<Response, PageFault> {
    let (archive, caller) = (&signed.archive, &signed.caller);
    let fonds = fonds::get(archive, caller, id).await?;
    let filter = FileFilter {
        fonds: fonds.code.clone(),
        limit: MOST_FILES,
        ..FileFilter::default()
    };
    let files = fonds::files(archive, caller, &filter).await?;
    let more = i64::try_from(files.len()) == Ok(MOST_FILES);
    let series = fonds::list_series(archive, caller, &fonds.code).await?;
    let agencies = match &fonds.agency_code {
        Some(code) => reference_data::agencies_of(&archive.catalogue, code).await?,
        None => Vec::new(),
    };
    let page = FondsPage {
        volumes: fonds::volumes(archive, caller, &fonds.code).await?,
        traces: holding::history(archive, caller, id).await?,
        forms: fonds_forms(&signed, &fonds, &series, &refused).await?,
        tree: tree(series, files),
        f: signed.frame,
        fonds,
        agencies,
        more,
        faults: refused.faults,
    };
    shown_form(&page, &page.faults)
}

fn tree(series: Vec<Series>, files: Vec<File>) -> Vec<Branch> {
    let (mut rest, mut tree) = (files, Vec::new());
    for one in series {
        let (own, others) = rest
            .into_iter()
            .partition(|file| file.series.as_deref() == Some(one.code.as_str()));
        rest = others;
        tree.push(Branch {
            series: Some(one),
            files: own,
        });
    }
    tree.push(Branch {
        series: None,
        files: rest,
    });
    tree
}

async fn fonds_forms(
    signed: &Signed,
    fonds: &Fonds,
    all: &[Series],
    refused: &Refused,
) -> Result<Vec<FormView>> {
    let f = &signed.frame;
    if !f.may(Act::DescribeHoldings) {
        return Ok(Vec::new());
    }
    let at = format!("/phong/{}", fonds.id);
    let form = |act, title| FormBuilder::new(f, refused, &*at, act, title);
    let steps = Arrangement::ALL.iter().map(|step| {
        let name = f.word("structure.arrangement", step.as_str());
        (step.as_str().to_owned(), name.to_owned())
    });
    let edit = fonds_form::boxes(
        form("edit", "structure.describe"),
        Some(fonds),
        unit_choices(signed).await?,
    );
    let series = all
        .iter()
        .map(|one| (one.code.clone(), format!("{} · {}", one.code, one.title)));
    let series: Vec<_> = std::iter::once((String::new(), "–".to_owned()))
        .chain(series)
        .collect();
    let year = crate::clock::vietnam(signed.archive.clock.now()).year();
    let code = fonds::make_code(
        &signed.archive,
        &signed.caller,
        &fonds.code,
        i64::from(year),
    )
    .await?;
    let mut forms = vec![
        series::boxes(form("add_series", "structure.make_series"), None).done(),
        file::boxes(f, form("add_file", "structure.make_file"), None, &code.code)
            .choice("series", "structure.series", "", series)
            .done(),
        volume::boxes(form("add_volume", "structure.make_volume"), None).done(),
        edit.seen(fonds.version).reason().done(),
        form("arrange", "structure.arrange")
            .choice(
                "arrangement",
                "structure.field.arrangement",
                fonds.arrangement.as_str(),
                steps.collect(),
            )
            .seen(fonds.version)
            .reason()
            .done(),
    ];
    if fonds.closed_on.is_none() {
        let close = form("close", "structure.close_fonds")
            .needed("day", "structure.closed_on", "")
            .line("successor", "structure.goes_on_in", "")
            .seen(fonds.version)
            .reason();
        forms.push(close.danger().done());
    }
    Ok(forms)
}

async fn open(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    one_fonds(signed, &id, Refused::default()).await
}

async fn act(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let word = Typed(&given).text("act");
    let done = carry_out(&signed, &id, &word, &given).await;
    match Refused::or(done, &word, given)? {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(refused) => one_fonds(signed, &id, refused).await,
    }
}

/// Does what a form of the page of a fonds asks; gives the address to go on to.
async fn carry_out(signed: &Signed, id: &str, word: &str, given: &Pairs) -> Result<String> {
    let (archive, caller, typed) = (&signed.archive, &signed.caller, Typed(given));
    let own = fonds::get(archive, caller, id).await?;
    match word {
        "edit" => {
            let edit = Edit {
                seen: typed.seen(),
                description: fonds_form::typed(given)?,
                reason: typed.text("reason"),
            };
            let edit = fonds_form::with_known_aliases(edit, &own);
            fonds::change(archive, caller, id, &edit).await?;
        }
        "close" => {
            let closing = FondsClosing {
                seen: typed.seen(),
                day: typed.text("day"),
                reason: typed.text("reason"),
                successor: typed.maybe("successor"),
            };
            fonds::close(archive, caller, id, &closing).await?;
        }
        "arrange" => {
            let step = typed.text("arrangement").parse().ok();
            let wish = Arranging {
                seen: typed.seen(),
                arrangement: step
                    .ok_or_else(|| Error::fault("/arrangement", "faults.no_such_state"))?,
                reason: typed.text("reason"),
            };
            fonds::arrange(archive, caller, id, &wish).await?;
        }
        "add_series" => {
            let wish = series::typed(given, &own.code);
            fonds::make_series(archive, caller, &wish).await?;
        }
        "add_file" => {
            let wish = file::typed(given, &own.code, typed.maybe("series"))?;
            let made = fonds::make_file(archive, caller, &wish).await?;
            return Ok(format!("/ho-so/{}", made.id));
        }
        "add_volume" => {
            let wish = volume::typed(given, &own.code)?;
            let made = fonds::make_volume(archive, caller, &wish).await?;
            return Ok(format!("/quyen/{}", made.id));
        }
        _ => return Err(Error::fault("/act", "faults.no_such_state")),
    }
    Ok(format!("/phong/{id}"))
}

/// The forms that end a series, a file or a volume: merged into another of its kind, or closed.
fn ending<'a>(
    form: impl Fn(&'static str, &'static str) -> FormBuilder<'a>,
    close: &'static str,
) -> [FormView; 2] {
    [
        form("merge", "structure.merge")
            .needed("into", "structure.into_code", "")
            .reason()
            .danger()
            .done(),
        form("close", close)
            .line("reason", "common.reason", "")
            .danger()
            .done(),
    ]
}

/// The page of one described thing.
#[derive(Template)]
#[template(path = "described.html")]
struct Described {
    f: Frame,
    kind: &'static str,
    title: String,
    state: &'static str,
    ways: Vec<(String, String)>,
    facts: Vec<(&'static str, String)>,
    documents: Vec<Document>,
    more: bool,
    batches: Vec<(String, String)>,
    forms: Vec<FormView>,
    traces: Vec<Trace>,
    faults: Vec<Fault>,
}

/// Facts that are known, each with its name.
fn known(f: &Frame, facts: &[(&str, Option<String>)]) -> Vec<(&'static str, String)> {
    let given = facts.iter().filter_map(|(key, value)| {
        let value = value.clone().filter(|value| !value.is_empty())?;
        Some((f.t(key), value))
    });
    given.collect()
}
