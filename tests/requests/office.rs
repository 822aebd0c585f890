//! What citizens are told of the office: where, when, and what a copy costs.

use serde_json::Value;

use crate::support::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_sees_where_the_office_is_and_what_a_copy_costs() {
    let server = Server::set(|config| {
        config.office.address = "58 Hùng Vương & 2 <Quang Trung>".into();
        config.office.hours = "Thứ Hai đến thứ Sáu".into();
        config.office.fee_place = "H26".into();
        config.office.telephone = "0255 3822 000".into();
    })
    .await;
    let anyone = server.anonymous();
    let told: Value = anyone.get("/api/v1/office").await.json().await.unwrap();
    assert_eq!(told["hours"], "Thứ Hai đến thứ Sáu");
    assert_eq!((&told["email"], &told["fee"]), (&"".into(), &9000.into()));
    let page = anyone.get("/").await.text().await.unwrap();
    assert!(
        page.contains("58 Hùng Vương &#38; 2 &#60;Quang Trung&#62;"),
        "{page}"
    );
    assert!(page.contains("9.000 đồng"));
    assert!(page.contains("tel:0255%203822%20000"));
    assert!(!page.contains("mailto:"), "what is not given is not shown");
}
