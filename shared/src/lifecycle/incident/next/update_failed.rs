//! UPDATE_FAILED: rollback is disabled, so nothing goes back on its own. It is reported; a job that could not be
//! snapshotted is proven once more, after half an hour or when a person asks, and stopped only if that fails.

use std::time::Duration;

use super::super::super::goal::{Done, Goal, Guarded, Unmarked};
use super::super::super::refusal::Refusal;
use super::super::restart::proof_snapshot_name;
use super::super::{BlockerKind, Consent, Incident};
use super::stuck::{incurable, marker};
use super::{IncidentSettings, Next, Standing, Trigger, consent, named, report};
use crate::flink::Application;
use crate::lifecycle::goal::choices::{GuardMode, OnSnapshotFailure};
use crate::stack::StackStatus;
use crate::time::Timestamp;

/// How long the stack is left to the operator who disabled its rollback.
const LEFT_ALONE: Duration = Duration::from_mins(30);

pub(super) fn next(
    incident: &Incident,
    applications: &[Application],
    settings: &IncidentSettings,
    now: Timestamp,
) -> Next {
    let names = would_prove(incident, applications);
    let failed = incident.newest(StackStatus::UpdateFailed);
    let rests = failed.map_or(Duration::ZERO, |row| now.since(row.time));
    let is_due = match incident.trigger {
        Trigger::Event => false,
        Trigger::Sweep => rests >= LEFT_ALONE,
        Trigger::Operator => true,
    };
    if names.is_empty() || !is_due {
        return report(Standing::UpdateFailed { would_prove: names });
    }
    let mut standings = vec![Standing::UpdateFailed { would_prove: Vec::new() }];
    for name in names {
        let reach = |goal| Next::Reach { goal, application: Some(name.clone()) };
        match incident.results(Some(&name)).as_slice() {
            [] => match settings.bound(named(applications, &name)) {
                Ok(bound) => {
                    let proof = proof_snapshot_name(&failed.map(|row| row.id.clone()).unwrap_or_default());
                    return reach(proven_again(marker(incident), proof, bound, settings, now));
                }
                Err(refusal) => {
                    standings.push(Standing::StartRefused { application: name, refusal, by_hand: false });
                }
            },
            [Ok(Done::Guarded(outcome)), ..] => {
                standings.push(Standing::ProvenAgain { application: name, outcome: *outcome });
            }
            [Ok(_), ..] => {}
            [Err(Refusal::Superseded), ..] => standings.push(Standing::LeftToDeployment { application: name }),
            [Err(refusal @ Refusal::Unanswered { .. })] | [Err(refusal), _, ..] => {
                let refusal = refusal.clone();
                standings.push(Standing::StartRefused { application: name, refusal, by_hand: false });
            }
            [Err(_)] => {
                return reach(Goal::Unmarked(Unmarked { marker: marker(incident), even_stopped: false }));
            }
        }
    }
    Next::Report(standings)
}

/// The applications whose snapshot failed, when nothing else failed and all consent.
fn would_prove(incident: &Incident, applications: &[Application]) -> Vec<String> {
    let blockers = incident.blockers();
    let is_snapshot = blockers.iter().all(|blocker| blocker.kind == BlockerKind::Snapshot);
    let names = incident.concerned();
    let consents = names.iter().all(|name| consent(incident, named(applications, name)) == Consent::Enabled);
    if incurable(incident, &blockers).is_none() && is_snapshot && consents { names } else { Vec::new() }
}

/// A snapshot proves the job, or it is stopped as for any update, with the operation's own marker: the one who ends the
/// operation starts it.
fn proven_again(marker: String, proof: String, bound: Duration, settings: &IncidentSettings, since: Timestamp) -> Goal {
    Goal::Guarded(Guarded {
        mode: GuardMode::Probe,
        on_failure: OnSnapshotFailure::ForceStop,
        marker,
        proof,
        bound,
        patience: settings.stop_patience,
        since,
        undoes_since: None,
        gives_state_up: false,
    })
}
