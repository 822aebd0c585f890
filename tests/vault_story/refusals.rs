//! What the vault refuses, where it stages, and from where it may be used.

use object_store::local::LocalFileSystem;

use super::*;

#[tokio::test]
async fn a_request_that_can_never_succeed_is_invalid() {
    let vault = Vault::open(&Location::at("memory:")).await.unwrap();
    let id = id("hostile");
    let bytes = |path: &str| Content::bytes(path, "x");
    let hostile: [&[Content]; 8] = [
        &[],
        &[bytes("")],
        &[bytes("../../etc/passwd")],
        &[bytes("/etc/passwd")],
        &[bytes("a/")],
        &[bytes("a\0b")],
        &[bytes("a"), bytes("a")],
        &[bytes("a"), bytes("a/b")],
    ];
    for files in hostile {
        let refused = vault.deposit(&id, files, &who("deposit")).await;
        assert!(
            matches!(refused, Err(VaultError::Invalid { .. })),
            "{files:?}: {refused:?}"
        );
    }
    assert!(walk(&vault).await.is_empty());
    vault
        .deposit(&id, &[bytes("a")], &who("deposit"))
        .await
        .unwrap();
    let absent = vault
        .add_version(&id, 1, &[Change::Remove("b".into())], &who("x"))
        .await;
    assert!(
        matches!(absent, Err(VaultError::Invalid { .. })),
        "{absent:?}"
    );
}

#[tokio::test]
async fn somebody_elses_place_is_refused() {
    for url in ["", "ftp://x/y", "s3://", "s3://bucket", "file://relative"] {
        let refused = Vault::open(&Location::at(url)).await;
        assert!(
            matches!(refused, Err(VaultError::Invalid { .. })),
            "{url}: {refused:?}"
        );
    }
    let folder = TempDir::new().unwrap();
    let location = Location::at(folder.path().to_str().unwrap());
    std::fs::create_dir(folder.path().join("ocfl")).unwrap();
    std::fs::write(folder.path().join("ocfl/thesis.doc"), "mine").unwrap();
    let foreign = Vault::open(&location).await;
    assert!(
        matches!(foreign, Err(VaultError::Invalid { .. })),
        "{foreign:?}"
    );
    std::fs::remove_file(folder.path().join("ocfl/thesis.doc")).unwrap();
    Vault::open(&location).await.unwrap();
    let layout = folder.path().join("ocfl/ocfl_layout.json");
    std::fs::write(
        layout,
        r#"{"extension": "0002-flat-direct-storage-layout"}"#,
    )
    .unwrap();
    let other_layout = Vault::open(&location).await;
    assert!(
        matches!(other_layout, Err(VaultError::Invalid { .. })),
        "{other_layout:?}"
    );
}

#[tokio::test]
async fn a_store_that_ignores_create_only_writes_is_refused() {
    let store = Arc::new(faulty::Overwriting(InMemory::new()));
    let refused = Vault::over(store).await;
    assert!(
        matches!(refused, Err(VaultError::Invalid { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn staging_of_a_dead_process_is_cleared_and_of_a_living_one_is_not() {
    let folder = TempDir::new().unwrap();
    let location = Location::at(folder.path().to_str().unwrap());
    let living = Vault::open(&location).await.unwrap();
    let dead = folder.path().join("staging/dead");
    std::fs::create_dir(&dead).unwrap();
    std::fs::write(dead.join("lock"), "").unwrap();
    std::fs::write(dead.join("half"), "half a scan").unwrap();
    Vault::open(&location).await.unwrap();
    assert!(!dead.exists());
    living
        .deposit(&id("a"), &[Content::bytes("a", "x")], &who("deposit"))
        .await
        .unwrap();
    let outsider = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
    assert_eq!(
        read(
            &Vault::over(Arc::new(outsider)).await.unwrap(),
            &id("a"),
            "a",
            None
        )
        .await,
        "x"
    );
}

#[tokio::test]
async fn the_vault_may_be_used_from_any_thread() {
    fn may_move<T: Send>(work: T) -> T {
        work
    }
    let vault = Vault::open(&Location::at("memory:")).await.unwrap();
    let (id, who) = (id("moved"), who("deposit"));
    let files = [Content::bytes("a", "x")];
    may_move(vault.deposit(&id, &files, &who)).await.unwrap();
    may_move(vault.add_version(&id, 1, &[put("b", "y")], &who))
        .await
        .unwrap();
    let read = may_move(vault.read(&id, "a", None)).await.unwrap();
    let _stream = may_move(read.into_stream()).await.unwrap();
    assert!(may_move(vault.verify(&id)).await.unwrap().is_sound());
    assert_eq!(
        may_move(vault.walk())
            .try_collect::<Vec<_>>()
            .await
            .unwrap()
            .len(),
        1
    );
    may_move(vault.drop_cache(None)).await.unwrap();
}
