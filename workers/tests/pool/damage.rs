//! Damaged files, made from small sound ones. The pool's tests make them, and those that send them through a
//! whole batch.

use std::path::{Path, PathBuf};

use sogoc_workers::outcome::FailureKind;

use super::mutate::{Chance, mutant};

/// One small sound file for each way of storing pixels, and some larger ones, by name; `fixtures` is the folder
/// that this crate keeps them in.
pub fn sound_files(fixtures: &Path) -> Vec<(String, Vec<u8>)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(fixtures.join("seeds"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let larger = [
        "g4.tif",
        "two-pages-lzw.tif",
        "jpeg-subsampled.tif",
        "locked.pdf",
    ];
    paths.extend(larger.map(|name| fixtures.join(name)));
    paths.sort();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let read = |path: &PathBuf| (name(path), std::fs::read(path).unwrap());
    paths.iter().map(read).collect()
}

/// The file cut off after each tenth of it, the first time before anything.
pub fn stumps(sound: &[u8]) -> impl Iterator<Item = &[u8]> {
    (0..10).map(|tenth| &sound[..sound.len() * tenth / 10])
}

/// The same file with a header that says 60 000 by 60 000; `None` where that takes more than a header.
pub fn giant(sound: &[u8]) -> Option<Vec<u8>> {
    const SIDE: u16 = 60_000;
    const WRITTEN: &[u8] = b"/Width 97/Height 64";
    let mut bytes = sound.to_vec();
    if sound.starts_with(b"\x89PNG") {
        for side in [16..20, 20..24] {
            bytes[side].copy_from_slice(&u32::from(SIDE).to_be_bytes());
        }
    } else if sound.starts_with(&[0xFF, 0xD8]) {
        let frame = sound
            .windows(2)
            .position(|pair| pair == [0xFF, 0xC0] || pair == [0xFF, 0xC2])?;
        for side in [frame + 5..frame + 7, frame + 7..frame + 9] {
            bytes[side].copy_from_slice(&SIDE.to_be_bytes());
        }
    } else if sound.starts_with(b"%PDF") {
        let at = sound
            .windows(WRITTEN.len())
            .position(|window| window == WRITTEN)?;
        bytes.splice(at..at + WRITTEN.len(), *b"/Width 60000/Height 60000");
    } else {
        return None;
    }
    Some(bytes)
}

/// A mutant of each sound file, by its name; another one lends bytes, in each round a different one.
pub fn mutants<'a>(
    chance: &'a mut Chance,
    sound: &'a [(String, Vec<u8>)],
    round: usize,
) -> impl Iterator<Item = (&'a str, Vec<u8>)> {
    sound
        .iter()
        .enumerate()
        .map(move |(number, (name, bytes))| {
            let lender = &sound[(number + round) % sound.len()].1;
            (name.as_str(), mutant(chance, bytes, lender))
        })
}

/// Named, and either said of the file or the work of the limits; never a crash, never silence.
pub fn is_foreseen(kind: FailureKind) -> bool {
    kind.is_about_the_file() || matches!(kind, FailureKind::OutOfMemory | FailureKind::TimedOut)
}
