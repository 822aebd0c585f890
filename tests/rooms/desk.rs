//! The desk: nobody approves unseen, two people lose nothing of each other, and a decision is taken back.

use sogoc::access::Role;
use sogoc::record;
use sogoc::search::{self, Wanted};

use super::{input, record as waiting, told};
use crate::support::archive::caller;
use crate::support::person::Person;
use crate::support::server::Server;

async fn now(server: &Server, id: &str) -> record::RecordView {
    let me = caller(Role::Reviewer);
    record::get(&server.archive, &me, id).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubtful_field_that_nobody_went_to_is_not_approved() {
    let server = Server::start().await;
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let id = waiting(&server.archive, "Lê Thử", &["ho_ten", "ngay_sinh"]).await;
    let path = format!("/ban-ghi/{id}");
    let page = lan.page(&path).await;
    let (doubtful, others) = page.split_once("Các ô khác").unwrap();
    assert!(doubtful.contains("name=\"f.ho_ten\"") && doubtful.contains("name=\"f.ngay_sinh\""));
    assert!(
        others.contains("name=\"f.so_hieu\""),
        "doubtful ones stand first"
    );

    let shown = [
        ("version", "1"),
        ("o.ho_ten", "Lê Thử"),
        ("f.ho_ten", "Lê Thử"),
        ("o.ngay_sinh", "19/05/1977"),
        ("f.ngay_sinh", "19/05/1977"),
        ("v.ho_ten", "1"),
        ("act", "approve"),
    ];
    let refused = lan.send(&path, &shown).await;
    assert_eq!(refused.status(), 422);
    let refused = refused.text().await.unwrap();
    assert!(refused.contains("id=\"e-ngay_sinh\""), "{refused}");
    assert!(
        !refused.contains("id=\"e-ho_ten\""),
        "they went to this one"
    );
    assert_eq!(now(&server, &id).await.version, 1);

    let mut visited = shown.to_vec();
    visited.push(("v.ngay_sinh", "1"));
    let approved = lan.send(&path, &visited).await;
    assert_eq!(
        (approved.status().as_u16(), told(&approved)),
        (303, "approved".into())
    );
    assert_eq!(now(&server, &id).await.state, "approved");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_people_at_one_record_the_second_sees_both_values_and_loses_none() {
    let server = Server::start().await;
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let minh = Person::new(&server, "minh", &[Role::Reviewer]).await;
    let id = waiting(&server.archive, "Lê Thử", &[]).await;
    let path = format!("/ban-ghi/{id}");
    let number = input(&lan.page(&path).await, "o.so_hieu");
    let theirs = [
        ("version", "1"),
        ("o.ho_ten", "Lê Thử"),
        ("f.ho_ten", "Lê Thử Hai"),
        ("o.so_hieu", &number),
        ("f.so_hieu", &number),
        ("act", "correct"),
    ];
    let saved = minh.send(&path, &theirs).await;
    assert_eq!(
        (saved.status().as_u16(), told(&saved)),
        (303, "saved_fields".into())
    );

    let mine = [
        ("version", "1"),
        ("o.ho_ten", "Lê Thử"),
        ("f.ho_ten", "Lê Thử Một"),
        ("o.so_hieu", &number),
        ("f.so_hieu", "B 2"),
        ("note", "theo ảnh"),
        ("act", "correct"),
    ];
    let overtaken = lan.send(&path, &mine).await;
    assert_eq!(overtaken.status(), 409);
    let page = overtaken.text().await.unwrap();
    assert!(page.contains("id=\"overtaken\""), "{page}");
    assert!(page.contains("id=\"theirs-ho_ten\"") && page.contains("Lê Thử Hai"));
    assert!(
        !page.contains("id=\"theirs-so_hieu\""),
        "only one of them changed it"
    );
    assert_eq!(input(&page, "f.ho_ten"), "Lê Thử Một");
    assert_eq!(input(&page, "f.so_hieu"), "B 2");
    assert_eq!(input(&page, "note"), "theo ảnh");
    assert_eq!(input(&page, "o.ho_ten"), "Lê Thử Hai");

    let version = input(&page, "version");
    let again = [
        ("version", version.as_str()),
        ("o.ho_ten", "Lê Thử Hai"),
        ("f.ho_ten", "Lê Thử Một"),
        ("o.so_hieu", &number),
        ("f.so_hieu", "B 2"),
        ("act", "correct"),
    ];
    assert_eq!(lan.send(&path, &again).await.status(), 303);
    let record = now(&server, &id).await;
    assert_eq!(record.fields["ho_ten"].value, "Lê Thử Một");
    assert_eq!(record.fields["so_hieu"].value, "B 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn saving_a_note_alone_keeps_it_and_saving_nothing_says_so() {
    let server = Server::start().await;
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let id = waiting(&server.archive, "Lê Thử", &[]).await;
    let path = format!("/ban-ghi/{id}");
    let nothing = lan
        .send(&path, &[("version", "1"), ("act", "correct")])
        .await;
    assert_eq!(told(&nothing), "nothing_changed");
    let noted = [
        ("version", "1"),
        ("note", "Hỏi lại trường"),
        ("act", "correct"),
    ];
    assert_eq!(told(&lan.send(&path, &noted).await), "noted");
    let me = caller(Role::Reviewer);
    let history = record::history(&server.archive, &me, &id).await.unwrap();
    let newest = history.last().unwrap();
    assert_eq!(
        (newest.note.as_str(), newest.state.as_str()),
        ("Hỏi lại trường", "proposed")
    );

    let said = lan.client.request(reqwest::Method::GET, &path);
    let cookies = format!("{}; bao=noted~0~~0", lan.cookie);
    let said = said.header("cookie", cookies).send().await.unwrap();
    let used_up = said.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(used_up.starts_with("bao=;"), "it is told once: {used_up}");
    assert!(said.text().await.unwrap().contains("Đã lưu ghi chú"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_just_made_is_taken_back_by_who_made_it_alone() {
    let server = Server::start().await;
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let minh = Person::new(&server, "minh", &[Role::Reviewer]).await;
    let id = waiting(&server.archive, "Lê Thử Hoàn", &[]).await;
    let path = format!("/ban-ghi/{id}");
    let approve = [("version", "1"), ("note", "rõ"), ("act", "approve")];
    let approved = lan.send(&path, &approve).await;
    let cookie = approved.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.contains(&format!("~{path}/hoan-tac~2")), "{cookie}");
    let found = async || {
        search::follow(&server.archive).await.unwrap();
        let wanted = Wanted {
            text: Some("Lê Thử Hoàn".into()),
            ..Wanted::default()
        };
        let me = caller(Role::Auditor);
        search::find(&server.archive, &me, &wanted)
            .await
            .unwrap()
            .hits
            .len()
    };
    assert_eq!(found().await, 1);
    let undo = format!("{path}/hoan-tac");
    assert_eq!(minh.send(&undo, &[("version", "2")]).await.status(), 409);
    let undone = lan.send(&undo, &[("version", "2")]).await;
    assert_eq!(
        (undone.status().as_u16(), told(&undone)),
        (303, "taken_back".into())
    );
    let record = now(&server, &id).await;
    assert_eq!((record.state.as_str(), record.version), ("proposed", 4));
    assert_eq!(found().await, 0, "what was taken back is found no more");
    let again = lan
        .send(&path, &[("version", "4"), ("act", "approve")])
        .await;
    assert_eq!(again.status(), 303);
    assert_eq!(found().await, 1);

    let other = waiting(&server.archive, "Lê Thử Loại", &[]).await;
    let path = format!("/ban-ghi/{other}");
    let reject = [("version", "1"), ("note", "tiêu đề"), ("act", "reject")];
    assert_eq!(told(&lan.send(&path, &reject).await), "rejected");
    let undone = lan
        .send(&format!("{path}/hoan-tac"), &[("version", "2")])
        .await;
    assert_eq!(undone.status(), 303);
    assert_eq!(now(&server, &other).await.state, "proposed");
}
