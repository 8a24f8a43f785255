//! What to wait for, asked of the world's own records: a status that passed quickly still counts as seen.

use local_aws::api::{Caller, Recorded};
use local_aws::cloudformation::Status;
use local_aws::flink::{self, Application, SnapshotStatus};
use local_aws::{State, clock};
use project::deployment::NAME;
use serde_json::Value;

use crate::watch::reports;

/// A moment: what was in the records before it does not count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Since {
    rows: usize,
    calls: usize,
    logs: usize,
    reports: usize,
    time: f64,
}

impl Since {
    /// Now.
    pub(crate) fn now(state: &State) -> Self {
        let rows = state.cloudformation.stack(NAME).map_or(0, |stack| stack.events.len());
        let (logs, reports) = (state.lambda.logs.len(), reports(state).count());
        Self { rows, calls: state.journal.len(), logs, reports, time: clock::now() }
    }

    /// The stack had this status.
    pub(crate) fn was(self, state: &State, status: Status) -> Option<()> {
        let stack = state.cloudformation.stack(NAME)?;
        let mut rows = stack.events.iter().skip(self.rows);
        rows.any(|row| row.logical_id == NAME && row.status == status).then_some(())
    }

    /// What this function asked of Flink or CloudFormation.
    fn calls<'a>(self, state: &'a State, function: &str, action: &'a str) -> impl Iterator<Item = &'a Recorded> {
        let role = state.lambda.functions.get(function).map(|function| function.role_name().to_owned());
        let caller = role.map(Caller::Role);
        let calls = state.journal.iter().skip(self.calls);
        calls.filter(move |call| call.action == action && Some(&call.caller) == caller.as_ref())
    }

    /// flink-auto-start, or flink-rollback-unsticker, started the application, and no other caller did.
    pub(crate) fn was_started_by(self, state: &State, function: &str) -> Option<()> {
        let action = "kinesisanalytics:StartApplication";
        let starts = state.journal.iter().skip(self.calls).filter(|call| call.action == action).count();
        (starts > 0 && self.calls(state, function, action).count() == starts).then_some(())
    }

    /// The same, from the newest snapshot, and there is one from before this moment.
    pub(crate) fn was_resumed_by(self, state: &State, function: &str) -> Option<()> {
        let mut starts = self.calls(state, function, "kinesisanalytics:StartApplication");
        let restore = &starts.next()?.body["RunConfiguration"]["ApplicationRestoreConfiguration"];
        let mut snapshots = application(state)?.snapshots.iter();
        let is_kept = snapshots.any(|one| one.status == SnapshotStatus::Ready && one.created < self.time);
        let is_newest = restore["ApplicationRestoreType"] == "RESTORE_FROM_LATEST_SNAPSHOT";
        self.was_started_by(state, function).filter(|()| is_kept && is_newest)
    }

    /// The stack never went back, and the unsticker changed nothing.
    pub(crate) fn was_never_wedged(self, state: &State) -> Option<()> {
        let is_back = self.was(state, Status::UpdateRollbackInProgress).is_some();
        let is_ours = ["kinesisanalytics:StopApplication", "cloudformation:ContinueUpdateRollback"]
            .iter()
            .any(|action| self.calls(state, "flink-rollback-unsticker", action).next().is_some());
        (!is_back && !is_ours).then_some(())
    }

    /// A function's stop, graceful or by force, was taken, or refused.
    pub(crate) fn was_stopped(self, state: &State, function: &str, by_force: bool, is_refused: bool) -> Option<()> {
        let mut stops = self.calls(state, function, "kinesisanalytics:StopApplication");
        let found = stops.find(|call| {
            call.body["Force"].as_bool().unwrap_or(false) == by_force && call.refused.is_some() == is_refused
        });
        found.map(|_| ())
    }

    /// A function took a snapshot that became READY, and stopped nothing.
    pub(crate) fn was_proven_by(self, state: &State, function: &str) -> Option<()> {
        let stops = self.calls(state, function, "kinesisanalytics:StopApplication").count();
        let asked = self.calls(state, function, "kinesisanalytics:CreateApplicationSnapshot").next()?;
        let name = asked.body["SnapshotName"].as_str()?;
        let mut snapshots = application(state)?.snapshots.iter();
        let is_ready = snapshots.any(|one| one.name == name && one.status == SnapshotStatus::Ready);
        (stops == 0 && is_ready).then_some(())
    }

    /// The unsticker was invoked with this status.
    pub(crate) fn was_invoked(self, state: &State, status: Status) -> Option<()> {
        let lines = state.lambda.logs.iter().skip(self.logs);
        let mut lines = lines.filter(|line| line.function == "flink-rollback-unsticker");
        lines.any(|line| line.line.contains("\"invoked\"") && line.line.contains(status.as_str())).then_some(())
    }

    /// The report with this outcome.
    pub(crate) fn reported(self, state: &State, outcome: &str) -> Option<Value> {
        reports(state).skip(self.reports).find(|report| report["Outcome"] == outcome)
    }
}

/// The application.
pub(crate) fn application(state: &State) -> Option<&Application> {
    state.flink.applications.get(NAME)
}

/// Its job restarts over and over while the service calls it RUNNING.
pub(crate) fn loops(state: &State) -> Option<()> {
    let application = application(state)?;
    (application.status == flink::Status::Running && application.is_unhealthy()).then_some(())
}

/// It is RUNNING this version of the job, which is healthy and has read the stream to its end.
pub(crate) fn runs(state: &State, version: &str) -> Option<()> {
    let application = application(state)?;
    let job = application.job.as_ref().filter(|_| application.status == flink::Status::Running)?;
    let records = state.kinesis.streams.get(NAME)?.records.len();
    (job.jar.version == version && job.trouble.is_none() && job.position == records).then_some(())
}

/// The stream's and the table's names stand in the application's property group.
pub(crate) fn knows_its_names(state: &State) -> Option<()> {
    let stack = state.cloudformation.stack(NAME)?;
    let named = |key: &str, resource: &str| {
        let name = stack.resources.get(resource)?.physical_id.as_deref()?;
        (application(state)?.configuration.property(flink::GROUP, key) == Some(name)).then_some(())
    };
    named("stream.name", "SourceStream").and_then(|()| named("table.name", "FeatureTable"))
}
