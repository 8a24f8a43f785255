//! `Custom::FlinkAutoStart`: its properties and attributes.

use serde::{Deserialize, Serialize};
use std::time::Duration;

use super::application::RunConfiguration;
use super::unreadable::{Unreadable, whole};
use crate::lifecycle::OnDelete;

/// Properties of `Custom::FlinkAutoStart`: an expression in the template, strings once resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AutoStart<V = String> {
    /// The function's ARN; CloudFormation's own.
    pub service_token: V,
    /// Seconds CloudFormation waits for the answer, 1 to 3600; CloudFormation's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_timeout: Option<V>,
    /// The application's name. This or `application_logical_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_name: Option<V>,
    /// The application's logical ID in the request's own stack, for generated names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_logical_id: Option<V>,
    /// Opaque: a change is what makes CloudFormation call the handler after any change of the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration_digest: Option<V>,
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

    /// With every property but the function's ARN absent.
    pub const fn of(service_token: V) -> Self {
        Self {
            service_token,
            service_timeout: None,
            application_name: None,
            application_logical_id: None,
            configuration_digest: None,
            run_configuration: None,
            stabilize_seconds: None,
            on_delete: None,
        }
    }
}

impl AutoStart {
    /// How long the application must stay RUNNING; zero means no gate.
    ///
    /// # Errors
    /// Anything but a whole number of seconds up to an hour.
    pub fn stabilize(&self) -> Result<Duration, Unreadable> {
        let seconds = self.stabilize_seconds.as_deref().map_or(Ok(0), |text| whole("StabilizeSeconds", text, 3600))?;
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
    /// The application's ARN.
    #[serde(rename = "ApplicationARN")]
    pub application_arn: String,
    /// The status last seen.
    pub application_status: String,
    /// The version that runs.
    pub application_version_id: String,
    /// The snapshot it was restored from; empty for none.
    pub restored_snapshot: String,
}
