//! A key that never leaves its PKCS#11 token or HSM: one PIN for a signing session, one session kept for all signatures.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error as Fault, RvError};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::certificate::Certificate;
use super::error::{SealError, TokenFault};
use super::key::{Credential, KeySource, Scheme, TokenState};
use super::signature;
use crate::config::Padding;

/// What stands before a SHA-256 in PKCS#1 v1.5 (RFC 8017, 9.2, note 1): tokens pad, they do not name the digest.
const SHA_256_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// Where the key is.
pub struct TokenPlace {
    /// The maker's PKCS#11 library.
    pub module: PathBuf,
    /// Label of the token.
    pub token: String,
    /// Label of the key; may be left out where there is only one.
    pub key: Option<String>,
    /// The user's PIN; where absent, somebody gives it for a signing session.
    pub pin: Option<Zeroizing<String>>,
}

/// A key on a token. The token is looked for at the first signature, or when its PIN is given.
pub struct TokenKey {
    place: TokenPlace,
    credential: Credential,
    open: Mutex<Open>,
}

/// What one signing session holds.
#[derive(Default)]
struct Open {
    pin: Option<Zeroizing<String>>,
    session: Option<(Session, ObjectHandle)>,
    /// The token has said no to a PIN. Asking again would lock it, so nobody does before another is given.
    refused: bool,
}

impl TokenKey {
    /// The key at `place` that belongs to the first certificate of `chain`.
    pub fn new(
        mut place: TokenPlace,
        chain: Vec<Certificate>,
        padding: Padding,
    ) -> Result<TokenKey, SealError> {
        Ok(TokenKey {
            credential: Credential::of(chain, padding)?,
            open: Mutex::new(Open {
                pin: place.pin.take(),
                ..Open::default()
            }),
            place,
        })
    }

    // Tokens serve one caller at a time; the lock is held for the whole signature, PIN and all. A panic
    // while it was held leaves nothing half done, as the session is opened again whenever it fails.
    fn held(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn session(&self, pin: &str) -> Result<(Session, ObjectHandle), TokenFault> {
        let module = Pkcs11::new(&self.place.module).map_err(|fault| {
            tracing::warn!(%fault, "the token's library cannot be loaded");
            TokenFault::Library
        })?;
        // The library is one for the whole process, so a second opening finds it initialised already.
        match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Fault::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(fault) => return Err(TokenFault::from(fault)),
        }
        let slot = self.slot(&module)?;
        let session = module.open_ro_session(slot)?;
        let pin = AuthPin::from(pin);
        match session.login(UserType::User, Some(&pin)) {
            Ok(()) | Err(Fault::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(fault) => return Err(TokenFault::from(fault)),
        }
        let key = self.find_key(&session)?;
        Ok((session, key))
    }

    fn slot(&self, module: &Pkcs11) -> Result<Slot, TokenFault> {
        for slot in module.get_slots_with_token()? {
            let Ok(token) = module.get_token_info(slot) else {
                continue;
            };
            if token.label() == self.place.token {
                // The last try is left to the person who may know the PIN.
                return match () {
                    () if token.user_pin_locked() => Err(TokenFault::PinLocked),
                    () if token.user_pin_final_try() => Err(TokenFault::PinLastTry),
                    () => Ok(slot),
                };
            }
        }
        Err(TokenFault::Absent)
    }

    fn find_key(&self, session: &Session) -> Result<ObjectHandle, TokenFault> {
        let mut wanted = vec![Attribute::Class(ObjectClass::PRIVATE_KEY)];
        if let Some(label) = &self.place.key {
            wanted.push(Attribute::Label(label.as_bytes().to_vec()));
        }
        match session.find_objects(&wanted)?[..] {
            [key] => Ok(key),
            [] => Err(TokenFault::KeyMissing),
            _ => Err(TokenFault::SeveralKeys),
        }
    }

    fn sign_with(
        &self,
        session: &Session,
        key: ObjectHandle,
        digest: &[u8],
    ) -> Result<Vec<u8>, TokenFault> {
        Ok(match self.scheme() {
            Scheme::RsaPkcs1 => {
                session.sign(&Mechanism::RsaPkcs, key, &[&SHA_256_INFO, digest].concat())?
            }
            Scheme::RsaPss => {
                let parameters = PkcsPssParams {
                    hash_alg: MechanismType::SHA256,
                    mgf: PkcsMgfType::MGF1_SHA256,
                    s_len: 32.into(),
                };
                session.sign(&Mechanism::RsaPkcsPss(parameters), key, digest)?
            }
            Scheme::EcdsaP256 => {
                let signature = session.sign(&Mechanism::Ecdsa, key, digest)?;
                signature::ecdsa_der(&signature).ok_or(TokenFault::Failed)?
            }
        })
    }
}

impl KeySource for TokenKey {
    fn credential(&self) -> &Credential {
        &self.credential
    }

    fn sign(&self, signed_attributes: &[u8]) -> Result<Vec<u8>, SealError> {
        let digest = Sha256::digest(signed_attributes);
        let mut open = self.held();
        if let Some((session, key)) = &open.session {
            match self.sign_with(session, *key, &digest) {
                Ok(signature) => return Ok(signature),
                // Taken out and put in again, or the library lost it: opened again, once.
                Err(_) => open.session = None,
            }
        }
        if open.refused {
            return Err(SealError::Token(TokenFault::PinWrong));
        }
        let missing = SealError::Token(TokenFault::PinMissing);
        let pin = open.pin.clone().ok_or(missing)?;
        let signed = self.session(&pin).and_then(|(session, key)| {
            let signature = self.sign_with(&session, key, &digest)?;
            open.session = Some((session, key));
            Ok(signature)
        });
        // Most tokens lock after a few wrong PINs. Copies are signed by jobs that try again for ever, so the
        // first refusal must be the last until a person gives another PIN.
        if matches!(signed, Err(TokenFault::PinWrong)) {
            (open.pin, open.refused) = (None, true);
        }
        signed.map_err(SealError::Token)
    }

    fn token_state(&self) -> Option<TokenState> {
        let open = self.held();
        Some(match (&open.session, &open.pin) {
            _ if open.refused => TokenState::PinRefused,
            (Some(_), _) => TokenState::Open,
            (None, Some(_)) => TokenState::Ready,
            (None, None) => TokenState::PinNeeded,
        })
    }

    fn open_session(&self, pin: Zeroizing<String>) -> Result<(), SealError> {
        let mut open = self.held();
        if pin.is_empty() {
            return Err(SealError::Token(TokenFault::PinMissing));
        }
        // A session still open would let any PIN pass.
        *open = Open::default();
        let opened = self.session(&pin);
        open.refused = matches!(opened, Err(TokenFault::PinWrong));
        open.session = Some(opened.map_err(SealError::Token)?);
        open.pin = Some(pin);
        Ok(())
    }

    fn end_session(&self) {
        *self.held() = Open::default();
    }
}

impl From<Fault> for TokenFault {
    fn from(fault: Fault) -> TokenFault {
        tracing::warn!(%fault, "the token refuses");
        match fault {
            Fault::Pkcs11(
                RvError::PinIncorrect | RvError::PinLenRange | RvError::PinInvalid,
                _,
            ) => TokenFault::PinWrong,
            Fault::Pkcs11(RvError::PinLocked, _) => TokenFault::PinLocked,
            Fault::Pkcs11(RvError::TokenNotPresent | RvError::DeviceRemoved, _) => {
                TokenFault::Absent
            }
            _ => TokenFault::Failed,
        }
    }
}
