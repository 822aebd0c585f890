//! A key file and a bucket that are not there are told as what they are, in the same words at every door.

use std::fs::Permissions;
use std::process::{Command, Output};

use sogoc::archive::Archive;
use sogoc::config::VaultConfig;
use sogoc::error::Error;
use tempfile::TempDir;

use crate::support::holdings::{approved_record, config};
use crate::support::seaweed::Seaweed;

fn sogoc(file: &std::path::Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sogoc"))
        .args(arguments)
        .arg("--config")
        .arg(file)
        .output()
        .unwrap()
}

fn all(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stdout);
    format!("{said}{}", String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_key_file_that_is_not_there_is_a_setting_and_no_outage() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("sogoc.toml");
    for (table, setting) in [
        ("[seal]\nkey_file", "seal.key_file"),
        (
            "[seal]\nkey_file = \"x\"\nkey_password_file",
            "seal.key_password_file",
        ),
        (
            "[vault]\nurl = \"s3://a/b\"\nsecret_file",
            "vault.secret_file",
        ),
        (
            "[[backup.place]]\nname = \"nas\"\nurl = \"s3://a/b\"\nsecret_file",
            "backup.place.secret_file",
        ),
    ] {
        let absent = folder.path().join("absent").display().to_string();
        std::fs::write(&file, format!("data = {data:?}\n{table} = {absent:?}\n")).unwrap();
        for command in [&["check"][..], &["serve", "--listen", "127.0.0.1:0"]] {
            let output = sogoc(&file, command);
            let said = all(&output);
            assert!(
                said.contains(&format!("Thiết lập {setting} sai: không có tệp")),
                "{said}"
            );
            assert!(said.contains(&absent), "{said}");
            let code = output.status.code().unwrap();
            assert!(
                code == 78 || command[0] == "check" && code == 1,
                "{code}: {said}"
            );
        }
        assert!(
            !folder.path().join("absent").exists(),
            "no key is made in its place"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_not_there_is_told_and_made_on_request() {
    let weed = tokio::task::spawn_blocking(Seaweed::start).await.unwrap();
    let access = weed.vault("x").s3.unwrap();
    let folder = TempDir::new().unwrap();
    // As the program makes it: nobody else looks in.
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, &access.secret_access_key).unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    let mut settings = config(&folder.path().join("data"), None);
    settings.vault = VaultConfig {
        url: Some("s3://not-made-yet/kho".into()),
        endpoint: Some(access.endpoint.clone()),
        region: Some(access.region.clone()),
        key_id: Some(access.access_key_id.clone()),
        secret_file: Some(secret.clone()),
    };
    let told = Archive::open(settings.clone()).await.err().unwrap();
    assert!(matches!(told, Error::WrongSetting { .. }), "{told:?}");
    let file = folder.path().join("sogoc.toml");
    let text = format!(
        "data = {:?}\n[vault]\nurl = \"s3://not-made-yet/kho\"\nendpoint = {:?}\nregion = {:?}\n\
         key_id = {:?}\nsecret_file = {:?}\n",
        folder.path().join("data"),
        access.endpoint,
        access.region,
        access.access_key_id,
        secret,
    );
    std::fs::write(&file, text).unwrap();
    let check = sogoc(&file, &["check"]);
    assert_eq!(check.status.code(), Some(1));
    assert!(all(&check).contains(&told.vi()), "{}", all(&check));
    let serve = sogoc(&file, &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(serve.status.code(), Some(78));
    assert!(all(&serve).contains(&told.vi()), "{}", all(&serve));
    let made = sogoc(&file, &["check", "--make-bucket"]);
    assert_eq!(made.status.code(), Some(0), "{}", all(&made));
    let archive = Archive::open(settings).await.unwrap();
    archive.ready().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_is_no_longer_mounted_is_told_alike_at_readyz_and_at_start() {
    let folder = TempDir::new().unwrap();
    let settings = config(folder.path(), None);
    let archive = Archive::open(settings.clone()).await.unwrap();
    approved_record(&archive).await;
    archive.ready().await.unwrap();
    let vault = folder.path().join("vault");
    std::fs::rename(vault.join("ocfl"), folder.path().join("elsewhere")).unwrap();
    let unready = archive.ready().await.unwrap_err();
    let start = Archive::open(settings).await.err().unwrap();
    assert_eq!((unready.status(), unready.vi()), (503, start.vi()));
    assert!(unready.en().contains("vault.url"), "{}", unready.en());
    std::fs::rename(folder.path().join("elsewhere"), vault.join("ocfl")).unwrap();
    archive.ready().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_of_a_later_version_is_no_outage() {
    let folder = TempDir::new().unwrap();
    let settings = config(folder.path(), None);
    let archive = Archive::open(settings.clone()).await.unwrap();
    let later =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'later', TRUE, x'00', 0)";
    sqlx::query(later)
        .execute(archive.catalogue.pool())
        .await
        .unwrap();
    let told = Archive::open(settings).await.err().unwrap();
    assert!(matches!(told, Error::WrongSetting { .. }), "{told:?}");
    assert!(told.en().contains("9999"), "{}", told.en());
}
