//! `Custom::FlinkUpdateGuard`: its properties and attributes, and what each request of it wants.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

use super::application::RunConfiguration;
use super::resource::common::Common;
use super::resource::decode::{read, whole};
use super::resource::unreadable::Unreadable;
use super::resource::{ApplicationRef, CustomResource, Facts, NoGoal, first_carries, renamed, to_map, unknown};
use crate::custom_resource::{Request, RequestType};
use crate::flink::{Application, Restore};
use crate::lifecycle::{Done, Goal, GuardMode, GuardOutcome, Guarded, Observed, OnSnapshotFailure, Refusal};
use crate::stack::StackStatus;

/// Properties of `Custom::FlinkUpdateGuard`: an expression in the template, strings once resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateGuard<V = String> {
    /// The properties that all three custom resources take.
    #[serde(flatten)]
    pub common: Common<V>,
    /// `Probe` or `Stop`. Default `Probe`, which stops too where an update in place would not do what the deployment
    /// says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<V>,
    /// `ForceStop`, `Fail` or `Continue`. Default `Fail`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_snapshot_failure: Option<V>,
    /// The most that a force-stop may have replayed. Default 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_replay_hours: Option<V>,
    /// As auto-start's, give both the same: SKIP lets a changed name pass; SKIP, CUSTOM and AllowNonRestoredState make
    /// Probe stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_configuration: Option<RunConfiguration<V>>,
    /// How long a graceful stop, or a busy status, is waited for before the policy applies. Default 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_minutes: Option<V>,
}

impl<V> UpdateGuard<V> {
    /// The name CloudFormation knows it by.
    pub const TYPE: &'static str = "Custom::FlinkUpdateGuard";

    /// The longest that a source keeps records: a Kinesis stream's 365 days.
    pub const MAX_REPLAY_HOURS: u32 = 8760;
    /// The longest patience: it leaves the policy ten minutes of the hour that CloudFormation waits.
    pub const MAX_STOP_MINUTES: u32 = 50;

    /// With every property of its own absent.
    pub const fn of(common: Common<V>) -> Self {
        Self {
            common,
            mode: None,
            on_snapshot_failure: None,
            max_replay_hours: None,
            run_configuration: None,
            stop_minutes: None,
        }
    }
}

/// What `Fn::GetAtt` reads from a `Custom::FlinkUpdateGuard`. Every SUCCESS carries all of them, empty when unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateGuardAttributes {
    /// How the guard ended: one of [`GuardOutcome`]'s words.
    pub outcome: String,
    /// The newest READY snapshot: the one that will be restored.
    pub snapshot_name: String,
}

impl UpdateGuard {
    pub(crate) fn mode(&self) -> Result<GuardMode, Unreadable> {
        match self.mode.as_deref() {
            None | Some("Probe") => Ok(GuardMode::Probe),
            Some("Stop") => Ok(GuardMode::Stop),
            Some(other) => Err(Unreadable::at("Mode", format!("\"{other}\""), "Stop or Probe")),
        }
    }

    pub(crate) fn on_snapshot_failure(&self) -> Result<OnSnapshotFailure, Unreadable> {
        match self.on_snapshot_failure.as_deref() {
            None | Some("Fail") => Ok(OnSnapshotFailure::Fail),
            Some("ForceStop") => Ok(OnSnapshotFailure::ForceStop),
            Some("Continue") => Ok(OnSnapshotFailure::Continue),
            Some(other) => {
                Err(Unreadable::at("OnSnapshotFailure", format!("\"{other}\""), "ForceStop, Fail or Continue"))
            }
        }
    }

    fn bound(&self) -> Result<Duration, Unreadable> {
        let hours = self
            .max_replay_hours
            .as_deref()
            .map_or(Ok(20), |text| whole("MaxReplayHours", text, Self::MAX_REPLAY_HOURS))?;
        Ok(Duration::from_hours(hours.into()))
    }

    fn patience(&self) -> Result<Duration, Unreadable> {
        let minutes =
            self.stop_minutes.as_deref().map_or(Ok(10), |text| whole("StopMinutes", text, Self::MAX_STOP_MINUTES))?;
        Ok(Duration::from_mins(minutes.into()))
    }
}

impl UpdateGuard {
    /// A changed name is another application, which starts empty: only an update that gives the state up may say so.
    fn refused(&self, request: &Request, stack: StackStatus) -> Option<Refusal> {
        let asked = self.run_configuration.as_ref().and_then(|run| run.restore().ok());
        let skips = asked.is_some_and(|(restore, _)| restore == Restore::Skip);
        renamed(self, request).filter(|_| !skips && !stack.is_rolling_back())
    }

    /// Whether an update is about this guard alone: then the application does not change, and no handler would be
    /// called to start it again.
    fn is_about_itself(&self, request: &Request, stack: StackStatus) -> bool {
        if request.request_type != RequestType::Update || stack.is_rolling_back() {
            return false;
        }
        let wanted =
            |of: &Self| (of.common.configuration_digest.clone(), of.run_configuration.clone(), of.application());
        let old = read::<Self>(&request.old_properties);
        self.common.configuration_digest.is_some() && old.is_ok_and(|old| wanted(&old) == wanted(self))
    }
}

impl CustomResource for UpdateGuard {
    const KIND: &'static str = "update-guard";
    const TYPE: &'static str = UpdateGuard::<String>::TYPE;

    fn application(&self) -> Result<ApplicationRef, Unreadable> {
        self.common.application()
    }

    fn goal(&self, request: &Request, facts: &Facts) -> Result<Option<Goal>, NoGoal> {
        match &request.request_type {
            RequestType::Create | RequestType::Update => {}
            RequestType::Delete => return Ok(None),
            RequestType::Unknown(word) => return Err(unknown(word).into()),
        }
        if let Some(refusal) = self.refused(request, facts.stack) {
            return Err(NoGoal::Refused(refusal));
        }
        let is_out_of_reach = facts.stack.is_rolling_back() && !facts.application_changed;
        if is_out_of_reach || self.is_about_itself(request, facts.stack) {
            // The application is not reached: stopping it would only cost.
            return Ok(None);
        }
        let (restore, allow_non_restored_state) =
            self.run_configuration.as_ref().map_or(Ok((Restore::Latest, false)), RunConfiguration::restore)?;
        let first = restore != Restore::Latest && first_carries(request, facts.stack);
        // An update in place restores the newest snapshot and drops nothing: only a start does what these say.
        let needs_a_start = first || allow_non_restored_state;
        Ok(Some(Goal::Guarded(Guarded {
            mode: if needs_a_start { GuardMode::Stop } else { self.mode()? },
            on_failure: self.on_snapshot_failure()?,
            // Where events cannot be read, the request stands for the operation.
            marker: Some(&facts.operation).filter(|id| !id.is_empty()).unwrap_or(&request.request_id).clone(),
            proof: format!("flink-handlers-guard-{}", request.request_id),
            bound: self.bound()?,
            patience: self.patience()?,
            since: facts.since,
            undoes_since: facts.stack.is_rolling_back().then_some(facts.operation_since),
            gives_state_up: first && restore == Restore::Skip,
        })))
    }

    fn unknown_attributes() -> BTreeMap<String, String> {
        attributes(GuardOutcome::Continued, None)
    }

    fn attributes(&self, observed: Option<&Observed>) -> BTreeMap<String, String> {
        // A SUCCESS without a goal reached is one that lets CloudFormation go on.
        attributes(GuardOutcome::Continued, observed)
    }

    fn reached(&self, done: &Done, observed: Option<&Observed>) -> BTreeMap<String, String> {
        if let Done::Guarded(outcome) = done { attributes(*outcome, observed) } else { self.attributes(observed) }
    }

    fn without_application(
        &self,
        request: &Request,
        stack: StackStatus,
    ) -> Result<Option<BTreeMap<String, String>>, Refusal> {
        match self.refused(request, stack) {
            Some(refusal) => Err(refusal),
            None => Ok(Some(attributes(GuardOutcome::NoApplication, None))),
        }
    }
}

fn attributes(outcome: GuardOutcome, observed: Option<&Observed>) -> BTreeMap<String, String> {
    let application = observed.and_then(|observed| observed.application.as_ref());
    let snapshot = application.and_then(Application::newest_snapshot);
    to_map(&UpdateGuardAttributes {
        outcome: outcome.as_str().to_owned(),
        snapshot_name: snapshot.map(|snapshot| snapshot.name.clone()).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests;
