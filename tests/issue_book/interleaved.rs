//! Random interleavings of requests, corrections, issues, withdrawals, days and deaths. In the end: no gap
//! in the book, no copy with values the register did not have at that instant, every sealed byte accounted
//! for in the vault.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use futures::StreamExt;
use object_store::ObjectStore;
use object_store::memory::InMemory;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch};
use sogoc::certified_copy::{self, CopyRow};
use sogoc::clock::StillClock;
use sogoc::correction::{self, CorrectionFilter, CorrectionGiven, DecisionGiven};
use sogoc::jobs::{self, Kind};
use sogoc::vault::{ObjectId, Vault};
use sogoc::{audit, clerk, copy_request, review};
use tempfile::TempDir;

use crate::copy_paper::text_of;
use crate::desk::asking;
use crate::support::archive::caller;
use crate::support::holdings::{config, page, propose, receive};
use crate::vault_story::faulty::{Dies, Dying};

const PRINTED: [&str; 2] = ["Lê Thị Một", "Phạm Văn Hai"];
const WORK: [Kind; 4] = [
    Kind::IssueCopy,
    Kind::TakeEffect,
    Kind::KeepLine,
    Kind::KeepRecords,
];

/// How an act ends early.
#[derive(Clone, Debug)]
enum Death {
    /// The vault dies at that write, before or after it.
    Vault(usize, bool),
    /// The process drops what it does after so many steps.
    Dropped(usize),
}

#[derive(Clone, Debug)]
enum Act {
    Correct { record: usize, days_ahead: u8 },
    Issue(usize, Option<Death>),
    Request(usize),
    Work(Option<Death>),
    Withdraw(usize),
    NextDay,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let death = proptest::option::of(prop_oneof![
        (1..8_usize, any::<bool>()).prop_map(|(write, after)| Death::Vault(write, after)),
        (1..60_usize).prop_map(Death::Dropped),
    ]);
    let record = 0..2_usize;
    let act = prop_oneof![
        3 => (record.clone(), 0..3_u8).prop_map(|(record, days_ahead)| Act::Correct { record, days_ahead }),
        4 => (record.clone(), death.clone()).prop_map(|(record, death)| Act::Issue(record, death)),
        2 => record.prop_map(Act::Request),
        3 => death.prop_map(Act::Work),
        1 => (0..8_usize).prop_map(Act::Withdraw),
        1 => Just(Act::NextDay),
    ];
    proptest::collection::vec(act, 4..16)
}

struct World {
    archive: Archive,
    clock: Arc<StillClock>,
    store: Arc<dyn ObjectStore>,
    records: Vec<String>,
    scan: String,
    /// What each approved entry says, by its id: this test's own memory.
    said: BTreeMap<String, String>,
    asked: usize,
    _data: TempDir,
}

impl World {
    async fn fresh() -> Self {
        let data = TempDir::new().unwrap();
        let clock = Arc::new(StillClock::at("2026-12-30T01:00:00Z".parse().unwrap()));
        let mut archive = Archive::open_with(config(data.path(), None), clock.clone())
            .await
            .unwrap();
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        archive.vault = Vault::over(store.clone()).await.unwrap();
        let machine = Caller::machine();
        let fresh = NewBatch {
            name: "Hộp 1".into(),
            ..NewBatch::default()
        };
        let batch = batch::open(&archive, &machine, &fresh).await.unwrap();
        let scan = receive(&archive, &batch.id, "trang-1.png", &page(10)).await;
        let mut records = Vec::new();
        for (ordinal, name) in (1..).zip(PRINTED) {
            let id = propose(&archive, &scan, ordinal, name).await;
            review::approve(&archive, &machine, &id, 1).await.unwrap();
            records.push(id);
        }
        Self {
            archive,
            clock,
            store,
            records,
            scan: scan.id,
            said: BTreeMap::new(),
            asked: 0,
            _data: data,
        }
    }

    async fn run(&mut self, act: &Act) {
        self.clock.advance(Duration::from_secs(100)); // instants differ, and lost leases run out
        match act {
            Act::Correct { record, days_ahead } => self.correct(*record, *days_ahead).await,
            Act::Issue(record, death) => self.issue(*record, death.as_ref()).await,
            Act::Request(record) => self.request(*record).await,
            Act::Work(death) => self.work(death.as_ref()).await,
            Act::Withdraw(place) => self.withdraw(*place).await,
            Act::NextDay => self.clock.advance(Duration::from_secs(24 * 3600)),
        }
    }

    async fn correct(&mut self, record: usize, days_ahead: u8) {
        let today = day(self.now());
        let from: jiff::civil::Date = today.parse().unwrap();
        let from = from + jiff::Span::new().days(i64::from(days_ahead));
        let name = format!(
            "Tên Thứ {}",
            ["Ba", "Tư", "Năm", "Sáu", "Bảy"][self.said.len() % 5]
        );
        let given = CorrectionGiven {
            ground: "ho_tich".into(),
            decision: DecisionGiven {
                number: format!("{}/QĐ-SGDĐT", self.said.len() + 1),
                date: today,
                agency: "Sở Giáo dục và Đào tạo".into(),
                scan_id: Some(self.scan.clone()),
                record_id: None,
            },
            effective_from: from.to_string(),
            changes: [("ho_ten".to_owned(), name.clone())].into(),
            ..CorrectionGiven::default()
        };
        let (clerk, head) = (caller(Role::Reviewer), caller(Role::Approver));
        let id = &self.records[record];
        // Refused where the name is the one in force already.
        let Ok(entry) = correction::enter(&self.archive, &clerk, id, &given).await else {
            return;
        };
        correction::approve(&self.archive, &head, &entry.id)
            .await
            .unwrap();
        self.said.insert(entry.id, name);
    }

    async fn issue(&mut self, record: usize, death: Option<&Death>) {
        let id = self.records[record].clone();
        let head = caller(Role::Approver);
        self.under(death, async |archive| {
            let _ = certified_copy::issue_now(archive, &head, &id).await;
        })
        .await;
    }

    async fn request(&mut self, record: usize) {
        self.asked += 1;
        let asked = asking(&format!("k{}", self.asked));
        let portal = caller(Role::Portal);
        let asked = copy_request::ask(&self.archive, &portal, &asked)
            .await
            .unwrap();
        let (clerk, head) = (caller(Role::Reviewer), caller(Role::Approver));
        let record = &self.records[record];
        copy_request::confirm(&self.archive, &clerk, &asked.id, record)
            .await
            .unwrap();
        copy_request::release(&self.archive, &head, &asked.id)
            .await
            .unwrap();
    }

    async fn work(&mut self, death: Option<&Death>) {
        self.under(death, async |archive| {
            let _ = clerk::work_off(archive, &WORK).await;
        })
        .await;
    }

    async fn withdraw(&mut self, place: usize) {
        let lines = self.book().await;
        let Some(line) = lines.get(place % lines.len().max(1)) else {
            return;
        };
        let head = caller(Role::Approver);
        let _ = certified_copy::withdraw(&self.archive, &head, &line.id, "in nhầm").await;
    }

    /// Does something that may die on the way; afterwards the vault is alive again.
    async fn under(&mut self, death: Option<&Death>, act: impl AsyncFnOnce(&Archive)) {
        if let Some(Death::Vault(write, after)) = death {
            let dies = if *after { Dies::After } else { Dies::Before };
            let dying = Arc::new(Dying::at(self.store.clone(), usize::MAX, dies));
            self.archive.vault = Vault::over(dying.clone()).await.unwrap();
            dying.writes_left.store(*write, Ordering::SeqCst);
        }
        let steps = match death {
            Some(Death::Dropped(steps)) => *steps,
            _ => usize::MAX,
        };
        let mut left = steps;
        let mut doing = Box::pin(act(&self.archive));
        std::future::poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(());
            }
            left -= 1;
            doing.as_mut().poll(context)
        })
        .await;
        drop(doing);
        self.archive.vault = Vault::over(self.store.clone()).await.unwrap();
    }

    /// Lets every job left behind be taken up again, that of a correction two days ahead too.
    async fn recover(&mut self) {
        for _ in 0..80 {
            self.clock.advance(Duration::from_secs(3600));
            clerk::work_off(&self.archive, &WORK).await.unwrap();
            let left = jobs::backlog(&self.archive.catalogue).await.unwrap();
            if left
                .iter()
                .all(|row| WORK.iter().all(|kind| kind.word() != row.kind))
            {
                return;
            }
        }
        panic!(
            "work was left over: {:?}",
            jobs::backlog(&self.archive.catalogue).await
        );
    }

    fn now(&self) -> jiff::Timestamp {
        self.archive.clock.now()
    }

    async fn book(&self) -> Vec<CopyRow> {
        let mut lines = Vec::new();
        for year in [2026, 2027] {
            let head = caller(Role::Approver);
            let mut year = certified_copy::book(&self.archive, &head, year)
                .await
                .unwrap();
            year.reverse();
            lines.extend(year);
        }
        lines
    }

    /// The name the register had: the latest in force on the day among those approved before.
    async fn name_at(&self, record: &str, at: &str, on: &str) -> String {
        let filter = CorrectionFilter {
            state: Some("approved".into()),
            record_id: Some(record.into()),
            ..CorrectionFilter::default()
        };
        let head = caller(Role::Approver);
        let mut entries = correction::list(&self.archive, &head, &filter)
            .await
            .unwrap();
        entries.retain(|entry| entry.decided_at.as_deref().unwrap() < at);
        entries.retain(|entry| entry.effective_from.as_str() <= on);
        entries.sort_by_key(|entry| (entry.effective_from.clone(), entry.number));
        let place = self.records.iter().position(|id| id == record).unwrap();
        let last = entries.last().map(|entry| self.said[&entry.id].clone());
        last.unwrap_or_else(|| PRINTED[place].to_owned())
    }
}

fn day(at: jiff::Timestamp) -> String {
    jiff::tz::Offset::constant(7)
        .to_datetime(at)
        .date()
        .to_string()
}

async fn no_gap_in_the_book(world: &World, lines: &[CopyRow]) {
    for year in [2026, 2027] {
        let of_year = lines.iter().filter(|line| line.year == year);
        let numbers: Vec<i64> = of_year.map(|line| line.number).collect();
        let expected: Vec<i64> = (1..).take(numbers.len()).collect();
        assert_eq!(numbers, expected, "{year}");
    }
    assert!(lines.iter().all(|line| line.state == "issued"), "{lines:?}");
    let chain = audit::check(&world.archive.catalogue).await.unwrap();
    assert!(matches!(chain, audit::Chain::Whole(_)));
}

async fn no_copy_says_what_the_register_did_not(world: &World, lines: &[CopyRow]) {
    let head = caller(Role::Approver);
    let now = world.archive.clock.now();
    for line in lines {
        let issued: jiff::Timestamp = line.issued_at.parse().unwrap();
        let then = world
            .name_at(&line.record_id, &line.issued_at, &day(issued))
            .await;
        let bytes = certified_copy::bytes(&world.archive, &head, &line.id)
            .await
            .unwrap();
        let text = text_of(&bytes);
        assert!(
            text.contains(&format!("Họ và tên: {then} ")),
            "{then}: {text}"
        );
        let told = certified_copy::verify_code(&world.archive, &line.code)
            .await
            .unwrap();
        let today = world
            .name_at(&line.record_id, &now.to_string(), &day(now))
            .await;
        let expected = match (&line.withdrawn_at, today == then) {
            (Some(_), _) => "withdrawn",
            (None, true) => "valid",
            (None, false) => "superseded",
        };
        assert_eq!(told.state, expected, "copy {}", line.number);
    }
}

async fn every_sealed_byte_is_accounted_for(world: &World, lines: &[CopyRow]) {
    let mut kept = BTreeSet::new();
    let mut walk = world.archive.vault.walk();
    while let Some(step) = walk.next().await {
        let id = step.unwrap().id.map(|id| id.as_str().to_owned());
        kept.extend(id.filter(|id| id.starts_with("urn:sogoc:copy:")));
    }
    let booked: BTreeSet<String> = lines
        .iter()
        .map(|line| certified_copy::object_id(&line.id))
        .collect();
    assert_eq!(kept, booked);
    for line in lines {
        let id = ObjectId::new(certified_copy::object_id(&line.id)).unwrap();
        assert!(world.archive.vault.verify(&id).await.unwrap().is_sound());
        let inventory = world.archive.vault.inventory(&id).await.unwrap();
        let read = async |file: &str| {
            let file = world.archive.vault.read(&id, file, None).await.unwrap();
            file.into_bytes().await.unwrap()
        };
        let sealed = hex::encode(Sha256::digest(read(certified_copy::COPY_FILE).await));
        assert_eq!(line.sha256.as_deref(), Some(sealed.as_str()));
        let pdfs: BTreeSet<_> = (1..=inventory.head())
            .map(|version| inventory.state(version).unwrap()[certified_copy::COPY_FILE])
            .collect();
        assert_eq!(pdfs.len(), 1, "one line, one file, for ever");
        let entry = read(certified_copy::ENTRY_FILE).await;
        let entry: CopyRow = serde_json::from_slice(&entry).unwrap();
        assert_eq!(
            (entry.number, entry.withdrawal),
            (line.number, line.withdrawal.clone())
        );
    }
}

async fn story(acts: &[Act]) {
    let mut world = World::fresh().await;
    for act in acts {
        world.run(act).await;
    }
    world.recover().await;
    let lines = world.book().await;
    no_gap_in_the_book(&world, &lines).await;
    no_copy_says_what_the_register_did_not(&world, &lines).await;
    every_sealed_byte_is_accounted_for(&world, &lines).await;
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 8, max_shrink_iters: 40, failure_persistence: None, ..Default::default()
    })]

    #[test]
    fn whatever_happens_in_whatever_order_the_book_stays_true(acts in acts()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.unwrap().block_on(story(&acts));
    }
}
