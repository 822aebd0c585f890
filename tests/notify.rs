//! Portals are told what became of their requests: by a real listener that fails, is silent, then
//! hears; signed so that a foreign tool agrees; never where nobody registered.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use sogoc::access::{self, Caller, Role};
use sogoc::archive::Archive;
use sogoc::clock::StillClock;
use sogoc::config::Config;
use sogoc::copy_request::{self, Applicant, AskGiven, Sought};
use sogoc::correction::{self, CorrectionGiven, DecisionGiven};
use sogoc::error::Error;
use sogoc::notify::{self, Notice};
use sogoc::worker;
use sogoc::{batch, review};
use tempfile::TempDir;

use crate::support::archive::{ask_as, caller, seen, shown};
use crate::support::holdings::{page, propose, receive};

/// How the listener behaves at one call.
#[derive(Debug, Clone, Copy)]
enum Mood {
    Fails,
    Sleeps,
    LeadsElsewhere,
    Hears,
}

#[derive(Clone, Default)]
struct Ear {
    moods: Arc<Mutex<VecDeque<Mood>>>,
    heard: Arc<Mutex<Vec<(HeaderMap, String)>>>,
}

async fn hear(State(ear): State<Ear>, headers: HeaderMap, body: String) -> Response {
    let mood = ear.moods.lock().unwrap().pop_front().unwrap_or(Mood::Hears);
    match mood {
        Mood::Fails => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Mood::LeadsElsewhere => (StatusCode::FOUND, [("location", "/inside")]).into_response(),
        Mood::Sleeps => std::future::pending().await,
        Mood::Hears => {
            ear.heard.lock().unwrap().push((headers, body));
            StatusCode::NO_CONTENT.into_response()
        }
    }
}

struct Told {
    archive: Archive,
    clock: Arc<StillClock>,
    ear: Ear,
    portal: Caller,
    secret: String,
    url: String,
    _data: TempDir,
}

impl Told {
    /// An archive with one portal whose listener will be in these moods, then hear.
    async fn with(moods: &[Mood]) -> Self {
        let ear = Ear::default();
        ear.moods.lock().unwrap().extend(moods);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = listener.local_addr().unwrap().to_string();
        let app = axum::Router::new()
            .route("/hook", post(hear))
            .route("/inside", post(hear).get(hear))
            .with_state(ear.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        let data = tempfile::tempdir().unwrap();
        let mut config = Config::in_folder(data.path());
        config.reading.program = Some(env!("CARGO_BIN_EXE_sogoc").into());
        config.web.webhook_hosts = vec![place.clone()];
        config.web.webhook_seconds = 1;
        let clock = Arc::new(StillClock::at("2026-03-02T01:00:00Z".parse().unwrap()));
        let archive = Archive::open_with(config, clock.clone()).await.unwrap();
        let machine = Caller::machine();
        let token = access::make_token(&archive, &machine, "Cổng tỉnh", &[Role::Portal], None)
            .await
            .unwrap();
        let url = format!("http://{place}/hook");
        let hook = notify::set_hook(&archive, &machine, &token.id, &url);
        let secret = hook.await.unwrap().secret;
        let portal = access::bearer(&archive, &token.token).await.unwrap();
        Self {
            archive,
            clock,
            ear,
            portal,
            secret,
            url,
            _data: data,
        }
    }

    async fn ask(&self, who: &Caller) -> String {
        let given = AskGiven {
            applicant: Applicant {
                name: "Lê Văn Mẫu".into(),
                contact: "0900000000".into(),
                standing: "self".into(),
                ..Applicant::default()
            },
            wanted: Sought {
                ho_ten: "Lê Văn Mẫu".into(),
                ..Sought::default()
            },
            consent: Some("2026-01".into()),
            idempotency_key: None,
        };
        ask_as(&self.archive, who, &given).await.unwrap().id
    }

    async fn work(&self) {
        worker::drain(&self.archive).await.unwrap();
    }

    async fn notices(&self, state: &str) -> Vec<Notice> {
        notify::list(&self.archive, &Caller::machine(), Some(state))
            .await
            .unwrap()
    }

    fn heard(&self) -> Vec<(HeaderMap, String)> {
        self.ear.heard.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn a_portal_that_fails_then_sleeps_then_hears_is_told_once() {
    let told = Told::with(&[Mood::Fails, Mood::Sleeps, Mood::Hears]).await;
    let request = told.ask(&told.portal).await;
    for expected in ["http_500", "timed_out"] {
        told.work().await;
        let waiting = told.notices("waiting").await;
        assert_eq!(waiting[0].last_error.as_deref(), Some(expected));
        told.work().await; // not before its time
        assert!(told.heard().is_empty());
        told.clock.advance(Duration::from_secs(61));
    }
    told.work().await;
    let heard = told.heard();
    assert_eq!(heard.len(), 1);
    let body: serde_json::Value = serde_json::from_str(&heard[0].1).unwrap();
    assert_eq!(body["event"], "received");
    assert_eq!(body["request_id"], request.as_str());
    assert!(!heard[0].1.contains("Mẫu"), "{}", heard[0].1);
    let delivered = told.notices("delivered").await;
    assert_eq!(delivered[0].attempts, 3);
    told.clock.advance(Duration::from_secs(90_000));
    told.work().await;
    assert_eq!(told.heard().len(), 1, "heard once, told once");
}

#[tokio::test]
async fn openssl_reckons_the_same_signature_from_the_secret() {
    let told = Told::with(&[]).await;
    told.ask(&told.portal).await;
    told.work().await;
    let (headers, body) = told.heard().remove(0);
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let signed = format!("{}.{body}", header("sogoc-timestamp"));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), signed).unwrap();
    let reckoned = std::process::Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", &told.secret, "-r"])
        .arg(file.path())
        .output()
        .unwrap();
    let reckoned = String::from_utf8(reckoned.stdout).unwrap();
    let reckoned = reckoned.split_whitespace().next().unwrap();
    assert_eq!(header("sogoc-signature"), format!("v1={reckoned}"));
}

#[tokio::test]
async fn a_notice_nobody_hears_for_a_day_is_dead_until_the_administrator_sends_it_again() {
    let told = Told::with(&[Mood::Fails; 10]).await;
    told.ask(&told.portal).await;
    for _ in 0..12 {
        told.work().await;
        told.clock.advance(Duration::from_secs(12 * 3600));
    }
    let dead = told.notices("dead").await;
    assert_eq!((dead.len(), dead[0].attempts), (1, 10));
    let portal = notify::list(&told.archive, &told.portal, None).await;
    assert!(matches!(portal, Err(Error::Forbidden)));
    notify::retry(&told.archive, &Caller::machine(), &dead[0].id)
        .await
        .unwrap();
    told.work().await;
    assert_eq!(told.heard().len(), 1);
    assert_eq!(
        notify::counts(&told.archive.catalogue).await.unwrap(),
        (0, 0)
    );
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_never_followed() {
    let told = Told::with(&[Mood::LeadsElsewhere]).await;
    told.ask(&told.portal).await;
    told.work().await;
    let waiting = told.notices("waiting").await;
    assert_eq!(waiting[0].last_error.as_deref(), Some("http_302"));
    assert!(told.heard().is_empty(), "the place it led to was called");
}

#[tokio::test]
async fn only_the_portal_that_asked_is_told_and_only_a_portal_can_be_registered() {
    let told = Told::with(&[]).await;
    told.ask(&Caller::public()).await;
    told.ask(&caller(Role::Reviewer)).await;
    told.work().await;
    assert!(told.heard().is_empty());
    let machine = Caller::machine();
    let staff = access::make_token(&told.archive, &machine, "x", &[Role::Reviewer], None)
        .await
        .unwrap();
    let hook = notify::set_hook(&told.archive, &machine, &staff.id, &told.url).await;
    assert!(matches!(hook, Err(Error::NotFound { .. })));
    let inside = notify::set_hook(&told.archive, &machine, &staff.id, "http://127.0.0.1:1/").await;
    assert!(matches!(inside, Err(Error::Invalid(_))));
    told.ask(&told.portal).await;
    notify::remove_hook(&told.archive, &machine, &told.portal.id)
        .await
        .unwrap();
    told.work().await;
    let dead = told.notices("dead").await;
    assert_eq!(dead[0].last_error.as_deref(), Some("no_webhook"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_portal_of_an_older_copy_is_told_that_a_correction_superseded_it() {
    let told = Told::with(&[]).await;
    let (archive, machine) = (&told.archive, Caller::machine());
    let (clerk_, head) = (caller(Role::Reviewer), caller(Role::Approver));
    let fresh = batch::NewBatch {
        name: "Hộp 1".into(),
        ..batch::NewBatch::default()
    };
    let batch = batch::open(archive, &machine, &fresh).await.unwrap();
    let scan = receive(archive, &batch.id, "trang-1.png", &page(10)).await;
    let record = propose(archive, &scan, 1, "Lê Văn Mẫu").await;
    review::approve(archive, &caller(Role::Reviewer), &record, 1)
        .await
        .unwrap();
    let request = told.ask(&told.portal).await;
    copy_request::confirm(
        archive,
        &clerk_,
        &request,
        &record,
        &seen(archive, &record).await,
    )
    .await
    .unwrap();
    copy_request::release(archive, &head, &request, &shown(archive, &request).await)
        .await
        .unwrap();
    told.work().await;
    let given = CorrectionGiven {
        ground: "ho_tich".into(),
        decision: DecisionGiven {
            number: "15/QĐ-SGDĐT".into(),
            date: "1/3/2026".into(),
            agency: "Sở Giáo dục và Đào tạo".into(),
            scan_id: Some(scan.id),
            record_id: None,
        },
        changes: [("ho_ten".to_owned(), "Lê Văn Mới".to_owned())].into(),
        ..CorrectionGiven::default()
    };
    let entry = correction::enter(archive, &clerk_, &record, &given)
        .await
        .unwrap();
    correction::approve(archive, &head, &entry.id)
        .await
        .unwrap();
    told.clock.advance(Duration::from_secs(10));
    told.work().await;
    let heard: Vec<serde_json::Value> = told
        .heard()
        .iter()
        .map(|(_, body)| serde_json::from_str(body).unwrap())
        .collect();
    let of = |word: &str| heard.iter().filter(|body| body["event"] == word).count();
    assert_eq!((of("issued"), of("superseded")), (1, 1), "{heard:?}");
    assert!(
        heard
            .iter()
            .all(|body| body["request_id"] == request.as_str())
    );
    assert!(heard.iter().all(|body| !body.to_string().contains("Mới")));
}
