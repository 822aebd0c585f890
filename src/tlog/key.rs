//! The key that signs checkpoints: Ed25519, in the text form of signed notes (<https://c2sp.org/signed-note>).

use data_encoding::BASE64;
use ed25519_dalek::SigningKey;
use signed_note::{
    Note, Signer as _, StandardSigner, StandardVerifier, Verifier, VerifierList, key_id,
    new_ed25519_verifier_key,
};
use tlog_tiles::Checkpoint;

use super::tiles::Head;
use crate::vault::{Files, Result};

/// Mark of Ed25519 in a note's key.
const ED25519: u8 = 1;
/// Folder of the public keys.
const KEYS: &str = "keys";

/// A text that is not a checkpoint of this log, or that none of the known keys signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotGenuine;

/// A private key with its name.
pub struct LogKey {
    signer: StandardSigner,
    verifier: String,
}

impl LogKey {
    /// A fresh key of the log called `name`, as the text to be stored: `PRIVATE+KEY+<name>+<id>+<key>`.
    pub fn fresh(seed: &[u8; 32], name: &str) -> String {
        let secret = SigningKey::from_bytes(seed);
        let mut public = vec![ED25519];
        public.extend_from_slice(secret.verifying_key().as_bytes());
        let mut private = vec![ED25519];
        private.extend_from_slice(seed);
        let id = key_id(name, &public);
        format!("PRIVATE+KEY+{name}+{id:08x}+{}", BASE64.encode(&private))
    }

    /// Reads a stored key; `None` for any other text.
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        let signer = StandardSigner::new(text).ok()?;
        // The key itself may hold the sign that parts the five pieces.
        let private = BASE64.decode(text.splitn(5, '+').nth(4)?.as_bytes()).ok()?;
        let seed: [u8; 32] = private.get(1..)?.try_into().ok()?;
        let public = SigningKey::from_bytes(&seed).verifying_key();
        let verifier = new_ed25519_verifier_key(signer.name(), &public);
        Some(Self { signer, verifier })
    }

    /// The public key: `<name>+<id>+<key>`.
    pub fn verifier(&self) -> &str {
        &self.verifier
    }

    /// The signed checkpoint of a tree; `None` when the key's name cannot stand in one, which [`LogKey::from_text`]
    /// excludes.
    pub fn sign(&self, head: &Head) -> Option<Vec<u8>> {
        let checkpoint = Checkpoint::new(self.signer.name(), head.size, head.root, "").ok()?;
        let mut note = Note::new(&checkpoint.to_bytes(), &[]).ok()?;
        note.add_sigs(&[&self.signer]).ok()?;
        Some(note.to_bytes())
    }
}

/// The tree that a checkpoint vouches for, when one of the known public keys signed it.
///
/// # Errors
/// [`NotGenuine`].
pub fn open_checkpoint(note: &[u8], verifiers: &[String]) -> std::result::Result<Head, NotGenuine> {
    let note = Note::from_bytes(note).map_err(|_| NotGenuine)?;
    let mut known: Vec<Box<dyn Verifier>> = Vec::new();
    for verifier in verifiers {
        known.push(Box::new(
            StandardVerifier::new(verifier).map_err(|_| NotGenuine)?,
        ));
    }
    let names: Vec<String> = known.iter().map(|key| key.name().to_owned()).collect();
    note.verify(&VerifierList::new(known))
        .map_err(|_| NotGenuine)?;
    let checkpoint = Checkpoint::from_bytes(note.text()).map_err(|_| NotGenuine)?;
    // The note is signed by a key we know, but under the name of another log: a replay.
    if !names.iter().any(|name| name == checkpoint.origin()) {
        return Err(NotGenuine);
    }
    Ok(Head {
        size: checkpoint.size(),
        root: *checkpoint.hash(),
    })
}

/// Puts a public key beside the tiles, so that whoever has only them can check a checkpoint's signature.
///
/// # Errors
/// As [`Files::put_once`].
pub async fn publish_key(files: &Files, verifier: &str) -> Result<()> {
    let id = verifier.split('+').nth(1).unwrap_or_default();
    let text = format!("{verifier}\n");
    // `put_once`, because a key that changes under its id would make earlier checkpoints look
    // forged.
    files.put_once(&format!("{KEYS}/{id}"), text.into()).await
}

/// The public keys beside the tiles. Whoever can write there can put one of their own: they say who signed, not
/// whether to trust it.
///
/// # Errors
/// As [`Files::names`].
pub async fn published_keys(files: &Files) -> Result<Vec<String>> {
    let mut keys = Vec::new();
    for name in files.names(KEYS).await? {
        let Some(text) = files.get(&name).await? else {
            continue;
        };
        let text = String::from_utf8_lossy(&text).trim().to_owned();
        // A file that is no key is passed over: the folder lies where others can write, and one bad
        // file must not hide the good ones.
        if StandardVerifier::new(&text).is_ok() {
            keys.push(text);
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8, name: &str) -> LogKey {
        LogKey::from_text(&LogKey::fresh(&[seed; 32], name)).unwrap()
    }

    fn head(size: u64) -> Head {
        Head {
            size,
            root: tlog_tiles::record_hash(b"x"),
        }
    }

    #[test]
    fn a_checkpoint_opens_with_the_key_that_signed_it_and_no_other() {
        let (ours, others) = (key(1, "log-example"), key(2, "log-example"));
        let note = ours.sign(&head(7)).unwrap();
        let known = [others.verifier().to_owned(), ours.verifier().to_owned()];
        assert_eq!(open_checkpoint(&note, &known), Ok(head(7)));
        assert_eq!(open_checkpoint(&note, &known[..1]), Err(NotGenuine));
        assert_eq!(open_checkpoint(&note, &[]), Err(NotGenuine));
    }

    #[test]
    fn a_changed_checkpoint_is_not_genuine() {
        let ours = key(1, "log-example");
        let known = [ours.verifier().to_owned()];
        let note = String::from_utf8(ours.sign(&head(7)).unwrap()).unwrap();
        let larger = note.replace("\n7\n", "\n8\n");
        assert_eq!(open_checkpoint(larger.as_bytes(), &known), Err(NotGenuine));
        for cut in 0..note.len() {
            assert_eq!(
                open_checkpoint(&note.as_bytes()[..cut], &known),
                Err(NotGenuine)
            );
        }
    }

    /// Base64 has the sign that parts a key's pieces.
    #[test]
    fn every_fresh_key_is_read_back() {
        for seed in 0..=255 {
            let ours = key(seed, "log-example");
            let known = [ours.verifier().to_owned()];
            let note = ours.sign(&head(1)).unwrap();
            assert!(open_checkpoint(&note, &known).is_ok(), "{seed}");
        }
    }

    #[test]
    fn other_texts_are_no_key() {
        let text = LogKey::fresh(&[1; 32], "log-example");
        for wrong in ["", "PRIVATE+KEY", &text[..40], &text.replace('+', "-")] {
            assert!(LogKey::from_text(wrong).is_none(), "{wrong}");
        }
    }
}
