//! Verification of a copy by anyone: by its code, by the file itself. Plain separate verdicts, and no
//! more of a person than initials and a year of birth unless the file itself is presented.

use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State as Extracted};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use futures::StreamExt;
use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::State;
use super::client_ip::Peer;
use super::etag::Held;
use super::extractors::Asked;
use super::fault::PageFault;
use super::labels::spoken_date;
use super::layout::{Frame, shown, shown_form};
use super::public_requests::{CodeAsked, guarded, lead_to};
use super::session::{OpenForm, Visitor};
use crate::access;
use crate::certified_copy::{self, CopyRow, FileVerified, HandedInFile, SignatureListed, Verified};
use crate::clock::midnight_in_vietnam;
use crate::error::{Error, Fault};
use crate::seal::Place;

/// Largest copy that may be handed in for verification, in bytes.
const LARGEST_COPY: usize = 32 << 20;

/// Files that one address may hand in within five minutes: each is read and judged in full.
const MOST_FILES: i64 = 60;

/// Slows an address that hands in file after file.
///
/// # Errors
/// `TooMany`, with the seconds to wait.
async fn admit_file(archive: &State, peer: &str) -> Result<(), Error> {
    access::meter(archive, &format!("verify_file:{peer}"), MOST_FILES).await
}

/// A file may take this long to arrive.
const ARRIVAL: Duration = Duration::from_secs(60);

/// A file on its way in: it waits in the spool, nameless, and never in memory.
pub struct Arriving {
    file: tokio::fs::File,
    hash: Sha256,
    length: usize,
}

/// Why a file did not arrive.
pub enum NotArrived {
    /// Larger than [`LARGEST_COPY`], cut off, or too slow.
    TooLarge,
    /// A fault of ours.
    Fault(Error),
}

impl<E: Into<Error>> From<E> for NotArrived {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Arriving {
    fn new(archive: &State) -> Result<Self, Error> {
        Ok(Self {
            file: tokio::fs::File::from_std(tempfile::tempfile_in(&archive.spool)?),
            hash: Sha256::new(),
            length: 0,
        })
    }

    async fn take(&mut self, bytes: &[u8]) -> Result<(), NotArrived> {
        self.length += bytes.len();
        if self.length > LARGEST_COPY {
            return Err(NotArrived::TooLarge);
        }
        self.hash.update(bytes);
        Ok(self.file.write_all(bytes).await?)
    }

    async fn arrived(mut self) -> Result<HandedInFile, NotArrived> {
        self.file.rewind().await?; // flushes first
        Ok(HandedInFile {
            file: self.file.into_std().await,
            sha256: hex::encode(self.hash.finalize()),
        })
    }
}

/// Takes in the body of a request, which is the file, and says what is to be said of it.
///
/// # Errors
/// `TooLarge`; `TooMany`, `Unavailable`.
pub async fn verify_body(
    archive: &State,
    peer: &str,
    body: Body,
) -> Result<FileVerified, NotArrived> {
    admit_file(archive, peer).await?;
    let _place = place(archive)?;
    let arriving = async {
        let mut file = Arriving::new(archive)?;
        let mut parts = body.into_data_stream();
        while let Some(bytes) = parts.next().await {
            file.take(&bytes.map_err(|_| NotArrived::TooLarge)?).await?;
        }
        file.arrived().await
    };
    let arrived = tokio::time::timeout(ARRIVAL, arriving).await;
    let file = arrived.map_err(|_| NotArrived::TooLarge)??;
    Ok(certified_copy::verify_handed_in(archive, file).await?)
}

fn place(archive: &State) -> Result<Place, Error> {
    let place = archive.cage.place();
    place.map_err(|why| Error::unavailable("verification", why))
}

/// The file among the parts of a form; none when the form holds none.
async fn file_of(
    archive: &State,
    mut parts: Multipart,
) -> Result<Option<HandedInFile>, NotArrived> {
    let cut_off = |_| NotArrived::TooLarge;
    while let Some(mut part) = parts.next_field().await.map_err(cut_off)? {
        if part.name() != Some("file") {
            continue;
        }
        let mut file = Arriving::new(archive)?;
        while let Some(bytes) = part.chunk().await.map_err(cut_off)? {
            file.take(&bytes).await?;
        }
        return match file.length {
            0 => Ok(None),
            _ => file.arrived().await.map(Some),
        };
    }
    Ok(None)
}

/// The routes.
pub fn routes() -> Router<State> {
    let verify = get(verify_door).post(verify_file);
    // A form is a little larger than the file in it.
    let verify = verify.layer(DefaultBodyLimit::max(LARGEST_COPY + (64 << 10)));
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
        let door = self.f.t("layout.verify_copy");
        let word = match self.known().first() {
            Some(known) => self.f.word("verification.state", &known.state),
            None if self.unknown_code => self.f.t("verification.no_such_code"),
            None if self.by_file.is_some() => self.f.t("verification.not_issued_here"),
            None => return door.to_owned(),
        };
        format!("{word} – {door}")
    }

    /// Shade and sentence of what the archive says now.
    fn now(&self, known: &Verified) -> (&'static str, &'static str) {
        match known.state.as_str() {
            "valid" => ("good", self.f.t("verification.now.valid")),
            "superseded" => ("doubt", self.f.t("verification.now.superseded")),
            "expired" => ("doubt", self.f.t("verification.now.expired")),
            "revoked" => ("bad", self.f.t("verification.now.revoked")),
            "withdrawn" => ("bad", self.f.t("verification.now.withdrawn")),
            _ => ("bad", self.f.t("verification.now.void")),
        }
    }

    fn day(&self, day: &str) -> String {
        spoken_date(day)
    }

    fn file_shade(&self, found: &FileVerified) -> &'static str {
        match found.file.as_str() {
            "unchanged" => "good",
            "added_to" | "encrypted" | "unreadable" | "too_large" | "too_complex"
            | "check_failed" => "doubt",
            _ => "bad",
        }
    }

    fn seal_shade(&self, found: &FileVerified) -> &'static str {
        match (found.key.as_str(), found.trust.as_str()) {
            _ if !found.time_good => "bad",
            _ if found.office == "somebody_else" => "bad",
            ("good_then", "trusted") if found.office == "others_too" => "doubt",
            ("good_then", "trusted") => "good",
            ("good_then", "test_authority") => "doubt",
            _ => "bad",
        }
    }

    /// What a signature is for, and how much of the file it covers.
    fn reach(&self, one: &SignatureListed) -> String {
        let what = match one.purpose {
            "seal" => self.f.t("verification.seal"),
            _ => self.f.t("verification.time_stamp"),
        };
        let reach = match (one.file.as_str(), one.added) {
            ("unchanged", _) => self.f.t("verification.whole_file").to_owned(),
            ("added_to", added) => {
                let text = self.f.t("verification.added_after");
                format!("{text} {added} byte")
            }
            _ => self.f.t("verification.does_not_fit_file").to_owned(),
        };
        format!("{what}, {reach}")
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
    parts: Multipart,
) -> Result<Response, PageFault> {
    admit_file(&archive, &peer).await?;
    let _place = place(&archive)?;
    let arrived = tokio::time::timeout(ARRIVAL, file_of(&archive, parts)).await;
    let file = match arrived.unwrap_or(Err(NotArrived::TooLarge)) {
        Ok(file) => file.ok_or_else(no_file)?,
        Err(NotArrived::TooLarge) => return Err(did_not_arrive().into()),
        Err(NotArrived::Fault(error)) => return Err(error.into()),
    };
    let mut page = Verification::blank(f);
    page.by_file = Some(certified_copy::verify_handed_in(&archive, file).await?);
    Ok(shown(&page)?.into_response())
}

fn did_not_arrive() -> Error {
    Error::fault("/file", "faults.file_did_not_arrive_must_smaller")
}

fn no_file() -> Error {
    Error::fault("/file", "faults.choose_file_of_copy")
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
    let page = Term {
        f,
        tracking_code: certified_copy::tidy(code),
        copies: copies.into_iter().map(with_end).collect(),
        done,
        faults,
    };
    shown_form(&page, &page.faults)
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
                let until = next.map(midnight_in_vietnam);
                until
                    .and_then(Result::ok)
                    .map(Some)
                    .ok_or_else(|| Error::fault("/day", "faults.choose_day"))
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
