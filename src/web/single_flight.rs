//! Single flight: what costs work is looked at once at a time, however many ask.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared};

use crate::error::Result;

type Flight<T> = BoxFuture<'static, Arc<Result<T>>>;

/// The look that is under way, if any. Whoever asks meanwhile is given what it finds; whoever asks later, a new one.
pub struct SingleFlight<T> {
    running: Mutex<Option<WeakShared<Flight<T>>>>,
}

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self {
            running: Mutex::default(),
        }
    }
}

impl<T: Send + Sync + 'static> SingleFlight<T> {
    /// What the look finds.
    pub async fn find<F: Future<Output = Result<T>> + Send + 'static>(
        &self,
        look: impl FnOnce() -> F,
    ) -> Arc<Result<T>> {
        self.running(look).await
    }

    fn running<F: Future<Output = Result<T>> + Send + 'static>(
        &self,
        look: impl FnOnce() -> F,
    ) -> Shared<Flight<T>> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        // Weak, because a look that everybody has left would otherwise be taken up long afterwards, and say what was.
        let present = running.as_ref().and_then(WeakShared::upgrade);
        if let Some(present) = present.filter(|look| look.peek().is_none()) {
            return present;
        }
        let new = look().map(Arc::new).boxed().shared();
        *running = new.downgrade();
        new
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn many_who_ask_at_once_cost_one_look_and_the_next_costs_another() {
        let (looks, go) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let one = SingleFlight::default();
        let look = || {
            let (looks, go) = (looks.clone(), go.clone());
            one.find(move || async move {
                go.notified().await;
                Ok(looks.fetch_add(1, Ordering::SeqCst))
            })
        };
        let all = futures::future::join_all((0..50).map(|_| look()));
        // Only once all have asked, or the first would be answered before the second asks.
        let (found, ()) = tokio::join!(all, async { go.notify_one() });
        assert!(found.iter().all(|found| matches!(**found, Ok(0))));
        // One that was left is not taken up.
        assert!(look().now_or_never().is_none());
        go.notify_one();
        assert!(matches!(*look().await, Ok(1)));
    }
}
