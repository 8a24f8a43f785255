//! The exhaustive walk over whole incidents: every stack status, set of blockers, consent, number of attempts and state
//! of its applications, against every way in which a goal can end. It fails on a stop while something incurable blocks
//! or without consent, on an attempt beyond the third, and on an incident that does not end.

mod applications;
mod moment;
mod rows;

use super::super::{
    Consent, Goal, GoalResult, Incident, IncidentSettings, MAX_ATTEMPTS, Next, Standing, Trigger, next,
};
use crate::flink::Application;
use crate::stack::StackStatus;
use crate::time::Timestamp;
use applications::{ModelState, STATES};
use moment::{Moment, NOW};
use rows::{ROWS, StuckRow};

const ROOT: &str = "arn:stack/root";
const NAMES: [&str; 2] = ["first", "second"];

/// What was counted on the way.
#[derive(Debug, Default)]
struct WalkCounts {
    moments: usize,
    decisions: usize,
    stops: usize,
    continued: usize,
}

/// Follows every way in which one invocation can go.
fn follow(moment: &Moment, incident: &mut Incident, applications: &[Application], walked: &mut WalkCounts) {
    walked.decisions += 1;
    assert!(incident.attempted.len() <= 2 * NAMES.len() + 2, "it does not end: {moment:?} {:?}", incident.attempted);
    match next(incident, applications, &IncidentSettings::default(), Timestamp(NOW)) {
        Next::Report(standings) => {
            assert!(!standings.is_empty(), "a report that says nothing: {moment:?}");
            let continued = standings.iter().any(|one| matches!(one, Standing::Continued { .. }));
            assert!(!continued || moment.attempts < MAX_ATTEMPTS, "a fourth attempt: {moment:?}");
            walked.continued += usize::from(continued);
        }
        Next::Reach { goal, application } => {
            let name = application.clone().unwrap_or_default();
            assert_eq!(moment.consent, Consent::Enabled, "something is done without consent: {moment:?} {goal:?}");
            if let Some(index) = NAMES.iter().position(|one| *one == name) {
                let state = moment.states[index];
                assert!(
                    !matches!(state, ModelState::DryRun | ModelState::Untagged),
                    "without consent: {moment:?} {goal:?}"
                );
            }
            let may_stop = matches!(goal, Goal::Stopped(_) | Goal::Settled(_) | Goal::Guarded(_));
            let continues = matches!(goal, Goal::Continued(_));
            walked.stops += usize::from(may_stop);
            if may_stop || continues {
                assert!(!moment.rows.iter().any(|row| row.is_incurable()), "in vain: {moment:?} {goal:?}");
                let known = continues || NAMES.contains(&name.as_str());
                assert!(known, "an application of another stack: {moment:?} {goal:?}");
            }
            if moment.status == StackStatus::UpdateRollbackFailed {
                assert!(moment.may_continue, "the rollback cannot be continued: {moment:?} {goal:?}");
                assert!(moment.attempts < MAX_ATTEMPTS, "after the last attempt: {moment:?} {goal:?}");
            }
            for result in moment.ends(&goal, &name) {
                incident.attempted.push(GoalResult { application: application.clone(), result });
                follow(moment, incident, applications, walked);
                incident.attempted.pop();
            }
        }
    }
}

fn moments() -> Vec<Moment> {
    let mut moments = Vec::new();
    // Of more than two kinds at once nothing is decided that two do not show.
    for bits in (0..1_usize << ROWS.len()).filter(|bits| bits.count_ones() <= 2) {
        let rows: Vec<StuckRow> = (0..ROWS.len()).filter(|bit| bits >> bit & 1 == 1).map(|bit| ROWS[bit]).collect();
        for status in
            [StackStatus::UpdateRollbackFailed, StackStatus::UpdateRollbackComplete, StackStatus::UpdateFailed]
        {
            // Who invoked it matters to none but the last.
            let triggers = if status == StackStatus::UpdateFailed { 3 } else { 1 };
            for trigger in [Trigger::Event, Trigger::Sweep, Trigger::Operator].into_iter().take(triggers) {
                for consent in [Consent::None, Consent::DryRun, Consent::Enabled] {
                    for (may_continue, attempts) in [(true, 0), (true, 2), (true, 3), (true, 4), (false, 0)] {
                        for first in STATES {
                            for second in
                                [ModelState::Running, ModelState::TooOld, ModelState::Untagged, ModelState::Marked]
                            {
                                let (rows, states) = (rows.clone(), [first, second]);
                                let moment = Moment { status, rows, consent, may_continue, attempts, states, trigger };
                                moments.push(moment);
                            }
                        }
                    }
                }
            }
        }
    }
    moments
}

#[test]
fn an_incident_ends_without_a_stop_in_vain_and_without_a_fourth_attempt() {
    let mut walked = WalkCounts::default();
    for moment in moments() {
        walked.moments += 1;
        let mut incident = moment.incident();
        let applications = moment.applications(&incident.concerned());
        follow(&moment, &mut incident, &applications, &mut walked);
    }
    println!("{walked:?}");
    assert!(walked.stops > 0 && walked.continued > 0, "{walked:?}");
}
