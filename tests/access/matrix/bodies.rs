//! What is sent to each route.

use serde_json::{Value, json};

/// A body each changing route reads without complaint, so that only rights decide the answer.
pub fn body(path: &str) -> Option<Value> {
    let asked = json!({
        "applicant": { "name": "Lê Văn Mẫu", "contact": "0900000000", "standing": "self" },
        "wanted": { "ho_ten": "Lê Văn Mẫu" },
        "consent": "2026-01"
    });
    Some(match path {
        "/api/v1/session" => json!({ "login": "nobody", "password": "none" }),
        "/api/v1/session/second-factor" => json!({ "code": "000000" }),
        "/api/v1/session/proof" => json!({ "proof": "none" }),
        "/api/v1/records/{id}/reason" => json!({ "reason": "theo đơn số 12" }),
        "/api/v1/people/{id}/ceiling" => json!({ "views_a_day": null }),
        "/api/v1/accounts" => json!({ "people": [] }),
        "/api/v1/session/password" => json!({ "old": "none", "new": "none" }),
        "/api/v1/batches" => json!({ "name": "" }),
        "/api/v1/volumes" => json!({ "fonds": "", "code": "", "title": "" }),
        "/api/v1/units" => json!({ "code": "", "name": "", "kind": "school" }),
        "/api/v1/units/{id}" => json!({
            "seen": 1, "description": { "code": "", "name": "", "kind": "school" }
        }),
        "/api/v1/unit-assignments/{id}" => json!({ "rights_unit": "none" }),
        "/api/v1/fonds" => json!({ "code": "", "name": "" }),
        "/api/v1/fonds/{id}" => json!({ "seen": 1, "description": { "code": "", "name": "" } }),
        "/api/v1/fonds/{id}/close" => json!({ "seen": 1, "day": "2025-06-30", "reason": "nhập" }),
        "/api/v1/fonds/{id}/arrange" => {
            json!({ "seen": 1, "arrangement": "under_way", "reason": "kế hoạch" })
        }
        "/api/v1/series" => json!({ "fonds": "", "code": "", "title": "" }),
        "/api/v1/series/{id}" | "/api/v1/volumes/{id}" => json!({
            "seen": 1, "description": { "fonds": "", "code": "", "title": "" }
        }),
        "/api/v1/files" => json!({ "fonds": "none", "code": "", "title": "", "mode": "02" }),
        "/api/v1/files/{id}" => json!({
            "seen": 1, "description": { "fonds": "", "code": "", "title": "", "mode": "02" }
        }),
        "/api/v1/series/{id}/close" | "/api/v1/files/{id}/close" | "/api/v1/volumes/{id}/close" => {
            json!({ "seen": 1 })
        }
        "/api/v1/series/{id}/move" | "/api/v1/files/{id}/move" | "/api/v1/volumes/{id}/move" => {
            json!({ "seen": 1, "reason": "xếp lại" })
        }
        "/api/v1/series/{id}/merge" | "/api/v1/files/{id}/merge" | "/api/v1/volumes/{id}/merge" => {
            json!({ "seen": 1, "into": "none", "reason": "trùng" })
        }
        "/api/v1/files/{id}/split" => json!({
            "seen": 1, "documents": [], "reason": "tách",
            "file": { "fonds": "", "code": "", "title": "", "mode": "02" }
        }),
        "/api/v1/volumes/{id}/split" => json!({
            "seen": 1, "batches": [], "reason": "tách",
            "volume": { "fonds": "", "code": "", "title": "" }
        }),
        "/api/v1/discrepancies/{id}/answers" => {
            json!({ "key": "gap", "records": [], "verdict": "skipped" })
        }
        "/api/v1/imports/{id}/mapping" => json!({
            "seen": 1, "mapping": { "first_row": 2, "class": "so_goc", "columns": [] }
        }),
        "/api/v1/imports/{id}/preview" => {
            json!({ "first_row": 2, "class": "so_goc", "columns": [] })
        }
        "/api/v1/imports/{id}/confirm" => json!({ "seen": 1, "digest": "none" }),
        "/api/v1/imports/{id}/undo" => json!({ "seen": 1, "reason": "nhầm tệp" }),
        "/api/v1/imports/{id}/rows/{number}/matches/{record}" => json!({ "verdict": "list_wrong" }),
        "/api/v1/documents/{id}" => json!({ "seen": 1, "description": {} }),
        "/api/v1/documents/{id}/confirm" => json!({ "seen": 1 }),
        "/api/v1/documents/{id}/join" => json!({ "seen": 1, "documents": [] }),
        "/api/v1/documents/{id}/split" => json!({ "seen": 1, "page": "none" }),
        "/api/v1/documents/{id}/pages" => json!({ "seen": 1, "pages": [] }),
        "/api/v1/batches/{id}/belonging" => json!({ "reason": "bổ sung" }),
        "/api/v1/volumes/{id}/column-map" => {
            json!({ "seen": 0, "class": "", "edges": [], "fields": [] })
        }
        "/api/v1/flags/{id}/accept" | "/api/v1/flags/{id}/exclude" => {
            json!({ "reason": "giấy rách" })
        }
        "/api/v1/flags/{id}/same-sheet" => json!({ "exclude": "none" }),
        "/api/v1/flags/{id}/replace" => json!({ "scan_id": "none" }),
        "/api/v1/batches/{id}/manifest" => json!([]),
        "/api/v1/records/{id}/correct" => json!({ "version": 1, "fields": {} }),
        "/api/v1/records/{id}/approve" => json!({ "version": 1 }),
        "/api/v1/records/{id}/reject" => json!({ "version": 1, "reason": "mờ" }),
        "/api/v1/pages/{id}/rows" => json!({ "rows": [] }),
        "/api/v1/pages/{id}/records" => json!({ "class": "van_bang" }),
        "/api/v1/copy-requests" => asked,
        "/api/v1/copy-requests/{id}/confirm" => json!({
            "record_id": "none", "record_version": 1, "record_digest": ""
        }),
        "/api/v1/copy-requests/{id}/release" => {
            json!({ "record_version": 1, "record_digest": "" })
        }
        "/api/v1/copy-requests/{id}/candidates/{record}/dismiss" => {
            json!({ "reason": "another_person" })
        }
        "/api/v1/copy-requests/{id}/refuse" => json!({ "reason": "thiếu" }),
        "/api/v1/copy-requests/release" => json!({ "requests": [] }),
        "/api/v1/copies" => json!({ "records": [] }),
        "/api/v1/copies/{id}/withdraw" => json!({ "reason": "in nhầm" }),
        "/api/v1/track/{code}/verification-code" => json!({ "until": null }),
        "/api/v1/records/{id}/corrections" => json!({ "ground": "ho_tich" }),
        "/api/v1/corrections/{id}/decision" => json!({ "scan_id": "none" }),
        "/api/v1/corrections/{id}/reject" => json!({ "reason": "thiếu" }),
        "/api/v1/copy-requests/{id}/messages" | "/api/v1/track/{code}/messages" => {
            json!({ "text": "Xin bổ sung năm tốt nghiệp." })
        }
        "/api/v1/reuse" => json!({
            "holder": { "ho_ten": "Lê Văn Mẫu", "ngay_sinh": "1/2/1975", "so": "A 1" },
            "purpose": "1.004889",
            "consent": { "reference": "DY-1", "given_at": "2026-01-02T03:04:05Z" }
        }),
        "/api/v1/copy-requests/{id}/search" => json!({ "note": "" }),
        "/api/v1/search-cases/{id}/found" => json!({ "record_id": "none" }),
        "/api/v1/search-cases/{id}/not-found" => json!({ "note": "Quyển 3, 4" }),
        "/api/v1/copy-requests/{id}/extend" => json!({ "reason": "sổ ở kho xa" }),
        "/api/v1/copy-requests/{id}/standing" => json!({ "shown": "giấy chứng tử" }),
        "/api/v1/copy-requests/{id}/payment" => json!({ "payment": "paid", "reference": "BL 1" }),
        "/api/v1/jobs/stuck" => json!({ "action": "retry", "jobs": { "id": "none" } }),
        "/api/v1/seal/session" => json!({ "pin": "000000" }),
        "/api/v1/seal/signatures" => json!({ "signatures": [] }),
        "/api/v1/people" => json!({ "login": "x", "name": "x", "password": "short", "roles": [] }),
        "/api/v1/people/{id}" => json!({ "roles": [], "disabled": true }),
        "/api/v1/people/{id}/password" => json!({ "password": "mat khau du dai 2026" }),
        "/api/v1/tokens/{id}/webhook" => json!({ "url": "https://cong.example.vn/" }),
        "/api/v1/tokens" => json!({ "name": "", "roles": [] }),
        _ => return None,
    })
}
