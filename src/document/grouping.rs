//! Grouping proposed for what came in a batch: by folder, by name, by what the pages say (heads, titles, running numbers,
//! sentences that go on). Shown first, applied when a person says so; what a
//! person has touched stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use sogoc_workers::page_stream::{StreamPage, beginnings};

use super::name_order::natural;
use super::pages::{join_in, split_in};
use super::{IN_ORDER, PagePart, STANDS};
use crate::access::{Act, Caller, require};
use crate::archive::Archive;
use crate::audit::Action;
use crate::catalogue::{Tx, text_enum};
use crate::error::{Error, Result};
use crate::holding::{self, HoldingKind};

/// Most pages of one batch that are grouped.
const MOST_PAGES: usize = 100_000;

text_enum! {
    /// What makes files one document.
    pub enum GroupBy {
        /// Each file is one, as it came.
        File,
        /// The files of one folder.
        Folder,
        /// Files whose names differ by a number at the end: `715_1.jpg`, `715_2.jpg`.
        Name,
        /// Pages on which no other paper begins, as they lie in the order of their files' names.
        Content,
    }
}

/// A document as it would be.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Group {
    /// What its files share.
    pub title: String,
    /// Ids of the documents it would join, the first stays.
    pub documents: Vec<String>,
    /// Its pages in order.
    pub pages: Vec<GroupedPage>,
}

/// One page with its place in the document it is proposed for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct GroupedPage {
    /// Id of a row of `pages`.
    pub page_id: String,
    /// The document it is in now.
    pub document_id: String,
    /// The file's name as delivered.
    pub original_name: String,
    /// Its number in that file.
    pub number: i64,
    /// What it is in its document: page, cover or back.
    pub part: PagePart,
    /// What it shows of its place in a pile, as JSON; nothing before it is read.
    #[serde(skip)]
    #[sqlx(default)]
    stream: Option<String>,
}

/// What grouping a batch would make of the documents nobody has touched.
///
/// # Errors
/// `NotFound` batch, `Refused` for a batch too large, `Forbidden`.
pub async fn preview(
    archive: &Archive,
    caller: &Caller,
    batch_id: &str,
    by: GroupBy,
) -> Result<Vec<Group>> {
    // Seeing is enough for a preview; only applying it changes anything.
    require(caller, Act::SeeRecords)?;
    let there = sqlx::query("SELECT 1 FROM batches WHERE id = $1")
        .bind(batch_id)
        .fetch_optional(archive.catalogue.pool())
        .await?;
    if there.is_none() {
        return Err(Error::NotFound { what: "batch" });
    }
    let query = format!(
        "SELECT g.page_id, g.document_id, s.original_name, p.number, g.part, p.stream
         FROM document_pages g JOIN pages p ON p.id = g.page_id JOIN scans s ON s.id = p.scan_id
         JOIN documents d ON d.id = g.document_id {}",
        IN_ORDER.replacen(
            "ORDER BY",
            &format!(
                // Only what nobody touched: a person's grouping is never proposed away.
                "WHERE s.batch_id = $1 AND d.version = 1 AND d.state = 'proposed'
                 AND d.volume_id IS NULL AND {STANDS} ORDER BY"
            ),
            1
        )
    );
    let pages: Vec<GroupedPage> = sqlx::query_as(sqlx::AssertSqlSafe(query))
        .bind(batch_id)
        .fetch_all(archive.catalogue.pool())
        .await?;
    // The preview is built in memory and shown on one page.
    if pages.len() > MOST_PAGES {
        return Err(Error::refuse("errors.too_many_to_group"));
    }
    Ok(match by {
        GroupBy::Content => by_content(pages),
        GroupBy::File | GroupBy::Folder | GroupBy::Name => grouped(pages, by),
    })
}

/// Pages put together, groups in the order of their first page.
fn grouped(pages: Vec<GroupedPage>, by: GroupBy) -> Vec<Group> {
    let mut order = Vec::new();
    let mut groups = BTreeMap::<String, Group>::new();
    for page in pages {
        let key = key_of(&page, by);
        let group = groups.entry(key.clone()).or_insert_with(|| {
            // In the order of the paper, which sorting by key would lose.
            order.push(key.clone());
            Group {
                title: key.rsplit('/').next().unwrap_or(&key).to_owned(),
                documents: Vec::new(),
                pages: Vec::new(),
            }
        });
        if !group.documents.contains(&page.document_id) {
            group.documents.push(page.document_id.clone());
        }
        group.pages.push(page);
    }
    order.iter().filter_map(|key| groups.remove(key)).collect()
}

/// Pages put together where no other paper begins, whatever files they came in.
fn by_content(mut pages: Vec<GroupedPage>) -> Vec<Group> {
    pages.sort_by_cached_key(|page| (natural(&page.original_name), page.number));
    let stream: Vec<StreamPage> = pages
        .iter()
        .map(|page| {
            let seen = page.stream.as_deref().unwrap_or("{}");
            let seen: StreamPage = serde_json::from_str(seen).unwrap_or_default();
            StreamPage {
                file: page.original_name.clone(),
                ..seen
            }
        })
        .collect();
    let mut groups: Vec<Group> = Vec::new();
    for (page, begins) in pages.into_iter().zip(beginnings(&stream)) {
        if begins {
            groups.push(Group {
                title: page.original_name.clone(),
                documents: Vec::new(),
                pages: Vec::new(),
            });
        }
        if let Some(group) = groups.last_mut() {
            if !group.documents.contains(&page.document_id) {
                group.documents.push(page.document_id.clone());
            }
            group.pages.push(page);
        }
    }
    groups
}

fn key_of(page: &GroupedPage, by: GroupBy) -> String {
    let name = &page.original_name;
    let folder = name.rsplit_once('/').map(|(folder, _)| folder);
    match (by, folder) {
        (GroupBy::Folder, Some(folder)) => folder.to_owned(),
        (GroupBy::Name, _) => stem(name),
        // A file without a folder stands alone, whatever the way of grouping.
        (GroupBy::File | GroupBy::Folder | GroupBy::Content, _) => name.clone(),
    }
}

/// A name without its ending and the number at its end; the whole name where nothing else is left.
fn stem(name: &str) -> String {
    let (folder, last) = name.rsplit_once('/').unwrap_or(("", name));
    let bare = last.rsplit_once('.').map_or(last, |(bare, _)| bare);
    let number = |letter: char| letter.is_ascii_digit();
    // The number goes, then what joined it to the name: `QD-12_3.jpg` belongs to `QD-12`.
    let cut = bare.trim_end_matches(number);
    let joint = |letter: char| matches!(letter, '_' | '-' | ' ' | '.' | '(' | ')');
    let base = cut
        .trim_end_matches(joint)
        .trim_end_matches(" trang")
        .trim_end_matches("_trang");
    // A name that is nothing but a number, or whose number belongs to it, is not cut.
    match cut.len() < bare.len() && cut.ends_with(joint) && !base.is_empty() {
        true => format!("{folder}/{base}"),
        false => name.to_owned(),
    }
}

/// Applies what [`preview`] shows: every group of several documents becomes one. Gives how many were made.
///
/// # Errors
/// As [`preview`]; `Refused` when a document was touched in between: look again.
pub async fn group(
    archive: &Archive,
    caller: &Caller,
    batch_id: &str,
    by: GroupBy,
) -> Result<usize> {
    require(caller, Act::DescribeHoldings)?;
    let mut groups = preview(archive, caller, batch_id, by).await?;
    let mut tx = archive.begin(caller).await?;
    let parted = part(&mut tx, &mut groups).await?;
    let mut made = parted.len();
    for group in groups {
        let [first, rest @ ..] = &group.documents[..] else {
            continue;
        };
        // A group of one is a document already.
        if rest.is_empty() {
            continue;
        }
        // If somebody was faster, the whole grouping is refused and shown again.
        raise(&mut tx, &parted, first).await?;
        join_in(&mut tx, first, rest, "").await?;
        made += 1;
    }
    let details = json!({ "by": by, "documents": made });
    tx.log(Action::DocumentsGrouped, ("batch", batch_id), details)
        .await?;
    tx.commit().await?;
    Ok(made)
}

/// Splits documents in the midst of which a group begins, so that each group is whole documents. Gives the documents whose
/// version was raised by it, old and new.
async fn part(tx: &mut Tx, groups: &mut [Group]) -> Result<BTreeSet<String>> {
    let mut raised = BTreeSet::new();
    // The document that pages of one have become, latest first: a second cut goes through what the first left.
    let mut became: BTreeMap<String, String> = BTreeMap::new();
    let mut begun: BTreeSet<String> = BTreeSet::new();
    for group in groups {
        let first = group.pages.first().cloned();
        let Some(first) = first.filter(|page| begun.contains(&page.document_id)) else {
            begun.extend(group.documents.iter().cloned());
            continue;
        };
        let old = first.document_id;
        let from = became.get(&old).unwrap_or(&old).clone();
        raise(tx, &raised, &from).await?;
        let fresh = split_in(tx, &from, &first.page_id, "").await?;
        raised.extend([from, fresh.clone()]);
        became.insert(old.clone(), fresh.clone());
        begun.extend(group.documents.iter().cloned());
        for document in group.documents.iter_mut().filter(|one| **one == old) {
            document.clone_from(&fresh);
        }
    }
    Ok(raised)
}

/// Raises the version of a document that nobody has touched, or that was raised in this transaction already.
async fn raise(tx: &mut Tx, raised: &BTreeSet<String>, id: &str) -> Result<()> {
    match raised.contains(id) {
        true => holding::touch_along(tx, HoldingKind::Document, id).await,
        false => holding::touch(tx, HoldingKind::Document, id, 1).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(names: &[&str]) -> Vec<GroupedPage> {
        let page = |(at, name): (usize, &&str)| GroupedPage {
            page_id: format!("p{at}"),
            document_id: format!("d{at}"),
            original_name: (*name).to_owned(),
            number: 1,
            part: PagePart::Page,
            stream: None,
        };
        names.iter().enumerate().map(page).collect()
    }

    fn sizes(names: &[&str], by: GroupBy) -> Vec<usize> {
        let groups = grouped(pages(names), by);
        groups.iter().map(|group| group.pages.len()).collect()
    }

    #[test]
    fn files_are_put_together_by_folder_or_by_the_number_at_their_end() {
        let names = [
            "a/QĐ 715_1.jpg",
            "a/QĐ 715_2.jpg",
            "b/QĐ 715_1.jpg",
            "rời.pdf",
            "12.jpg",
            "13.jpg",
        ];
        assert_eq!(sizes(&names, GroupBy::File), [1; 6]);
        assert_eq!(sizes(&names, GroupBy::Folder), [2, 1, 1, 1, 1]);
        assert_eq!(sizes(&names, GroupBy::Name), [2, 1, 1, 1, 1]);
    }

    #[test]
    fn pages_are_put_together_over_files_and_parted_within_one_by_what_they_say() {
        let mut all = pages(&["2.jpg", "10.jpg", "11.pdf", "11.pdf", "11.pdf"]);
        for (at, page) in all.iter_mut().enumerate().skip(2) {
            page.document_id = "d2".into();
            page.number = i64::try_from(at).unwrap();
        }
        let head = r#"{"continuity":{"head":true}}"#;
        let second = r#"{"number":2}"#;
        for (page, seen) in all.iter_mut().zip([head, second, head, head, second]) {
            page.stream = Some(seen.into());
        }
        let groups = by_content(all);
        let sizes: Vec<usize> = groups.iter().map(|group| group.pages.len()).collect();
        assert_eq!(sizes, [2, 1, 2]);
        let documents: Vec<usize> = groups.iter().map(|group| group.documents.len()).collect();
        assert_eq!(documents, [2, 1, 1], "the last two are parts of one file");
    }

    #[test]
    fn a_number_that_is_the_name_joins_nothing() {
        for name in ["1.jpg", "A0417731.jpg", "bằng.jpg", "", ".", "_1.jpg"] {
            assert_eq!(stem(name), name);
        }
        assert_eq!(
            stem("x/QĐ-715 (2).tif"),
            "x/QĐ-715 (2).tif",
            "a bracket behind it is a name"
        );
        assert_eq!(stem("QĐ-715-02.tif"), "/QĐ-715");
    }
}
