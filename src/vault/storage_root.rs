//! Reaching the store, and the storage root itself: made when the place is empty, refused when it
//! is somebody else's.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::memory::InMemory;
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::signer::Signer;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, RetryConfig};

use super::error::{Result, VaultError};
use super::folder::FolderStore;
use super::paths::{OCFL, TUPLE_SIZE, TUPLES, below};
use super::read_inventory;

const NAMASTE: &str = "0=ocfl_1.1";
const NAMASTE_TEXT: &str = "ocfl_1.1\n";
const LAYOUT: &str = "ocfl_layout.json";
const EXTENSION: &str = "0004-hashed-n-tuple-storage-layout";
/// After this long without an answer a request fails, so that a person hears "try again" in time.
const GIVE_UP_AFTER: Duration = Duration::from_secs(30);

/// Where the vault is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// `memory:`, a folder (a path or `file:///…`), or `s3://bucket/prefix`.
    pub url: String,
    /// How to reach the bucket; needed for `s3://` only.
    pub s3: Option<S3Access>,
}

/// Access to an S3 service. Keys never appear in its debug form.
#[derive(Clone, PartialEq, Eq)]
pub struct S3Access {
    /// Base address of the service; `http://` is allowed for one on the same machine.
    pub endpoint: String,
    /// Region name to sign with.
    pub region: String,
    /// Access key id of the S3 account.
    pub access_key_id: String,
    /// Its secret access key; never logged.
    pub secret_access_key: String,
}

impl fmt::Debug for S3Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Access")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl Location {
    /// A vault at `url` that needs no keys.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            s3: None,
        }
    }
}

/// A store whose keys are relative to the vault's base.
pub(super) enum Store {
    /// Where a whole object can be moved into place.
    Folder(FolderStore),
    /// Where only single files can be written.
    Other(Arc<dyn ObjectStore>),
}

/// Makes the store that `location` names; a folder only where `make` allows it.
pub(super) fn connect(location: &Location, make: bool) -> Result<Store> {
    let url = location.url.as_str();
    // The same code over memory, for whoever needs a vault that ends with the process.
    if url == "memory:" {
        return Ok(Store::Other(Arc::new(InMemory::new())));
    }
    if let Some(place) = url.strip_prefix("s3://") {
        let access = location
            .s3
            .as_ref()
            .ok_or_else(|| VaultError::invalid("an s3:// vault without endpoint and keys"))?;
        return connect_s3(place, access).map(Store::Other);
    }
    let folder = folder_of(url)?;
    // Opening would make the folder, so its absence has to be seen before.
    if !make && !Path::new(folder).join(OCFL).is_dir() {
        return Err(VaultError::not_found("the vault's folder"));
    }
    let store = FolderStore::open(Path::new(folder))
        .map_err(|error| VaultError::unavailable("opening the vault's folder", error))?;
    Ok(Store::Folder(store))
}

/// The folder that an address names, for one that names neither memory nor a bucket.
pub(super) fn folder_of(url: &str) -> Result<&str> {
    match url.split_once("://") {
        None if url.is_empty() => Err(VaultError::invalid("an empty vault address")),
        None => Ok(url),
        Some(("file", path)) if path.starts_with('/') => Ok(path),
        Some(_) => Err(VaultError::invalid("a vault address of an unknown scheme")),
    }
}

fn connect_s3(place: &str, access: &S3Access) -> Result<Arc<dyn ObjectStore>> {
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    if bucket.is_empty() {
        return Err(VaultError::invalid("an s3:// vault without a bucket"));
    }
    let store = s3_builder(bucket, access)?;
    Ok(Arc::new(PrefixStore::new(store, prefix.trim_matches('/'))))
}

fn s3_builder(bucket: &str, access: &S3Access) -> Result<AmazonS3> {
    let retry = RetryConfig {
        retry_timeout: GIVE_UP_AFTER,
        // A fault of the world is retried by the queue too; more here would only make a person at a page wait
        // longer.
        max_retries: 5,
        ..Default::default()
    };
    AmazonS3Builder::new()
        .with_endpoint(&access.endpoint)
        // Only for a service on the same machine or a trusted network: the settings must say
        // `http://` themselves.
        .with_allow_http(access.endpoint.starts_with("http://"))
        .with_region(&access.region)
        .with_bucket_name(bucket)
        .with_access_key_id(&access.access_key_id)
        .with_secret_access_key(&access.secret_access_key)
        .with_retry(retry)
        .build()
        .map_err(|error| VaultError::invalid(format!("S3 access: {error}")))
}

/// The files of an empty storage root in the order of writing; the declaration comes last, so a
/// root that has it is complete.
fn root_files() -> [(String, String); 3] {
    let parameters = serde_json::json!({
        "extensionName": EXTENSION,
        "digestAlgorithm": "sha256",
        "tupleSize": TUPLE_SIZE,
        "numberOfTuples": TUPLES,
        "shortObjectRoot": false,
    });
    let layout = serde_json::json!({
        "extension": EXTENSION,
        "description": "Objects lie in three folders of three characters each, then one of all 64, \
                        of the lower-case SHA-256 of their identifier",
    });
    [
        (
            format!("extensions/{EXTENSION}/config.json"),
            format!("{parameters:#}\n"),
        ),
        (LAYOUT.into(), format!("{layout:#}\n")),
        (NAMASTE.into(), NAMASTE_TEXT.into()),
    ]
}

/// Checks the storage root, made first where `make` allows it and the place is empty, and checks that the store
/// honours create-only writes.
pub(super) async fn prepare(store: &Arc<dyn ObjectStore>, make: bool) -> Result<()> {
    let root = Key::from(OCFL);
    let declaration = below(&root, NAMASTE);
    if read_inventory::get(store, &declaration).await?.is_none() {
        if !make {
            return Err(VaultError::not_found("the storage root"));
        }
        make_root(store, &root).await?;
    }
    check_root(store, &root).await?;
    // The declaration is there already, so a store that keeps its word refuses this. One that does not
    // would let two writers overwrite each other's versions unseen.
    match read_inventory::put(store, &declaration, NAMASTE_TEXT.into(), PutMode::Create).await? {
        read_inventory::Put::Exists => Ok(()),
        read_inventory::Put::Written => Err(VaultError::invalid(
            "the store ignores create-only writes (If-None-Match), so two writers could overwrite \
             each other",
        )),
    }
}

async fn make_root(store: &Arc<dyn ObjectStore>, root: &Key) -> Result<()> {
    let files = root_files();
    let ours: Vec<Key> = files.iter().map(|(path, _)| below(root, path)).collect();
    let mut present = store.list(Some(root));
    while let Some(file) = present
        .try_next()
        .await
        .map_err(|error| VaultError::unavailable("listing the storage root", error))?
    {
        // Files of ours may lie here from a start that was cut off; anything else is somebody's data.
        if !ours.contains(&file.location) {
            return Err(VaultError::invalid(
                "the place holds files and is no OCFL 1.1 root",
            ));
        }
    }
    for (path, text) in files {
        // Another process may be making the same root; the check that follows reads the outcome.
        read_inventory::put(store, &below(root, &path), text.into(), PutMode::Create).await?;
    }
    Ok(())
}

async fn check_root(store: &Arc<dyn ObjectStore>, root: &Key) -> Result<()> {
    for (path, expected) in root_files() {
        let found = read_inventory::get(store, &below(root, &path)).await?;
        let same = match (&found, path.ends_with(".json")) {
            // A root that lacks one of its files is of another layout, or its store lost a write.
            (None, _) => false,
            (Some(found), false) => found.as_ref() == expected.as_bytes(),
            (Some(found), true) => same_settings(found, &expected),
        };
        if !same {
            return Err(VaultError::invalid(format!(
                "an OCFL root of another layout: {path}"
            )));
        }
    }
    Ok(())
}

/// Compares what decides where objects lie; descriptions are for people.
fn same_settings(found: &[u8], expected: &str) -> bool {
    let settings = |bytes: &[u8]| -> Option<serde_json::Value> {
        let mut value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
        // Other tools may word the description as they like; only what decides where objects lie
        // must agree.
        value.as_object_mut()?.remove("description");
        Some(value)
    };
    settings(found).is_some_and(|found| Some(found) == settings(expected.as_bytes()))
}

/// Whether the store answers and the storage root is there, for readiness checks.
pub(super) async fn answers(store: &Arc<dyn ObjectStore>) -> Result<()> {
    let root = Key::from(OCFL);
    let looked = store.head(&below(&root, NAMASTE)).await;
    let failed = |error| VaultError::unavailable("looking at the storage root", error);
    match looked {
        Ok(_) => Ok(()),
        Err(object_store::Error::NotFound { .. }) => {
            // The answer to such a question has no body: whether the bucket or only the root is gone, a listing says.
            store
                .list_with_delimiter(Some(&root))
                .await
                .map_err(failed)?;
            Err(VaultError::not_found("the storage root"))
        }
        Err(error) => Err(failed(error)),
    }
}

/// As [`answers`], for whoever reads: a root that is gone is a disk that is not mounted, a fault that ends, and says nothing of
/// any object.
pub(super) async fn is_there(store: &Arc<dyn ObjectStore>) -> Result<()> {
    answers(store).await.map_err(|error| match error {
        VaultError::NotFound { what } => VaultError::unavailable(what, "it is not there"),
        other => other,
    })
}

/// Makes the bucket that `location` names; false where it names none.
pub(super) async fn make_bucket(location: &Location) -> Result<bool> {
    let (Some(place), Some(access)) = (location.url.strip_prefix("s3://"), &location.s3) else {
        return Ok(false);
    };
    let bucket = place.split('/').next().unwrap_or(place);
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
        VaultError::unavailable("making the bucket", error)
    };
    let address = s3_builder(bucket, access)?
        .signed_url(reqwest::Method::PUT, &Key::default(), GIVE_UP_AFTER)
        .await
        .map_err(|error| failed(error.into()))?;
    let client = reqwest::Client::builder().timeout(GIVE_UP_AFTER).build();
    let sent = client.map_err(|error| failed(error.into()))?.put(address);
    let answer = sent.send().await.map_err(|error| failed(error.into()))?;
    if answer.status().is_success() {
        return Ok(true);
    }
    let status = answer.status();
    let said = answer.text().await.unwrap_or_default();
    Err(failed(format!("{status}: {said}").into()))
}
