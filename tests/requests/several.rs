//! Several copies of one request: each its own file, number, line and code. On both catalogues.

use std::collections::BTreeSet;

use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::certified_copy::{self, CopyRow};
use sogoc::copy_request::{self, Asked, Status};
use sogoc::error::Error;
use sogoc::jobs::Kind;
use sogoc::{issue_book, notify, worker};

use super::asking;
use crate::copy_pdf::text_of;
use crate::support::archive::{caller, seen, shown};
use crate::support::holdings::Holdings;
use crate::support::postgres;

#[tokio::test(flavor = "multi_thread")]
async fn each_of_several_copies_stands_for_itself_on_sqlite() {
    tell(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_several_copies_stands_for_itself_on_postgresql() {
    let url = tokio::task::spawn_blocking(postgres::create_database)
        .await
        .unwrap();
    tell(Some(url)).await;
}

/// A confirmed request for a number of copies of a record, not released yet.
async fn confirmed(archive: &Archive, copies: i64, record: &str) -> Asked {
    let mut given = asking();
    given.wanted.copies = Some(copies);
    let asked = copy_request::ask(archive, &Caller::machine(), &given)
        .await
        .unwrap();
    let clerk_ = caller(Role::Reviewer);
    copy_request::confirm(
        archive,
        &clerk_,
        &asked.id,
        record,
        &seen(archive, record).await,
    )
    .await
    .unwrap();
    asked
}

async fn released(archive: &Archive, asked: &Asked) -> Vec<CopyRow> {
    let head = caller(Role::Approver);
    let ids = copy_request::release(archive, &head, &asked.id, &shown(archive, &asked.id).await)
        .await
        .unwrap();
    // Two at once, as two processes would.
    let work = || worker::work_off(archive, &[Kind::IssueCopy]);
    let (one, other) = tokio::join!(work(), work());
    one.unwrap();
    other.unwrap();
    let mut lines = Vec::new();
    for id in &ids {
        lines.push(certified_copy::line(archive, &head, id).await.unwrap());
    }
    lines
}

async fn status(archive: &Archive, asked: &Asked) -> Status {
    copy_request::status(archive, &asked.code).await.unwrap()
}

async fn tell(catalogue: Option<String>) {
    let holdings = Holdings::lived(catalogue).await;
    let archive = &holdings.archive;
    let asked = confirmed(archive, 3, &holdings.valid.record_id).await;
    let lines = released(archive, &asked).await;
    let numbers: Vec<String> = lines.iter().map(CopyRow::book_number).collect();
    assert_eq!(numbers, ["3/2026", "4/2026", "5/2026"]);
    let told = status(archive, &asked).await;
    assert_eq!((told.state.as_str(), told.copy_ready), ("issued", true));
    let listed: Vec<&str> = told
        .copies
        .iter()
        .map(|copy| copy.number.as_str())
        .collect();
    assert_eq!(listed, ["3/2026", "4/2026", "5/2026"]);
    let times = told.history.iter().filter(|step| step.event == "issued");
    assert_eq!(times.count(), 1, "the applicant is told once, at the last");

    each_file_names_its_own_number_and_code(archive, &asked, &lines).await;
    each_line_counts_one(archive).await;
    one_may_be_withdrawn_and_another_end(archive, &asked, &lines).await;
    none_made_refuses_the_request(&holdings).await;
}

async fn each_file_names_its_own_number_and_code(
    archive: &Archive,
    asked: &Asked,
    lines: &[CopyRow],
) {
    let mut digests = BTreeSet::new();
    for line in lines {
        let number = line.book_number();
        let (name, bytes) = copy_request::fetch(archive, &asked.code, Some(&number))
            .await
            .unwrap();
        assert_eq!(name, format!("ban-sao-{}-2026.pdf", line.number));
        let text = text_of(&bytes);
        assert!(
            text.contains(&number) && text.contains(&line.code),
            "{text}"
        );
        let judged = certified_copy::verify_file(archive, &bytes).await.unwrap();
        assert_eq!(judged.archive.unwrap().number, number);
        digests.insert(line.sha256.clone().unwrap());
    }
    assert_eq!(digests.len(), lines.len(), "no two are the same file");
    let codes: BTreeSet<&str> = lines.iter().map(|line| line.code.as_str()).collect();
    assert_eq!(codes.len(), lines.len());
    for number in ["9/2026", "1/2026", ""] {
        let other = copy_request::fetch(archive, &asked.code, Some(number)).await;
        let refused = matches!(other, Err(Error::NotFound { .. }));
        assert!(refused, "{number}: a copy of somebody else's, or none");
    }
}

async fn each_line_counts_one(archive: &Archive) {
    let head = caller(Role::Approver);
    let book = issue_book::of_year(archive, &head, 2026).await.unwrap();
    let said: Vec<(Option<i64>, i64, &str)> = book
        .lines
        .iter()
        .map(|line| (line.number, line.quantity, line.receiver.as_str()))
        .collect();
    let mine = [3, 4, 5].map(|number| (Some(number), 1, "Lê Văn Mẫu"));
    assert_eq!(said[2..], mine);
}

async fn one_may_be_withdrawn_and_another_end(archive: &Archive, asked: &Asked, lines: &[CopyRow]) {
    let head = caller(Role::Approver);
    certified_copy::withdraw(archive, &head, &lines[0].id, "in nhầm")
        .await
        .unwrap();
    let now = Some(archive.clock.now());
    let number = lines[1].book_number();
    let ended = certified_copy::set_code_until(archive, &asked.code, Some(&number), now).await;
    assert_eq!(ended.unwrap().len(), 1);
    let mut states = Vec::new();
    for line in lines {
        let told = certified_copy::verify_code(archive, &line.code).await;
        states.push(told.unwrap().state);
    }
    assert_eq!(states, ["withdrawn", "expired", "valid"]);
    let told = status(archive, asked).await;
    let withdrawn: Vec<bool> = told.copies.iter().map(|copy| copy.withdrawn).collect();
    assert_eq!(
        (withdrawn, told.copy_ready),
        (vec![true, false, false], true)
    );
    let number = lines[0].book_number();
    let gone = copy_request::fetch(archive, &asked.code, Some(&number)).await;
    assert!(matches!(gone, Err(Error::NotFound { .. })));
    let (name, _) = copy_request::fetch(archive, &asked.code, None)
        .await
        .unwrap();
    assert_eq!(name, "ban-sao-4-2026.pdf", "the first that still stands");
    let all = certified_copy::set_code_until(archive, &asked.code, None, None).await;
    assert_eq!(all.unwrap().len(), 3);
}

/// A letter that no typeface of ours can print: every copy of that record is void.
async fn none_made_refuses_the_request(holdings: &Holdings) {
    let archive = &holdings.archive;
    let id = &holdings.unprintable().await;
    let asked = confirmed(archive, 2, id).await;
    let lines = released(archive, &asked).await;
    let states: Vec<(i64, &str)> = lines
        .iter()
        .map(|line| (line.number, line.state.as_str()))
        .collect();
    assert_eq!(states, [(6, "void"), (7, "void")]);
    let told = status(archive, &asked).await;
    assert_eq!((told.state.as_str(), told.copy_ready), ("refused", false));
    assert!(told.refusal.unwrap().starts_with("Chưa lập được"));
    let history = notify::history(&archive.catalogue, &asked.id)
        .await
        .unwrap();
    let ends = history.iter().filter(|step| step.event == "refused");
    assert_eq!(ends.count(), 1);
}
