//! A key on the approver's own machine. The machine is played by the very commands of docs/detached-signing.md, over
//! a key file or a SoftHSM2 token; what comes of it is judged by pyHanko, by poppler and by ourselves.

mod office;
mod page;

use std::fs;
use std::process::Command;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sogoc::access::{Caller, Role};
use sogoc::certified_copy::{self, Signatures};
use sogoc::clock::Clock;
use sogoc::config::Padding;
use sogoc::seal::Level;
use sogoc::{audit, copy_request, worker};

use super::machine::Machine;
use super::softhsm::SoftHsm;
use crate::requests::asking;
use crate::support::archive::{Ground, caller, seen, shown};
use crate::support::authority::{Authority, KeyKind};
use crate::support::holdings::releaser;
use crate::support::pip;
use office::{DAY, Office, all_judges_agree, chain, issue_signer};

const ECDSA: (KeyKind, Padding) = (KeyKind::EcdsaP256, Padding::Pkcs1);

/// Releases a request and makes its copy ready to be signed.
async fn release(office: &Office, request: &str) {
    let archive = &office.archive;
    let saw = shown(archive, request).await;
    let released = copy_request::release(archive, &office.head, request, &saw);
    released.await.unwrap();
    worker::drain(archive).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_signed_on_another_machine_are_booked_like_any_on_sqlite_and_a_folder() {
    walk(Ground::Embedded, Level::BLTA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_signed_on_another_machine_are_booked_like_any_on_postgresql_and_s3() {
    walk(Ground::Scaled, Level::BT).await;
}

async fn walk(ground: Ground, level: Level) {
    let office = Office::on(ground, ECDSA.0, ECDSA.1, level).await;
    let copies = [
        office.release().await,
        office.release().await,
        office.release().await,
    ];
    worker::drain(&office.archive).await.unwrap(); // the job finds them waiting and leaves them
    let to_sign = office.to_sign().await;
    assert_eq!(
        to_sign
            .lines()
            .filter(|line| !line.starts_with('#'))
            .count(),
        3
    );
    let signatures = office.machine().sign(&to_sign);
    let handed = office.submit(&signatures).await;
    assert!(
        handed
            .iter()
            .all(|one| one.state.as_deref() == Some("issued")),
        "{handed:?}"
    );
    for (number, copy) in copies.iter().enumerate() {
        let line = office.line(copy).await;
        assert_eq!(
            (line.state.as_str(), line.number),
            ("issued", number as i64 + 1)
        );
        office.is_good(copy, level).await;
        let entries = audit::about(&office.archive.catalogue, &copy.id)
            .await
            .unwrap();
        let actions: Vec<_> = entries.iter().map(|entry| entry.action.as_str()).collect();
        assert_eq!(
            actions,
            [
                "copy_opened",
                "seal_awaited",
                "seal_submitted",
                "copy_issued",
                "copy_file_opened"
            ]
        );
        assert_eq!(entries[2].actor, "approver");
    }
    worker::drain(&office.archive).await.unwrap();
    assert!(
        certified_copy::waiting(&office.archive, &office.head)
            .await
            .unwrap()
            .is_empty()
    );
}

/// What the page of docs/detached-signing.md says of `paper`.
fn is_the_one(paper: &[u8], attributes: &[u8]) -> bool {
    let page = include_str!("../../docs/detached-signing.md");
    let mut scripts = page.split("```sh\n").skip(1);
    let script = scripts
        .find(|script| script.starts_with("# byte-range"))
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("paper.pdf"), paper).unwrap();
    fs::write(folder.path().join("attributes.der"), attributes).unwrap();
    let said = Command::new("sh")
        .args(["-c", script.split("```").next().unwrap()])
        .env("PAPER", "paper.pdf")
        .current_dir(folder.path())
        .output()
        .unwrap();
    String::from_utf8_lossy(&said.stdout).contains("the paper is the one")
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_sees_the_paper_and_reckons_for_themselves_that_it_is_the_one() {
    let office = Office::on(Ground::Embedded, ECDSA.0, ECDSA.1, Level::BT).await;
    let copy = office.release().await;
    worker::drain(&office.archive).await.unwrap();
    let archive = &office.archive;
    let (name, paper) = certified_copy::paper_to_sign(archive, &office.head, &copy.id)
        .await
        .unwrap();
    assert!(
        name.ends_with("-1.pdf") && paper.starts_with(b"%PDF"),
        "{name}"
    );
    let waiting = certified_copy::to_sign(archive, &office.head)
        .await
        .unwrap();
    let attributes = STANDARD.decode(&waiting[0].to_sign).unwrap();
    assert!(is_the_one(&paper, &attributes));
    let mut other = paper.clone();
    other[paper.len() / 3] ^= 1;
    assert!(!is_the_one(&other, &attributes), "another paper");
    let mut stranger = caller(Role::Approver);
    stranger.id = "another".into();
    let refused = certified_copy::paper_to_sign(archive, &stranger, &copy.id).await;
    assert_eq!(refused.unwrap_err().code(), "not_found");
    let refused = certified_copy::paper_to_sign(archive, &caller(Role::Auditor), &copy.id).await;
    assert_eq!(refused.unwrap_err().code(), "forbidden");
    let looks = audit::about(&archive.catalogue, &copy.id).await.unwrap();
    let looked = looks
        .iter()
        .filter(|entry| entry.action == "copy_file_opened");
    assert_eq!(looked.count(), 1, "who looked is in the log");
}

/// Through the program itself; ECDSA on a token that is asked for its PIN once, RSA by openssl.
#[tokio::test(flavor = "multi_thread")]
async fn another_machine_signs_a_batch_in_every_scheme_through_the_command_line() {
    for (kind, padding, setting) in [
        (KeyKind::EcdsaP256, Padding::Pkcs1, "pkcs1"),
        (KeyKind::Rsa2048, Padding::Pkcs1, "pkcs1"),
        (KeyKind::Rsa2048, Padding::Pss, "pss"),
    ] {
        let office = Office::new(kind, padding, Level::BT).await;
        let by = releaser(&office.archive, office.data.path()).await;
        drop(office.archive); // the program itself opens it now
        let data = office.data.path().display().to_string();
        let config = office.authority.at("sogoc.toml");
        let text = format!(
            "data = {data:?}\n[seal]\ncertificates = {:?}\nrsa_padding = {setting:?}\nlevel = \"B-T\"\n\
             time_authority = {:?}\n[seal.detached]\nwait_days = 3\n",
            office.authority.at("chain.pem"),
            office.authority.tsa()
        );
        fs::write(&config, text).unwrap();
        let sogoc = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_sogoc"));
            pip::run(command.arg("--config").arg(&config).args(arguments))
        };
        let by = by.each_ref().map(String::as_str);
        let said = sogoc(&[&["copy", &office.record, &office.record], &by[..]].concat());
        assert!(said.contains("chờ chữ ký"), "{said}");
        assert_eq!(sogoc(&["copy", "waiting"]).lines().count(), 2);
        let key = office.authority.at("signer.key");
        let machine = match kind {
            KeyKind::EcdsaP256 => Machine::with_token(SoftHsm::holding(&key)),
            KeyKind::Rsa2048 => Machine::with_key(key, &chain(&office.authority)),
        };
        let signatures = machine.sign(&sogoc(&["copy", "to-sign"]));
        let back = office.authority.at("chu-ky.txt");
        fs::write(&back, signatures).unwrap();
        let out = office.authority.at("out");
        let handed = sogoc(&[
            "copy",
            "signed",
            &back.display().to_string(),
            "--out",
            &out.display().to_string(),
        ]);
        assert_eq!(handed.lines().count(), 2, "{handed}");
        for number in 1..=2 {
            let year = office.clock.now().strftime("%Y").to_string();
            let pdf = out.join(format!("ban-sao-{year}-{number}.pdf"));
            all_judges_agree(&office.authority, &pdf, Level::BT);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_signature_is_refused_for_its_own_reason_and_the_copy_waits_on() {
    let office = Office::new(ECDSA.0, ECDSA.1, Level::BB).await;
    let (one, two) = (office.release().await, office.release().await);
    let good = office.machine().sign(&office.to_sign().await);
    let lines: Vec<&str> = good.lines().take(2).collect();
    let signature_of = |line: &str| line.split_once(' ').unwrap().1.to_owned();
    let (first, second) = (signature_of(lines[0]), signature_of(lines[1]));

    assert_eq!(
        office.refused(&format!("{} {second}", one.id)).await,
        "signature_of_another_copy"
    );
    assert_eq!(
        office.refused(&format!("{} AAAA", one.id)).await,
        "signature_not_fitting"
    );
    assert_eq!(
        office.refused(&format!("{} {first}", "khong-co")).await,
        "not_waiting"
    );
    let stranger = Authority::start();
    issue_signer(&stranger, KeyKind::EcdsaP256, 365);
    let other_key = Machine::with_key(stranger.at("signer.key"), "");
    let others = other_key.sign(&office.to_sign().await);
    let alone = others.lines().next().unwrap();
    assert_eq!(office.refused(alone).await, "signature_not_fitting");
    let with_certificate = format!("{}\n{}", lines[0], chain(&stranger));
    let given = Signatures::parse(&with_certificate).unwrap();
    let refused = certified_copy::submit(&office.archive, &office.head, &given).await;
    assert_eq!(refused.unwrap_err().code(), "other_certificate");

    let other_person = Caller {
        id: "another".into(),
        ..office.head.clone()
    };
    let given = Signatures::parse(lines[0]).unwrap();
    let refused = certified_copy::submit(&office.archive, &other_person, &given).await;
    assert_eq!(refused.unwrap()[0].fault, Some("not_yours"));
    let refused = certified_copy::submit(&office.archive, &caller(Role::Reviewer), &given).await;
    assert_eq!(refused.unwrap_err().code(), "forbidden");
    for copy in [&one, &two] {
        assert_eq!(office.line(copy).await.state, "opening");
    }

    // One that is wrong harms no other; submitted a second time, it is no longer waited for.
    let mixed = format!("{}\n{} {first}\n", lines[0], two.id);
    let handed = office.submit(&mixed).await;
    assert_eq!(handed[0].state.as_deref(), Some("issued"));
    assert_eq!(handed[1].fault, Some("signature_not_fitting"));
    assert_eq!(office.refused(lines[0]).await, "not_waiting");
    office.is_good(&one, Level::BB).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_or_revoked_certificate_takes_no_signature_and_says_so() {
    let office = Office::new(ECDSA.0, ECDSA.1, Level::BB).await;
    let copy = office.release().await;
    let signatures = office.machine().sign(&office.to_sign().await);
    let given = Signatures::parse(&signatures).unwrap();
    office.authority.revoke("signer", Timestamp::now());
    let refused = certified_copy::submit(&office.archive, &office.head, &given).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), "seal_certificate_revoked");
    assert!(refused.vi().contains("thu hồi"), "{}", refused.vi());
    office.clock.advance(DAY * 400);
    let refused = certified_copy::submit(&office.archive, &office.head, &given).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), "seal_certificate_expired");
    assert!(refused.vi().contains("hết hạn"), "{}", refused.vi());
    assert_eq!(office.line(&copy).await.state, "opening");
}

#[tokio::test(flavor = "multi_thread")]
async fn not_signed_in_time_the_number_is_void_and_the_request_is_released_anew_without_a_gap() {
    let office = Office::new(ECDSA.0, ECDSA.1, Level::BB).await;
    let (archive, clerk_) = (&office.archive, caller(Role::Reviewer));
    let asked = copy_request::ask(archive, &clerk_, &asking())
        .await
        .unwrap();
    copy_request::confirm(
        archive,
        &clerk_,
        &asked.id,
        &office.record,
        &seen(archive, &office.record).await,
    )
    .await
    .unwrap();
    release(&office, &asked.id).await;
    let late = office.machine().sign(&office.to_sign().await);
    office.clock.advance(DAY * 3);
    assert_eq!(office.refused(&late).await, "waiting_over");
    office.sweep().await;
    assert_eq!(office.refused(&late).await, "not_waiting");

    release(&office, &asked.id).await;
    let given_up = certified_copy::to_sign(archive, &office.head)
        .await
        .unwrap()
        .remove(0);
    let other = Caller {
        id: "another".into(),
        ..office.head.clone()
    };
    let refused = certified_copy::give_up(archive, &other, &given_up.copy_id).await;
    assert_eq!(refused.unwrap_err().code(), "not_yours");
    certified_copy::give_up(archive, &office.head, &given_up.copy_id)
        .await
        .unwrap();

    release(&office, &asked.id).await;
    let handed = office
        .submit(&office.machine().sign(&office.to_sign().await))
        .await;
    assert_eq!(handed[0].state.as_deref(), Some("issued"), "{handed:?}");
    let year = i64::from(office.clock.now().to_zoned(jiff::tz::TimeZone::UTC).year());
    let mut book = certified_copy::book(archive, &office.head, year)
        .await
        .unwrap();
    book.sort_by_key(|line| line.number);
    let lines: Vec<_> = book
        .iter()
        .map(|line| (line.number, line.state.as_str(), line.void_code.as_deref()))
        .collect();
    let expected = [
        (1, "void", Some("seal_not_given")),
        (2, "void", Some("seal_given_up")),
        (3, "issued", None),
    ];
    assert_eq!(lines, expected);
    let request = copy_request::get(archive, &clerk_, &asked.id)
        .await
        .unwrap();
    assert_eq!((request.state.as_str(), request.refusal), ("issued", None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_fits_is_kept_while_the_time_authority_is_down() {
    let office = Office::new(ECDSA.0, ECDSA.1, Level::BT).await;
    let copy = office.release().await;
    let signatures = office.machine().sign(&office.to_sign().await);
    office.authority.fault("tsa", "down");
    let handed = office.submit(&signatures).await;
    assert_eq!(handed[0].state.as_deref(), Some("opening"));
    assert_eq!(handed[0].fault, Some("time_authority"));
    assert_eq!(office.refused(&signatures).await, "not_waiting");
    office.clock.advance(DAY * 30); // what is signed does not run out
    office.sweep().await;
    assert_eq!(office.line(&copy).await.state, "opening");
    office.authority.fault("tsa", "");
    office.clock.advance(Duration::from_secs(3600));
    worker::drain(&office.archive).await.unwrap();
    assert_eq!(office.line(&copy).await.state, "issued");
    office.is_good(&copy, Level::BT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prepared_file_that_is_lost_is_made_again_and_asks_for_a_new_signature() {
    let office = Office::new(ECDSA.0, ECDSA.1, Level::BB).await;
    let copy = office.release().await;
    let before = office.machine().sign(&office.to_sign().await);
    office.clock.advance(Duration::from_secs(60));
    office.archive.vault.drop_cache(None).await.unwrap();
    let handed = office.submit(&before).await;
    // The page follows from the line, so that its digest is the same again; the signature is asked for anew all the same.
    assert_eq!(handed[0].fault, Some("prepared_anew"), "{handed:?}");
    let handed = office
        .submit(&office.machine().sign(&office.to_sign().await))
        .await;
    assert_eq!(handed[0].state.as_deref(), Some("issued"), "{handed:?}");
    office.is_good(&copy, Level::BB).await;
}
