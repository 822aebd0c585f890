//! The page of a register volume (quyển sổ gốc).

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};

use super::super::fault::PageFault;
use super::super::form_view::{FormBuilder, FormView, Refused, Typed};
use super::super::layout::{Frame, shown_form};
use super::super::session::{Form, Pairs, Signed};
use super::shelf::{shelf_boxes, shelf_typed};
use super::{Described, ending, known};
use crate::access::Act;
use crate::batch;
use crate::document::{self, DocumentFilter, VolumeSplit};
use crate::error::{Error, Result};
use crate::fonds::{self, Closing, Merger, NewVolume, Relocation, Shelf, Volume};
use crate::holding::{self, Edit};

/// The boxes of a volume's description.
pub(super) fn boxes<'a>(form: FormBuilder<'a>, volume: Option<&Volume>) -> FormBuilder<'a> {
    let none = Shelf::default();
    let text = |get: fn(&Volume) -> &str| volume.map_or("", get);
    let maybe = |get: fn(&Volume) -> &Option<String>| volume.and_then(|one| get(one).as_ref());
    let form = form
        .needed("code", "structure.field.code", text(|one| &one.code))
        .needed("title", "structure.field.title", text(|one| &one.title))
        .maybe("school", "structure.field.school", maybe(|one| &one.school))
        .number(
            "year",
            "structure.field.year",
            volume.and_then(|one| one.year),
        )
        .maybe(
            "council",
            "structure.field.council",
            maybe(|one| &one.council),
        )
        .maybe(
            "first_number",
            "structure.field.first_number",
            maybe(|one| &one.first_number),
        )
        .maybe(
            "last_number",
            "structure.field.last_number",
            maybe(|one| &one.last_number),
        );
    shelf_boxes(form, volume.map_or(&none, |one| &one.shelf)).area(
        "note",
        "structure.field.note",
        text(|one| &one.note),
    )
}

/// The description that the boxes of the form give.
pub(super) fn typed(given: &Pairs, fonds: &str) -> Result<NewVolume> {
    let typed = Typed(given);
    Ok(NewVolume {
        fonds: fonds.to_owned(),
        code: typed.text("code"),
        title: typed.text("title"),
        school: typed.maybe("school"),
        year: typed.number("year")?,
        council: typed.maybe("council"),
        first_number: typed.maybe("first_number"),
        last_number: typed.maybe("last_number"),
        note: typed.text("note"),
        shelf: shelf_typed(given),
    })
}

pub(super) async fn open(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    page(signed, &id, Refused::default()).await
}

async fn page(signed: Signed, id: &str, refused: Refused) -> Result<Response, PageFault> {
    let (archive, caller, f) = (&signed.archive, &signed.caller, &signed.frame);
    let volume = fonds::volume(archive, caller, id).await?;
    let filter = DocumentFilter {
        volume: Some(id.to_owned()),
        ..DocumentFilter::default()
    };
    let documents = document::list(archive, caller, &filter).await?;
    let to_fonds = format!("{} {}", f.t("structure.fonds"), volume.fonds);
    let numbers =
        [&volume.first_number, &volume.last_number].map(|one| one.clone().unwrap_or_default());
    let page = Described {
        kind: f.t("structure.volume"),
        title: format!("{} · {}", volume.code, volume.title),
        state: volume.state.as_str(),
        ways: vec![
            (format!("/phong/{}", volume.fonds_id), to_fonds),
            (
                format!("/quyen/{id}/cot"),
                f.t("intake.column_map_of_volume").to_owned(),
            ),
            (
                format!("/ban-soat?quyen={id}"),
                f.t("desk.grid.to_volume_queue").to_owned(),
            ),
        ],
        facts: known(
            f,
            &[
                ("structure.field.school", volume.school.clone()),
                (
                    "structure.field.year",
                    volume.year.map(|year| year.to_string()),
                ),
                ("structure.field.council", volume.council.clone()),
                ("structure.numbers", Some(numbers.join(" – "))),
                ("structure.shelf", Some(volume.shelf.line())),
                ("structure.merged_into", volume.merged_into.clone()),
                ("structure.pages", Some(volume.counted.pages.to_string())),
                ("structure.field.note", Some(volume.note.clone())),
            ],
        ),
        forms: match f.may(Act::DescribeHoldings) {
            true => forms(f, &volume, &refused),
            false => Vec::new(),
        },
        documents: documents.items,
        more: documents.next.is_some(),
        batches: batch::named_of(archive, caller, "volume_id", id).await?,
        traces: holding::history(archive, caller, id).await?,
        f: signed.frame,
        faults: refused.faults,
    };
    shown_form(&page, &page.faults)
}

fn forms(f: &Frame, volume: &Volume, refused: &Refused) -> Vec<FormView> {
    let at = format!("/quyen/{}", volume.id);
    let form = |act, title| FormBuilder::new(f, refused, &*at, act, title).seen(volume.version);
    let mut forms = vec![
        boxes(form("edit", "structure.describe"), Some(volume))
            .reason()
            .done(),
        form("move", "structure.move")
            .needed("fonds", "structure.to_fonds", "")
            .reason()
            .done(),
        form("split", "structure.split_volume")
            .needed("code", "structure.field.code", "")
            .needed("title", "structure.field.title", "")
            .area("batches", "structure.which_batches", "")
            .reason()
            .done(),
    ];
    forms.extend(ending(form, "structure.close"));
    forms
}

pub(super) async fn act(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let word = Typed(&given).text("act");
    let done = carry_out(&signed, &id, &word, &given).await;
    match Refused::or(done, &word, given)? {
        Ok(to) => Ok(Redirect::to(&format!("/quyen/{to}")).into_response()),
        Err(refused) => page(signed, &id, refused).await,
    }
}

/// Does what a form asks; gives the id of the volume to go on to.
async fn carry_out(signed: &Signed, id: &str, word: &str, given: &Pairs) -> Result<String> {
    let (archive, caller, said) = (&signed.archive, &signed.caller, Typed(given));
    let (seen, reason) = (said.seen(), said.text("reason"));
    let own = fonds::volume(archive, caller, id).await?;
    match word {
        "edit" => {
            let description = typed(given, &own.fonds)?;
            let edit = Edit {
                seen,
                description,
                reason,
            };
            fonds::change_volume(archive, caller, id, &edit).await?;
        }
        "close" => {
            fonds::close_volume(archive, caller, id, &Closing { seen, reason }).await?;
        }
        "move" => {
            let to = Relocation {
                seen,
                fonds: said.maybe("fonds"),
                series: None,
                reason,
            };
            fonds::move_volume(archive, caller, id, &to).await?;
        }
        "merge" => {
            let into = said.text("into");
            document::merge_volume(archive, caller, id, &Merger { seen, into, reason }).await?;
        }
        "split" => {
            let lines = said.text("batches");
            let names = lines.lines().map(str::trim).filter(|name| !name.is_empty());
            let wish = VolumeSplit {
                seen,
                batches: names.map(str::to_owned).collect(),
                volume: NewVolume {
                    fonds: own.fonds,
                    code: said.text("code"),
                    title: said.text("title"),
                    ..NewVolume::default()
                },
                reason,
            };
            return Ok(document::split_volume(archive, caller, id, &wish).await?.id);
        }
        _ => return Err(Error::fault("/act", "faults.no_such_state")),
    }
    Ok(id.to_owned())
}
