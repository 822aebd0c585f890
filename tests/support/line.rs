//! A line to a server that can be cut, frozen and mended: what an outage looks like to the archive.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use sogoc::config::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Forwards a local port to a server until it is cut.
pub struct Line {
    /// `127.0.0.1:PORT` to use instead of the server's own address.
    pub address: String,
    up: Arc<AtomicBool>,
    frozen: watch::Sender<bool>,
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
        let (frozen, _) = watch::channel(false);
        let refused = Arc::new(AtomicUsize::new(0));
        let broken = Arc::new(Mutex::new(CancellationToken::new()));
        tokio::spawn(forward(
            listener,
            server.to_owned(),
            up.clone(),
            refused.clone(),
            broken.clone(),
            frozen.clone(),
        ));
        Self {
            address,
            up,
            frozen,
            refused,
            broken,
        }
    }

    /// A line to the vault's S3, over which the settings lead from now on.
    pub async fn to_vault(config: &mut Config) -> Self {
        let endpoint = config.vault.endpoint.take().unwrap();
        let line = Self::to(endpoint.trim_start_matches("http://")).await;
        config.vault.endpoint = Some(format!("http://{}", line.address));
        line
    }

    /// A line to the catalogue's PostgreSQL, over which the settings lead from now on.
    pub async fn to_catalogue(config: &mut Config) -> Self {
        let url = config.catalogue.url.take().unwrap();
        let mut parts = url.split(['@', '/']);
        let server = parts.find(|part| part.starts_with("127.0.0.1:")).unwrap();
        let line = Self::to(server).await;
        config.catalogue.url = Some(url.replace(server, &line.address));
        line
    }

    /// Breaks every connection and lets no new one through.
    pub fn cut(&self) {
        self.up.store(false, Ordering::SeqCst);
        self.broken.lock().unwrap().cancel();
    }

    /// Lets every connection through and nothing over it, in either direction.
    pub fn freeze(&self) {
        self.frozen.send_replace(true);
    }

    /// How many connections were not let through so far.
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        *self.broken.lock().unwrap() = CancellationToken::new();
        self.frozen.send_replace(false);
        self.up.store(true, Ordering::SeqCst);
    }
}

async fn forward(
    listener: TcpListener,
    server: String,
    up: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
    broken: Arc<Mutex<CancellationToken>>,
    frozen: watch::Sender<bool>,
) {
    while let Ok((near, _)) = listener.accept().await {
        if !up.load(Ordering::SeqCst) {
            refused.fetch_add(1, Ordering::SeqCst);
            continue; // dropped: the caller sees a connection that ends at once
        }
        let (server, broken) = (server.clone(), broken.lock().unwrap().clone());
        let frozen = frozen.subscribe();
        tokio::spawn(async move {
            let Ok(far) = TcpStream::connect(server).await else {
                return;
            };
            let (near_read, near_write) = near.into_split();
            let (far_read, far_write) = far.into_split();
            tokio::select! {
                () = carry(near_read, far_write, frozen.clone()) => {}
                () = carry(far_read, near_write, frozen) => {}
                () = broken.cancelled() => {}
            }
        });
    }
}

/// Carries bytes one way until either side ends; while frozen it holds what came.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut frozen: watch::Receiver<bool>) {
    let mut bytes = vec![0; 64 << 10];
    loop {
        let Ok(count @ 1..) = from.read(&mut bytes).await else {
            return;
        };
        if frozen.wait_for(|frozen| !frozen).await.is_err() {
            return;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
