//! What happens to copies later: withdrawal, a term of the code, many in one act, and a book that outlives the
//! catalogue.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::clock::StillClock;
use sogoc::jobs::Kind;
use sogoc::{certified_copy, copy_request, fixity, notify, worker};
use tempfile::TempDir;

use super::{Scene, refusal, state_in};
use crate::desk::asking;
use crate::support::archive::{caller, seen, shown};

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_copy_says_so_and_why() {
    let scene = Scene::on(None).await;
    let (archive, copy) = (scene.archive(), &scene.holdings.valid);
    let withdraw =
        async |reason: &str| certified_copy::withdraw(archive, &scene.head, &copy.id, reason).await;
    assert_eq!(refusal(withdraw("").await), "invalid");
    withdraw("in nhầm người").await.unwrap();
    assert_eq!(refusal(withdraw("lần nữa").await), "not_issued");
    let told = certified_copy::verify_code(archive, &copy.code)
        .await
        .unwrap();
    assert_eq!(
        (told.state.as_str(), told.reason.as_deref()),
        ("withdrawn", Some("in nhầm người"))
    );
    let again = certified_copy::reissue(archive, &scene.head, &copy.id, None)
        .await
        .unwrap();
    let text = scene.text(&again).await;
    assert!(
        text.contains("Bản sao này cấp lại bản sao số 1/2026."),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_holder_lets_a_code_expire_extends_it_and_is_told_of_a_correction() {
    let scene = Scene::on(None).await;
    let (archive, portal) = (scene.archive(), caller(Role::Portal));
    let asked = copy_request::ask(archive, &portal, &asking("k"))
        .await
        .unwrap();
    copy_request::confirm(
        archive,
        &scene.clerk,
        &asked.id,
        scene.record(),
        &seen(archive, scene.record()).await,
    )
    .await
    .unwrap();
    let id = copy_request::release(
        archive,
        &scene.head,
        &asked.id,
        &shown(archive, &asked.id).await,
    )
    .await
    .unwrap()
    .remove(0);
    worker::work_off(archive, &[Kind::IssueCopy]).await.unwrap();
    let copy = certified_copy::line(archive, &scene.head, &id)
        .await
        .unwrap();
    let set =
        async |code: &str, until| certified_copy::set_code_until(archive, code, None, until).await;
    let now = archive.clock.now();
    let past = now - Duration::from_secs(600);
    assert_eq!(refusal(set(&asked.code, Some(past)).await), "invalid");
    let guess = set("NOBOD-YSCOD-E0000-00000", None).await;
    assert_eq!(refusal(guess), "not_found");
    set(&asked.code, Some(now)).await.unwrap();
    let told = certified_copy::verify_code(archive, &copy.code)
        .await
        .unwrap();
    assert_eq!(
        (told.state.as_str(), told.initials.as_str()),
        ("expired", "")
    );
    assert_eq!((told.birth_year, told.sha256.as_str()), (None, ""));
    let bytes = certified_copy::bytes(archive, &scene.head, &id)
        .await
        .unwrap();
    let by_file = certified_copy::verify_file(archive, &bytes).await.unwrap();
    assert_eq!(
        by_file.archive.unwrap().state,
        "valid",
        "the file itself still proves itself"
    );
    set(&asked.code, Some(now + Duration::from_secs(3600)))
        .await
        .unwrap();
    assert_eq!(scene.state(&copy).await, "valid");
    set(&asked.code, None).await.unwrap();
    assert_eq!(scene.state(&copy).await, "valid");
    scene.approved(&scene.given()).await;
    let told = notify::history(&archive.catalogue, &asked.id)
        .await
        .unwrap();
    assert_eq!(told.last().unwrap().event, "superseded");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_act_issues_many_and_one_that_fails_harms_only_itself() {
    let scene = Scene::on(None).await;
    let records = [
        scene.record().to_owned(),
        "none".into(),
        scene.record().to_owned(),
    ];
    let outcomes =
        certified_copy::issue_many(scene.archive(), &scene.head, &records, &BTreeMap::new())
            .await
            .unwrap();
    let numbers: Vec<_> = outcomes
        .iter()
        .map(|one| one.copy.as_ref().map(|copy| copy.number))
        .collect();
    assert_eq!(numbers, [Some(3), None, Some(4)]);
    assert_eq!(outcomes[1].fault.as_deref(), Some("not_approved"));
    let none =
        certified_copy::issue_many(scene.archive(), &scene.head, &[], &BTreeMap::new()).await;
    assert_eq!(refusal(none), "invalid");
}

/// A correction in force, one to come, a revocation's worth of book: all of it from the vault alone.
#[tokio::test(flavor = "multi_thread")]
async fn the_appendix_and_every_line_of_the_book_come_back_from_the_vault() {
    let scene = Scene::on(None).await;
    let archive = scene.archive();
    scene.approved(&scene.given()).await;
    let corrected = scene.issue().await.unwrap();
    certified_copy::withdraw(
        archive,
        &scene.head,
        &scene.holdings.superseded.id,
        "in nhầm",
    )
    .await
    .unwrap();
    // The last number of the book is void: its record has a letter no typeface of ours can print.
    let other = &scene.holdings.unprintable().await;
    let void = certified_copy::issue_now(archive, &scene.head, other, None)
        .await
        .unwrap();
    assert_eq!((void.number, void.state.as_str()), (4, "void"));
    scene.follow().await;

    let old = fixity::holdings(&archive.catalogue).await.unwrap();
    let new = TempDir::new().unwrap();
    let settings = fixity::beside(&archive.config, new.path()).unwrap();
    let clock = Arc::new(StillClock::at("2026-03-05T01:00:00Z".parse().unwrap()));
    let again = Archive::open_with(settings, clock).await.unwrap();
    let rebuilt = fixity::rebuild(&again, |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.damaged, [""; 0]);
    assert_eq!((rebuilt.corrections, rebuilt.copies), (1, 4));
    assert_eq!(rebuilt.numbers_without_copy, [""; 0]);
    let differences = fixity::compare(&old, &fixity::holdings(&again.catalogue).await.unwrap());
    assert!(differences.none(), "{differences:?}");
    for (copy, state) in [
        (&scene.holdings.valid, "superseded"),
        (&scene.holdings.superseded, "withdrawn"),
        (&corrected, "valid"),
        (&void, "void"),
    ] {
        assert_eq!(state_in(&again, copy).await, state);
    }
    let next = certified_copy::issue_now(&again, &scene.head, scene.record(), None)
        .await
        .unwrap();
    assert_eq!(next.number, 5, "a void number is never given again");
}
