//! Studio notebooks and SQL applications, which the same calls make and start (`SEMANTICS.md` H.4).

pub(super) mod members;

use serde_json::{Value, json};

use super::catalogue::INVALID_ARGUMENT;
use super::configuration::Configuration;
use super::model::RunConfiguration;
use crate::api::{ApiError, ApiResult};
use members::described_as;

/// The kind of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `FLINK-1_20`.
    Flink,
    /// `ZEPPELIN-FLINK-3_0`.
    Studio,
    /// `SQL-1_0`.
    Sql,
}

impl Configuration {
    pub(super) fn kind(&self) -> Kind {
        match self.runtime.split('-').next() {
            Some("ZEPPELIN") => Kind::Studio,
            Some("SQL") => Kind::Sql,
            _ => Kind::Flink,
        }
    }

    /// INTERACTIVE is a notebook's mode and no other's.
    pub(super) fn check_mode(&self, mode: Option<&str>) -> ApiResult<()> {
        let is_interactive = mode == Some("INTERACTIVE");
        if is_interactive == (self.kind() == Kind::Studio) {
            return Ok(());
        }
        let mode = mode.unwrap_or("STREAMING");
        let message = format!("ApplicationMode {mode} is not supported for RuntimeEnvironment {}", self.runtime);
        Err(ApiError::new(INVALID_ARGUMENT, message))
    }

    /// What only this kind has, in its description.
    pub(super) fn describe_kind(&self, described: &mut Value) {
        match self.kind() {
            Kind::Flink => {
                described["ApplicationSnapshotConfigurationDescription"] =
                    json!({ "SnapshotsEnabled": self.snapshots_enabled });
                described["ApplicationSystemRollbackConfigurationDescription"] =
                    json!({ "RollbackEnabled": self.rollback_enabled });
            }
            Kind::Studio => {
                let zeppelin = described_as(&Value::Object(self.zeppelin.clone()));
                described["ZeppelinApplicationConfigurationDescription"] = zeppelin;
            }
            Kind::Sql => {
                let inputs = self.sql.get("Inputs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                let inputs = inputs.iter().enumerate().map(
                    |(at, input)| json!({ "InputId": format!("1.{}", at + 1), "NamePrefix": input["NamePrefix"] }),
                );
                described["SqlApplicationConfigurationDescription"] =
                    json!({ "InputDescriptions": inputs.collect::<Vec<_>>() });
            }
        }
    }
}

/// A run configuration is a job's; whether a notebook takes one is not documented, and the worse is that it does not.
pub(super) fn check_run(kind: Kind, run: Option<&RunConfiguration>) -> ApiResult<()> {
    let Some(run) = run else { return Ok(()) };
    let is_flinks = run.flink_run_configuration.is_some() || run.application_restore_configuration.is_some();
    let is_fit = match kind {
        Kind::Flink => run.sql_run_configurations.is_none(),
        Kind::Studio => !is_flinks && run.sql_run_configurations.is_none(),
        Kind::Sql => !is_flinks,
    };
    if is_fit {
        return Ok(());
    }
    Err(ApiError::new(
        INVALID_ARGUMENT,
        "RunConfiguration is not supported for an application of this RuntimeEnvironment",
    ))
}

/// Snapshots are a job's.
pub(super) fn check_snapshots(configuration: &Configuration) -> ApiResult<()> {
    match configuration.kind() {
        Kind::Flink => Ok(()),
        Kind::Studio | Kind::Sql => {
            let message = format!("Snapshots are not supported for RuntimeEnvironment {}", configuration.runtime);
            Err(ApiError::new("UnsupportedOperationException", message))
        }
    }
}
