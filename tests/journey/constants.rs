//! How long things take on AWS, in seconds: the constants of `SEMANTICS.md` I.1, low, typical and high.

use std::time::Duration;

use local_aws::cloudformation::StepDurations;

/// Which of the three constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Low,
    Typical,
    High,
}

impl Level {
    fn of(self, [low, typical, high]: [f64; 3]) -> f64 {
        match self {
            Self::Low => low,
            Self::Typical => typical,
            Self::High => high,
        }
    }

    /// As the table calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Typical => "typical",
            Self::High => "high",
        }
    }
}

/// The durations of one run, for a job with so much state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Constants {
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
    pub(crate) rollback: f64,
    /// Until the service gives an update's start up.
    pub(crate) failed_update: f64,
    pub(crate) delete: f64,
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
        let of = |seconds| level.of(seconds);
        let snapshot = of([5.0, 10.0, 30.0]) + of([1.0, 2.7, 3.1]) * gigabytes;
        let restore = of([0.0, 0.5, 1.5]) * gigabytes;
        Self {
            level,
            gigabytes,
            snapshot,
            start: of([120.0, 155.0, 300.0]) + restore,
            stop: of([30.0, 75.0, 120.0]),
            force_stop: of([15.0, 60.0, 120.0]),
            update_ready: of([3.0, 10.0, 30.0]),
            update_running: of([110.0, 150.0, 300.0]) + snapshot + restore,
            update_gap: of([10.0, 20.0, 60.0]),
            rollback: of([110.0, 150.0, 300.0]) + restore,
            failed_update: of([60.0, 150.0, 300.0]),
            delete: of([5.0, 25.0, 60.0]),
            begin: of([2.0, 10.0, 32.0]),
            next: of([1.0, 3.0, 5.0]),
            detect: of([5.0, 15.0, 30.0]),
            refused: of([1.0, 2.0, 5.0]),
            to_rollback: of([2.0, 4.0, 6.0]),
            rollback_begin: of([5.0, 25.0, 30.0]),
            cleanup: of([2.0, 4.0, 8.0]),
            custom_resource: of([3.0, 6.0, 15.0]),
            event: of([0.5, 2.0, 60.0]),
            provider_framework: of([8.0, 14.0, 30.0]),
            look: of([0.0, 2.6, 5.0]),
        }
    }

    /// CloudFormation's part of them.
    pub(crate) fn steps(&self) -> StepDurations {
        let [begin, next, detect, refused, to_rollback, rollback_begin, cleanup, custom_resource, event] = [
            self.begin,
            self.next,
            self.detect,
            self.refused,
            self.to_rollback,
            self.rollback_begin,
            self.cleanup,
            self.custom_resource,
            self.event,
        ]
        .map(Duration::from_secs_f64);
        StepDurations { begin, next, detect, refused, to_rollback, rollback_begin, cleanup, custom_resource, event }
    }
}
