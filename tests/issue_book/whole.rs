//! What of the scan stands on a copy: only this person's row, or every page of the document.

use image::{ImageBuffer, Rgb};
use sogoc::access::{Caller, Role};
use sogoc::batch::{self, NewBatch};
use sogoc::{certified_copy, record, review};

use crate::copy_pdf::{ask, text_of, written};
use crate::support::archive::caller;
use crate::support::holdings::{Holdings, approve, propose, receive};

const HEIGHT: u32 = 90;

/// Three rows, each of a colour of its own.
fn register() -> Vec<u8> {
    let rows = ImageBuffer::from_fn(400, HEIGHT * 3, |_, y| {
        [Rgb([200_u8, 0, 0]), Rgb([0, 160, 0]), Rgb([0, 0, 200])][(y / HEIGHT) as usize]
    });
    let mut png = std::io::Cursor::new(Vec::new());
    rows.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

/// A record on a fresh scan, changed by `statement` before anyone approves it.
async fn record_on(holdings: &Holdings, scan: &[u8], statement: &str) -> String {
    let (archive, machine) = (&holdings.archive, Caller::machine());
    let fresh = NewBatch {
        name: "Hộp 20".into(),
        ..NewBatch::default()
    };
    let batch = batch::open(archive, &machine, &fresh).await.unwrap();
    let scan = receive(archive, &batch.id, "trang.png", scan).await;
    let id = propose(archive, &scan, 1, "Lê Thị Giữa").await;
    let mut tx = archive.catalogue.begin().await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(statement.to_owned()))
        .bind(&id)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn issued(holdings: &Holdings, id: &str) -> Vec<u8> {
    let (archive, machine) = (&holdings.archive, Caller::machine());
    let version = record::get(archive, &machine, id).await.unwrap().version;
    approve(archive, &caller(Role::Reviewer), id, version).await;
    let copy = certified_copy::issue_now(archive, &caller(Role::Approver), id, None)
        .await
        .unwrap();
    assert_eq!(copy.state, "issued", "{:?}", copy.void_code);
    certified_copy::bytes(archive, &machine, &copy.id)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_this_persons_row_of_the_register_is_shown() {
    let holdings = Holdings::lived(None).await;
    let statement =
        format!("UPDATE records SET bounds = '[0,{HEIGHT},400,{HEIGHT}]' WHERE id = $1");
    let id = record_on(&holdings, &register(), &statement).await;
    let file = written(&issued(&holdings, &id).await);
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("row");
    ask(
        "pdfimages",
        &["-all"],
        file.path(),
        &[root.to_str().unwrap()],
    );
    let pictures: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .collect();
    assert_eq!(pictures.len(), 1, "one picture, the row");
    let row = image::open(pictures[0].path()).unwrap().to_rgb8();
    let neighbours = row
        .pixels()
        .filter(|pixel| pixel[0] > 90 || pixel[2] > 90)
        .count();
    assert_eq!(neighbours, 0, "nothing of the rows above and below");
    assert!(row.pixels().all(|pixel| pixel[1] > 120));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_copied_whole_under_the_form_line_of_the_copy() {
    let holdings = Holdings::lived(None).await;
    let statement = "UPDATE records SET class = 'ket_qua_tthc' WHERE id = $1";
    let id = record_on(&holdings, &register(), statement).await;
    let change = [
        ("so_ky_hieu".to_owned(), "15/QĐ-SGDĐT".to_owned()),
        ("ngay_ban_hanh".to_owned(), "3/2/2019".to_owned()),
    ];
    review::correct(
        &holdings.archive,
        &caller(Role::Reviewer),
        &id,
        1,
        &change.into(),
        "",
    )
    .await
    .unwrap();
    let pdf = issued(&holdings, &id).await;
    let file = written(&pdf);
    assert!(ask("pdfinfo", &[], file.path(), &[]).contains("Pages:           2"));
    let first = ask("pdftotext", &["-f", "1", "-l", "1"], file.path(), &["-"]);
    assert!(first.trim_start().starts_with("SAO Y"), "{first}");
    assert!(
        first.contains("+07:00") && first.contains("Trang 1/1 của tài liệu"),
        "{first}"
    );
    let text = text_of(&pdf);
    for expected in [
        "Số, ký hiệu: 15/QĐ-SGDĐT",
        "Ngày ban hành: 3/2/2019",
        "Mã kiểm tra:",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert!(
        !text.contains("sổ gốc:"),
        "it stands in no register: {text}"
    );
    assert!(
        !text.contains("(không ghi"),
        "what nobody read is not said to be missing: {text}"
    );
    let verdict = certified_copy::verify_file(&holdings.archive, &pdf)
        .await
        .unwrap();
    assert_eq!(verdict.file, "unchanged");
    assert_eq!(verdict.archive.unwrap().state, "valid");
}
