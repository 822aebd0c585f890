//! What is damaged comes back from a second copy, and what was there is not lost.

use std::fs;

use sogoc::access::Caller;
use sogoc::backup::{self, Identities, Mended};
use sogoc::config::PlaceConfig;
use sogoc::fixity::{self, ScrubOptions};
use tempfile::TempDir;

use crate::support::holdings::Holdings;

/// An archive with a plain copy of it on this machine.
struct Story {
    holdings: Holdings,
    place: PlaceConfig,
    copies: TempDir,
}

impl Story {
    async fn told() -> Self {
        let mut holdings = Holdings::lived(None).await;
        let copies = TempDir::new().unwrap();
        let place = PlaceConfig {
            name: "mirror".into(),
            url: copies.path().display().to_string(),
            same_disk: true,
            ..PlaceConfig::default()
        };
        let settings = &mut holdings.archive.config.backup;
        settings.place.push(place.clone());
        settings.unencrypted.push("mirror".into());
        let story = Self {
            holdings,
            place,
            copies,
        };
        story.back_up().await;
        story
    }

    async fn back_up(&self) {
        let made = backup::backup(&self.holdings.archive, &self.place, |_, _| {}).await;
        assert_eq!(made.unwrap().exit_code(), 0);
    }

    async fn scrub(&self) -> u8 {
        let scrubbed = fixity::scrub(&self.holdings.archive, ScrubOptions::default(), |_| {}).await;
        scrubbed.unwrap().exit_code()
    }

    async fn mend(&self) -> Vec<Mended> {
        backup::mend(&self.holdings.archive, &Identities::default())
            .await
            .unwrap()
    }

    fn quarantined(&self) -> usize {
        let mut open = vec![self.holdings.data.path().join("vault/quarantine")];
        let mut files = 0;
        while let Some(path) = open.pop() {
            if path.is_dir() {
                let inside = fs::read_dir(&path).unwrap();
                open.extend(inside.map(|entry| entry.unwrap().path()));
            } else if path.exists() {
                files += 1;
            }
        }
        files
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_lost_and_unnamed_come_back_from_the_copy() {
    let story = Story::told().await;
    let holdings = &story.holdings;
    let changed = holdings.stored(&holdings.object_of(0), "original/").await;
    let before = fs::read(&changed).unwrap();
    fs::write(&changed, "khác").unwrap();
    let lost = holdings.stored(&holdings.object_of(1), "original/").await;
    fs::remove_file(&lost).unwrap();
    // An object whose inventories are all gone has no name any more.
    let copy = holdings.object_of_copy(&holdings.valid.id);
    let folder = holdings.folder(&copy);
    for version in fs::read_dir(&folder).unwrap() {
        let inventory = version.unwrap().path().join("inventory.json");
        if inventory.exists() {
            fs::write(inventory, "{").unwrap();
        }
    }
    fs::write(folder.join("inventory.json"), "{").unwrap();
    assert_eq!(story.scrub().await, 2);
    let mended = story.mend().await;
    let from: Vec<Option<&str>> = mended.iter().map(|one| one.place.as_deref()).collect();
    assert_eq!(from, [Some("mirror"); 3], "{mended:?}");
    assert_eq!(fs::read(&changed).unwrap(), before);
    assert!(
        story.quarantined() >= 3,
        "what was there is not thrown away"
    );
    assert_eq!(story.scrub().await, 0);
    let state = fixity::state(&holdings.archive, &Caller::machine())
        .await
        .unwrap();
    assert_eq!((state.damaged.len(), state.checked), (0, state.objects));
    assert_eq!(story.mend().await, [], "nothing is left to do");
    crate::support::ocfl_py::assert_all_valid(&holdings.data.path().join("vault/ocfl"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_older_or_rotten_mends_nothing_and_breaks_nothing() {
    let story = Story::told().await;
    let holdings = &story.holdings;
    let object = holdings.object_of(0);
    let master = holdings.stored(&object, "original/").await;
    fs::write(&master, "khác").unwrap();
    let location = object.location();
    let copies = story
        .copies
        .path()
        .join("objects")
        .join(&location["ocfl/".len()..]);
    let mut files: Vec<_> = fs::read_dir(&copies)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert_eq!(files.len(), 2, "a deposit and what was approved");
    assert_eq!(story.scrub().await, 2);
    // Only the deposit is there: its inventory would hide what was approved since.
    let newest = fs::read(&files[1]).unwrap();
    fs::remove_file(&files[1]).unwrap();
    let mended = story.mend().await;
    assert!(
        mended[0].place.is_none() && mended[0].open[0].contains("newest version"),
        "{mended:?}"
    );
    let mut rotten = newest.clone();
    rotten[700] ^= 1;
    fs::write(&files[1], rotten).unwrap();
    let mended = story.mend().await;
    assert!(mended[0].place.is_none(), "{mended:?}");
    assert_eq!(holdings.archive.vault.head(&object).await.unwrap(), Some(2));
    fs::write(&files[1], newest).unwrap();
    assert_eq!(story.mend().await[0].place.as_deref(), Some("mirror"));
    assert_eq!(story.scrub().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fonds_says_how_much_of_it_was_read_again() {
    let story = Story::told().await;
    let archive = &story.holdings.archive;
    let before = fixity::coverage(archive, &Caller::machine()).await.unwrap();
    assert_eq!(
        (before.len(), before[0].checked, before[0].objects),
        (1, 0, 4)
    );
    story.scrub().await;
    let after = fixity::coverage(archive, &Caller::machine()).await.unwrap();
    assert_eq!((after[0].checked, after[0].not_whole), (4, 0));
    assert!(after[0].oldest_check.is_some());
}
