//! `Custom::FlinkPropertyGroups`: its properties and attributes.

use serde::{Deserialize, Serialize};

use super::application::PropertyGroup;
use super::unreadable::Unreadable;
use crate::lifecycle::ConflictPolicy;

/// Properties of `Custom::FlinkPropertyGroups`: an expression in the template, strings once resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PropertyGroups<V = String> {
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
    /// What the job reads.
    pub property_groups: Vec<PropertyGroup<V>>,
    /// One of [`ConflictPolicy`](crate::lifecycle::ConflictPolicy)'s words. Default `Fail`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict_policy: Option<V>,
}

impl<V> PropertyGroups<V> {
    /// The name CloudFormation knows it by.
    pub const TYPE: &'static str = "Custom::FlinkPropertyGroups";

    /// These groups, every other property absent.
    pub const fn of(service_token: V, property_groups: Vec<PropertyGroup<V>>) -> Self {
        Self {
            service_token,
            service_timeout: None,
            application_name: None,
            application_logical_id: None,
            configuration_digest: None,
            property_groups,
            conflict_policy: None,
        }
    }
}

impl PropertyGroups {
    /// The conflict policy.
    ///
    /// # Errors
    /// A word that is none of the three.
    pub fn conflict_policy(&self) -> Result<ConflictPolicy, Unreadable> {
        match self.conflict_policy.as_deref() {
            None | Some("Fail") => Ok(ConflictPolicy::Fail),
            Some("Overwrite") => Ok(ConflictPolicy::Overwrite),
            Some("Keep") => Ok(ConflictPolicy::Keep),
            Some(other) => Err(Unreadable::at("ConflictPolicy", format!("\"{other}\""), "Fail, Overwrite or Keep")),
        }
    }
}

/// What `Fn::GetAtt` reads from a `Custom::FlinkPropertyGroups`. Every SUCCESS carries all of them, empty when unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PropertyGroupsAttributes {
    /// The version after the groups were written.
    pub application_version_id: String,
    /// Comma-separated, in the order of the PropertyGroups property.
    pub property_group_ids: String,
}
