//! What is to be signed and the signatures over it, by the page.

use reqwest::Method;
use serde_json::json;
use sogoc::access::Role;
use sogoc::config::Padding;
use sogoc::seal::Level;

use super::office::{chain, configure, issue_signer};
use crate::seal::machine::Machine;
use crate::support::authority::{Authority, KeyKind};
use crate::support::holdings::approved_record;
use crate::support::server::Server;

/// One part of a form with files.
fn multipart(parts: &[(&str, &str)]) -> (String, String) {
    let mut body = String::new();
    for (name, value) in parts {
        let file = if *name == "file" {
            "; filename=\"chu-ky.txt\""
        } else {
            ""
        };
        body += &format!(
            "--ranh\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n"
        );
    }
    (
        "multipart/form-data; boundary=ranh".to_owned(),
        body + "--ranh--\r\n",
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_gives_out_what_is_to_be_signed_and_takes_a_batch_of_signatures() {
    let authority = Authority::start();
    issue_signer(&authority, KeyKind::EcdsaP256, 365);
    let server =
        Server::set(|config| configure(config, &authority, Padding::Pkcs1, Level::BB)).await;
    server.person("lanh-dao", &[Role::Approver]).await;
    let record = approved_record(&server.archive).await;
    let anyone = server.anonymous();
    let (cookie, form_token) = anyone.sign_in("lanh-dao").await;
    let page = async |path: &str| {
        let answer = anyone.request(Method::GET, path).header("cookie", &cookie);
        answer.send().await.unwrap().text().await.unwrap()
    };
    let session = json!({ "records": [record, record] });
    let issue = anyone
        .request(Method::POST, "/api/v1/copies")
        .header("cookie", &cookie);
    let issued = issue
        .header("x-form-token", &form_token)
        .json(&session)
        .send()
        .await
        .unwrap();
    assert_eq!(issued.status(), 200);
    let shown = page("/con-dau").await;
    assert!(shown.contains("Tải tệp cần ký (2)"), "{shown}");

    let machine = Machine::with_key(authority.at("signer.key"), &chain(&authority));
    let signatures = machine.sign(&page("/con-dau/can-ky").await);
    let send = async |token: &str, text: &str| {
        let (kind, body) = multipart(&[("form_token", token), ("file", text)]);
        let request = anyone
            .request(Method::POST, "/con-dau/chu-ky")
            .header("cookie", &cookie);
        let answer = request
            .header("content-type", kind)
            .body(body)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, _) = send("của ai khác", &signatures).await;
    assert_eq!(status, 409, "a form of another page");
    let (status, said) = send(&form_token, "không phải chữ ký").await;
    assert!(status == 422 && said.contains("Dòng 1"), "{status} {said}");
    let (status, said) = send(&form_token, &signatures).await;
    assert_eq!(status, 200, "{said}");
    assert_eq!(said.matches("đã đóng dấu").count(), 2, "{said}");
    assert!(said.contains("Không có bản sao nào chờ chữ ký"), "{said}");
    let (_, again) = send(&form_token, &signatures).await;
    assert_eq!(
        again.matches("data-code=\"not_waiting\"").count(),
        2,
        "{again}"
    );
}
