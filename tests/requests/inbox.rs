//! What strangers bring stays beside the vault until the office takes it up, and is counted by network and day; on both
//! grounds.

use std::net::IpAddr;

use sogoc::access::{Network, Role};
use sogoc::archive::Archive;
use sogoc::copy_request::{self, AskGiven, Asked};
use sogoc::error::Error;
use sogoc::vault::ObjectId;
use sogoc::{fixity, worker};

use super::{add_paper, asking};
use crate::support::archive::{Ground, Holdings, caller, sample, settings};

#[tokio::test(flavor = "multi_thread")]
async fn strangers_wait_beside_the_vault_on_sqlite_and_a_folder() {
    tell(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_wait_beside_the_vault_on_postgresql_and_s3() {
    tell(Ground::Scaled).await;
}

fn network(address: &str) -> Network {
    Network::of(address.parse::<IpAddr>().unwrap())
}

fn anew(archive: &Archive) -> AskGiven {
    AskGiven {
        idempotency_key: Some(archive.clock.new_id()),
        ..asking()
    }
}

async fn ask(archive: &Archive, address: &str) -> Result<Asked, Error> {
    copy_request::ask_publicly(archive, &network(address), &anew(archive)).await
}

async fn is_in_the_vault(archive: &Archive, asked: &Asked) -> bool {
    let id = ObjectId::new(copy_request::object_id(&asked.id)).unwrap();
    archive.vault.head(&id).await.unwrap().is_some()
}

async fn inbox(archive: &Archive) -> usize {
    archive.vault.inbox_files().names("").await.unwrap().len()
}

async fn tell(ground: Ground) {
    let holdings = Holdings::on(ground).await;
    let archive = &holdings.archive;
    let scan = std::fs::read(sample("bang-thpt-2008.jpg")).unwrap();
    let taken = ask(archive, "203.0.113.9").await.unwrap();
    let paper = add_paper(archive, &taken.code, "ủy quyền.jpg", &scan)
        .await
        .unwrap();
    let left = ask(archive, "203.0.113.9").await.unwrap();
    add_paper(archive, &left.code, "ủy quyền.jpg", &scan)
        .await
        .unwrap();
    worker::drain(archive).await.unwrap();
    assert_eq!(inbox(archive).await, 2);
    assert!(
        !is_in_the_vault(archive, &taken).await,
        "nobody looked at it yet"
    );
    no_difference(archive).await;

    let clerk_ = caller(Role::Reviewer);
    let opened = copy_request::open_evidence(archive, &clerk_, &taken.id, &paper.id).await;
    assert_eq!(opened.unwrap().1, scan, "it is seen where it waits");
    copy_request::take(archive, &clerk_, &taken.id)
        .await
        .unwrap();
    let twice = copy_request::take(archive, &clerk_, &taken.id).await;
    assert!(matches!(twice, Err(Error::Refused { .. })), "{twice:?}");
    copy_request::withdraw(archive, &left.code).await.unwrap();
    worker::drain(archive).await.unwrap();
    assert_eq!(inbox(archive).await, 0);
    assert!(is_in_the_vault(archive, &taken).await && !is_in_the_vault(archive, &left).await);
    let opened = copy_request::open_evidence(archive, &clerk_, &taken.id, &paper.id).await;
    assert_eq!(opened.unwrap().1, scan, "and where it is kept");
    let status = copy_request::status(archive, &left.code).await.unwrap();
    assert!(
        status.papers.is_empty(),
        "what was taken back leaves nothing: {status:?}"
    );
    no_difference(archive).await;

    // A paper that comes later follows its request; whatever the office does takes a request up.
    add_paper(archive, &taken.code, "thêm.jpg", &scan)
        .await
        .unwrap();
    let written = ask(archive, "203.0.113.10").await.unwrap();
    let said = copy_request::write(archive, &clerk_, &written.id, "Xin thêm giấy.", true);
    said.await.unwrap();
    worker::drain(archive).await.unwrap();
    assert_eq!(inbox(archive).await, 0);
    assert!(is_in_the_vault(archive, &written).await);
    no_difference(archive).await;
    holdings.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_waiting_paper_is_gone_is_preserved_without_it() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let archive = &holdings.archive;
    let scan = std::fs::read(sample("bang-thpt-2008.jpg")).unwrap();
    let asked = ask(archive, "203.0.113.9").await.unwrap();
    for name in ["mất.jpg", "còn.jpg"] {
        let added = add_paper(archive, &asked.code, name, &scan).await;
        added.unwrap();
    }
    // As after a restore: the copy has the rows, and no papers that wait.
    let files = archive.vault.inbox_files();
    let names = files.names("").await.unwrap();
    files.remove(&names[0]).await.unwrap();
    let clerk_ = caller(Role::Reviewer);
    copy_request::take(archive, &clerk_, &asked.id)
        .await
        .unwrap();
    worker::drain(archive).await.unwrap();
    assert!(is_in_the_vault(archive, &asked).await);
    assert_eq!(inbox(archive).await, 0, "the other paper is kept");
    let mut opened = Vec::new();
    for paper in copy_request::evidence(archive, &clerk_, &asked.id)
        .await
        .unwrap()
    {
        opened.push(copy_request::open_evidence(archive, &clerk_, &asked.id, &paper.id).await);
    }
    let whole = opened.iter().filter(|opened| opened.is_ok());
    assert_eq!((opened.len(), whole.count()), (2, 1));
    assert!(
        opened
            .iter()
            .any(|opened| matches!(opened, Err(Error::Corrupt { .. })))
    );
}

async fn no_difference(archive: &Archive) {
    let held = fixity::reconcile(archive, false).await.unwrap();
    assert!(
        held.only_in_catalogue.is_empty() && held.only_in_vault.is_empty(),
        "{held:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_requests_at_once_no_more_get_in_than_may_on_sqlite() {
    counted(Ground::Embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_requests_at_once_no_more_get_in_than_may_on_postgresql() {
    counted(Ground::Scaled).await;
}

async fn counted(ground: Ground) {
    let data = tempfile::tempdir().unwrap();
    let (mut config, _store) = settings(ground, data.path()).await;
    config.web.requests_a_day = 3;
    config.web.papers_a_day = 2;
    let archive = &Archive::open(config).await.unwrap();
    let asked = futures::future::join_all((0..20).map(|_| ask(archive, "203.0.113.9"))).await;
    let (let_in, refused): (Vec<_>, Vec<_>) = asked.into_iter().partition(Result::is_ok);
    assert_eq!((let_in.len(), refused.len()), (3, 17));
    for error in refused {
        assert!(
            matches!(
                error,
                Err(Error::TooMany {
                    retry_after: 1..=86_400
                })
            ),
            "{error:?}"
        );
    }
    assert!(ask(archive, "203.0.113.10").await.is_ok(), "a neighbour");
    // Whoever has a /48 has 65,536 times a /64.
    let household = |n: u16| format!("2001:db8:7:{n:x}::1");
    let asked = (0..40).map(|n| async move { ask(archive, &household(n)).await.is_ok() });
    let let_in = futures::future::join_all(asked).await;
    assert_eq!(let_in.iter().filter(|let_in| **let_in).count(), 30);
    assert!(
        ask(archive, "2001:db8:8::1").await.is_ok(),
        "another provider"
    );

    let asked = ask(archive, "198.51.100.1").await.unwrap();
    let scan = std::fs::read(sample("bang-thpt-2008.jpg")).unwrap();
    let sent = (0..6).map(|_| add_paper(archive, &asked.code, "a.jpg", &scan));
    let sent = futures::future::join_all(sent).await;
    assert_eq!(
        sent.iter().filter(|sent| sent.is_ok()).count(),
        2,
        "{sent:?}"
    );
    let today: i64 = sqlx::query_scalar("SELECT COUNT(DISTINCT day) FROM public_use")
        .fetch_one(archive.catalogue.pool())
        .await
        .unwrap();
    assert_eq!(today, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_papers_sent_at_once_no_more_stay_than_a_request_may_have() {
    let holdings = Holdings::on(Ground::Embedded).await;
    let archive = &holdings.archive;
    let asked = ask(archive, "203.0.113.9").await.unwrap();
    let scan = std::fs::read(sample("bang-thpt-2008.jpg")).unwrap();
    let sent = (0..26).map(|_| add_paper(archive, &asked.code, "a.jpg", &scan));
    let sent = futures::future::join_all(sent).await;
    assert_eq!(sent.iter().filter(|sent| sent.is_ok()).count(), 20);
    assert_eq!(inbox(archive).await, 20, "what is refused leaves no file");
}
