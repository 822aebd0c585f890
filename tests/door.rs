//! The public door under clients that are slow, broken or too many: each is ended in time, memory has a ceiling, and the
//! others are served.

mod bodies;
mod connections;
mod networks;
mod watch;

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::server::Server;

/// What a server with a patience of one second may take to end a client, on a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// A connection to a server, with `said` on it.
async fn saying(server: &Server, said: &[u8]) -> TcpStream {
    let address = server.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(said).await.unwrap();
    stream
}

/// All that comes until the server hangs up; panics when it does not within [`SOON`].
async fn rest(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    let read = tokio::time::timeout(SOON, stream.read_to_end(&mut said)).await;
    // A reset is an end as good as any.
    drop(read.expect("the server never hung up"));
    String::from_utf8_lossy(&said).into_owned()
}
