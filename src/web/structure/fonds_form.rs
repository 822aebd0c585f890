//! The form in which a fonds is described.

use super::super::form_view::{FormBuilder, Typed};
use super::super::session::Pairs;
use crate::error::Result;
use crate::fonds::{AgencyAlias, Fonds, FondsFields, NewFonds};
use crate::holding::Edit;

/// The boxes of the description of a fonds.
pub(super) fn boxes<'a>(
    form: FormBuilder<'a>,
    fonds: Option<&Fonds>,
    units: Vec<(String, String)>,
) -> FormBuilder<'a> {
    let blank = FondsFields::default();
    let fields = fonds.map_or(&blank, |fonds| &fonds.fields);
    let text = |get: fn(&Fonds) -> &str| fonds.map_or("", get);
    let aliases: Vec<&str> = fields.aliases.iter().map(|one| one.code.as_str()).collect();
    let agency = fonds.and_then(|fonds| fonds.agency_code.as_ref());
    form.needed("code", "structure.field.code", text(|one| &one.code))
        .needed("name", "structure.field.name", text(|one| &one.name))
        .choice("unit", "structure.field.unit", text(|one| &one.unit), units)
        .maybe("agency_code", "structure.field.agency_code", agency)
        .line("aliases", "structure.field.aliases", &aliases.join(", "))
        .maybe(
            "start_date",
            "structure.field.start_date",
            fields.start_date.as_ref(),
        )
        .maybe(
            "end_date",
            "structure.field.end_date",
            fields.end_date.as_ref(),
        )
        .number(
            "total_documents",
            "structure.field.total_documents",
            fields.total_documents,
        )
        .line(
            "languages",
            "structure.field.languages",
            &fields.languages.join(", "),
        )
        .tick("reserve", "structure.field.reserve", fields.reserve)
        .area(
            "history",
            "structure.field.history",
            text(|one| &one.history),
        )
        .area("scheme", "structure.field.scheme", &fields.scheme)
        .area("note", "structure.field.note", &fields.note)
}

/// The description that the boxes of the form give.
pub(super) fn typed(given: &Pairs) -> Result<NewFonds> {
    let typed = Typed(given);
    let alias = |code| AgencyAlias {
        code,
        valid_from: None,
        basis: String::new(),
    };
    Ok(NewFonds {
        code: typed.text("code"),
        name: typed.text("name"),
        agency_code: typed.maybe("agency_code"),
        history: typed.text("history"),
        closed: false,
        unit: typed.maybe("unit"),
        fields: FondsFields {
            start_date: typed.maybe("start_date"),
            end_date: typed.maybe("end_date"),
            total_documents: typed.number("total_documents")?,
            scheme: typed.text("scheme"),
            languages: typed.list("languages"),
            reserve: typed.ticked("reserve"),
            note: typed.text("note"),
            aliases: typed.list("aliases").into_iter().map(alias).collect(),
        },
    })
}

/// What is known of an alias beside its code stays, though the form shows only codes.
pub(super) fn with_known_aliases(mut edit: Edit<NewFonds>, own: &Fonds) -> Edit<NewFonds> {
    for alias in &mut edit.description.fields.aliases {
        if let Some(known) = own
            .fields
            .aliases
            .iter()
            .find(|known| known.code == alias.code)
        {
            *alias = known.clone();
        }
    }
    edit
}
