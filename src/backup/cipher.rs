//! What is written to a place: encrypted to recipients with age (age-encryption.org), or plain where the administrator
//! said so; hashed as it is stored.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use age::x25519::Recipient;
use age::{Decryptor, Encryptor, Identity, IdentityFile};

use crate::error::{Error, Result};
use crate::messages::Message;
use crate::vault::{Digest, Hasher};

/// Ending of the names of encrypted files.
pub(super) const ENDING: &str = ".age";

/// How files are written.
pub(super) enum Cipher {
    Plain,
    To(Vec<Recipient>),
}

impl Cipher {
    /// Encrypted to these public keys.
    pub(super) fn to(recipients: &[String]) -> Result<Self> {
        let parse = |text: &String| {
            text.trim().parse::<Recipient>().map_err(|why| {
                let message = Message::new("errors.setting.backup_recipient");
                let message = message.with("recipient", text).with("why", why);
                Error::wrong_setting("backup.recipients", message)
            })
        };
        Ok(Self::To(
            recipients.iter().map(parse).collect::<Result<_>>()?,
        ))
    }

    pub(super) fn encrypts(&self) -> bool {
        matches!(self, Self::To(_))
    }

    /// Name of a file that is written so.
    pub(super) fn name(&self, name: &str) -> String {
        let ending = if self.encrypts() { ENDING } else { "" };
        format!("{name}{ending}")
    }

    /// Starts writing a file, encrypted or plain, and hashes what is stored.
    pub(super) fn wrap(&self, file: File) -> Result<Sealing> {
        let out = Hashed {
            file,
            hasher: Hasher::default(),
        };
        let Self::To(recipients) = self else {
            return Ok(Sealing::Plain(out));
        };
        let to = recipients.iter().map(|one| one as &dyn age::Recipient);
        let encryptor = Encryptor::with_recipients(to)
            .map_err(|error| Error::Internal(format!("age: {error}")))?;
        Ok(Sealing::Age(Box::new(encryptor.wrap_output(out)?)))
    }
}

/// A file on disk, and the digest of what was written to it.
pub(super) struct Hashed {
    file: File,
    hasher: Hasher,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A file that is being written.
pub(super) enum Sealing {
    Plain(Hashed),
    Age(Box<age::stream::StreamWriter<Hashed>>),
}

impl Sealing {
    /// Digest and length of what is stored.
    pub(super) fn finish(self) -> Result<(Digest, u64)> {
        let done = match self {
            Self::Plain(out) => out,
            Self::Age(out) => out.finish()?,
        };
        Ok(done.hasher.finish())
    }
}

impl Write for Sealing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Age(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Age(out) => out.flush(),
        }
    }
}

/// The secret halves of recipients, for as long as something is restored.
#[derive(Default)]
pub struct Identities(Vec<Box<dyn Identity + Send + Sync>>);

impl std::fmt::Debug for Identities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identities({})", self.0.len())
    }
}

impl Identities {
    /// Reads a file as `age-keygen` writes it; `-` reads standard input, so that it need not lie on this machine.
    ///
    /// # Errors
    /// `Refused` for a file that is not an identity file of age.
    pub fn read(file: &Path) -> Result<Self> {
        let wrong = |why: &dyn std::fmt::Display| {
            let message = Message::new("errors.backup_identity_file");
            Error::refuse(message.with("file", file.display()).with("why", why))
        };
        let read = match file.as_os_str() == "-" {
            true => IdentityFile::from_buffer(io::stdin().lock()),
            false => IdentityFile::from_file(file.display().to_string()),
        };
        let identities = read.map_err(|why| wrong(&why))?.into_identities();
        Ok(Self(identities.map_err(|why| wrong(&why))?))
    }

    /// Opens a stored file for reading; `name` tells whether it is encrypted.
    pub(super) fn open<'a>(&'a self, name: &str, file: File) -> Result<Box<dyn Read + 'a>> {
        if !name.ends_with(ENDING) {
            return Ok(Box::new(io::BufReader::new(file)));
        }
        let none = |why: age::DecryptError| {
            Error::refuse(Message::new("errors.backup_identity").with("why", why))
        };
        let decryptor = Decryptor::new(io::BufReader::new(file)).map_err(none)?;
        let identities = self.0.iter().map(|one| &**one as &dyn Identity);
        Ok(Box::new(decryptor.decrypt(identities).map_err(none)?))
    }
}
