//! `serve` and `work`: the two services, with and without the web.

use std::process::ExitCode;
use std::sync::Arc;

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
    let listener = tokio::net::TcpListener::bind(&config.web.listen)
        .await
        .map_err(|error| Error::unavailable("address", error))?;
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
    let closing = stop.clone();
    let served = web::serve(archive.clone(), listener, async move {
        closing.cancelled().await;
    });
    tasks.spawn(async move {
        if let Err(error) = served.await {
            tracing::error!(%error, "the web server failed");
        }
    });
    finish(&archive, stop, tasks).await
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
