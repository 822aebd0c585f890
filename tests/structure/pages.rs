//! The pages as an archivist meets them, without scripts: a fonds, a series, a file and a volume made, a delivery by
//! code, a document described; what is wrong is shown beside what was typed.

use reqwest::Method;
use sogoc::access::Role;

use crate::support::person::Person;
use crate::support::server::Server;

/// Where a form leads, or the page that shows it again.
async fn send(person: &Person, path: &str, given: &[(&str, &str)]) -> Result<String, String> {
    let answer = person.send(path, given).await;
    match answer.status().as_u16() {
        303 => Ok(answer.headers()["location"].to_str().unwrap().to_owned()),
        422 => Err(answer.text().await.unwrap()),
        status => panic!("{path}: {status} {}", answer.text().await.unwrap()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archivist_sets_up_a_department_through_pages_alone() {
    let server = Server::start().await;
    let browser = Person::new(&server, "luutru", &[Role::Archivist]).await;
    let fonds = [
        ("act", "make"),
        ("code", "SGD"),
        ("name", "Sở GDĐT"),
        ("unit", "DON-VI"),
        ("agency_code", "H48.64"),
    ];
    let at = send(&browser, "/phong", &fonds).await.unwrap();
    let again = send(&browser, "/phong", &fonds).await.unwrap_err();
    assert!(again.contains("Mã này đã có") && again.contains("value=\"SGD\""));
    let series = [
        ("act", "add_series"),
        ("code", "ML1"),
        ("title", "Mục lục một"),
    ];
    assert_eq!(send(&browser, &at, &series).await.unwrap(), at);
    let mut file = vec![
        ("act", "add_file"),
        ("code", "sai"),
        ("title", "Quyết định 2001"),
        ("maintenance", "01"),
        ("mode", "02"),
        ("series", "ML1"),
        ("start_date", "1/2001"),
        ("room", "1"),
    ];
    let wrong = send(&browser, &at, &file).await.unwrap_err();
    assert!(wrong.contains("{agency}.{year}.{notation}") && wrong.contains("Quyết định 2001"));
    file[1] = ("code", "H48.64.2001.7");
    let file_at = send(&browser, &at, &file).await.unwrap();
    let volume = [
        ("act", "add_volume"),
        ("code", "Q1"),
        ("title", "Sổ gốc"),
        ("year", "2008"),
    ];
    let volume_at = send(&browser, &at, &volume).await.unwrap();
    let tree = browser.page(&at).await;
    for seen in [
        "Mục lục một",
        "H48.64.2001.7",
        "Sổ gốc",
        "kho 1",
        "Tỉnh Quảng Ngãi",
    ] {
        assert!(tree.contains(seen), "{seen}");
    }
    let batch = [("name", "Hộp 1"), ("fonds", "SGD"), ("volume", "Q1")];
    let batch_at = send(&browser, "/lo", &batch).await.unwrap();
    let unknown = [("name", "Hộp 2"), ("fonds", "SGD"), ("file", "không có")];
    assert!(
        send(&browser, "/lo", &unknown)
            .await
            .unwrap_err()
            .contains("không có hồ sơ mã đó")
    );
    assert!(browser.page(&batch_at).await.contains(&volume_at));
    browser.page(&format!("{batch_at}/van-ban")).await;
    let move_it = [
        ("act", "move"),
        ("seen", "1"),
        ("fonds", "SGD"),
        ("series", ""),
        ("reason", "xếp lại"),
    ];
    assert_eq!(send(&browser, &file_at, &move_it).await.unwrap(), file_at);
    let page = browser.page(&file_at).await;
    assert!(
        page.contains("xếp lại") && page.contains("Chuyển"),
        "the trace is shown"
    );
    let close = [("act", "close"), ("seen", "2"), ("reason", "")];
    let refused = send(&browser, &file_at, &close).await.unwrap_err();
    assert!(refused.contains("Còn thiếu: Số lượng tờ"), "{refused}");
    for list in ["muc-luc-van-ban.pdf", "muc-luc-van-ban.xlsx", "to-bia.pdf"] {
        let request = browser
            .client
            .request(Method::GET, &format!("{file_at}/{list}"));
        let answer = request
            .header("cookie", &browser.cookie)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{list}");
    }
    let unit = [
        ("act", "make"),
        ("code", "T1"),
        ("name", "THPT Số 1"),
        ("kind", "school"),
        ("parent", "DON-VI"),
    ];
    assert_eq!(send(&browser, "/don-vi", &unit).await.unwrap(), "/don-vi");
    assert!(browser.page("/don-vi").await.contains("THPT Số 1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_the_structure_and_no_form() {
    let server = Server::start().await;
    let browser = Person::new(&server, "soat", &[Role::Reviewer]).await;
    let page = browser.page("/phong").await;
    assert!(page.contains("MAC-DINH") && !page.contains("Lập phông"));
}
