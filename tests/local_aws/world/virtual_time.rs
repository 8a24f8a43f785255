//! Virtual time, for programs that say how long a story takes on AWS: while everything waits, the clock jumps to the
//! moment at which the first waiter goes on, and while anything computes it stands still.
//!
//! It is of the whole process, and a function whose process is to wait in it asks for that over the wire
//! (`sleep_path`). Without [`begin`] nothing here does anything, and [`sleep`] is the machine's.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::World;

/// Where a function's process POSTs how many milliseconds it rests; answered when they are over, with the time then.
const PATH: &str = "/virtual-time/sleep/";
/// So often everything that is ready may go on before the clock moves: longer than any chain of tasks that wait for
/// each other.
const ROUNDS: usize = 40;
/// How long a function's process is left alone while it computes, on the machine's clock.
const COMPUTING: Duration = Duration::from_millis(1);

#[derive(Debug, Default)]
struct Virtual {
    /// Milliseconds since 1970; `None` is the machine's clock.
    now: Option<u64>,
    /// By the moment, and among those of one moment in the order in which they came.
    waiters: BTreeMap<(u64, u64), oneshot::Sender<()>>,
    count: u64,
    /// Invocations that wait for nothing but time.
    resting: usize,
}

static VIRTUAL: Mutex<Virtual> = Mutex::new(Virtual { now: None, waiters: BTreeMap::new(), count: 0, resting: 0 });

fn lock() -> MutexGuard<'static, Virtual> {
    VIRTUAL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on the process's time is virtual; [`drive`] moves it.
pub fn begin() {
    let mut time = lock();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds since 1970")]
    let now = (super::clock::machine() * 1000.0) as u64;
    time.now.get_or_insert(now);
}

/// Milliseconds since 1970, once time is virtual.
pub(super) fn now() -> Option<u64> {
    lock().now
}

/// Waits so long, in whatever time is in force.
pub async fn sleep(duration: Duration) {
    let due = {
        let mut time = lock();
        time.now.map(|now| {
            let (waiter, due) = oneshot::channel();
            time.count += 1;
            let moment = (now + u64::try_from(duration.as_millis()).unwrap_or(u64::MAX / 2), time.count);
            time.waiters.insert(moment, waiter);
            due
        })
    };
    match due {
        // Its sender lives until it is due.
        Some(due) => due.await.unwrap_or_default(),
        None => tokio::time::sleep(duration).await,
    }
}

/// The same on behalf of an invocation, which meanwhile computes nothing.
pub async fn rest(duration: Duration) {
    struct Resting;
    impl Drop for Resting {
        fn drop(&mut self) {
            lock().resting -= 1;
        }
    }
    lock().resting += 1;
    let resting = Resting;
    sleep(duration).await;
    drop(resting);
}

/// What a function's process asks for at this path: how long it rests.
pub(crate) fn sleep_path(path: &str) -> Option<Duration> {
    path.strip_prefix(PATH)?.parse().ok().map(Duration::from_millis)
}

/// Moves the clock, as long as it is polled: to the first waiter's moment, whenever nothing computes.
///
/// Everything in-process has to run on the thread that polls this: what is ready there goes on before the clock does.
pub async fn drive(world: Arc<World>) {
    loop {
        let before = lock().count;
        for _ in 0..ROUNDS {
            tokio::task::yield_now().await;
        }
        match next(&world, before) {
            // Who no longer waits was cancelled.
            Next::Due(waiter) => waiter.send(()).unwrap_or_default(),
            Next::Another => {}
            Next::Computing => tokio::time::sleep(COMPUTING).await,
        }
    }
}

/// What the clock does next.
enum Next {
    /// It moved, and this waiter goes on.
    Due(oneshot::Sender<()>),
    /// Another waiter has come: who is ready goes on first.
    Another,
    /// A function computes, or no one waits.
    Computing,
}

/// Moves the clock to the first waiter's moment, if nothing computes and no other has come since.
fn next(world: &World, before: u64) -> Next {
    let under_way = world.state().lambda.under_way();
    let mut time = lock();
    if time.count != before {
        return Next::Another;
    }
    let is_computing = time.resting < under_way;
    let Some(((moment, _), waiter)) = (!is_computing).then(|| time.waiters.pop_first()).flatten() else {
        return Next::Computing;
    };
    time.now = time.now.map(|now| now.max(moment));
    Next::Due(waiter)
}
