//! Signing in: the second factor, sessions that one sees and ends, the idle lock, fresh proof, accounts that sleep.

mod accounts;
mod at_rest;
mod pages;

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use sogoc::access::{self, Caller, Credentials, Role};
use sogoc::archive::Archive;
use sogoc::certified_copy;
use sogoc::clock::{Clock, StillClock};
use sogoc::error::Error;
use tempfile::TempDir;

use crate::support::holdings::config;
use crate::support::postgres;
use crate::support::server::PASSWORD;

/// An archive whose clock is moved by hand, and people in it.
struct House {
    archive: Archive,
    clock: Arc<StillClock>,
    _data: TempDir,
}

impl House {
    async fn open(catalogue: Option<String>) -> House {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(StillClock::at("2026-07-20T01:00:00Z".parse().unwrap()));
        let settings = config(data.path(), catalogue);
        let archive = Archive::open_with(settings, clock.clone()).await.unwrap();
        House {
            archive,
            clock,
            _data: data,
        }
    }

    async fn person(&self, login: &str, roles: &[Role]) -> String {
        let machine = Caller::machine();
        let made = access::make_person(&self.archive, &machine, login, login, PASSWORD, roles);
        made.await.unwrap().id
    }

    async fn sign_in(&self, login: &str, code: &str) -> Result<(String, Caller), Error> {
        self.from(login, code, "10.0.0.1").await
    }

    async fn from(&self, login: &str, code: &str, peer: &str) -> Result<(String, Caller), Error> {
        let given = Credentials {
            login,
            password: PASSWORD,
            code,
            peer,
            program: "Mozilla/5.0",
        };
        access::sign_in(&self.archive, &given).await
    }

    fn minutes(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(60 * minutes));
    }

    fn days(&self, days: u64) {
        self.clock.advance(Duration::from_secs(86_400 * days));
    }

    /// What an authenticator shows that many steps from now.
    fn code(&self, secret: &str, steps: i64) -> String {
        code_at(secret, self.clock.now().as_second() + 30 * steps)
    }

    /// Sets up a second factor; the secret and the recovery codes.
    async fn enrol(&self, login: &str) -> (String, Vec<String>) {
        let (_, caller) = self.sign_in(login, "").await.unwrap();
        let begun = access::begin_second_factor(&self.archive, &caller)
            .await
            .unwrap();
        let code = self.code(&begun.secret, 0);
        let set = access::confirm_second_factor(&self.archive, &caller, &code).await;
        (begun.secret, set.unwrap().codes)
    }
}

/// RFC 6238 by another program: Python's own library, nothing of ours.
fn code_at(secret: &str, second: i64) -> String {
    let script = "import base64,hmac,struct,sys\n\
        s=sys.argv[1]; k=base64.b32decode(s+'='*(-len(s)%8))\n\
        h=hmac.new(k,struct.pack('>Q',int(sys.argv[2])//30),'sha1').digest()\n\
        o=h[19]&15; print('%06d'%((struct.unpack('>I',h[o:o+4])[0]&0x7fffffff)%1000000))";
    let said = Command::new("python3")
        .args(["-c", script, secret, &second.to_string()])
        .output()
        .unwrap();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    String::from_utf8(said.stdout).unwrap().trim().to_owned()
}

/// RFC 6238, appendix B: the judge itself is judged.
#[test]
fn the_other_program_speaks_the_standard() {
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    for (second, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (2_000_000_000, "279037"),
    ] {
        assert_eq!(code_at(secret, second), code);
    }
}

#[tokio::test]
async fn the_second_factor_counts_once_embedded() {
    the_second_factor_counts_once(None).await;
}

#[tokio::test]
async fn the_second_factor_counts_once_on_postgresql() {
    the_second_factor_counts_once(Some(postgres::create_database())).await;
}

async fn the_second_factor_counts_once(catalogue: Option<String>) {
    let house = House::open(catalogue).await;
    let id = house.person("lan", &[Role::Reviewer]).await;
    let (_, lan) = house.sign_in("lan", "").await.unwrap();
    let early = access::confirm_second_factor(&house.archive, &lan, "000000").await;
    assert_eq!(early.unwrap_err().code(), "no_second_factor_begun");
    let (secret, codes) = house.enrol("lan").await;
    assert_eq!(codes.len(), 10);

    let without = house.sign_in("lan", "").await;
    assert_eq!(without.unwrap_err().code(), "second_factor");
    let again = house.sign_in("lan", &house.code(&secret, 0)).await;
    assert!(
        matches!(again, Err(Error::NotSignedIn)),
        "the code that set it up is used up"
    );
    house.sign_in("lan", &house.code(&secret, 1)).await.unwrap();
    let replayed = house.sign_in("lan", &house.code(&secret, 1)).await;
    assert!(matches!(replayed, Err(Error::NotSignedIn)));
    let older = house.sign_in("lan", &house.code(&secret, 0)).await;
    assert!(
        matches!(older, Err(Error::NotSignedIn)),
        "nor one before it"
    );
    house.minutes(5);
    for far in [-2, 2] {
        let outcome = house.sign_in("lan", &house.code(&secret, far)).await;
        assert!(
            matches!(outcome, Err(Error::NotSignedIn)),
            "{far} steps off"
        );
    }
    let typed = format!(" {} ", codes[3].to_lowercase());
    house.sign_in("lan", &typed).await.unwrap();
    let spent = house.sign_in("lan", &codes[3]).await;
    assert!(matches!(spent, Err(Error::NotSignedIn)));

    let administrator = house.person("hanh", &[Role::Administrator]).await;
    let (_, hanh) = house.sign_in("hanh", "").await.unwrap();
    let own = access::reset_second_factor(&house.archive, &hanh, &administrator).await;
    assert_eq!(own.unwrap_err().code(), "own_rights");
    let (token, _) = house.sign_in("lan", &codes[4]).await.unwrap();
    access::reset_second_factor(&house.archive, &hanh, &id)
        .await
        .unwrap();
    let ended = access::session(&house.archive, &token).await;
    assert!(matches!(ended, Err(Error::NotSignedIn)));
    house.sign_in("lan", "").await.unwrap();
}

#[tokio::test]
async fn whoever_knows_the_password_cannot_guess_the_code() {
    let house = House::open(None).await;
    house.person("lan", &[Role::Reviewer]).await;
    let (secret, _) = house.enrol("lan").await;
    house.minutes(1);
    let right = house.code(&secret, 0);
    let mut refused = 0;
    for guess in 0..40 {
        // From everywhere, so that only what is counted by person stands in the way.
        let peer = format!("10.1.{guess}.1");
        let wrong = format!(
            "{:06}",
            (right.parse::<u32>().unwrap() + 7 + guess) % 1_000_000
        );
        match house.from("lan", &wrong, &peer).await {
            Err(Error::NotSignedIn) => {}
            Err(Error::TooMany { .. }) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(refused, 30);
    house.minutes(6);
    house.sign_in("lan", &house.code(&secret, 0)).await.unwrap();
}

#[tokio::test]
async fn a_session_nobody_uses_ends_after_the_minutes_of_the_rule() {
    for catalogue in [None, Some(postgres::create_database())] {
        let house = House::open(catalogue).await;
        house.person("lan", &[Role::Reviewer]).await;
        let (token, _) = house.sign_in("lan", "").await.unwrap();
        for _ in 0..4 {
            house.minutes(14);
            access::session(&house.archive, &token).await.unwrap();
        }
        house.minutes(16);
        let ended = access::session(&house.archive, &token).await;
        assert!(matches!(ended, Err(Error::NotSignedIn)));
        let left: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM sessions WHERE digest NOT LIKE 'ended-%'")
                .fetch_one(house.archive.catalogue.pool())
                .await
                .unwrap();
        assert_eq!(left, 0, "it is gone, not asleep");
    }
}

#[tokio::test]
async fn what_gives_power_or_leaves_the_house_asks_for_fresh_proof() {
    let house = House::open(None).await;
    let archive = &house.archive;
    house.person("hanh", &[Role::Administrator]).await;
    let other = house.person("lan", &[Role::Reviewer]).await;
    let (token, _) = house.sign_in("hanh", "").await.unwrap();
    house.minutes(11);
    let hanh = access::session(archive, &token).await.unwrap().caller;
    assert!(!hanh.fresh);
    let stale = [
        access::make_token(archive, &hanh, "cổng", &[Role::Portal], None)
            .await
            .map(drop),
        access::make_person(archive, &hanh, "moi", "Mới", PASSWORD, &[Role::Reviewer])
            .await
            .map(drop),
        access::change_person(archive, &hanh, &other, &[Role::Approver], false).await,
        access::set_password(archive, &hanh, &other, "mot mat khau khac 2026").await,
        access::reset_second_factor(archive, &hanh, &other).await,
        access::confirm_accounts(archive, &hanh, std::slice::from_ref(&other)).await,
        access::wake(archive, &hanh, &other).await,
        sogoc::viewing::set_ceiling(archive, &hanh, &other, Some(9)).await,
        access::begin_second_factor(archive, &hanh).await.map(drop),
    ];
    for outcome in stale {
        assert_eq!(outcome.unwrap_err().code(), "fresh_proof");
    }
    let vinh = Caller {
        roles: vec![Role::Approver],
        ..hanh.clone()
    };
    let issued = certified_copy::issue_now(archive, &vinh, "none", None).await;
    assert_eq!(issued.unwrap_err().code(), "fresh_proof");

    let wrong = access::prove_session(archive, &hanh, &token, "không phải", "10.0.0.1").await;
    assert!(matches!(wrong, Err(Error::Invalid(_))));
    access::prove_session(archive, &hanh, &token, PASSWORD, "10.0.0.1")
        .await
        .unwrap();
    let hanh = access::session(archive, &token).await.unwrap().caller;
    access::make_token(archive, &hanh, "cổng", &[Role::Portal], None)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_code_of_the_device_is_fresh_proof_too_and_of_this_session_only() {
    let house = House::open(None).await;
    let archive = &house.archive;
    house.person("lan", &[Role::Reviewer]).await;
    let (secret, codes) = house.enrol("lan").await;
    let (stolen, _) = house.sign_in("lan", &codes[0]).await.unwrap();
    let (own, lan) = house.sign_in("lan", &codes[1]).await.unwrap();
    house.minutes(11);
    access::session(archive, &own).await.unwrap();
    access::session(archive, &stolen).await.unwrap();
    let code = house.code(&secret, 0);
    access::prove_session(archive, &lan, &own, &code, "10.0.0.1")
        .await
        .unwrap();
    assert!(access::session(archive, &own).await.unwrap().caller.fresh);
    assert!(
        !access::session(archive, &stolen)
            .await
            .unwrap()
            .caller
            .fresh
    );
    let again = access::prove_session(archive, &lan, &stolen, &code, "10.0.0.1").await;
    assert!(
        matches!(again, Err(Error::Invalid(_))),
        "a code counts once"
    );
}
