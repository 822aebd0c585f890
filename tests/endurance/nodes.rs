//! Two nodes over one catalogue and one vault: an upload goes on at whichever its next piece comes to, and a node that
//! is gone takes nothing with it.

use bytes::Bytes;
use sogoc::access::Caller;
use sogoc::archive::Archive;
use sogoc::batch::{self, NewBatch};
use sogoc::error::{Error, Result};
use sogoc::jobs::Kind;
use sogoc::upload::{self, NewUpload, Upload};
use sogoc::{scan, worker};

use crate::support::archive::{Ground, settings};
use crate::support::holdings;

/// A file of this many pieces.
const PIECES: usize = 5;

struct Nodes {
    one: Archive,
    two: Archive,
    batch: String,
    _folders: [tempfile::TempDir; 2],
    _store: Option<crate::support::seaweed::Seaweed>,
}

impl Nodes {
    async fn start() -> Self {
        let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let (config, store) = settings(Ground::Scaled, folders[0].path()).await;
        let one = Archive::open(config.clone()).await.unwrap();
        let mut other = config.clone();
        other.data = folders[1].path().to_path_buf();
        super::agreement::copy_folder(&config.data.join("seal"), &other.data.join("seal"));
        let two = Archive::open(other).await.unwrap();
        let new = NewBatch {
            name: "Hộp 1".into(),
            ..NewBatch::default()
        };
        let batch = batch::open(&one, &Caller::machine(), &new).await.unwrap();
        Self {
            one,
            two,
            batch: batch.id,
            _folders: folders,
            _store: store,
        }
    }

    async fn begin(&self, name: &str, size: usize) -> Upload {
        let new = NewUpload {
            batch_id: &self.batch,
            name,
            size: size as u64,
            sha256: None,
        };
        upload::create(&self.one, &Caller::machine(), &new)
            .await
            .unwrap()
    }

    /// How far it is, as the other node knows.
    async fn upload(&self, begun: &Upload) -> Upload {
        upload::get(&self.two, &Caller::machine(), &begun.id)
            .await
            .unwrap()
    }
}

async fn send(node: &Archive, id: &str, at: usize, bytes: &[u8]) -> Result<Upload> {
    let body: Vec<std::result::Result<Bytes, &str>> = vec![Ok(Bytes::copy_from_slice(bytes))];
    let body = futures::stream::iter(body);
    upload::append(node, &Caller::machine(), id, at as u64, None, body).await
}

/// Names of the parts that lie beside the vault.
async fn parts(node: &Archive) -> Vec<String> {
    node.vault.upload_files().names("").await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_at_whichever_node_its_next_piece_comes_to() {
    let nodes = Nodes::start().await;
    let bytes = holdings::page(1);
    let begun = nodes.begin("trang.png", bytes.len()).await;
    let length = bytes.len().div_ceil(PIECES);
    let mut at = 0;
    for (turn, piece) in bytes.chunks(length).enumerate() {
        let node = [&nodes.one, &nodes.two][turn % 2];
        let now = send(node, &begun.id, at, piece).await.unwrap();
        at += piece.len();
        assert_eq!(now.received, at as i64);
    }
    let scan = nodes.upload(&begun).await.scan_id.unwrap();
    let master = scan::fetch_master(&nodes.two, &scan).await.unwrap();
    assert!(std::fs::read(&master).unwrap() == bytes);
    assert_eq!(parts(&nodes.one).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_gone_takes_nothing_with_it_and_the_other_finishes() {
    let nodes = Nodes::start().await;
    let bytes = holdings::page(2);
    let begun = nodes.begin("trang.png", bytes.len()).await;
    let half = bytes.len() / 2;
    send(&nodes.one, &begun.id, 0, &bytes[..half])
        .await
        .unwrap();
    std::fs::remove_dir_all(&nodes.one.spool).unwrap();
    let done = send(&nodes.two, &begun.id, half, &bytes[half..]).await;
    assert!(done.unwrap().scan_id.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_piece_sent_to_both_nodes_one_is_taken_and_the_file_is_right() {
    let nodes = Nodes::start().await;
    let bytes = holdings::page(3);
    let begun = nodes.begin("trang.png", bytes.len()).await;
    let half = bytes.len() / 2;
    let (one, two) = tokio::join!(
        send(&nodes.one, &begun.id, 0, &bytes[..half]),
        send(&nodes.two, &begun.id, 0, &bytes[..half / 2]),
    );
    let refused = one.as_ref().err().or(two.as_ref().err()).unwrap();
    assert!(
        ["upload_busy", "offset_differs"].contains(&refused.code()),
        "{refused:?}"
    );
    let now = nodes.upload(&begun).await;
    let at = usize::try_from(now.received).unwrap();
    let (one, two) = tokio::join!(
        send(&nodes.one, &begun.id, at, &bytes[at..]),
        send(&nodes.two, &begun.id, at, &bytes[at..]),
    );
    assert!(one.is_ok() || two.is_ok(), "{one:?} {two:?}");
    let scan = nodes.upload(&begun).await.scan_id.unwrap();
    let master = scan::fetch_master(&nodes.two, &scan).await.unwrap();
    assert!(std::fs::read(&master).unwrap() == bytes);
    assert_eq!(parts(&nodes.one).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_damaged_or_gone_is_never_received_as_if_it_were_whole() {
    let nodes = Nodes::start().await;
    let bytes = holdings::page(4);
    let begun = nodes.begin("trang.png", bytes.len()).await;
    let half = bytes.len() / 2;
    send(&nodes.one, &begun.id, 0, &bytes[..half])
        .await
        .unwrap();
    let name = parts(&nodes.one).await.remove(0);
    let files = nodes.one.vault.upload_files();
    let good = files.get(&name).await.unwrap().unwrap();
    let mut wrong = good.to_vec();
    wrong[7] ^= 1;
    files.put(&name, wrong.into()).await.unwrap();
    let told = send(&nodes.two, &begun.id, half, &bytes[half..]).await;
    assert!(matches!(told, Err(Error::Unavailable { .. })), "{told:?}");
    files.remove(&name).await.unwrap();
    let again = send(&nodes.two, &begun.id, bytes.len(), b"").await;
    assert!(matches!(again, Err(Error::Unavailable { .. })), "{again:?}");
    files.put(&name, good).await.unwrap();
    let done = send(&nodes.two, &begun.id, bytes.len(), b"").await;
    assert!(done.unwrap().scan_id.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_an_upload_that_was_given_up_go_even_where_whoever_gave_it_up_was_cut_off() {
    let nodes = Nodes::start().await;
    let bytes = holdings::page(5);
    let given_up = nodes.begin("a.png", bytes.len()).await;
    send(&nodes.one, &given_up.id, 0, &bytes[..9])
        .await
        .unwrap();
    upload::cancel(&nodes.two, &Caller::machine(), &given_up.id)
        .await
        .unwrap();
    assert_eq!(parts(&nodes.one).await, Vec::<String>::new());
    let files = nodes.one.vault.upload_files();
    files
        .put("0198-gone/00-part", Bytes::from_static(b"left behind"))
        .await
        .unwrap();
    let waiting = nodes.begin("b.png", bytes.len()).await;
    send(&nodes.one, &waiting.id, 0, &bytes[..9]).await.unwrap();
    let mut tx = nodes.two.begin_as_machine().await.unwrap();
    tx.enqueue(Kind::SweepUploads, "all", 5).await.unwrap();
    tx.commit().await.unwrap();
    worker::drain(&nodes.two).await.unwrap();
    let left = parts(&nodes.one).await;
    assert!(
        left.len() == 1 && left[0].starts_with(&waiting.id),
        "{left:?}"
    );
}
