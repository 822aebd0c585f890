use serde_json::json;
use sogoc_workers::geometry::Turn;
use sogoc_workers::reading::{Quality, RecordReading};

use super::reliability::Bin;
use super::*;

fn field(raw: &str, confidence: f64) -> FieldReading {
    FieldReading {
        raw: raw.into(),
        value: raw.into(),
        confidence,
        accepted: confidence >= 0.95,
        bounds: None,
        struck: false,
        page: None,
        evidence: None,
    }
}

fn record(fields: &[(&str, &str, f64)]) -> RecordReading {
    let fields = fields
        .iter()
        .map(|(key, raw, confidence)| ((*key).to_owned(), field(raw, *confidence)));
    RecordReading {
        class: "so_goc".into(),
        fields: fields.collect(),
        bounds: None,
    }
}

fn reading(records: Vec<RecordReading>, text: &str) -> PageReading {
    PageReading {
        class: "so_goc".into(),
        class_confidence: 1.0,
        rotation: Turn::Quarter,
        skew: 0.0,
        dpi: 200,
        width: 100,
        height: 100,
        text: text.into(),
        words: Vec::new(),
        records,
        number: None,
        columns: None,
        map: None,
        understood: None,
        continuity: sogoc_workers::reading::Continuity::default(),
        quality: Quality::default(),
        milliseconds: 1000,
    }
}

fn page() -> TruthPage {
    serde_json::from_value(json!({
        "id": "a", "file": "a.png", "page": 1, "kind": "register", "layout": "x",
        "level": "clean", "rotation": 90,
    }))
    .unwrap()
}

fn truth() -> Truth {
    serde_json::from_value(json!({
        "lines": [{ "segments": [{ "text": "Lê Văn Thử" }] }],
        "fields": { "nam_hoc": "1998-1999" },
        "records": [
            { "ho_ten": "Lê Văn Thử", "so_hieu": "A 001", "ngay_sinh": "1/2/1980", "ngay_sinh_iso": "1980-02-01" },
            { "ho_ten": "Trần Thị Mẫu", "so_hieu": "A 002", "ghi_chu": "" },
        ],
        "record_boxes": [{ "ho_ten": [0, 0, 50, 10] }, {}],
        "words": [["Lê", 1, 1, 9, 9, "hand"], ["Văn", 10, 1, 20, 9, "hand"]],
    }))
    .unwrap()
}

#[test]
fn a_missing_row_counts_as_wrong_and_a_foreign_one_as_too_many() {
    let read = reading(
        vec![
            record(&[("ho_ten", "Phạm Khác", 0.5)]),
            record(&[("ho_ten", "Tran Thi Mẫu", 0.96), ("so_hieu", "A 002", 0.97)]),
        ],
        "Lê Văn Thử",
    );
    let score = compare(&page(), &truth(), &read);
    assert!(score.upright);
    assert_eq!((score.rows, score.found, score.extra), (2, 1, 1));
    let mut report = Report::default();
    report.add(&page(), &score);
    let group = &report.groups["register clean"];
    assert_eq!((group.written.all, group.written.exact), (1, 0));
    let cells = &group.printed_cells;
    assert_eq!((cells.all, cells.exact, cells.alike), (4, 1, 2));
    assert_eq!((cells.accepted, cells.accepted_right), (2, 1));
    assert_eq!(report.bins[19], Bin { all: 2, right: 1 });
}

#[test]
fn a_report_survives_json_and_tells_what_changed() {
    let mut before = Report::default();
    before.add(
        &page(),
        &compare(&page(), &truth(), &reading(Vec::new(), "")),
    );
    let before: Report = serde_json::from_slice(&serde_json::to_vec(&before).unwrap()).unwrap();
    let mut now = Report::default();
    now.add(
        &page(),
        &compare(&page(), &truth(), &reading(Vec::new(), "Lê Văn Thử")),
    );
    let found: Vec<_> = changes(&before, &now)
        .into_iter()
        .filter(|change| change.group == "all" && change.figure == "letters wrong %")
        .collect();
    assert_eq!((found[0].before, found[0].now), (Some(100.0), Some(0.0)));
    assert!(changes(&now, &now).is_empty());
    assert!(
        now.to_string()
            .contains("| register clean | 1 | 100.0 | 100.0 | 0.0 | 0.0 |")
    );
}

#[test]
fn the_diagram_has_a_dot_for_each_bin_that_holds_values() {
    let mut report = Report::default();
    let read = reading(vec![record(&[("nam_hoc", "1998-1999", 0.99)])], "");
    report.add(&page(), &compare(&page(), &truth(), &read));
    assert_eq!(diagram(&report.bins).matches("<circle").count(), 1);
    assert_eq!(diagram(&[]).matches("<circle").count(), 0);
}
