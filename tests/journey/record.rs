//! What happened to an application, second by second: from it the figures of a story are added up, not from what the
//! functions say.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use local_aws::api::Caller;
use local_aws::flink::{self, Status};
use local_aws::{World, clock, virtual_time};
use project::deployment::NAME;
use serde_json::json;
use tokio::task::JoinHandle;

use crate::constants::Constants;

/// How often it is looked at: what happens in between is dated so much too late at most.
const INTERVAL: Duration = Duration::from_millis(250);

/// What an application is at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Phase {
    /// None before it is created and after it is deleted.
    pub(crate) status: Option<Status>,
    /// A job that does not loop.
    pub(crate) is_healthy: bool,
}

/// A phase with its time, in seconds since the story began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) phase: Phase,
}

/// Records until it is dropped.
pub(crate) struct Recorder {
    task: JoinHandle<()>,
    phases: Arc<Mutex<Vec<(f64, Phase)>>>,
}

impl Recorder {
    /// Records from now on.
    pub(crate) fn start(world: &Arc<World>) -> Self {
        let phases: Arc<Mutex<Vec<(f64, Phase)>>> = Arc::default();
        let (world, all) = (Arc::clone(world), Arc::clone(&phases));
        let task = tokio::spawn(async move {
            loop {
                let phase = look(&world);
                {
                    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                    if all.last().is_none_or(|(_, last)| *last != phase) {
                        all.push((clock::now(), phase));
                    }
                }
                virtual_time::sleep(INTERVAL).await;
            }
        });
        Self { task, phases }
    }

    /// The phases until this moment.
    pub(crate) fn end(self, end: f64) -> Vec<Span> {
        self.task.abort();
        let phases = self.phases.lock().unwrap_or_else(PoisonError::into_inner);
        let began = phases.first().map_or(end, |(time, _)| *time);
        let ends = phases.iter().skip(1).map(|(time, _)| *time).chain([end]);
        let spans = phases.iter().zip(ends).map(|((from, phase), to)| Span {
            from: from - began,
            to: to.min(end) - began,
            phase: *phase,
        });
        spans.filter(|span| span.to > span.from).collect()
    }
}

fn look(world: &World) -> Phase {
    let mut state = world.state();
    // A status whose time is over ends with a call.
    let _ = flink::call(
        &mut state,
        &world.settings,
        &Caller::Operator,
        "DescribeApplication",
        &json!({"ApplicationName": NAME}),
    );
    let application = state.flink.applications.get(NAME);
    Phase {
        status: application.map(|one| one.status),
        is_healthy: application.is_some_and(|one| one.job.is_some() && !one.is_unhealthy()),
    }
}

/// Seconds without processing in each of these spans.
///
/// A healthy job works on while its snapshot is written; an update in place of one stops it for the gap alone, where
/// the new job is healthy.
pub(crate) fn without_processing(spans: &[Span], constants: &Constants) -> Vec<f64> {
    // Before the first one it is what all stories begin with, if they begin with an application.
    let healthy = |index: Option<usize>| {
        let Some(index) = index else { return true };
        spans.get(index).is_some_and(|span| span.phase.is_healthy)
    };
    let down = |(index, span): (usize, &Span)| {
        let length = span.to - span.from;
        let was_healthy = healthy(index.checked_sub(1));
        match span.phase.status {
            Some(Status::Running) => {
                if span.phase.is_healthy {
                    0.0
                } else {
                    length
                }
            }
            Some(Status::Updating | Status::Autoscaling) if was_healthy && healthy(Some(index + 1)) => {
                constants.update_gap.min(length)
            }
            Some(Status::Updating | Status::Stopping) if was_healthy => (length - constants.snapshot).max(0.0),
            Some(
                Status::Deleting
                | Status::Starting
                | Status::Stopping
                | Status::Ready
                | Status::Updating
                | Status::Autoscaling
                | Status::ForceStopping
                | Status::RollingBack
                | Status::Maintenance
                | Status::RolledBack,
            )
            | None => length,
        }
    };
    spans.iter().enumerate().map(down).collect()
}
