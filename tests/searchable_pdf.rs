//! The searchable PDF: what poppler and qpdf find in it, and when it is not given out.

mod layers;
mod left_out;
mod refusals;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch};
use sogoc::scan::{self, Incoming, Scan};
use sogoc::searchable_pdf::{self, Document, Range};
use sogoc::worker;

use crate::support::archive::caller;

/// Delivers one file and reads it.
async fn delivered(archive: &Archive, path: &Path) -> Scan {
    let me = caller(Role::Archivist);
    let name = path.file_name().unwrap().to_str().unwrap();
    let fresh = NewBatch {
        name: format!("Đợt {name}"),
        ..NewBatch::default()
    };
    let batch = batch::open(archive, &me, &fresh).await.unwrap();
    let file = Incoming {
        batch_id: &batch.id,
        name,
        path,
        declared_sha256: None,
    };
    let scan = scan::receive(archive, &me, &file).await.unwrap();
    worker::drain(archive).await.unwrap();
    scan
}

/// The document of a scan, written to `folder` so that foreign programs can look at it.
async fn document(archive: &Arc<Archive>, scan: &Scan, folder: &Path) -> (Document, PathBuf) {
    let me = caller(Role::Reviewer);
    let mut document = searchable_pdf::of_scan(archive, &me, &scan.id, Range::default())
        .await
        .unwrap();
    let mut bytes = Vec::new();
    document.file.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes.len() as u64, document.size);
    let path = folder.join(format!("{}.pdf", scan.id));
    std::fs::write(&path, bytes).unwrap();
    (document, path)
}
