//! Indexes this program did not write, or no longer can read.

use std::fs;

use sogoc_index::{FORMAT, Index, IndexError, Rebuild};

use crate::people::{found, index_of, person};

fn older_index() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let fixture = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/index/fixtures/format-0/current"
    );
    fs::copy(fixture, dir.path().join("current")).unwrap();
    dir
}

#[test]
fn an_older_format_is_refused_with_the_way_out() {
    let dir = older_index();
    let error = Index::open(dir.path()).unwrap_err();
    assert!(
        matches!(
            error,
            IndexError::OtherFormat {
                found: 0,
                expected: FORMAT,
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("rebuild it"), "{error}");
}

#[test]
fn an_older_format_is_rebuilt_in_place() {
    let dir = older_index();
    let mut rebuild = Rebuild::start(dir.path()).unwrap();
    rebuild.add(&[person("p", "Lê Văn Tám")]).unwrap();
    rebuild.finish(7).unwrap();
    let index = Index::open(dir.path()).unwrap();
    assert_eq!(
        (index.position().unwrap(), found(&index, "tám")),
        (7, vec!["p".to_string()])
    );
}

#[test]
fn an_older_format_makes_place_for_an_empty_index_that_follows_anew() {
    let dir = older_index();
    let index = Index::open_or_renew(dir.path()).unwrap();
    assert_eq!((index.position().unwrap(), index.len().unwrap()), (0, 0));
    drop(index);
    let again = Index::open_or_renew(dir.path()).unwrap();
    assert_eq!(again.position().unwrap(), 0);
}

#[test]
fn a_damaged_index_is_named_so_and_can_be_rebuilt() {
    let (dir, index) = index_of([person("p", "Lê Văn Tám")]);
    drop(index);
    let meta = dir.path().join("generation-1/meta.json");
    fs::write(&meta, "{").unwrap();
    assert!(Index::open(dir.path()).is_err());
    fs::write(dir.path().join("current"), "not a pointer").unwrap();
    assert!(matches!(
        Index::open(dir.path()),
        Err(IndexError::Corrupt { .. })
    ));
    let rebuild = Rebuild::start(dir.path()).unwrap();
    rebuild.finish(3).unwrap();
    assert_eq!(Index::open(dir.path()).unwrap().position().unwrap(), 3);
}

#[test]
fn a_start_cut_off_before_the_pointer_was_written_is_begun_again() {
    let (dir, index) = index_of([]);
    drop(index);
    fs::remove_file(dir.path().join("current")).unwrap();
    assert_eq!(Index::open(dir.path()).unwrap().len().unwrap(), 0);
}
