//! The rail says what waits behind its entries: for whoever may act on it, and at once after their own act.

use reqwest::Method;
use sogoc::access::Role;

use crate::support::person::Person;
use crate::support::server::Server;

/// The count beside an entry, as a browser's page shows it.
async fn beside(person: &Person, href: &str) -> Option<i64> {
    let request = person.client.request(Method::GET, "/viec");
    let request = request
        .header("cookie", &person.cookie)
        .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    let page = request.send().await.unwrap().text().await.unwrap();
    let rail = page.split("<nav class=\"rail\"").nth(1).unwrap();
    let rail = rail.split("</nav>").next().unwrap();
    let entry = rail
        .split("<a ")
        .find(|entry| entry.contains(&format!("href=\"{href}\"")));
    let count = entry.unwrap().split("class=\"count\">").nth(1)?;
    count.split('<').next().unwrap().parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rail_counts_what_waits_and_follows_ones_own_acts_at_once() {
    let server = Server::start().await;
    let lan = Person::new(&server, "lan", &[Role::Reviewer]).await;
    let id = super::record(&server.archive, "Đỗ Thị Hạnh", &[]).await;
    super::record(&server.archive, "Phan Quang Hải", &[]).await;
    assert_eq!(beside(&lan, "/ban-soat").await, Some(2));
    let path = format!("/ban-ghi/{id}");
    lan.page(&path).await;
    let approve = [("version", "1"), ("act", "approve")];
    let approved = lan.send(&path, &approve).await;
    assert_eq!(approved.status(), 303);
    assert_eq!(beside(&lan, "/ban-soat").await, Some(1));

    let clerk = Person::new(&server, "minh", &[Role::Approver]).await;
    assert_eq!(
        beside(&clerk, "/cap-ban-sao").await,
        None,
        "nothing waits, so nothing is counted"
    );
}
