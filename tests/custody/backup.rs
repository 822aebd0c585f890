//! Copies elsewhere: what is written once, is checked by anybody, and is opened by its recipient alone.

mod restoring;

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use age::secrecy::ExposeSecret;
use sogoc::access::Caller;
use sogoc::backup::{self, Identities, Place, Wanted};
use sogoc::config::{Config, PlaceConfig};
use sogoc::error::Error;
use tempfile::TempDir;

use crate::support::holdings::{Holdings, config};

/// An archive that has lived, with one place for copies, and the identity that opens them.
struct Story {
    holdings: Holdings,
    place: PlaceConfig,
    /// Copies, identity and whatever is restored.
    outside: TempDir,
}

impl Story {
    async fn told(catalogue: Option<String>) -> Self {
        let mut holdings = Holdings::lived(catalogue).await;
        let outside = TempDir::new().unwrap();
        let identity = age::x25519::Identity::generate();
        fs::write(
            outside.path().join("identity"),
            identity.to_string().expose_secret(),
        )
        .unwrap();
        fs::create_dir(outside.path().join("copies")).unwrap();
        let place = PlaceConfig {
            name: "nas".into(),
            url: outside.path().join("copies").display().to_string(),
            same_disk: true,
            ..PlaceConfig::default()
        };
        let settings = &mut holdings.archive.config.backup;
        settings.recipients.push(identity.to_public().to_string());
        settings.place.push(place.clone());
        Self {
            holdings,
            place,
            outside,
        }
    }

    async fn back_up(&self) -> backup::Backup {
        backup::backup(&self.holdings.archive, &self.place, |_, _| {})
            .await
            .unwrap()
    }

    fn identities(&self) -> Identities {
        Identities::read(&self.outside.path().join("identity")).unwrap()
    }

    fn reached(&self) -> Place {
        backup::place_of(&self.place).unwrap()
    }

    async fn restore(&self, into: &Config) -> Result<backup::Restored, Error> {
        let (place, identities) = (self.reached(), self.identities());
        backup::restore(into, &place, &identities, &Wanted::default(), |_| {}).await
    }

    /// As an administrator who names the place as one that is meant to be in clear.
    fn leave_unencrypted(&mut self) {
        let settings = &mut self.holdings.archive.config.backup;
        settings.unencrypted.push("nas".into());
    }

    fn copies(&self) -> PathBuf {
        self.outside.path().join("copies")
    }

    async fn sql(&self, statement: &'static str) {
        let mut tx = self.holdings.archive.catalogue.begin().await.unwrap();
        sqlx::query(statement).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Every file below a folder, that of the vault's staging not counted.
fn files_below(folder: &Path) -> BTreeSet<PathBuf> {
    let mut open = vec![folder.to_owned()];
    let mut files = BTreeSet::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let inside = fs::read_dir(&path).unwrap();
            open.extend(inside.map(|entry| entry.unwrap().path()));
        } else if !path.starts_with(folder.join("staging")) {
            files.insert(path);
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_twice_and_nothing_is_ever_changed() {
    let story = Story::told(None).await;
    let first = story.back_up().await;
    let contents = |files: &BTreeSet<PathBuf>| {
        let read = files
            .iter()
            .map(|file| (file.clone(), fs::read(file).unwrap()));
        read.collect::<Vec<_>>()
    };
    let before = contents(&files_below(&story.copies()));
    let second = story.back_up().await;
    assert_eq!((second.added, second.versions), (0, first.versions));
    for (file, bytes) in before {
        assert_eq!(fs::read(&file).unwrap(), bytes, "{}", file.display());
    }
    // What was lost there is written again.
    let lost = files_below(&story.copies().join("objects"))
        .pop_first()
        .unwrap();
    fs::remove_file(lost).unwrap();
    let third = story.back_up().await;
    assert_eq!((third.added, third.versions), (1, first.versions));
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_can_check_a_copy_and_open_a_plain_one_with_tar() {
    let mut story = Story::told(None).await;
    story.leave_unencrypted();
    let made = story.back_up().await;
    assert!(!made.encrypted);
    let run = story.copies().join("runs").join(&made.run);
    let check = Command::new("sha256sum")
        .args(["--check", "--quiet", "--strict"])
        .arg(run.join(backup::SUMS_FILE))
        .current_dir(story.copies())
        .output()
        .unwrap();
    assert!(check.status.success(), "{check:?}");
    // The versions of each object, one after another, are the vault.
    let vault = story.outside.path().join("vault");
    fs::create_dir(&vault).unwrap();
    let mut objects = files_below(&story.copies().join("objects"));
    while let Some(file) = objects.pop_first() {
        let done = Command::new("tar")
            .arg("-xf")
            .arg(&file)
            .current_dir(&vault)
            .output();
        assert!(done.unwrap().status.success(), "{}", file.display());
    }
    for entry in ["0=ocfl_1.1", "ocfl_layout.json"] {
        let from = story.holdings.data.path().join("vault/ocfl").join(entry);
        fs::copy(from, vault.join("ocfl").join(entry)).unwrap();
    }
    let root = vault.join("ocfl");
    tokio::task::spawn_blocking(move || crate::support::ocfl_py::assert_all_valid(&root))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_key_is_in_a_backup() {
    let mut story = Story::told(None).await;
    story.leave_unencrypted();
    story
        .sql(
            "INSERT INTO people (id, login, name, password_hash, roles, created_at, totp_secret, totp_pending)
             VALUES ('p-x', 'thu', 'Thư', 'argon', '', '2026-01-01', 'TOTPSECRETOFTHU', 'TOTPPENDING')",
        )
        .await;
    story
        .sql("INSERT INTO view_key (id, key) VALUES (1, 'KEYOFVIEWS') ON CONFLICT (id) DO NOTHING")
        .await;
    let made = story.back_up().await;
    let rows = files_below(&story.copies().join("runs").join(&made.run))
        .into_iter()
        .find(|file| file.to_string_lossy().contains("rows-"))
        .unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(rows).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    assert!(text.contains("Thư") && text.contains("urn:sogoc:scan:"));
    for secret in ["TOTPSECRET", "TOTPPENDING", "KEYOFVIEWS"] {
        assert!(!text.contains(secret), "{secret}");
    }
    let data = story.holdings.data.path();
    let keys: Vec<Vec<u8>> = [
        "seal/test-authority.password",
        "seal/test-authority.p12",
        "log/key",
        "keys/values",
    ]
    .map(|key| fs::read(data.join(key)).unwrap())
    .into();
    for file in files_below(&story.copies()) {
        let bytes = fs::read(&file).unwrap();
        for key in &keys {
            let held = memchr_find(&bytes, key.trim_ascii());
            assert!(!held, "{} holds a key", file.display());
        }
    }
}

fn memchr_find(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_the_place_alone_reads_no_name() {
    let story = Story::told(None).await;
    let made = story.back_up().await;
    for file in files_below(&story.copies()) {
        let bytes = fs::read(&file).unwrap();
        for word in ["Nguyễn", "Hồng Hạnh", "original/", "ho_ten"] {
            let held = memchr_find(&bytes, word.as_bytes());
            assert!(!held, "{} holds {word}", file.display());
        }
    }
    let stranger = story.outside.path().join("stranger");
    let other = age::x25519::Identity::generate();
    fs::write(&stranger, other.to_string().expose_secret()).unwrap();
    let into = config(&story.outside.path().join("new"), None);
    for identities in [Identities::default(), Identities::read(&stranger).unwrap()] {
        let place = story.reached();
        let refused = backup::restore(&into, &place, &identities, &Wanted::default(), |_| {}).await;
        assert_eq!(refused.unwrap_err().code(), "backup_identity");
    }
    // Nothing was begun, so the right one goes on from there.
    let restored = story.restore(&into).await.unwrap();
    assert_eq!((restored.run, restored.differences.len()), (made.run, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_place_is_said_and_nothing_is_written() {
    let mut story = Story::told(None).await;
    let code = async |story: &Story, place: &PlaceConfig| {
        let refused = backup::backup(&story.holdings.archive, place, |_, _| {}).await;
        let error = refused.unwrap_err();
        (error.code(), error.en())
    };
    let mut own = story.place.clone();
    own.same_disk = false;
    let (word, said) = code(&story, &own).await;
    assert!(
        word == "wrong_setting" && said.contains("same disk"),
        "{said}"
    );
    let mut absent = story.place.clone();
    absent.url = story
        .outside
        .path()
        .join("not-mounted")
        .display()
        .to_string();
    let (word, said) = code(&story, &absent).await;
    assert!(word == "wrong_setting" && said.contains("nas"), "{said}");
    assert!(!story.outside.path().join("not-mounted").exists());
    story.holdings.archive.config.backup.recipients = vec!["age1nonsense".into()];
    let (word, said) = code(&story, &story.place).await;
    assert!(
        word == "wrong_setting" && said.contains("age1nonsense"),
        "{said}"
    );
    story.holdings.archive.config.backup.recipients.clear();
    let (word, said) = code(&story, &story.place).await;
    assert!(
        word == "wrong_setting" && said.contains("unencrypted"),
        "{said}"
    );
    assert_eq!(files_below(&story.copies()).len(), 0);
    // Another archive's place stays its own.
    let other = Story::told(None).await;
    other
        .sql("INSERT INTO agreements (name, value, at) VALUES ('archive', 'another', '2026-01-01')")
        .await;
    other.back_up().await;
    let mut theirs = story.place.clone();
    theirs.url = other.place.url.clone();
    story.leave_unencrypted();
    let (word, _) = code(&story, &theirs).await;
    assert_eq!(word, "backup_of_another_archive");
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_in_the_vault_does_not_pass_as_a_backup() {
    let story = Story::told(None).await;
    let holdings = &story.holdings;
    let master = holdings.stored(&holdings.object_of(0), "original/").await;
    fs::write(master, "khác").unwrap();
    let made = story.back_up().await;
    assert_eq!((made.exit_code(), made.damaged.len()), (2, 1));
    let copies = backup::copies(&holdings.archive, &Caller::machine())
        .await
        .unwrap();
    assert_eq!(
        (copies.places[0].counts, copies.places[0].damaged),
        (false, 1)
    );
}
