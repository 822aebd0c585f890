//! The write transaction of an act: the connection, the clock the act is dated by, and who acts.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::{Any, AnyConnection, Transaction};

use super::next_number;
use crate::clock::{Clock, stamp};
use crate::error::Result;

/// Rolled back when dropped, unless committed. Statements run on `&mut *tx`, or `&mut **tx` behind a reference.
pub struct Tx {
    inner: Transaction<'static, Any>,
    clock: Arc<dyn Clock>,
    actor: String,
    /// What the indexes are to follow, numbered when this is committed.
    announced: BTreeSet<(&'static str, String)>,
}

impl Tx {
    pub(super) fn new(
        inner: Transaction<'static, Any>,
        clock: Arc<dyn Clock>,
        actor: &str,
    ) -> Self {
        Self {
            inner,
            clock,
            actor: actor.into(),
            announced: BTreeSet::new(),
        }
    }

    /// The clock of the act.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The present instant, in the form in which times are stored.
    pub fn now(&self) -> String {
        stamp(self.clock.now())
    }

    /// A new UUIDv7 as text, from the archive's clock.
    pub fn new_id(&self) -> String {
        self.clock.new_id()
    }

    /// Person or token id, `public`, or `machine`.
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// Lets every index look again at a page, document, batch, file or volume, and at what inherits from it.
    pub fn announce(&mut self, kind: &'static str, subject_id: &str) {
        self.announced.insert((kind, subject_id.to_owned()));
    }

    /// Makes everything done in it last.
    ///
    /// # Errors
    /// `Unavailable`; whether the change lasts is then unknown.
    pub async fn commit(mut self) -> Result<()> {
        // Last of all: the counter's row is locked until the commit, and whoever holds it waits for nothing any more.
        for (kind, subject_id) in std::mem::take(&mut self.announced) {
            let position = next_number(&mut self, "index_change").await?;
            sqlx::query(
                "INSERT INTO index_changes (kind, subject_id, position) VALUES ($1, $2, $3)
                 ON CONFLICT (kind, subject_id) DO UPDATE SET position = EXCLUDED.position",
            )
            .bind(kind)
            .bind(subject_id)
            .bind(position)
            .execute(&mut *self)
            .await?;
        }
        Ok(self.inner.commit().await?)
    }
}

impl Deref for Tx {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}
