//! The process dies at its k-th write, for every k; afterwards the vault is whole again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use object_store::memory::InMemory;
use tempfile::TempDir;

use super::faulty::{Dies, Dying};
use super::*;

/// More writes than any operation here needs.
const ENOUGH: usize = 40;

struct Bench {
    store: Arc<InMemory>,
    healthy: Vault,
}

impl Bench {
    async fn new() -> Self {
        let store = Arc::new(InMemory::new());
        let healthy = Vault::over(store.clone()).await.unwrap();
        Self { store, healthy }
    }

    /// A vault on the same store that dies at write `k`, counted from now.
    async fn dying(&self, k: usize, dies: Dies) -> Vault {
        self.failing(k, dies, None).await
    }

    async fn failing(
        &self,
        k: usize,
        dies: Dies,
        meanwhile: Option<BoxFuture<'static, ()>>,
    ) -> Vault {
        let store = Arc::new(Dying::at(self.store.clone(), usize::MAX, dies));
        let vault = Vault::over(store.clone()).await.unwrap();
        *store.meanwhile.lock().unwrap() = meanwhile;
        store.writes_left.store(k, Ordering::SeqCst);
        vault
    }

    async fn assert_all_valid(&self) {
        let objects = walk(&self.healthy).await;
        for object in &objects {
            assert_eq!(object.condition, Condition::Whole, "{object:?}");
            let report = self
                .healthy
                .verify(object.id.as_ref().unwrap())
                .await
                .unwrap();
            assert!(report.is_sound() && !report.healed, "{report:?}");
        }
        let mirror = TempDir::new().unwrap();
        let root = ocfl_py::mirror(&self.store, mirror.path()).await;
        ocfl_py::assert_valid(&root, objects.len());
    }
}

fn every_death() -> impl Iterator<Item = (usize, Dies)> {
    (1..=ENOUGH).flat_map(|k| [(k, Dies::Before), (k, Dies::After)])
}

fn two_files() -> [Content; 2] {
    [
        Content::bytes("a.jpg", "scan"),
        Content::bytes("deposit.json", "{}"),
    ]
}

#[tokio::test]
async fn a_deposit_cut_off_anywhere_succeeds_when_repeated() {
    let bench = Bench::new().await;
    let mut deaths = 0;
    for (k, dies) in every_death() {
        let id = id(&format!("{k} {dies:?}"));
        let died = bench
            .dying(k, dies)
            .await
            .deposit(&id, &two_files(), &who("deposit"))
            .await;
        deaths += usize::from(died.is_err());
        let retried = bench
            .healthy
            .deposit(&id, &two_files(), &who("deposit"))
            .await
            .unwrap();
        assert_eq!(retried.number, 1);
        assert_eq!(read(&bench.healthy, &id, "a.jpg", None).await, "scan");
    }
    // Two files, the inventory and its sidecar, the declaration, two copies at the root.
    assert_eq!(deaths, 2 * 7);
    bench.assert_all_valid().await;
}

#[tokio::test]
async fn a_version_cut_off_anywhere_succeeds_when_repeated_or_loses_to_another() {
    let bench = Bench::new().await;
    let mut committed_unanswered = 0;
    for (k, dies) in every_death() {
        for same in [true, false] {
            let id = id(&format!("{k} {dies:?} {same}"));
            bench
                .healthy
                .deposit(&id, &two_files(), &who("deposit"))
                .await
                .unwrap();
            let changes = [put("words.xml", "one"), put("records.json", "two")];
            let dying = bench.dying(k, dies).await;
            let died = dying.add_version(&id, 1, &changes, &who("words")).await;
            let other = [put("words.xml", "other")];
            let next: &[Change] = if same { &changes } else { &other };
            let retried = bench.healthy.add_version(&id, 1, next, &who("words")).await;
            match retried {
                Ok(version) => {
                    assert_eq!(version.number, 2);
                    assert!(
                        same || died.is_err(),
                        "an acknowledged version was replaced"
                    );
                }
                Err(VaultError::Conflict { head: 2, .. }) => {
                    assert!(!same, "a repeated call lost to itself");
                    committed_unanswered += usize::from(died.is_err());
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    // The inventory written but unanswered, then a sidecar and two copies at the root.
    assert_eq!(
        committed_unanswered,
        1 + 2 * 3,
        "from its inventory on, the version stands"
    );
    bench.assert_all_valid().await;
}

#[tokio::test]
async fn what_is_never_repeated_is_finished_by_the_walk_or_can_be_cleared() {
    let bench = Bench::new().await;
    for (k, dies) in every_death() {
        let id = id(&format!("{k} {dies:?}"));
        let _ = bench
            .dying(k, dies)
            .await
            .deposit(&id, &two_files(), &who("deposit"))
            .await;
    }
    let seen = walk(&bench.healthy).await;
    let count = |wanted| {
        seen.iter()
            .filter(|object| object.condition == wanted)
            .count()
    };
    assert_eq!(count(Condition::Healed), 8, "{seen:?}");
    assert_eq!(count(Condition::Unfinished), 4, "{seen:?}");
    for object in seen
        .iter()
        .filter(|object| object.condition == Condition::Unfinished)
    {
        let clear = |before| bench.healthy.clear_unfinished(&object.location, before);
        assert_eq!(
            clear(Timestamp::UNIX_EPOCH).await.unwrap(),
            0,
            "it may be in the making"
        );
        assert!(clear(Timestamp::MAX).await.unwrap() > 0);
    }
    for object in walk(&bench.healthy).await {
        let cleared = bench
            .healthy
            .clear_unfinished(&object.location, Timestamp::MAX)
            .await;
        assert_eq!(cleared.unwrap(), 0, "what is committed stays");
    }
    bench.assert_all_valid().await;
}

#[tokio::test]
async fn a_slow_writer_cannot_turn_an_object_back() {
    use object_store::ObjectStoreExt;
    let bench = Bench::new().await;
    let id = id("slow");
    bench
        .healthy
        .deposit(&id, &two_files(), &who("deposit"))
        .await
        .unwrap();
    bench
        .healthy
        .add_version(&id, 1, &[put("a", "2")], &who("two"))
        .await
        .unwrap();
    let location = walk(&bench.healthy).await[0].location.clone();
    let key = |name: &str| object_store::path::Path::from(format!("{location}/{name}"));
    for name in ["inventory.json.sha256", "inventory.json"] {
        // What a writer of version 1 would do that stopped just before its last two steps.
        let old = bench.store.get(&key(&format!("v1/{name}"))).await.unwrap();
        bench
            .store
            .put(&key(name), old.bytes().await.unwrap().into())
            .await
            .unwrap();
        assert_eq!(bench.healthy.inventory(&id).await.unwrap().head(), 2);
    }
    let stale = bench
        .healthy
        .add_version(&id, 1, &[put("a", "other")], &who("late"))
        .await;
    assert!(
        matches!(stale, Err(VaultError::Conflict { head: 2, .. })),
        "{stale:?}"
    );
    bench.assert_all_valid().await;
}

#[tokio::test]
async fn a_writer_overtaken_at_any_write_loses_cleanly_or_has_won() {
    let bench = Bench::new().await;
    for k in 1..=8 {
        let id = id(&format!("overtaken {k}"));
        bench
            .healthy
            .deposit(&id, &two_files(), &who("deposit"))
            .await
            .unwrap();
        let (rival, rivals_id) = (bench.healthy.clone(), id.clone());
        let rival_won = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&rival_won);
        let meanwhile = async move {
            let changes = [put("words.xml", "rival")];
            let outcome = rival
                .add_version(&rivals_id, 1, &changes, &who("rival"))
                .await;
            let lost = matches!(outcome, Err(VaultError::Conflict { head: 2, .. }));
            assert!(outcome.is_ok() || lost, "{outcome:?}");
            told.store(outcome.is_ok(), Ordering::SeqCst);
        };
        let overtaken = bench
            .failing(k, Dies::Overtaken, Some(meanwhile.boxed()))
            .await;
        let changes = [put("words.xml", "one"), put("records.json", "two")];
        let outcome = overtaken.add_version(&id, 1, &changes, &who("words")).await;
        let lost = matches!(outcome, Err(VaultError::Conflict { head: 2, .. }));
        assert!(outcome.is_ok() || lost, "{k}: {outcome:?}");
        assert_eq!(
            lost,
            rival_won.load(Ordering::SeqCst),
            "exactly one wins: {k}"
        );
        // Two contents come before the step that counts.
        assert_eq!(lost, k <= 2, "{k}");
    }
    bench.assert_all_valid().await;
}
