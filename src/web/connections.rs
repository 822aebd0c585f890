//! Connections as they come in: how many there may be, of all and of one network, and how long each may take to say what
//! it wants and to take the answer. Bodies on their way in: `bodies.rs`.

use std::collections::HashMap;
use std::future::Future;
use std::io::{self, IoSlice};
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service as _;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::Network;
use crate::config::WebConfig;

/// Bytes of a head, and of a body between two looks at it, that one connection may hold in memory.
const LARGEST_HEAD: usize = 64 << 10;
/// Open files asked of the system at most: enough for every connection and everything else.
const MOST_FILES: u64 = 65_536;
/// Pause after an accept that failed because files or memory ran out; the next one would fail as well.
const BREATH: Duration = Duration::from_millis(200);
/// How many times more connections a wide network (/24, /48) may hold than a narrow one.
const WIDE_SHARE: usize = 4;

/// Serves `app` on `listener` until `stop` resolves, then lets requests under way finish.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    config: &WebConfig,
    stop: impl Future<Output = ()>,
) {
    let door = Arc::new(Door::of(config, most_files() / 2));
    let head = Duration::from_secs(config.head_seconds);
    let (closing, tasks) = (CancellationToken::new(), TaskTracker::new());
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                refused_by_system(&error).await;
                continue;
            }
        };
        // Whoever finds no place is hung up on: an answer would cost what is scarce.
        let Some(place) = door.enter(peer.ip()) else {
            metrics::counter!("sogoc_connections_refused_total").increment(1);
            continue;
        };
        let (app, closing) = (app.clone(), closing.clone());
        tasks.spawn(async move {
            talk(stream, peer, app, head, closing).await;
            drop(place);
        });
    }
    closing.cancel();
    tasks.close();
    tasks.wait().await;
}

/// Files that this process may have open, raised as far as the system lets it: a connection is one, and a process that has
/// none left for its catalogue and vault serves nobody.
fn most_files() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.unwrap_or(MOST_FILES).min(MOST_FILES);
    if limit.current.is_some_and(|current| current < wanted) {
        let raised = Rlimit {
            current: Some(wanted),
            ..limit
        };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%error, "the number of open files stays as it is");
        }
    }
    let current = getrlimit(Resource::Nofile).current;
    current.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    })
}

async fn refused_by_system(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    let theirs = [ConnectionAborted, ConnectionRefused, ConnectionReset];
    if !theirs.contains(&error.kind()) {
        tracing::warn!(%error, "no connection could be accepted");
        tokio::time::sleep(BREATH).await;
    }
}

/// One connection, from its first byte to its end.
async fn talk(
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
    head: Duration,
    closing: CancellationToken,
) {
    stream.set_nodelay(true).ok(); // an answer of two writes would wait for an acknowledgement in between
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        TowerToHyperService::new(app.clone()).call(request)
    });
    // The protocol is not sniffed (hyper-util's `auto`), because that reads its first bytes without any limit of time.
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head) // counted anew when an answer is out, so that it ends idle ones too
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(Watched::over(stream, head)), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection ended early");
    }
}

/// The limits on connections: how many there are in all, and how many each network holds.
struct Door {
    places: Arc<Semaphore>,
    most_each: usize,
    proxies: Vec<IpAddr>,
    held: Mutex<HashMap<String, usize>>,
}

impl Door {
    /// As configured, and never more than `most`.
    fn of(config: &WebConfig, most: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(config.most_connections.min(most))),
            most_each: config.most_connections_each,
            proxies: config.proxies.clone(),
            held: Mutex::default(),
        }
    }

    /// A place, where there is one for this address.
    fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let place = self.places.clone().try_acquire_owned().ok()?;
        let address = address.to_canonical();
        let mut entered = Place {
            door: self.clone(),
            networks: Vec::new(),
            _place: place,
        };
        // A proxy speaks for everybody, and a program of this machine is no stranger.
        if address.is_loopback() || self.proxies.contains(&address) {
            return Some(entered);
        }
        let Network { narrow, wide } = Network::of(address);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, most) in [
            (narrow, self.most_each),
            (wide, self.most_each * WIDE_SHARE),
        ] {
            let count = held.entry(name.clone()).or_default();
            *count += 1;
            let full = *count > most;
            entered.networks.push(name);
            if full {
                drop(held); // the place gives back under the same lock what was counted so far
                return None;
            }
        }
        Some(entered)
    }
}

/// A place of one connection, free again when it is dropped.
struct Place {
    door: Arc<Door>,
    networks: Vec<String>,
    _place: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self
            .door
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for name in &self.networks {
            match held.get_mut(name) {
                Some(count) if *count > 1 => *count -= 1,
                // Nobody's count stays behind: addresses of passers-by would fill the memory.
                _ => drop(held.remove(name)),
            }
        }
    }
}

/// A connection that ends when its client takes nothing of an answer for as long as its patience.
struct Watched {
    stream: TcpStream,
    patience: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Watched {
    fn over(stream: TcpStream, patience: Duration) -> Self {
        Self {
            stream,
            patience,
            stalled: None,
        }
    }

    fn taken(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let patience = self.patience;
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        match stalled.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.taken(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.taken(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(most: usize, most_each: usize) -> Arc<Door> {
        let config = WebConfig {
            most_connections: most,
            most_connections_each: most_each,
            proxies: vec!["10.0.0.1".parse().unwrap()],
            ..WebConfig::default()
        };
        Arc::new(Door::of(&config, usize::MAX))
    }

    #[tokio::test]
    async fn one_network_takes_only_its_share_and_gives_it_back() {
        let door = door(100, 2);
        let from = |address: &str| door.enter(address.parse().unwrap());
        let first = (from("203.0.113.9"), from("203.0.113.9"));
        assert!(first.0.is_some() && first.1.is_some());
        assert!(from("203.0.113.9").is_none(), "its share is taken");
        assert!(from("::ffff:203.0.113.9").is_none(), "written otherwise");
        assert!(from("203.0.113.10").is_some());
        let household = (from("2001:db8:1:1::1"), from("2001:db8:1:1::2"));
        assert!(household.1.is_some() && from("2001:db8:1:1::3").is_none());
        assert!(from("2001:db8:1:2::1").is_some(), "another household");
        drop((first, household));
        assert!(door.held.lock().unwrap().is_empty(), "no count stays");
    }

    #[tokio::test]
    async fn a_wide_network_has_a_ceiling_of_its_own() {
        let door = door(100, 2);
        for base in ["2001:db8:7:{}::1", "198.51.100.{}"] {
            let places: Vec<_> = (1..=20)
                .map(|n: u8| door.enter(base.replace("{}", &n.to_string()).parse().unwrap()))
                .collect();
            assert_eq!(places.iter().flatten().count(), 2 * WIDE_SHARE, "{base}");
        }
        assert!(door.held.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn proxies_and_this_machine_are_bound_by_the_ceiling_of_all_only() {
        let door = door(6, 1);
        let from = |address: &str| door.enter(address.parse().unwrap());
        let many = [
            "10.0.0.1",
            "10.0.0.1",
            "127.0.0.1",
            "127.0.0.1",
            "::1",
            "::1",
        ]
        .map(from);
        assert!(many.iter().all(Option::is_some));
        assert!(from("10.0.0.1").is_none() && from("203.0.113.9").is_none());
        drop(many);
        assert!(from("203.0.113.9").is_some());
    }
}
