//! Where the jobs of a world run: in the model, or in a real Flink. The control plane is the same above both, so what
//! is learnt about it here is learnt about the jobs.

use std::sync::Arc;

use super::Saved;
use super::cluster::Cluster;
use crate::flink::application::Application;

/// Where jobs run.
#[derive(Debug, Clone, Default)]
pub enum Backend {
    /// In `job.rs`.
    #[default]
    Model,
    /// In a Flink that the caller started.
    Cluster(Arc<Cluster>),
}

/// What becomes of the job once its state is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::flink) enum Then {
    RunsOn,
    /// For the job that an update puts in its place.
    IsCancelled,
    Stops,
}

impl Application {
    /// Saves the state of the job; why not, when it cannot be saved (`SEMANTICS.md` G.15). That reason is Flink's own;
    /// the service does not show it.
    pub(in crate::flink) fn save(&mut self, backend: &Backend, then: Then) -> Result<Saved, String> {
        let runtime = self.configuration.runtime.clone();
        let Some(job) = &mut self.job else { return Ok(Saved::default()) };
        if let (Backend::Cluster(cluster), Some(id)) = (backend, &job.flink) {
            let taken = cluster.savepoint(id, then);
            job.trouble = taken.as_ref().err().cloned();
            return taken.map(|savepoint| Saved { savepoint: Some(savepoint), runtime, ..Saved::default() });
        }
        job.trouble.clone().map_or_else(|| Ok(Saved { runtime, ..job.save() }), Err)
    }
}
