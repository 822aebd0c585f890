//! The table of rights, written out: who may open which route and which page.

use serde_json::{Value, json};
use sogoc::access::Role::{
    self, Administrator, Approver, Archivist, Auditor, Portal, Reuser, Reviewer,
};

/// Who is let in.
#[derive(Clone, Copy)]
pub enum Open {
    /// Everyone, also without a token.
    Everyone,
    /// Whoever shows a good token.
    Known,
    /// These roles only.
    To(&'static [Role]),
}

use Open::{Everyone, Known, To};

const STAFF: Open = To(&[Archivist, Reviewer, Approver, Auditor]);
/// Who sees values unmasked, and with them pictures.
const SEERS: Open = To(&[Archivist, Reviewer, Approver]);
const AUDITORS: Open = To(&[Auditor]);
const ARCHIVISTS: Open = To(&[Archivist]);
const STAFF_AND_ADMINISTRATORS: Open = To(&[Archivist, Reviewer, Approver, Auditor, Administrator]);
const UNIT_KEEPERS: Open = To(&[Archivist, Administrator]);
const RESOLVERS: Open = To(&[Archivist, Reviewer, Approver]);
const EDITORS: Open = To(&[Reviewer, Approver]);
const OFFICE: Open = To(&[Reviewer, Approver, Auditor]);
const CLERKS: Open = To(&[Reviewer]);
const APPROVERS: Open = To(&[Approver]);
const SEARCHERS: Open = To(&[Archivist, Reviewer, Auditor]);
const REUSERS: Open = To(&[Reuser]);
const ASKERS: Open = To(&[Portal, Reviewer]);
const WATCHERS: Open = To(&[Archivist, Auditor, Administrator]);
const QUEUE_OPERATORS: Open = To(&[Archivist, Administrator]);
const SEAL_OPERATORS: Open = To(&[Approver, Administrator]);
const LOG_READERS: Open = To(&[Auditor, Administrator]);
const ADMINISTRATORS: Open = To(&[Administrator]);

/// Every route of the API.
pub const ROUTES: &[(&str, &str, Open)] = &[
    ("post", "/api/v1/session", Everyone),
    ("get", "/api/v1/session", Known),
    ("delete", "/api/v1/session", Known),
    ("put", "/api/v1/session/password", Known),
    ("post", "/api/v1/session/second-factor", Known),
    ("put", "/api/v1/session/second-factor", Known),
    ("post", "/api/v1/session/proof", Known),
    ("get", "/api/v1/sessions", Known),
    ("delete", "/api/v1/sessions/{id}", Known),
    ("get", "/api/v1/fonds", STAFF),
    ("post", "/api/v1/fonds", ARCHIVISTS),
    ("get", "/api/v1/fonds/{id}", STAFF),
    ("put", "/api/v1/fonds/{id}", ARCHIVISTS),
    ("post", "/api/v1/fonds/{id}/close", ARCHIVISTS),
    ("post", "/api/v1/fonds/{id}/arrange", ARCHIVISTS),
    ("get", "/api/v1/fonds/{id}/list-of-files/{form}", STAFF),
    ("get", "/api/v1/units", STAFF_AND_ADMINISTRATORS),
    ("post", "/api/v1/units", UNIT_KEEPERS),
    ("get", "/api/v1/units/{id}", STAFF_AND_ADMINISTRATORS),
    ("put", "/api/v1/units/{id}", UNIT_KEEPERS),
    ("get", "/api/v1/unit-assignments", ADMINISTRATORS),
    ("put", "/api/v1/unit-assignments/{id}", ADMINISTRATORS),
    ("get", "/api/v1/holdings/{id}/history", STAFF),
    ("get", "/api/v1/series", STAFF),
    ("post", "/api/v1/series", ARCHIVISTS),
    ("get", "/api/v1/series/{id}", STAFF),
    ("put", "/api/v1/series/{id}", ARCHIVISTS),
    ("post", "/api/v1/series/{id}/close", ARCHIVISTS),
    ("post", "/api/v1/series/{id}/move", ARCHIVISTS),
    ("post", "/api/v1/series/{id}/merge", ARCHIVISTS),
    ("get", "/api/v1/files", STAFF),
    ("post", "/api/v1/files", ARCHIVISTS),
    ("get", "/api/v1/file-code", STAFF),
    ("get", "/api/v1/files/{id}", STAFF),
    ("put", "/api/v1/files/{id}", ARCHIVISTS),
    ("post", "/api/v1/files/{id}/close", ARCHIVISTS),
    ("post", "/api/v1/files/{id}/move", ARCHIVISTS),
    ("post", "/api/v1/files/{id}/merge", ARCHIVISTS),
    ("post", "/api/v1/files/{id}/split", ARCHIVISTS),
    ("get", "/api/v1/files/{id}/list-of-documents/{form}", STAFF),
    ("get", "/api/v1/documents", STAFF),
    ("get", "/api/v1/documents/{id}", STAFF),
    ("put", "/api/v1/documents/{id}", ARCHIVISTS),
    ("post", "/api/v1/documents/{id}/confirm", ARCHIVISTS),
    ("post", "/api/v1/documents/{id}/join", ARCHIVISTS),
    ("post", "/api/v1/documents/{id}/split", ARCHIVISTS),
    ("put", "/api/v1/documents/{id}/pages", ARCHIVISTS),
    ("get", "/api/v1/documents/{id}/pdf", SEERS),
    ("get", "/api/v1/pages/{id}/document", STAFF),
    ("get", "/api/v1/batches/{id}/grouping", STAFF),
    ("post", "/api/v1/batches/{id}/grouping", ARCHIVISTS),
    ("put", "/api/v1/batches/{id}/belonging", ARCHIVISTS),
    ("get", "/api/v1/batches", STAFF),
    ("post", "/api/v1/batches", ARCHIVISTS),
    ("get", "/api/v1/batches/{id}", STAFF),
    ("post", "/api/v1/batches/{id}/close", ARCHIVISTS),
    ("get", "/api/v1/batches/{id}/receipt", STAFF),
    ("get", "/api/v1/batches/{id}/scans", STAFF),
    ("put", "/api/v1/batches/{id}/manifest", ARCHIVISTS),
    ("options", "/api/v1/batches/{id}/uploads", Everyone),
    ("post", "/api/v1/batches/{id}/uploads", ARCHIVISTS),
    ("get", "/api/v1/batches/{id}/uploads", ARCHIVISTS),
    ("get", "/api/v1/uploads/{id}", ARCHIVISTS),
    ("head", "/api/v1/uploads/{id}", ARCHIVISTS),
    ("patch", "/api/v1/uploads/{id}", ARCHIVISTS),
    ("post", "/api/v1/uploads/{id}", ARCHIVISTS),
    ("delete", "/api/v1/uploads/{id}", ARCHIVISTS),
    ("get", "/api/v1/scans/{id}", STAFF),
    ("get", "/api/v1/scans/{id}/pages", STAFF),
    ("get", "/api/v1/scans/{id}/document", SEERS),
    ("get", "/api/v1/pages/{id}/alto", SEERS),
    ("get", "/api/v1/pages/{id}", STAFF),
    ("get", "/api/v1/pages/{id}/image", SEERS),
    ("post", "/api/v1/pages/{id}/reinstate", RESOLVERS),
    ("get", "/api/v1/batches/{id}/flags", STAFF),
    ("get", "/api/v1/flags/{id}", STAFF),
    ("post", "/api/v1/flags/{id}/accept", RESOLVERS),
    ("post", "/api/v1/flags/{id}/exclude", RESOLVERS),
    ("post", "/api/v1/flags/{id}/replace", ARCHIVISTS),
    ("post", "/api/v1/flags/{id}/same-sheet", RESOLVERS),
    ("post", "/api/v1/flags/{id}/different-sheets", RESOLVERS),
    ("get", "/api/v1/volumes", STAFF),
    ("post", "/api/v1/volumes", ARCHIVISTS),
    ("get", "/api/v1/volumes/{id}", STAFF),
    ("put", "/api/v1/volumes/{id}", ARCHIVISTS),
    ("post", "/api/v1/volumes/{id}/close", ARCHIVISTS),
    ("post", "/api/v1/volumes/{id}/move", ARCHIVISTS),
    ("post", "/api/v1/volumes/{id}/merge", ARCHIVISTS),
    ("post", "/api/v1/volumes/{id}/split", ARCHIVISTS),
    ("get", "/api/v1/column-maps/unconfirmed", STAFF),
    ("get", "/api/v1/volumes/{id}/column-map", STAFF),
    ("put", "/api/v1/volumes/{id}/column-map", EDITORS),
    ("get", "/api/v1/records", STAFF),
    ("get", "/api/v1/records/{id}", STAFF),
    ("get", "/api/v1/records/{id}/versions", STAFF),
    ("get", "/api/v1/desk", STAFF),
    ("post", "/api/v1/records/{id}/reason", STAFF),
    ("get", "/api/v1/records/{id}/views", LOG_READERS),
    ("get", "/api/v1/people/{id}/views", LOG_READERS),
    ("get", "/api/v1/log/entries/{id}/words", AUDITORS),
    ("post", "/api/v1/records/{id}/correct", EDITORS),
    ("post", "/api/v1/records/{id}/approve", EDITORS),
    ("post", "/api/v1/records/{id}/reject", EDITORS),
    ("get", "/api/v1/search", STAFF),
    ("get", "/api/v1/pages/{id}/words", SEERS),
    ("get", "/api/v1/copy-requests", OFFICE),
    ("post", "/api/v1/copy-requests", ASKERS),
    ("get", "/api/v1/copy-requests/{id}", OFFICE),
    ("get", "/api/v1/copy-requests/{id}/candidates", OFFICE),
    (
        "post",
        "/api/v1/copy-requests/{id}/candidates/{record}/dismiss",
        CLERKS,
    ),
    ("post", "/api/v1/copy-requests/{id}/confirm", CLERKS),
    ("post", "/api/v1/copy-requests/{id}/refuse", EDITORS),
    ("post", "/api/v1/copy-requests/{id}/release", APPROVERS),
    ("post", "/api/v1/copy-requests/release", APPROVERS),
    ("get", "/api/v1/copy-requests/{id}/messages", OFFICE),
    ("post", "/api/v1/copy-requests/{id}/messages", CLERKS),
    ("post", "/api/v1/copy-requests/{id}/extend", CLERKS),
    ("put", "/api/v1/copy-requests/{id}/payment", ASKERS),
    ("get", "/api/v1/copy-requests/{id}/evidence", OFFICE),
    (
        "get",
        "/api/v1/copy-requests/{id}/evidence/{paper}",
        EDITORS,
    ),
    ("get", "/api/v1/consent", Everyone),
    ("get", "/api/v1/records/{id}/copies", OFFICE),
    ("post", "/api/v1/copy-requests/{id}/search", CLERKS),
    ("get", "/api/v1/search-cases", SEARCHERS),
    ("get", "/api/v1/search-cases/{id}", SEARCHERS),
    ("post", "/api/v1/search-cases/{id}/found", ARCHIVISTS),
    ("post", "/api/v1/search-cases/{id}/not-found", ARCHIVISTS),
    ("post", "/api/v1/reuse", REUSERS),
    ("get", "/api/v1/reuse/{id}/results/{copy}", REUSERS),
    ("get", "/api/v1/reports/reuse", OFFICE),
    ("get", "/api/v1/track/{code}", Everyone),
    ("post", "/api/v1/track/{code}/messages", Everyone),
    ("post", "/api/v1/track/{code}/evidence", Everyone),
    ("post", "/api/v1/track/{code}/withdraw", Everyone),
    ("get", "/api/v1/track/{code}/copy", Everyone),
    ("get", "/api/v1/copies", OFFICE),
    ("get", "/api/v1/copies/{id}/file", EDITORS),
    ("get", "/api/v1/copies/{id}/chain", OFFICE),
    ("post", "/api/v1/copies", APPROVERS),
    ("get", "/api/v1/issue-books/{year}", OFFICE),
    ("get", "/api/v1/issue-books/{year}/{form}", OFFICE),
    ("post", "/api/v1/copies/{id}/withdraw", APPROVERS),
    ("post", "/api/v1/copies/{id}/reissue", APPROVERS),
    ("put", "/api/v1/track/{code}/verification-code", Everyone),
    ("get", "/api/v1/records/{id}/corrections", STAFF),
    ("post", "/api/v1/records/{id}/corrections", EDITORS),
    ("get", "/api/v1/corrections", STAFF),
    ("get", "/api/v1/corrections/{id}", STAFF),
    ("put", "/api/v1/corrections/{id}/decision", EDITORS),
    ("post", "/api/v1/corrections/{id}/approve", APPROVERS),
    ("post", "/api/v1/corrections/{id}/reject", APPROVERS),
    ("get", "/api/v1/correction-grounds", STAFF),
    ("get", "/api/v1/verify/{code}", Everyone),
    ("post", "/api/v1/verify", Everyone),
    ("get", "/api/v1/seal/identity", Everyone),
    ("get", "/api/v1/log", LOG_READERS),
    ("get", "/api/v1/log/check", LOG_READERS),
    ("get", "/api/v1/log/state", LOG_READERS),
    ("get", "/api/v1/log/consistency", LOG_READERS),
    ("get", "/api/v1/log/entries/{id}/proof", LOG_READERS),
    ("get", "/api/v1/jobs", WATCHERS),
    ("get", "/api/v1/jobs/stuck", WATCHERS),
    ("post", "/api/v1/jobs/stuck", QUEUE_OPERATORS),
    ("get", "/api/v1/seal/proofs", WATCHERS),
    ("get", "/api/v1/seal", SEAL_OPERATORS),
    ("post", "/api/v1/seal/session", SEAL_OPERATORS),
    ("delete", "/api/v1/seal/session", SEAL_OPERATORS),
    ("get", "/api/v1/seal/waiting", APPROVERS),
    ("post", "/api/v1/seal/signatures", APPROVERS),
    ("post", "/api/v1/seal/waiting/{id}/give-up", APPROVERS),
    ("get", "/api/v1/people", ADMINISTRATORS),
    ("post", "/api/v1/people", ADMINISTRATORS),
    ("put", "/api/v1/people/{id}", ADMINISTRATORS),
    ("put", "/api/v1/people/{id}/password", ADMINISTRATORS),
    ("put", "/api/v1/people/{id}/ceiling", ADMINISTRATORS),
    ("post", "/api/v1/people/{id}/wake", ADMINISTRATORS),
    (
        "delete",
        "/api/v1/people/{id}/second-factor",
        ADMINISTRATORS,
    ),
    ("get", "/api/v1/accounts", ADMINISTRATORS),
    ("post", "/api/v1/accounts", ADMINISTRATORS),
    ("get", "/api/v1/tokens", ADMINISTRATORS),
    ("post", "/api/v1/tokens", ADMINISTRATORS),
    ("delete", "/api/v1/tokens/{id}", ADMINISTRATORS),
    ("get", "/api/v1/webhooks", ADMINISTRATORS),
    ("put", "/api/v1/tokens/{id}/webhook", ADMINISTRATORS),
    ("delete", "/api/v1/tokens/{id}/webhook", ADMINISTRATORS),
    ("get", "/api/v1/notices", ADMINISTRATORS),
    ("post", "/api/v1/notices/{id}/retry", ADMINISTRATORS),
];

/// Every page that can be opened; those of nobody's record stand for all of their kind.
pub const PAGES: &[(&str, Open)] = &[
    ("/", Everyone),
    ("/yeu-cau", Everyone),
    ("/yeu-cau/NOBOD-YSCOD-E0000-00000", Everyone),
    ("/yeu-cau/NOBOD-YSCOD-E0000-00000/ma-xac-minh", Everyone),
    ("/xac-minh", Everyone),
    ("/xac-minh/NOBOD-YSCOD-E0000-00000", Everyone),
    ("/dang-nhap", Everyone),
    ("/api", Everyone),
    ("/api/openapi.json", Everyone),
    ("/healthz", Everyone),
    ("/readyz", Everyone),
    ("/metrics", Everyone),
    ("/viec", Known),
    ("/lo", STAFF),
    ("/lo/none", STAFF),
    ("/lo/none/bien-nhan", STAFF),
    ("/lo/none/canh-bao", STAFF),
    ("/lo/none/van-ban", STAFF),
    ("/phong", STAFF),
    ("/phong/none", STAFF),
    ("/phong/none/muc-luc-ho-so.xlsx", STAFF),
    ("/muc-luc/none", STAFF),
    ("/ho-so/none", STAFF),
    ("/ho-so/none/muc-luc-van-ban.pdf", STAFF),
    ("/ho-so/none/to-bia.pdf", STAFF),
    ("/quyen/none", STAFF),
    ("/van-ban/none", STAFF),
    ("/van-ban/none/tai-lieu.pdf", SEERS),
    ("/don-vi", STAFF_AND_ADMINISTRATORS),
    ("/don-vi/none", STAFF_AND_ADMINISTRATORS),
    ("/ban-soat", STAFF),
    ("/ban-ghi/none", STAFF),
    ("/quyen/none/cot", STAFF),
    ("/trang/none/anh.jpg", SEERS),
    ("/trang/none", SEERS),
    ("/ban-quet/none/tai-lieu.pdf", SEERS),
    ("/tra-cuu", STAFF),
    ("/cap-ban-sao", OFFICE),
    ("/cap-ban-sao/none", OFFICE),
    ("/cap-ban-sao/moi", CLERKS),
    ("/cap-ban-sao/none/giay-to/none", EDITORS),
    ("/so-cap-ban-sao", OFFICE),
    ("/so-cap-ban-sao/none/ban-sao.pdf", EDITORS),
    ("/so-cap-ban-sao/none", OFFICE),
    ("/so-cap-ban-sao/nam/2026.xlsx", OFFICE),
    ("/ban-ghi/none/chinh-sua", EDITORS),
    ("/phu-luc", STAFF),
    ("/phu-luc/none", STAFF),
    ("/tim-kho", SEARCHERS),
    ("/tim-kho/none", SEARCHERS),
    ("/con-dau", SEAL_OPERATORS),
    ("/con-dau/can-ky", APPROVERS),
    ("/kho", WATCHERS),
    ("/kho/viec", WATCHERS),
    ("/nhat-ky", LOG_READERS),
    ("/nhat-ky/none/loi", AUDITORS),
    ("/ban-ghi/none/ai-da-xem", LOG_READERS),
    ("/nguoi-dung/none/da-xem", LOG_READERS),
    ("/nguoi-dung/ra-soat", ADMINISTRATORS),
    ("/phien", Known),
    ("/xac-thuc", Known),
    ("/xac-nhan", Known),
    ("/mat-khau", Known),
    ("/log/checkpoint", Everyone),
    ("/nguoi-dung", ADMINISTRATORS),
    ("/thong-bao", ADMINISTRATORS),
];

/// A body each changing route reads without complaint, so that only rights decide the answer.
pub fn body(path: &str) -> Option<Value> {
    let asked = json!({
        "applicant": { "name": "Lê Văn Mẫu", "contact": "0900000000", "standing": "self" },
        "wanted": { "ho_ten": "Lê Văn Mẫu" }
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
