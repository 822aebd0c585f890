//! What is asked in the story of the full text, and what is found: words, phrases, notations, dates; what a row inherits;
//! codes and boxes; what was near where nothing is found.

use sogoc::access::Role;
use sogoc::archive::Archive;
use sogoc::search::{self, Wanted};

use super::{DECISION, REGISTER, ask, names};
use crate::support::archive::caller;

pub(super) async fn words_are_found(archive: &Archive) {
    for question in [
        "quyết định 715/QĐ-SGDĐT",
        "\"công nhận tốt nghiệp trung học phổ thông\" luật giáo dục",
        "so quyet dinh 0715/qd-sgddt",
        "tháng 7/2008 hội đồng thi quy chế",
        "ngày 14/6/2005",
        "QĐ SGD&ĐT luật giáo dục",
    ] {
        let found = ask(archive, question).await;
        let mut hits = found.pages.hits.iter();
        let hit = hits.find(|hit| hit.original_name == DECISION && hit.number == 1);
        let hit = hit.unwrap_or_else(|| panic!("{question}: {:?}", names(&found)));
        assert!(
            hit.snippet.iter().any(|piece| piece.marked),
            "{question}: {hit:?}"
        );
        assert!(
            !hit.words.is_empty() && hit.confidence.is_some(),
            "{question}: {hit:?}"
        );
        let inside = hit.words.iter().all(|word| {
            let [x, y, w, h] = word.bounds.map(i64::from);
            x >= 0 && y >= 0 && x + w <= hit.width && y + h <= hit.height
        });
        assert!(inside, "{question}: {hit:?}");
    }
    let scattered = ask(archive, "\"phổ thông công nhận\"").await;
    assert_eq!(
        scattered.pages.total, 0,
        "a phrase is one only in its order"
    );
    // Not approved, yet its words are on a page that everybody at the desk may see.
    let unapproved = ask(archive, "huynh thao nhung").await;
    assert_eq!(
        (unapproved.total, names(&unapproved)),
        (0, vec![(REGISTER, 1)])
    );
    let lit = search::on_page(
        archive,
        &caller(Role::Archivist),
        &unapproved.pages.hits[0].page_id,
        &Wanted {
            text: Some("huynh thao nhung".into()),
            ..Wanted::default()
        },
    )
    .await
    .unwrap();
    assert!(lit.page.words.len() >= 3, "{:?}", lit.page);
    assert!(lit.text.iter().filter(|piece| piece.marked).count() >= 3);
}

pub(super) async fn a_row_is_found_by_what_its_volume_says(archive: &Archive, row: &str) {
    for question in [
        "huynh thanh son nam:2008",
        "sơn truong:Lê Văn Thọ",
        "truong:\"trung học phổ thông Lê Văn Thọ\" nam:2008",
        "huynhthanhson",
        "H.T.Sơn 1989",
        "so hieu A0417762",
        "A 0417762 huynh",
        "số vào sổ 1157/2008",
        "huynh thanh son 14/9/1989 nghia hanh",
        "noi:\"Nghĩa Bình\" sơn",
        "tinh:\"Quảng Ngãi\" sơn",
        "Huúnh Thanh S¬n",
    ] {
        let found = ask(archive, question).await;
        let ids: Vec<&str> = found
            .hits
            .iter()
            .map(|hit| hit.record_id.as_str())
            .collect();
        assert_eq!(ids, [row], "{question}");
    }
    let other = ask(archive, "huynh thanh son nam:2009").await;
    assert_eq!((other.total, other.pages.total), (0, 0));
}

pub(super) async fn codes_and_boxes_lead_to_what_lies_there(archive: &Archive, row: &str) {
    for (question, records, pages) in [
        ("phong:SGD", 1, 3),
        ("quyen:Q-2008", 1, 1),
        ("quyen:q-2008 sơn", 1, 1),
        ("hoso:HS-01", 0, 2),
        ("hop:7", 1, 1),
        ("hop:12", 0, 2),
        ("hop:12 \"giáo dục\"", 0, 1),
        ("phong:MAC-DINH", 0, 0),
        ("quyen:Q-1999", 0, 0),
    ] {
        let found = ask(archive, question).await;
        // The letter's own record is not approved; its second page may hold few words.
        assert_eq!(found.total, records, "{question}");
        let enough = if pages > 1 {
            found.pages.total >= pages - 1
        } else {
            found.pages.total >= pages
        };
        assert!(enough, "{question}: {}", found.pages.total);
        assert!(pages > 0 || found.pages.total == 0, "{question}");
    }
    let found = ask(archive, "phong:SGD").await;
    let volumes: Vec<(&String, &usize)> = found.facets["volume"].iter().collect();
    assert_eq!(volumes.len(), 1);
    assert_eq!(found.names[volumes[0].0], "Q-2008 · Sổ gốc 2008");
    let by_volume: usize = found.pages.facets["volume"].values().sum();
    let by_file: usize = found.pages.facets["file"].values().sum();
    assert_eq!(
        by_volume + by_file,
        found.pages.total,
        "every page is counted once"
    );
    let narrowed = search::narrowed(&found.question, "volume", volumes[0].0);
    let again = ask(archive, &narrowed).await;
    assert_eq!(
        (again.total, again.hits[0].record_id.as_str()),
        (*volumes[0].1, row)
    );
    assert_eq!(
        again.pages.total, by_volume,
        "a count is what its link shows"
    );
}

pub(super) async fn nothing_found_says_what_was_near(archive: &Archive) {
    let found = ask(archive, "huynh thanh son nam:1999").await;
    let understood: Vec<(&str, &str)> = found
        .understood
        .iter()
        .map(|part| (part.key.as_str(), part.value.as_str()))
        .collect();
    assert_eq!(understood, [("words", "huynh thanh son"), ("year", "1999")]);
    let near = found
        .near
        .iter()
        .find(|near| near.without.key == "year")
        .unwrap();
    assert_eq!(
        (near.records, near.question.as_str()),
        (1, "huynh thanh son")
    );
    let found = ask(archive, "qwrtzx huynh thanh son").await;
    assert!(
        found
            .near
            .iter()
            .any(|near| near.without.value == "qwrtzx" && near.records == 1)
    );
}
