//! SIGINT and SIGTERM: remembered, and asked for wherever the command waits, so that it ends with what it says.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};

use super::Stop;

static CAME: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
/// How long a wait goes without a look at the signals.
const GLANCE: Duration = Duration::from_millis(100);

/// Remembers the signals from here on.
///
/// # Errors
/// The system takes no handler.
pub(super) fn listen() -> Result<(), String> {
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&CAME)).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Whether a signal came already.
pub(super) fn came() -> bool {
    CAME.load(Ordering::Relaxed)
}

/// The flag itself, for what is read elsewhere.
pub(super) fn flag() -> Arc<AtomicBool> {
    Arc::clone(&CAME)
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

/// The pace of the looks at a service: `POLL_INTERVAL_MS` of the environment, else this.
pub(super) fn pace(usual: Duration) -> Duration {
    let given = std::env::var("POLL_INTERVAL_MS").ok().and_then(|millis| millis.parse().ok());
    given.map_or(usual, Duration::from_millis)
}
