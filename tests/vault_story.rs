//! One story of the vault, told on memory, on a folder and on a real S3 server, and judged by
//! somebody else's validator each time.

mod crash;
mod damage;
pub mod faulty;
mod killed;
mod model;
mod refusals;

use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::memory::InMemory;
use sogoc::vault::{
    Change, Condition, Content, Digest, Location, ObjectId, ObjectSummary, Provenance, Vault,
    VaultError,
};
use tempfile::TempDir;

use super::support::{ocfl_py, seaweed::Seaweed};

fn id(name: &str) -> ObjectId {
    ObjectId::new(format!("urn:sogoc:test:{name}")).unwrap()
}

fn who(message: &str) -> Provenance {
    Provenance {
        user_name: "Lê Văn Thử".into(),
        user_address: "mailto:thu@example.vn".into(),
        message: message.into(),
        at: "2026-11-22T04:35:00.123Z".parse().unwrap(),
    }
}

fn put(path: &str, bytes: &'static str) -> Change {
    Change::Put(Content::bytes(path, bytes))
}

async fn walk(vault: &Vault) -> Vec<ObjectSummary> {
    vault.walk().try_collect().await.unwrap()
}

async fn read(vault: &Vault, id: &ObjectId, path: &str, version: Option<u32>) -> Bytes {
    vault
        .read(id, path, version)
        .await
        .unwrap()
        .into_bytes()
        .await
        .unwrap()
}

#[tokio::test]
async fn the_story_holds_in_memory() {
    let store = Arc::new(InMemory::new());
    let objects = tell(&Vault::over(store.clone()).await.unwrap()).await;
    let mirror = TempDir::new().unwrap();
    ocfl_py::assert_valid(&ocfl_py::mirror(&store, mirror.path()).await, objects);
}

#[tokio::test]
async fn the_story_holds_in_a_folder() {
    let folder = TempDir::new().unwrap();
    let location = Location::at(format!("file://{}", folder.path().display()));
    let objects = tell(&Vault::open(&location).await.unwrap()).await;
    ocfl_py::assert_valid(&folder.path().join("ocfl"), objects);
    let reopened = Vault::open(&Location::at(folder.path().to_str().unwrap()))
        .await
        .unwrap();
    assert_eq!(walk(&reopened).await.len(), objects);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_holds_on_a_real_s3_server() {
    let server = tokio::task::spawn_blocking(Seaweed::start).await.unwrap();
    let location = server.vault("the/vault");
    let objects = tell(&Vault::open(&location).await.unwrap()).await;
    let mirror = TempDir::new().unwrap();
    let root = ocfl_py::mirror(&server.store("the/vault"), mirror.path()).await;
    ocfl_py::assert_valid(&root, objects);
    assert_eq!(
        walk(&Vault::open(&location).await.unwrap()).await.len(),
        objects
    );
}

/// Tells the story to an empty vault and says how many objects it leaves there.
async fn tell(vault: &Vault) -> usize {
    assert!(walk(vault).await.is_empty());
    a_deposit_is_kept_and_may_be_repeated(vault).await;
    versions_follow_each_other(vault).await;
    bytes_are_stored_once_within_an_object(vault).await;
    a_big_file_passes_through_in_parts(vault).await;
    of_two_writers_one_wins(vault).await;
    the_cache_is_apart_and_may_be_dropped(vault).await;
    let objects = walk(vault).await;
    for object in &objects {
        assert_eq!(object.condition, Condition::Whole, "{object:?}");
        let report = vault.verify(object.id.as_ref().unwrap()).await.unwrap();
        assert!(
            report.is_sound(),
            "{:?}",
            report.damaged().collect::<Vec<_>>()
        );
        assert_eq!(report.files.len() as u64, object.files);
        assert_eq!(
            report.files.iter().map(|file| file.bytes).sum::<u64>(),
            object.bytes
        );
    }
    objects.len()
}

async fn a_deposit_is_kept_and_may_be_repeated(vault: &Vault) {
    let id = id("diploma");
    assert!(!vault.exists(&id).await.unwrap());
    assert!(matches!(
        vault.inventory(&id).await,
        Err(VaultError::NotFound { .. })
    ));
    let files = [
        Content::bytes("Bằng tốt nghiệp #1 (bản gốc).JPG", "scan"),
        Content::bytes("deposit.json", "{}"),
    ];
    let first = vault.deposit(&id, &files, &who("deposit")).await.unwrap();
    assert_eq!((first.number, first.existed), (1, false));
    assert_eq!(first.files["deposit.json"], Digest::of(b"{}"));
    let again = vault.deposit(&id, &files, &who("deposit")).await.unwrap();
    assert_eq!((again.number, again.existed), (1, true));
    let other = vault.deposit(&id, &files[..1], &who("deposit")).await;
    assert!(
        matches!(other, Err(VaultError::AlreadyExists { .. })),
        "{other:?}"
    );
    assert_eq!(
        read(vault, &id, "Bằng tốt nghiệp #1 (bản gốc).JPG", None).await,
        "scan"
    );
    assert_eq!(
        vault.inventory(&id).await.unwrap().provenance(1),
        Some(who("deposit"))
    );
}

async fn versions_follow_each_other(vault: &Vault) {
    let id = id("diploma");
    let changes = [put("words/p1.xml", "words"), put("deposit.json", "{1}")];
    let second = vault
        .add_version(&id, 1, &changes, &who("words"))
        .await
        .unwrap();
    assert_eq!((second.number, second.existed), (2, false));
    let repeated = vault
        .add_version(&id, 1, &changes, &who("words"))
        .await
        .unwrap();
    assert_eq!((repeated.number, repeated.existed), (2, true));
    let unchanged = vault
        .add_version(&id, 2, &changes, &who("words"))
        .await
        .unwrap();
    assert_eq!((unchanged.number, unchanged.existed), (2, true));
    let late = vault
        .add_version(&id, 1, &[put("x", "y")], &who("late"))
        .await;
    assert!(
        matches!(
            late,
            Err(VaultError::Conflict {
                expected: 1,
                head: 2,
                ..
            })
        ),
        "{late:?}"
    );
    let early = vault
        .add_version(&id, 9, &[put("x", "y")], &who("early"))
        .await;
    assert!(
        matches!(early, Err(VaultError::Conflict { .. })),
        "{early:?}"
    );
    let removal = [Change::Remove("words/p1.xml".into())];
    assert_eq!(
        vault
            .add_version(&id, 2, &removal, &who("undo"))
            .await
            .unwrap()
            .number,
        3
    );
    assert_eq!(read(vault, &id, "deposit.json", Some(1)).await, "{}");
    assert_eq!(read(vault, &id, "deposit.json", None).await, "{1}");
    assert_eq!(read(vault, &id, "words/p1.xml", Some(2)).await, "words");
    let gone = vault.read(&id, "words/p1.xml", None).await;
    assert!(matches!(gone, Err(VaultError::NotFound { .. })), "{gone:?}");
    let no_version = vault.read(&id, "deposit.json", Some(4)).await;
    assert!(
        matches!(no_version, Err(VaultError::NotFound { .. })),
        "{no_version:?}"
    );
    let stranger = super::vault_story::id("nobody");
    let nobody = vault.add_version(&stranger, 1, &changes, &who("x")).await;
    assert!(
        matches!(nobody, Err(VaultError::NotFound { .. })),
        "{nobody:?}"
    );
}

async fn bytes_are_stored_once_within_an_object(vault: &Vault) {
    let id = id("twins");
    let twins = [
        Content::bytes("a.tif", "same"),
        Content::bytes("b.tif", "same"),
    ];
    vault.deposit(&id, &twins, &who("deposit")).await.unwrap();
    vault
        .add_version(&id, 1, &[put("c.tif", "same")], &who("third"))
        .await
        .unwrap();
    assert_eq!(vault.inventory(&id).await.unwrap().content().count(), 1);
    assert_eq!(read(vault, &id, "c.tif", None).await, "same");
}

async fn a_big_file_passes_through_in_parts(vault: &Vault) {
    let id = id("volume");
    let folder = TempDir::new().unwrap();
    let source = folder.path().join("source.tif");
    let bytes: Vec<u8> = (0..20_000_003_u32).map(|n| (n ^ (n >> 9)) as u8).collect();
    std::fs::write(&source, &bytes).unwrap();
    let (digest, size) = (Digest::of(&bytes), bytes.len() as u64);
    let wrong = Content::file("v.tif", &source, Digest::of(b"other"), size);
    let refused = vault.deposit(&id, &[wrong], &who("deposit")).await;
    assert!(
        matches!(refused, Err(VaultError::Invalid { .. })),
        "{refused:?}"
    );
    assert!(!vault.exists(&id).await.unwrap());
    let right = Content::file("v.tif", &source, digest, size);
    vault.deposit(&id, &[right], &who("deposit")).await.unwrap();
    let target = folder.path().join("copy.tif");
    assert_eq!(
        vault
            .read_to_path(&id, "v.tif", None, &target)
            .await
            .unwrap(),
        size
    );
    assert_eq!(std::fs::read(&target).unwrap(), bytes);
    let verified = vault.read(&id, "v.tif", None).await.unwrap();
    assert_eq!((verified.digest(), verified.size()), (digest, size));
    let streamed: Vec<Bytes> = verified
        .into_stream()
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(streamed.concat(), bytes);
}

async fn of_two_writers_one_wins(vault: &Vault) {
    let id = id("contested");
    vault
        .deposit(&id, &[Content::bytes("a", "0")], &who("deposit"))
        .await
        .unwrap();
    for head in 1..=5 {
        let write = |text: &str| {
            let change = Change::Put(Content::bytes("a", format!("{text} after {head}")));
            let (vault, id) = (vault.clone(), id.clone());
            async move { vault.add_version(&id, head, &[change], &who("race")).await }
        };
        let (left, right) = tokio::join!(write("left"), write("right"));
        let (winner, loser) = if left.is_ok() {
            (left, right)
        } else {
            (right, left)
        };
        assert_eq!(winner.unwrap().number, head + 1);
        assert!(
            matches!(loser, Err(VaultError::Conflict { .. })),
            "{loser:?}"
        );
    }
    let racing = |text: &'static str| {
        let (vault, id) = (vault.clone(), super::vault_story::id("contested deposit"));
        async move {
            vault
                .deposit(&id, &[Content::bytes("a", text)], &who("race"))
                .await
        }
    };
    let (left, right) = tokio::join!(racing("left"), racing("right"));
    let loser = if left.is_ok() { right } else { left };
    assert!(
        matches!(loser, Err(VaultError::AlreadyExists { .. })),
        "{loser:?}"
    );
}

async fn the_cache_is_apart_and_may_be_dropped(vault: &Vault) {
    let objects = walk(vault).await;
    vault
        .put_cache("thumb/1.jpg", "small".into())
        .await
        .unwrap();
    vault
        .put_cache("thumb/1.jpg", "smaller".into())
        .await
        .unwrap();
    vault.put_cache("tile/1.jpg", "tile".into()).await.unwrap();
    assert_eq!(
        vault.get_cache("thumb/1.jpg").await.unwrap().unwrap(),
        "smaller"
    );
    assert_eq!(vault.drop_cache(Some("thumb")).await.unwrap(), 1);
    assert_eq!(vault.get_cache("thumb/1.jpg").await.unwrap(), None);
    assert_eq!(vault.drop_cache(Some("tile/1.jpg")).await.unwrap(), 1);
    assert_eq!(vault.drop_cache(None).await.unwrap(), 0);
    assert_eq!(walk(vault).await, objects);
}
