//! A copy whose seal cannot be set now: it keeps its number, waits, and is sealed once the fault has passed.

use std::sync::Arc;
use std::time::Duration;

use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::certified_copy;
use sogoc::clock::{Clock, StillClock};
use sogoc::jobs::{self, End, Kind};
use sogoc::seal::{Level, TimeCheck, verify};

use crate::support::archive::caller;
use crate::support::authority::{Authority, KeyKind, PASSWORD};
use crate::support::holdings::{self, approved_record};

/// An archive sealing at `level` with a key and the time authority of `authority`.
pub(super) async fn archive_at(
    authority: &Authority,
    level: Level,
    data: &std::path::Path,
) -> (Archive, Arc<StillClock>) {
    let mut config = holdings::config(data, None);
    let password = data.join("password");
    std::fs::write(&password, PASSWORD).unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o600)).unwrap();
    config.seal.key_file = Some(authority.signer("signer", KeyKind::EcdsaP256));
    config.seal.key_password_file = Some(password);
    config.seal.level = level;
    config.seal.time_authority = Some(authority.tsa());
    let clock = Arc::new(StillClock::at(jiff::Timestamp::now()));
    let archive = Archive::open_with(config, clock.clone()).await.unwrap();
    (archive, clock)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_waits_out_a_time_authority_that_is_down_however_long_and_keeps_its_number() {
    let authority = Authority::start();
    let data = tempfile::tempdir().unwrap();
    let (archive, clock) = archive_at(&authority, Level::BT, data.path()).await;
    let record = approved_record(&archive).await;
    authority.fault("tsa", "down");
    let refused = certified_copy::issue_now(&archive, &caller(Role::Approver), &record, None).await;
    let refused = refused.unwrap_err();
    assert_eq!((refused.code(), refused.status()), ("time_authority", 503));
    assert!(refused.vi().contains("dấu thời gian"), "{}", refused.vi());

    let year = i64::from(clock.now().to_zoned(jiff::tz::TimeZone::UTC).year());
    let book = async || {
        let book = certified_copy::book(&archive, &Caller::machine(), year).await;
        book.unwrap().remove(0)
    };
    for _ in 0..12 {
        clock.advance(Duration::from_secs(601));
        let kind = Kind::IssueCopy;
        let job = jobs::lease(&archive.catalogue, &*clock, kind, "test")
            .await
            .unwrap()
            .unwrap();
        let error = certified_copy::issue(&archive, &job).await.unwrap_err();
        assert_eq!(
            (End::of(&error), job.attempt),
            (End::World, 1),
            "no try is used up"
        );
        jobs::give_back(
            &archive.catalogue,
            &*clock,
            &job,
            End::of(&error),
            error.code(),
        )
        .await
        .unwrap();
        assert_eq!(book().await.state, "opening");
    }
    authority.fault("tsa", "");
    clock.advance(Duration::from_secs(601));
    sogoc::worker::drain(&archive).await.unwrap();
    let copy = book().await;
    assert_eq!((copy.state.as_str(), copy.number), ("issued", 1));
    let bytes = certified_copy::bytes(&archive, &Caller::machine(), &copy.id)
        .await
        .unwrap();
    let verdict = verify(&bytes, &archive.seal.trust(), jiff::Timestamp::now());
    assert_eq!(verdict.time, TimeCheck::Proven);
    assert!(verdict.proven_time.is_some() && verdict.level == Some(Level::BT));
}
