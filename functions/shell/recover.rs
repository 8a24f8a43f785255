//! After the stack operation: what was stopped for it is started again and proven, or left stopped for a fix.

use std::time::Instant;

use shared::contract::{Outcome, Report, UNSTICK};
use shared::lifecycle::{Action, Consent, Done, Goal, Incident, MARKER, Recovered, Refusal, gate, to_recover};

use crate::aws::Aws;
use crate::now::now;
use crate::report as told;
use crate::stack::{self, StackSeen};
use crate::woken::{Halt, learned, reach, seen};

/// Starts what `incident` left stopped.
pub(crate) async fn recover(
    aws: &Aws,
    root: &StackSeen,
    incident: &Incident,
    mut report: Report,
    until: Instant,
) -> Result<Report, Halt> {
    let names =
        learned(aws, until, Action::ListStackResources, async || stack::applications(aws, &root.id, true).await)
            .await?;
    let (event, since) = incident.ended().map_or_else(|| (String::new(), now()), |row| (row.id.clone(), row.time));
    for (_, name) in names {
        let Some(application) = seen(aws, &name, until).await? else {
            // Only an incident of ours is asked what became of it.
            if incident.continued() > 0 {
                told::gone(&mut report, &name);
            }
            continue;
        };
        let consent = Consent::of(application.tag(UNSTICK), root.tags.get(UNSTICK).map(String::as_str));
        if !to_recover(incident, &application) {
            continue;
        }
        let start = format!("aws kinesisanalyticsv2 start-application --application-name {name}");
        match consent {
            Consent::Enabled => {}
            Consent::DryRun => {
                told::also(&mut report, Outcome::DryRun, &format!("would start {name}; by hand: {start}"));
                continue;
            }
            Consent::None if application.tag(MARKER).is_some() => {
                told::also_refused(&mut report, &Refusal::NotTagged { application: name });
                told::also(&mut report, Outcome::Refused, &format!("By hand: {start}"));
                continue;
            }
            Consent::None => continue,
        }
        let goal = Goal::Recovered(Recovered {
            event: event.clone(),
            stabilize: aws.environment.stabilize,
            proof: gate(&event),
            since,
            stack: root.status,
            patience: aws.environment.stop_patience,
        });
        let (done, trail) = reach(aws, &goal, root, Some(name.clone()), 0, until).await?;
        // What it was started from is what was the newest before.
        report.state.push_str(&told::restarted(&application));
        report.applications.push(told::application(&name, &trail));
        match done {
            Ok(Done::AwaitingFix) => {
                told::also(&mut report, Outcome::StoppedAwaitingFix, &told::next_for_a_fix(&application));
            }
            Ok(Done::Healthy) => told::also(&mut report, Outcome::Recovered, ""),
            Ok(Done::Gone) => told::gone(&mut report, &name),
            Ok(_) => {}
            // One that cannot be started keeps no other down.
            Err(refusal) => told::also_refused(&mut report, &refusal),
        }
    }
    if report.outcome == Outcome::NotOurs {
        report.state = format!("the stack is {}: there is nothing to start", root.status);
    }
    Ok(report)
}
