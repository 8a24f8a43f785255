//! What a request wants a stack to become.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{DeploymentConfig, Params, is_true, members, templates, texts};
use crate::api::{ApiError, ApiResult, Caller};
use crate::cloudformation::stack::model::Stack;
use crate::cloudformation::template::parameters::Given;
use crate::cloudformation::template::{Inputs, Template};
use crate::{Settings, World};

/// What a stack is to become.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// As it was sent; absent with UsePreviousTemplate.
    pub(crate) body: Option<String>,
    pub(crate) parameters: BTreeMap<String, Given>,
    /// Absent: the stack's present ones stay.
    pub(crate) tags: Option<BTreeMap<String, String>>,
    pub(crate) capabilities: Vec<String>,
    pub(crate) role_arn: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) disable_rollback: bool,
    /// A resource is complete when its configuration call returned.
    pub(crate) is_express: bool,
    pub(crate) parent_id: Option<String>,
    /// Shown by a change set, which asks for no CAPABILITY_AUTO_EXPAND.
    pub(crate) is_change_set: bool,
}

impl Wanted {
    pub(super) fn read(world: &Arc<World>, caller: &Caller, params: &Params) -> ApiResult<Self> {
        let parameters = members(params, "Parameters").into_iter().map(|mut each| {
            let key = each.remove("ParameterKey").unwrap_or_default();
            let previous = each.get("UsePreviousValue").is_some_and(|value| value == "true");
            let value = each.remove("ParameterValue").unwrap_or_default();
            (key, if previous { Given::Previous } else { Given::Value(value) })
        });
        let tags: BTreeMap<_, _> = members(params, "Tags")
            .into_iter()
            .map(|mut each| (each.remove("Key").unwrap_or_default(), each.remove("Value").unwrap_or_default()))
            .collect();
        let config = DeploymentConfig::read(params)?;
        let on_failure = params.get("OnFailure").map(String::as_str);
        Ok(Self {
            body: templates::body(world, caller, params)?,
            parameters: parameters.collect(),
            tags: (!tags.is_empty()).then_some(tags),
            capabilities: texts(params, "Capabilities"),
            role_arn: params.get("RoleARN").cloned(),
            token: params.get("ClientRequestToken").cloned(),
            disable_rollback: is_true(params, "DisableRollback")
                || on_failure == Some("DO_NOTHING")
                || config.disables_rollback(),
            is_express: config.is_express,
            parent_id: None,
            is_change_set: false,
        })
    }

    /// A template with these parameters.
    pub(super) fn template(
        &self,
        body: &str,
        stack: Option<&Stack>,
        settings: &Settings,
        stack_name: &str,
    ) -> ApiResult<Template> {
        let (given, nothing) = (&self.parameters, BTreeMap::new());
        let previous = stack.map_or(&nothing, |stack| &stack.parameters);
        Template::read(body, Inputs { given, previous, settings, stack_name })
    }

    pub(super) fn check(&self, template: &Template) -> ApiResult<()> {
        let expands = "CAPABILITY_AUTO_EXPAND";
        let is_given = |capability: &str| self.capabilities.iter().any(|given| given == capability);
        if template.processed.is_some() && !self.is_change_set && !is_given(expands) {
            let message = format!("Requires capabilities : [{expands}]");
            return Err(ApiError::new("InsufficientCapabilitiesException", message));
        }
        match template.capability() {
            Some(needed) if !is_given(needed) && !is_given("CAPABILITY_NAMED_IAM") => {
                Err(ApiError::new("InsufficientCapabilitiesException", format!("Requires capabilities : [{needed}]")))
            }
            Some(_) | None => Ok(()),
        }
    }
}
