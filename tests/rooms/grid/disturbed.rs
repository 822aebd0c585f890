//! What disturbs the keying of a page: a second person at it, rows that were public, a session that ended.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn two_people_at_one_page_see_both_values_cell_by_cell() {
    let server = Server::start().await;
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let minh = Person::new(&server, "minh", &[Role::Reviewer]).await;
    let register = register(&server.archive, "Quyển 3", 3, &[]).await;
    let path = register.path();
    let [a, b, c] = &register.ids[..] else {
        panic!()
    };
    let page = lan.page(&path).await;
    let theirs = [
        (cell("f", a, "ho_ten"), "Lê Thử Hai"),
        (cell("f", b, "dan_toc"), "Hrê"),
    ];
    assert_eq!(
        told(&send(&minh, &path, &form(&page, &theirs, "save")).await),
        "saved_rows"
    );

    let mine = [
        (cell("f", a, "ho_ten"), "Lê Thử Một"),
        (cell("f", b, "dan_toc"), "Hrê"),
        (cell("f", c, "dan_toc"), "Co"),
    ];
    let overtaken = send(&lan, &path, &form(&page, &mine, "save")).await;
    assert_eq!(overtaken.status(), 409);
    let said = overtaken.text().await.unwrap();
    assert!(said.contains("id=\"overtaken\""), "{said}");
    assert_eq!(input(&said, &cell("f", a, "ho_ten")), "Lê Thử Một");
    assert_eq!(input(&said, &cell("o", a, "ho_ten")), "Lê Thử Hai");
    assert!(said.contains("data-take=\"Lê Thử Hai\""));
    assert_eq!(
        said.matches("data-take").count(),
        1,
        "the same typed twice is no conflict"
    );
    assert_eq!(
        input(&said, &cell("f", c, "dan_toc")),
        "Co",
        "the other rows are not lost"
    );
    assert_eq!(now(&server, c).await.version, 1, "all of it or nothing");
    assert_eq!(
        told(&send(&lan, &path, &form(&said, &[], "save")).await),
        "saved_rows"
    );
    assert_eq!(now(&server, a).await.fields["ho_ten"].value, "Lê Thử Một");

    // Decided by the other meanwhile: what was typed is shown, and nothing of it is saved.
    let page = lan.page(&path).await;
    let ticked = [(format!("d.{b}"), "1")];
    assert_eq!(
        told(&send(&minh, &path, &form(&page, &ticked, "approve")).await),
        "approved_rows"
    );
    let late = [(cell("f", b, "ho_ten"), "Tên gõ muộn")];
    let overtaken = send(&lan, &path, &form(&page, &late, "save")).await;
    assert_eq!(overtaken.status(), 409);
    let said = overtaken.text().await.unwrap();
    assert!(
        said.contains("Tên gõ muộn") && said.contains("class=\"lost\""),
        "{said}"
    );
    assert_eq!(now(&server, b).await.state, "approved");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_public_is_approved_by_somebody_else_and_the_rest_goes_on() {
    let server = Server::start().await;
    let archive = &server.archive;
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let minh = Person::new(&server, "minh", &[Role::Reviewer]).await;
    let register = register(archive, "Quyển 4", 3, &[]).await;
    let (path, id) = (register.path(), &register.ids[0]);
    let page = lan.page(&path).await;
    let ticked = [(format!("d.{id}"), "1")];
    assert_eq!(
        told(&send(&lan, &path, &form(&page, &ticked, "approve")).await),
        "approved_rows"
    );
    let changed = [
        ("version", "2"),
        ("f.ho_ten", "Tên Khác"),
        ("act", "correct"),
    ];
    assert_eq!(
        told(&lan.send(&format!("/ban-ghi/{id}"), &changed).await),
        "saved_fields"
    );

    let page = lan.page(&path).await;
    assert!(page.contains("chờ người khác") && !page.contains(&format!("d.{id}")));
    let forced = [(format!("d.{id}"), "1")];
    let refused = send(&lan, &path, &form(&page, &forced, "approve")).await;
    assert_eq!(refused.status(), 422);
    assert!(
        refused
            .text()
            .await
            .unwrap()
            .contains("một người khác phải duyệt dòng này")
    );
    assert_eq!(
        told(&send(&lan, &path, &form(&page, &[], "approve_page")).await),
        "approved_rows"
    );
    assert_eq!(
        states(&server, &register).await,
        ["corrected", "approved", "approved"]
    );

    // Who changes it on the grid cannot approve it in the same act either.
    let page = minh.page(&path).await;
    let both = [
        (cell("f", id, "ho_ten"), "Tên Khác Nữa"),
        (format!("d.{id}"), "1"),
    ];
    assert_eq!(
        send(&minh, &path, &form(&page, &both, "approve"))
            .await
            .status(),
        422
    );
    assert_eq!(now(&server, id).await.fields["ho_ten"].value, "Tên Khác");
    assert_eq!(
        told(&send(&minh, &path, &form(&page, &ticked, "approve")).await),
        "approved_rows"
    );
    assert_eq!(now(&server, id).await.state, "approved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_loses_nothing_of_a_grid() {
    let server = Server::start().await;
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let register = register(&server.archive, "Quyển 5", 3, &[]).await;
    let path = register.path();
    let page = lan.page(&path).await;
    let changes = [(cell("f", &register.ids[2], "noi_sinh"), "Đức Phổ")];
    let mut pairs = form(&page, &changes, "save");
    lan.send("/dang-xuat", &[]).await;
    pairs.push(("form_token".into(), lan.token.clone()));
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    let door = lan.client.form(&path, "", &pairs).await;
    let door = door.text().await.unwrap();
    assert!(
        door.contains("name=\"giu\""),
        "the door carries the form: {door}"
    );
    assert!(door.contains("Ph%E1%BB%95"), "with what was typed");
    assert_eq!(now(&server, &register.ids[2]).await.version, 1);
}
