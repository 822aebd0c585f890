//! The page of a file (hồ sơ).

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};

use super::super::fault::PageFault;
use super::super::form_view::{FormBuilder, FormView, Refused, Typed, coded};
use super::super::layout::{Frame, shown_form};
use super::super::session::{Form, Pairs, Signed};
use super::shelf::{shelf_boxes, shelf_typed};
use super::{Described, ending, known};
use crate::access::Act;
use crate::batch;
use crate::document::{self, DocumentFilter};
use crate::error::{Error, Result};
use crate::fonds::{
    self, Closing, File, FileFields, FileSplit, Merger, NewFile, Relocation, Shelf,
};
use crate::holding::{self, Edit};

/// The boxes of a file's description.
pub(super) fn boxes<'a>(
    f: &Frame,
    form: FormBuilder<'a>,
    file: Option<&File>,
    code: &str,
) -> FormBuilder<'a> {
    let (blank, none) = (FileFields::default(), Shelf::default());
    let fields = file.map_or(&blank, |file| &file.fields);
    let shelf = file.map_or(&none, |file| &file.shelf);
    let text = |get: fn(&File) -> &str, usual: &'static str| file.map_or(usual, get).to_owned();
    let form = form
        .needed(
            "code",
            "structure.field.code",
            file.map_or(code, |file| &file.code),
        )
        .needed(
            "title",
            "structure.field.title",
            &text(|one| &one.title, ""),
        )
        .choice(
            "maintenance",
            "structure.field.maintenance",
            &text(|one| &one.maintenance, "01"),
            coded(f, "structure.maintenance", 7, false),
        )
        .choice(
            "mode",
            "structure.field.mode",
            &text(|one| &one.mode, "02"),
            coded(f, "structure.mode", 3, false),
        )
        .line(
            "languages",
            "structure.field.languages",
            &match file {
                None => "01".to_owned(),
                Some(_) => fields.languages.join(", "),
            },
        );
    let form = extent_boxes(f, form, fields);
    let form = form.choice(
        "confidence_level",
        "structure.field.confidence_level",
        fields.confidence(),
        coded(f, "structure.confidence", 3, false),
    );
    shelf_boxes(form, shelf)
        .maybe(
            "shelf_code",
            "structure.field.shelf_code",
            file.and_then(|file| file.shelf_code.as_ref()),
        )
        .tick("reserve", "structure.field.reserve", fields.reserve)
        .choice(
            "reserve_state",
            "structure.field.reserve_state",
            &choice(&fields.reserve_state),
            coded(f, "structure.reserve_state", 2, true),
        )
        .area(
            "note",
            "structure.field.note",
            fields.note.as_deref().unwrap_or_default(),
        )
}

/// From when to when a file reaches, what it is about, how much it holds and in what state.
fn extent_boxes<'a>(f: &Frame, form: FormBuilder<'a>, fields: &FileFields) -> FormBuilder<'a> {
    form.maybe(
        "start_date",
        "structure.field.start_date",
        fields.start_date.as_ref(),
    )
    .maybe(
        "end_date",
        "structure.field.end_date",
        fields.end_date.as_ref(),
    )
    .maybe(
        "keyword",
        "structure.field.keyword",
        fields.keyword.as_ref(),
    )
    .number(
        "total_documents",
        "structure.field.total_documents",
        fields.total_documents,
    )
    .number("sheets", "structure.field.sheets", fields.sheets)
    .number("pages", "structure.field.pages", fields.pages)
    .choice(
        "physical_state",
        "structure.field.physical_state",
        &choice(&fields.physical_state),
        coded(f, "structure.physical_state", 3, true),
    )
    .maybe(
        "information_sign",
        "structure.field.information_sign",
        fields.information_sign.as_ref(),
    )
}

/// What stands in a box that may be empty.
fn choice(value: &Option<String>) -> String {
    value.clone().unwrap_or_default()
}

/// What the boxes of a file say.
pub(super) fn typed(given: &Pairs, fonds: &str, series: Option<String>) -> Result<NewFile> {
    let typed = Typed(given);
    Ok(NewFile {
        fonds: fonds.to_owned(),
        series,
        code: typed.text("code"),
        title: typed.text("title"),
        maintenance: typed.text("maintenance"),
        retention: None,
        mode: typed.text("mode"),
        shelf_code: typed.maybe("shelf_code"),
        fields: FileFields {
            languages: typed.list("languages"),
            start_date: typed.maybe("start_date"),
            end_date: typed.maybe("end_date"),
            keyword: typed.maybe("keyword"),
            total_documents: typed.number("total_documents")?,
            sheets: typed.number("sheets")?,
            pages: typed.number("pages")?,
            physical_state: typed.maybe("physical_state"),
            information_sign: typed.maybe("information_sign"),
            confidence_level: typed.maybe("confidence_level"),
            reserve: typed.ticked("reserve"),
            reserve_state: typed.maybe("reserve_state"),
            note: typed.maybe("note"),
        },
        shelf: shelf_typed(given),
    })
}

pub(super) async fn open(signed: Signed, Path(id): Path<String>) -> Result<Response, PageFault> {
    page(signed, &id, Refused::default()).await
}

async fn page(signed: Signed, id: &str, refused: Refused) -> Result<Response, PageFault> {
    let (archive, caller, f) = (&signed.archive, &signed.caller, &signed.frame);
    let file = fonds::file(archive, caller, id).await?;
    let own = fonds::by_code(archive, caller, &file.fonds).await?;
    let filter = DocumentFilter {
        file: Some(id.to_owned()),
        limit: Some(500),
        ..DocumentFilter::default()
    };
    let documents = document::list(archive, caller, &filter).await?;
    let to_fonds = format!("/phong/{}", own.id);
    let page = Described {
        kind: f.t("structure.file"),
        title: format!("{} · {}", file.code, file.title),
        state: file.state.as_str(),
        ways: vec![
            (to_fonds, format!("{} {}", f.t("structure.fonds"), own.code)),
            (
                format!("/ho-so/{id}/muc-luc-van-ban.xlsx"),
                f.t("structure.list_of_documents_xlsx").into(),
            ),
            (
                format!("/ho-so/{id}/muc-luc-van-ban.pdf"),
                f.t("structure.list_of_documents_pdf").into(),
            ),
            (
                format!("/ho-so/{id}/to-bia.pdf"),
                f.t("structure.cover_pdf").into(),
            ),
        ],
        facts: facts(f, &file),
        forms: match f.may(Act::DescribeHoldings) {
            true => forms(f, &file, &refused),
            false => Vec::new(),
        },
        documents: documents.items,
        more: documents.next.is_some(),
        batches: batch::named_of(archive, caller, "file_id", id).await?,
        traces: holding::history(archive, caller, id).await?,
        f: signed.frame,
        faults: refused.faults,
    };
    shown_form(&page, &page.faults)
}

fn facts(f: &Frame, file: &File) -> Vec<(&'static str, String)> {
    let dates =
        [&file.fields.start_date, &file.fields.end_date].map(|day| day.clone().unwrap_or_default());
    known(
        f,
        &[
            ("structure.series", file.series.clone()),
            ("structure.merged_into", file.merged_into.clone()),
            (
                "structure.field.maintenance",
                Some(
                    f.word("structure.maintenance", &file.maintenance)
                        .to_owned(),
                ),
            ),
            (
                "structure.field.mode",
                Some(f.word("structure.mode", &file.mode).to_owned()),
            ),
            ("structure.dates", Some(dates.join(" – "))),
            ("structure.shelf", Some(file.shelf.line())),
            ("structure.field.shelf_code", file.shelf_code.clone()),
            (
                "structure.documents",
                Some(file.counted.documents.to_string()),
            ),
            ("structure.pages", Some(file.counted.pages.to_string())),
            (
                "structure.field.sheets",
                file.fields.sheets.map(|sheets| sheets.to_string()),
            ),
            (
                "structure.field.physical_state",
                code(&file.fields.physical_state, |code| {
                    f.word("structure.physical_state", code)
                }),
            ),
            (
                "structure.field.confidence_level",
                code(&file.fields.confidence_level, |code| {
                    f.word("structure.confidence", code)
                }),
            ),
            (
                "structure.field.reserve_state",
                code(&file.fields.reserve_state, |code| {
                    f.word("structure.reserve_state", code)
                }),
            ),
            ("structure.field.note", file.fields.note.clone()),
        ],
    )
}

/// The name of a code, where one is given.
fn code<'a>(given: &'a Option<String>, name: impl Fn(&'a str) -> &'a str) -> Option<String> {
    given.as_deref().map(|code| name(code).to_owned())
}

fn forms(f: &Frame, file: &File, refused: &Refused) -> Vec<FormView> {
    let at = format!("/ho-so/{}", file.id);
    let form = |act, title| FormBuilder::new(f, refused, &*at, act, title).seen(file.version);
    let mut forms = vec![
        boxes(f, form("edit", "structure.describe"), Some(file), "")
            .reason()
            .done(),
        form("move", "structure.move")
            .needed("fonds", "structure.to_fonds", &file.fonds)
            .line("series", "structure.to_series", "")
            .reason()
            .done(),
        form("split", "structure.split_file")
            .needed("code", "structure.field.code", "")
            .needed("title", "structure.field.title", "")
            .needed("ordinals", "structure.which_documents", "")
            .reason()
            .done(),
    ];
    forms.extend(ending(form, "structure.close_file"));
    forms
}

pub(super) async fn act(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let word = Typed(&given).text("act");
    let done = carry_out(&signed, &id, &word, &given).await;
    match Refused::or(done, &word, given)? {
        Ok(to) => Ok(Redirect::to(&format!("/ho-so/{to}")).into_response()),
        Err(refused) => page(signed, &id, refused).await,
    }
}

/// Does what a form asks; gives the id of the file to go on to.
async fn carry_out(signed: &Signed, id: &str, word: &str, given: &Pairs) -> Result<String> {
    let (archive, caller, said) = (&signed.archive, &signed.caller, Typed(given));
    let (seen, reason) = (said.seen(), said.text("reason"));
    let own = fonds::file(archive, caller, id).await?;
    match word {
        "edit" => {
            let description = typed(given, &own.fonds, own.series.clone())?;
            let edit = Edit {
                seen,
                description,
                reason,
            };
            fonds::change_file(archive, caller, id, &edit).await?;
        }
        "close" => {
            fonds::close_file(archive, caller, id, &Closing { seen, reason }).await?;
        }
        "move" => {
            let to = Relocation {
                seen,
                fonds: said.maybe("fonds"),
                series: said.maybe("series"),
                reason,
            };
            fonds::move_file(archive, caller, id, &to).await?;
        }
        "merge" => {
            let into = said.text("into");
            fonds::merge_file(archive, caller, id, &Merger { seen, into, reason }).await?;
        }
        "split" => {
            let wish = FileSplit {
                seen,
                documents: documents_named(signed, id, &said.list("ordinals")).await?,
                // The new file begins with what it shares with the old one; its own dates and
                // counts are described afterwards.
                file: NewFile {
                    fonds: own.fonds,
                    series: own.series,
                    code: said.text("code"),
                    title: said.text("title"),
                    maintenance: own.maintenance,
                    mode: own.mode,
                    shelf: own.shelf,
                    fields: FileFields {
                        languages: own.fields.languages,
                        ..FileFields::default()
                    },
                    ..NewFile::default()
                },
                reason,
            };
            return Ok(fonds::split_file(archive, caller, id, &wish).await?.id);
        }
        _ => return Err(Error::fault("/act", "faults.no_such_state")),
    }
    Ok(id.to_owned())
}

/// Ids of the documents of a file that were named by their place in it, or by id.
async fn documents_named(signed: &Signed, file: &str, named: &[String]) -> Result<Vec<String>> {
    let filter = DocumentFilter {
        file: Some(file.to_owned()),
        limit: Some(500),
        ..DocumentFilter::default()
    };
    let all = document::list(&signed.archive, &signed.caller, &filter)
        .await?
        .items;
    let mut ids = Vec::new();
    for name in named {
        let is = |one: &&document::Document| {
            one.id == *name
                || one
                    .ordinal
                    .is_some_and(|ordinal| ordinal.to_string() == *name)
        };
        // People name documents by their place in the file as the page shows it; programs name them
        // by id.
        let one = all.iter().find(is);
        let one =
            one.ok_or_else(|| Error::fault("/ordinals", "faults.document_of_another_file"))?;
        ids.push(one.id.clone());
    }
    Ok(ids)
}
