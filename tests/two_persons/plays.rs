//! Random people with random roles do random things on every path to a copy, with pages of now and of before.
//! A ledger of its own keeps who left or approved which values; against it every copy and every publication
//! is held.

mod acts;
mod promises;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use sogoc::access::{Caller, CallerKind, Role};
use sogoc::batch::{self, NewBatch};
use sogoc::certified_copy::{self, CopyRow};
use sogoc::copy_request;
use sogoc::correction::{self, CorrectionGiven, DecisionGiven};
use sogoc::jobs::Kind;
use sogoc::record::Fields;
use sogoc::review;
use sogoc::seen::Seen;
use sogoc::worker;

use super::now;
use crate::desk::asking;
use crate::support::archive::{caller, seen, shown};
use crate::support::holdings::{Holdings, page, propose, receive};
use acts::{Act, acts, roles};

/// Names that are put into records.
const NAMES: [&str; 3] = ["Lê Thị Một", "Lê Thị Hai", "Lê Thị Ba"];
/// How many people play, two programs after them.
const PEOPLE: usize = 5;

type Values = BTreeMap<String, (String, String)>;

fn values(fields: &Fields) -> Values {
    let each = fields.iter();
    each.map(|(key, field)| (key.clone(), (field.raw.clone(), field.value.clone())))
        .collect()
}

#[derive(Default)]
struct Ledger {
    /// Who left or approved exactly these values, by record.
    hands: BTreeMap<(usize, Values), BTreeSet<String>>,
    /// The values each record has in public, and everyone who changed it since they were first so.
    public: BTreeMap<usize, (Values, BTreeSet<String>)>,
    /// Who confirmed a request, and the digest they saw.
    confirmed: BTreeMap<String, (String, String)>,
}

struct World {
    holdings: Holdings,
    people: Vec<Caller>,
    deliverer: String,
    records: Vec<String>,
    requests: Vec<String>,
    entries: Vec<String>,
    ledger: Ledger,
    checked: BTreeSet<String>,
}

impl World {
    async fn fresh(roles: &[Vec<Role>]) -> Self {
        let holdings = Holdings::lived(None).await;
        let archive = &holdings.archive;
        let person = |(at, roles): (usize, &Vec<Role>)| Caller {
            id: format!("p{at}"),
            name: String::new(),
            roles: roles.clone(),
            kind: CallerKind::Person,
            fresh: true,
        };
        let mut people: Vec<Caller> = roles.iter().enumerate().map(person).collect();
        people.push(Caller::machine());
        people.push(Caller {
            id: "token".into(),
            kind: CallerKind::Token,
            ..Caller::machine()
        });
        let machine = Caller::machine();
        let fresh = NewBatch {
            name: "Hộp của trò chơi".into(),
            ..NewBatch::default()
        };
        let batch = batch::open(archive, &machine, &fresh).await.unwrap();
        let scan = receive(archive, &batch.id, "trang.png", &page(77)).await;
        // The first of the people delivered it.
        let mut tx = archive.catalogue.begin().await.unwrap();
        sqlx::query("UPDATE scans SET received_by = 'p0' WHERE id = $1")
            .bind(&scan.id)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut records = Vec::new();
        for (ordinal, name) in (1..).zip(["Trần Văn Một", "Trần Văn Hai"]) {
            records.push(propose(archive, &scan, ordinal, name).await);
        }
        let checked = BTreeSet::from([holdings.valid.id.clone(), holdings.superseded.id.clone()]);
        Self {
            holdings,
            people,
            deliverer: "p0".into(),
            records,
            requests: Vec::new(),
            entries: Vec::new(),
            ledger: Ledger::default(),
            checked,
        }
    }

    /// What a page shows of a record, or what one of long ago would.
    async fn page(&self, record: &str, stale: bool) -> Seen {
        let mut shown = seen(&self.holdings.archive, record).await;
        if stale {
            shown.record_digest = "0".repeat(64);
        }
        shown
    }

    async fn run(&mut self, who: usize, act: &Act) {
        let who = self.people[who].clone();
        self.holdings
            .clock
            .advance(std::time::Duration::from_secs(10));
        match act {
            Act::Correct { .. } | Act::Approve(_) | Act::ApproveClear | Act::Reject(_) => {
                self.at_the_desk(&who, act).await;
            }
            Act::Decide { record, name } => self.decide(&who, *record, NAMES[*name]).await,
            Act::ApproveDecision(entry) => {
                if let Some(id) = at(&self.entries, *entry) {
                    let approved = correction::approve(&self.holdings.archive, &who, &id).await;
                    assert!(approved.is_err() || who.kind == CallerKind::Person);
                }
            }
            _ => self.at_the_counter(&who, act).await,
        }
        self.every_new_copy_has_two_people(&who).await;
        self.what_is_public_was_changed_by_two(&who).await;
    }

    async fn at_the_desk(&mut self, who: &Caller, act: &Act) {
        let archive = &self.holdings.archive;
        let mut before = Vec::new();
        for id in &self.records {
            before.push(now(archive, id).await);
        }
        match act {
            Act::Correct { record, name } => {
                let (id, seen) = (&self.records[*record], before[*record].version);
                let change = [("ho_ten".to_owned(), NAMES[*name].to_owned())].into();
                let _ = review::correct(archive, who, id, seen, &change, "").await;
            }
            Act::Approve(record) => {
                let (id, seen) = (&self.records[*record], before[*record].version);
                let _ = review::approve(archive, who, id, seen).await;
            }
            Act::ApproveClear => {
                let _ = review::approve_clear(archive, who, &before[0].batch_id).await;
            }
            Act::Reject(record) => {
                let (id, seen) = (&self.records[*record], before[*record].version);
                let _ = review::reject(archive, who, id, seen, "thử").await;
            }
            _ => {}
        }
        for (at, before) in before.iter().enumerate() {
            let after = now(archive, &self.records[at]).await;
            if after.version == before.version {
                continue;
            }
            assert_eq!(who.kind, CallerKind::Person, "only people judge");
            if matches!(after.state.as_str(), "corrected" | "approved") {
                let key = (at, values(&after.fields));
                self.ledger
                    .hands
                    .entry(key)
                    .or_default()
                    .insert(who.id.clone());
            }
            if after.state == "corrected"
                && let Some((_, changed_by)) = self.ledger.public.get_mut(&at)
            {
                changed_by.insert(who.id.clone());
            }
        }
    }

    async fn decide(&mut self, who: &Caller, record: usize, name: &str) {
        let given = CorrectionGiven {
            ground: "ho_tich".into(),
            decision: DecisionGiven {
                number: format!("{}/QĐ-SGDĐT", self.entries.len() + 1),
                date: "1/3/2026".into(),
                agency: "Sở Giáo dục và Đào tạo".into(),
                scan_id: Some(self.holdings.scans[1].id.clone()),
                record_id: None,
            },
            changes: [("ho_ten".to_owned(), name.to_owned())].into(),
            ..CorrectionGiven::default()
        };
        let record = &self.records[record];
        if let Ok(entry) = correction::enter(&self.holdings.archive, who, record, &given).await {
            self.entries.push(entry.id);
        }
    }

    async fn at_the_counter(&mut self, who: &Caller, act: &Act) {
        let archive = &self.holdings.archive;
        match act {
            Act::Ask => {
                let given = asking(&format!("k{}", self.requests.len()));
                let asked = copy_request::ask(archive, &caller(Role::Portal), &given).await;
                self.requests.push(asked.unwrap().id);
            }
            Act::Confirm {
                request,
                record,
                stale,
            } => {
                let Some(request) = at(&self.requests, *request) else {
                    return;
                };
                let record = self.records[*record].clone();
                let saw = self.page(&record, *stale).await;
                let done = copy_request::confirm(archive, who, &request, &record, &saw).await;
                if done.is_ok() {
                    assert!(!stale);
                    let by = (who.id.clone(), saw.record_digest);
                    self.ledger.confirmed.insert(request, by);
                }
            }
            Act::Release { request, stale } => {
                let Some(request) = at(&self.requests, *request) else {
                    return;
                };
                let saw = self.of_request(&request, *stale).await;
                let done = copy_request::release(archive, who, &request, &saw).await;
                assert!(done.is_err() || !stale);
            }
            Act::ReleaseMany { stale } if !self.requests.is_empty() => {
                let mut all = BTreeMap::new();
                for request in &self.requests {
                    all.insert(request.clone(), self.of_request(request, *stale).await);
                }
                let _ = copy_request::release_many(archive, who, &self.requests, &all).await;
            }
            Act::Issue { record, stale } => {
                let record = &self.records[*record];
                let saw = self.page(record, *stale).await;
                let done = certified_copy::issue_now(archive, who, record, Some(&saw)).await;
                assert!(done.is_err() || !stale);
            }
            Act::IssueMany => {
                let none = BTreeMap::new();
                let _ = certified_copy::issue_many(archive, who, &self.records, &none).await;
            }
            Act::Reissue { copy, stale } => {
                let lines: Vec<CopyRow> = self.lines().await;
                let own = |line: &&CopyRow| self.records.contains(&line.record_id);
                let lines: Vec<&CopyRow> = lines.iter().filter(own).collect();
                if let Some(line) = lines.get(copy % lines.len().max(1)) {
                    let saw = self.page(&line.record_id, *stale).await;
                    let done = certified_copy::reissue(archive, who, &line.id, Some(&saw)).await;
                    assert!(done.is_err() || !stale);
                }
            }
            _ => {
                worker::work_off(archive, &[Kind::IssueCopy]).await.unwrap();
            }
        }
    }

    async fn of_request(&self, request: &str, stale: bool) -> Seen {
        let mut saw = shown(&self.holdings.archive, request).await;
        if stale {
            saw.record_digest = "0".repeat(64);
        }
        saw
    }

    async fn lines(&self) -> Vec<CopyRow> {
        let auditor = caller(Role::Auditor);
        certified_copy::book(&self.holdings.archive, &auditor, 2026)
            .await
            .unwrap()
    }
}

fn at(list: &[String], place: usize) -> Option<String> {
    list.get(place % list.len().max(1)).cloned()
}

async fn play(roles: &[Vec<Role>], acts: &[(usize, Act)]) -> usize {
    let mut world = World::fresh(roles).await;
    for (who, act) in acts {
        world.run(*who, act).await;
    }
    let archive = &world.holdings.archive;
    worker::work_off(archive, &[Kind::IssueCopy]).await.unwrap();
    let lines = world.lines().await;
    assert!(lines.iter().all(|line| line.state == "issued"), "{lines:?}");
    world.the_last_copy_says_what_was_seen().await;
    world.checked.len() - 2
}

#[test]
fn whoever_does_whatever_no_copy_and_no_public_value_is_one_persons() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let copies = std::cell::Cell::new(0);
    let config = ProptestConfig {
        cases: 12,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Default::default()
    };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner
        .run(&(roles(), acts()), |(roles, acts)| {
            copies.set(copies.get() + runtime.block_on(play(&roles, &acts)));
            Ok(())
        })
        .unwrap();
    assert!(
        copies.get() > 5,
        "the plays must reach copies: {}",
        copies.get()
    );
}
