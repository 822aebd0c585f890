//! Which class a page belongs to, from what stands where on it: a table of people is a register whatever its title,
//! and a page without one is never a register.

mod particulars;

use crate::class::classify::{LEAST, likeliest, scores};
use crate::class::{Class, Classes, FieldKind, Layout};
use crate::form;
use crate::layout::lines::{Line, Text};
use crate::layout::{Row, TableLayout};
use crate::table::{Columns, shows_people};
use crate::word::Word;

/// A table of fewer people may be an example in a letter.
const FEWEST_ROWS: usize = 3;
/// A table less understood than this shows nothing of its class.
const LEAST_UNDERSTOOD: f64 = 0.36;
/// A table with less than this share of the page's words is part of another paper.
const MOST_OF_PAGE: f64 = 0.45;
/// Weight of the words for another class from which it outweighs a table of people: a payroll is one too.
const OUTSPOKEN: f32 = 6.0;
/// Weight of the words for a table's class from which it is taken although no table was found.
const TITLED: f32 = 5.0;

/// This many fields named by a header show whose table it is.
const HEADED: f64 = 3.0;
/// Likeness (0 to 1) to a field's words from which a header counts.
const CLEARLY_HEADED: f64 = 0.75;
/// A difference in how far headers explain a table that says nothing.
const SLIGHT: f64 = 0.5;
/// How sure a class is that a table of people shows.
const BY_TABLE: f64 = 0.97;
/// The same where its people have neither the number of a diploma nor that of a register: any list may have them.
const LIST_ONLY: f64 = 0.7;
/// How sure a class of tables is at most that words alone speak for, or a diploma that only its particulars show.
const UNSEEN: f64 = 0.6;
/// A table of this many rows is not a diploma's.
const ROWS_OF_TABLE: usize = 6;
/// A form less understood than this may be of any class; nothing of it is accepted either.
const HARDLY_UNDERSTOOD: f64 = 0.6;
/// The class of one person's diploma, for which a page's particulars speak.
const DIPLOMA: &str = "van_bang";

/// A page as far as it was looked at.
pub(crate) struct PageView<'a> {
    pub lines: &'a [Line],
    pub words: &'a [Word],
    /// Its table and the words of its cells, where it has one.
    pub table: Option<(&'a TableLayout<'a>, &'a [Row])>,
}

/// The class of a page and how sure that is, 0 to 1.
pub(crate) fn class_of(page: &PageView<'_>, classes: &Classes) -> (String, f64) {
    let mut by_particulars = false;
    let mut scores = scores(&Text::new(page.lines).text, classes);
    form::weigh(&mut scores, page.lines);
    let is_table = page
        .table
        .is_some_and(|(_, rows)| rows.len() >= ROWS_OF_TABLE);
    if !is_table && let Some((_, score)) = scores.iter_mut().find(|(class, _)| class.id == DIPLOMA)
    {
        by_particulars = *score < LEAST && !particulars::is_titled(page.lines);
        *score += particulars::of_diploma(page.lines);
        scores.sort_by(|a, b| b.1.total_cmp(&a.1));
    }
    if let Some(told) = by_table(page, &scores) {
        return told;
    }
    if is_ruled_table(page)
        && let Some(told) = without_diplomas(&mut scores)
    {
        return told;
    }
    if let Some(told) = people_alone(page, &scores) {
        return told;
    }
    // Without a table of people only a title speaks for a class of tables.
    scores.retain(|(class, score)| class.layout != Layout::Table || *score >= TITLED);
    let (id, sure) = likeliest(&scores);
    let is_of_tables = classes
        .get(&id)
        .is_some_and(|class| class.layout == Layout::Table);
    // A school's record has a person's particulars too.
    let guessed = is_of_tables || by_particulars && id == DIPLOMA;
    (id, if guessed { sure.min(UNSEEN) } else { sure })
}

/// How sure the class of a page is once it was read: not surely one of forms of which hardly anything was found on it.
pub(crate) fn as_understood(class: Option<&Class>, sure: f64, understood: Option<f64>) -> f64 {
    let is_form = class.is_some_and(|class| class.layout == Layout::Form);
    let hardly = understood.is_some_and(|understood| understood < HARDLY_UNDERSTOOD);
    if is_form && hardly {
        sure.min(UNSEEN)
    } else {
        sure
    }
}

/// The class of a page whose table is one of people, as far as its rows or its header show; `None` where neither does, or
/// the words of another class outweigh it.
fn by_table(page: &PageView<'_>, scores: &[(&Class, f32)]) -> Option<(String, f64)> {
    let tables = scores
        .iter()
        .filter(|(class, _)| class.layout == Layout::Table);
    let others = |class: &Class| -> Vec<&Class> {
        let of_tables = scores
            .iter()
            .filter(|(other, _)| other.layout == Layout::Table && other.id != class.id);
        of_tables.map(|(other, _)| *other).collect()
    };
    let shown: Vec<(&Class, f32, Shown)> = tables
        .filter_map(|(class, score)| Some((*class, *score, shown(class, page)?)))
        .filter(|(class, score, of)| *score >= LEAST || of.has_own(class, &others(class)))
        .collect();
    let most_headed = shown.iter().map(|(.., of)| of.headed).fold(0.0, f64::max);
    // Words may stand in any title; the class that has a name for more of the columns knows the table. One that neither
    // a title nor the header speaks for is none of a table that the header of another explains better.
    let rank = |(class, score, of): &(&Class, f32, Shown)| {
        let by_header = of.headed >= HEADED && of.headed + SLIGHT >= most_headed;
        let heard = match *score >= LEAST || by_header {
            true => f64::from(score.max(LEAST)) + of.columns,
            false => 0.0,
        };
        heard + class.fields.len() as f64 * SLIGHT / 100.0
    };
    // What has several people in rows is nobody's own diploma, whatever is written above them.
    let against = scores
        .iter()
        .find(|(class, _)| class.layout != Layout::Table && class.id != DIPLOMA);
    let outspoken =
        |table: f32| against.is_some_and(|(_, other)| *other >= OUTSPOKEN && *other > table + 2.0);
    let best = |fits: fn(&Shown) -> bool| {
        let fitting = shown.iter().filter(|(.., of)| fits(of));
        let best = fitting.max_by(|a, b| rank(a).total_cmp(&rank(b)));
        best.filter(|(_, score, _)| !outspoken(*score))
    };
    if let Some((class, _, of)) = best(|of| of.people) {
        let most = if of.numbered { BY_TABLE } else { LIST_ONLY };
        return Some((class.id.clone(), most * of.understood.sqrt().min(1.0)));
    }
    // A header that names columns of people says so though a pen wrote what cannot be read below it.
    let (class, ..) = best(|of| of.rows >= ROWS_OF_TABLE && of.headed >= HEADED)?;
    Some((class.id.clone(), UNSEEN))
}

/// The register of people that a page's values show, though nothing names its columns; not surely, and not against the
/// words of another paper.
fn people_alone(page: &PageView<'_>, scores: &[(&Class, f32)]) -> Option<(String, f64)> {
    let (_, rows) = page.table?;
    let other = |(class, score): &(&Class, f32)| {
        class.layout != Layout::Table && class.id != DIPLOMA && *score >= LEAST
    };
    let is_register =
        !scores.iter().any(other) && is_most_of(rows, page.words) && shows_people(rows);
    let tables = scores
        .iter()
        .filter(|(class, _)| class.layout == Layout::Table);
    let best = tables.max_by_key(|(class, score)| (*score >= LEAST, class.fields.len()))?;
    is_register.then(|| (best.0.id.clone(), UNSEEN))
}

/// Takes diplomas from the scores of a page with a ruled table of many rows, which is nobody's own; where their words
/// speak loudest, it is their register, or may be one of that nobody can read.
fn without_diplomas(scores: &mut Vec<(&Class, f32)>) -> Option<(String, f64)> {
    let at = scores.iter().position(|(class, _)| class.id == DIPLOMA)?;
    let (_, said) = scores.remove(at);
    let first = scores.first().map_or(0.0, |(_, score)| *score);
    let tables = scores.iter().map(|(class, _)| *class);
    let register = tables
        .filter(|class| class.layout == Layout::Table)
        .max_by_key(|class| class.fields.len())?;
    (said >= LEAST && said > first).then(|| (register.id.clone(), UNSEEN))
}

/// Whether standing rules part a table of many rows that is most of the page.
fn is_ruled_table(page: &PageView<'_>) -> bool {
    page.table.is_some_and(|(layout, rows)| {
        layout.is_ruled && rows.len() >= ROWS_OF_TABLE && is_most_of(rows, page.words)
    })
}

/// Whether the cells hold most of what is written on the page.
fn is_most_of(rows: &[Row], words: &[Word]) -> bool {
    let letters = |words: &[Word]| words.iter().map(|word| word.letters()).sum::<usize>() as f64;
    let inside: f64 = rows.iter().flatten().map(|cell| letters(cell)).sum();
    inside >= MOST_OF_PAGE * letters(words)
}

/// A table as a class understands it.
struct Shown {
    /// Whether it is one of people.
    people: bool,
    /// How many rows it has, its header included.
    rows: usize,
    /// How many fields its header names, each counted as far as it does.
    headed: f64,
    /// The keys of the fields that its header names clearly.
    headed_keys: Vec<String>,
    /// How far it is understood, 0 to 1.
    understood: f64,
    /// Whether they have the number of a diploma or of a register.
    numbered: bool,
    /// How many of its columns are explained as fields.
    columns: f64,
}

impl Shown {
    /// Whether its header names a field that the class must have and no other class of tables has. A class that every
    /// other one of tables has more of is known by what is its own: the appendix of a register by what was corrected.
    fn has_own(&self, class: &Class, others: &[&Class]) -> bool {
        let shared = |key: &str| others.iter().any(|other| other.field(key).is_some());
        let mut own = class
            .fields
            .iter()
            .filter(|field| field.mandatory && !shared(&field.key))
            .peekable();
        let largest = others
            .iter()
            .all(|other| other.fields.len() <= class.fields.len());
        largest || own.peek().is_none() || own.any(|field| self.headed_keys.contains(&field.key))
    }
}

/// How far the page's table is understood as one of that class; `None` where there is none, or hardly any of the page.
fn shown(class: &Class, page: &PageView<'_>) -> Option<Shown> {
    let (layout, rows) = page.table?;
    let columns = Columns::of(class, layout, rows)?;
    let of_kind = |kind: FieldKind| columns.named.iter().any(|named| named.field.kind == kind);
    let numbered = columns
        .named
        .iter()
        .any(|named| named.field.kind == FieldKind::Number && named.field.key != "stt");
    let born = of_kind(FieldKind::Date) || numbered;
    let told = of_kind(FieldKind::Name) && born && columns.named.len() >= 4;
    let most = is_most_of(rows, page.words);
    let enough = columns.data_rows.len() >= FEWEST_ROWS && columns.understood >= LEAST_UNDERSTOOD;
    let headers = columns.named.iter().map(|named| named.trust.header);
    let clear = columns
        .named
        .iter()
        .filter(|named| named.trust.header >= CLEARLY_HEADED);
    most.then_some(Shown {
        people: told && enough,
        rows: rows.len(),
        headed: headers.filter(|like| *like >= CLEARLY_HEADED).sum(),
        headed_keys: clear.map(|named| named.field.key.clone()).collect(),
        understood: columns.understood,
        numbered,
        columns: columns.explained,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Grid;
    use crate::layout::lines::lines;
    use crate::layout::lines::tests::page;

    /// The class of a page of these lines, the table of which begins at the fourth; columns begin at these letters.
    fn class_of(
        head: [&str; 3],
        table: &[&str],
        columns: &[usize],
        is_ruled: bool,
    ) -> (String, f64) {
        let classes = Classes::load(None).unwrap();
        let text: Vec<&str> = head.iter().chain(table).copied().collect();
        let words = page(&text);
        let at = |letter: &usize| 12.0 * *letter as f64 - 6.0;
        let columns: Vec<f64> = columns.iter().map(at).collect();
        let rows: Vec<f64> = (3..=text.len())
            .map(|row| 40.0 * row as f64 - 8.0)
            .collect();
        let layout = TableLayout {
            grid: Grid::straight(&columns, &rows),
            is_ruled,
            map: None,
            share: 0.0,
        };
        let rows = layout.grid.rows(&words);
        let lines = lines(&words);
        let page = PageView {
            lines: &lines,
            words: &words,
            table: Some((&layout, &rows)),
        };
        super::class_of(&page, &classes)
    }

    const DIPLOMAS: [&str; 3] = [
        "BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG",
        "Học sinh trường: Huế",
        "Đã tốt nghiệp, xếp loại tốt nghiệp, số vào sổ, vào sổ số, hội đồng thi",
    ];
    const COLUMNS: [usize; 6] = [0, 5, 24, 38, 48, 60];
    const PEOPLE: [&str; 6] = [
        "31   Lê Thị Nga         05/09/1974    Khá       B0825111",
        "32   Hồ Văn Tâm         06/11/1974    Giỏi      B0825112",
        "33   Võ Thị Bích        17/02/1973    Khá       B0825113",
        "34   Đỗ Văn Anh         02/12/1975    Giỏi      B0825114",
        "35   Bùi Thị Hà         11/10/1974    Khá       B0825115",
        "36   Ngô Văn Hùng       23/01/1974    Khá       B0825116",
    ];
    const HEADER: &str = "TT   Tên họ             Ngày sinh     Xếp loại  Số phôi";

    #[test]
    fn people_in_rows_are_a_register_whatever_words_of_diplomas_say() {
        let mut table = vec![HEADER];
        table.extend(PEOPLE);
        let (class, sure) = class_of(DIPLOMAS, &table, &COLUMNS, true);
        assert_eq!(class, "so_goc");
        assert!(sure > 0.8, "{sure}");
    }

    #[test]
    fn a_form_of_which_hardly_anything_was_found_is_not_surely_one() {
        let classes = Classes::load(None).unwrap();
        let sure = |class, understood| as_understood(classes.get(class), 0.9, understood);
        assert_eq!(sure("van_bang", Some(0.5)), UNSEEN);
        assert_eq!(sure("van_bang", Some(0.8)), 0.9);
        assert_eq!(
            sure("so_goc", Some(0.3)),
            0.9,
            "a table's class knows how far it was understood"
        );
        assert_eq!(as_understood(None, 0.1, None), 0.1);
    }

    #[test]
    fn a_table_without_a_header_is_no_appendix() {
        let head = ["Trang 7", "", ""];
        assert_eq!(class_of(head, &PEOPLE, &COLUMNS, true).0, "so_goc");
    }

    #[test]
    fn a_header_that_an_appendix_shares_with_registers_makes_none() {
        let mut table = vec!["TT   Họ và tên          Ngày sinh     Xxxx      Số hiệu mới"];
        table.extend(PEOPLE);
        let head = ["Trang 7", "", ""];
        assert_eq!(class_of(head, &table, &COLUMNS, true).0, "so_goc");
    }

    #[test]
    fn a_header_of_people_over_rows_nobody_can_read_is_a_register_but_not_surely() {
        let mut table = vec![HEADER];
        table.extend(["12   z2 Z7 ỒỞ            Z/x           7z        ÕÔ2"; 7]);
        let (class, sure) = class_of(DIPLOMAS, &table, &COLUMNS, true);
        assert_eq!((class.as_str(), sure), ("so_goc", UNSEEN));
        // A table of which nothing can be read is not a diploma either.
        table[0] = "zz   Z7 ỒỞ              Z7x           7z        ÕÔ2";
        let (class, sure) = class_of(DIPLOMAS, &table, &COLUMNS, true);
        assert_eq!((class.as_str(), sure), ("so_goc", UNSEEN));
    }
}
