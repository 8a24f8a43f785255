//! What a deployment will do, before it does it: what changes, whether the job restarts, whether its state comes along,
//! and whether the snapshot that this takes can be taken now.
//!
//! It compares templates and asks the services. Where CloudFormation's own change set is given, that says which
//! resources change. What it cannot know it says: the job may break between the plan and the deployment.

mod answer;
mod change_set;
mod changes;
mod express;
mod guarding;
mod keys;
mod parameters;
mod proposal;
mod refusals;
mod restart;
mod seen;
mod side;
mod state;
#[cfg(test)]
mod tests;
mod upgrade;

use crate::contract::UpdateGuard;
use crate::lifecycle::{Replay, replay};
use crate::stack::APPLICATION;
pub use answer::{Finding, Outlook, Plan};
pub use change_set::{Change, Effect, ListedChange};
pub(super) use changes::{Compared, compare};
pub use proposal::{Deployed, DeployedResource, Proposal};
use proposal::{is_updatable, needs_rollback_disabled};
use refusals::refusals;
use seen::{Seen, applications};
pub(super) use side::Side;

/// Says what a deployment would change, restart, lose and need, without asking AWS anything.
#[must_use]
pub fn plan(proposal: &Proposal) -> Plan {
    let compared = compare(proposal);
    let all = applications(proposal, &compared);
    let is_only = all.len() == 1;
    // Of several, only those count that the deployment touches.
    let touched: Vec<&Seen> = all.iter().filter(|seen| is_only || seen.is_touched()).collect();
    let restarts: Vec<(u32, Finding)> = touched.iter().map(|seen| restart::of(seen)).collect();
    let of_each = |finding: &dyn Fn(&Seen, u32) -> Finding| {
        let each = touched.iter().zip(&restarts).map(|(seen, (times, _))| (seen.name(), finding(seen, *times)));
        Finding::of_all(each.collect(), is_only)
    };
    let snapshot = of_each(&restart::snapshot);
    let state = of_each(&state::of);
    let of_restart = touched.iter().zip(&restarts).map(|(seen, (_, finding))| (seen.name(), finding.clone()));
    let restart = Finding::of_all(of_restart.collect(), is_only);
    let keys = |keys: &dyn Fn(&Seen) -> Vec<String>| -> Vec<String> {
        let named = |seen: &Seen, key: String| if is_only { key } else { format!("{}: {key}", seen.name()) };
        all.iter().flat_map(|seen| keys(seen).into_iter().map(move |key| named(seen, key))).collect()
    };
    let mut next = refusals(proposal, &compared);
    let is_refused = !next.is_empty();
    let status = proposal.deployed.as_ref().map(|deployed| deployed.status);
    let mut unknown: Vec<String> = compared.open.iter().cloned().collect();
    if status.is_some_and(needs_rollback_disabled) {
        let given = if proposal.is_ours() { ", which make deploy gives" } else { "" };
        next.push(format!("the stack takes an update only with --disable-rollback{given}"));
        unknown.push("what the failed operation had not reached yet is done too".to_owned());
    }
    let upgrades = touched.iter().filter_map(|seen| upgrade::of(seen, seen.application()?)?.unknown());
    unknown.extend(upgrades);
    let worst =
        [&restart, &snapshot, &state].into_iter().map(|finding| finding.outlook).max().unwrap_or(Outlook::GoesThrough);
    let outlook = match (is_refused, unknown.is_empty()) {
        (true, _) => Outlook::Fails,
        (false, true) if compared.changes.is_empty() => Outlook::Nothing,
        (false, true) => worst,
        (false, false) => worst.max(Outlook::CannotTell),
    };
    let drift = |seen: &Seen| seen.live().map(|live| keys::drift(&keys::given(seen, true), live)).unwrap_or_default();
    next.extend(advice(proposal, &touched, &restarts));
    if !compared.open.is_empty() && proposal.change_set.is_none() && proposal.takes_an_update() {
        next.push("plan with --change-set: CloudFormation itself says what changes; nothing is left behind".to_owned());
    }
    let status = status.map(|status| status.to_string()).unwrap_or_default();
    Plan {
        schema: 1,
        sentence: outlook.sentence(&proposal.name, &status),
        compared: proposal.compared(),
        stack: proposal.name.clone(),
        status,
        outlook,
        parameters: compared.parameters.clone(),
        restarts: restarts.iter().map(|(times, _)| times).sum(),
        restart,
        snapshot,
        state,
        permissions: super::permissions::of_compared(&compared),
        properties: keys(&|seen| {
            let changed = || keys::changed(&keys::given(seen, true), &keys::given(seen, false));
            if seen.leaves_the_stack() { Vec::new() } else { changed() }
        }),
        drift: if proposal.deployed.is_some() { keys(&drift) } else { Vec::new() },
        unknown,
        express: express::of(proposal, &all),
        next,
        changes: compared.changes.clone(),
    }
}

fn advice(proposal: &Proposal, touched: &[&Seen], restarts: &[(u32, Finding)]) -> Vec<String> {
    let mut next = Vec::new();
    if !proposal.handlers && proposal.needs_handlers() {
        next.push("the handlers are not deployed in this region: make handlers brings them".to_owned());
    }
    for (seen, (times, _)) in touched.iter().zip(restarts) {
        let Some(live) = seen.live() else { continue };
        let is_updated = seen.change(APPLICATION).is_some_and(|change| change.effect == Effect::Modify);
        let others = keys::others(&keys::given(seen, true), live);
        if is_updated && !others.is_empty() {
            let others = others.join(", ");
            next.push(format!("an update of the application may remove {others}: deploy the stack that set it again"));
        }
        if let Some(group) = live.log_group.as_ref().filter(|_| *times > 0 && restart::trouble(seen).is_some()) {
            next.push(format!("aws logs tail {group} --since 1h --filter-pattern Exception"));
        }
        next.extend(upgrade::of(seen, live).into_iter().flat_map(|change| change.advice(seen, live)));
        if seen.is_touched() {
            next.extend(super::line::leave_enhanced_snapshots(live));
        }
        next.extend(stop_first(seen, *times));
        next.extend(guarding::run_configurations(seen));
        let wiped = guarding::wiped(seen);
        if is_updated && !wiped.is_empty() {
            next.push(format!(
                "write {} into the application's EnvironmentProperties too: an update wipes them from the running job \
                 until property-groups puts them back",
                wiped.join(", ")
            ));
        }
    }
    next
}

/// How a job that cannot be snapshotted gets out of the way of its update where no guard does that.
fn stop_first(seen: &Seen, restarts: u32) -> Vec<String> {
    let is_stuck = restarts > 0 && restart::trouble(seen).is_some() && !seen.is_called(UpdateGuard::<String>::TYPE);
    let Some(live) = seen.live().filter(|live| is_stuck && live.snapshots_enabled) else { return Vec::new() };
    if let Replay::Forbidden { why } = replay(live, seen.proposal.now, seen.bound()) {
        return vec![format!("{}: no force-stop: {why}; fix the job so that it can be snapshotted", live.name)];
    }
    vec![
        "stop it by force, deploy, then start it; what came after its newest snapshot is read and written again:"
            .to_owned(),
        format!(
            "aws kinesisanalyticsv2 stop-application --force --application-name {} --region {}",
            live.name, seen.proposal.region
        ),
    ]
}
