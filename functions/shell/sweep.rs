//! The sweep. What a lost event or a killed process left, each stack in an invocation of its own, so that a long incident keeps nobody else
//! waiting; then the snapshots of every application that opted in.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use shared::contract::{
    ActionTaken, Notify, Outcome, Report, STACK_ID, UNSTICK, UNSTICK_RESTART, Wake, told as done_told,
};
use shared::lifecycle::{
    Action, Consent, Done, Goal, Looks, Refusal, StackStatus, Swept, Timestamp, is_news, is_told, left_behind,
    may_be_left_behind,
};

use crate::aws::Aws;
use crate::drive::{InNameOf, Stopped, Subject, Trail, drive};
use crate::fault::Fault;
use crate::handover::hand_over;
use crate::look::Begun;
use crate::now::now;
use crate::pace::Pace;
use crate::stack::{self, StackSeen};
use crate::woken::{Halt, Unfinished, learned};
use crate::{flink, gather, look, metric, report as told};

/// An application that opted in.
struct Tagged {
    name: String,
    /// Whether somebody owes it a start.
    is_marked: bool,
    /// The root of the stack that owns it; none for an application of no stack.
    root: Option<StackSeen>,
}

/// Sweeps the account's region once.
pub(crate) async fn sweep(aws: &Aws, function: &str, until: Instant) -> Result<Report, Halt> {
    let mut report = told::blank(Outcome::Swept, "");
    let stuck =
        learned(aws, until, Action::ListStacks, async || stack::roots_in(aws, StackStatus::UpdateRollbackFailed).await)
            .await?;
    let applications = tagged(aws, &mut report, until).await?;
    let mut found = BTreeSet::new();
    for root in stuck {
        let owns = |one: &Tagged| one.root.as_ref().is_some_and(|own| own.id == root);
        if applications.iter().any(owns) || has_opted_in(aws, &root, &mut report).await {
            found.insert(root);
        }
    }
    for application in &applications {
        if let Some(root) = application.root.as_ref().filter(|root| !found.contains(&root.id)) {
            match is_left_behind(aws, application, root).await {
                Ok(true) => _ = found.insert(root.id.clone()),
                Ok(false) => {}
                Err(fault) => passed_over(&mut report, &application.name, fault),
            }
        }
    }
    for root in &found {
        wake(aws, function, root, &mut report).await;
    }
    for application in &applications {
        if application.root.as_ref().is_none_or(|root| !found.contains(&root.id)) {
            look_after(aws, application, &mut report, until).await?;
        }
    }
    Ok(report)
}

/// Every application of the account that carries the tag.
async fn tagged(aws: &Aws, report: &mut Report, until: Instant) -> Result<Vec<Tagged>, Halt> {
    let (mut tagged, mut roots, mut out_of_reach) = (Vec::new(), BTreeMap::new(), 0);
    for one in learned(aws, until, Action::ListApplications, async || flink::list(aws).await).await? {
        in_time(until)?;
        let tags = match flink::tags(aws, &one.arn).await {
            Ok(tags) if tags.contains_key(UNSTICK) => tags,
            Ok(_) | Err(Fault::Missing(_)) => continue,
            // Its name is not one that this deployment's roles reach.
            Err(Fault::Denied(..)) => {
                out_of_reach += 1;
                continue;
            }
            Err(fault) => {
                passed_over(report, &one.name, fault);
                continue;
            }
        };
        match root(aws, tags.get(STACK_ID), &mut roots).await {
            Ok(root) => tagged.push(Tagged { name: one.name, is_marked: tags.contains_key(UNSTICK_RESTART), root }),
            Err(fault) => passed_over(report, &one.name, fault),
        }
    }
    if out_of_reach > 0 {
        told::say(report, &format!("{out_of_reach} applications are out of this function's reach."));
    }
    Ok(tagged)
}

/// The root of a stack, each asked for once.
async fn root(
    aws: &Aws,
    stack: Option<&String>,
    roots: &mut BTreeMap<String, Option<StackSeen>>,
) -> Result<Option<StackSeen>, Fault> {
    let Some(stack) = stack else { return Ok(None) };
    if let Some(known) = roots.get(stack) {
        return Ok(known.clone());
    }
    let root = match gather::root(aws, stack).await {
        Ok(root) => Some(root),
        // An application outlives its stack when it is retained.
        Err(Fault::Rejected(..)) => None,
        Err(fault) => return Err(fault),
    };
    roots.insert(stack.clone(), root.clone());
    Ok(root)
}

/// Whether a stuck stack carries the tag, though none of its applications does.
async fn has_opted_in(aws: &Aws, root: &str, report: &mut Report) -> bool {
    match gather::root(aws, root).await {
        Ok(root) => Consent::of(None, root.tags.get(UNSTICK).map(String::as_str)) != Consent::None,
        Err(fault) => {
            passed_over(report, root, fault);
            false
        }
    }
}

async fn is_left_behind(aws: &Aws, application: &Tagged, root: &StackSeen) -> Result<bool, Fault> {
    if !may_be_left_behind(root.status, application.is_marked) {
        return Ok(false);
    }
    let mut begun = Begun::default();
    let look = look::application(aws, &application.name, &mut begun, |_| Looks::ALL).await?;
    let Some(application) = look else { return Ok(false) };
    Ok(left_behind(&gather::incident(aws, root).await?, &application))
}

/// Wakes this function again, for one stack.
async fn wake(aws: &Aws, function: &str, root: &str, report: &mut Report) {
    let is_woken = hand_over(aws, function, &Wake::found(root)).await;
    if !is_woken && is_told(Timestamp(0), now()) {
        report.notify = Notify::People;
    }
    report.actions.push(ActionTaken {
        call: format!("Invoke {function} for {root}"),
        because: "the stack is stuck, or an application of it was stopped and not started again".to_owned(),
        refused: (!is_woken).then(|| "Lambda did not take the event; the function's log says why".to_owned()),
    });
}

/// The snapshots of one application.
async fn look_after(aws: &Aws, application: &Tagged, report: &mut Report, until: Instant) -> Result<(), Halt> {
    in_time(until)?;
    let keep = usize::try_from(aws.environment.keep_snapshots).unwrap_or(usize::MAX);
    let goal = Goal::Swept(Swept { snapshot: format!("flink-handlers-sweep-{}", minute()), keep });
    let subject = Subject {
        stack: application.root.as_ref().map_or_else(String::new, |root| root.id.clone()),
        application: Some(application.name.clone()),
        in_name_of: InNameOf::Sweep,
        stack_seen: None,
    };
    let mut trail = Trail::default();
    let mut pace = Pace::new(&aws.environment, until);
    let name = &application.name;
    match drive(aws, &goal, &subject, &mut pace, &mut trail).await {
        Ok(done @ Done::Would { .. }) => told::say(report, &format!("{name}: {}", done_told(&done, None))),
        Ok(_) if trail.calls.is_empty() => return Ok(()),
        Ok(_) => {}
        Err(Stopped::OutOfTime(_)) => return Err(Unfinished::OutOfTime.into()),
        Err(Stopped::Refused(refusal)) => refused(report, name, &refusal, &trail),
    }
    report.applications.push(told::application(name, &trail));
    Ok(())
}

/// What a person may have to know.
fn refused(report: &mut Report, name: &str, refusal: &Refusal, trail: &Trail) {
    if let Refusal::SnapshotFailed { error, .. } = refusal {
        metric::snapshot_failed(name, error);
    }
    let is_news =
        trail.last.as_ref().map_or_else(|| is_told(Timestamp(0), now()), |observed| is_news(refusal, observed));
    if is_news {
        report.notify = Notify::People;
    }
    told::say(report, &refusal.to_string());
    if report.next.is_empty() {
        refusal.remedy().clone_into(&mut report.next);
    }
}

/// What could not be looked at is looked at by the next sweep.
fn passed_over(report: &mut Report, what: &str, fault: Fault) {
    let why = match fault {
        Fault::Passing(why) => why,
        fault => fault.refusal(Action::DescribeApplication).to_string(),
    };
    told::say(report, &format!("{what} was passed over: {why}"));
}

fn in_time(until: Instant) -> Result<(), Unfinished> {
    if Instant::now() < until { Ok(()) } else { Err(Unfinished::OutOfTime) }
}

/// `20261123T0415Z`
fn minute() -> String {
    let seconds = now().0.div_euclid(1000);
    let text = DateTime::from_secs(seconds).fmt(Format::DateTime).unwrap_or_default();
    let minute: String = text.chars().take(16).filter(|letter| !['-', ':'].contains(letter)).collect();
    format!("{minute}Z")
}
