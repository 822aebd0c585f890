//! Bodies on their way in: each must come at a pace, and together they hold no more memory than a ceiling.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request, State as Extracted};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::fault::{self, PageFault, Problem};
use crate::error::Error;

/// Slowest body, in bytes a second, once the time to begin is over: a paper of 5 MiB over a bad line takes 43 minutes.
const SLOWEST: u64 = 2 << 10;
/// Longest pause between two pieces of a body.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// What goes to the spool as it comes, and is not held in memory.
const SPOOLED: [&str; 7] = [
    "/api/v1/uploads/{id}",
    "/api/v1/batches/{id}/uploads",
    "/api/v1/verify",
    "/xac-minh",
    "/api/v1/track/{code}/evidence",
    "/yeu-cau/{code}/giay-to",
    "/canh-bao/{id}/quet-lai",
];

/// What all bodies together may hold in memory, and how long one may take to begin.
pub struct Bodies {
    most: u64,
    begin: Duration,
    held: AtomicU64,
}

impl Bodies {
    /// At most `mebibytes` in memory; each begins within `begin`.
    pub fn at_most(mebibytes: u64, begin: Duration) -> Arc<Self> {
        Arc::new(Self {
            most: mebibytes << 20,
            begin,
            held: AtomicU64::new(0),
        })
    }
}

/// What one request holds, given back when it is answered.
struct Held {
    all: Arc<Bodies>,
    bytes: AtomicU64,
    refused: AtomicBool,
}

impl Held {
    fn take(&self, more: u64) -> bool {
        let before = self.all.held.fetch_add(more, Ordering::Relaxed);
        self.bytes.fetch_add(more, Ordering::Relaxed);
        let fits = before.saturating_add(more) <= self.all.most;
        if !fits {
            self.refused.store(true, Ordering::Relaxed);
        }
        fits
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let bytes = self.bytes.load(Ordering::Relaxed);
        self.all.held.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Watches over the body of a request. One that finds no memory is answered 503, whatever its handler made of the
/// broken body.
pub async fn watch(
    Extracted(bodies): Extracted<Arc<Bodies>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    let spooled = path.is_some_and(|path| SPOOLED.contains(&path.as_str()));
    let for_programs = fault::for_programs(request.uri().path());
    let held = Arc::new(Held {
        all: bodies,
        bytes: AtomicU64::new(0),
        refused: AtomicBool::new(false),
    });
    let own = held.clone();
    let request = request.map(|body| {
        Body::new(Paced {
            body,
            held: own,
            spooled,
            came: 0,
            start: None,
            timer: Box::pin(sleep_until(Instant::now())),
        })
    });
    let response = next.run(request).await;
    if !held.refused.load(Ordering::Relaxed) {
        return response;
    }
    let error = Error::unavailable("memory", "too many bodies at once");
    match for_programs {
        true => Problem(error).into_response(),
        false => PageFault(error).into_response(),
    }
}

/// A body that ends with an error when it comes too slowly, or when there is no memory for it.
struct Paced {
    body: Body,
    held: Arc<Held>,
    spooled: bool,
    came: u64,
    /// When it was first asked for; what its handler does before is not the sender's time.
    start: Option<Instant>,
    timer: Pin<Box<Sleep>>,
}

impl Paced {
    /// Until when the next piece must be there.
    fn deadline(&self, now: Instant, start: Instant) -> Instant {
        let allowed = self.held.all.begin + Duration::from_secs(self.came / SLOWEST);
        let pause = LONGEST_PAUSE.max(self.held.all.begin);
        (start + allowed).min(now + pause)
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let now = Instant::now();
        let start = match self.start {
            Some(start) => start,
            None => {
                self.start = Some(now);
                let deadline = self.deadline(now, now);
                self.timer.as_mut().reset(deadline);
                now
            }
        };
        let Poll::Ready(piece) = Pin::new(&mut self.body).poll_frame(context) else {
            return match self.timer.as_mut().poll(context) {
                Poll::Ready(()) => Poll::Ready(Some(Err("the body came too slowly".into()))),
                Poll::Pending => Poll::Pending,
            };
        };
        let length = match &piece {
            Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len) as u64,
            _ => 0,
        };
        self.came += length;
        if !self.spooled && !self.held.take(length) {
            return Poll::Ready(Some(Err("no memory for the body".into())));
        }
        let deadline = self.deadline(now, start);
        self.timer.as_mut().reset(deadline);
        Poll::Ready(piece.map(|piece| piece.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
