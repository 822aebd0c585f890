//! Waiting for a condition, so that no test waits longer than it must or less than a slow machine needs.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// How long anything may take that is waited for without a limit of its own.
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Asks `ready` again and again until it says yes; panics with what `explain` says after `limit`.
pub fn wait_until(limit: Duration, mut ready: impl FnMut() -> bool, explain: impl Fn() -> String) {
    let start = Instant::now();
    while !ready() {
        assert!(start.elapsed() < limit, "{}", explain());
        std::thread::sleep(PAUSE);
    }
}

/// The same without holding up the other tasks; `what` is said when it never comes.
pub async fn until(what: &str, ready: impl AsyncFnMut() -> bool) {
    until_within(PATIENCE, what, ready).await;
}

/// The same with a limit of its own, where coming late is coming wrongly.
pub async fn until_within(limit: Duration, what: &str, mut ready: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !ready().await {
        assert!(start.elapsed() < limit, "never came: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Waits for the next whole second: time stamps and revocations count in seconds.
pub fn next_second() {
    let then = Timestamp::now().as_second();
    let passed = || Timestamp::now().as_second() > then;
    wait_until(Duration::from_secs(5), passed, || "the clock stands".into());
}

/// Lets a process work on for a moment before it is killed. Any moment will do; what matters is that they differ.
pub fn let_it_work(moment: Duration) {
    let end = Instant::now() + moment;
    while Instant::now() < end {
        std::thread::sleep(end.saturating_duration_since(Instant::now()));
    }
}
