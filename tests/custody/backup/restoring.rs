//! Copies elsewhere come back: on either engine, from a folder and from S3, in a drill, and with numbers that went on.

use std::fs;
use std::path::Path;
use std::time::Duration;

use age::secrecy::ExposeSecret;
use sogoc::access::Caller;
use sogoc::archive::Archive;
use sogoc::audit;
use sogoc::backup::{self, CopyRule, Identities, Wanted};
use sogoc::config::{Config, PlaceConfig, VaultConfig};
use sogoc::fixity::{self, ScrubOptions};
use sogoc::search;
use tempfile::TempDir;

use super::{Story, files_below};
use crate::support::holdings::config;
use crate::support::postgres;
use crate::support::seaweed::Seaweed;

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
    assert_eq!(settings, ["seal", "log.key_file", "catalogue.key_file"]);
    // The keys are brought by hand.
    for keys in ["seal", "log", "keys"] {
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
