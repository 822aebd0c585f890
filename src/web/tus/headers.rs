//! The headers tus speaks in: reading them with faults that name them, and writing them.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::{EXTENSIONS, VERSION};
use crate::clock::parse_stamp;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::upload::{Checksum, Upload};
use crate::web::fault::problem;

pub(super) const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const CONCAT: HeaderName = HeaderName::from_static("upload-concat");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
const TUS_CHECKSUM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");

/// Media type of bytes at an offset.
const BYTES: &str = "application/offset+octet-stream";

/// What the headers of a creation say.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Creation {
    pub name: String,
    pub size: u64,
    pub sha256: Option<String>,
}

pub(super) fn creation(headers: &HeaderMap) -> Result<Creation> {
    // Joining uploads is an extension not spoken here; a part taken for a whole file would be
    // received as a damaged scan.
    if headers.contains_key(CONCAT) {
        return Err(wrong(&CONCAT, "faults.header.unknown"));
    }
    let size = number(headers, &LENGTH)?;
    let metadata = metadata(headers)?;
    let value = |key: &str| {
        let found = metadata.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value.as_str())
    };
    // Browsers that upload a folder give the path beside the bare name; "null" is how they say none.
    let path = value("relativePath").filter(|path| !matches!(*path, "" | "null"));
    // A leading slash is a habit of some browsers; the name must stay relative, because it is the
    // path inside the batch.
    let name = path.map(|path| path.trim_start_matches('/'));
    let name = name.or(value("filename")).or(value("name"));
    Ok(Creation {
        name: name
            .ok_or_else(|| wrong(&METADATA, "faults.header.no_file_name"))?
            .to_owned(),
        size,
        sha256: value("sha256").map(str::to_ascii_lowercase),
    })
}

/// `key base64,key base64`; a value may be absent.
fn metadata(headers: &HeaderMap) -> Result<Vec<(String, String)>> {
    let text = text(headers, &METADATA)?.unwrap_or_default();
    text.split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
            let bytes = STANDARD.decode(value.trim()).ok();
            let value = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            let value = value.ok_or_else(|| wrong(&METADATA, "faults.header.not_base64"))?;
            Ok((key.to_owned(), value))
        })
        .collect()
}

pub(super) fn offset(headers: &HeaderMap) -> Result<u64> {
    number(headers, &OFFSET)
}

pub(super) fn carries_bytes(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes() == BYTES.as_bytes())
}

pub(super) fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>> {
    let Some(text) = text(headers, &CHECKSUM)? else {
        return Ok(None);
    };
    let (algorithm, digest) = text.split_once(' ').unwrap_or((text, ""));
    let digest = STANDARD.decode(digest.trim()).unwrap_or_default();
    // The length tells a digest of the named kind from anything else, also from base64 that could
    // not be read, which is empty here.
    match (algorithm, digest.len()) {
        ("sha1", 20) => Ok(Some(Checksum::Sha1(digest))),
        ("sha256", 32) => Ok(Some(Checksum::Sha256(digest))),
        _ => Err(wrong(&CHECKSUM, "faults.header.checksum")),
    }
}

pub(super) fn overriding(headers: &HeaderMap) -> Option<&str> {
    headers.get(OVERRIDE)?.to_str().ok()
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64> {
    let text = text(headers, name)?.ok_or_else(|| wrong(name, "faults.header.missing"))?;
    // `+5` parses as a number too, but is not one by the specification.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let value = digits.then(|| text.parse().ok()).flatten();
    value.ok_or_else(|| wrong(name, "faults.header.not_a_number"))
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>> {
    let value = headers.get(name);
    value
        .map(|value| {
            value
                .to_str()
                .map_err(|_| wrong(name, "faults.header.not_text"))
        })
        .transpose()
}

fn wrong(name: &HeaderName, key: &'static str) -> Error {
    Error::fault(format!("/{name}"), Message::new(key).with("name", name))
}

pub(super) fn abilities(most: u64) -> AppendHeaders<[(HeaderName, HeaderValue); 4]> {
    AppendHeaders([
        (TUS_VERSION, HeaderValue::from_static(VERSION)),
        (TUS_EXTENSION, HeaderValue::from_static(EXTENSIONS)),
        (TUS_MAX_SIZE, HeaderValue::from(most)),
        (TUS_CHECKSUM, HeaderValue::from_static("sha1,sha256")),
    ])
}

pub(super) fn add_version(headers: &mut HeaderMap) {
    headers.insert(RESUMABLE, HeaderValue::from_static(VERSION));
}

pub(super) fn fresh_only() -> [(HeaderName, HeaderValue); 1] {
    [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))]
}

pub(super) fn location(id: &str) -> Result<(HeaderName, HeaderValue)> {
    let address = HeaderValue::from_str(&format!("/api/v1/uploads/{id}"));
    let address = address.map_err(|error| Error::Internal(error.to_string()))?;
    Ok((header::LOCATION, address))
}

/// Offset, length and expiry of an upload.
pub(super) fn state(upload: &Upload) -> Result<HeaderMap> {
    let internal = |error: &dyn std::fmt::Display| Error::Internal(error.to_string());
    let mut headers = HeaderMap::new();
    headers.insert(OFFSET, HeaderValue::from(upload.received));
    headers.insert(LENGTH, HeaderValue::from(upload.size));
    let expires = parse_stamp(&upload.expires_at)
        .ok_or_else(|| Error::Internal("a kept time does not parse".into()))?;
    // The form of RFC 9110 section 5.6.7.
    let expires = DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&expires)
        .map_err(|error| internal(&error))?;
    let expires = HeaderValue::from_str(&expires).map_err(|error| internal(&error))?;
    headers.insert(EXPIRES, expires);
    Ok(headers)
}

pub(super) fn other_version() -> Response {
    let mut response = problem(
        StatusCode::PRECONDITION_FAILED,
        Message::new("errors.tus_version").with("version", VERSION),
    );
    let headers = response.headers_mut();
    headers.insert(TUS_VERSION, HeaderValue::from_static(VERSION));
    response
}

pub(super) fn wrong_content_type() -> Response {
    problem(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Message::new("errors.tus.unsupported_media_type").with("kind", BYTES),
    )
    .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                let name = HeaderName::from_static(name);
                (name, HeaderValue::from_str(value).unwrap())
            })
            .collect()
    }

    fn metadata_of(pairs: &[(&str, &str)]) -> String {
        let encoded = pairs
            .iter()
            .map(|(key, value)| format!("{key} {}", STANDARD.encode(value)));
        encoded.collect::<Vec<_>>().join(",")
    }

    #[test]
    fn a_name_with_accents_comes_through_whole() {
        let metadata = metadata_of(&[("filename", "Sổ gốc/Trang 1.jpg"), ("sha256", "AB")]);
        let given = headers(&[("upload-length", "7"), ("upload-metadata", &metadata)]);
        let creation = creation(&given).unwrap();
        assert_eq!(creation.name, "Sổ gốc/Trang 1.jpg");
        assert_eq!((creation.size, creation.sha256.as_deref()), (7, Some("ab")));
    }

    #[test]
    fn the_path_of_a_folder_upload_wins_over_the_bare_name() {
        let pairs = [
            ("filename", "1.jpg"),
            ("relativePath", "/box/1.jpg"),
            ("type", ""),
        ];
        let given = headers(&[
            ("upload-length", "7"),
            ("upload-metadata", &metadata_of(&pairs)),
        ]);
        assert_eq!(creation(&given).unwrap().name, "box/1.jpg");
        let pairs = [("filename", "1.jpg"), ("relativePath", "null")];
        let given = headers(&[
            ("upload-length", "7"),
            ("upload-metadata", &metadata_of(&pairs)),
        ]);
        assert_eq!(creation(&given).unwrap().name, "1.jpg");
    }

    #[test]
    fn nonsense_is_refused_by_the_header_it_stands_in() {
        let name = metadata_of(&[("filename", "a")]);
        for (pairs, pointer) in [
            (vec![("upload-metadata", name.as_str())], "/upload-length"),
            (
                vec![("upload-length", "-1"), ("upload-metadata", &name)],
                "/upload-length",
            ),
            (
                vec![("upload-length", "+1"), ("upload-metadata", &name)],
                "/upload-length",
            ),
            (
                vec![
                    ("upload-length", "99999999999999999999"),
                    ("upload-metadata", &name),
                ],
                "/upload-length",
            ),
            (vec![("upload-length", "1")], "/upload-metadata"),
            (
                vec![("upload-length", "1"), ("upload-metadata", "filename %%%")],
                "/upload-metadata",
            ),
            (
                vec![("upload-length", "1"), ("upload-metadata", "filename /w==")],
                "/upload-metadata",
            ),
            (
                vec![("upload-length", "1"), ("upload-concat", "partial")],
                "/upload-concat",
            ),
        ] {
            match creation(&headers(&pairs)) {
                Err(Error::Invalid(faults)) => assert_eq!(faults[0].pointer, pointer, "{pairs:?}"),
                other => panic!("{pairs:?}: {other:?}"),
            }
        }
        assert!(checksum(&headers(&[("upload-checksum", "md5 AAAA")])).is_err());
        assert!(checksum(&headers(&[("upload-checksum", "sha256 AAAA")])).is_err());
    }
}
