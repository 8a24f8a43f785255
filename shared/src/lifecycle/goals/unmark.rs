//! Toward [`Goal::Unmarked`](crate::lifecycle::Goal::Unmarked): a marker that stands for no stop of these handlers is
//! removed, or a later stop of a person would be undone by it.

use crate::flink::{Application, ApplicationPhase, ApplicationStatus};
use crate::lifecycle::call::Call;
use crate::lifecycle::goal::{Done, Unmarked};
use crate::lifecycle::observed::Observed;
use crate::lifecycle::reason::StepReason;
use crate::lifecycle::{MARKER, Step};

/// The next step toward an application without this marker.
pub(in crate::lifecycle) fn next(goal: &Unmarked, observed: &Observed) -> Step {
    let Some(application) = &observed.application else { return Step::Done(Done::Gone) };
    let is_marked = application.tag(MARKER) == Some(&goal.marker) && observed.attempts.untagged == 0;
    let goes = match application.status.phase() {
        ApplicationPhase::Running => is_marked,
        ApplicationPhase::Ready => is_marked && goal.even_stopped,
        ApplicationPhase::Deleting => return Step::Done(Done::Gone),
        // On its way somewhere: whether it was stopped is seen when it is there.
        ApplicationPhase::Transitional | ApplicationPhase::RolledBack => false,
    };
    if goes { Step::Call(Call::Untag { key: MARKER }, StepReason::NotStopped) } else { Step::Done(Done::Unmarked) }
}

/// What was marked and goes on running has no restart to be remembered: its marker goes before `end`.
pub(in crate::lifecycle) fn let_go(marker: &str, application: &Application, observed: &Observed, end: Step) -> Step {
    let is_marked = application.tag(MARKER) == Some(marker) && observed.attempts.untagged == 0;
    if application.status == ApplicationStatus::Running && is_marked {
        return Step::Call(Call::Untag { key: MARKER }, StepReason::NotStopped);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::fixtures::*;
    use crate::lifecycle::{Goal, next_step};

    fn step(status: ApplicationStatus, marker: &str, even_stopped: bool) -> Step {
        let mut observed = seen(status);
        app(&mut observed).tags.insert(MARKER.into(), marker.into());
        next_step(&Goal::Unmarked(Unmarked { marker: "e1".into(), even_stopped }), &observed)
    }

    #[test]
    fn only_this_marker_goes_and_from_a_stopped_job_only_when_a_person_stopped_it() {
        let gone = Step::Call(Call::Untag { key: MARKER }, StepReason::NotStopped);
        assert_eq!(step(ApplicationStatus::Running, "e1", false), gone);
        assert_eq!(step(ApplicationStatus::Running, "e2", false), Step::Done(Done::Unmarked));
        assert_eq!(step(ApplicationStatus::Ready, "e1", false), Step::Done(Done::Unmarked));
        assert_eq!(step(ApplicationStatus::Ready, "e1", true), gone);
        assert_eq!(step(ApplicationStatus::Stopping, "e1", true), Step::Done(Done::Unmarked));
    }
}
