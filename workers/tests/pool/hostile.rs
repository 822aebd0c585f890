//! Files made to do harm end in a named outcome and harm only themselves.

mod made;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use image::ImageFormat;
use libtest_mimic::Trial;
use sogoc_workers::outcome::{Failure, FailureKind};
use sogoc_workers::pool::{Pool, PoolConfig};

use crate::damage::{giant, is_foreseen, mutants, sound_files, stumps};
use crate::mutate::Chance;
use crate::paper::{born_digital_pdf, encoded, picture};
use crate::support::{Folder, config, fact, fixture, fixtures, pool, read, render, wait};
use made::{
    damaged, endless_drawing, flate_bomb, huge_jpeg, huge_png, huge_scan, huge_sheet, looping_tiff,
    no_pixels,
};

pub fn trials() -> Vec<Trial> {
    vec![
        fact(
            "every_hostile_file_has_its_named_outcome",
            every_hostile_file,
        ),
        fact(
            "every_shipped_hostile_file_ends_as_its_manifest_allows",
            shipped_files,
        ),
        fact(
            "a_good_page_among_hostile_ones_is_undisturbed",
            good_among_hostile,
        ),
        fact(
            "a_page_past_its_deadline_is_stopped_and_the_next_one_works",
            deadline,
        ),
        fact(
            "hundreds_of_mutated_files_end_in_named_outcomes_and_good_pages_are_read_between_them",
            mutated,
        ),
        fact(
            "every_truncation_and_every_giant_header_has_its_named_outcome",
            giants_and_stumps,
        ),
        fact("what_fuzzing_found_stays_mended", found),
    ]
}

/// Name, bytes, and the outcome that a page of it must have.
fn hostile() -> Vec<(&'static str, Vec<u8>, FailureKind)> {
    let picture = picture();
    let jpeg = encoded(&picture, ImageFormat::Jpeg);
    let png = encoded(&picture, ImageFormat::Png);
    let pdf = born_digital_pdf(1);
    let tiff = std::fs::read(fixture("g4.tif")).unwrap();
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    vec![
        ("empty.jpg", Vec::new(), FailureKind::Empty),
        (
            "words.jpg",
            b"khong phai anh".to_vec(),
            FailureKind::Unsupported,
        ),
        (
            "zip.pdf",
            b"PK\x03\x04 and more".to_vec(),
            FailureKind::Unsupported,
        ),
        ("half.jpg", half(&jpeg), FailureKind::Unreadable),
        ("half.png", half(&png), FailureKind::Unreadable),
        ("half.tif", half(&tiff), FailureKind::Unreadable),
        ("half.pdf", half(&pdf), FailureKind::Unreadable),
        (
            "header-only.pdf",
            b"%PDF-1.7\n%%EOF".to_vec(),
            FailureKind::Unreadable,
        ),
        ("bomb.png", huge_png(), FailureKind::TooLarge),
        ("bomb.jpg", huge_jpeg(), FailureKind::TooLarge),
        ("sheet.pdf", huge_sheet(), FailureKind::TooLarge),
        ("scan.pdf", huge_scan(), FailureKind::TooLarge),
        ("flate-bomb.pdf", flate_bomb(), FailureKind::OutOfMemory),
        (
            "locked.pdf",
            std::fs::read(fixture("locked.pdf")).unwrap(),
            FailureKind::Encrypted,
        ),
        (
            "two-kinds.png",
            [&png[..], b"\n", &pdf].concat(),
            FailureKind::Ambiguous,
        ),
        ("no-pixels.png", no_pixels(&png), FailureKind::Empty),
        ("loop.tif", looping_tiff(tiff), FailureKind::Unreadable),
        (
            "damaged-check-sum.png",
            damaged(png),
            FailureKind::Unreadable,
        ),
    ]
}

fn every_hostile_file() {
    let folder = Folder::new();
    let files: Vec<(PathBuf, FailureKind)> = hostile()
        .into_iter()
        .map(|(name, bytes, kind)| (folder.put(name, &bytes), kind))
        .collect();
    let pool = pool();
    wait(async {
        for (path, kind) in &files {
            // The looping chain of directories shows only to whoever asks for a later page.
            let page = if path.ends_with("loop.tif") { 2 } else { 1 };
            let failure = read(&pool, path, page).await.unwrap_err();
            assert_eq!(failure.kind, *kind, "{path:?}: {failure}");
            let failure = render(&pool, path, page).await.unwrap_err();
            assert_eq!(failure.kind, *kind, "{path:?}: {failure}");
        }
        let pipe = std::env::temp_dir();
        assert_eq!(
            read(&pool, &pipe, 1).await.unwrap_err().kind,
            FailureKind::Refused
        );
        let gone = pipe.join("no-such-file");
        assert_eq!(
            read(&pool, &gone, 1).await.unwrap_err().kind,
            FailureKind::Unavailable
        );
    });
}

/// The files that the whole project shares, each with the outcomes allowed for it.
fn shipped_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/hostile");
    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let files = manifest["files"].as_array().unwrap();
    assert!(files.len() > 30);
    let pool = pool();
    let mut against_it = Vec::new();
    wait(async {
        for file in files {
            let name = file["file"].as_str().unwrap();
            let ended = match read(&pool, &folder.join(name), 1).await {
                Ok(_) => "read",
                Err(failure) => failure.code(),
            };
            let allowed = file["outcomes"].as_array().unwrap();
            if !allowed.iter().any(|outcome| outcome == ended) {
                against_it.push(format!("{name}: {ended}, allowed {allowed:?}"));
            }
        }
    });
    assert!(against_it.is_empty(), "{against_it:#?}");
}

fn good_among_hostile() {
    let folder = Folder::new();
    let good = folder.put("good.png", &encoded(&picture(), ImageFormat::Png));
    let files: Vec<PathBuf> = hostile()
        .into_iter()
        .map(|(name, bytes, _)| folder.put(name, &bytes))
        .collect();
    let pool = pool();
    wait(async {
        let alone = read(&pool, &good, 1).await.unwrap();
        let hostile = async {
            for path in &files {
                assert!(read(&pool, path, 1).await.is_err() || path.ends_with("loop.tif"));
            }
        };
        let good = async {
            for _ in 0..3 {
                let among = read(&pool, &good, 1).await.unwrap();
                assert_eq!((&among.text, &among.words), (&alone.text, &alone.words));
            }
        };
        tokio::join!(hostile, good);
    });
}

fn deadline() {
    let folder = Folder::new();
    let slow = folder.put("slow.pdf", &endless_drawing());
    let good = folder.put("good.pdf", &born_digital_pdf(1));
    let pool = Pool::new(PoolConfig {
        children: 1,
        page_timeout: Duration::from_secs(6),
        ..config()
    })
    .unwrap();
    wait(async {
        let started = std::time::Instant::now();
        let failure = render(&pool, &slow, 1).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::TimedOut, "{failure}");
        assert!(started.elapsed() < Duration::from_secs(20));
        assert!(render(&pool, &good, 1).await.is_ok());
    });
    let stats = pool.stats();
    assert_eq!((stats.started, stats.busy, stats.bytes_admitted), (2, 0, 0));
    assert_eq!(stats.outcomes.get("timed_out"), Some(&1));
}

/// From a fixed seed, so that a failure repeats. Each is looked at and drawn, and between them a good
/// page is read as if it were alone.
fn mutated() {
    let folder = Folder::new();
    let seeds = sound_files(&fixtures());
    let good = folder.put("good.png", &encoded(&picture(), ImageFormat::Png));
    let pool = pool();
    let mut chance = Chance::new(20_261_122);
    let mut ended: BTreeMap<&str, u32> = BTreeMap::new();
    wait(async {
        let alone = read(&pool, &good, 1).await.unwrap();
        for round in 0..14 {
            for (name, mutant) in mutants(&mut chance, &seeds, round) {
                let path = folder.put("mutant", &mutant);
                let probed = pool.probe(&path).await.map(|_| ());
                let drawn = render(&pool, &path, 1).await.map(|_| ());
                for outcome in [probed, drawn] {
                    let word = outcome.as_ref().err().map_or("done", Failure::code);
                    *ended.entry(word).or_default() += 1;
                    let failure = outcome.err().filter(|failure| !is_foreseen(failure.kind));
                    assert!(failure.is_none(), "{name}, round {round}: {failure:?}");
                }
            }
            let among = read(&pool, &good, 1).await.unwrap();
            assert_eq!((&among.text, &among.words), (&alone.text, &alone.words));
        }
    });
    println!("{} files: {ended:?}", seeds.len() * 14);
    assert!(ended["unreadable"] > 200, "mutation must bite: {ended:?}");
    assert_eq!(pool.stats().busy, 0);
}

/// A header that announces a sheet of 60 000 by 60 000, in every format, is refused before a pixel is
/// made; cut anywhere, none of the files crashes a child.
fn giants_and_stumps() {
    let folder = Folder::new();
    let pool = pool();
    let mut files = 0;
    wait(async {
        for (name, sound) in sound_files(&fixtures()) {
            for (tenth, stump) in stumps(&sound).enumerate() {
                let path = folder.put("stump", stump);
                let kinds = [
                    pool.probe(&path).await.err().map(|failure| failure.kind),
                    render(&pool, &path, 1)
                        .await
                        .err()
                        .map(|failure| failure.kind),
                ];
                files += 1;
                for kind in kinds.into_iter().flatten() {
                    assert!(kind.is_about_the_file(), "{name} cut at {tenth}/10: {kind}");
                }
            }
            if let Some(giant) = giant(&sound) {
                let path = folder.put("giant", &giant);
                let failure = render(&pool, &path, 1).await.unwrap_err();
                files += 1;
                assert_eq!(failure.kind, FailureKind::TooLarge, "{name}: {failure}");
            }
        }
    });
    println!("{files} files");
    assert!(files > 290, "{files}");
}

/// Files that fuzzing found something with; each ends in a name of its own now.
fn found() {
    let pool = pool();
    let mut files = 0;
    wait(async {
        for entry in std::fs::read_dir(fixture("found")).unwrap() {
            let path = entry.unwrap().path();
            files += 1;
            for outcome in [
                pool.probe(&path).await.map(|_| ()),
                render(&pool, &path, 1).await.map(|_| ()),
                read(&pool, &path, 1).await.map(|_| ()),
            ] {
                let failure = outcome.err().filter(|failure| !is_foreseen(failure.kind));
                assert!(failure.is_none(), "{path:?}: {failure:?}");
            }
        }
    });
    assert!(files > 0);
}
