//! Waiting for a condition, so that no test waits longer than it must or less than a slow machine needs.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// How long anything may take that is waited for without a limit of its own.
const PATIENCE: Duration = Duration::from_secs(120);
/// Pause before a condition is asked again.
const PAUSE: Duration = Duration::from_millis(50);
/// The same where a moment within somebody's work must not be missed.
const INSTANT: Duration = Duration::from_millis(2);

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
pub async fn until_within(limit: Duration, what: &str, ready: impl AsyncFnMut() -> bool) {
    until_looking(PAUSE, limit, what, ready).await;
}

/// The same, looking so often that the moment is caught.
pub async fn until_the_moment(what: &str, ready: impl AsyncFnMut() -> bool) {
    until_looking(INSTANT, PATIENCE, what, ready).await;
}

async fn until_looking(
    pause: Duration,
    limit: Duration,
    what: &str,
    mut ready: impl AsyncFnMut() -> bool,
) {
    let start = Instant::now();
    while !ready().await {
        assert!(start.elapsed() < limit, "never came: {what}");
        tokio::time::sleep(pause).await;
    }
}

/// Whether `ready` says yes within `limit`; looks often, and not saying so is an answer too.
pub fn happens_within(limit: Duration, mut ready: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    while !ready() {
        if Instant::now() >= end {
            return false;
        }
        std::thread::sleep(INSTANT);
    }
    true
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
