//! Unguessable words and what is stored of them.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::error::{Error, Result};

/// A token of 256 bits, in letters that survive a URL.
pub fn new_secret(clock: &dyn Clock) -> String {
    clock.new_secret()
}

/// A code a person can read out: 20 letters and digits of Crockford's alphabet in groups of five,
/// 100 bits, so that guessing is hopeless even unthrottled.
pub fn new_code(clock: &dyn Clock) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let digest = Sha256::digest(clock.secret());
    let letters: String = digest
        .iter()
        .take(20)
        .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
        .collect();
    [
        &letters[0..5],
        &letters[5..10],
        &letters[10..15],
        &letters[15..20],
    ]
    .join("-")
}

/// What is stored of a token or code: its SHA-256. Case, spaces and dashes of a code do not matter.
pub fn digest_of(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// An argon2id PHC string.
pub(super) async fn hash_password(password: &str) -> Result<String> {
    let password = password.to_owned();
    blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| Error::Internal(format!("argon2: {error}")))
    })
    .await
}

/// True when the password is the one behind the hash. `None` costs as much time as a real hash, so
/// that an unknown login answers no faster than a wrong password.
pub(super) async fn password_fits(password: &str, hash: Option<String>) -> Result<bool> {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29nb2Mtbm9ib2R5LXNhbHQ$WVrlS5Yh7DOEpYVp6S3KcY1ZrUSmMgA0QqEJRmkZbYM";
    let password = password.to_owned();
    blocking(move || {
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| NOBODY.to_owned());
        let parsed = PasswordHash::new(&text)
            .map_err(|error| Error::Internal(format!("kept password hash: {error}")))?;
        let fits = Argon2::default()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok();
        Ok(known && fits)
    })
    .await
}

/// Hashing takes tens of milliseconds by design; it must not hold up the event loop.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    // Each takes 19 MiB by design: a storm of guesses must not take the machine's memory.
    static AT_ONCE: Semaphore = Semaphore::const_new(4);
    let _turn = AT_ONCE.acquire().await;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(format!("hashing: {error}")))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::WallClock;

    #[test]
    fn codes_are_readable_and_never_repeat() {
        let codes: std::collections::HashSet<_> = (0..1000).map(|_| new_code(&WallClock)).collect();
        assert_eq!(codes.len(), 1000);
        assert!(
            codes
                .iter()
                .all(|code| code.len() == 23 && !code.contains(['I', 'L', 'O', 'U']))
        );
    }

    #[tokio::test]
    async fn only_the_right_password_fits_and_nobody_fits_nothing() {
        let hash = hash_password("một mật khẩu dài").await.unwrap();
        assert!(
            password_fits("một mật khẩu dài", Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(!password_fits("một mật khẩu", Some(hash)).await.unwrap());
        assert!(!password_fits("gì cũng được", None).await.unwrap());
    }
}
