//! The pages as an archivist meets them, without scripts: a fonds, a series, a file and a volume made, a delivery by
//! code, a document described; what is wrong is shown beside what was typed.

use reqwest::Method;
use sogoc::access::Role;

use crate::support::server::{Client, Server};

struct Browser {
    http: Client,
    cookie: String,
    token: String,
}

impl Browser {
    async fn signed_in(server: &Server) -> Self {
        server.person("luutru", &[Role::Archivist]).await;
        let http = server.anonymous();
        let (cookie, token) = http.sign_in("luutru").await;
        Self {
            http,
            cookie,
            token,
        }
    }

    async fn see(&self, path: &str) -> String {
        let request = self
            .http
            .request(Method::GET, path)
            .header("cookie", &self.cookie);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    /// Where a form leads, or the page that shows it again.
    async fn send(&self, path: &str, given: &[(&str, &str)]) -> Result<String, String> {
        let mut pairs = vec![("form_token", self.token.as_str())];
        pairs.extend(given);
        let body = serde_urlencoded::to_string(pairs).unwrap();
        let request = self
            .http
            .request(Method::POST, path)
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(body).send().await.unwrap();
        match answer.status().as_u16() {
            303 => Ok(answer.headers()["location"].to_str().unwrap().to_owned()),
            422 => Err(answer.text().await.unwrap()),
            status => panic!("{path}: {status} {}", answer.text().await.unwrap()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archivist_sets_up_a_department_through_pages_alone() {
    let server = Server::start().await;
    let browser = Browser::signed_in(&server).await;
    let fonds = [
        ("act", "make"),
        ("code", "SGD"),
        ("name", "Sở GDĐT"),
        ("unit", "DON-VI"),
        ("agency_code", "H48.64"),
    ];
    let at = browser.send("/phong", &fonds).await.unwrap();
    let again = browser.send("/phong", &fonds).await.unwrap_err();
    assert!(again.contains("Mã này đã có") && again.contains("value=\"SGD\""));
    let series = [
        ("act", "add_series"),
        ("code", "ML1"),
        ("title", "Mục lục một"),
    ];
    assert_eq!(browser.send(&at, &series).await.unwrap(), at);
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
    let wrong = browser.send(&at, &file).await.unwrap_err();
    assert!(wrong.contains("{agency}.{year}.{notation}") && wrong.contains("Quyết định 2001"));
    file[1] = ("code", "H48.64.2001.7");
    let file_at = browser.send(&at, &file).await.unwrap();
    let volume = [
        ("act", "add_volume"),
        ("code", "Q1"),
        ("title", "Sổ gốc"),
        ("year", "2008"),
    ];
    let volume_at = browser.send(&at, &volume).await.unwrap();
    let tree = browser.see(&at).await;
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
    let batch_at = browser.send("/lo", &batch).await.unwrap();
    let unknown = [("name", "Hộp 2"), ("fonds", "SGD"), ("file", "không có")];
    assert!(
        browser
            .send("/lo", &unknown)
            .await
            .unwrap_err()
            .contains("không có hồ sơ mã đó")
    );
    assert!(browser.see(&batch_at).await.contains(&volume_at));
    browser.see(&format!("{batch_at}/van-ban")).await;
    let move_it = [
        ("act", "move"),
        ("seen", "1"),
        ("fonds", "SGD"),
        ("series", ""),
        ("reason", "xếp lại"),
    ];
    assert_eq!(browser.send(&file_at, &move_it).await.unwrap(), file_at);
    let page = browser.see(&file_at).await;
    assert!(
        page.contains("xếp lại") && page.contains("Chuyển"),
        "the trace is shown"
    );
    let close = [("act", "close"), ("seen", "2"), ("reason", "")];
    let refused = browser.send(&file_at, &close).await.unwrap_err();
    assert!(refused.contains("Còn thiếu: Số lượng tờ"), "{refused}");
    for list in ["muc-luc-van-ban.pdf", "muc-luc-van-ban.xlsx", "to-bia.pdf"] {
        let request = browser
            .http
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
    assert_eq!(browser.send("/don-vi", &unit).await.unwrap(), "/don-vi");
    assert!(browser.see("/don-vi").await.contains("THPT Số 1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_the_structure_and_no_form() {
    let server = Server::start().await;
    server.person("soat", &[Role::Reviewer]).await;
    let http = server.anonymous();
    let (cookie, token) = http.sign_in("soat").await;
    let browser = Browser {
        http,
        cookie,
        token,
    };
    let page = browser.see("/phong").await;
    assert!(page.contains("MAC-DINH") && !page.contains("Lập phông"));
}
