//! `serve` and `work`: the two services, with and without the web.

use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::pin;
use crate::archive::Archive;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::{access, lifecycle, web, worker};

/// Options and arguments of `sogoc serve`.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Address and port to listen on; port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// What the world calls this service, printed in QR codes.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Serve without working the queue; other machines run `sogoc work`.
    #[arg(long)]
    no_work: bool,
}

/// Serves the pages and the API until a signal stops it.
///
/// # Errors
/// `Unavailable` when a part or the address cannot be opened.
pub async fn serve(mut config: Config, options: Serve) -> Result<ExitCode> {
    if let Some(listen) = options.listen {
        config.web.listen = listen;
    }
    config.check()?;
    let listener = bound(&config.web.listen).await?;
    let watch = match &config.web.watch_listen {
        Some(address) => Some(bound(address).await?),
        None => None,
    };
    // Port 0 is known only now, and the address in QR codes depends on it.
    config.web.listen = listener.local_addr()?.to_string();
    config.web.public_url = options.public_url.or(config.web.public_url);
    let archive = Arc::new(Archive::open(config).await?);
    if let Some(file) = access::first_run(&archive).await? {
        let said = Message::new("cli.first_administrator").with("file", file.display());
        eprintln!("{}\n{}", said.vi(), said.en());
    }
    pin::ask(&archive).await?;
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    lifecycle::enter(&archive, "serve", &stop, &tasks).await?;
    worker::follow(&archive, &stop, &tasks);
    worker::sequence(&archive, &stop, &tasks);
    if !options.no_work {
        worker::start(&archive, &stop, &tasks);
    }
    println!("http://{}", archive.config.web.listen);
    let closed = || {
        let closing = stop.clone();
        async move { closing.cancelled().await }
    };
    if let Some(watch) = watch {
        let served = web::serve_watch(archive.clone(), watch, closed());
        tasks.spawn(async move {
            if let Err(error) = served.await {
                tracing::error!(%error, "health and metrics are not served");
            }
        });
    }
    let served = web::serve(archive.clone(), listener, closed());
    tasks.spawn(async move {
        if let Err(error) = served.await {
            tracing::error!(%error, "the web server failed");
        }
    });
    finish(&archive, stop, tasks).await
}

async fn bound(address: &str) -> Result<TcpListener> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| Error::unavailable("address", error))
}

/// Works the queue until a signal stops it.
///
/// # Errors
/// `Unavailable` when a part cannot be opened.
pub async fn work(config: Config) -> Result<ExitCode> {
    let archive = Arc::new(Archive::open(config).await?);
    pin::ask(&archive).await?;
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    lifecycle::enter(&archive, "work", &stop, &tasks).await?;
    worker::sequence(&archive, &stop, &tasks);
    worker::start(&archive, &stop, &tasks);
    finish(&archive, stop, tasks).await
}

async fn finish(
    archive: &Archive,
    stop: CancellationToken,
    tasks: TaskTracker,
) -> Result<ExitCode> {
    let graceful = lifecycle::until_stopped(stop, tasks).await?;
    archive.pool.close();
    // After a hard stop tasks may still use the catalogue.
    if graceful {
        archive.catalogue.close().await;
    }
    Ok(ExitCode::SUCCESS)
}
