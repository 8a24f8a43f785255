//! DeploymentConfig: whether an operation waits until its resources are ready, and whether it rolls back
//! (`SEMANTICS.md` H.2).

use super::Params;
use crate::api::ApiResult;
use crate::cloudformation::template::invalid;

/// How an operation ends, and what becomes of its failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct DeploymentConfig {
    /// A resource is complete when its configuration call returned.
    pub(crate) is_express: bool,
    /// What the request says of rollback; none where it says nothing.
    pub(crate) disable_rollback: Option<bool>,
}

impl DeploymentConfig {
    /// Reads the members; others, and other words, are refused.
    pub(crate) fn read(params: &Params) -> ApiResult<Self> {
        const PREFIX: &str = "DeploymentConfig.";
        let mut config = Self::default();
        for (name, value) in params {
            let Some(member) = name.strip_prefix(PREFIX) else { continue };
            match (member, value.as_str()) {
                ("Mode", "STANDARD") => config.is_express = false,
                ("Mode", "EXPRESS") => config.is_express = true,
                ("DisableRollback", "true") => config.disable_rollback = Some(true),
                ("DisableRollback", "false") => config.disable_rollback = Some(false),
                ("Mode", other) => {
                    return Err(invalid(format!(
                        "1 validation error detected: Value '{other}' at 'deploymentConfig.mode' failed to satisfy \
                         constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]"
                    )));
                }
                _ => return Err(invalid(format!("{name} is not a member of DeploymentConfig, or not with '{value}'"))),
            }
        }
        Ok(config)
    }

    /// Whether rollback is disabled: as the request says, and in EXPRESS by default.
    pub(crate) fn disables_rollback(self) -> bool {
        self.disable_rollback.unwrap_or(self.is_express)
    }
}
