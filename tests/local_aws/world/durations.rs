//! How long things take on AWS (`SEMANTICS.md` I.1), for a world in which they do: by default nothing takes time, and a
//! transient status is over after one look.

use std::time::Duration;

use serde::Deserialize;

use crate::cloudformation::StepDurations;
use crate::flink::{Flink, Hold, Status};

/// Which of the three constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum Level {
    /// The fastest that was seen.
    Low,
    /// What to expect.
    #[default]
    Typical,
    /// The slowest that was seen.
    High,
}

/// The durations of a world.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Durations {
    /// Which constants.
    pub level: Level,
    /// Of the job's state, which snapshots and restores take along.
    pub gigabytes: f64,
    /// 1 is as on AWS, 0.01 a hundred times as fast.
    pub factor: f64,
}

impl Default for Durations {
    fn default() -> Self {
        Self { level: Level::Typical, gigabytes: 0.0, factor: 1.0 }
    }
}

/// What Flink's control plane takes, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlinkSeconds {
    /// StartApplication to RUNNING.
    pub start: f64,
    /// A graceful stop after its snapshot.
    pub stop: f64,
    /// A forced one.
    pub force_stop: f64,
    /// UPDATING of an application at rest.
    pub update_ready: f64,
    /// UPDATING of one that runs, its snapshot included.
    pub update_running: f64,
    /// ROLLING_BACK.
    pub rollback: f64,
    /// DELETING.
    pub delete: f64,
    /// MAINTENANCE.
    pub maintenance: f64,
    /// One snapshot.
    pub snapshot: f64,
}

impl Durations {
    fn of(self, [low, typical, high]: [f64; 3]) -> f64 {
        self.factor
            * match self.level {
                Level::Low => low,
                Level::Typical => typical,
                Level::High => high,
            }
    }

    /// Whether each number can be one.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(self) -> Result<Self, String> {
        let is_fit = |number: f64| (0.0..=1e6).contains(&number);
        let wrong =
            format!("Gigabytes and Factor must be numbers from 0 on, found {} and {}", self.gigabytes, self.factor);
        (is_fit(self.gigabytes) && is_fit(self.factor)).then_some(self).ok_or(wrong)
    }

    /// Flink's part.
    #[must_use]
    pub fn flink(self) -> FlinkSeconds {
        let of = |seconds| self.of(seconds);
        let snapshot = of([5.0, 10.0, 30.0]) + of([1.0, 2.7, 3.1]) * self.gigabytes;
        let restore = of([0.0, 0.5, 1.5]) * self.gigabytes;
        FlinkSeconds {
            start: of([120.0, 155.0, 300.0]) + restore,
            stop: of([30.0, 75.0, 120.0]),
            force_stop: of([15.0, 60.0, 120.0]),
            update_ready: of([3.0, 10.0, 30.0]),
            update_running: of([110.0, 150.0, 300.0]) + snapshot + restore,
            rollback: of([110.0, 150.0, 300.0]) + restore,
            delete: of([5.0, 25.0, 60.0]),
            maintenance: of([10.0, 20.0, 30.0]),
            snapshot,
        }
    }

    /// CloudFormation's part.
    #[must_use]
    pub fn steps(self) -> StepDurations {
        let of = |seconds| Duration::from_secs_f64(self.of(seconds));
        StepDurations {
            begin: of([2.0, 10.0, 32.0]),
            next: of([1.0, 3.0, 5.0]),
            detect: of([5.0, 15.0, 30.0]),
            refused: of([1.0, 2.0, 5.0]),
            to_rollback: of([2.0, 4.0, 6.0]),
            rollback_begin: of([5.0, 25.0, 30.0]),
            cleanup: of([2.0, 4.0, 8.0]),
            custom_resource: of([3.0, 6.0, 15.0]),
            event: of([0.5, 2.0, 60.0]),
        }
    }
}

impl Flink {
    /// From now on each transient status lasts so long, of every application without a hold of its own.
    pub fn take(&mut self, seconds: FlinkSeconds) {
        let held = |seconds: f64| Hold::For(Duration::from_secs_f64(seconds));
        for (status, lasts) in [
            (Status::Starting, seconds.start),
            (Status::Updating, seconds.update_running),
            (Status::Autoscaling, seconds.update_running),
            (Status::Stopping, seconds.stop + seconds.snapshot),
            (Status::ForceStopping, seconds.force_stop),
            (Status::RollingBack, seconds.rollback),
            (Status::Deleting, seconds.delete),
            (Status::Maintenance, seconds.maintenance),
        ] {
            self.hold("*", status, held(lasts));
        }
        self.hold_updates_at_rest(held(seconds.update_ready));
        self.hold_snapshots(held(seconds.snapshot));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Durations, Level};

    #[test]
    fn each_duration_grows_with_the_level_the_state_and_the_factor() {
        let of = |level, gigabytes, factor| Durations { level, gigabytes, factor }.flink();
        let levels = [Level::Low, Level::Typical, Level::High].map(|level| of(level, 10.0, 1.0));
        assert!(levels.windows(2).all(|pair| pair[0].start < pair[1].start && pair[0].snapshot < pair[1].snapshot));
        let (small, large) = (of(Level::Typical, 0.0, 1.0), of(Level::Typical, 10.0, 1.0));
        assert!(small.update_running + 32.0 <= large.update_running && small.stop >= large.stop, "2.7 and 0.5 a GB");
        assert!(of(Level::High, 10.0, 0.0).start <= 0.0);
        let steps = Durations { factor: 0.5, ..Durations::default() }.steps();
        assert_eq!(steps.rollback_begin, Duration::from_millis(12_500));
        assert!(Durations { factor: f64::NAN, ..Durations::default() }.check().is_err());
    }
}
