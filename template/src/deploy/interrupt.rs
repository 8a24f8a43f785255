//! SIGINT and SIGTERM: remembered, and asked for wherever the command waits, so that it ends with what it says.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::Stop;
use crate::operate::terminal::interruption;

static CAME: OnceLock<Arc<AtomicBool>> = OnceLock::new();
/// How long a wait goes without a look at the signals.
const GLANCE: Duration = Duration::from_millis(100);

/// Remembers the signals from here on.
///
/// # Errors
/// The system takes no handler.
pub(super) fn listen() -> Result<(), String> {
    let came = interruption()?;
    let _is_listening = CAME.set(came);
    Ok(())
}

/// Whether a signal came already.
pub(super) fn came() -> bool {
    flag().load(Ordering::Relaxed)
}

/// The flag itself, for what is read elsewhere.
pub(super) fn flag() -> Arc<AtomicBool> {
    Arc::clone(CAME.get_or_init(Arc::default))
}

/// Ends the work when one came.
///
/// # Errors
/// [`Stop::Interrupted`].
pub(super) fn check() -> Result<(), Stop> {
    if came() { Err(Stop::Interrupted) } else { Ok(()) }
}

/// Waits so long, or until a signal comes.
///
/// # Errors
/// [`Stop::Interrupted`].
pub(super) async fn rest(time: Duration) -> Result<(), Stop> {
    let until = Instant::now() + time;
    loop {
        check()?;
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        tokio::time::sleep(left.min(GLANCE)).await;
    }
}

/// Does a request to its end, or gives it up when a signal comes.
///
/// # Errors
/// [`Stop::Interrupted`]: whether the request was taken is not known.
pub(super) async fn unless<T>(work: impl Future<Output = T>) -> Result<T, Stop> {
    let signal = async {
        while !came() {
            tokio::time::sleep(GLANCE).await;
        }
    };
    tokio::select! {
        done = work => Ok(done),
        () = signal => Err(Stop::Interrupted),
    }
}

/// The pace of the looks at a service: `POLL_INTERVAL_MS` of the environment, else this.
pub(super) fn pace(usual: Duration) -> Duration {
    let given = std::env::var("POLL_INTERVAL_MS").ok().and_then(|millis| millis.parse().ok());
    given.map_or(usual, Duration::from_millis)
}
