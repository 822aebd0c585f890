//! The write transaction of an act: the connection, the clock the act is dated by, and who acts.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::{Any, AnyConnection, Transaction};

use crate::clock::{Clock, stamp};
use crate::error::Result;

/// Rolled back when dropped, unless committed. Statements run on `&mut *tx`, or `&mut **tx` behind a reference.
pub struct Tx {
    inner: Transaction<'static, Any>,
    clock: Arc<dyn Clock>,
    actor: String,
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

    /// Makes everything done in it last.
    ///
    /// # Errors
    /// `Unavailable`; whether the change lasts is then unknown.
    pub async fn commit(self) -> Result<()> {
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
