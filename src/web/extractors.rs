//! Bodies and queries of the API, with faults that name their place.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::fault::{Problem, problem};
use crate::error::{Error, Fault};
use crate::messages::Message;

/// The JSON body of a request; a fault in it is named by its JSON pointer.
pub struct Given<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Given<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let json = kind
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.split(';').next().is_some_and(is_json));
        if !json {
            return Err(problem(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "errors.unsupported_media_type",
            ));
        }
        let bytes = bytes::Bytes::from_request(request, state)
            .await
            .map_err(|_| too_large())?;
        parse(&bytes)
            .map(Self)
            .map_err(|fault| Problem(Error::Invalid(vec![fault])).into_response())
    }
}

/// Answer to a body beyond its address's limit.
pub fn too_large() -> Response {
    problem(StatusCode::PAYLOAD_TOO_LARGE, "errors.too_large")
}

fn is_json(kind: &str) -> bool {
    kind.trim().eq_ignore_ascii_case("application/json")
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        fault(String::new(), &format!("the body is not JSON at {place}"))
    })?;
    if let Some(pointer) = zero_byte(&value, String::new()) {
        return Err(fault(pointer, "a zero character is not text"));
    }
    serde_path_to_error::deserialize(value)
        .map_err(|error| fault(pointer_of(error.path()), &error.inner().to_string()))
}

/// PostgreSQL holds no zero character in text, so none is let in for either engine.
fn zero_byte(value: &Value, at: String) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then_some(at),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| zero_byte(item, format!("{at}/{index}"))),
        Value::Object(members) => members.iter().find_map(|(key, member)| {
            let inner = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
            match key.contains('\0') {
                true => Some(at.clone()),
                false => zero_byte(member, inner),
            }
        }),
        _ => None,
    }
}

/// The query of an address.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        // An empty box of a form means "not asked".
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_str::<Vec<(String, String)>>(query)
                .unwrap_or_default()
                .into_iter()
                .filter(|(_, value)| !value.trim().is_empty())
                .collect();
        let cleaned = serde_urlencoded::to_string(&pairs).unwrap_or_default();
        let deserializer =
            serde_urlencoded::Deserializer::new(form_urlencoded::parse(cleaned.as_bytes()));
        serde_path_to_error::deserialize(deserializer)
            .map(Self)
            .map_err(|error| {
                let pointer = pointer_of(error.path());
                Problem(Error::Invalid(vec![fault(
                    pointer,
                    &error.inner().to_string(),
                )]))
            })
    }
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{key}")),
            Segment::Enum { variant } => Some(format!("/{variant}")),
            Segment::Unknown => None,
        })
        .collect()
}

fn fault(pointer: String, why: &str) -> Fault {
    Fault::new(
        pointer,
        Message::new("faults.not_acceptable").with("why", why),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)] // only its faults are looked at
    struct Batch {
        name: String,
        counts: Vec<u32>,
    }

    #[test]
    fn a_fault_deep_in_the_body_is_named_by_its_pointer() {
        let fault = parse::<Batch>(br#"{"name":"a","counts":[1,-2]}"#).unwrap_err();
        assert_eq!(fault.pointer, "/counts/1");
        let fault = parse::<Batch>(b"{\"name\":\"a\\u0000\",\"counts\":[]}").unwrap_err();
        assert_eq!(fault.pointer, "/name");
        let fault = parse::<Batch>(b"{").unwrap_err();
        assert!(fault.message.en().contains("line 1"), "{fault:?}");
    }

    #[test]
    fn an_unknown_member_is_refused() {
        assert!(parse::<Batch>(br#"{"name":"a","counts":[],"nam":1}"#).is_err());
    }
}
