//! What stays as it came, what is refused and why, who may fetch, and documents of hundreds of pages.

use std::io::Read;
use std::sync::Arc;

use image::{GrayImage, Luma};
use sogoc::access::Role;
use sogoc::error::Error;
use sogoc::searchable_pdf::{self, Form, Range};
use sogoc::{page, scan};

use super::{delivered, document};
use crate::copy_pdf::ask;
use crate::support::archive::{Ground, Holdings, caller, sample};

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_pdf_and_one_with_text_of_its_own_are_given_as_they_came() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let archive = Arc::new(holdings.archive);
    let folder = tempfile::tempdir().unwrap();
    // A scan that would become two layers, were it not for the signature.
    let mut signed = std::fs::read(sample("hoc-ba-2008.pdf")).unwrap();
    let end = signed
        .windows(9)
        .rposition(|bytes| bytes == b"startxref")
        .unwrap();
    signed.splice(end..end, *b"% /ByteRange [0 1 2 3]\n");
    let path = folder.path().join("da-ky.pdf");
    std::fs::write(&path, &signed).unwrap();
    for path in [path, sample("cong-van-2025.pdf")] {
        let came = std::fs::read(&path).unwrap();
        let scan = delivered(&archive, &path).await;
        let (given, fetched) = document(&archive, &scan, folder.path()).await;
        assert_eq!(given.form, Form::AsDelivered);
        assert_eq!(std::fs::read(fetched).unwrap(), came, "{path:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_never_read_a_damaged_master_and_a_stranger_get_a_named_answer() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let archive = Arc::new(holdings.archive);
    let scan = delivered(&archive, &sample("bang-ptth-1985.jpg")).await;
    let ask = async |role: Role, range: Range| {
        searchable_pdf::of_scan(&archive, &caller(role), &scan.id, range).await
    };

    let none = ask(
        Role::Reviewer,
        Range {
            from: Some(2),
            to: None,
        },
    )
    .await;
    assert!(matches!(none, Err(Error::NotFound { .. })), "{none:?}");
    for role in [Role::Portal, Role::Administrator, Role::Reuser] {
        let stranger = ask(role, Range::default()).await;
        assert!(matches!(stranger, Err(Error::Forbidden)), "{role:?}");
    }
    // Words lost from the cache are read again.
    archive.vault.drop_cache(None).await.unwrap();
    ask(Role::Reviewer, Range::default()).await.unwrap();
    let fetched: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM log WHERE action = 'document_fetched'")
            .fetch_one(archive.catalogue.pool())
            .await
            .unwrap();
    assert_eq!(
        fetched, 1,
        "who fetched is in the log, who was refused did not"
    );

    for (state, code) in [("received", "not_read_yet"), ("failed", "page_failed")] {
        sqlx::query("UPDATE pages SET state = $1 WHERE scan_id = $2")
            .bind(state)
            .bind(&scan.id)
            .execute(archive.catalogue.pool())
            .await
            .unwrap();
        let refused = ask(Role::Reviewer, Range::default()).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    sqlx::query("UPDATE pages SET state = 'read'")
        .execute(archive.catalogue.pool())
        .await
        .unwrap();
    let master = the_file_with(
        &archive.config.data.join("vault"),
        &std::fs::read(sample("bang-ptth-1985.jpg")).unwrap(),
    );
    let mut bytes = std::fs::read(&master).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&master, bytes).unwrap();
    let corrupt = ask(Role::Reviewer, Range::default()).await;
    assert!(matches!(corrupt, Err(Error::Corrupt { .. })), "{corrupt:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_of_five_hundred_pages_is_one_document_and_any_part_of_it() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let archive = Arc::new(holdings.archive);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quyen.tif");
    many_pages(&path, 500);
    let scan = delivered(&archive, &path).await;
    let me = caller(Role::Reviewer);
    let part = Range {
        from: Some(499),
        to: None,
    };
    let mut given = searchable_pdf::of_scan(&archive, &me, &scan.id, part)
        .await
        .unwrap();
    let mut bytes = Vec::new();
    given.file.read_to_end(&mut bytes).unwrap();
    let file = crate::copy_pdf::written(&bytes);
    assert!(ask("pdfinfo", &[], file.path(), &[]).contains("Pages:           2"));
    let whole = loop {
        match searchable_pdf::of_scan(&archive, &me, &scan.id, Range::default()).await {
            Err(Error::Blocked { code, .. }) => assert_eq!(code, "being_made"),
            other => break other.unwrap(),
        }
    };
    let mut given = whole;
    bytes.clear();
    given.file.read_to_end(&mut bytes).unwrap();
    let file = crate::copy_pdf::written(&bytes);
    assert!(ask("pdfinfo", &[], file.path(), &[]).contains("Pages:           500"));
    ask("qpdf", &["--check"], file.path(), &[]);
    let pages = page::of_scan(&archive, &me, &scan.id).await.unwrap();
    assert_eq!(pages.len(), 500);
    assert_eq!(
        scan::get(&archive, &me, &scan.id).await.unwrap().page_count,
        500
    );
}

/// Small blank sheets, each with its number as a row of ticks.
fn many_pages(path: &std::path::Path, count: u32) {
    let file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let mut tiff = tiff::encoder::TiffEncoder::new(file).unwrap();
    for number in 0..count {
        let sheet = GrayImage::from_fn(160, 120, |x, y| {
            let tick = y == 60 && x % 16 == 8 && number >> (x / 16) & 1 == 1;
            Luma([if tick { 0 } else { 255 }])
        });
        tiff.write_image::<tiff::encoder::colortype::Gray8>(160, 120, sheet.as_raw())
            .unwrap();
    }
}

/// The file with these bytes somewhere below `folder`.
fn the_file_with(folder: &std::path::Path, bytes: &[u8]) -> std::path::PathBuf {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read(&path).unwrap() == bytes {
                return path;
            }
        }
    }
    panic!("it is not there");
}
