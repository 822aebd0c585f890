//! What was asked: its keyed digest for the log, its words for auditors until their term ends.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};

use crate::archive::Archive;
use crate::catalogue::{Insert, Tx};
use crate::clock::stamp;
use crate::error::Result;

/// How long the words are kept: logs last twelve months at least (NĐ 333/2026/NĐ-CP, Điều 16), the words of a question
/// no longer than it takes to look into a complaint about that time.
const WORDS_LAST: std::time::Duration = std::time::Duration::from_secs(400 * 86_400);

/// The same question has the same digest; without the key nobody can try names until one fits.
pub(super) async fn digest(archive: &Archive, text: &str) -> Result<String> {
    let key = key(archive).await?;
    let key = Key::new(HMAC_SHA256, key.as_bytes());
    Ok(hex::encode(sign(&key, text.as_bytes())))
}

async fn key(archive: &Archive) -> Result<String> {
    let known = || sqlx::query_scalar("SELECT key FROM view_key WHERE id = 1");
    let found: Option<String> = known().fetch_optional(archive.catalogue.pool()).await?;
    if let Some(key) = found {
        return Ok(key);
    }
    let mut tx = archive.begin_as_machine().await?;
    // Another process may have been first: then its key is everybody's.
    Insert::into("view_key")
        .set("id", 1_i64)
        .set("key", archive.clock.new_secret())
        .or_ignore("(id)")
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(known().fetch_one(archive.catalogue.pool()).await?)
}

/// Keeps the words of an entry, and lets go of those whose term has ended.
pub(super) async fn keep(tx: &mut Tx, entry: &str, kind: &str, text: &str) -> Result<()> {
    let now = tx.clock().now();
    sqlx::query("DELETE FROM view_texts WHERE ends_at < $1")
        .bind(stamp(now))
        .execute(&mut **tx)
        .await?;
    Insert::into("view_texts")
        .set("entry_id", entry)
        .set("kind", kind)
        .set("text", text)
        .set("ends_at", stamp(now + WORDS_LAST))
        .run(tx)
        .await?;
    Ok(())
}
