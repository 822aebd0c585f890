//! Many copies in one act: nothing is chosen beforehand, and what would be sealed is shown first.

use sogoc::access::Role;
use sogoc::copy_request;

use super::{input, record, told};
use crate::requests::asking;
use crate::support::archive::{caller, seen};
use crate::support::person::Person;
use crate::support::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_released_that_was_not_chosen_and_shown() {
    let server = Server::start().await;
    let archive = &server.archive;
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let id = record(archive, "Lê Văn Mẫu", &[]).await;
    let approve = [("version", "1"), ("act", "approve")];
    assert_eq!(
        told(&lan.send(&format!("/ban-ghi/{id}"), &approve).await),
        "approved"
    );
    let clerk = caller(Role::Reviewer);
    let mut asked = Vec::new();
    for _ in 0..2 {
        let one = copy_request::ask(archive, &sogoc::access::Caller::machine(), &asking())
            .await
            .unwrap();
        let saw = seen(archive, &id).await;
        copy_request::confirm(archive, &clerk, &one.id, &id, &saw)
            .await
            .unwrap();
        asked.push(one.id);
    }
    let head = Person::new(&server, "lanhdao", &[Role::Approver]).await;
    let list = head.page("/cap-ban-sao?state=confirmed").await;
    assert!(list.contains(&format!("name=\"ids\" value=\"{}\"", asked[0])));
    assert!(!list.contains("checked"), "nothing is chosen beforehand");

    let none = head.send("/cap-ban-sao/ky-nhieu/xem", &[]).await;
    assert_eq!(none.status(), 422);
    assert!(
        none.text()
            .await
            .unwrap()
            .contains("Hãy chọn ít nhất một yêu cầu.")
    );

    let chosen = [("ids", asked[0].as_str())];
    let unseen = head.send("/cap-ban-sao/ky-nhieu", &chosen).await;
    assert!(unseen.text().await.unwrap().contains("chưa ký được"));
    let shown = head.send("/cap-ban-sao/ky-nhieu/xem", &chosen).await;
    assert_eq!(shown.status(), 200);
    let shown = shown.text().await.unwrap();
    assert!(
        shown.contains("Lê Văn Mẫu") && !shown.contains(&asked[1]),
        "{shown}"
    );
    let key = format!("seen.{}", asked[0]);
    let saw = input(&shown, &key);
    let release = [("ids", asked[0].as_str()), (&*key, &*saw)];
    let released = head.send("/cap-ban-sao/ky-nhieu", &release).await;
    assert!(released.text().await.unwrap().contains("id=\"released\""));
    let states = async |id: &str| copy_request::get(archive, &clerk, id).await.unwrap().state;
    assert_eq!(states(&asked[0]).await.as_str(), "released");
    assert_eq!(states(&asked[1]).await.as_str(), "confirmed");
}
