//! Whoever has a copy of the catalogue has no secret by it: digests where a value need only be compared, sealed with a key
//! outside where it must be read again; on both engines.

use std::sync::Arc;

use sogoc::access::{self, Caller, Network, Role};
use sogoc::archive::Archive;
use sogoc::clock::StillClock;
use sogoc::copy_request::{self, AskGiven};
use sogoc::error::Error;
use sogoc::notify;
use tempfile::TempDir;

use super::House;
use crate::requests::asking;
use crate::support::holdings::config;
use crate::support::postgres;

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_stands_in_the_catalogue_on_sqlite() {
    tell(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_stands_in_the_catalogue_on_postgresql() {
    let url = tokio::task::spawn_blocking(postgres::create_database);
    tell(Some(url.await.unwrap())).await;
}

/// What an archive holds that nobody else may read.
struct Secrets {
    factor: String,
    hook: String,
    code: String,
    given: AskGiven,
}

impl Secrets {
    async fn of(house: &House) -> Self {
        house.person("lan", &[Role::Reviewer]).await;
        let (factor, _) = house.enrol("lan").await;
        let (archive, machine) = (&house.archive, Caller::machine());
        let token = access::make_token(archive, &machine, "cổng", &[Role::Portal], None);
        let token = token.await.unwrap();
        let hook = notify::set_hook(archive, &machine, &token.id, "https://cong.example.vn/x");
        let hook = hook.await.unwrap().secret;
        let given = AskGiven {
            idempotency_key: Some("mot-lan-ma-khong-ai-doan-ra".into()),
            ..asking()
        };
        let asked = copy_request::ask_publicly(archive, &Network::unknown(), &given).await;
        Self {
            factor,
            hook,
            code: asked.unwrap().code,
            given,
        }
    }

    async fn stand_nowhere_in(&self, archive: &Archive) {
        let all = "SELECT totp_secret FROM people WHERE totp_secret IS NOT NULL
             UNION ALL SELECT secret FROM webhooks
             UNION ALL SELECT code FROM copy_requests
             UNION ALL SELECT code_sealed FROM copy_requests";
        let stored: Vec<String> = sqlx::query_scalar(all)
            .fetch_all(archive.catalogue.pool())
            .await
            .unwrap();
        assert_eq!(stored.len(), 4);
        let file = archive.config.data.join("catalogue.sqlite");
        let mut bytes = stored.join("\n").into_bytes();
        if archive.config.catalogue.url.is_none() {
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
                .fetch_all(archive.catalogue.pool())
                .await
                .unwrap();
            bytes.extend(std::fs::read(file).unwrap());
        }
        for secret in [&self.factor, &self.hook, &self.code] {
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{secret}");
        }
    }

    async fn repeated(&self, archive: &Archive) -> Result<String, Error> {
        let asked = copy_request::ask_publicly(archive, &Network::unknown(), &self.given).await;
        asked.map(|asked| asked.code)
    }
}

async fn tell(catalogue: Option<String>) {
    let house = House::open(catalogue).await;
    let secrets = Secrets::of(&house).await;
    secrets.stand_nowhere_in(&house.archive).await;
    // And all of them still do what they are for.
    house.minutes(2);
    let code = house.code(&secrets.factor, 0);
    house.sign_in("lan", &code).await.unwrap();
    copy_request::status(&house.archive, &secrets.code)
        .await
        .unwrap();
    let lower = secrets.code.to_lowercase().replace('-', " ");
    copy_request::status(&house.archive, &lower).await.unwrap();
    assert_eq!(
        secrets.repeated(&house.archive).await.unwrap(),
        secrets.code
    );
}

/// The same archive opened again, under the same clock.
async fn again(
    house: House,
    change: impl AsyncFnOnce(&Archive),
) -> (Archive, Arc<StillClock>, TempDir) {
    let House {
        archive,
        clock,
        _data: data,
    } = house;
    change(&archive).await;
    archive.catalogue.close().await;
    drop(archive);
    let opened = Archive::open_with(config(data.path(), None), clock.clone()).await;
    (opened.unwrap(), clock, data)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_release_wrote_in_the_clear_is_sealed_at_the_next_start() {
    let house = House::open(None).await;
    let secrets = Secrets::of(&house).await;
    let (archive, clock, data) = again(house, async |archive| {
        let mut tx = archive.begin_as_machine().await.unwrap();
        for (statement, value) in [
            (
                "UPDATE people SET totp_secret = $1 WHERE totp_secret IS NOT NULL",
                &secrets.factor,
            ),
            ("UPDATE webhooks SET secret = $1", &secrets.hook),
            (
                "UPDATE copy_requests SET code = $1, code_sealed = NULL",
                &secrets.code,
            ),
        ] {
            sqlx::query(statement)
                .bind(value)
                .execute(&mut *tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
    })
    .await;
    secrets.stand_nowhere_in(&archive).await;
    let house = House {
        archive,
        clock,
        _data: data,
    };
    house.minutes(2);
    let code = house.code(&secrets.factor, 0);
    house.sign_in("lan", &code).await.unwrap();
    assert_eq!(
        secrets.repeated(&house.archive).await.unwrap(),
        secrets.code
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_key_an_archive_works_on_and_says_so_until_another_is_accepted() {
    let house = House::open(None).await;
    let secrets = Secrets::of(&house).await;
    let (archive, clock, data) = again(house, async |archive| {
        std::fs::remove_file(archive.config.data.join("keys/values")).unwrap();
    })
    .await;
    let house = House {
        archive,
        clock,
        _data: data,
    };
    let archive = &house.archive;
    assert!(archive.value_key.is_none() && !archive.config.data.join("keys/values").exists());
    copy_request::status(archive, &secrets.code).await.unwrap();
    house.minutes(2);
    let code = house.code(&secrets.factor, 0);
    let refused = house.sign_in("lan", &code).await;
    assert_eq!(refused.unwrap_err().code(), "wrong_setting");
    assert_eq!(
        secrets.repeated(archive).await.unwrap_err().code(),
        "wrong_setting"
    );
    assert_eq!(access::accept_value_key(archive).await.unwrap(), 2);
    let (archive, clock, data) = again(house, async |_| {}).await;
    let house = House {
        archive,
        clock,
        _data: data,
    };
    house.sign_in("lan", "").await.unwrap();
    house.enrol("lan").await;
    copy_request::status(&house.archive, &secrets.code)
        .await
        .unwrap();
}
