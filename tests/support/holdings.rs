//! A small archive that has lived: a closed batch with a duplicate and a broken file, records
//! approved, corrected and rejected, an open batch with nothing decided, and two copies issued.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use image::{ImageBuffer, Luma};
use sha2::{Digest, Sha256};
use sogoc::access::{self, Caller, Role};
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch};
use sogoc::certified_copy::{self, CopyRow};
use sogoc::clock::{StillClock, stamp};
use sogoc::config::Config;
use sogoc::jobs::{self, Kind};
use sogoc::review::{self, Said};
use sogoc::scan::{self, Incoming, Scan};
use sogoc::vault::ObjectId;
use sogoc::{discrepancy, preservation, record};
use sogoc_workers::reading::FieldReading;
use tempfile::TempDir;

use super::archive::caller;
use super::server::PASSWORD;

/// The person whose record is approved once and never touched again.
pub const STEADY: &str = "Nguyễn Thị Hồng Hạnh";

/// The archive, and what the tests ask it for.
pub struct Holdings {
    pub archive: Archive,
    pub clock: Arc<StillClock>,
    pub data: TempDir,
    /// Scans of the closed batch that were received, in order.
    pub scans: Vec<Scan>,
    /// A copy whose record still says the same.
    pub valid: CopyRow,
    /// A copy whose record was corrected since.
    pub superseded: CopyRow,
}

/// Settings of an archive in `data`, whose children are those of the built executable.
pub fn config(data: &Path, catalogue: Option<String>) -> Config {
    let mut config = Config::in_folder(data);
    config.reading.program = Some(env!("CARGO_BIN_EXE_sogoc").into());
    config.reading.children = 1;
    config.catalogue.url = catalogue;
    config
}

/// Delivers a few scans and approves one record of them.
pub async fn approved_record(archive: &Archive) -> String {
    let scans = deliver(archive).await;
    let id = propose(archive, &scans[0], 1, STEADY).await;
    review::approve(archive, &caller(Role::Reviewer), &id, 1)
        .await
        .unwrap();
    id
}

/// Somebody who releases copies on the command line: how they are named there.
pub async fn releaser(archive: &Archive, folder: &Path) -> [String; 4] {
    let (machine, roles) = (Caller::machine(), [Role::Approver]);
    access::make_person(archive, &machine, "lanhdao", "Lãnh đạo", PASSWORD, &roles)
        .await
        .unwrap();
    let file = folder.join("lanhdao.password");
    std::fs::write(&file, PASSWORD).unwrap();
    let file = file.display().to_string();
    [
        "--as".into(),
        "lanhdao".into(),
        "--password-file".into(),
        file,
    ]
}

impl Holdings {
    /// Lets an archive live its life, in the catalogue given or an embedded one.
    pub async fn lived(catalogue: Option<String>) -> Self {
        let data = TempDir::new().unwrap();
        let clock = Arc::new(StillClock::at("2026-03-02T01:00:00Z".parse().unwrap()));
        let config = config(data.path(), catalogue);
        let archive = Archive::open_with(config, clock.clone()).await.unwrap();
        let scans = deliver(&archive).await;
        let (clerk, head) = (caller(Role::Reviewer), caller(Role::Approver));
        let steady = propose(&archive, &scans[0], 1, STEADY).await;
        let changing = propose(&archive, &scans[1], 1, "Trần Văn Đoàn").await;
        let mistaken = propose(&archive, &scans[1], 2, "Lê Thuý Nga").await;
        for id in [&steady, &changing, &mistaken] {
            approve(&archive, &clerk, id, 1).await;
        }
        preserve_all(&archive, &clock).await;
        let valid = issue(&archive, &steady).await;
        let superseded = issue(&archive, &changing).await;
        let correction = [("ho_ten".to_owned(), "Trần Văn Đoan".to_owned())].into();
        review::correct(&archive, &clerk, &changing, 2, &correction, "dấu")
            .await
            .unwrap();
        review::approve(&archive, &head, &changing, 3)
            .await
            .unwrap();
        review::reject(&archive, &clerk, &mistaken, 2, "tiêu đề bảng")
            .await
            .unwrap();
        preserve_all(&archive, &clock).await;
        Self {
            archive,
            clock,
            data,
            scans,
            valid,
            superseded,
        }
    }

    /// Gives the superseded copy's record a letter no typeface of ours can print; its id.
    pub async fn unprintable(&self) -> String {
        let archive = &self.archive;
        let (clerk, head) = (caller(Role::Reviewer), caller(Role::Approver));
        let id = &self.superseded.record_id;
        let seen = record::get(archive, &clerk, id).await.unwrap().version;
        let change = [("truong".to_owned(), "中".to_owned())].into();
        review::correct(archive, &clerk, id, seen, &change, "")
            .await
            .unwrap();
        review::approve(archive, &head, id, seen + 1).await.unwrap();
        id.clone()
    }

    /// One more copy of the steady record, its line in the vault too.
    pub async fn issue_another(&self) -> CopyRow {
        issue(&self.archive, &self.valid.record_id).await
    }

    /// Object id of one of the scans.
    pub fn object_of(&self, scan: usize) -> ObjectId {
        ObjectId::new(self.scans[scan].object_id.clone().unwrap()).unwrap()
    }

    /// Object id of a copy.
    pub fn object_of_copy(&self, copy_id: &str) -> ObjectId {
        ObjectId::new(certified_copy::object_id(copy_id)).unwrap()
    }

    /// The folder of an object on disk.
    pub fn folder(&self, id: &ObjectId) -> PathBuf {
        self.data.path().join("vault").join(id.location())
    }

    /// Where on disk the newest file of an object lies whose name begins so.
    pub async fn stored(&self, id: &ObjectId, name: &str) -> PathBuf {
        let inventory = self.archive.vault.inventory(id).await.unwrap();
        let state = inventory.state(inventory.head()).unwrap();
        let (_, wanted) = state
            .iter()
            .find(|(path, _)| path.starts_with(name))
            .unwrap();
        let mut content = inventory.content();
        let (path, _) = content.find(|(_, digest)| digest == wanted).unwrap();
        self.folder(id).join(path)
    }
}

async fn deliver(archive: &Archive) -> Vec<Scan> {
    let machine = Caller::machine();
    let open = async |name: &str| {
        let fresh = NewBatch {
            name: name.into(),
            ..NewBatch::default()
        };
        batch::open(archive, &machine, &fresh).await.unwrap().id
    };
    let closed = open("Hộp 12, kệ 3").await;
    let mut scans = Vec::new();
    for (name, bytes) in [
        ("trang-1.png", page(10)),
        ("trang-2.png", page(20)),
        ("trang-2 (lần nữa).png", page(20)),
        ("hỏng.png", b"not an image at all".to_vec()),
    ] {
        scans.push(receive(archive, &closed, name, &bytes).await);
    }
    let states: Vec<&str> = scans.iter().map(|scan| scan.state.as_str()).collect();
    assert_eq!(
        states,
        ["received", "received", "duplicate", "quarantined"],
        "what the sample archive is made of"
    );
    batch::close(archive, &machine, &closed).await.unwrap();
    let still_open = open("Hộp 13").await;
    receive(archive, &still_open, "trang-3.png", &page(30)).await;
    scans
}

/// Delivers one file into a batch, as the program itself.
pub async fn receive(archive: &Archive, batch_id: &str, name: &str, bytes: &[u8]) -> Scan {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let incoming = Incoming {
        batch_id,
        name,
        path: file.path(),
        declared_sha256: None,
    };
    let machine = Caller::machine();
    scan::receive(archive, &machine, &incoming).await.unwrap()
}

/// A small page of a shade of its own.
pub fn page(shade: u8) -> Vec<u8> {
    let image: ImageBuffer<Luma<u8>, Vec<u8>> =
        ImageBuffer::from_fn(120, 160, |x, y| Luma([shade.wrapping_add((x * y) as u8)]));
    let mut png = std::io::Cursor::new(Vec::new());
    image.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

/// Books a proposed diploma in the place of the reading pool, so that the story needs no models.
pub async fn propose(archive: &Archive, scan: &Scan, ordinal: i64, name: &str) -> String {
    let id = archive.clock.new_id();
    let now = stamp(archive.clock.now());
    let field = |value: &str| FieldReading {
        raw: value.into(),
        value: value.into(),
        confidence: 0.9,
        accepted: true,
        bounds: None,
        struck: false,
        page: None,
        evidence: None,
    };
    // No two papers of one number, as no two diplomas have one; tests name that of the steady one.
    let number = match name {
        STEADY => "A 001111".to_owned(),
        _ => {
            let digest = Sha256::digest(format!("{} {ordinal}", scan.id));
            let [a, b, c, ..] = digest[..] else {
                unreachable!("a digest has 32 bytes");
            };
            format!("B {:07}", u32::from_be_bytes([0, a, b, c]) % 10_000_000)
        }
    };
    let fields: std::collections::BTreeMap<&str, FieldReading> = [
        ("ho_ten", field(name)),
        ("ngay_sinh", field("1977-05-19")),
        ("so_hieu", field(&number)),
    ]
    .into();
    let mut tx = archive.catalogue.begin().await.unwrap();
    sqlx::query("UPDATE pages SET state = 'read', outcome = 'read' WHERE scan_id = $1")
        .bind(&scan.id)
        .execute(&mut *tx)
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO records (id, scan_id, page_id, ordinal, class, state, version, doubtful,
            updated_at) VALUES ($1, $2, $3, $4, 'van_bang', 'proposed', 1, 0, $5)",
    )
    .bind(&id)
    .bind(&scan.id)
    .bind(scan::page_id(&scan.id, 1))
    .bind(ordinal)
    .bind(&now)
    .execute(&mut *tx)
    .await
    .unwrap();
    first_version(&mut tx, &id, &fields, &now).await;
    tx.commit().await.unwrap();
    id
}

/// Approves a record, whose number may be another's: who wrote these papers gave some of them twice.
pub async fn approve(archive: &Archive, who: &Caller, id: &str, version: i64) {
    let said = Said {
        same_serial: "hai bằng cùng số",
        ..Said::default()
    };
    review::approve_saying(archive, who, id, version, said)
        .await
        .unwrap();
}

/// What a machine proposes of a record that is there already.
pub async fn first_version(
    connection: &mut sqlx::AnyConnection,
    record: &str,
    fields: &impl serde::Serialize,
    at: &str,
) {
    sqlx::query(
        "INSERT INTO record_versions (record_id, version, state, fields, author, at)
         VALUES ($1, 1, 'proposed', $2, 'machine', $3)",
    )
    .bind(record)
    .bind(serde_json::to_string(fields).unwrap())
    .bind(at)
    .execute(connection)
    .await
    .unwrap();
}

async fn issue(archive: &Archive, record_id: &str) -> CopyRow {
    certified_copy::issue_now(archive, &caller(Role::Approver), record_id, None)
        .await
        .unwrap()
}

/// Works the jobs that bring approved records, and what was answered about their numbers, into the vault.
pub async fn preserve_all(archive: &Archive, clock: &StillClock) {
    clock.advance(Duration::from_secs(10));
    let kind = Kind::PreserveRecords;
    while let Some(job) = jobs::lease(&archive.catalogue, clock, kind, "test")
        .await
        .unwrap()
    {
        preservation::preserve(archive, &job).await.unwrap();
    }
    let kind = Kind::PreserveAnswers;
    while let Some(job) = jobs::lease(&archive.catalogue, clock, kind, "test")
        .await
        .unwrap()
    {
        discrepancy::preserve(archive, &job).await.unwrap();
    }
}
