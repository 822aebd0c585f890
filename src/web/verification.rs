//! Verification of a copy by anyone: by its code, by the file itself. Plain separate verdicts, and no
//! more of a person than initials and a year of birth unless the file itself is presented.

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State as Extracted};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use jiff::Timestamp;
use jiff::civil::Date;

use super::State;
use super::counter::{CodeAsked, guarded, lead_to};
use super::extract::Asked;
use super::fault::PageFault;
use super::frame::{Frame, shown};
use super::held::Held;
use super::peer::Peer;
use super::reading_room::spoken_date;
use super::session::{OpenForm, Visitor};
use crate::access;
use crate::certified_copy::{self, CopyRow, FileVerified, Verified};
use crate::clock::VIETNAM;
use crate::error::{Error, Fault};

/// Largest copy that may be handed in for verification, in bytes.
pub const LARGEST_COPY: usize = 32 << 20;

/// Files that one address may hand in within five minutes: each is read and judged in full.
const MOST_FILES: i64 = 60;

/// Slows an address that hands in file after file.
///
/// # Errors
/// `TooMany`, with the seconds to wait.
pub async fn admit_file(archive: &State, peer: &str) -> Result<(), Error> {
    access::meter(archive, &format!("verify_file:{peer}"), MOST_FILES).await
}

/// The routes.
pub fn routes() -> Router<State> {
    let verify = get(verify_door).post(verify_file);
    let verify = verify.layer(DefaultBodyLimit::max(LARGEST_COPY));
    Router::new()
        .route("/xac-minh", verify)
        .route("/xac-minh/{code}", get(verify_code))
        .route("/yeu-cau/{code}/ma-xac-minh", get(term).post(set_term))
}

#[derive(Template)]
#[template(path = "verify.html")]
struct Verification {
    f: Frame,
    by_code: Option<Verified>,
    by_file: Option<FileVerified>,
    unknown_code: bool,
}

impl Verification {
    fn blank(f: Frame) -> Self {
        Self {
            f,
            by_code: None,
            by_file: None,
            unknown_code: false,
        }
    }

    /// What the archive knows, by whichever way it was asked.
    fn known(&self) -> Vec<&Verified> {
        let by_file = self
            .by_file
            .as_ref()
            .and_then(|found| found.archive.as_ref());
        self.by_code.as_ref().or(by_file).into_iter().collect()
    }

    /// The outcome in the page's title, which a screen reader says first.
    fn outcome(&self) -> String {
        let door = self.f.w("Xác minh bản sao", "Verify a copy");
        let word = match self.known().first() {
            Some(known) => match known.state.as_str() {
                "valid" => self.f.w("đang có giá trị", "valid"),
                "superseded" => self.f.w("đã được thay thế", "superseded"),
                "expired" => self.f.w("mã đã hết hạn", "the code has expired"),
                "revoked" => self.f.w("văn bằng đã bị thu hồi", "revoked"),
                "withdrawn" => self.f.w("đã bị hủy", "withdrawn"),
                _ => self.f.w("số đã bị hủy", "void"),
            },
            None if self.unknown_code => self.f.w("không có mã này", "no such code"),
            None if self.by_file.is_some() => self.f.w("không do kho này cấp", "not issued here"),
            None => return door.to_owned(),
        };
        format!("{word} – {door}")
    }

    /// Shade and sentence of what the archive says now.
    fn now(&self, known: &Verified) -> (&'static str, &'static str) {
        let w = |vi, en| self.f.w(vi, en);
        match known.state.as_str() {
            "valid" => (
                "good",
                w(
                    "Bản sao này đang có giá trị: sổ gốc vẫn ghi đúng như vậy.",
                    "This copy is valid: the register still says the same.",
                ),
            ),
            "superseded" => (
                "doubt",
                w(
                    "Bản sao này đã được thay thế: sổ gốc đã được chỉnh sửa. Hãy yêu cầu bản sao mới.",
                    "This copy is superseded: the register was corrected. Ask for a newer copy.",
                ),
            ),
            "expired" => (
                "doubt",
                w(
                    "Mã này đã hết hạn do người được cấp đặt. Hãy hỏi họ, hoặc xác minh bằng chính tệp PDF.",
                    "The term its holder set for this code is over. Ask them, or verify by the PDF itself.",
                ),
            ),
            "revoked" => (
                "bad",
                w(
                    "Văn bằng đã bị thu hồi, hủy bỏ: bản sao này không còn giá trị.",
                    "The diploma was revoked: this copy is no longer valid.",
                ),
            ),
            "withdrawn" => (
                "bad",
                w(
                    "Cơ quan cấp đã hủy bản sao này: không còn giá trị.",
                    "The issuing agency withdrew this copy: it is no longer valid.",
                ),
            ),
            _ => (
                "bad",
                w(
                    "Số này đã bị hủy trong sổ cấp bản sao: không có bản sao nào được cấp.",
                    "This number is void in the issue book: no copy was issued.",
                ),
            ),
        }
    }

    fn day(&self, day: &str) -> String {
        spoken_date(day)
    }

    fn file_shade(&self, found: &FileVerified) -> &'static str {
        match found.file.as_str() {
            "unchanged" => "good",
            "added_to" | "encrypted" | "unreadable" | "too_large" => "doubt",
            _ => "bad",
        }
    }

    fn seal_shade(&self, found: &FileVerified) -> &'static str {
        match (found.key.as_str(), found.trust.as_str()) {
            _ if !found.time_good => "bad",
            ("good_then", "trusted") => "good",
            ("good_then", "test_authority") => "doubt",
            _ => "bad",
        }
    }

    fn sign(&self, shade: &str) -> &'static str {
        match shade {
            "good" => "✓",
            "doubt" => "!",
            _ => "✗",
        }
    }
}

async fn verify_door(
    Visitor(f): Visitor,
    Asked(asked): Asked<CodeAsked>,
) -> Result<Response, PageFault> {
    if asked.ma.is_some() {
        return Ok(lead_to("/xac-minh", asked.ma.as_deref()).into_response());
    }
    Ok(shown(&Verification::blank(f))?.into_response())
}

async fn verify_code(
    Extracted(archive): Extracted<State>,
    Visitor(f): Visitor,
    Peer(peer): Peer,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Result<Response, PageFault> {
    let mut page = Verification::blank(f);
    let answer = certified_copy::verify_code(&archive, &code);
    match guarded(&archive, "verify", &peer, answer).await {
        Ok(known) => page.by_code = Some(known),
        Err(Error::NotFound { .. }) => {
            page.unknown_code = true;
            return Ok((StatusCode::NOT_FOUND, shown(&page)?).into_response());
        }
        Err(error) => return Err(error.into()),
    }
    let Html(text) = shown(&page)?;
    // Kept by the visitor's own browser, and asked for again each time: a page in another language or
    // with another verdict is another page.
    let held = Held::of(&headers, text.as_bytes(), "private, no-cache");
    Ok(held.or(Html(text)))
}

async fn verify_file(
    Extracted(archive): Extracted<State>,
    Visitor(f): Visitor,
    Peer(peer): Peer,
    mut parts: Multipart,
) -> Result<Response, PageFault> {
    admit_file(&archive, &peer).await?;
    let unreadable = |_| {
        Error::invalid(
            "/file",
            "Không nhận được tệp; tệp phải nhỏ hơn 32 MB.",
            "The file did not arrive; it must be smaller than 32 MB.",
        )
    };
    let mut bytes = None;
    while let Some(part) = parts.next_field().await.map_err(unreadable)? {
        if part.name() == Some("file") {
            bytes = Some(part.bytes().await.map_err(unreadable)?);
        }
    }
    let bytes = bytes.filter(|bytes| !bytes.is_empty());
    let bytes = bytes.ok_or_else(|| {
        Error::invalid(
            "/file",
            "Hãy chọn tệp bản sao.",
            "Choose the file of the copy.",
        )
    })?;
    let mut page = Verification::blank(f);
    page.by_file = Some(certified_copy::verify_file(&archive, &bytes).await?);
    Ok(shown(&page)?.into_response())
}

// The term of a code ----------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "code_term.html")]
struct Term {
    f: Frame,
    tracking_code: String,
    /// Each with whether its code has expired.
    copies: Vec<(bool, CopyRow)>,
    done: bool,
    faults: Vec<Fault>,
}

#[derive(Debug, Default, serde::Deserialize)]
struct TermAsked {
    xong: Option<String>,
}

async fn term_page(
    archive: &State,
    f: Frame,
    peer: &str,
    code: &str,
    faults: Vec<Fault>,
    done: bool,
) -> Result<Response, PageFault> {
    let answer = certified_copy::by_tracking_code(archive, code, None);
    let copies = guarded(archive, "follow", peer, answer).await?;
    let with_end = |copy: CopyRow| (certified_copy::code_expired(archive, &copy), copy);
    let status = match faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = Term {
        f,
        tracking_code: certified_copy::tidy(code),
        copies: copies.into_iter().map(with_end).collect(),
        done,
        faults,
    };
    Ok((status, shown(&page)?).into_response())
}

async fn term(
    Extracted(archive): Extracted<State>,
    Visitor(f): Visitor,
    Peer(peer): Peer,
    Path(code): Path<String>,
    Asked(asked): Asked<TermAsked>,
) -> Result<Response, PageFault> {
    term_page(&archive, f, &peer, &code, Vec::new(), asked.xong.is_some()).await
}

#[derive(serde::Deserialize)]
struct TermWish {
    act: String,
    #[serde(default)]
    day: String,
    /// Number of one copy; empty for all.
    #[serde(default)]
    number: String,
}

impl TermWish {
    /// The instant until which the code is to answer: the end of the day given, in Viet Nam.
    fn until(&self, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        match self.act.as_str() {
            "now" => Ok(Some(now)),
            "never" => Ok(None),
            _ => {
                let last = self.day.trim().parse::<Date>().ok();
                let next = last.and_then(|day| day.tomorrow().ok());
                let until = next.map(|day| VIETNAM.to_timestamp(day.at(0, 0, 0, 0)));
                until
                    .and_then(Result::ok)
                    .map(Some)
                    .ok_or_else(|| Error::invalid("/day", "Hãy chọn một ngày.", "Choose a day."))
            }
        }
    }
}

async fn set_term(
    Extracted(archive): Extracted<State>,
    Visitor(f): Visitor,
    Peer(peer): Peer,
    Path(code): Path<String>,
    OpenForm(wish): OpenForm<TermWish>,
) -> Result<Response, PageFault> {
    let set = async {
        let until = wish.until(archive.clock.now())?;
        let number = Some(wish.number.as_str()).filter(|number| !number.is_empty());
        certified_copy::set_code_until(&archive, &code, number, until).await
    };
    match guarded(&archive, "follow", &peer, set).await {
        Ok(_) => {
            let code = certified_copy::tidy(&code);
            let to = format!("/yeu-cau/{code}/ma-xac-minh?xong=1");
            Ok(Redirect::to(&to).into_response())
        }
        Err(Error::Invalid(faults)) => term_page(&archive, f, &peer, &code, faults, false).await,
        Err(error) => Err(error.into()),
    }
}
