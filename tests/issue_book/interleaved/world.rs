//! The archive the stories are told in, and what a person there would remember of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use object_store::ObjectStore;
use object_store::memory::InMemory;
use sogoc::access::{Caller, Role};
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch};
use sogoc::certified_copy::{self, CopyRow};
use sogoc::clock::StillClock;
use sogoc::copy_request::{self, Asked};
use sogoc::correction::{self, CorrectionFilter, CorrectionGiven, DecisionGiven};
use sogoc::jobs::{self, Kind};
use sogoc::vault::Vault;
use sogoc::{review, worker};
use tempfile::TempDir;

use super::{Act, Death};
use crate::desk::asking;
use crate::support::archive::{caller, seen, shown};
use crate::support::holdings::{config, page, propose, receive};
use crate::vault_story::faulty::{Dies, Dying};

const PRINTED: [&str; 2] = ["Lê Thị Một", "Phạm Văn Hai"];
const WORK: [Kind; 5] = [
    Kind::IssueCopy,
    Kind::TakeEffect,
    Kind::PreserveLine,
    Kind::PreserveRecords,
    Kind::PreserveRequest,
];

/// A request that was acknowledged, and what of it was.
pub struct Remembered {
    pub asked: Asked,
    pub copies: i64,
    pub released: bool,
    /// The reason given, once the refusal was acknowledged.
    pub refused: Option<String>,
    pub withdrawn: bool,
}

pub struct World {
    pub archive: Archive,
    pub clock: Arc<StillClock>,
    pub store: Arc<dyn ObjectStore>,
    pub requests: Vec<Remembered>,
    records: Vec<String>,
    scan: String,
    /// What each entry says, by its id.
    said: BTreeMap<String, String>,
    decisions: usize,
    _data: TempDir,
}

impl World {
    pub async fn fresh() -> Self {
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
            review::approve(&archive, &caller(Role::Reviewer), &id, 1)
                .await
                .unwrap();
            records.push(id);
        }
        Self {
            archive,
            clock,
            store,
            requests: Vec::new(),
            records,
            scan: scan.id,
            said: BTreeMap::new(),
            decisions: 0,
            _data: data,
        }
    }

    pub async fn run(&mut self, act: &Act, death: Option<&Death>) {
        self.clock.advance(Duration::from_secs(100)); // instants differ, and lost leases run out
        let head = caller(Role::Approver);
        match act {
            Act::Correct { record, days_ahead } => self.correct(*record, *days_ahead, death).await,
            Act::Issue(record) => {
                let id = self.records[*record].clone();
                self.under(death, async |archive| {
                    certified_copy::issue_now(archive, &head, &id, None).await
                })
                .await;
            }
            Act::Ask { copies } => self.ask(*copies, death).await,
            Act::Confirm { request, record } => self.confirm(*request, *record, death).await,
            Act::Release(request) => self.release(*request, death).await,
            Act::Refuse(request) => self.refuse(*request, death).await,
            Act::WithdrawRequest(request) => self.withdraw_request(*request, death).await,
            Act::Work => {
                let work = async |archive: &Archive| worker::work_off(archive, &WORK).await;
                self.under(death, work).await;
            }
            Act::Withdraw(place) => self.withdraw(*place, death).await,
            Act::NextDay => self.clock.advance(Duration::from_secs(24 * 3600)),
        }
    }

    async fn correct(&mut self, record: usize, days_ahead: u8, death: Option<&Death>) {
        let today = day(self.now());
        let from: jiff::civil::Date = today.parse().unwrap();
        let from = from + jiff::Span::new().days(i64::from(days_ahead));
        self.decisions += 1;
        let name = format!(
            "Tên Thứ {}",
            ["Ba", "Tư", "Năm", "Sáu", "Bảy"][self.decisions % 5]
        );
        let given = CorrectionGiven {
            ground: "ho_tich".into(),
            decision: DecisionGiven {
                number: format!("{}/QĐ-SGDĐT", self.decisions),
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
        self.said.insert(entry.id.clone(), name);
        self.under(death, async |archive| {
            correction::approve(archive, &head, &entry.id).await
        })
        .await;
    }

    async fn ask(&mut self, copies: i64, death: Option<&Death>) {
        let mut given = asking(&format!("k{}", self.now()));
        given.wanted.copies = Some(copies);
        let portal = caller(Role::Portal);
        let asked = self
            .under(death, async |archive| {
                copy_request::ask(archive, &portal, &given).await
            })
            .await;
        if let Some(Ok(asked)) = asked {
            self.requests.push(Remembered {
                asked,
                copies,
                released: false,
                refused: None,
                withdrawn: false,
            });
        }
    }

    /// The request at that place; none while nobody asked.
    fn request(&self, place: usize) -> Option<(usize, String)> {
        let place = place % self.requests.len().max(1);
        let request = self.requests.get(place)?;
        Some((place, request.asked.id.clone()))
    }

    async fn confirm(&mut self, place: usize, record: usize, death: Option<&Death>) {
        let Some((_, id)) = self.request(place) else {
            return;
        };
        let (clerk, record) = (caller(Role::Reviewer), self.records[record].clone());
        self.under(death, async |archive| {
            copy_request::confirm(archive, &clerk, &id, &record, &seen(archive, &record).await)
                .await
        })
        .await;
    }

    async fn release(&mut self, place: usize, death: Option<&Death>) {
        let Some((place, id)) = self.request(place) else {
            return;
        };
        let head = caller(Role::Approver);
        let released = self
            .under(death, async |archive| {
                copy_request::release(archive, &head, &id, &shown(archive, &id).await).await
            })
            .await;
        self.requests[place].released |= matches!(released, Some(Ok(_)));
    }

    async fn refuse(&mut self, place: usize, death: Option<&Death>) {
        let Some((place, id)) = self.request(place) else {
            return;
        };
        let reason = format!("không có trong sổ, {}", self.now());
        let clerk = caller(Role::Reviewer);
        let refused = self
            .under(death, async |archive| {
                copy_request::refuse(archive, &clerk, &id, &reason).await
            })
            .await;
        if matches!(refused, Some(Ok(()))) {
            self.requests[place].refused = Some(reason);
        }
    }

    async fn withdraw_request(&mut self, place: usize, death: Option<&Death>) {
        let Some((place, _)) = self.request(place) else {
            return;
        };
        let code = self.requests[place].asked.code.clone();
        let taken = self
            .under(death, async |archive| {
                copy_request::withdraw(archive, &code).await
            })
            .await;
        self.requests[place].withdrawn |= matches!(taken, Some(Ok(())));
    }

    async fn withdraw(&mut self, place: usize, death: Option<&Death>) {
        let lines = self.book().await;
        let Some(line) = lines.get(place % lines.len().max(1)) else {
            return;
        };
        let head = caller(Role::Approver);
        self.under(death, async |archive| {
            certified_copy::withdraw(archive, &head, &line.id, "in nhầm").await
        })
        .await;
    }

    /// Does something that may die on the way, and says how it ended if it did; afterwards the vault is
    /// alive again.
    async fn under<T>(
        &mut self,
        death: Option<&Death>,
        act: impl AsyncFnOnce(&Archive) -> T,
    ) -> Option<T> {
        if let Some(Death::Vault(write, after)) = death {
            let dies = if *after { Dies::After } else { Dies::Before };
            let dying = Arc::new(Dying::at(self.store.clone(), usize::MAX, dies));
            self.archive.vault = Vault::over(dying.clone()).await.unwrap();
            dying.writes_left.store(*write, Ordering::SeqCst);
        }
        let mut left = match death {
            Some(Death::Dropped(steps)) => *steps,
            _ => usize::MAX,
        };
        let mut doing = Box::pin(act(&self.archive));
        let ended = std::future::poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(None);
            }
            left -= 1;
            doing.as_mut().poll(context).map(Some)
        })
        .await;
        drop(doing);
        self.archive.vault = Vault::over(self.store.clone()).await.unwrap();
        ended
    }

    /// Lets every job left behind be taken up again, that of a correction two days ahead too.
    pub async fn recover(&mut self) {
        for _ in 0..80 {
            self.clock.advance(Duration::from_secs(3600));
            worker::work_off(&self.archive, &WORK).await.unwrap();
            let left = jobs::backlog(&self.archive.catalogue).await.unwrap();
            if left
                .iter()
                .all(|row| WORK.iter().all(|kind| kind.as_str() != row.kind))
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

    pub async fn book(&self) -> Vec<CopyRow> {
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
    pub async fn name_at(&self, record: &str, at: &str, on: &str) -> String {
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

pub fn day(at: jiff::Timestamp) -> String {
    jiff::tz::Offset::constant(7)
        .to_datetime(at)
        .date()
        .to_string()
}
