//! No word that a reader may not see is in hits, counts, snippets, suggestions or on the page itself: over every role and
//! random regimes of files, documents and rows; also before the index has followed a regime that became stricter.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRng, TestRunner};
use sogoc::access::{Act, Role, may};
use sogoc::archive::Archive;
use sogoc::search::{self, Wanted};

use crate::support::archive::{Ground, Holdings, caller, settings};

const SCANS: [&str; 3] = [
    "so-goc-thpt-2008-trang-07.jpg",
    "bang-ptth-1995.jpg",
    "quyet-dinh-cong-nhan-2008.tif",
];
/// A class that this archive keeps secret.
const SECRET: &str = "tai_chinh";
const ROUNDS: usize = 12;
/// Words that no page has, and none of which is a slip for another.
const WORDS: [&str; 6] = [
    "bimatmot",
    "kindaohai",
    "riengtuba",
    "giauketbon",
    "niemphongnam",
    "khoachatsau",
];

/// What is said of one page: the mode of its document, and whether one of its rows is of the secret class.
#[derive(Debug, Clone)]
struct Said {
    mode: Option<&'static str>,
    secret_row: bool,
}

fn said() -> impl Strategy<Value = Said> {
    let mode = prop::sample::select(vec![None, Some("01"), Some("02"), Some("03")]);
    (mode, prop::bool::weighted(0.3)).prop_map(|(mode, secret_row)| Said { mode, secret_row })
}

/// A page with a word that stands on it alone.
struct Marked {
    page: String,
    document: String,
    word: String,
    record: Option<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_word_shows_that_a_reader_may_not_see_on_sqlite() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_word_shows_that_a_reader_may_not_see_on_postgresql() {
    tell(Ground::Scaled).await;
}

async fn tell(ground: Ground) {
    let classes = secret_classes();
    let data = tempfile::tempdir().unwrap();
    let (mut config, store) = settings(ground, data.path()).await;
    config.classes = Some(classes.path().to_path_buf());
    let archive = Archive::open(config).await.unwrap();
    let holdings = Holdings::of(archive, data, store);
    holdings.deliver(&SCANS).await;
    let archive = &holdings.archive;
    let pages = mark_pages(archive).await;
    let rng = TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for round in 0..ROUNDS {
        let strategy = prop::collection::vec(said(), pages.len());
        let all = strategy.new_tree(&mut runner).unwrap().current();
        for (page, said) in pages.iter().zip(&all) {
            say(archive, page, said).await;
        }
        // The index has not looked yet: what became stricter must not show all the same.
        if round > 0 {
            nothing_hidden_shows(archive, &pages, &all).await;
        }
        search::follow(archive).await.unwrap();
        nothing_hidden_shows(archive, &pages, &all).await;
        what_may_be_seen_is_found(archive, &pages, &all).await;
    }
}

/// The classes of the repository, one of them secret.
fn secret_classes() -> tempfile::TempDir {
    let into = tempfile::tempdir().unwrap();
    let from = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("classes");
    copy(&from, into.path());
    let file = into.path().join(format!("{SECRET}.toml"));
    let text = std::fs::read_to_string(&file).unwrap();
    let secret = text.replace("regime = \"02\"", "regime = \"03\"");
    assert_ne!(text, secret);
    std::fs::write(file, secret).unwrap();
    into
}

fn copy(from: &std::path::Path, into: &std::path::Path) {
    std::fs::create_dir_all(into).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = into.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Gives every page a word of its own and a common one.
async fn mark_pages(archive: &Archive) -> Vec<Marked> {
    let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "SELECT p.id, g.document_id, (SELECT MIN(r.id) FROM records r WHERE r.page_id = p.id)
         FROM pages p JOIN document_pages g ON g.page_id = p.id ORDER BY p.id",
    )
    .fetch_all(archive.catalogue.pool())
    .await
    .unwrap();
    let mut tx = archive.begin_as_machine().await.unwrap();
    let mut marked = Vec::new();
    for (at, (page, document, record)) in rows.into_iter().enumerate() {
        let word = WORDS[at % WORDS.len()].to_owned();
        let text = format!("Trang {word} chungcho moi nguoi 77{at}/QĐ-BIMAT");
        sqlx::query("UPDATE pages SET text = $1 WHERE id = $2")
            .bind(&text)
            .bind(&page)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.announce("page", &page);
        marked.push(Marked {
            page,
            document,
            word,
            record,
        });
    }
    tx.commit().await.unwrap();
    assert!(marked.len() >= 4);
    marked
}

async fn say(archive: &Archive, page: &Marked, said: &Said) {
    let fields = said.mode.map_or_else(
        || "{}".to_owned(),
        |mode| format!("{{\"mode\":\"{mode}\"}}"),
    );
    let mut tx = archive.begin_as_machine().await.unwrap();
    sqlx::query("UPDATE documents SET fields = $1 WHERE id = $2")
        .bind(fields)
        .bind(&page.document)
        .execute(&mut *tx)
        .await
        .unwrap();
    if let Some(record) = &page.record {
        sqlx::query("UPDATE records SET class = $1 WHERE id = $2")
            .bind(if said.secret_row { SECRET } else { "so_goc" })
            .bind(record)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.announce("document", &page.document);
    tx.announce("page", &page.page);
    tx.commit().await.unwrap();
}

/// Whether the words of each page are open to whoever may see records and pictures. Pages of one document share its mode,
/// which is what was said of the last of them.
fn open(pages: &[Marked], all: &[Said]) -> Vec<bool> {
    let modes: BTreeMap<&str, Option<&str>> = pages
        .iter()
        .zip(all)
        .map(|(page, said)| (page.document.as_str(), said.mode))
        .collect();
    pages
        .iter()
        .zip(all)
        .map(|(page, said)| {
            let secret_row = said.secret_row && page.record.is_some();
            modes[page.document.as_str()] != Some("03") && !secret_row
        })
        .collect()
}

async fn nothing_hidden_shows(archive: &Archive, pages: &[Marked], all: &[Said]) {
    let open = open(pages, all);
    for role in Role::ALL {
        let caller = caller(*role);
        let sees = may(&caller, Act::SeeRecords) && may(&caller, Act::SeeImages);
        for (page, _) in pages.iter().zip(&open).filter(|(_, open)| !**open || !sees) {
            let questions = [
                page.word.clone(),
                format!("\"trang {}\"", page.word),
                "chungcho".to_owned(),
                format!("{}z khongco", page.word),
            ];
            for question in questions {
                let wanted = Wanted {
                    text: Some(question.clone()),
                    limit: Some(200),
                    ..Wanted::default()
                };
                let Ok(found) = search::find(archive, &caller, &wanted).await else {
                    assert!(!sees, "{role}: {question}");
                    continue;
                };
                let asked_for_it = question.contains(&page.word);
                let hit = found.pages.hits.iter().any(|hit| hit.page_id == page.page);
                assert!(!hit, "{role}: {question}");
                let shown = serde_json::to_string(&found.pages).unwrap();
                assert!(!shown.contains(&page.word), "{role}: {question}: {shown}");
                assert_eq!(
                    found.pages.total,
                    found.pages.hits.len(),
                    "{role}: {question}"
                );
                assert!(
                    !asked_for_it || found.pages.total == 0,
                    "{role}: {question}"
                );
                let near = found
                    .near
                    .iter()
                    .filter(|near| near.question.contains(&page.word));
                assert_eq!(
                    near.map(|near| near.pages).sum::<usize>(),
                    0,
                    "{role}: {question}"
                );
                let counts = found.pages.facets.get("fonds").into_iter().flatten();
                let counted: usize = counts.map(|(_, count)| *count).sum();
                assert!(counted <= found.pages.total, "{role}: {question}");
            }
            let lit = search::on_page(archive, &caller, &page.page, &Wanted::default()).await;
            assert!(lit.is_err(), "{role}: {}", page.page);
        }
    }
}

async fn what_may_be_seen_is_found(archive: &Archive, pages: &[Marked], all: &[Said]) {
    let open = open(pages, all);
    let reader = caller(Role::Archivist);
    for (page, open) in pages.iter().zip(&open) {
        let wanted = Wanted {
            text: Some(page.word.clone()),
            ..Wanted::default()
        };
        let found = search::find(archive, &reader, &wanted).await.unwrap();
        assert_eq!(found.pages.total, usize::from(*open), "{}", page.word);
        let near = Wanted {
            text: Some(format!("{} nam:1801", page.word)),
            ..Wanted::default()
        };
        let found = search::find(archive, &reader, &near).await.unwrap();
        let told = found.near.iter().any(|near| near.pages > 0);
        assert_eq!(told, *open, "near: {}", page.word);
    }
    let common = Wanted {
        text: Some("chungcho".into()),
        ..Wanted::default()
    };
    let found = search::find(archive, &reader, &common).await.unwrap();
    let count = open.iter().filter(|open| **open).count();
    assert_eq!(found.pages.total, count);
    let counted: usize = found
        .pages
        .facets
        .get("fonds")
        .map_or(0, |values| values.values().sum());
    assert_eq!(counted, count, "facets count what may be seen");
}
