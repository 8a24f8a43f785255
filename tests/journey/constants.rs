//! How long things take on AWS, in seconds: the constants of `SEMANTICS.md` I.1, low, typical and high. Those of the
//! services are the local AWS's own.

pub(crate) use local_aws::durations::Level;
use local_aws::durations::{Durations, FlinkSeconds};

/// The durations of one run, for a job with so much state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Constants {
    pub(crate) durations: Durations,
    pub(crate) level: Level,
    pub(crate) gigabytes: f64,
    /// One snapshot.
    pub(crate) snapshot: f64,
    /// StartApplication to RUNNING.
    pub(crate) start: f64,
    /// A graceful stop after its snapshot.
    pub(crate) stop: f64,
    pub(crate) force_stop: f64,
    /// UPDATING of an application at rest.
    pub(crate) update_ready: f64,
    /// UPDATING of one that runs, its snapshot included.
    pub(crate) update_running: f64,
    /// Without processing during it.
    pub(crate) update_gap: f64,
    /// Until the service gives an update's start up.
    pub(crate) failed_update: f64,
    pub(crate) begin: f64,
    pub(crate) next: f64,
    pub(crate) detect: f64,
    pub(crate) refused: f64,
    pub(crate) to_rollback: f64,
    pub(crate) rollback_begin: f64,
    pub(crate) cleanup: f64,
    pub(crate) custom_resource: f64,
    pub(crate) event: f64,
    /// What a provider-framework starter takes beside what it waits for.
    pub(crate) provider_framework: f64,
    /// What looking every few seconds adds, on average.
    pub(crate) look: f64,
}

impl Constants {
    /// The constants of a level, for a job with so many gigabytes of state.
    pub(crate) fn new(level: Level, gigabytes: f64) -> Self {
        let durations = Durations { level, gigabytes, factor: 1.0 };
        let of = |[low, typical, high]: [f64; 3]| match level {
            Level::Low => low,
            Level::Typical => typical,
            Level::High => high,
        };
        let FlinkSeconds { start, stop, force_stop, update_ready, update_running, snapshot, .. } = durations.flink();
        let steps = durations.steps();
        Self {
            durations,
            level,
            gigabytes,
            snapshot,
            start,
            stop,
            force_stop,
            update_ready,
            update_running,
            update_gap: of([10.0, 20.0, 60.0]),
            failed_update: of([60.0, 150.0, 300.0]),
            begin: steps.begin.as_secs_f64(),
            next: steps.next.as_secs_f64(),
            detect: steps.detect.as_secs_f64(),
            refused: steps.refused.as_secs_f64(),
            to_rollback: steps.to_rollback.as_secs_f64(),
            rollback_begin: steps.rollback_begin.as_secs_f64(),
            cleanup: steps.cleanup.as_secs_f64(),
            custom_resource: steps.custom_resource.as_secs_f64(),
            event: steps.event.as_secs_f64(),
            provider_framework: of([8.0, 14.0, 30.0]),
            look: of([0.0, 2.6, 5.0]),
        }
    }
}

/// As the table calls it.
pub(crate) const fn name(level: Level) -> &'static str {
    match level {
        Level::Low => "low",
        Level::Typical => "typical",
        Level::High => "high",
    }
}
