//! What a role is, who may wear it, and which managed policies exist from the beginning.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::policy::{Effect, Policy};
use crate::State;
use crate::{api, clock};

/// A role.
#[derive(Debug, Clone)]
pub struct Role {
    /// Unique in the account.
    pub name: String,
    /// `/`, or `/like/this/`.
    pub path: String,
    /// With the path.
    pub arn: String,
    /// `AROA...`.
    pub id: String,
    /// Who may wear it.
    pub trust: Policy,
    /// Inline policies by name.
    pub inline: BTreeMap<String, Policy>,
    /// ARNs of managed policies.
    pub attached: Vec<String>,
    /// ARN of the managed policy that limits it.
    pub boundary: Option<String>,
    /// For ABAC.
    pub tags: BTreeMap<String, String>,
    /// For people.
    pub description: Option<String>,
    /// Epoch seconds.
    pub created: f64,
}

impl Role {
    pub(super) fn account(&self) -> &str {
        self.arn.split(':').nth(4).unwrap_or_default()
    }

    /// As GetRole and CreateRole answer it.
    pub(super) fn describe(&self) -> Value {
        let mut role = json!({
            "Path": self.path, "RoleName": self.name, "RoleId": self.id, "Arn": self.arn,
            "CreateDate": clock::iso8601(self.created),
            "AssumeRolePolicyDocument": self.trust.document.to_string(),
            "MaxSessionDuration": 3600,
        });
        if let Some(description) = &self.description {
            role["Description"] = json!(description);
        }
        if let Some(boundary) = &self.boundary {
            let kind = "PermissionsBoundaryPolicy";
            role["PermissionsBoundary"] =
                json!({ "PermissionsBoundaryType": kind, "PermissionsBoundaryArn": boundary });
        }
        if !self.tags.is_empty() {
            role["Tags"] = api::tag_list(&self.tags);
        }
        role
    }
}

/// The name in a role's ARN: what stands after the last slash.
#[must_use]
pub fn role_name(arn_or_name: &str) -> &str {
    arn_or_name.rsplit('/').next().unwrap_or(arn_or_name)
}

/// Does the role exist, and does its trust policy let `service` (`lambda.amazonaws.com`) wear it?
#[must_use]
pub fn assumable_by(state: &State, role_arn: &str, service: &str) -> bool {
    state.iam.roles.get(role_name(role_arn)).filter(|role| role.arn == role_arn).is_some_and(|role| {
        role.trust.statements.iter().any(|statement| {
            statement.effect == Effect::Allow
                && statement.principals.iter().any(|principal| principal == service || principal == "*")
        })
    })
}

/// A managed policy by ARN: one that was created here, or one of the few of AWS's own that are known.
pub(super) fn managed(state: &State, arn: &str) -> Option<Policy> {
    if let Some(policy) = state.iam.policies.get(arn) {
        return Some(policy.clone());
    }
    let actions = match arn.strip_prefix("arn:aws:iam::aws:policy/")? {
        "AdministratorAccess" => json!("*"),
        "service-role/AWSLambdaBasicExecutionRole" => {
            json!(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])
        }
        _ => return None,
    };
    Policy::parse(&json!({ "Statement": { "Effect": "Allow", "Action": actions, "Resource": "*" } })).ok()
}
