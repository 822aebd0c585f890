//! A key that never leaves its PKCS#11 token or HSM: one PIN for a sitting, one session kept for all signatures.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error as Fault, RvError};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use der::asn1::Uint;
use der::{Encode, Sequence};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::certificate::Certificate;
use super::error::{SealError, TokenFault};
use super::key::{KeySource, Scheme};
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
    /// The user's PIN.
    pub pin: Zeroizing<String>,
}

/// A key on a token. The token is looked for at the first signature.
pub struct TokenKey {
    place: TokenPlace,
    chain: Vec<Certificate>,
    scheme: Scheme,
    sitting: Mutex<Sitting>,
}

enum Sitting {
    Closed,
    Open(Session, ObjectHandle),
    /// The token has said no to this PIN. Asking again would lock it, so nobody does before the next start.
    Refused,
}

/// RFC 3279, 2.2.3.
#[derive(Sequence)]
struct EcdsaSignature {
    r: Uint,
    s: Uint,
}

impl TokenKey {
    /// The key at `place` that belongs to the first certificate of `chain`.
    pub fn new(
        place: TokenPlace,
        chain: Vec<Certificate>,
        padding: Padding,
    ) -> Result<TokenKey, SealError> {
        let signer = chain
            .first()
            .ok_or(SealError::KeyRefused("it comes without a certificate"))?;
        Ok(TokenKey {
            scheme: Scheme::of(signer, padding)?,
            place,
            chain,
            sitting: Mutex::new(Sitting::Closed),
        })
    }

    fn open(&self) -> Result<(Session, ObjectHandle), TokenFault> {
        let module = Pkcs11::new(&self.place.module).map_err(|fault| {
            tracing::warn!(%fault, "the token's library cannot be loaded");
            TokenFault::Module
        })?;
        match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Fault::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(fault) => return Err(TokenFault::from(fault)),
        }
        let slot = self.slot(&module)?;
        let session = module.open_ro_session(slot)?;
        let pin = AuthPin::from(self.place.pin.as_str());
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
        Ok(match self.scheme {
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
                let (r, s) = signature.split_at_checked(32).ok_or(TokenFault::Failed)?;
                let whole = |part| Uint::new(part).map_err(|_| TokenFault::Failed);
                let signature = EcdsaSignature {
                    r: whole(r)?,
                    s: whole(s)?,
                };
                signature.to_der().map_err(|_| TokenFault::Failed)?
            }
        })
    }
}

impl KeySource for TokenKey {
    fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    fn scheme(&self) -> Scheme {
        self.scheme
    }

    fn sign(&self, signed_attributes: &[u8]) -> Result<Vec<u8>, SealError> {
        let digest = Sha256::digest(signed_attributes);
        let mut sitting = self.sitting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Sitting::Open(session, key) = &*sitting {
            match self.sign_with(session, *key, &digest) {
                Ok(signature) => return Ok(signature),
                // Taken out and put in again, or the library lost it: a new sitting, once.
                Err(_) => *sitting = Sitting::Closed,
            }
        }
        if matches!(*sitting, Sitting::Refused) {
            return Err(SealError::Token(TokenFault::PinWrong));
        }
        let signed = self.open().and_then(|(session, key)| {
            let signature = self.sign_with(&session, key, &digest)?;
            *sitting = Sitting::Open(session, key);
            Ok(signature)
        });
        if matches!(signed, Err(TokenFault::PinWrong)) {
            *sitting = Sitting::Refused;
        }
        signed.map_err(SealError::Token)
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
