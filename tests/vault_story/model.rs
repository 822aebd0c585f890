//! Random sequences of deposits, versions and deaths, held against a model that fits on a screen.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;

use super::faulty::{Dies, Dying};
use super::*;

type Files = BTreeMap<String, String>;

#[derive(Clone, Debug)]
struct Step {
    object: u8,
    path: u8,
    text: u8,
    remove: bool,
    /// The write at which the process dies, if it does.
    death: Option<(usize, bool)>,
    repeat: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let death = proptest::option::of((1..12_usize, any::<bool>()));
    let step = (
        0..3_u8,
        0..4_u8,
        0..4_u8,
        any::<bool>(),
        death,
        any::<bool>(),
    )
        .prop_map(|(object, path, text, remove, death, repeat)| Step {
            object,
            path,
            text,
            remove,
            death,
            repeat,
        });
    proptest::collection::vec(step, 1..24)
}

/// What the vault must hold: the states of each object, by version.
#[derive(Default)]
struct Model(BTreeMap<u8, Vec<Files>>);

impl Model {
    fn wanted(&self, step: &Step) -> Option<Files> {
        let mut files = self
            .0
            .get(&step.object)
            .and_then(|v| v.last())
            .cloned()
            .unwrap_or_default();
        let path = format!("dir/{}.txt", step.path);
        match step.remove {
            true => files.remove(&path).map(drop)?,
            false => drop(files.insert(path, format!("text {}", step.text))),
        }
        Some(files)
    }
}

async fn act(vault: &Vault, model: &Model, step: &Step) -> Result<u32, VaultError> {
    let id = id(&step.object.to_string());
    let path = format!("dir/{}.txt", step.path);
    let content = Content::bytes(path.clone(), format!("text {}", step.text));
    let head = model.0.get(&step.object).map_or(0, Vec::len) as u32;
    let made = match (head, step.remove) {
        (0, _) => vault.deposit(&id, &[content], &who("step")).await?,
        (_, true) => {
            vault
                .add_version(&id, head, &[Change::Remove(path)], &who("step"))
                .await?
        }
        (_, false) => {
            vault
                .add_version(&id, head, &[Change::Put(content)], &who("step"))
                .await?
        }
    };
    Ok(made.number)
}

async fn run(steps: &[Step]) {
    let store = Arc::new(InMemory::new());
    let healthy = Vault::over(store.clone()).await.unwrap();
    let mut model = Model::default();
    for step in steps {
        let Some(wanted) = model.wanted(step) else {
            continue;
        };
        let mut outcome = match step.death {
            None => act(&healthy, &model, step).await,
            Some((k, after)) => {
                let dies = if after { Dies::After } else { Dies::Before };
                let dying = Arc::new(Dying::at(store.clone(), usize::MAX, dies));
                let vault = Vault::over(dying.clone()).await.unwrap();
                dying
                    .writes_left
                    .store(k, std::sync::atomic::Ordering::SeqCst);
                act(&vault, &model, step).await
            }
        };
        if outcome.is_err() && step.repeat {
            outcome = act(&healthy, &model, step).await;
            assert!(outcome.is_ok(), "{outcome:?}");
        }
        let versions = model.0.entry(step.object).or_default();
        // An unanswered call may or may not have made its version; an answered one has.
        let head = match healthy.inventory(&id(&step.object.to_string())).await {
            Ok(inventory) => inventory.head() as usize,
            Err(VaultError::NotFound { .. }) => 0,
            Err(error) => panic!("{error}"),
        };
        assert!(outcome.is_err() || Ok(head as u32) == outcome.map_err(drop));
        if head > versions.len() {
            versions.push(wanted);
        }
        assert_eq!(head, versions.len());
        if versions.is_empty() {
            model.0.remove(&step.object);
        }
    }
    compare(&healthy, &model).await;
}

async fn compare(vault: &Vault, model: &Model) {
    for object in walk(vault).await {
        vault
            .clear_unfinished(&object.location, Timestamp::MAX)
            .await
            .unwrap();
    }
    let walked = walk(vault).await;
    assert_eq!(walked.len(), model.0.len());
    assert!(
        walked
            .iter()
            .all(|object| object.condition == Condition::Whole),
        "{walked:?}"
    );
    for (object, versions) in &model.0 {
        let id = id(&object.to_string());
        let report = vault.verify(&id).await.unwrap();
        assert!(
            report.is_sound() && report.head as usize == versions.len(),
            "{report:?}"
        );
        let inventory = vault.inventory(&id).await.unwrap();
        for (number, files) in (1..).zip(versions) {
            assert_eq!(inventory.state(number).unwrap().len(), files.len());
            for (path, text) in files {
                assert_eq!(read(vault, &id, path, Some(number)).await, text.as_bytes());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_sequence_of_writes_and_deaths_ends_as_the_model_says(steps in steps()) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run(&steps));
    }
}
