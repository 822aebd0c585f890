//! Damage is named, file by file, and never served.

use std::fs;
use std::path::{Path, PathBuf};

use sogoc::vault::{FileState, Report};

use super::*;

struct Shelf {
    folder: TempDir,
    vault: Vault,
    id: ObjectId,
}

impl Shelf {
    /// A folder vault with one object of two versions.
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let location = Location::at(folder.path().to_str().unwrap());
        let vault = Vault::open(&location).await.unwrap();
        let id = id("diploma");
        let files = [
            Content::bytes("a.jpg", "scan"),
            Content::bytes("deposit.json", "{}"),
        ];
        vault.deposit(&id, &files, &who("deposit")).await.unwrap();
        vault
            .add_version(&id, 1, &[put("words.xml", "words")], &who("words"))
            .await
            .unwrap();
        Self { folder, vault, id }
    }

    async fn object(&self) -> PathBuf {
        self.folder
            .path()
            .join(&walk(&self.vault).await[0].location)
    }

    async fn report(&self) -> Report {
        self.vault.verify(&self.id).await.unwrap()
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let nested = |path: PathBuf| {
        if path.is_dir() {
            files_below(&path)
        } else {
            vec![path]
        }
    };
    entries.flat_map(nested).collect()
}

fn flip_a_byte(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x20;
    fs::write(path, bytes).unwrap();
}

fn states(report: &Report) -> Vec<(&str, &'static str)> {
    report
        .damaged()
        .map(|file| (file.path.as_str(), file.state.code()))
        .collect()
}

#[tokio::test]
async fn a_changed_byte_in_any_file_is_detected_and_named() {
    let shelf = Shelf::new().await;
    let object = shelf.object().await;
    let files = files_below(&object);
    assert_eq!(
        files.len(),
        3 + 3 + 4,
        "three contents, declaration, inventories and sidecars"
    );
    for file in files {
        let intact = fs::read(&file).unwrap();
        let name = file.strip_prefix(&object).unwrap().to_str().unwrap();
        flip_a_byte(&file);
        let report = shelf.report().await;
        if name == "inventory.json.sha256" {
            // A sidecar is derived; the copies in the version folder tell what it must say.
            assert!(report.healed && report.is_sound(), "{report:?}");
        } else {
            assert_eq!(states(&report), [(name, "mismatch")]);
        }
        fs::write(&file, intact).unwrap();
        assert!(shelf.report().await.is_sound());
    }
}

#[tokio::test]
async fn a_lost_file_is_detected_and_named() {
    let shelf = Shelf::new().await;
    let object = shelf.object().await;
    for file in files_below(&object) {
        let intact = fs::read(&file).unwrap();
        let name = file.strip_prefix(&object).unwrap().to_str().unwrap();
        fs::remove_file(&file).unwrap();
        let report = shelf.report().await;
        if name.starts_with("inventory.json") {
            assert!(report.healed && report.is_sound(), "{report:?}");
            assert_eq!(
                fs::read(&file).unwrap(),
                intact,
                "restored from its version's copy"
            );
        } else {
            assert_eq!(states(&report), [(name, "missing")]);
        }
        fs::write(&file, intact).unwrap();
    }
    assert!(shelf.report().await.is_sound());
}

#[tokio::test]
async fn a_stray_file_is_detected_and_named() {
    let shelf = Shelf::new().await;
    let object = shelf.object().await;
    for name in [
        "v1/content/stray.txt",
        "notes.txt",
        "v2/notes.txt",
        "v7/content/late.txt",
    ] {
        fs::create_dir_all(object.join(name).parent().unwrap()).unwrap();
        fs::write(object.join(name), "stray").unwrap();
        assert_eq!(states(&shelf.report().await), [(name, "extra")]);
        fs::remove_file(object.join(name)).unwrap();
    }
    fs::write(shelf.folder.path().join("ocfl/stray.txt"), "stray").unwrap();
    let walked: Vec<_> = futures::StreamExt::collect(shelf.vault.walk()).await;
    let strays = walked
        .iter()
        .filter(|item| matches!(item, Err(VaultError::Corrupt { .. })));
    assert_eq!((walked.len(), strays.count()), (2, 1));
}

#[tokio::test]
async fn an_unreadable_file_is_not_called_damaged() {
    let shelf = Shelf::new().await;
    let object = shelf.object().await;
    let content = files_below(&object.join("v1/content")).remove(0);
    fs::remove_file(&content).unwrap();
    // A socket cannot be opened for reading, by root as little as by anyone.
    let socket = shelf.folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    fs::rename(socket, &content).unwrap();
    let report = shelf.report().await;
    let file = report.damaged().next().unwrap();
    assert!(
        matches!(file.state, FileState::CouldNotRead { .. }),
        "{file:?}"
    );
}

#[tokio::test]
async fn damage_is_never_served() {
    let shelf = Shelf::new().await;
    let object = shelf.object().await;
    for file in files_below(&object.join("v1/content")) {
        flip_a_byte(&file);
    }
    let read = shelf.vault.read(&shelf.id, "a.jpg", None).await;
    assert!(matches!(read, Err(VaultError::Corrupt { .. })), "{read:?}");
    let target = shelf.folder.path().join("out.jpg");
    let copied = shelf
        .vault
        .read_to_path(&shelf.id, "a.jpg", None, &target)
        .await;
    assert!(
        matches!(copied, Err(VaultError::Corrupt { .. })),
        "{copied:?}"
    );
    assert!(!target.exists());
    let files = [
        Content::bytes("a.jpg", "scan"),
        Content::bytes("deposit.json", "{}"),
    ];
    let repeated = shelf
        .vault
        .deposit(&shelf.id, &files, &who("deposit"))
        .await;
    assert!(
        matches!(repeated, Err(VaultError::Corrupt { .. })),
        "{repeated:?}"
    );
    let said = ocfl_py::complaint(&shelf.folder.path().join("ocfl"));
    assert!(said.contains("E092"), "{said}");
}

#[tokio::test]
async fn an_error_never_repeats_a_delivered_name() {
    let shelf = Shelf::new().await;
    let object = shelf.object().await;
    for file in files_below(&object.join("v1/content")) {
        fs::remove_file(file).unwrap();
    }
    let lost = shelf
        .vault
        .read(&shelf.id, "a.jpg", None)
        .await
        .unwrap_err();
    let absent = shelf
        .vault
        .read(&shelf.id, "Nguyễn Văn Thử.jpg", None)
        .await
        .unwrap_err();
    for error in [lost, absent] {
        let said = format!("{error} {error:?}");
        assert!(
            !said.contains("a.jpg") && !said.contains("Nguyễn"),
            "{said}"
        );
    }
}
