//! A line to a server that can be cut and mended: what an outage looks like to the archive.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// Forwards a local port to a server until it is cut.
pub struct Line {
    /// `127.0.0.1:PORT` to use instead of the server's own address.
    pub address: String,
    up: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
    /// Cancelled when the line is cut; a new one from every mending on.
    broken: Arc<Mutex<CancellationToken>>,
}

impl Line {
    /// A line to `server` (`host:port`), up.
    pub async fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let up = Arc::new(AtomicBool::new(true));
        let refused = Arc::new(AtomicUsize::new(0));
        let broken = Arc::new(Mutex::new(CancellationToken::new()));
        tokio::spawn(forward(
            listener,
            server.to_owned(),
            up.clone(),
            refused.clone(),
            broken.clone(),
        ));
        Self {
            address,
            up,
            refused,
            broken,
        }
    }

    /// Breaks every connection and lets no new one through.
    pub fn cut(&self) {
        self.up.store(false, Ordering::SeqCst);
        self.broken.lock().unwrap().cancel();
    }

    /// How many connections were not let through so far.
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        *self.broken.lock().unwrap() = CancellationToken::new();
        self.up.store(true, Ordering::SeqCst);
    }
}

async fn forward(
    listener: TcpListener,
    server: String,
    up: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
    broken: Arc<Mutex<CancellationToken>>,
) {
    while let Ok((mut near, _)) = listener.accept().await {
        if !up.load(Ordering::SeqCst) {
            refused.fetch_add(1, Ordering::SeqCst);
            continue; // dropped: the caller sees a connection that ends at once
        }
        let (server, broken) = (server.clone(), broken.lock().unwrap().clone());
        tokio::spawn(async move {
            let Ok(mut far) = TcpStream::connect(server).await else {
                return;
            };
            tokio::select! {
                _ = copy_bidirectional(&mut near, &mut far) => {}
                () = broken.cancelled() => {}
            }
        });
    }
}
