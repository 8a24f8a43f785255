//! The same stories added up on paper, from the constants alone. Where a story that was played differs from its sum,
//! one of the two is wrong.

use crate::constants::Constants;
use crate::story::Story;
use crate::way::Way;

/// StabilizeSeconds in our template.
const STABILIZE: f64 = 60.0;
/// What a person does between two steps.
const BETWEEN: f64 = 30.0;
/// How soon a person who is quick has the fix of a job.
pub(crate) const FIX: f64 = 300.0;
/// A look of a guard or a gate at its proving snapshot comes so often.
const PROVING: f64 = 15.0;

/// A sum on paper, in seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sum {
    /// Without processing.
    pub(crate) down: f64,
    /// From the request to the end.
    pub(crate) end: f64,
}

/// The least that the service's own durations allow, for an update in place or, where the job loops, with a stop.
pub(crate) fn floor(story: Story, constants: &Constants) -> Sum {
    let c = constants;
    match story {
        Story::Jar | Story::Property | Story::Both => {
            let end = c.begin + c.next + c.update_running + c.detect + c.cleanup;
            Sum { down: c.update_gap, end }
        }
        Story::Nothing => Sum { down: 0.0, end: c.begin + c.next + c.cleanup },
        Story::Looping => {
            let down = c.force_stop + c.update_ready + c.start;
            Sum { down, end: down }
        }
        Story::PassingCause => {
            let end = wedged(c) + c.force_stop + continued(c) + c.start;
            Sum { down: end, end }
        }
        Story::Autoscaling => {
            let end = c.update_running + c.update_running + c.detect + c.cleanup;
            Sum { down: 2.0 * c.update_gap, end }
        }
        Story::BadRecord => {
            let fix = FIX + c.begin + c.next + c.update_ready + c.detect + c.start;
            let end = wedged(c) + c.force_stop + continued(c) + fix;
            Sum { down: end, end }
        }
        Story::DoesNotStart => {
            let down = c.failed_update + c.durations.flink().rollback;
            Sum { down, end: c.begin + c.next + c.snapshot + down + c.detect + c.cleanup }
        }
        Story::NewOneLoops => {
            let back = c.force_stop + c.update_ready + c.start;
            Sum { down: c.update_gap + back, end: c.begin + c.next + c.update_running + back }
        }
        Story::Deletion => {
            let down = c.durations.flink().delete;
            Sum { down, end: c.begin + c.next + down + c.cleanup }
        }
        // Nothing but its role has to be there before the application is, and nothing else before it is started.
        Story::Creation => {
            let down = c.begin + 2.0 * c.next + c.start;
            Sum { down, end: down + c.cleanup }
        }
    }
}

/// From the request of a deployment over a job that cannot be snapshotted to UPDATE_ROLLBACK_FAILED.
pub(crate) fn wedged(c: &Constants) -> f64 {
    c.begin + c.next + c.refused + c.to_rollback + c.rollback_begin + c.next + c.refused
}

/// From ContinueUpdateRollback to its COMPLETE.
fn continued(c: &Constants) -> f64 {
    c.rollback_begin + c.next + c.update_ready + c.detect + c.cleanup
}

/// Until a look in fifteen seconds sees what takes so long.
fn proven(seconds: f64) -> f64 {
    (seconds / PROVING).ceil() * PROVING
}

/// A custom resource that finds nothing to wait for.
fn passed(c: &Constants) -> f64 {
    c.next + c.custom_resource
}

/// The sum of a story, where there is one.
pub(crate) fn sum(story: Story, way: Way, constants: &Constants) -> Option<Sum> {
    let c = constants;
    let plain = c.begin + c.next + c.update_running + c.detect + c.cleanup;
    match (story, way) {
        (Story::Nothing, _) => Some(floor(story, c)),
        (Story::Jar | Story::Property | Story::Both, Way::Person(_)) => Some(Sum { down: c.update_gap, end: plain }),
        (Story::Jar | Story::Property | Story::Both, Way::Starter) => {
            Some(Sum { down: c.update_gap, end: plain + c.next + c.provider_framework })
        }
        (Story::Jar | Story::Property | Story::Both, Way::Probe) => {
            let guard = passed(c) + proven(c.snapshot);
            // Since the update's operation ended, not since auto-start was called.
            let waited = c.detect + 2.0 * passed(c) - c.custom_resource / 2.0;
            let gate = passed(c) + (STABILIZE - waited).max(0.0) + proven(c.snapshot);
            Some(Sum { down: c.update_gap, end: plain + guard + passed(c) + gate })
        }
        (Story::Jar | Story::Property | Story::Both, Way::Stop) => {
            let half = c.custom_resource / 2.0;
            let between = c.look + half + c.next + c.update_ready + c.detect + passed(c) + c.next + half;
            let down = c.stop + between + c.start;
            let before = c.begin + c.next + half + c.snapshot;
            Some(Sum { down, end: before + down + STABILIZE + proven(c.snapshot) + half + c.cleanup })
        }
        (Story::PassingCause, Way::Person(_)) => {
            let cured = way.person() + BETWEEN + c.force_stop + BETWEEN + continued(c) + BETWEEN + c.start;
            Some(Sum { down: wedged(c) + cured, end: wedged(c) + cured })
        }
        (Story::PassingCause, Way::Probe | Way::Stop) => {
            let cured = c.event + c.look + c.force_stop + continued(c) + c.event + c.start;
            Some(Sum { down: wedged(c) + cured, end: wedged(c) + cured })
        }
        (Story::PassingCause, Way::Starter)
        | (
            Story::Creation
            | Story::Autoscaling
            | Story::Looping
            | Story::BadRecord
            | Story::DoesNotStart
            | Story::NewOneLoops
            | Story::Deletion,
            _,
        ) => None,
    }
}

/// Whether what was played is what the sum says: within a look and three in a hundred.
pub(crate) fn agrees(played: f64, sum: f64) -> bool {
    (played - sum).abs() <= PROVING + 0.03 * sum
}
