//! What was typed into a form outlives the session, the fault and the other tab.

use reqwest::Method;
use sogoc::access::Role;
use sogoc::batch;

use super::input;
use crate::support::archive::caller;
use crate::support::person::Person;
use crate::support::server::{PASSWORD, Server};

async fn end_sessions(server: &Server) {
    let mut tx = server.archive.begin_as_machine().await.unwrap();
    let soon = sogoc::clock::stamp(server.archive.clock.now());
    sqlx::query("UPDATE sessions SET expires_at = $1")
        .bind(soon)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_sent_after_the_session_ended_goes_on_once_its_sender_signed_in() {
    let server = Server::start().await;
    let thu = Person::new(&server, "thu", &[Role::Archivist]).await;
    server.person("minh", &[Role::Archivist]).await;
    end_sessions(&server).await;
    let asked = thu
        .send("/lo", &[("name", "Thùng 7 & 8"), ("declared_count", "3")])
        .await;
    assert_eq!(asked.status(), 401);
    let door = asked.text().await.unwrap();
    assert!(door.contains("id=\"kept\""), "{door}");
    let (to, body) = (input(&door, "giu_ve"), input(&door, "giu"));
    assert_eq!(to, "/lo");

    let wrong = [
        ("login", "thu"),
        ("password", "sai"),
        ("giu_ve", &*to),
        ("giu", &*body),
    ];
    let again = thu.client.form("/dang-nhap", &thu.cookie, &wrong).await;
    assert_eq!(again.status(), 401);
    let again = again.text().await.unwrap();
    assert_eq!(input(&again, "giu"), body, "a wrong password loses nothing");

    let other = [
        ("login", "minh"),
        ("password", PASSWORD),
        ("giu_ve", &*to),
        ("giu", &*body),
    ];
    let refused = thu.client.form("/dang-nhap", &thu.cookie, &other).await;
    assert_eq!(refused.status(), 409, "a form is its sender's alone");
    let refused = refused.text().await.unwrap();
    assert!(
        refused.contains("Thùng 7 &#38; 8") && !refused.contains("<button"),
        "{refused}"
    );

    let right = [
        ("login", "thu"),
        ("password", PASSWORD),
        ("giu_ve", &*to),
        ("giu", &*body),
    ];
    let done = thu.client.form("/dang-nhap", &thu.cookie, &right).await;
    assert_eq!(done.status(), 303);
    let made = done.headers()["location"].to_str().unwrap();
    assert!(made.starts_with("/lo/"), "{made}");
    let cookies = done.headers().get_all("set-cookie").iter();
    assert!(
        cookies
            .filter_map(|one| one.to_str().ok())
            .any(|one| one.starts_with("sogoc="))
    );
    let me = caller(Role::Archivist);
    let kept = batch::get(&server.archive, &me, &made["/lo/".len()..])
        .await
        .unwrap();
    assert_eq!(
        (kept.name.as_str(), kept.declared_count),
        ("Thùng 7 & 8", Some(3))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_a_tab_from_before_signing_in_again_is_still_its_senders() {
    let server = Server::start().await;
    let before = Person::new(&server, "thu", &[Role::Archivist]).await;
    end_sessions(&server).await;
    let after = Person::again(&server, "thu").await;
    let old_tab = [("form_token", before.token.as_str()), ("name", "Thùng 9")];
    let sent = after.client.form("/lo", &after.cookie, &old_tab).await;
    assert_eq!(sent.status(), 303);
    let minh = Person::new(&server, "minh", &[Role::Archivist]).await;
    let stolen = [("form_token", before.token.as_str()), ("name", "Thùng 10")];
    let forged = minh.client.form("/lo", &minh.cookie, &stolen).await;
    assert_eq!(forged.status(), 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_comes_back_with_what_was_typed() {
    let server = Server::start().await;
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let reason = [("reason", "Không có trong sổ <gốc>")];
    let refused = lan.send("/cap-ban-sao/none/tu-choi", &reason).await;
    assert_eq!(refused.status(), 409);
    let page = refused.text().await.unwrap();
    assert!(page.contains("id=\"retold\""), "{page}");
    assert!(page.contains("Không có trong sổ &#60;gốc&#62;"), "{page}");
    assert!(page.contains("action=\"/cap-ban-sao/none/tu-choi\"") && page.contains("Lý do"));
    assert!(page.contains(&lan.token));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_keeps_its_question_at_the_door_and_in_the_other_language() {
    let server = Server::start().await;
    let turned = server
        .anonymous()
        .get("/cap-ban-sao?state=received&tim=le")
        .await;
    let door = turned.headers()["location"].to_str().unwrap();
    assert_eq!(
        door,
        "/dang-nhap?ve=%2Fcap-ban-sao%3Fstate%3Dreceived%26tim%3Dle"
    );
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let page = lan.page("/cap-ban-sao?state=received&tim=le").await;
    let link = page.split("href=\"/ngon-ngu/en?ve=").nth(1).unwrap();
    let link = link.split('"').next().unwrap().replace("&#38;", "&");
    let path = format!("/ngon-ngu/en?ve={link}");
    let request = lan.client.request(Method::GET, &path);
    let turned = request.header("cookie", &lan.cookie).send().await.unwrap();
    assert_eq!(
        turned.headers()["location"],
        "/cap-ban-sao?state=received&tim=le"
    );
}
