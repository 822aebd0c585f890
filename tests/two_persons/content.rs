//! Who stands behind what a record says: at its first approval, when a public value is put right, and when a
//! copy leaves.

use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch};
use sogoc::certified_copy::{self, CopyRow};
use sogoc::error::Error;
use sogoc::scan::{self, Incoming};
use sogoc::{inspection, page_flag, review, search, seen, worker};

use super::{approve, now, person, refusal, rename};
use crate::support::archive::{Ground, Holdings as Delivered, caller};
use crate::support::diploma;
use crate::support::holdings::{Holdings, page, propose};

async fn issue(archive: &Archive, who: &Caller, id: &str) -> Result<CopyRow, Error> {
    certified_copy::issue_now(archive, who, id, None).await
}

/// Somebody delivers a page; the machine reads one diploma from it.
async fn delivered(archive: &Archive, by: &Caller, shade: u8) -> String {
    let fresh = NewBatch {
        name: format!("Hộp của {} {shade}", by.id),
        ..NewBatch::default()
    };
    let batch = batch::open(archive, by, &fresh).await.unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), page(shade)).unwrap();
    let incoming = Incoming {
        batch_id: &batch.id,
        name: "trang.png",
        path: file.path(),
        declared_sha256: None,
    };
    let scan = scan::receive(archive, by, &incoming).await.unwrap();
    propose(archive, &scan, 1, "Lê Thị Mẫu").await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_approver_alone_makes_no_false_copy() {
    let holdings = Holdings::lived(None).await;
    let (archive, record) = (&holdings.archive, holdings.valid.record_id.clone());
    let (an, binh, chi) = (person("an"), person("binh"), person("chi"));
    rename(archive, &an, &record, "Tên Giả").await;
    assert_eq!(refusal(issue(archive, &an, &record).await), "not_approved");
    assert_eq!(refusal(approve(archive, &an, &record).await), "same_person");
    // Nobody else's save in between washes the change.
    rename(archive, &chi, &record, "Tên Giả ").await;
    assert_eq!(refusal(approve(archive, &an, &record).await), "same_person");
    assert_eq!(
        refusal(approve(archive, &chi, &record).await),
        "same_person"
    );
    review::reject(
        archive,
        &chi,
        &record,
        now(archive, &record).await.version,
        "sai",
    )
    .await
    .unwrap();
    assert_eq!(refusal(approve(archive, &an, &record).await), "same_person");
    let told = certified_copy::verify_code(archive, &holdings.valid.code);
    assert_eq!(told.await.unwrap().initials, "N. T. H. H.");
    approve(archive, &binh, &record).await.unwrap();
    issue(archive, &an, &record).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_public_stands_until_somebody_else_approves_and_both_values_are_shown() {
    let holdings = Holdings::lived(None).await;
    let (archive, record) = (&holdings.archive, holdings.valid.record_id.clone());
    let (an, binh) = (person("an"), person("binh"));
    let before = now(archive, &record).await.fields["ho_ten"].value.clone();
    rename(archive, &an, &record, "Nguyễn Thị Hồng Hạch").await;
    let pending = seen::pending(archive, &binh, &record).await.unwrap();
    let change = &pending["ho_ten"];
    assert_eq!(
        (&change.before, change.after.as_str()),
        (&before, "Nguyễn Thị Hồng Hạch")
    );
    assert_eq!(pending.len(), 1);
    let state = async || {
        let told = certified_copy::verify_code(archive, &holdings.valid.code);
        told.await.unwrap().state
    };
    assert_eq!(state().await, "valid");
    let batch = now(archive, &record).await.batch_id;
    let bulk = review::approve_clear(archive, &binh, &batch);
    assert_eq!(
        bulk.await.unwrap(),
        0,
        "what is public is not changed in bulk"
    );
    approve(archive, &binh, &record).await.unwrap();
    assert_eq!(state().await, "superseded");
    assert!(
        seen::pending(archive, &an, &record)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_reading_is_one_reviewers_and_the_copy_is_anothers() {
    let holdings = Holdings::lived(None).await;
    let archive = &holdings.archive;
    let (an, binh) = (person("an"), person("binh"));
    let record = delivered(archive, &Caller::machine(), 90).await;
    rename(archive, &an, &record, "Lê Thị Mậu").await;
    approve(archive, &an, &record).await.unwrap();
    assert_eq!(refusal(issue(archive, &an, &record).await), "same_person");
    let copy = issue(archive, &binh, &record).await.unwrap();
    let again = certified_copy::reissue(archive, &an, &copy.id, None).await;
    assert_eq!(refusal(again), "same_person");
    let (one, nothing_seen) = ([record.clone()], Default::default());
    let many = certified_copy::issue_many(archive, &an, &one, &nothing_seen).await;
    assert_eq!(many.unwrap()[0].fault.as_deref(), Some("same_person"));
    let machine = issue(archive, &Caller::machine(), &record).await;
    assert_eq!(refusal(machine), "needs_person");
    // A second person who approves the same stands behind it as well.
    let version = now(archive, &record).await.version;
    let more = approve(archive, &binh, &record).await.unwrap();
    assert_eq!(
        (more.version, more.state.as_str()),
        (version + 1, "approved")
    );
    let nothing_new = approve(archive, &binh, &record).await.unwrap();
    assert_eq!(nothing_new.version, version + 1);
    issue(archive, &an, &record).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_delivered_a_scan_does_not_vouch_for_it_alone() {
    let holdings = Holdings::lived(None).await;
    let archive = &holdings.archive;
    let (an, binh) = (person("an"), person("binh"));
    let forged = delivered(archive, &an, 91).await;
    approve(archive, &an, &forged).await.unwrap();
    assert_eq!(refusal(issue(archive, &an, &forged).await), "same_person");
    assert_eq!(refusal(issue(archive, &binh, &forged).await), "same_person");
    approve(archive, &binh, &forged).await.unwrap();
    issue(archive, &binh, &forged).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_of_the_appendix_vouches_for_no_other_value() {
    use sogoc::correction::{self, CorrectionGiven, DecisionGiven};
    let holdings = Holdings::lived(None).await;
    let archive = &holdings.archive;
    let (an, binh) = (person("an"), person("binh"));
    let record = delivered(archive, &Caller::machine(), 92).await;
    rename(archive, &an, &record, "Tên Giả").await;
    approve(archive, &an, &record).await.unwrap();
    let given = CorrectionGiven {
        ground: "ho_tich".into(),
        decision: DecisionGiven {
            number: "15/QĐ-SGDĐT".into(),
            date: "1/3/2026".into(),
            agency: "Sở".into(),
            scan_id: Some(holdings.scans[1].id.clone()),
            record_id: None,
        },
        changes: [("ngay_sinh".to_owned(), "1/2/1975".to_owned())].into(),
        ..CorrectionGiven::default()
    };
    let entry = correction::enter(archive, &an, &record, &given)
        .await
        .unwrap();
    let own = correction::approve(archive, &an, &entry.id).await;
    assert_eq!(refusal(own), "same_person");
    correction::approve(archive, &binh, &entry.id)
        .await
        .unwrap();
    // Binh approved a birth date, not the name.
    assert_eq!(refusal(issue(archive, &an, &record).await), "same_person");
    issue(archive, &binh, &record).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_excluded_and_reinstated_leaves_every_change_its_authors() {
    let holdings = Delivered::on(Ground::Embedded).await;
    let archive = &holdings.archive;
    let (an, chi) = (person("an"), person("chi"));
    let record = diploma::approved(archive).await;
    rename(archive, &an, &record.id, "Tên Giả").await;
    let filter = page_flag::FlagFilter {
        notes: Some(true),
        state: Some("open".into()),
        ..Default::default()
    };
    let flags = page_flag::list(archive, &chi, &record.batch_id, &filter).await;
    let flag = flags.unwrap().remove(0);
    inspection::exclude(archive, &chi, &flag.id, "chụp thừa")
        .await
        .unwrap();
    inspection::reinstate(archive, &chi, &record.page_id)
        .await
        .unwrap();
    worker::drain(archive).await.unwrap();
    search::follow(archive).await.unwrap();
    let back = now(archive, &record.id).await;
    assert_eq!(back.fields["ho_ten"].value, "Tên Giả");
    assert_eq!(
        refusal(approve(archive, &an, &record.id).await),
        "same_person"
    );
    // Nor does taking it back vouch for what the first reviewer alone approved.
    let first = caller(Role::Reviewer);
    let old = rename(archive, &chi, &record.id, diploma::NAME).await;
    assert_eq!(old.state, "corrected");
    approve(archive, &first, &record.id).await.unwrap();
}
