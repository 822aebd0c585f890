//! The boxes in which a document is described, and what they say.

use super::form_view::{FormBuilder, Typed, coded};
use super::labels::Names;
use super::session::{Pairs, Signed};
use crate::document::{Document, DocumentFields, NewDocument};
use crate::error::Result;

/// The boxes of a document's description.
pub(super) fn boxes<'a>(
    form: FormBuilder<'a>,
    signed: &Signed,
    document: &Document,
) -> FormBuilder<'a> {
    let (f, names) = (&signed.frame, Names::of(&signed.archive));
    let fields = &document.fields;
    let classes = names
        .classes()
        .map(|(id, name)| (id.to_owned(), f.pick(&name.vi, &name.en).to_owned()));
    let none = std::iter::once((String::new(), "–".to_owned()));
    let form = form
        .maybe("file", "structure.file_code", document.file.as_ref())
        .maybe("volume", "structure.volume_code", document.volume.as_ref())
        .choice(
            "type_name",
            "structure.field.type_name",
            &chosen(&fields.type_name),
            coded(f, "structure.type_name", 32, true),
        )
        .choice(
            "class",
            "structure.field.class",
            &chosen(&fields.class),
            none.chain(classes).collect(),
        )
        .maybe(
            "code_number",
            "structure.field.code_number",
            fields.code_number.as_ref(),
        )
        .maybe(
            "code_notation",
            "structure.field.code_notation",
            fields.code_notation.as_ref(),
        )
        .maybe(
            "issued_date",
            "structure.field.issued_date",
            fields.issued_date.as_ref(),
        )
        .maybe(
            "organ_name",
            "structure.field.organ_name",
            fields.organ_name.as_ref(),
        )
        .area(
            "subject",
            "structure.field.subject",
            &chosen(&fields.subject),
        )
        .line(
            "languages",
            "structure.field.languages",
            &fields.languages.join(", "),
        )
        .number(
            "pages_on_paper",
            "structure.field.pages",
            fields.pages_on_paper,
        )
        .maybe(
            "information_sign",
            "structure.field.information_sign",
            fields.information_sign.as_ref(),
        )
        .maybe(
            "keyword",
            "structure.field.keyword",
            fields.keyword.as_ref(),
        );
    regime_boxes(form, signed, fields)
}

/// How long and for whom it is preserved, and what it is as a paper.
fn regime_boxes<'a>(
    form: FormBuilder<'a>,
    signed: &Signed,
    fields: &DocumentFields,
) -> FormBuilder<'a> {
    let f = &signed.frame;
    form.choice(
        "maintenance",
        "structure.field.maintenance",
        &chosen(&fields.maintenance),
        coded(f, "structure.maintenance", 7, true),
    )
    .choice(
        "mode",
        "structure.field.mode",
        &chosen(&fields.mode),
        coded(f, "structure.mode", 3, true),
    )
    .choice(
        "confidence_level",
        "structure.field.confidence_level",
        &chosen(&fields.confidence_level),
        coded(f, "structure.confidence", 3, true),
    )
    .area(
        "autograph",
        "structure.field.autograph",
        &chosen(&fields.autograph),
    )
    .choice(
        "physical_state",
        "structure.field.physical_state",
        &chosen(&fields.physical_state),
        coded(f, "structure.physical_state", 3, true),
    )
    .tick(
        "process",
        "structure.field.process",
        fields.process.unwrap_or_default(),
    )
    .tick("reserve", "structure.field.reserve", fields.reserve)
    .choice(
        "reserve_state",
        "structure.field.reserve_state",
        &chosen(&fields.reserve_state),
        coded(f, "structure.reserve_state", 2, true),
    )
    .area("note", "structure.field.note", &chosen(&fields.note))
}

/// What is chosen or written in a box that may be empty.
fn chosen(value: &Option<String>) -> String {
    value.clone().unwrap_or_default()
}

/// What the boxes of a document say.
pub(super) fn typed(given: &Pairs) -> Result<NewDocument> {
    let typed = Typed(given);
    let process = typed.ticked("process").then_some(true);
    Ok(NewDocument {
        file: typed.maybe("file"),
        volume: typed.maybe("volume"),
        fields: DocumentFields {
            maintenance: typed.maybe("maintenance"),
            type_name: typed.maybe("type_name"),
            class: typed.maybe("class"),
            code_number: typed.maybe("code_number"),
            code_notation: typed.maybe("code_notation"),
            issued_date: typed.maybe("issued_date"),
            organ_name: typed.maybe("organ_name"),
            subject: typed.maybe("subject").map(|text| text.replace('\n', " ")),
            languages: typed.list("languages"),
            pages_on_paper: typed.number("pages_on_paper")?,
            information_sign: typed.maybe("information_sign"),
            keyword: typed.maybe("keyword"),
            mode: typed.maybe("mode"),
            confidence_level: typed.maybe("confidence_level"),
            autograph: typed.maybe("autograph"),
            physical_state: typed.maybe("physical_state"),
            process,
            reserve: typed.ticked("reserve"),
            reserve_state: typed.maybe("reserve_state"),
            note: typed.maybe("note"),
        },
    })
}
