//! Made-up people, and questions about them.

use sogoc_index::{Change, Entry, Hits, Index, Number, PartialDate, Question};
use tempfile::TempDir;

/// An entry everyone may find, with only a name.
pub fn person(id: &str, name: &str) -> Entry {
    Entry {
        id: id.to_string(),
        class: "diploma".to_string(),
        access: "open".to_string(),
        fonds: "F1".to_string(),
        name: Some(name.to_string()),
        shown: serde_json::json!({ "ho_ten": name }),
        ..Entry::default()
    }
}

/// The same with a birth date.
pub fn born(id: &str, name: &str, birth: PartialDate) -> Entry {
    Entry {
        dates: vec![("ngay_sinh".to_string(), birth)],
        ..person(id, name)
    }
}

/// The same with a number.
pub fn numbered(id: &str, key: &str, number: &str) -> Entry {
    let numbers = vec![Number {
        key: key.to_string(),
        text: number.to_string(),
    }];
    Entry {
        numbers,
        ..person(id, "Lê Văn Tám")
    }
}

/// A new index that holds these.
pub fn index_of(entries: impl IntoIterator<Item = Entry>) -> (TempDir, Index) {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::open(dir.path()).unwrap();
    let changes: Vec<Change> = entries.into_iter().map(put).collect();
    index.apply(1, &changes).unwrap();
    (dir, index)
}

/// A put.
pub fn put(entry: Entry) -> Change {
    Change::Put(Box::new(entry))
}

/// What was typed in the search box, by someone who may see what is open.
pub fn asked(text: &str) -> Question {
    let question = Question::parse(text).unwrap();
    Question {
        allowed: vec!["open".to_string()],
        ..question
    }
}

/// The answer to what was typed.
pub fn search(index: &Index, text: &str) -> Hits {
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
