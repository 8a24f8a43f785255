//! The sweep. What a lost event or a killed process left, each stack in an invocation of its own, so that a long
//! incident keeps no other caller waiting; then the snapshots of every application that opted in.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use shared::contract::{Invocation, MAX_INVOKED_BY_A_SWEEP, Report, STACK_ID, UNSTICK, UNSTICK_RESTART};
use shared::flink::ApplicationStatus;
use shared::lifecycle::{
    Action, Duty, Glimpse, IncidentSettings, Reads, duty, in_turn, invokes_for, left_behind, reminder,
};
use shared::stack::StackStatus;

use super::read_incident::{self, IncidentError};
use crate::aws::Aws;
use crate::aws::cloudformation::{self, StackSeen};
use crate::aws::error::Fault;
use crate::aws::flink::{self, ApplicationSummary};
use crate::aws::lambda::hand_over;
use crate::backoff::Pace;
use crate::clock::{instant, now};
use crate::observe::{self, PartialObservation};

mod notes;
mod patience;
mod snapshots;

use notes::Notes;
use patience::{looked, pages};

/// One sweep of the account's region.
struct Sweep<'a> {
    aws: &'a Aws,
    /// This function's own name, which the sweep invokes once for each stack that it found.
    function: &'a str,
    until: Instant,
    pace: Pace,
    /// The roots of stacks that were asked for; none for a stack that is gone.
    roots: BTreeMap<String, Option<StackSeen>>,
    /// The stacks that it invoked the unsticker for.
    invoked: BTreeSet<String>,
    notes: Notes,
}

/// The name of an application that opted in, and the root of its stack.
type Opted<'a> = (&'a str, Option<StackSeen>);

/// Sweeps the account's region once. What there is no time for is left to the next sweep: delivered again, this one
/// would only begin anew.
pub(crate) async fn sweep(aws: &Aws, function: &str, until: Instant) -> Result<Report, IncidentError> {
    let stuck: BTreeSet<String> = pages(aws, until, Action::ListStacks, async |next| {
        cloudformation::roots_in(aws, StackStatus::UpdateRollbackFailed, next).await
    })
    .await?;
    let mut sweep = Sweep {
        aws,
        function,
        until,
        pace: Pace::new(&aws.environment, until),
        roots: BTreeMap::new(),
        invoked: BTreeSet::new(),
        notes: Notes::new(),
    };
    sweep.invoke_for(&stuck).await;
    let applications: Vec<ApplicationSummary> =
        pages(aws, until, Action::ListApplications, async |next| flink::list(aws, next).await).await?;
    let applications = in_turn(applications, MAX_INVOKED_BY_A_SWEEP, now());
    // What was left behind first, of all of them: a look at snapshots takes several times as many calls, and can wait.
    let mut left = 0;
    let mut to_look_after = Vec::new();
    for one in &applications {
        if sweep.has_time() {
            match sweep.application(one, &stuck).await {
                Ok(found) => to_look_after.extend(found),
                Err(fault) => sweep.notes.pass_over(&one.name, fault),
            }
        } else {
            left += 1;
        }
    }
    for (name, root) in to_look_after {
        if sweep.has_time() {
            sweep.look_after(name, root.as_ref()).await;
        } else {
            left += 1;
        }
    }
    let failed: BTreeSet<String> = pages(aws, until, Action::ListStacks, async |next| {
        cloudformation::roots_in(aws, StackStatus::UpdateFailed, next).await
    })
    .await?;
    sweep.invoke_for(&failed).await;
    if left > 0 {
        sweep.notes.say(&format!("No time was left for {left} applications: the next sweep begins with others."));
    }
    Ok(sweep.notes.message())
}

impl Sweep<'_> {
    fn has_time(&self) -> bool {
        instant() < self.until && !self.pace.is_out()
    }

    /// The stacks that are stuck and carry the tag themselves, in turn.
    async fn invoke_for(&mut self, stuck: &BTreeSet<String>) {
        let mut left = 0;
        for root in in_turn(stuck, MAX_INVOKED_BY_A_SWEEP, now()) {
            if self.invoked.len() == MAX_INVOKED_BY_A_SWEEP || !self.has_time() {
                left += 1;
                continue;
            }
            match self.root(root).await {
                Ok(Some(seen)) if invokes_for(read_incident::consent(&seen)) => {
                    self.invoke(root).await;
                }
                Ok(_) => {}
                Err(fault) => self.notes.pass_over(root, fault),
            }
        }
        if left > 0 {
            self.notes.say(&format!("{left} more stacks are stuck: the next sweeps look at them."));
        }
    }

    /// Invokes for the stack of an application that is stuck or was left behind. Any other that opted in, with its
    /// root, is one whose snapshots are looked after.
    async fn application<'b>(
        &mut self,
        one: &'b ApplicationSummary,
        stuck: &BTreeSet<String>,
    ) -> Result<Option<Opted<'b>>, Fault> {
        let (aws, name) = (self.aws, one.name.as_str());
        let tags = match looked(&mut self.pace, async || flink::tags(aws, &one.arn).await).await {
            Ok(tags) if tags.contains_key(UNSTICK) || tags.contains_key(UNSTICK_RESTART) => tags,
            Ok(_) | Err(Fault::Missing(_)) => return Ok(None),
            // Its name is not one that this deployment's roles reach.
            Err(Fault::Denied(..)) => {
                self.notes.out_of_reach += 1;
                return Ok(None);
            }
            Err(fault) => return Err(fault),
        };
        let root = match tags.get(STACK_ID) {
            Some(own) => self.root(own).await?,
            None => None,
        };
        let is_marked = tags.contains_key(UNSTICK_RESTART);
        if is_marked && one.status == Some(ApplicationStatus::Ready) {
            self.remind(name).await?;
        }
        let Some(root) = root else { return Ok(tags.contains_key(UNSTICK).then_some((name, None))) };
        let glimpse = Glimpse {
            status: one.status,
            is_marked,
            consent: read_incident::consent(&root),
            // Listed as stuck is what it was a moment ago; the list decides for all of this sweep.
            stack: if stuck.contains(&root.id) { StackStatus::UpdateRollbackFailed } else { root.status },
            is_invoked: self.invoked.contains(&root.id),
            may_invoke: self.invoked.len() < MAX_INVOKED_BY_A_SWEEP,
        };
        let is_unfinished = match duty(&glimpse) {
            Duty::Nothing => return Ok(None),
            Duty::Invoke => true,
            Duty::Examine => self.is_left_behind(name, &root).await?,
            Duty::Snapshots => false,
        };
        if is_unfinished {
            self.invoke(&root.id).await;
            return Ok(None);
        }
        Ok(Some((name, Some(root))))
    }

    /// The root of a stack, each asked for once; none when the stack is gone, which an application outlives that is
    /// retained.
    async fn root(&mut self, stack: &str) -> Result<Option<StackSeen>, Fault> {
        if let Some(known) = self.roots.get(stack) {
            return Ok(known.clone());
        }
        let aws = self.aws;
        let root = looked(&mut self.pace, async || read_incident::root(aws, stack).await).await?;
        self.roots.insert(stack.to_owned(), root.clone());
        Ok(root)
    }

    async fn is_left_behind(&mut self, name: &str, root: &StackSeen) -> Result<bool, Fault> {
        let (aws, mut partial) = (self.aws, PartialObservation::default());
        let look = async || observe::application(aws, name, &mut partial, |_| Reads::ALL).await;
        let Some(application) = looked(&mut self.pace, look).await? else { return Ok(false) };
        let mut incident = read_incident::described_incident(aws, root);
        incident.events = looked(&mut self.pace, async || read_incident::events(aws, &root.id).await).await?;
        let applications = [application];
        looked(&mut self.pace, async || read_incident::history(aws, &mut incident, &applications).await).await?;
        let [application] = &applications;
        Ok(left_behind(&incident, application))
    }

    /// Says of a job that these handlers stopped and that does not run until when nothing is lost.
    async fn remind(&mut self, name: &str) -> Result<(), Fault> {
        let (aws, mut partial) = (self.aws, PartialObservation::default());
        let look = async || observe::application(aws, name, &mut partial, |_| Reads::ALL).await;
        let Some(application) = looked(&mut self.pace, look).await? else { return Ok(()) };
        let settings = IncidentSettings::from(&aws.environment);
        let bound = settings.bound(Some(&application)).unwrap_or(settings.max_replay);
        if let Some(reminder) = reminder(&application, bound, now()) {
            self.notes.remind(name, &reminder);
        }
        Ok(())
    }

    /// Invokes this function again, for one stack.
    async fn invoke(&mut self, root: &str) {
        let is_invoked = hand_over(self.aws, self.function, &Invocation::found(root)).await;
        self.notes.invoked(self.function, root, is_invoked);
        self.invoked.insert(root.to_owned());
    }
}
