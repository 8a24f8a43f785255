//! The machine's clock and its dice.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub(super) fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis())
}

pub(super) fn instant() -> Instant {
    Instant::now()
}

pub(super) async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

pub(super) fn resume() {}

pub(super) fn dice() -> f64 {
    fastrand::f64()
}
