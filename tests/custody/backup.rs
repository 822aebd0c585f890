//! Copies elsewhere: what is written once, is checked by anybody, is opened by its recipient alone, and comes back.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use age::secrecy::ExposeSecret;
use sogoc::access::Caller;
use sogoc::archive::Archive;
use sogoc::audit;
use sogoc::backup::{self, CopyRule, Identities, Place, Wanted};
use sogoc::config::{Config, PlaceConfig, VaultConfig};
use sogoc::error::Error;
use sogoc::fixity::{self, ScrubOptions};
use sogoc::search;
use tempfile::TempDir;

use crate::support::holdings::{Holdings, config};
use crate::support::postgres;
use crate::support::seaweed::Seaweed;

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
async fn sqlite_and_a_folder_come_back_and_live_on() {
    comes_back(Story::told(None).await, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_comes_back_as_postgresql() {
    comes_back(Story::told(None).await, Some(database().await)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_comes_back_as_postgresql_and_as_sqlite() {
    let story = Story::told(Some(database().await)).await;
    comes_back(story, Some(database().await)).await;
    comes_back(Story::told(Some(database().await)).await, None).await;
}

async fn database() -> String {
    tokio::task::spawn_blocking(postgres::create_database)
        .await
        .unwrap()
}

async fn comes_back(story: Story, catalogue: Option<String>) {
    let signed = audit::publish(&story.holdings.archive).await.unwrap();
    let made = story.back_up().await;
    assert_eq!((made.exit_code(), made.encrypted), (0, true));
    assert_eq!(made.added, made.versions);
    let staging = story.copies().join("staging");
    fs::remove_dir_all(&staging).unwrap();
    let into = config(&story.outside.path().join("new"), catalogue);
    let restored = story.restore(&into).await.unwrap();
    assert!(!staging.exists(), "whoever reads writes nothing there");
    assert_eq!(restored.differences, [""; 0]);
    assert_eq!((restored.objects, restored.rows), (7, made.rows));
    let settings: Vec<&str> = restored.keys.iter().map(|key| &*key.setting).collect();
    assert_eq!(settings, ["seal", "log.key_file"]);
    // The keys are brought by hand.
    for keys in ["seal", "log"] {
        copy_folder(
            &story.holdings.data.path().join(keys),
            &into.data.join(keys),
        );
    }
    let archive = Archive::open(into).await.unwrap();
    let old = fixity::holdings(&story.holdings.archive.catalogue)
        .await
        .unwrap();
    let new = fixity::holdings(&archive.catalogue).await.unwrap();
    assert!(fixity::compare(&old, &new).none());
    assert_eq!(search::follow(&archive).await.unwrap(), 5);
    let report = fixity::scrub(&archive, ScrubOptions::default(), |_| {})
        .await
        .unwrap();
    assert_eq!((report.objects, report.exit_code()), (7, 0));
    assert!(restored.log_files > 0);
    let checked = audit::check(&archive).await.unwrap();
    assert!(checked.whole && signed > 10, "{checked:?}");
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).into_iter().flatten() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_and_copies_in_s3_are_backed_up_and_come_back() {
    let weed = tokio::task::spawn_blocking(Seaweed::start).await.unwrap();
    let data = TempDir::new().unwrap();
    let mut settings = in_s3(config(data.path(), Some(database().await)), &weed, "first");
    let identity = age::x25519::Identity::generate();
    settings
        .backup
        .recipients
        .push(identity.to_public().to_string());
    let store = weed.vault("copies");
    let access = store.s3.clone().unwrap();
    let secret = data.path().join("secret");
    write_secret(&secret, &access.secret_access_key);
    let place = PlaceConfig {
        name: "bucket".into(),
        url: store.url,
        endpoint: Some(access.endpoint),
        key_id: Some(access.access_key_id),
        secret_file: Some(secret),
        ..PlaceConfig::default()
    };
    settings.backup.place.push(place.clone());
    let archive = Archive::open(settings).await.unwrap();
    crate::support::holdings::approved_record(&archive).await;
    let made = backup::backup(&archive, &place, |_, _| {}).await.unwrap();
    assert!(made.added > 3 && made.damaged.is_empty(), "{made:?}");
    let again = backup::backup(&archive, &place, |_, _| {}).await.unwrap();
    assert_eq!((again.added, again.versions), (0, made.versions));
    let file = data.path().join("identity");
    fs::write(&file, identity.to_string().expose_secret()).unwrap();
    let into = TempDir::new().unwrap();
    let into = in_s3(config(into.path(), Some(database().await)), &weed, "second");
    let restored = backup::restore(
        &into,
        &backup::place_of(&place).unwrap(),
        &Identities::read(&file).unwrap(),
        &Wanted::default(),
        |_| {},
    )
    .await
    .unwrap();
    assert_eq!(restored.differences, [""; 0]);
    assert_eq!(restored.rows, again.rows);
}

fn in_s3(mut config: Config, weed: &Seaweed, prefix: &str) -> Config {
    let vault = weed.vault(prefix);
    let access = vault.s3.unwrap();
    let secret = config.data.join("vault-secret");
    write_secret(&secret, &access.secret_access_key);
    config.vault = VaultConfig {
        url: Some(vault.url),
        endpoint: Some(access.endpoint),
        region: Some(access.region),
        key_id: Some(access.access_key_id),
        secret_file: Some(secret),
    };
    config
}

fn write_secret(file: &Path, secret: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, secret).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
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
    story
        .holdings
        .archive
        .config
        .backup
        .unencrypted
        .push("nas".into());
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
    story
        .holdings
        .archive
        .config
        .backup
        .unencrypted
        .push("nas".into());
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
        word == "wrong_setting" && said.contains("very disk"),
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
    story
        .holdings
        .archive
        .config
        .backup
        .unencrypted
        .push("nas".into());
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

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_goes_into_an_empty_place_only() {
    let story = Story::told(None).await;
    story.back_up().await;
    let into = config(&story.outside.path().join("new"), None);
    story.restore(&into).await.unwrap();
    let again = story.restore(&into).await.unwrap_err();
    assert_eq!(again.code(), "vault_not_empty");
    let own = config(story.holdings.data.path(), None);
    let wanted = Wanted {
        rows_only: true,
        ..Wanted::default()
    };
    let (place, identities) = (story.reached(), story.identities());
    let over = backup::restore(&own, &place, &identities, &wanted, |_| {}).await;
    assert_eq!(over.unwrap_err().code(), "catalogue_not_empty");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_tells_a_good_backup_from_a_rotten_one() {
    let story = Story::told(None).await;
    let archive = &story.holdings.archive;
    story.back_up().await;
    let drilled = async || {
        let (place, identities) = (story.reached(), story.identities());
        let scratch = story.outside.path();
        backup::drill(
            archive,
            &place,
            &identities,
            &Wanted::default(),
            scratch,
            |_| {},
        )
        .await
        .unwrap()
    };
    let tried = async || {
        let copies = backup::copies(archive, &Caller::machine()).await.unwrap();
        let rule = CopyRule::RestoreTried;
        let met = copies
            .requirements
            .iter()
            .find(|one| one.rule == rule)
            .unwrap()
            .met;
        (copies.drill.map(|drill| drill.differences), met)
    };
    assert_eq!(tried().await, (None, false));
    let good = drilled().await;
    assert_eq!((good.exit_code(), good.restored.objects), (0, 7));
    assert_eq!(tried().await, (Some(0), true));
    let victim = files_below(&story.copies().join("objects"))
        .pop_first()
        .unwrap();
    let mut bytes = fs::read(&victim).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&victim, bytes).unwrap();
    let rotten = drilled().await;
    assert_eq!(rotten.exit_code(), 2);
    assert!(
        rotten.restored.differences[0].contains("not the bytes"),
        "{rotten:?}"
    );
    assert_eq!(
        tried().await,
        (Some(rotten.restored.differences.len() as i64), false)
    );
    let left = fs::read_dir(story.outside.path()).unwrap();
    assert_eq!(left.count(), 2, "the scratch folder is gone");
    story
        .holdings
        .clock
        .advance(Duration::from_secs(3 * 86_400));
    let copies = backup::copies(archive, &Caller::machine()).await.unwrap();
    assert!(
        !copies.places[0].counts,
        "a backup of three days ago is none"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_given_after_the_backup_is_never_given_again() {
    let story = Story::told(None).await;
    let holdings = &story.holdings;
    let rows = "SELECT number FROM copies ORDER BY number";
    let made = story.back_up().await;
    let late = holdings.issue_another().await;
    // The vault as it is now, the rows as they were.
    let data = story.outside.path().join("new");
    let mut into = config(&data, None);
    into.vault.url = Some(holdings.data.path().join("vault").display().to_string());
    let wanted = Wanted {
        rows_only: true,
        run: Some(made.run.clone()),
    };
    let (place, identities) = (story.reached(), story.identities());
    backup::restore(&into, &place, &identities, &wanted, |_| {})
        .await
        .unwrap();
    let scratch = TempDir::new().unwrap();
    let archive = Archive::open_to_restore(into, scratch.path())
        .await
        .unwrap();
    let open = backup::catch_up(&archive, &made.run).await.unwrap();
    assert_eq!(open, [""; 0]);
    let numbers: Vec<i64> = sqlx::query_scalar(rows)
        .fetch_all(archive.catalogue.pool())
        .await
        .unwrap();
    assert_eq!(numbers.last(), Some(&late.number));
    let counter: i64 = sqlx::query_scalar("SELECT value FROM counters WHERE name = 'copies-2026'")
        .fetch_one(archive.catalogue.pool())
        .await
        .unwrap();
    assert_eq!(counter, late.number);
}
