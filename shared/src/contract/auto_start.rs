//! `Custom::FlinkAutoStart`: its properties and attributes, and what each request of it wants.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

use super::application::RunConfiguration;
use super::resource::common::Common;
use super::resource::decode::whole;
use super::resource::unreadable::Unreadable;
use super::resource::{ApplicationRef, CustomResource, Facts, NoGoal, first_carries, renamed, to_map, unknown};
use crate::custom_resource::{Request, RequestType};
use crate::flink::Restore;
use crate::lifecycle::{Force, Goal, Observed, OnDelete, Running, Stopped, restored_snapshot};

/// Properties of `Custom::FlinkAutoStart`: an expression in the template, strings once resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AutoStart<V = String> {
    /// The properties that all three custom resources take.
    #[serde(flatten)]
    pub common: Common<V>,
    /// How the application is started. Default: newest READY snapshot, no state dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_configuration: Option<RunConfiguration<V>>,
    /// Seconds the application must stay RUNNING before a snapshot proves it healthy; `0`: no gate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stabilize_seconds: Option<V>,
    /// One of [`OnDelete`](crate::lifecycle::OnDelete)'s words. Default `Leave`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_delete: Option<V>,
}

impl<V> AutoStart<V> {
    /// The name CloudFormation knows it by.
    pub const TYPE: &'static str = "Custom::FlinkAutoStart";

    /// The longest gate: an hour, as long as CloudFormation waits for the whole request.
    pub const MAX_STABILIZE_SECONDS: u32 = 3600;

    /// With every property of its own absent.
    pub const fn of(common: Common<V>) -> Self {
        Self { common, run_configuration: None, stabilize_seconds: None, on_delete: None }
    }
}

impl AutoStart {
    /// How long the application must stay RUNNING; zero means no gate.
    ///
    /// # Errors
    /// Anything but a whole number of seconds up to an hour.
    pub fn stabilize(&self) -> Result<Duration, Unreadable> {
        let seconds = self
            .stabilize_seconds
            .as_deref()
            .map_or(Ok(0), |text| whole("StabilizeSeconds", text, Self::MAX_STABILIZE_SECONDS))?;
        Ok(Duration::from_secs(u64::from(seconds)))
    }

    /// What a Delete does.
    ///
    /// # Errors
    /// A word that is none of the three.
    pub fn on_delete(&self) -> Result<OnDelete, Unreadable> {
        match self.on_delete.as_deref() {
            None | Some("Leave") => Ok(OnDelete::Leave),
            Some("Stop") => Ok(OnDelete::Stop),
            Some("ForceStop") => Ok(OnDelete::ForceStop),
            Some(other) => Err(Unreadable::at("OnDelete", format!("\"{other}\""), "Leave, Stop or ForceStop")),
        }
    }
}

/// What `Fn::GetAtt` reads from a `Custom::FlinkAutoStart`. Every SUCCESS carries all of them, empty when unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AutoStartAttributes {
    /// The application's ARN; empty when it is not known.
    #[serde(rename = "ApplicationARN")]
    pub application_arn: String,
    /// The status that the application was last seen in; empty when it was not seen.
    pub application_status: String,
    /// The version of the application that runs, counted from 1; empty when it is not known.
    pub application_version_id: String,
    /// The snapshot it was restored from; empty for none.
    pub restored_snapshot: String,
}

impl CustomResource for AutoStart {
    const KIND: &'static str = "auto-start";
    const TYPE: &'static str = AutoStart::<String>::TYPE;

    fn application(&self) -> Result<ApplicationRef, Unreadable> {
        self.common.application()
    }

    fn goal(&self, request: &Request, facts: &Facts) -> Result<Option<Goal>, NoGoal> {
        match &request.request_type {
            RequestType::Create | RequestType::Update => {
                // What only a Delete acts on is refused now: then it would be too late.
                self.on_delete()?;
                let (asked, allow_non_restored_state) =
                    self.run_configuration.as_ref().map_or(Ok((Restore::Latest, false)), RunConfiguration::restore)?;
                let renamed = renamed(self, request).filter(|_| !facts.stack.is_rolling_back());
                if let Some(refusal) = renamed.clone().filter(|_| asked != Restore::Skip) {
                    return Err(NoGoal::Refused(refusal));
                }
                let first = renamed.is_some() || first_carries(request, facts.stack);
                Ok(Some(Goal::Running(Running {
                    restore: if first { asked } else { Restore::Latest },
                    allow_non_restored_state,
                    stabilize: self.stabilize()?,
                    proof: format!("flink-handlers-gate-{}", request.request_id),
                    since: facts.since,
                    deployed_since: facts.deployed_since,
                    operation_since: facts.operation_since,
                    way_back: facts.stack.is_rolling_back(),
                    start_patience: facts.start_patience,
                })))
            }
            RequestType::Delete => {
                let graceful = match self.on_delete()? {
                    OnDelete::Leave => return Ok(None),
                    OnDelete::Stop => true,
                    OnDelete::ForceStop => false,
                };
                let (force, patience, since) = (Force::Freely, facts.stop_patience, facts.since);
                let stop = Stopped { marker: None, graceful, force, patience, since, proof: None };
                Ok(facts.stack.is_being_removed().then_some(Goal::Stopped(stop)))
            }
            RequestType::Unknown(word) => Err(unknown(word).into()),
        }
    }

    fn unknown_attributes() -> BTreeMap<String, String> {
        to_map(&AutoStartAttributes::default())
    }

    fn attributes(&self, observed: Option<&Observed>) -> BTreeMap<String, String> {
        let application = observed.and_then(|observed| observed.application.as_ref());
        to_map(&application.map_or_else(AutoStartAttributes::default, |application| AutoStartAttributes {
            application_arn: application.arn.clone(),
            application_status: application.status.to_string(),
            application_version_id: application.version.to_string(),
            restored_snapshot: restored_snapshot(application),
        }))
    }
}
