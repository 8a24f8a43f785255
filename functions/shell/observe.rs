//! One look at an application: several calls, each of which may be throttled on its own.

use std::time::Duration;

use shared::flink::{Application, ApplicationStatus, Mask, Operations, SnapshotMode, without_frames};
use shared::lifecycle::Reads;
use shared::time::Timestamp;

use crate::aws::error::Fault;
use crate::aws::{Aws, flink};
use crate::clock::now;

/// For how long what a look learned is gone on from, in poll intervals: five minutes at the default one.
const KEPT_POLLS: u32 = 60;
/// For how long it is still what is there, in poll intervals: half a minute, as the SDK's own retries would take.
const FRESH_POLLS: u32 = 6;

/// What a look that was interrupted learned. Throttled at its fourth call, one that began anew would spend the rate on
/// three answers that it has, and of many at once none would come to an end.
#[derive(Debug, Default)]
pub(crate) struct PartialObservation {
    application: Option<Application>,
    /// When it was first described.
    since: Timestamp,
    /// When it was described for the last time.
    seen: Timestamp,
    has: Reads,
    is_interrupted: bool,
    /// Calls that were answered since they were last asked for.
    answered: u32,
    /// What no text of the service may repeat.
    pub(crate) mask: Mask,
}

impl PartialObservation {
    /// Nothing yet, with what must be masked.
    pub(crate) fn masking(mask: Mask) -> Self {
        Self { mask, ..Self::default() }
    }

    fn begin_anew(&mut self, application: Option<Application>) {
        if application.is_some() {
            (self.since, self.seen) = (now(), now());
        }
        (self.application, self.has, self.is_interrupted) = (application, Reads::NONE, false);
    }

    /// How many calls were answered since this was last asked.
    pub(crate) fn take_answered(&mut self) -> u32 {
        std::mem::take(&mut self.answered)
    }

    /// The first look goes on from an application that was looked at as a whole, from this time on.
    pub(crate) fn begin_from(&mut self, application: Application, since: Timestamp, poll_interval: Duration) {
        (self.since, self.seen) = (since, since);
        self.go_on_from(Some(application), poll_interval, |_| Reads::ALL);
    }

    /// The next look goes on from what the last one `needs` to have seen: a call after it was throttled, so that
    /// nothing was done. After half a minute it is looked whether the application is still the one that was seen; after
    /// some minutes, at everything.
    pub(crate) fn go_on_from(
        &mut self,
        seen: Option<Application>,
        poll_interval: Duration,
        needs: impl Fn(ApplicationStatus) -> Reads,
    ) {
        let is_young = now().since(self.since) < poll_interval.saturating_mul(KEPT_POLLS);
        let Some(application) = seen.filter(|_| is_young) else { return };
        self.has = needs(application.status);
        self.application = Some(application);
        self.is_interrupted = true;
    }
}

/// An application with what else its status `needs` to be looked at; `None` when it does not exist. After a
/// transient error the next look goes on from what `partial` holds, as long as the application is still the one that it
/// holds. An application that is deleted in the middle of a look does not exist.
pub(crate) async fn application(
    aws: &Aws,
    name: &str,
    partial: &mut PartialObservation,
    needs: impl Fn(ApplicationStatus) -> Reads,
) -> Result<Option<Application>, Fault> {
    let found = match go_on(aws, name, partial, needs).await {
        // It may have been deleted since it was described; ListApplicationSnapshots may call that an invalid argument.
        Err(refused @ (Fault::Missing(_) | Fault::Rejected(..))) => match flink::described(aws, name).await {
            Ok(None) => Ok(None),
            Ok(Some(_)) => Err(refused),
            Err(fault) => Err(fault),
        },
        found => found,
    };
    match &found {
        Err(Fault::Transient(_) | Fault::Throttled(_)) => partial.is_interrupted = partial.application.is_some(),
        Ok(_) | Err(_) => partial.begin_anew(None),
    }
    found
}

async fn go_on(
    aws: &Aws,
    name: &str,
    partial: &mut PartialObservation,
    needs: impl Fn(ApplicationStatus) -> Reads,
) -> Result<Option<Application>, Fault> {
    loop {
        if partial.application.is_none() {
            let described = flink::described(aws, name).await?;
            partial.answered += 1;
            partial.begin_anew(described);
        }
        let Some(application) = &mut partial.application else { return Ok(None) };
        partial.mask.name([application.name.as_str(), application.arn.as_str()]);
        partial.mask.learn(&application.groups);
        let needed = needs(application.status).of(application.kind());
        if needed.tags && !partial.has.tags {
            application.tags = flink::tags(aws, &application.arn).await?;
            partial.has.tags = true;
            partial.answered += 1;
        }
        if needed.snapshots && !partial.has.snapshots {
            application.snapshots = match application.snapshot_mode {
                SnapshotMode::Legacy => flink::snapshots(aws, name).await?,
                // What ListApplicationSnapshots answers then is not known (`SEMANTICS.md` H.1).
                SnapshotMode::Enhanced => Vec::new(),
            };
            partial.has.snapshots = true;
            partial.answered += 1;
        }
        // After the snapshots: the operation of one that just failed has ended then, and says why.
        if needed.operations && !partial.has.operations {
            let (operations, has_older) = flink::operations(aws, name).await?;
            application.operations = readable(operations, &partial.mask);
            application.has_older_operations = has_older;
            partial.has.operations = true;
            partial.answered += 1;
        }
        let fresh = aws.environment.poll_interval.saturating_mul(FRESH_POLLS);
        if partial.is_interrupted && now().since(partial.seen) >= fresh {
            let described = flink::described(aws, name).await?;
            partial.answered += 1;
            let seen = |one: &Application| (one.status, one.version);
            if described.as_ref().map(seen) != Some(seen(application)) {
                partial.begin_anew(described);
                continue;
            }
            partial.seen = now();
        }
        return Ok(partial.application.take());
    }
}

/// Operations whose texts are fit for people: without property values, then without stack frames.
fn readable(operations: Operations, mask: &Mask) -> Operations {
    let Operations::Listed(mut listed) = operations else { return operations };
    for operation in &mut listed {
        operation.error = operation.error.take().map(|text| without_frames(&mask.apply(&text)));
    }
    Operations::Listed(listed)
}
