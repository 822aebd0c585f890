//! What viewers of other origins may fetch: the service of `/iiif/`, and that with a token of their own only. No address
//! allows credentials, so a browser never sends a session along (Fetch Standard, section 3.3).

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Adds the headers that let scripts of other origins read an answer below `/iiif/`, and answers their question
/// beforehand.
pub async fn allow_viewers(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/iiif/") {
        return next.run(request).await;
    }
    let before = request.method() == Method::OPTIONS;
    let mut response = match before {
        true => StatusCode::NO_CONTENT.into_response(),
        false => next.run(request).await,
    };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        "cross-origin",
    );
    if before {
        set(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, OPTIONS");
        set(header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization");
        set(header::ACCESS_CONTROL_MAX_AGE, "86400");
    }
    response
}
