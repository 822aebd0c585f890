//! Lists that exist already: brought in, their columns said, confirmed by another person, compared, written out. Works
//! without scripts.

mod rows;

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::State;
use super::extractors::Asked;
use super::fault::PageFault;
use super::form_view::{Refused, Typed};
use super::labels::Names;
use super::layout::{Frame, shown_form};
use super::scan_form::ScanForm;
use super::session::{Form, Pairs, Signed};
use crate::access::Act;
use crate::error::{Error, Fault, Result};
use crate::import::{
    self, FoundColumn, FoundSheet, Import, ImportConfirming, KeptMapping, ListEncoding, ListRow,
    MappedColumn, Mapping, MappingGiven, Undoing,
};

/// Largest file of a list, in bytes.
pub const LARGEST_LIST: usize = 256 << 20;
/// Fields that lists often say only in their title: offered to be typed once for all rows.
const ONCE: [&str; 5] = [
    "truong",
    "nam_tot_nghiep",
    "khoa_thi",
    "hoi_dong",
    "qd_cong_nhan",
];

/// Paths of these pages and the handlers behind them.
pub fn routes() -> Router<State> {
    let receive = post(receive).layer(DefaultBodyLimit::max(LARGEST_LIST + (64 << 10)));
    Router::new()
        .route("/danh-sach", get(list).merge(receive))
        .route("/danh-sach/{id}", get(open).post(act))
        .route("/danh-sach/{id}/xuat/{form}", get(export))
        .merge(rows::routes())
}

/// The header by which a browser saves a file under a name of its own letters.
pub fn disposition(name: &str) -> String {
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    format!("attachment; filename=\"danh-sach\"; filename*=UTF-8''{name}")
}

// The list --------------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "imports.html")]
struct Imports {
    f: Frame,
    imports: Vec<Import>,
    kept: Vec<KeptMapping>,
    may_bring: bool,
    faults: Vec<Fault>,
}

async fn all(signed: Signed, faults: Vec<Fault>) -> Result<Response, PageFault> {
    let page = Imports {
        imports: import::list(&signed.archive, &signed.caller).await?,
        kept: import::mappings(&signed.archive, &signed.caller).await?,
        may_bring: signed.frame.may(Act::DescribeHoldings),
        f: signed.frame,
        faults,
    };
    shown_form(&page, &page.faults)
}

async fn list(signed: Signed) -> Result<Response, PageFault> {
    all(signed, Vec::new()).await
}

async fn receive(form: ScanForm) -> Result<Redirect, PageFault> {
    let import = import::receive(&form.archive, &form.caller, &form.name, form.file.path()).await?;
    Ok(Redirect::to(&format!("/danh-sach/{}", import.id)))
}

// One import ------------------------------------------------------------------------------------

/// What is looked at: another sheet or class than the mapping has.
#[derive(Debug, Default, serde::Deserialize)]
struct SheetQuery {
    trang: Option<String>,
    loai: Option<String>,
}

/// A column of the mapping beside what was found of it.
struct Column {
    found: FoundColumn,
    field: String,
    encoding: ListEncoding,
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage {
    f: Frame,
    names: Names,
    import: Import,
    mapping: Mapping,
    columns: Vec<Column>,
    /// Key and name of each field, or part of one, a column may hold.
    fields: Vec<(String, String)>,
    /// Fields that may be said once, with what is said.
    once: Vec<(String, String, String)>,
    preview: Vec<ListRow>,
    may_map: bool,
    may_confirm: bool,
    may_undo: bool,
    may_export: bool,
    keep_as: String,
    faults: Vec<Fault>,
}

impl ImportPage {
    fn sheet(&self) -> Option<&FoundSheet> {
        self.import
            .found
            .sheets
            .iter()
            .find(|sheet| sheet.name == self.mapping.sheet)
    }

    /// The fields that the preview has values of, in the order of the class.
    fn shown(&self) -> Vec<&(String, String)> {
        let has = |key: &str| self.preview.iter().any(|row| row.fields.contains_key(key));
        self.fields
            .iter()
            .filter(|(key, _)| !key.contains('.') && has(key))
            .collect()
    }

    fn encodings(&self) -> &'static [ListEncoding] {
        ListEncoding::ALL
    }

    fn is_proposed(&self) -> bool {
        self.import.mapped_by.is_none()
    }
}

async fn open(
    signed: Signed,
    Path(id): Path<String>,
    Asked(look): Asked<SheetQuery>,
) -> Result<Response, PageFault> {
    page(signed, &id, look, Refused::default()).await
}

async fn page(
    signed: Signed,
    id: &str,
    look: SheetQuery,
    refused: Refused,
) -> Result<Response, PageFault> {
    let (archive, caller, f) = (&signed.archive, &signed.caller, &signed.frame);
    let import = import::get(archive, caller, id).await?;
    let mapping = match refused.act.as_str() {
        "map" => typed(&import, &refused.typed),
        _ => looked_at(&import, &look),
    };
    let fields = target_fields(archive, f, &mapping.class);
    let once = once(&fields, &mapping);
    let preview = match f.may(Act::SeePersonalData) && refused.faults.is_empty() {
        // What cannot be previewed is said by the form itself.
        true => import::preview(archive, caller, id, &mapping)
            .await
            .unwrap_or_default(),
        false => Vec::new(),
    };
    let state = import.state.as_str();
    let by_two = import.mapped_by.as_deref() != Some(&caller.id) && import.received_by != caller.id;
    let page = ImportPage {
        columns: mapped_columns(&import, &mapping),
        once,
        may_map: f.may(Act::DescribeHoldings) && matches!(state, "received" | "mapped"),
        may_confirm: f.may(Act::ApproveRecords) && state == "mapped" && by_two,
        may_export: f.may(Act::SeePersonalData),
        may_undo: state != "undone" && (f.may(Act::DescribeHoldings) || f.may(Act::ApproveRecords)),
        keep_as: match refused.act.as_str() {
            "map" => Typed(&refused.typed).text("keep_as"),
            _ => import.mapping_name.clone().unwrap_or_default(),
        },
        names: Names::of(archive),
        mapping,
        fields,
        preview,
        import,
        f: signed.frame,
        faults: refused.faults,
    };
    shown_form(&page, &page.faults)
}

/// What a column may be read as: the fields of a class and their parts, each with its name for people.
fn target_fields(archive: &State, f: &Frame, class: &str) -> Vec<(String, String)> {
    let names = Names::of(archive);
    let named = |word: String| {
        let name = names.field(f, class, &word).to_owned();
        (word, name)
    };
    let mut fields = Vec::new();
    for field in archive
        .classes
        .get(class)
        .iter()
        .flat_map(|class| &class.fields)
    {
        fields.push(named(field.key.clone()));
        for part in sogoc_workers::class::Part::of(field.kind) {
            fields.push(named(format!("{}.{}", field.key, part.as_str())));
        }
    }
    fields
}

/// Of those fields, what may be said once for the whole list: word, name, and what is said.
fn once(fields: &[(String, String)], mapping: &Mapping) -> Vec<(String, String, String)> {
    let may = ONCE
        .iter()
        .filter_map(|key| fields.iter().find(|(own, _)| own == key));
    let said = |key: &str| mapping.constants.get(key).cloned().unwrap_or_default();
    may.map(|(key, name)| (key.clone(), name.clone(), said(key)))
        .collect()
}

/// The columns found in the sheet of the mapping, each beside what it is read as.
fn mapped_columns(import: &Import, mapping: &Mapping) -> Vec<Column> {
    let mut sheets = import.found.sheets.iter();
    let sheet = sheets.find(|sheet| sheet.name == mapping.sheet);
    let found = sheet.into_iter().flat_map(|sheet| &sheet.columns);
    let beside = |found: &FoundColumn| {
        let mut columns = mapping.columns.iter();
        let mapped = columns.find(|column| column.column == found.column);
        let field = mapped.and_then(|column| column.field.clone());
        Column {
            found: found.clone(),
            field: field.unwrap_or_default(),
            encoding: mapped.map(|column| column.encoding).unwrap_or_default(),
        }
    };
    found.map(beside).collect()
}

/// The mapping as it stands, or what another sheet proposes, for another class.
fn looked_at(import: &Import, look: &SheetQuery) -> Mapping {
    let standing = import.mapping.clone().unwrap_or_default();
    let other = look.trang.as_ref().filter(|name| **name != standing.sheet);
    let other = other.and_then(|name| import.found.sheets.iter().find(|sheet| sheet.name == *name));
    let mut mapping = other.map_or(standing, Mapping::proposed);
    if let Some(class) = look.loai.as_ref().filter(|class| **class != mapping.class) {
        mapping.class.clone_from(class);
    }
    mapping
}

/// The mapping that the boxes of the form give.
fn typed(import: &Import, given: &Pairs) -> Mapping {
    let said = Typed(given);
    let sheet = said.text("sheet");
    let found = import.found.sheets.iter().find(|one| one.name == sheet);
    let columns = found
        .map(|sheet| sheet.columns.as_slice())
        .unwrap_or_default()
        .iter()
        .map(|column| MappedColumn {
            column: column.column,
            header: column.header.clone(),
            field: said.maybe(&format!("field_{}", column.column)),
            encoding: said
                .text(&format!("encoding_{}", column.column))
                .parse()
                .unwrap_or_default(),
        });
    let constants = ONCE
        .iter()
        .filter_map(|key| Some(((*key).to_owned(), said.maybe(&format!("once_{key}"))?)));
    Mapping {
        columns: columns.collect(),
        constants: constants.collect::<BTreeMap<_, _>>(),
        first_row: said.text("first_row").parse().unwrap_or_default(),
        class: said.text("class"),
        month_first: said.ticked("month_first"),
        sheet,
    }
}

async fn act(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let word = Typed(&given).text("act");
    let done = carry_out(&signed, &id, &word, &given).await;
    match Refused::or(done, &word, given)? {
        Ok(()) => Ok(Redirect::to(&format!("/danh-sach/{id}")).into_response()),
        Err(refused) => page(signed, &id, SheetQuery::default(), refused).await,
    }
}

async fn carry_out(signed: &Signed, id: &str, word: &str, given: &Pairs) -> Result<()> {
    let (archive, caller, said) = (&signed.archive, &signed.caller, Typed(given));
    let seen = said.seen();
    match word {
        "map" => {
            let import = import::get(archive, caller, id).await?;
            let mapping = typed(&import, given);
            let keep_as = said.maybe("keep_as");
            let given = MappingGiven {
                seen,
                mapping,
                keep_as,
            };
            import::map(archive, caller, id, &given).await?;
        }
        "confirm" => {
            let digest = said.text("digest");
            import::confirm(archive, caller, id, &ImportConfirming { seen, digest }).await?;
        }
        "undo" => {
            let reason = said.text("reason");
            import::undo(archive, caller, id, &Undoing { seen, reason }).await?;
        }
        _ => return Err(Error::fault("/act", "faults.no_such_state")),
    }
    Ok(())
}

async fn export(
    signed: Signed,
    Path((id, form)): Path<(String, String)>,
) -> Result<Response, PageFault> {
    let file = import::export(&signed.archive, &signed.caller, &id, &form).await?;
    let headers = [
        (header::CONTENT_TYPE, file.media_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition(&file.name)),
    ];
    Ok((headers, file.bytes).into_response())
}
