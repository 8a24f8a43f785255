//! How late things happen here because no processor is free: what makes the figures dishonest when time passes too
//! fast.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use local_aws::World;
use tokio::task::JoinHandle;

/// How often it is measured.
const EVERY: Duration = Duration::from_millis(20);

/// How much later than requested a sleeper resumes and has the world's lock, which is what each call of a function
/// waits for.
pub(crate) struct Lag(JoinHandle<()>, Arc<Mutex<Vec<Duration>>>);

impl Lag {
    /// Measures from now on.
    pub(crate) fn watch(world: &Arc<World>) -> Self {
        let lags: Arc<Mutex<Vec<Duration>>> = Arc::default();
        let (world, all) = (Arc::clone(world), Arc::clone(&lags));
        let watch = async move {
            loop {
                let began = Instant::now();
                tokio::time::sleep(EVERY).await;
                world.until(|_| Some(())).await;
                let lag = began.elapsed().saturating_sub(EVERY);
                all.lock().unwrap_or_else(PoisonError::into_inner).push(lag);
            }
        };
        Self(tokio::spawn(watch), lags)
    }

    /// The middle one, and that which one in a hundred exceeds.
    pub(crate) fn end(self) -> [Duration; 2] {
        self.0.abort();
        let mut lags = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        lags.sort_unstable();
        let at = |hundredth: usize| lags.get(lags.len() * hundredth / 100).copied().unwrap_or_default();
        [at(50), at(99)]
    }
}
