//! The PKCS#12 file that holds the key: made once, readable by its owner only, never overwritten.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use p12_keystore::{
    Certificate as Stored, KeyStore, KeyStoreEntry, Pkcs12ImportPolicy, PrivateKey, PrivateKeyChain,
};
use zeroize::Zeroizing;

use super::SealError;
use super::certificate::Certificate;
use super::error::KeyFault;
use super::key::SoftwareKey;
use super::test_authority::TestIdentity;
use crate::config::Padding;

/// Larger files are not key files.
const LARGEST: u64 = 1 << 20;

/// Reads key and chain. `Ok(None)` when there is no such file.
pub fn read(
    path: &Path,
    password: &str,
    padding: Padding,
) -> Result<Option<SoftwareKey>, SealError> {
    let facts = match fs::metadata(path) {
        Ok(facts) => facts,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unavailable(path, error)),
    };
    if facts.len() > LARGEST {
        return Err(SealError::KeyRefused(KeyFault::FileTooLarge));
    }
    refuse_if_exposed(&facts)?;
    let bytes = fs::read(path).map_err(|error| unavailable(path, error))?;
    let store = KeyStore::from_pkcs12(&bytes, password, Pkcs12ImportPolicy::Strict)
        .map_err(|error| SealError::KeyFile(error.to_string()))?;
    let (_, stored) = store
        .private_key_chain()
        .ok_or(SealError::KeyRefused(KeyFault::NoKey))?;
    let chain = stored
        .certs()
        .iter()
        .map(|certificate| Certificate::from_der(certificate.as_der()))
        .collect::<Result<Vec<_>, _>>()?;
    SoftwareKey::new(stored.key().as_der(), chain, padding).map(Some)
}

#[cfg(unix)]
fn refuse_if_exposed(facts: &fs::Metadata) -> Result<(), SealError> {
    use std::os::unix::fs::PermissionsExt;
    // Only what everyone on the machine may do is refused; the group is the office's own choice.
    if facts.permissions().mode() & 0o007 != 0 {
        return Err(SealError::KeyRefused(KeyFault::Exposed));
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_if_exposed(_: &fs::Metadata) -> Result<(), SealError> {
    Ok(())
}

/// Writes a new file, durable before this returns. A file that appeared meanwhile is left alone.
pub fn create(path: &Path, password: &str, identity: &TestIdentity) -> Result<(), SealError> {
    let packed = pack(password, identity).map_err(|error| SealError::KeyFile(error.to_string()))?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let failed = |error| unavailable(path, error);
    // A temporary file is readable by its owner only from the start; its name becomes the real one when it is whole.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(&packed).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        // Two processes that start side by side both find no file; the second takes the key of the first, else
        // the office would have two identities.
        Err(refused) if refused.error.kind() == ErrorKind::AlreadyExists => return Ok(()),
        Err(refused) => return Err(unavailable(path, refused.error)),
    }
    // Synced too: after a power failure that took the name, the next start would make another key.
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}

fn pack(
    password: &str,
    identity: &TestIdentity,
) -> Result<Zeroizing<Vec<u8>>, p12_keystore::error::Error> {
    let key = PrivateKey::from_der(&identity.pkcs8)?;
    let certificates = identity
        .chain
        .iter()
        .map(|certificate| Stored::from_der(certificate.der()))
        .collect::<Result<Vec<_>, _>>()?;
    let chain = PrivateKeyChain::new("seal", key, certificates);
    let mut store = KeyStore::new();
    store.add_entry("seal", KeyStoreEntry::PrivateKeyChain(chain));
    store.writer(password).write().map(Zeroizing::new)
}

fn unavailable(path: &Path, cause: std::io::Error) -> SealError {
    let path = path.to_owned();
    SealError::KeyFileUnavailable { path, cause }
}
