//! A whole world on a port of its own, gone when it is dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::cloudformation::StepDurations;
use crate::http::control::Current;
use crate::{Modes, Settings, World, http};

/// What may differ from world to world.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// 0 lets the system choose.
    pub port: u16,
    /// Where AWS itself is not known for certain.
    pub modes: Modes,
    /// How long the CloudFormation engine rests between two looks; `None` is 5 ms.
    pub pace: Option<Duration>,
    /// How long CloudFormation's own steps take.
    pub steps: StepDurations,
}

/// A running local AWS.
#[derive(Debug)]
pub struct LocalAws {
    /// `http://127.0.0.1:<port>`: the value of `AWS_ENDPOINT_URL`.
    pub endpoint: String,
    /// What its services see.
    pub world: Arc<World>,
    /// Which world answers: the control API puts another one in its place.
    current: Current,
    server: JoinHandle<io::Result<()>>,
}

impl LocalAws {
    /// Starts an empty account on 127.0.0.1.
    ///
    /// # Errors
    /// When the port cannot be had.
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port))).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let mut settings = Settings::at(endpoint.clone());
        settings.modes = options.modes;
        settings.pace = options.pace.unwrap_or(settings.pace);
        settings.steps = options.steps;
        let world = Arc::new(World::new(settings));
        let current = Current::of(Arc::clone(&world));
        let router = http::router(current.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { endpoint, world, current, server })
    }

    /// The world that answers now, and each that the control API puts in its place.
    #[must_use]
    pub fn worlds(&self) -> watch::Receiver<Arc<World>> {
        self.current.subscribe()
    }
}

impl Drop for LocalAws {
    fn drop(&mut self) {
        self.server.abort();
        // A process lives as long as its environment: what still holds the world holds no process.
        self.world.state().lambda.environments.clear();
        self.current.world().state().lambda.environments.clear();
        // A scenario that failed has said why.
        if !std::thread::panicking() {
            assert!(!self.world.is_broken(), "a service of the local AWS panicked while it held the world's lock");
        }
    }
}
