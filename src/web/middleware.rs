//! What every request passes: the request log and its metrics, the headers that harden answers,
//! and the refusal of paths that are not text.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State as Extracted};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;

use super::cookies::cookie;
use super::fault::{PageFault, Problem};
use super::{State, fault, toast};
use crate::error::Error;

const POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Logs one line a request: the route's pattern, never the path or query, because those hold
/// tracking codes and names.
pub async fn observe(request: Request, next: Next) -> Response {
    let method = label_of(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        // An address that no route matches is one label for all of them: a stranger's made-up paths
        // must not become labels, which stay in memory for the life of the process.
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let start = Instant::now();
    let response = next.run(request).await;
    let taken = start.elapsed();
    let status = response.status().as_u16();
    tracing::info!(
        method,
        route,
        status,
        milliseconds = u64::try_from(taken.as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    let labels = [
        ("method", method.to_owned()),
        ("route", route),
        ("status", status.to_string()),
    ];
    metrics::counter!("sogoc_http_requests_total", &labels).increment(1);
    // The time is labelled without the status: every label multiplies a histogram's series.
    metrics::histogram!("sogoc_http_request_seconds", &labels[..2]).record(taken.as_secs_f64());
    response
}

/// The method as a label of metrics. Anybody may send a method of their own making, and each new label stays in memory
/// for as long as the process lives.
fn label_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Headers on every answer; what a handler set itself stays.
pub async fn harden(
    Extracted(archive): Extracted<State>,
    request: Request,
    next: Next,
) -> Response {
    let told = cookie(request.headers(), toast::COOKIE).is_some();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let page = headers.get(header::CONTENT_TYPE);
    if told && page.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        headers.append(header::SET_COOKIE, HeaderValue::from_static(toast::USED_UP));
    }
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "no-referrer");
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    // Pages show personal data: no cache on the way may keep them.
    set(header::CACHE_CONTROL, "no-store");
    // Only where the public address is https: over http browsers must ignore it (RFC 6797).
    if archive.config.public_url().starts_with("https:") {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// Answers at once while the catalogue is away, instead of letting everyone wait for a connection. What needs no
/// catalogue is answered as ever.
pub async fn answer_while_down(
    Extracted(archive): Extracted<State>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    // Liveness needs no catalogue, and readiness asks for it itself and names what is missing.
    if matches!(path, "/healthz" | "/readyz") {
        return next.run(request).await;
    }
    let for_programs = fault::for_programs(path);
    let answered = tokio::select! {
        biased; // what does not wait for the catalogue is done at the first look
        response = next.run(request) => Ok(response),
        () = archive.catalogue.until_down() => Err(Error::unavailable("catalogue", "no answer")),
    };
    match answered {
        Ok(response) => response,
        Err(error) if for_programs => Problem(error).into_response(),
        Err(error) => PageFault(error).into_response(),
    }
}

/// Takes nothing in while a disk is nearly full: what was begun then would end half-way, and the catalogue needs its last
/// room itself. Who signs in or out is let through, because somebody must make room.
pub async fn refuse_while_full(
    Extracted(archive): Extracted<State>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let takes = matches!(
        *request.method(),
        Method::POST | Method::PUT | Method::PATCH
    );
    let door = matches!(path, "/dang-nhap" | "/dang-xuat" | "/api/v1/session");
    if !takes || door {
        return next.run(request).await;
    }
    let for_programs = fault::for_programs(path);
    match archive.ensure_room(0).await {
        Ok(()) => next.run(request).await,
        Err(error) if for_programs => Problem(error).into_response(),
        Err(error) => PageFault(error).into_response(),
    }
}

/// A path or query with a zero byte, or a path that is not UTF-8, names nothing we could hold, and
/// PostgreSQL would refuse to look it up.
pub async fn refuse_unreadable_paths(request: Request, next: Next) -> Response {
    let uri = request.uri();
    let readable = |text: &str| match percent_decode_str(text).decode_utf8() {
        Ok(decoded) => !decoded.contains('\0'),
        Err(_) => false,
    };
    if readable(uri.path()) && uri.query().is_none_or(readable) {
        return next.run(request).await;
    }
    fault::problem(StatusCode::BAD_REQUEST, "errors.unreadable_address")
}
