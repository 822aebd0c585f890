//! Admission by bytes: a page enters when what it is predicted to need fits under the ceiling.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// A counted ceiling. First come, first served, so that a large page is not overtaken for ever.
#[derive(Debug)]
pub(super) struct Gate {
    capacity: u64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    admitted: u64,
    next_ticket: u64,
    now_serving: u64,
    closed: bool,
}

/// Bytes held; given back when dropped.
#[derive(Debug)]
pub(super) struct Admission {
    gate: Arc<Gate>,
    bytes: u64,
}

impl Gate {
    pub(super) fn new(capacity: u64) -> Arc<Self> {
        Arc::new(Self {
            capacity,
            state: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    /// Bytes that pages may hold together.
    pub(super) fn capacity(&self) -> u64 {
        self.capacity
    }

    /// Bytes that pages hold now.
    pub(super) fn admitted(&self) -> u64 {
        self.lock().admitted
    }

    /// Waits until `bytes` fit; `None` when the gate closes first. Asking for more than the
    /// capacity takes all of it.
    pub(super) fn enter(self: &Arc<Self>, bytes: u64) -> Option<Admission> {
        // A page larger than all room is admitted alone; its own ceiling then ends it.
        let bytes = bytes.min(self.capacity);
        let mut state = self.lock();
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        while !state.closed
            // In the order of arrival: a large page would wait for ever if small ones slipped past
            // it.
            && (state.now_serving != ticket || state.admitted + bytes > self.capacity)
        {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.now_serving += 1;
        // The next in line may fit as well.
        self.changed.notify_all();
        if state.closed {
            return None;
        }
        state.admitted += bytes;
        Some(Admission {
            gate: Arc::clone(self),
            bytes,
        })
    }

    /// Lets nobody in any more.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The counters are whole after every statement, so a panic elsewhere does not spoil them.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        // Given back also when the page ended in a panic.
        self.gate.lock().admitted -= self.bytes;
        self.gate.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn never_more_than_the_ceiling_is_admitted_and_everyone_gets_in() {
        let gate = Gate::new(100);
        thread::scope(|scope| {
            for bytes in [60, 60, 10, 100, 40, 5, 99, 1] {
                let gate = &gate;
                scope.spawn(move || {
                    let admission = gate.enter(bytes).unwrap();
                    assert!(gate.admitted() <= 100);
                    thread::yield_now();
                    drop(admission);
                });
            }
        });
        assert_eq!(gate.admitted(), 0);
    }

    #[test]
    fn a_large_page_is_not_overtaken() {
        let gate = Gate::new(100);
        let first = gate.enter(60).unwrap();
        thread::scope(|scope| {
            let large = scope.spawn(|| gate.enter(80).map(drop));
            while gate.lock().next_ticket < 2 {
                thread::yield_now();
            }
            let small = scope.spawn(|| gate.enter(10).map(drop));
            while gate.lock().next_ticket < 3 {
                thread::yield_now();
            }
            assert!(
                !small.is_finished(),
                "the small one waits behind the large one"
            );
            drop(first);
            assert!(large.join().unwrap().is_some());
            assert!(small.join().unwrap().is_some());
        });
    }

    #[test]
    fn closing_sends_those_who_wait_away() {
        let gate = Gate::new(10);
        let _held = gate.enter(10).unwrap();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| gate.enter(1).is_none());
            while gate.lock().next_ticket < 2 {
                thread::yield_now();
            }
            gate.close();
            assert!(waiting.join().unwrap());
        });
    }
}
