//! Health and metrics on an address of their own.

use sogoc::config::Config;
use tokio::net::TcpListener;

use crate::support::server::Server;

const WATCHED: [&str; 3] = ["/metrics", "/readyz", "/healthz"];

#[tokio::test]
async fn where_health_and_metrics_have_their_own_address_the_public_one_has_none() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let watch = listener.local_addr().unwrap().to_string();
    let server = Server::set(|config| config.web.watch_listen = Some(watch.clone())).await;
    let archive = server.archive.clone();
    tokio::spawn(sogoc::web::serve_watch(
        archive,
        listener,
        std::future::pending(),
    ));
    for path in WATCHED {
        assert_eq!(server.anonymous().get(path).await.status(), 404, "{path}");
        let watched = reqwest::get(format!("http://{watch}{path}")).await.unwrap();
        assert_eq!(watched.status(), 200, "{path}");
        assert!(watched.headers().contains_key("content-security-policy"));
    }
    for path in [
        "/",
        "/yeu-cau",
        "/dang-nhap",
        "/api/v1/session",
        "/api/openapi.json",
    ] {
        let watched = reqwest::get(format!("http://{watch}{path}")).await.unwrap();
        assert_eq!(watched.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn without_the_setting_they_are_where_they_were() {
    assert!(Config::default().web.watch_listen.is_none());
    let server = Server::start().await;
    for path in WATCHED {
        assert_eq!(server.anonymous().get(path).await.status(), 200, "{path}");
    }
}
