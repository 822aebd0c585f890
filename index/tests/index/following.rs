//! Steps, restarts, rebuilds, and the disk they take.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sogoc_index::{Change, Index, IndexError, Rebuild};

use crate::people::{found, found_set, index_of, person, put};

#[test]
fn a_step_already_taken_is_passed_over() {
    let (_dir, index) = index_of([person("p", "Lê Văn Tám")]);
    index.apply(5, &[put(person("q", "Lê Văn Chín"))]).unwrap();
    for position in [0, 1, 4, 5] {
        index
            .apply(position, &[Change::Remove("p".to_string())])
            .unwrap();
    }
    assert_eq!(
        (index.position().unwrap(), found(&index, "tám")),
        (5, vec!["p".to_string()])
    );
}

#[test]
fn a_record_put_again_is_replaced_and_a_removed_one_is_gone() {
    let (_dir, index) = index_of([person("p", "Lê Văn Tám")]);
    index.apply(2, &[put(person("p", "Trần Bé"))]).unwrap();
    assert!(found(&index, "ten:tám").is_empty());
    assert_eq!(found(&index, "bé"), ["p"]);
    index
        .apply(
            3,
            &[
                Change::Remove("p".into()),
                Change::Remove("never there".into()),
            ],
        )
        .unwrap();
    assert_eq!((index.len().unwrap(), index.position().unwrap()), (0, 3));
    index
        .apply(4, &[put(person("p", "A Một")), put(person("p", "A Hai"))])
        .unwrap();
    assert_eq!(
        (index.len().unwrap(), found_set(&index, "ten:hai")),
        (1, vec!["p".to_string()])
    );
}

#[test]
fn a_second_writer_is_refused_until_the_first_lets_go() {
    let (dir, index) = index_of([person("p", "Lê Văn Tám")]);
    let other = Index::open(dir.path()).unwrap();
    assert!(matches!(other.apply(2, &[]), Err(IndexError::Busy { .. })));
    index.wait_for_merges().unwrap();
    other.apply(2, &[]).unwrap();
    assert_eq!(index.position().unwrap(), 2);
}

#[test]
fn readers_follow_a_rebuild_and_the_writer_is_told() {
    let (dir, index) = index_of([person("old", "Lê Văn Tám")]);
    let mut rebuild = Rebuild::start(dir.path()).unwrap();
    rebuild.add(&[person("new", "Lê Văn Tám")]).unwrap();
    assert_eq!(found(&index, "tám"), ["old"]);
    index
        .apply(2, &[put(person("meanwhile", "Lê Văn Tám"))])
        .unwrap();
    rebuild.finish(2).unwrap();
    assert_eq!(found(&index, "tám"), ["new"]);
    let told = index.apply(4, &[]).unwrap_err();
    assert!(
        matches!(told, IndexError::Replaced { position: 2 }),
        "{told}"
    );
    index
        .apply(3, &[put(person("later", "Lê Văn Tám"))])
        .unwrap();
    assert_eq!(found_set(&index, "tám"), ["later", "new"]);
    assert!(!dir.path().join("generation-1").exists());
}

#[test]
fn a_rebuild_that_fell_behind_does_not_take_the_place() {
    let (dir, index) = index_of([person("old", "Lê Văn Tám")]);
    let rebuild = Rebuild::start(dir.path()).unwrap();
    index.apply(9, &[]).unwrap();
    assert!(matches!(
        rebuild.finish(8),
        Err(IndexError::Behind {
            live: 9,
            rebuilt: 8
        })
    ));
    assert_eq!(found(&index, "tám"), ["old"]);
}

#[test]
fn only_one_rebuild_runs_and_a_dropped_one_leaves_nothing_behind() {
    let (dir, index) = index_of([person("p", "Lê Văn Tám")]);
    let mut rebuild = Rebuild::start(dir.path()).unwrap();
    rebuild.add(&[person("half", "Lê Văn Tám")]).unwrap();
    assert!(matches!(
        Rebuild::start(dir.path()),
        Err(IndexError::Busy { .. })
    ));
    drop(rebuild);
    assert_eq!(found(&Index::open(dir.path()).unwrap(), "tám"), ["p"]);
    Rebuild::start(dir.path()).unwrap().finish(1).unwrap();
    assert_eq!(index.len().unwrap(), 0);
}

#[test]
fn the_disk_stays_within_one_and_a_half_times_what_is_live() {
    let (dir, index) = index_of([]);
    let people = |round: usize| {
        (0..40).map(move |n| {
            person(
                &format!("p{}", (round * 7 + n) % 400),
                "Nguyễn Thị Minh Khai",
            )
        })
    };
    for round in 0..120 {
        let changes: Vec<Change> = people(round).map(put).collect();
        index.apply(round as u64 + 2, &changes).unwrap();
    }
    index.wait_for_merges().unwrap();
    let grown = index.size_on_disk().unwrap();
    assert_eq!(index.len().unwrap(), 400);

    let fresh = tempfile::tempdir().unwrap();
    let mut rebuild = Rebuild::start(fresh.path()).unwrap();
    let live: Vec<_> = (0..400)
        .map(|n| person(&format!("p{n}"), "Nguyễn Thị Minh Khai"))
        .collect();
    rebuild.add(&live).unwrap();
    rebuild.finish(1).unwrap();
    let live = Index::open(fresh.path()).unwrap().size_on_disk().unwrap();
    assert!(
        grown * 2 <= live * 3,
        "{grown} bytes for {live} live, in {}",
        dir.path().display()
    );
}

/// Not a test of its own: the process that [`a_kill_at_any_moment_costs_at_most_one_step`] kills.
#[test]
fn steps_until_killed() {
    let Ok(dir) = std::env::var("SOGOC_INDEX_STEPS") else {
        return;
    };
    let index = Index::open(dir).unwrap();
    for step in index.position().unwrap() + 1.. {
        index
            .apply(step, &[put(person(&step.to_string(), "Lê Văn Tám"))])
            .unwrap();
        println!("\nreached {step}");
    }
}

#[test]
fn a_kill_at_any_moment_costs_at_most_one_step() {
    let dir = tempfile::tempdir().unwrap();
    for pause in [3, 11, 17, 29] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "following::steps_until_killed", "--nocapture"])
            .env("SOGOC_INDEX_STEPS", dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let steps = |line: &str| {
            line.strip_prefix("reached ")
                .and_then(|step| step.parse::<u64>().ok())
        };
        let mut told = lines
            .find_map(|line| steps(&line.unwrap()))
            .expect("the child takes steps");
        let moment = Instant::now() + Duration::from_millis(pause); // any will do, but not the same
        while Instant::now() < moment {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        told = lines
            .map_while(Result::ok)
            .filter_map(|line| steps(&line))
            .last()
            .unwrap_or(told);
        child.wait().unwrap();

        let index = Index::open(dir.path()).unwrap();
        let reached = index.position().unwrap();
        assert!(
            reached == told || reached == told + 1,
            "told {told}, reached {reached}"
        );
        assert_eq!(index.len().unwrap(), reached, "every step once");
    }
}
