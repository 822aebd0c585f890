//! A list that is cut off on its way in, and lists of hostile making: what is in stays, what is wrong is named.

use sogoc::access::Role;
use sogoc::import::{self, ImportState, ListProblem, Oddity};
use sogoc::jobs::{self, Kind};
use sogoc::worker;

use super::{confirm, map, receive};
use crate::support::archive::{Ground, Holdings, caller};

const ROWS: i64 = 12_000;

fn long_list() -> String {
    let mut text = String::from("STT,Họ và tên,Ngày sinh,Số hiệu\n");
    for at in 1..=ROWS {
        text += &format!(
            "{at},Nguyễn Văn Mẫu,{:02}/{:02}/1975,C{at:07}\n",
            at % 28 + 1,
            at % 12 + 1
        );
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_was_cut_off_goes_on_where_it_was() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let archive = &holdings.archive;
    let import = receive(archive, "dài.csv", long_list().as_bytes()).await;
    let mapped = map(archive, &import, None).await;
    confirm(archive, &caller(Role::Approver), &mapped)
        .await
        .unwrap();
    let job = jobs::lease(
        &archive.catalogue,
        &*archive.clock,
        Kind::TakeInList,
        "cut off",
    );
    let job = job.await.unwrap().unwrap();
    let taken = async || {
        import::get(archive, &caller(Role::Auditor), &import.id)
            .await
            .unwrap()
            .taken_rows
    };
    {
        let mut taking = std::pin::pin!(import::take_in(archive, &job));
        loop {
            tokio::select! {
                done = &mut taking => panic!("nobody cut it off: {done:?}"),
                rows = taken() => if rows > 0 { break },
            }
        }
    }
    let before = taken().await;
    assert!(before < ROWS, "{before}");
    let mut tx = archive.begin_as_machine().await.unwrap();
    sqlx::query("UPDATE jobs SET lease_until = '2000-01-01T00:00:00.000Z' WHERE state = 'leased'")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    worker::drain(archive).await.unwrap();
    let done = import::get(archive, &caller(Role::Auditor), &import.id)
        .await
        .unwrap();
    assert_eq!((done.state, done.taken_rows), (ImportState::Done, ROWS));
    let stored: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM list_rows")
        .fetch_one(archive.catalogue.pool())
        .await
        .unwrap();
    assert_eq!(stored, ROWS);
    holdings.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_files_are_preserved_and_named() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let archive = &holdings.archive;
    let wide = (0..2000)
        .map(|at| format!("cột {at}"))
        .collect::<Vec<_>>()
        .join(";");
    let wide = receive(
        archive,
        "rộng.csv",
        format!("{wide}\n{}\n", "1;".repeat(2000)).as_bytes(),
    )
    .await;
    assert_eq!(wide.state, ImportState::Received);
    assert_eq!(wide.sheet().unwrap().columns.len(), 2000);
    for (name, bytes, problem) in [
        (
            "trang.xls",
            &b"<html><table><tr><td>1</td></tr></table></html>"[..],
            ListProblem::HtmlTable,
        ),
        ("giấy.pdf", b"%PDF-1.7\n1 0 obj\n", ListProblem::NotAList),
        (
            "cụt.xls",
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
            ListProblem::Damaged,
        ),
    ] {
        let import = receive(archive, name, bytes).await;
        assert_eq!(
            (import.state, import.problem),
            (ImportState::Unreadable, Some(problem)),
            "{name}"
        );
    }
    let open = receive(archive, "mở.csv", b"Ho ten;So\n\"An;1\nBinh;2\n").await;
    assert!(
        open.found
            .oddities
            .iter()
            .any(|one| one.oddity == Oddity::OpenQuotation)
    );
    holdings.check().await;
}
