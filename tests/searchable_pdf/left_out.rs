//! Pages a person took out are not in the document, and it says so.

use std::io::Read;
use std::sync::Arc;

use reqwest::Method;
use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::page_flag::{self, FlagFilter};
use sogoc::scan::Scan;
use sogoc::searchable_pdf::{self, Form, Range};
use sogoc::{inspection, page};

use super::delivered;
use crate::copy_pdf::{ask, written};
use crate::support::archive::caller;
use crate::support::server::Server;

/// Three pages, each of which bears a flag by itself.
async fn three_pages(archive: &Archive) -> Scan {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quyen.tif");
    let file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    let mut tiff = tiff::encoder::TiffEncoder::new(file).unwrap();
    for number in 0..3 {
        let sheet = image::GrayImage::from_fn(160, 120, |x, y| {
            let tick = y == 60 && x % 16 == 8 && x / 16 <= number;
            image::Luma([if tick { 0 } else { 255 }])
        });
        tiff.write_image::<tiff::encoder::colortype::Gray8>(160, 120, sheet.as_raw())
            .unwrap();
    }
    drop(tiff);
    delivered(archive, &path).await
}

async fn exclude(archive: &Archive, scan: &Scan, number: i64) {
    let me = caller(Role::Archivist);
    let filter = FlagFilter {
        state: Some("open".into()),
        notes: Some(true),
        ..FlagFilter::default()
    };
    let flags = page_flag::list(archive, &me, &scan.batch_id, &filter).await;
    let flags = flags.unwrap();
    let flag = flags.iter().find(|flag| flag.page_number == number);
    inspection::exclude(archive, &me, &flag.unwrap().id, "tờ trắng kẹp trong sổ")
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_made_of_the_pages_that_are_kept_and_says_so() {
    let server = Server::start().await;
    let archive = Arc::clone(&server.archive);
    let scan = three_pages(&archive).await;
    exclude(&archive, &scan, 2).await;
    let me = caller(Role::Reviewer);
    let mut given = searchable_pdf::of_scan(&archive, &me, &scan.id, Range::default())
        .await
        .unwrap();
    assert!(matches!(given.form, Form::Searchable { .. }));
    assert_eq!(given.name, "quyen (không gồm trang 2 đã để riêng).pdf");
    let mut bytes = Vec::new();
    given.file.read_to_end(&mut bytes).unwrap();
    let file = written(&bytes);
    let info = ask("pdfinfo", &["-meta"], file.path(), &[]);
    assert!(
        info.contains("không gồm trang 2 đã để riêng"),
        "the description says so: {info}"
    );
    assert!(ask("pdfinfo", &[], file.path(), &[]).contains("Pages:           2"));
    super::layers::is_sound_and_archival(file.path());
    let labels = ask(
        "qpdf",
        &["--json", "--json-key=pagelabels"],
        file.path(),
        &[],
    );
    let labels: serde_json::Value = serde_json::from_str(&labels).unwrap();
    let starts: Vec<_> = labels["pagelabels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["index"].as_i64(), one["label"]["/St"].as_i64()))
        .collect();
    assert_eq!(starts, [(Some(0), Some(1)), (Some(1), Some(3))]);

    let client = server.token(&[Role::Reviewer]).await;
    let path = format!("/api/v1/scans/{}/document", scan.id);
    let answer = client.request(Method::GET, &path).send().await.unwrap();
    let said = answer.headers()["sogoc-document"].to_str().unwrap();
    assert!(said.ends_with("; left-out=\"2\""), "{said}");

    exclude(&archive, &scan, 1).await;
    exclude(&archive, &scan, 3).await;
    let none = searchable_pdf::of_scan(&archive, &me, &scan.id, Range::default()).await;
    assert_eq!(none.unwrap_err().code(), "all_withdrawn");
    let pages = page::of_scan(&archive, &me, &scan.id).await.unwrap();
    inspection::reinstate(&archive, &me, &pages[2].id)
        .await
        .unwrap();
    let given = searchable_pdf::of_scan(&archive, &me, &scan.id, Range::default()).await;
    assert_eq!(given.unwrap().left_out.spans(), "1-2");
}
