//! One approved diploma of a person who does not exist, read from a sample scan.

use std::collections::BTreeMap;

use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch};
use sogoc::record::{self, RecordFilter, RecordView};
use sogoc::scan::{self, Incoming};
use sogoc::{review, search, worker};

use super::archive::{caller, sample};

/// Name of the holder, a made-up person.
pub const NAME: &str = "Đặng Thị Thuỳ Dương";
/// When she was born.
pub const BORN: &str = "05/06/1990";
/// Number of the diploma (số hiệu).
pub const NUMBER: &str = "A0123456";

/// Delivers, corrects beside the image, approves, and lets the index follow.
pub async fn approved(archive: &Archive) -> RecordView {
    let me = Caller::machine();
    let fresh = NewBatch {
        name: "Văn bằng mẫu".into(),
        ..NewBatch::default()
    };
    let batch = batch::open(archive, &me, &fresh).await.unwrap();
    let path = sample("bang-thpt-2008.jpg");
    let file = Incoming {
        batch_id: &batch.id,
        name: "bang.jpg",
        path: &path,
        declared_sha256: None,
    };
    let scan = scan::receive(archive, &me, &file).await.unwrap();
    worker::drain(archive).await.unwrap();
    let filter = RecordFilter {
        scan_id: Some(scan.id),
        ..RecordFilter::default()
    };
    let read = record::list(archive, &me, &filter).await.unwrap().remove(0);
    let truth = [("ho_ten", NAME), ("ngay_sinh", BORN), ("so_hieu", NUMBER)];
    let mut values: BTreeMap<String, String> = truth
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    let class = archive.classes.get(&read.class).unwrap();
    for field in class.fields.iter().filter(|field| field.mandatory) {
        if !values.contains_key(&field.key) && !read.fields.contains_key(&field.key) {
            values.insert(field.key.clone(), "-".into());
        }
    }
    let clerk_ = caller(Role::Reviewer);
    let seen = review::correct(archive, &clerk_, &read.id, read.version, &values, "")
        .await
        .unwrap();
    let approved = review::approve(archive, &clerk_, &seen.id, seen.version)
        .await
        .unwrap();
    search::follow(archive).await.unwrap();
    approved
}
