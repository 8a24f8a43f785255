//! The one world all services share: one lock, one clock, one signal that something changed.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::watch;

use crate::api::Recorded;

/// Fixed for the life of a world.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Twelve digits.
    pub account: String,
    /// `eu-west-1` unless told.
    pub region: String,
    /// Where the world listens, `http://127.0.0.1:<port>`.
    pub endpoint: String,
    /// How long the CloudFormation engine rests between two looks. Milliseconds in scenarios, visible in the demo.
    pub pace: Duration,
    /// Where AWS itself is not known for certain.
    pub modes: Modes,
}

/// Behaviours on which public sources disagree or are silent. The default is the worse one for our handlers.
#[derive(Debug, Clone)]
pub struct Modes {}

/// Everything that changes, behind one lock: no two services can deadlock, and a scenario sees one consistent moment.
#[derive(Debug, Default)]
pub struct State {
    /// Every API call in order of arrival.
    pub journal: Vec<Recorded>,
}

/// A running local AWS as its services see it.
#[derive(Debug)]
pub struct World {
    /// Fixed for the life of the world.
    pub settings: Settings,
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

impl World {
    /// An empty account.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, state: Mutex::default(), changed: watch::Sender::new(0) }
    }

    /// The state, to look at or to change; whoever waits in [`World::until`] looks again when it is let go.
    ///
    /// # Panics
    /// When a service panicked while it held the lock.
    #[expect(clippy::unwrap_used, reason = "a poisoned lock means a bug in this world, not in the code under test")]
    pub fn state(&self) -> Locked<'_> {
        Locked { state: self.state.lock().unwrap(), changed: &self.changed }
    }

    /// Waits until `ready` sees what it looks for. Without polling and without sleeping: it looks after every change.
    pub async fn until<T>(&self, mut ready: impl FnMut(&mut State) -> Option<T>) -> T {
        let mut changes = self.changed.subscribe();
        loop {
            if let Some(seen) = ready(&mut self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())) {
                return seen;
            }
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

/// The state while somebody holds it. Letting it go tells everybody who waits to look again.
#[derive(Debug)]
pub struct Locked<'a> {
    state: MutexGuard<'a, State>,
    changed: &'a watch::Sender<u64>,
}

impl Deref for Locked<'_> {
    type Target = State;
    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        // Before the lock is released, but a waiter can only look once it is: no change is missed.
        self.changed.send_modify(|changes| *changes += 1);
    }
}
