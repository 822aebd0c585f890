//! The office's seal as configured.

use std::path::{Path, PathBuf};

use crate::clock::Clock;
use crate::config::{Config, SealConfig, TokenConfig, read_named, wrong_file};
use crate::error::{Error, Result};
use crate::messages::Message;
use crate::seal::{KeySource, RemoteKey, Seal, Terms, TokenKey, TokenPlace, Trust, TrustError};

/// The configured key, or a test authority made at first start with a password of its own beside it. A token is looked
/// for at the first signature, not here.
///
/// # Errors
/// `Blocked` when the key cannot be used; `Invalid` settings; `Unavailable` disk.
pub fn open_seal(config: &Config, clock: &dyn Clock) -> Result<Seal> {
    let settings = &config.seal;
    if settings.token.is_some() || settings.detached.is_some() {
        return Ok(Seal::with_key(remote_key(settings)?)?.with_terms(terms(config)?));
    }
    let own = config.data.join("seal");
    let (key, password) = match (&settings.key_file, &settings.key_password_file) {
        (Some(key), Some(password)) => {
            (key.clone(), read_named("seal.key_password_file", password)?)
        }
        (Some(key), None) => (key.clone(), String::new()),
        (None, _) => (own_key(config), own_password(&own, clock)?),
    };
    let (padding, agency) = (settings.rsa_padding, &config.office.agency);
    // A test authority is made where no key is named, and never in the place of an office's key that is gone.
    if let Some(named) = &settings.key_file {
        std::fs::metadata(named).map_err(|error| wrong_file("seal.key_file", named, error))?;
    }
    let seal = Seal::open_padded(&key, &password, padding, clock.now(), agency)?;
    Ok(seal.with_terms(terms(config)?))
}

/// A key that is not in this process: on a token, or on the approver's own machine.
fn remote_key(settings: &SealConfig) -> Result<Box<dyn KeySource>> {
    let chain = settings
        .certificates
        .as_deref()
        .map(trust_file)
        .transpose()?;
    // Without certificates there is nothing to sign in the name of; `Config::check` has refused
    // that before.
    let chain = chain.unwrap_or_default().anchors().to_vec();
    Ok(match &settings.token {
        Some(token) => Box::new(TokenKey::new(
            token_place(token)?,
            chain,
            settings.rsa_padding,
        )?),
        None => Box::new(RemoteKey::new(chain, settings.rsa_padding)?),
    })
}

fn token_place(token: &TokenConfig) -> Result<TokenPlace> {
    let pin = match (std::env::var("SOGOC_SEAL_PIN"), &token.pin_file) {
        (Ok(pin), _) => Some(pin),
        (Err(_), Some(file)) => Some(read_named("seal.token.pin_file", file)?),
        (Err(_), None) => None,
    };
    Ok(TokenPlace {
        module: token.module.clone(),
        token: token.token.clone(),
        key: token.key.clone(),
        pin: pin.map(Into::into),
    })
}

fn terms(config: &Config) -> Result<Terms> {
    let settings = &config.seal;
    let read = |file: &Option<PathBuf>| file.as_deref().map(trust_file).transpose();
    Ok(Terms {
        level: settings.level,
        time_authority: settings.time_authority.clone(),
        closed_network: settings.closed_network,
        trust: read(&settings.trust_file)?.unwrap_or_default(),
        time_trust: read(&settings.time_trust_file)?,
        earlier: read(&settings.earlier_certificates)?
            .unwrap_or_default()
            .anchors()
            .to_vec(),
    })
}

/// Reads a bundle of trusted certificates.
///
/// # Errors
/// `Invalid` when it holds no certificates.
pub fn trust_file(file: &Path) -> Result<Trust> {
    certificates_of(file, Trust::from_pem)
}

/// Reads the identity file of an office.
///
/// # Errors
/// `Invalid` when it is not an identity file.
pub fn identity_file(file: &Path) -> Result<Trust> {
    certificates_of(file, Trust::from_identity)
}

fn certificates_of(
    file: &Path,
    parse: impl Fn(&str) -> Result<Trust, TrustError>,
) -> Result<Trust> {
    let bad = |why: &dyn std::fmt::Display| {
        Error::fault(
            "/trust",
            Message::new("faults.trust_file_cannot_used")
                .with("file", file.display())
                .with("why", why),
        )
    };
    let pem = std::fs::read_to_string(file).map_err(|error| bad(&error))?;
    parse(&pem).map_err(|error| bad(&error))
}

fn own_key(config: &Config) -> PathBuf {
    config.data.join("seal").join("test-authority.p12")
}

/// Whom this archive's own checks trust, for offline ones; none where no seal was made yet.
///
/// # Errors
/// `Unavailable` when the key is there but cannot be opened.
pub fn own_trust(config: &Config, clock: &dyn Clock) -> Result<Option<Trust>> {
    let key = config.seal.key_file.clone();
    let remote = config.seal.token.is_some() || config.seal.detached.is_some();
    if !remote && !key.unwrap_or_else(|| own_key(config)).exists() {
        return Ok(None);
    }
    Ok(Some(open_seal(config, clock)?.trust()))
}

fn own_password(folder: &Path, clock: &dyn Clock) -> Result<String> {
    let file = folder.join("test-authority.password");
    secret_once(&file, &clock.new_secret())
}

/// Writes a secret where there is none yet, for its owner's eyes only, and gives the one that is there: another process
/// of the same folder may have been faster.
///
/// # Errors
/// `Unavailable` disk.
pub fn secret_once(file: &Path, fresh: &str) -> Result<String> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    // Create-only: of two processes that start at once one makes the secret, and both use it.
    match options.write(true).create_new(true).mode(0o600).open(file) {
        Ok(mut open) => {
            open.write_all(fresh.as_bytes())?;
            // A secret that is lost in a power failure would make the key unusable for good.
            open.sync_all()?;
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.into()),
    }
    // Read back in both cases, so that the winner and the loser of the race return the same text.
    Ok(std::fs::read_to_string(file)?)
}
