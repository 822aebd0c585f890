//! Made-up people, and questions about them.

use sogoc_index::{Change, Document, Index, Number, PartialDate, Query, SearchResults};
use tempfile::TempDir;

/// An document everyone may find, with only a name.
pub fn person(id: &str, name: &str) -> Document {
    Document {
        id: id.to_string(),
        class: "diploma".to_string(),
        access: "open".to_string(),
        fonds: "F1".to_string(),
        name: Some(name.to_string()),
        stored: serde_json::json!({ "ho_ten": name }),
        ..Document::default()
    }
}

/// The same with a birth date.
pub fn born(id: &str, name: &str, birth: PartialDate) -> Document {
    Document {
        dates: vec![("ngay_sinh".to_string(), birth)],
        ..person(id, name)
    }
}

/// The same with a number.
pub fn numbered(id: &str, key: &str, number: &str) -> Document {
    let numbers = vec![Number {
        key: key.to_string(),
        text: number.to_string(),
    }];
    Document {
        numbers,
        ..person(id, "Lê Văn Tám")
    }
}

/// A new index that holds these.
pub fn index_of(documents: impl IntoIterator<Item = Document>) -> (TempDir, Index) {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::open(dir.path()).unwrap();
    let changes: Vec<Change> = documents.into_iter().map(put).collect();
    index.apply(1, &changes).unwrap();
    (dir, index)
}

/// The change that adds or replaces a document.
pub fn put(document: Document) -> Change {
    Change::Put(Box::new(document))
}

/// What was typed in the search box, by someone who may see what is open.
pub fn asked(text: &str) -> Query {
    let query = Query::parse(text).unwrap();
    Query {
        allowed: vec!["open".to_string()],
        ..query
    }
}

/// The answer to what was typed.
pub fn search(index: &Index, text: &str) -> SearchResults {
    index.search(&asked(text)).unwrap()
}

/// The ids found, nearest first.
pub fn found(index: &Index, text: &str) -> Vec<String> {
    search(index, text)
        .hits
        .into_iter()
        .map(|hit| hit.id)
        .collect()
}

/// The ids found, sorted.
pub fn found_set(index: &Index, text: &str) -> Vec<String> {
    let mut ids = found(index, text);
    ids.sort();
    ids
}
