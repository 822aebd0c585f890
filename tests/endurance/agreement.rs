//! Many processes, one truth; and a wrong setting is told as one, with what to do, never as an outage.

use std::path::Path;
use std::process::Command;

use sogoc::archive::Archive;
use sogoc::config::Config;
use sogoc::error::Error;

use crate::support::archive::{Ground, settings};
use crate::support::holdings::{self, receive};

/// The setting that is told wrong, and both sentences.
async fn refused(config: Config) -> (&'static str, String) {
    match Archive::open(config).await {
        Err(error @ Error::WrongSetting { setting, .. }) => {
            assert_eq!((error.status(), error.exit_code()), (503, 78));
            (setting, format!("{}\n{}", error.vi(), error.en()))
        }
        Err(other) => panic!("told as {other:?}"),
        Ok(_) => panic!("it opened"),
    }
}

pub(super) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_makes_no_test_authority_of_its_own_over_one_postgresql_catalogue() {
    let data = tempfile::tempdir().unwrap();
    let (config, _store) = settings(Ground::Scaled, data.path()).await;
    two_processes(config).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_makes_no_test_authority_of_its_own_over_one_sqlite_catalogue() {
    let data = tempfile::tempdir().unwrap();
    let mut config = holdings::config(data.path(), None);
    config.catalogue.url = Some(config.catalogue_url());
    config.vault.url = Some(data.path().join("vault").display().to_string());
    two_processes(config).await;
}

async fn two_processes(config: Config) {
    let first = Archive::open(config.clone()).await.unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let mut second = config.clone();
    second.data = elsewhere.path().to_path_buf();
    let (setting, said) = refused(second.clone()).await;
    assert_eq!(setting, "seal");
    assert!(
        said.contains("sogoc seal accept") && said.contains("Chép thư mục seal"),
        "{said}"
    );
    let own = elsewhere.path().join("seal/test-authority.p12");
    assert!(!own.exists(), "no second key was made");

    copy_folder(&config.data.join("seal"), &elsewhere.path().join("seal"));
    let joined = Archive::open(second.clone()).await.unwrap();
    assert_eq!(joined.seal.signer().der(), first.seal.signer().der());

    // Another test key, made where the catalogue was not asked, is refused with both fingerprints.
    let third = tempfile::tempdir().unwrap();
    Archive::open(holdings::config(third.path(), None))
        .await
        .unwrap();
    second.data = third.path().to_path_buf();
    let (setting, said) = refused(second.clone()).await;
    assert_eq!(setting, "seal");
    assert!(
        said.contains("seal_differs") || said.contains("khóa thử nghiệm ở đây"),
        "{said}"
    );
    Archive::open_accepting(second).await.unwrap();
    let (setting, _) = refused(config).await;
    assert_eq!(setting, "seal", "from now on the other key is in force");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_bucket_key_secret_hosts_and_database_are_each_told_by_their_setting() {
    let data = tempfile::tempdir().unwrap();
    let (config, _store) = settings(Ground::Scaled, data.path()).await;
    let archive = Archive::open(config.clone()).await.unwrap();
    let batch = sogoc::batch::NewBatch {
        name: "Hộp".into(),
        ..Default::default()
    };
    let machine = sogoc::access::Caller::machine();
    let batch = sogoc::batch::open(&archive, &machine, &batch)
        .await
        .unwrap();
    receive(&archive, &batch.id, "trang.png", &holdings::page(1)).await;

    let with = |change: &dyn Fn(&mut Config)| {
        let mut wrong = config.clone();
        change(&mut wrong);
        refused(wrong)
    };
    let (setting, said) = with(&|c| c.vault.url = Some("s3://another/archive".into())).await;
    assert_eq!(setting, "vault.url", "{said}");
    assert!(said.contains("s3://another/archive"), "{said}");
    let (setting, said) = with(&|c| c.vault.key_id = Some("nobody".into())).await;
    assert_eq!(setting, "vault.key_id", "{said}");
    let secret = data.path().join("other.secret");
    std::fs::write(&secret, "not the secret").unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    let (setting, said) = with(&|c| c.vault.secret_file = Some(secret.clone())).await;
    assert_eq!(setting, "vault.secret_file", "{said}");
    let (setting, said) =
        with(&|c| c.vault.endpoint = Some("http://no-such-host.invalid:1".into())).await;
    assert_eq!(setting, "vault.endpoint", "{said}");

    let url = config.catalogue.url.clone().unwrap();
    let (server, _) = url.rsplit_once('/').unwrap();
    let other = format!("{server}/no_such_database");
    let (setting, said) = with(&|c| c.catalogue.url = Some(other.clone())).await;
    assert_eq!(setting, "catalogue.url", "{said}");
    assert!(said.contains("createdb"), "{said}");
    let host = "postgres://sogoc@no-such-host.invalid/sogoc".to_owned();
    let (setting, said) = with(&|c| c.catalogue.url = Some(host.clone())).await;
    assert_eq!(setting, "catalogue.url", "{said}");
}

/// A disk that is not mounted: the place of the vault is empty, and a new one is not made over it.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_place_is_not_taken_for_the_vault_by_start_and_doctor() {
    let holdings = crate::support::holdings::Holdings::lived(None).await;
    let vault = holdings.data.path().join("vault");
    std::fs::rename(&vault, holdings.data.path().join("away")).unwrap();
    for command in ["doctor", "check"] {
        let output = Command::new(env!("CARGO_BIN_EXE_sogoc"))
            .args([command, "--data"])
            .arg(holdings.data.path())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains("vault.url") && said.contains("Đĩa đã gắn chưa"),
            "{said}"
        );
    }
    assert!(!vault.exists(), "nothing was made in its place");
}
