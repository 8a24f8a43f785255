//! Which world answers.

use std::sync::Arc;

use tokio::sync::watch;

use crate::World;

/// The world that answers now; a command puts another one in its place.
#[derive(Debug, Clone)]
pub(crate) struct Current(Arc<watch::Sender<Arc<World>>>);

impl Current {
    pub(crate) fn of(world: Arc<World>) -> Self {
        Self(Arc::new(watch::Sender::new(world)))
    }

    pub(crate) fn world(&self) -> Arc<World> {
        Arc::clone(&self.0.borrow())
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Arc<World>> {
        self.0.subscribe()
    }

    /// Another world answers from now on; no process of the old one lives on.
    pub(super) fn replace(&self, world: World) {
        let old = self.0.send_replace(Arc::new(world));
        old.state().lambda.environments.clear();
    }
}
