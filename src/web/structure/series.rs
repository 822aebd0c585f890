//! The page of a series.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};

use super::super::fault::PageFault;
use super::super::form_view::{FormBuilder, Refused, Typed};
use super::super::layout::shown_form;
use super::super::session::{Form, Pairs, Signed};
use super::{Described, ending, known};
use crate::access::Act;
use crate::error::{Error, Result};
use crate::fonds::{self, Closing, Merger, NewSeries, Relocation, Series};
use crate::holding::{self, Edit};

/// The boxes of a series' description.
pub(super) fn boxes<'a>(form: FormBuilder<'a>, series: Option<&Series>) -> FormBuilder<'a> {
    let text = |get: fn(&Series) -> &str| series.map_or("", get);
    form.needed("code", "structure.field.code", text(|one| &one.code))
        .needed("title", "structure.field.title", text(|one| &one.title))
        .area("note", "structure.field.note", text(|one| &one.note))
}

/// The description that the boxes of the form give.
pub(super) fn typed(given: &Pairs, fonds: &str) -> NewSeries {
    let typed = Typed(given);
    NewSeries {
        fonds: fonds.to_owned(),
        code: typed.text("code"),
        title: typed.text("title"),
        note: typed.text("note"),
    }
}

pub(super) async fn open(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    page(signed, &id, Refused::default()).await
}

async fn page(signed: Signed, id: &str, refused: Refused) -> Result<Response, PageFault> {
    let (archive, caller, f) = (&signed.archive, &signed.caller, &signed.frame);
    let series = fonds::series(archive, caller, id).await?;
    let own = fonds::by_code(archive, caller, &series.fonds).await?;
    let at = format!("/muc-luc/{id}");
    let form = |act, title| FormBuilder::new(f, &refused, &*at, act, title).seen(series.version);
    let mut forms = Vec::new();
    if f.may(Act::DescribeHoldings) {
        forms.push(
            boxes(form("edit", "structure.describe"), Some(&series))
                .reason()
                .done(),
        );
        let relocate = form("move", "structure.move").needed("fonds", "structure.to_fonds", "");
        forms.push(relocate.reason().done());
        forms.extend(ending(form, "structure.close"));
    }
    let page = Described {
        kind: f.t("structure.series"),
        title: format!("{} · {}", series.code, series.title),
        state: series.state.as_str(),
        ways: vec![(
            format!("/phong/{}", own.id),
            format!("{} {}", f.t("structure.fonds"), own.code),
        )],
        facts: known(
            f,
            &[
                ("structure.files", Some(series.files.to_string())),
                ("structure.merged_into", series.merged_into.clone()),
                ("structure.field.note", Some(series.note.clone())),
            ],
        ),
        documents: Vec::new(),
        more: false,
        batches: Vec::new(),
        traces: holding::history(archive, caller, id).await?,
        forms,
        f: signed.frame,
        faults: refused.faults,
    };
    shown_form(&page, &page.faults)
}

pub(super) async fn act(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let word = Typed(&given).text("act");
    let done = carry_out(&signed, &id, &word, &given).await;
    match Refused::or(done, &word, given)? {
        Ok(()) => Ok(Redirect::to(&format!("/muc-luc/{id}")).into_response()),
        Err(refused) => page(signed, &id, refused).await,
    }
}

async fn carry_out(signed: &Signed, id: &str, word: &str, given: &Pairs) -> Result<()> {
    let (archive, caller, said) = (&signed.archive, &signed.caller, Typed(given));
    let (seen, reason) = (said.seen(), said.text("reason"));
    let own = fonds::series(archive, caller, id).await?;
    match word {
        "edit" => {
            let description = typed(given, &own.fonds);
            let edit = Edit {
                seen,
                description,
                reason,
            };
            fonds::change_series(archive, caller, id, &edit).await?;
        }
        "close" => {
            fonds::close_series(archive, caller, id, &Closing { seen, reason }).await?;
        }
        "move" => {
            let to = Relocation {
                seen,
                fonds: said.maybe("fonds"),
                series: None,
                reason,
            };
            fonds::move_series(archive, caller, id, &to).await?;
        }
        "merge" => {
            let into = said.text("into");
            fonds::merge_series(archive, caller, id, &Merger { seen, into, reason }).await?;
        }
        _ => return Err(Error::fault("/act", "faults.no_such_state")),
    }
    Ok(())
}
