//! A page of a register whose rows were read, as the stories of the grid need it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use sogoc::archive::Archive;
use sogoc::clock::stamp;
use sogoc::scan;
use sogoc_workers::reading::FieldReading;

use crate::flags::open_batch;
use crate::support::archive::sample;
use crate::support::holdings::{first_version, receive};

/// Rows of the page.
pub const ROWS: usize = 25;
/// Pixels of the sheet.
const SIZE: (i64, i64) = (3307, 2339);

/// A page of a register.
pub struct Register {
    /// Id of its page.
    pub page: String,
    /// Records of its rows, from the top.
    pub ids: Vec<String>,
}

impl Register {
    /// Path of its grid.
    pub fn path(&self) -> String {
        format!("/trang/{}/bang-nhap", self.page)
    }
}

/// Proposes `rows` rows; those named by place, from 0, and key are in doubt.
pub async fn register(
    archive: &Arc<Archive>,
    name: &str,
    rows: usize,
    doubtful: &[(usize, &str)],
) -> Register {
    let batch = open_batch(archive, name, None).await;
    let sheet = named(name);
    let scan = receive(archive, &batch, &format!("{name}.jpg"), &sheet).await;
    let page = scan::page_id(&scan.id, 1);
    let now = stamp(archive.clock.now());
    let mut tx = archive.catalogue.begin().await.unwrap();
    sqlx::query(
        "UPDATE pages SET state = 'read', outcome = 'read', class = 'so_goc', rotation = 0,
            width = $1, height = $2 WHERE id = $3",
    )
    .bind(SIZE.0)
    .bind(SIZE.1)
    .bind(&page)
    .execute(&mut *tx)
    .await
    .unwrap();
    let mut ids = Vec::new();
    // No two pages hold one diploma number; rows of one follow each other.
    let first_serial = name
        .bytes()
        .fold(1, |sum, byte| (sum * 31 + usize::from(byte)) % 60_000)
        * 100;
    for place in 0..rows {
        let id = archive.clock.new_id();
        let mut fields = row(place, first_serial);
        let unsure = doubtful.iter().filter(|(at, _)| *at == place);
        let unsure: Vec<&str> = unsure.map(|(_, key)| *key).collect();
        for key in &unsure {
            fields.get_mut(*key).unwrap().accepted = false;
        }
        sqlx::query(
            "INSERT INTO records (id, scan_id, page_id, ordinal, class, state, version, doubtful,
                bounds, updated_at) VALUES ($1, $2, $3, $4, 'so_goc', 'proposed', 1, $5, $6, $7)",
        )
        .bind(&id)
        .bind(&scan.id)
        .bind(&page)
        .bind(i64::try_from(place + 1).unwrap())
        .bind(i64::try_from(unsure.len()).unwrap())
        .bind(json!([150, top(place), 3000, 60]).to_string())
        .bind(&now)
        .execute(&mut *tx)
        .await
        .unwrap();
        first_version(&mut tx, &id, &fields, &now).await;
        ids.push(id);
    }
    tx.commit().await.unwrap();
    Register { page, ids }
}

/// The sample sheet with a comment of its own: the same bytes again would be a duplicate.
fn named(name: &str) -> Vec<u8> {
    let sheet = std::fs::read(sample("so-goc-thpt-2008-trang-06.jpg")).unwrap();
    let length = u16::try_from(name.len() + 2).unwrap();
    let comment = [&[0xFF, 0xFE][..], &length.to_be_bytes(), name.as_bytes()].concat();
    [&sheet[..2], &comment, &sheet[2..]].concat()
}

fn top(place: usize) -> i32 {
    560 + 62 * i32::try_from(place).unwrap()
}

fn row(place: usize, first_serial: usize) -> BTreeMap<&'static str, FieldReading> {
    let number = place + 1;
    let names = [
        "Nguyễn Văn An",
        "Trần Thị Bình",
        "Lê Quốc Cường",
        "Phạm Thuỳ Dương",
    ];
    let columns = [
        ("stt", number.to_string(), 150, 110),
        ("ho_ten", names[place % 4].to_owned(), 270, 560),
        (
            "ngay_sinh",
            format!("1990-{:02}-{:02}", place % 12 + 1, number),
            840,
            260,
        ),
        ("noi_sinh", "Tư Nghĩa, Quảng Ngãi".to_owned(), 1110, 560),
        ("gioi_tinh", "Nam".to_owned(), 1680, 140),
        ("dan_toc", "Kinh".to_owned(), 1830, 160),
        ("xep_loai", "Khá".to_owned(), 2000, 220),
        (
            "so_hieu",
            format!("A {:07}", first_serial + number),
            2230,
            360,
        ),
        ("so_vao_so", format!("{}/2008", 300 + number), 2600, 300),
    ];
    let once = [
        ("qd_cong_nhan", "1234/QĐ-SGDĐT"),
        ("hoi_dong", "Hội đồng thi số 12"),
        ("truong", "THPT Số 1 Tư Nghĩa"),
        ("nam_tot_nghiep", "2008"),
    ];
    let cells = columns.into_iter().map(|(key, value, left, wide)| {
        let bounds = Some([left, top(place) + 8, wide, 44]);
        (key, reading(value, bounds))
    });
    let once = once
        .into_iter()
        .map(|(key, value)| (key, reading(value.to_owned(), None)));
    cells.chain(once).collect()
}

fn reading(value: String, bounds: Option<[i32; 4]>) -> FieldReading {
    FieldReading {
        raw: value.clone(),
        value,
        confidence: 0.9,
        accepted: true,
        bounds,
        struck: false,
        page: None,
        evidence: None,
    }
}
