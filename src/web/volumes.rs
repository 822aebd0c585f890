//! A register volume's column map: the sheet with the borders drawn over it, a field to choose for each
//! column, and one button that confirms. Works without scripts; with them the borders move as one types.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use sogoc_workers::class::{Class, Layout};

use super::State;
use super::extractors::Asked;
use super::fault::{PageFault, or_faults};
use super::labels::Names;
use super::layout::{Frame, shown_form};
use super::session::{Form, Pairs, Signed};
use crate::access::Act;
use crate::column_map::{self, NewMap, VolumeMap};
use crate::error::{Fault, Result};
use crate::page::{self, PageView};

pub fn routes() -> Router<State> {
    Router::new().route("/quyen/{id}/cot", get(open).post(act))
}

#[derive(Debug, Default, serde::Deserialize)]
struct SheetAsked {
    /// Id of the page to show.
    trang: Option<String>,
}

/// A map being drawn.
#[derive(Debug, Clone, Default)]
struct Draft {
    class: String,
    /// Right border of each column, in percent of the table's width as typed.
    ends: Vec<String>,
    fields: Vec<String>,
    note: String,
    page_id: String,
}

impl Draft {
    /// The confirmed map, else the proposal.
    fn of(map: &VolumeMap) -> Self {
        let (class, edges, fields) = match (map.confirmed.first(), &map.proposal) {
            (Some(newest), _) => (&newest.class, &newest.edges, &newest.fields),
            (None, Some(proposed)) => (&proposed.class, &proposed.edges, &proposed.fields),
            (None, None) => return Self::default(),
        };
        Self {
            class: class.clone(),
            ends: edges.iter().skip(1).map(|edge| percent(*edge)).collect(),
            fields: fields
                .iter()
                .map(|field| field.clone().unwrap_or_default())
                .collect(),
            ..Self::default()
        }
    }

    /// As sent: `u.N` and `f.N` for each column.
    fn sent(all: &BTreeMap<String, String>) -> Self {
        let text = |key: &str| all.get(key).cloned().unwrap_or_default();
        let column = |letter: char| {
            let keys = (0..).map(move |at| format!("{letter}.{at}"));
            // One more than a map may hold, so that a form of too many columns is refused and not
            // cut.
            keys.map_while(|key| all.get(&key).cloned())
                .take(sogoc_workers::column_map::MOST_COLUMNS + 1)
        };
        let ends: Vec<String> = column('u').collect();
        let mut fields: Vec<String> = column('f').collect();
        // Fields that were not sent are unread columns: the number of borders decides how many
        // there are.
        fields.resize(ends.len(), String::new());
        Self {
            class: text("class"),
            ends,
            fields,
            note: text("note"),
            page_id: text("page_id"),
        }
    }

    fn share(typed: &str) -> f64 {
        // People write a decimal comma; what is no number becomes one that the check of the map
        // refuses by its place.
        let number: Option<f64> = typed.trim().replace(',', ".").parse().ok();
        number.map_or(f64::NAN, |percent| percent / 100.0)
    }

    fn edges(&self) -> Vec<f64> {
        let inner = self.ends.iter().map(|typed| Self::share(typed));
        std::iter::once(0.0).chain(inner).collect()
    }

    /// Does what a button beside a column asks: `split-N` halves it, `join-N` puts the next one to it.
    fn change(&mut self, act: &str) {
        let column = |word: &str| {
            let at: usize = act.strip_prefix(word)?.parse().ok()?;
            (at < self.ends.len()).then_some(at)
        };
        if let Some(at) = column("split-") {
            let edges = self.edges();
            let middle = (edges[at] + edges[at + 1]) / 2.0;
            self.ends.insert(at, percent(middle));
            self.fields.insert(at + 1, String::new());
        } else if let Some(at) = column("join-").filter(|at| at + 1 < self.ends.len()) {
            self.ends.remove(at);
            self.fields.remove(at + 1);
        }
    }

    fn new_map(&self, seen: i64) -> NewMap {
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        NewMap {
            seen,
            class: self.class.clone(),
            edges: self.edges(),
            fields: self.fields.iter().map(given).collect(),
            page_id: given(&self.page_id),
            note: self.note.clone(),
        }
    }
}

/// A share as percent with at most two decimals.
fn percent(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A border over the picture: `x1, y1, x2, y2`.
type Border = [f64; 4];

#[derive(Template)]
#[template(path = "column_map.html")]
struct ColumnsPage {
    f: Frame,
    names: Names,
    map: VolumeMap,
    draft: Draft,
    /// Classes with rows, and the fields of the one chosen.
    classes: Vec<String>,
    fields: Vec<String>,
    page: Option<PageView>,
    /// Corners of the table on the upright picture.
    corners: [[i64; 2]; 4],
    faults: Vec<Fault>,
}

impl ColumnsPage {
    async fn of(signed: Signed, map: VolumeMap, draft: Draft, faults: Vec<Fault>) -> Result<Self> {
        let sheet = map
            // The page that was asked for, or the first: a link may outlive its page.
            .sheets
            .iter()
            .find(|sheet| sheet.page_id == draft.page_id)
            .or(map.sheets.first());
        let page = match sheet {
            Some(sheet) => Some(page::get(&signed.archive, &signed.caller, &sheet.page_id).await?),
            None => None,
        };
        let corners = sheet.zip(page.as_ref()).map(|(sheet, page)| {
            sheet.corners.map(|[x, y]| {
                let [x, y, ..] = page.upright([x, y, 0, 0]);
                [x, y]
            })
        });
        let tables = signed
            .archive
            .classes
            .iter()
            .filter(|c| c.layout == Layout::Table);
        let chosen = signed.archive.classes.get(&draft.class).into_iter();
        let words = chosen.flat_map(|class| class.column_words());
        Ok(Self {
            classes: tables.map(|class| class.id.clone()).collect(),
            fields: words
                .map(|(field, part)| Class::column_word(field, part))
                .collect(),
            names: Names::of(&signed.archive),
            corners: corners.unwrap_or_default(),
            f: signed.frame,
            map,
            draft,
            page,
            faults,
        })
    }

    fn shown(&self) -> Result<Response, PageFault> {
        shown_form(self, &self.faults)
    }

    fn seen(&self) -> i64 {
        self.map.confirmed.first().map_or(0, |map| map.version)
    }

    fn size(&self) -> (i64, i64) {
        self.page.as_ref().map_or((0, 0), PageView::upright_size)
    }

    /// Corners as `x,y` pairs for the script.
    fn corners(&self) -> String {
        let all = self.corners.iter().flatten();
        all.map(ToString::to_string).collect::<Vec<_>>().join(",")
    }

    /// The borders, the left side of the table first.
    fn lines(&self) -> Vec<Border> {
        let at = |[ax, ay]: [i64; 2], [bx, by]: [i64; 2], share: f64| {
            let between = |a: i64, b: i64| a as f64 + (b - a) as f64 * share;
            (between(ax, bx), between(ay, by))
        };
        let [upper_left, upper_right, lower_right, lower_left] = self.corners;
        let line = |share: f64| {
            // A border that is not yet a number is drawn at the left, where it does no harm,
            // instead of failing the page.
            let share = if share.is_finite() { share } else { 0.0 };
            let (x1, y1) = at(upper_left, upper_right, share);
            let (x2, y2) = at(lower_left, lower_right, share);
            [x1, y1, x2, y2]
        };
        self.draft.edges().into_iter().map(line).collect()
    }

    /// Where each column's number is written over the picture.
    fn numbers(&self) -> Vec<(usize, f64, f64)> {
        let lines = self.lines();
        let middle = |(at, pair): (usize, &[Border])| {
            let x = (pair[0][0] + pair[1][0]) / 2.0;
            (at + 1, x, pair[0][1].min(pair[1][1]) - self.letter() * 0.4)
        };
        lines.windows(2).enumerate().map(middle).collect()
    }

    /// Height of those numbers, in pixels of the picture.
    fn letter(&self) -> f64 {
        self.size().0 as f64 / 60.0
    }

    fn fault_at(&self, column: &usize) -> Option<&Fault> {
        let (edge, field) = (
            format!("/edges/{}", column + 1),
            format!("/fields/{column}"),
        );
        let here = |fault: &&Fault| fault.pointer == edge || fault.pointer == field;
        self.faults.iter().find(here)
    }

    fn last(&self, column: &usize) -> bool {
        column + 1 == self.draft.ends.len()
    }

    fn chosen(&self, column: &usize, key: &str) -> bool {
        self.draft
            .fields
            .get(*column)
            .is_some_and(|field| field == key)
    }

    fn shows(&self, page_id: &str) -> bool {
        self.page.as_ref().is_some_and(|page| page.id == page_id)
    }

    fn may_confirm(&self) -> bool {
        self.f.may(Act::CorrectRecords)
    }
}

async fn open(
    signed: Signed,
    Path(id): Path<String>,
    Asked(asked): Asked<SheetAsked>,
) -> Result<Response, PageFault> {
    let map = column_map::get(&signed.archive, &signed.caller, &id).await?;
    let mut draft = Draft::of(&map);
    draft.page_id = asked.trang.unwrap_or_default();
    let page = ColumnsPage::of(signed, map, draft, Vec::new()).await?;
    page.shown()
}

async fn act(Path(id): Path<String>, form: Form<Pairs>) -> Result<Response, PageFault> {
    let (signed, given) = form.parts();
    let all: BTreeMap<String, String> = given.into_iter().collect();
    let mut draft = Draft::sent(&all);
    let text = |key: &str| all.get(key).map(String::as_str).unwrap_or_default();
    let faults = if text("act") == "confirm" {
        let seen = text("seen").parse().unwrap_or_default();
        let map = draft.new_map(seen);
        let confirmed = column_map::confirm(&signed.archive, &signed.caller, &id, &map).await;
        match or_faults(confirmed)? {
            Ok(_) => return Ok(Redirect::to(&format!("/quyen/{id}/cot")).into_response()),
            Err(faults) => faults,
        }
    } else {
        // Buttons beside the columns change only the draft: nothing is stored until it is
        // confirmed.
        draft.change(text("act"));
        Vec::new()
    };
    // Loaded again, so that a map confirmed meanwhile is shown beside the draft.
    let map = column_map::get(&signed.archive, &signed.caller, &id).await?;
    let page = ColumnsPage::of(signed, map, draft, faults).await?;
    page.shown()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> Draft {
        let pairs = [
            ("class", "so_goc"),
            ("u.0", "10"),
            ("f.0", "stt"),
            ("u.1", "60,5"),
            ("f.1", "ho_ten"),
            ("u.2", "100"),
            ("f.2", ""),
        ];
        let owned = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
        Draft::sent(&BTreeMap::from(owned))
    }

    #[test]
    fn what_is_typed_becomes_a_map() {
        let map = sent().new_map(3);
        assert_eq!(map.edges, [0.0, 0.1, 0.605, 1.0]);
        let keys: Vec<Option<&str>> = map.fields.iter().map(Option::as_deref).collect();
        assert_eq!(keys, [Some("stt"), Some("ho_ten"), None]);
        assert_eq!(map.seen, 3);
        let mut wrong = sent();
        wrong.ends[1] = "giữa".into();
        assert!(wrong.new_map(0).edges[2].is_nan(), "refused when confirmed");
    }

    #[test]
    fn a_column_is_halved_and_put_together_again() {
        let mut draft = sent();
        draft.change("split-1");
        assert_eq!(draft.ends, ["10", "35.25", "60,5", "100"]);
        assert_eq!(draft.fields, ["stt", "ho_ten", "", ""]);
        draft.change("join-1");
        assert_eq!(draft.ends, ["10", "60,5", "100"]);
        for nothing in ["join-2", "split-9", "join-x", "", "draw"] {
            draft.change(nothing);
        }
        assert_eq!(draft.ends.len(), 3);
    }
}
