//! Lists that exist already, on both grounds: brought in whatever they are written in, mapped by one person and confirmed by
//! another, found and compared with what was read from paper, never copied, taken out again, written out, and back from the
//! vault alone.

mod acts;
mod files;
mod web;

use acts::{confirm, list, map, receive};

use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::error::Error;
use sogoc::import::{
    self, Import, ImportState, ListAnswer, ListEncoding, ListProblem, MappingGiven, RowFilter,
    RowsOf, Undoing, Verdict,
};
use sogoc::search::{self, Of, Wanted};
use sogoc::{certified_copy, fixity, seen, worker};

use crate::support::archive::{Ground, Holdings, caller};
use crate::support::holdings::approved_record;

/// Whom the record of [`approved_record`] is about, and two who stand in lists alone.
const STEADY: &str = crate::support::holdings::STEADY;

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_brought_in_compared_and_comes_back_on_sqlite() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_brought_in_compared_and_comes_back_on_postgresql() {
    tell(Ground::Scaled).await;
}

async fn tell(ground: Ground) {
    let holdings = Holdings::on(ground).await;
    let archive = &holdings.archive;
    let record = approved_record(archive).await;
    worker::drain(archive).await.unwrap();
    let list = by_two_people(archive).await;
    rows_are_found(archive, &list).await;
    differences_are_shown_and_answered(archive, &list, &record).await;
    no_copy_is_made_of_a_row(archive, &list).await;
    it_is_written_out_again(archive, &list).await;
    what_cannot_be_read_is_kept_and_named(archive).await;
    holdings.preserve().await;
    holdings.check().await;
    if ground == Ground::Embedded {
        it_comes_back(archive).await;
    }
    an_import_is_taken_out(archive, &list).await;
    worker::drain(archive).await.unwrap();
    holdings.check().await;
}

async fn by_two_people(archive: &Archive) -> Import {
    let import = receive(archive, "Danh sách TN 1995.csv", &list()).await;
    assert_eq!(
        (import.state, import.problem),
        (ImportState::Received, None)
    );
    let sheet = import.sheet().unwrap();
    let fields: Vec<Option<&str>> = sheet
        .columns
        .iter()
        .map(|column| column.field.as_deref())
        .collect();
    assert_eq!(
        fields,
        [
            Some("stt"),
            Some("ho_ten"),
            Some("ngay_sinh"),
            Some("noi_sinh"),
            Some("so_hieu"),
            None
        ]
    );
    assert_eq!(sheet.columns[1].encoding, ListEncoding::Tcvn3);
    let shown = import::preview(
        archive,
        &caller(Role::Archivist),
        &import.id,
        import.mapping.as_ref().unwrap(),
    )
    .await
    .unwrap();
    assert_eq!(shown[0].fields["ho_ten"].value, STEADY);
    let mapped = map(archive, &import, Some("Sở 1995")).await;
    let stale = MappingGiven {
        seen: import.version,
        mapping: import.mapping.clone().unwrap(),
        keep_as: None,
    };
    let again = import::map(archive, &caller(Role::Archivist), &import.id, &stale).await;
    assert_eq!(again.unwrap_err().code(), "stale");
    // Whoever brought it in does not confirm it, with whatever role, and neither does a program.
    let both = Caller {
        roles: vec![Role::Archivist, Role::Approver],
        ..caller(Role::Archivist)
    };
    assert_eq!(
        confirm(archive, &both, &mapped).await.unwrap_err().code(),
        "same_person"
    );
    assert_eq!(
        confirm(archive, &Caller::machine(), &mapped)
            .await
            .unwrap_err()
            .code(),
        "needs_person"
    );
    assert_eq!(
        confirm(archive, &caller(Role::Approver), &import)
            .await
            .unwrap_err()
            .code(),
        "stale"
    );
    assert_eq!(
        found(archive, "bich thuy").await,
        0,
        "nothing is in before it is confirmed"
    );
    confirm(archive, &caller(Role::Approver), &mapped)
        .await
        .unwrap();
    worker::drain(archive).await.unwrap();
    let done = import::get(archive, &caller(Role::Archivist), &import.id)
        .await
        .unwrap();
    assert_eq!(
        (done.state, done.taken_rows, done.doubtful),
        (ImportState::Done, 4, 1)
    );
    assert_eq!((done.duplicates, done.matched, done.different), (2, 1, 1));
    // The same file once more is named, and the mapping is met again by the head.
    let twin = receive(archive, "lần hai.csv", &list()).await;
    assert_eq!(twin.mapping_name.as_deref(), Some("Sở 1995"));
    let twin = map(archive, &twin, None).await;
    let refused = confirm(archive, &caller(Role::Approver), &twin).await;
    assert_eq!(refused.unwrap_err().code(), "list_is_in");
    undo(archive, &twin).await;
    done
}

async fn undo(archive: &Archive, import: &Import) {
    let given = Undoing {
        seen: import.version,
        reason: "nhập nhầm".into(),
    };
    let undone = import::undo(archive, &caller(Role::Approver), &import.id, &given)
        .await
        .unwrap();
    assert_eq!(undone.state, ImportState::Undone);
}

async fn found(archive: &Archive, text: &str) -> usize {
    search::follow(archive).await.unwrap();
    let wanted = Wanted {
        text: Some(text.into()),
        ..Wanted::default()
    };
    let found = search::find(archive, &caller(Role::Reviewer), &wanted)
        .await
        .unwrap();
    found.list_rows.total
}

async fn rows_are_found(archive: &Archive, list: &Import) {
    for (text, count) in [
        ("dang thi bich thuy 1974", 2),
        ("B000004", 1),
        ("võ quốc tuấn", 1),
        ("tran van khong co", 0),
    ] {
        assert_eq!(found(archive, text).await, count, "{text}");
    }
    let filter = |only| RowFilter {
        only,
        ..RowFilter::default()
    };
    let listed = async |only| {
        import::rows(archive, &caller(Role::Reviewer), &list.id, &filter(only))
            .await
            .unwrap()
            .items
    };
    assert_eq!(listed(RowsOf::All).await.len(), 4);
    let doubtful = listed(RowsOf::Doubtful).await;
    assert!(
        doubtful[0].fields["ngay_sinh"].doubt
            && doubtful[0].fields["ngay_sinh"].raw == "31/02/1975"
    );
    assert_eq!(listed(RowsOf::Duplicate).await.len(), 2);
    assert_eq!(listed(RowsOf::Unmatched).await.len(), 3);
    let all = listed(RowsOf::All).await;
    assert_eq!(all[1].fields["ngay_sinh"].value, "1974-09-05");
    assert_eq!(all[0].others["Điểm cộng"], "ưu tiên");
    // A reader without standing sees as little of a row as of a record, and nothing of columns nobody knows.
    let auditor = import::rows(
        archive,
        &caller(Role::Auditor),
        &list.id,
        &filter(RowsOf::All),
    )
    .await
    .unwrap();
    let row = &auditor.items[0];
    assert_eq!(row.fields["noi_sinh"].value, sogoc::masking::MASK);
    assert_eq!(row.others["Điểm cộng"], sogoc::masking::MASK);
    assert_eq!(row.fields["ngay_sinh"].value, "1971");
}

async fn differences_are_shown_and_answered(archive: &Archive, list: &Import, record: &str) {
    let clerk = caller(Role::Reviewer);
    let listed = import::differences(archive, &clerk, &list.id, &RowFilter::default())
        .await
        .unwrap();
    assert_eq!(listed.items.len(), 1);
    let (row, found) = (&listed.items[0], &listed.items[0].matches[0]);
    assert_eq!(found.record_id, record);
    let birth = &found.differences["ngay_sinh"];
    assert_eq!(
        (birth.list.as_str(), birth.record.as_str()),
        ("1971-05-19", "1977-05-19")
    );
    assert_eq!(found.differences.len(), 1, "{found:?}");
    let given = ListAnswer {
        verdict: Verdict::ListWrong,
        note: "theo sổ gốc".into(),
    };
    let pair = (row.id.as_str(), record);
    let program = import::answer(archive, &Caller::machine(), pair, &given).await;
    assert_eq!(program.unwrap_err().code(), "needs_person");
    import::answer(archive, &clerk, pair, &given).await.unwrap();
    let open = RowFilter {
        only: RowsOf::Doubtful,
        ..RowFilter::default()
    };
    let left = import::differences(archive, &clerk, &list.id, &open)
        .await
        .unwrap();
    assert!(left.items.is_empty());
}

/// On no path: a row is no record to be seen, confirmed or released, and no candidate of a request.
async fn no_copy_is_made_of_a_row(archive: &Archive, list: &Import) {
    let row = format!("{}.3", list.id);
    let nobody = seen::now(archive, &caller(Role::Auditor), &row).await;
    assert!(matches!(nobody, Err(Error::NotFound { .. })));
    let issued = certified_copy::issue_now(archive, &caller(Role::Approver), &row, None).await;
    assert!(matches!(
        issued,
        Err(Error::NotFound { .. } | Error::Refused { .. })
    ));
    let wanted = Wanted {
        text: Some("dang thi bich thuy".into()),
        of: Of::Records,
        ..Wanted::default()
    };
    let records = search::find(archive, &caller(Role::Reviewer), &wanted)
        .await
        .unwrap();
    assert_eq!(
        (records.total, records.list_rows.total),
        (0, 0),
        "what copies are chosen from holds no row"
    );
}

async fn it_is_written_out_again(archive: &Archive, list: &Import) {
    let me = caller(Role::Archivist);
    let csv = import::export(archive, &me, &list.id, "csv").await.unwrap();
    assert_eq!((csv.name.as_str(), csv.rows), ("Danh sách TN 1995.csv", 4));
    let back = receive(archive, "lại.csv", &csv.bytes).await;
    let columns = |import: &Import| -> Vec<_> {
        let sheet = import.sheet().unwrap();
        sheet
            .columns
            .iter()
            .map(|column| {
                (
                    column.header.clone(),
                    column.encoding,
                    column.samples.clone(),
                )
            })
            .collect()
    };
    let heads = |import: &Import| {
        columns(import)
            .into_iter()
            .map(|(head, encoding, _)| (head, encoding))
            .collect::<Vec<_>>()
    };
    assert_eq!(heads(&back), heads(list));
    undo(archive, &back).await;
    let xlsx = import::export(archive, &me, &list.id, "xlsx")
        .await
        .unwrap();
    let back = receive(archive, "lại.xlsx", &xlsx.bytes).await;
    let sheet = back.sheet().unwrap();
    assert!(sheet.columns[1].fonts.contains(&".VnTime".to_owned()));
    assert_eq!(sheet.columns[1].samples[0].read, STEADY);
    undo(archive, &back).await;
    let auditor = import::export(archive, &caller(Role::Auditor), &list.id, "csv").await;
    assert!(matches!(auditor, Err(Error::Forbidden)));
}

async fn what_cannot_be_read_is_kept_and_named(archive: &Archive) {
    let broken = receive(archive, "hỏng.xlsx", b"PK\x03\x04 cut off").await;
    assert_eq!(
        (broken.state, broken.problem),
        (ImportState::Unreadable, Some(ListProblem::Damaged))
    );
    let id = sogoc::vault::ObjectId::new(format!("urn:sogoc:import:{}", broken.id)).unwrap();
    let kept = archive
        .vault
        .read(&id, "original/hỏng.xlsx", None)
        .await
        .unwrap();
    assert_eq!(&kept.into_bytes().await.unwrap()[..], b"PK\x03\x04 cut off");
}

async fn it_comes_back(archive: &Archive) {
    let folder = tempfile::tempdir().unwrap();
    let config = fixity::beside(&archive.config, folder.path()).unwrap();
    let again = Archive::open(config).await.unwrap();
    let rebuilt = fixity::rebuild(&again, |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.damaged, Vec::<String>::new());
    assert_eq!(rebuilt.list_rows, 4);
    let before = fixity::holdings(&archive.catalogue).await.unwrap();
    let after = fixity::holdings(&again.catalogue).await.unwrap();
    let differences = fixity::compare(&before, &after);
    assert!(differences.none(), "{differences:?}");
    assert_eq!(found(&again, "dang thi bich thuy 1974").await, 2);
}

async fn an_import_is_taken_out(archive: &Archive, list: &Import) {
    let now = import::get(archive, &caller(Role::Approver), &list.id)
        .await
        .unwrap();
    undo(archive, &now).await;
    assert_eq!(found(archive, "dang thi bich thuy 1974").await, 0);
    let gone = import::rows(
        archive,
        &caller(Role::Reviewer),
        &list.id,
        &RowFilter::default(),
    )
    .await
    .unwrap();
    assert!(gone.items.is_empty());
    let written = import::export(archive, &caller(Role::Archivist), &list.id, "csv").await;
    assert_eq!(written.unwrap_err().code(), "list_is_not_in");
}
