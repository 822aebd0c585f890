//! How children live and die: killed, replaced, closed, and never outliving their parent.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use sogoc_workers::outcome::FailureKind;
use sogoc_workers::pool::{Pool, PoolConfig};

use crate::paper::born_digital_pdf;
use crate::support::{Folder, config, fact, pool, read, render, wait};

/// Hidden argument of the trial that is killed together with its child.
pub const PARENT_ARGUMENT: &str = "be-a-parent";

pub fn trials() -> Vec<Trial> {
    vec![
        fact("a_killed_child_is_crashed_and_the_next_page_works", killed),
        fact("a_child_dies_with_its_parent", dies_with_parent),
        fact("a_child_is_replaced_after_its_pages", replaced),
        fact("closing_ends_pages_in_hand_as_unavailable", closing),
        fact("dropping_the_pool_leaves_no_child", dropping),
        fact("a_program_that_is_no_child_is_unavailable", wrong_program),
        fact(
            "a_child_has_one_thread_and_no_environment_but_its_own",
            bare,
        ),
        fact(
            "more_pages_than_children_all_get_their_turn",
            all_get_their_turn,
        ),
        fact("a_dropped_wish_does_not_spoil_the_next", dropped_wish),
    ]
}

fn single() -> Pool {
    Pool::new(PoolConfig {
        children: 1,
        ..config()
    })
    .unwrap()
}

fn good_page(folder: &Folder) -> PathBuf {
    folder.put("good.pdf", &born_digital_pdf(1))
}

fn killed() {
    let folder = Folder::new();
    let path = good_page(&folder);
    let pool = single();
    wait(async {
        render(&pool, &path, 1).await.unwrap();
        let child = only_child(&pool);
        let slow = read(&pool, &path, 1);
        let kill = async {
            while pool.stats().busy == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            kill_process(Pid::from_raw(child).unwrap(), Signal::KILL).unwrap();
        };
        let (outcome, ()) = tokio::join!(slow, kill);
        let failure = outcome.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Crashed, "{failure}");
        assert!(read(&pool, &path, 1).await.is_ok());
    });
    assert_eq!(pool.stats().started, 2);
}

fn only_child(pool: &Pool) -> i32 {
    let pids = pool.stats().pids;
    assert_eq!(pids.len(), 1);
    i32::try_from(pids[0]).unwrap()
}

/// Runs in a process of its own: starts a child, says its number, then waits to be killed.
pub fn be_a_parent_until_killed() -> ! {
    let folder = Folder::new();
    let pool = single();
    wait(async { render(&pool, &good_page(&folder), 1).await.unwrap() });
    println!("{}", only_child(&pool));
    loop {
        std::thread::park();
    }
}

fn dies_with_parent() {
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .arg(PARENT_ARGUMENT)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(parent.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let child = Pid::from_raw(line.trim().parse().unwrap()).unwrap();
    assert!(is_alive(child));
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert!(
        gone_within(child, Duration::from_secs(5)),
        "the child outlived its parent"
    );
}

fn is_alive(pid: Pid) -> bool {
    let status = format!("/proc/{}/status", pid.as_raw_nonzero());
    // One that waits to be collected by init is dead already.
    let is_zombie = std::fs::read_to_string(status).is_ok_and(|text| text.contains("State:\tZ"));
    test_kill_process(pid).is_ok() && !is_zombie
}

fn gone_within(pid: Pid, time: Duration) -> bool {
    let until = Instant::now() + time;
    while is_alive(pid) {
        if Instant::now() > until {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

fn replaced() {
    let folder = Folder::new();
    let path = good_page(&folder);
    let pool = Pool::new(PoolConfig {
        children: 1,
        pages_per_child: 2,
        ..config()
    })
    .unwrap();
    wait(async {
        for _ in 0..5 {
            render(&pool, &path, 1).await.unwrap();
        }
    });
    assert_eq!(pool.stats().started, 3);
}

fn closing() {
    let folder = Folder::new();
    let path = good_page(&folder);
    let pool = single();
    wait(async {
        let close = async {
            while pool.stats().busy == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            pool.close();
        };
        let (first, second, ()) = tokio::join!(read(&pool, &path, 1), read(&pool, &path, 1), close);
        assert_eq!(first.unwrap_err().kind, FailureKind::Unavailable);
        assert_eq!(second.unwrap_err().kind, FailureKind::Unavailable);
        assert_eq!(
            read(&pool, &path, 1).await.unwrap_err().kind,
            FailureKind::Unavailable
        );
    });
}

fn dropping() {
    let folder = Folder::new();
    let path = good_page(&folder);
    let pool = single();
    wait(async { render(&pool, &path, 1).await.unwrap() });
    let child = Pid::from_raw(only_child(&pool)).unwrap();
    assert!(is_alive(child));
    drop(pool);
    assert!(!is_alive(child));
}

fn wrong_program() {
    let folder = Folder::new();
    let path = good_page(&folder);
    for program in ["/bin/true", "/no/such/program"] {
        let pool = Pool::new(PoolConfig {
            program: program.into(),
            children: 1,
            ..config()
        })
        .unwrap();
        let failure = wait(async { render(&pool, &path, 1).await }).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Unavailable, "{failure}");
    }
}

fn bare() {
    let folder = Folder::new();
    let path = good_page(&folder);
    let pool = single();
    wait(async { read(&pool, &path, 1).await.unwrap() });
    let child = only_child(&pool);
    let environment = std::fs::read_to_string(format!("/proc/{child}/environ")).unwrap();
    let mut names: Vec<&str> = environment
        .split_terminator('\0')
        .filter_map(|pair| pair.split('=').next())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "MALLOC_ARENA_MAX",
            "MALLOC_MMAP_THRESHOLD_",
            "MALLOC_TRIM_THRESHOLD_",
            "OMP_THREAD_LIMIT"
        ]
    );
    let threads = std::fs::read_dir(format!("/proc/{child}/task"))
        .unwrap()
        .count();
    assert_eq!(threads, 1);
}

fn all_get_their_turn() {
    let folder = Folder::new();
    let path = good_page(&folder);
    let pool = pool();
    wait(async {
        let three = async || {
            for _ in 0..3 {
                render(&pool, &path, 1).await.unwrap();
            }
        };
        tokio::join!(three(), three(), three(), three());
    });
    let stats = pool.stats();
    assert_eq!((stats.pages, stats.busy, stats.bytes_admitted), (12, 0, 0));
    assert!(stats.started <= 2);
}

fn dropped_wish() {
    let folder = Folder::new();
    let path = good_page(&folder);
    let pool = single();
    wait(async {
        let impatient = tokio::time::timeout(Duration::from_millis(5), read(&pool, &path, 1)).await;
        assert!(impatient.is_err());
        assert!(read(&pool, &path, 1).await.is_ok());
    });
    assert_eq!(pool.stats().started, 1);
}
