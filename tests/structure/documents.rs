//! Documents: proposed from files, put together and taken apart by hand, described, confirmed, taken away as one PDF,
//! and back from the vault alone.

use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch};
use sogoc::document::{
    self, Confirming, Document, DocumentFields, DocumentFilter, GroupBy, Join, NewDocument, Order,
    PagePart, PlacedPage, Split,
};
use sogoc::error::Error;
use sogoc::fonds::{self, FileSplit, NewFile};
use sogoc::holding::Edit;
use sogoc::scan::{self, Incoming};
use sogoc::{finding_aid, searchable_pdf, worker};
use std::sync::Arc;

use super::{all_is_in_the_vault, comes_back};
use crate::support::archive::{Ground, Holdings, caller, sample};

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_of_several_files_is_one_document_on_sqlite() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_of_several_files_is_one_document_on_postgresql() {
    tell(Ground::Scaled).await;
}

async fn tell(ground: Ground) {
    let holdings = Holdings::on(ground).await;
    let archive = &holdings.archive;
    let file = file_of(archive, "HS-1").await;
    let batch = deliver(&holdings).await;
    let documents = list(archive, &batch).await;
    assert_eq!(documents.len(), 3, "each file is one");
    assert!(
        documents
            .iter()
            .all(|one| one.state == "proposed" && one.pages == 1)
    );
    grouped_by_name(archive, &batch).await;
    let one = list(archive, &batch).await.remove(0);
    let one = put_in_order(archive, &one).await;
    let one = described(archive, one, &file).await;
    taken_away(archive, &one).await;
    let rest = split(archive, &one).await;
    joined_again(archive, &one.id, &rest).await;
    files_are_split(archive, &file).await;
    worker::drain(archive).await.unwrap();
    holdings.check().await;
    all_is_in_the_vault(archive).await;
    if ground == Ground::Embedded {
        let (again, _folder) = comes_back(archive).await;
        let back = document::get(&again, &caller(Role::Auditor), &one.id)
            .await
            .unwrap();
        assert_eq!(back.fields.code_number.as_deref(), Some("715"));
        let again = Arc::new(again);
        let pdf = searchable_pdf::of_document(&again, &caller(Role::Reviewer), &one.id).await;
        assert!(pdf.unwrap().size > 1000);
    }
}

async fn file_of(archive: &Archive, code: &str) -> String {
    let wish = NewFile {
        fonds: fonds::DEFAULT_CODE.into(),
        code: code.into(),
        title: "Quyết định năm 1993".into(),
        maintenance: "01".into(),
        mode: "02".into(),
        ..NewFile::default()
    };
    let me = caller(Role::Archivist);
    fonds::make_file(archive, &me, &wish).await.unwrap().id
}

/// Three pages: two of one name with numbers, one of its own.
async fn deliver(holdings: &Holdings) -> String {
    let (archive, me) = (&holdings.archive, caller(Role::Archivist));
    let fresh = NewBatch {
        name: "Hộp quyết định".into(),
        ..NewBatch::default()
    };
    let batch = batch::open(archive, &me, &fresh).await.unwrap();
    for (name, from) in [
        ("QĐ 715_2.jpg", "so-goc-thpt-2015-trang-01.jpg"),
        ("QĐ 715_1.jpg", "so-goc-thpt-2008-trang-07.jpg"),
        ("rời.jpg", "so-cap-bang-1985-trang-05.jpg"),
    ] {
        let path = sample(from);
        let incoming = Incoming {
            batch_id: &batch.id,
            name,
            path: &path,
            declared_sha256: None,
        };
        scan::receive(archive, &me, &incoming).await.unwrap();
    }
    worker::drain(archive).await.unwrap();
    batch.id
}

async fn list(archive: &Archive, batch: &str) -> Vec<Document> {
    let filter = DocumentFilter {
        batch: Some(batch.into()),
        ..DocumentFilter::default()
    };
    let listed = document::list(archive, &caller(Role::Auditor), &filter).await;
    let mut all = listed.unwrap().items;
    all.sort_by_key(|one| std::cmp::Reverse(one.pages));
    all
}

async fn grouped_by_name(archive: &Archive, batch: &str) {
    let me = caller(Role::Archivist);
    let shown = document::preview(archive, &me, batch, GroupBy::Name)
        .await
        .unwrap();
    let sizes: Vec<usize> = shown.iter().map(|group| group.pages.len()).collect();
    assert_eq!(sizes, [2, 1]);
    assert_eq!(shown[0].title, "QĐ 715");
    assert_eq!(
        list(archive, batch).await.len(),
        3,
        "a preview changes nothing"
    );
    let made = document::group(archive, &me, batch, GroupBy::Name)
        .await
        .unwrap();
    assert_eq!(made, 1);
    let names = pages(archive, &list(archive, batch).await[0].id).await;
    let names: Vec<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["QĐ 715_1.jpg", "QĐ 715_2.jpg"]);
    let again = document::group(archive, &me, batch, GroupBy::Name)
        .await
        .unwrap();
    assert_eq!(again, 0, "what was touched stays");
}

async fn pages(archive: &Archive, id: &str) -> Vec<(String, String)> {
    let pages = document::pages(archive, &caller(Role::Auditor), id)
        .await
        .unwrap();
    let pairs = pages
        .into_iter()
        .map(|page| (page.page_id, page.original_name));
    pairs.collect()
}

/// The second page comes first and is a cover.
async fn put_in_order(archive: &Archive, one: &Document) -> Document {
    let me = caller(Role::Archivist);
    let now = pages(archive, &one.id).await;
    let placed = |at: usize, part| PlacedPage {
        page: now[at].0.clone(),
        part,
    };
    let wish = |pages| Order {
        seen: one.version,
        pages,
        reason: String::new(),
    };
    for wrong in [
        vec![placed(0, PagePart::Page)],
        vec![placed(0, PagePart::Page), placed(0, PagePart::Page)],
        vec![],
    ] {
        let refused = document::arrange(archive, &me, &one.id, &wish(wrong)).await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
    }
    let order = vec![placed(1, PagePart::Cover), placed(0, PagePart::Page)];
    let done = document::arrange(archive, &me, &one.id, &wish(order))
        .await
        .unwrap();
    let after = document::pages(archive, &me, &one.id).await.unwrap();
    assert_eq!(after[0].part, PagePart::Cover);
    assert_eq!(after[0].page_id, now[1].0);
    done
}

async fn described(archive: &Archive, one: Document, file: &str) -> Document {
    let me = caller(Role::Archivist);
    let description = NewDocument {
        file: Some("HS-1".into()),
        volume: None,
        fields: DocumentFields {
            type_name: Some("02".into()),
            code_number: Some("715".into()),
            code_notation: Some("QĐ-SGDĐT".into()),
            issued_date: Some("10/1989".into()),
            organ_name: Some("Sở Giáo dục Nghĩa Bình".into()),
            subject: Some("Về việc công nhận tốt nghiệp".into()),
            languages: vec!["01".into()],
            ..DocumentFields::default()
        },
    };
    let edit = Edit {
        seen: one.version,
        description,
        reason: String::new(),
    };
    let done = document::describe(archive, &me, &one.id, &edit)
        .await
        .unwrap();
    assert_eq!(done.file_id.as_deref(), Some(file));
    let seen = Confirming { seen: done.version };
    let done = document::confirm(archive, &me, &one.id, &seen)
        .await
        .unwrap();
    assert_eq!((done.ordinal, done.state.as_str()), (Some(1), "confirmed"));
    let code = fonds::document_code(archive, "HS-1", 1).await.unwrap();
    assert_eq!(code, "HS-1.0000001");
    done
}

async fn taken_away(archive: &Archive, one: &Document) {
    let auditor = caller(Role::Auditor);
    let listed = finding_aid::documents(archive, &auditor, one.file_id.as_ref().unwrap()).await;
    let listed = listed.unwrap();
    assert_eq!(listed.rows.len(), 1);
    assert_eq!(listed.rows[0][1], "715/QĐ-SGDĐT");
    assert_eq!(listed.rows[0][2], "10/1989");
    assert!(listed.paper(archive).unwrap().starts_with(b"%PDF-"));
    assert!(listed.spreadsheet().unwrap().starts_with(b"PK"));
    let cover = finding_aid::cover(archive, &auditor, one.file_id.as_ref().unwrap()).await;
    assert!(cover.unwrap().paper(archive).unwrap().len() > 1000);
}

/// Its second page becomes a document of its own.
async fn split(archive: &Archive, one: &Document) -> Document {
    let me = caller(Role::Archivist);
    let now = pages(archive, &one.id).await;
    let wish = |at: usize| Split {
        seen: one.version,
        page: now[at].0.clone(),
        reason: "tách".into(),
    };
    let refused = document::split(archive, &me, &one.id, &wish(0)).await;
    assert!(
        matches!(refused, Err(Error::Invalid(_))),
        "nothing would be left"
    );
    let rest = document::split(archive, &me, &one.id, &wish(1))
        .await
        .unwrap();
    assert_eq!((rest.pages, rest.file_id == one.file_id), (1, true));
    let of = document::of_page(archive, &me, &now[1].0).await.unwrap();
    assert_eq!(of, rest.id);
    rest
}

async fn joined_again(archive: &Archive, id: &str, rest: &Document) {
    let me = caller(Role::Archivist);
    let one = document::get(archive, &me, id).await.unwrap();
    let wish = |documents| Join {
        seen: one.version,
        documents,
        reason: String::new(),
    };
    for wrong in [vec![], vec![id.to_owned()], vec![rest.id.clone(); 2]] {
        let refused = document::join(archive, &me, id, &wish(wrong)).await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
    }
    let done = document::join(archive, &me, id, &wish(vec![rest.id.clone()]))
        .await
        .unwrap();
    assert_eq!(done.pages, 2);
    let gone = document::get(archive, &me, &rest.id).await.unwrap();
    assert_eq!(
        (gone.state.as_str(), gone.joined_into.as_deref()),
        ("joined", Some(id))
    );
}

async fn files_are_split(archive: &Archive, file: &str) {
    let me = caller(Role::Archivist);
    let before = fonds::file(archive, &me, file).await.unwrap();
    assert_eq!((before.counted.documents, before.counted.pages), (1, 2));
    let filter = DocumentFilter {
        file: Some(file.into()),
        ..DocumentFilter::default()
    };
    let own = document::list(archive, &me, &filter).await.unwrap().items;
    let wish = FileSplit {
        seen: before.version,
        documents: own.iter().map(|one| one.id.clone()).collect(),
        file: NewFile {
            fonds: fonds::DEFAULT_CODE.into(),
            code: "HS-2".into(),
            title: "Phần tách ra".into(),
            maintenance: "01".into(),
            mode: "02".into(),
            ..NewFile::default()
        },
        reason: "hai vụ việc".into(),
    };
    let made = fonds::split_file(archive, &me, file, &wish).await.unwrap();
    assert_eq!(made.counted.documents, 1);
}
