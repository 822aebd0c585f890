//! Stylesheet, scripts, letters and icon, embedded in the executable, each under an address that names its digest.

use std::io::Write;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;

const SCRIPT: &str = "text/javascript; charset=utf-8";
pub const LETTERS: &str = "font/woff2";
/// Name, media type and bytes of everything static, listed by hand.
const FILES: &[(&str, &str, &[u8])] = &[
    (
        "app.css",
        "text/css; charset=utf-8",
        include_bytes!("../../web/app.css"),
    ),
    (
        "icon.svg",
        "image/svg+xml",
        include_bytes!("../../web/icon.svg"),
    ),
    ("batch.js", SCRIPT, include_bytes!("../../web/batch.js")),
    ("upload.js", SCRIPT, include_bytes!("../../web/upload.js")),
    ("grid.js", SCRIPT, include_bytes!("../../web/grid.js")),
    (
        "document_viewer.js",
        SCRIPT,
        include_bytes!("../../web/document_viewer.js"),
    ),
    (
        "openseadragon.min.js",
        SCRIPT,
        include_bytes!("../../web/openseadragon/openseadragon.min.js"),
    ),
    ("record.js", SCRIPT, include_bytes!("../../web/record.js")),
    ("columns.js", SCRIPT, include_bytes!("../../web/columns.js")),
    (
        "tracking.js",
        SCRIPT,
        include_bytes!("../../web/tracking.js"),
    ),
    ("api.js", SCRIPT, include_bytes!("../../web/api.js")),
    (
        "be-vietnam-pro-latin-400.woff2",
        LETTERS,
        include_bytes!("../../web/fonts/be-vietnam-pro-latin-400.woff2"),
    ),
    (
        "be-vietnam-pro-latin-600.woff2",
        LETTERS,
        include_bytes!("../../web/fonts/be-vietnam-pro-latin-600.woff2"),
    ),
    (
        "be-vietnam-pro-vietnamese-400.woff2",
        LETTERS,
        include_bytes!("../../web/fonts/be-vietnam-pro-vietnamese-400.woff2"),
    ),
    (
        "be-vietnam-pro-vietnamese-600.woff2",
        LETTERS,
        include_bytes!("../../web/fonts/be-vietnam-pro-vietnamese-600.woff2"),
    ),
];

/// A file as it is served.
pub struct Served {
    name: &'static str,
    /// Media type for `Content-Type`.
    pub kind: &'static str,
    /// As it was written.
    pub bytes: &'static [u8],
    /// Compressed, where that makes it smaller.
    pub gzip: Option<Vec<u8>>,
    /// Part of its digest, by which pages name it.
    pub version: String,
}

static SERVED: LazyLock<Vec<Served>> = LazyLock::new(|| {
    let serve = |(name, kind, bytes): &(&'static str, &'static str, &'static [u8])| Served {
        name,
        kind,
        bytes,
        gzip: gzip(bytes).filter(|smaller| smaller.len() < bytes.len()),
        version: hex::encode(<sha2::Sha256 as sha2::Digest>::digest(bytes))[..12].to_owned(),
    };
    FILES.iter().map(serve).collect()
});

fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

/// The address of a file for a page: kept by browsers until its bytes change.
pub fn address(name: &str) -> String {
    let found = SERVED.iter().find(|served| served.name == name);
    let version = found.map_or("", |served| served.version.as_str());
    format!("/static/{name}?v={version}")
}

/// The file of a name.
pub fn find(name: &str) -> Option<&'static Served> {
    SERVED.iter().find(|served| served.name == name)
}
