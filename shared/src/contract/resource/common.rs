//! The properties that all three custom resources take.

use serde::{Deserialize, Serialize};

use super::unreadable::Unreadable;

/// How a request names its application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApplicationRef {
    /// By the application's own name.
    Name(String),
    /// By its logical ID in the request's own stack.
    LogicalId(String),
}

impl ApplicationRef {
    /// The name or the logical ID.
    #[must_use]
    pub fn into_text(self) -> String {
        match self {
            Self::Name(text) | Self::LogicalId(text) => text,
        }
    }
}

/// The function that CloudFormation calls, how long it waits, which application is meant, and what makes it call again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Common<V = String> {
    /// The function's ARN; CloudFormation's own.
    pub service_token: V,
    /// Seconds CloudFormation waits for the answer, 1 to 3600; CloudFormation's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_timeout: Option<V>,
    /// The application's name. This or `application_logical_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_name: Option<V>,
    /// The application's logical ID in the request's own stack: for generated names, and for the guard, which the
    /// application waits for, so that a `Ref` would be circular.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_logical_id: Option<V>,
    /// Opaque: a change is what makes CloudFormation call the handler when the application changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration_digest: Option<V>,
}

impl<V> Common<V> {
    /// With every property but the function's ARN absent.
    pub const fn of(service_token: V) -> Self {
        Self {
            service_token,
            service_timeout: None,
            application_name: None,
            application_logical_id: None,
            configuration_digest: None,
        }
    }
}

impl Common {
    /// The application that is meant.
    ///
    /// # Errors
    /// Neither or both of the two names.
    pub fn application(&self) -> Result<ApplicationRef, Unreadable> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        match (given(&self.application_name), given(&self.application_logical_id)) {
            (Some(name), None) => Ok(ApplicationRef::Name(name)),
            (None, Some(logical_id)) => Ok(ApplicationRef::LogicalId(logical_id)),
            (None, None) => Err(Unreadable::at(
                "ApplicationName",
                "nothing",
                "the application's name, or ApplicationLogicalId instead",
            )),
            (Some(_), Some(_)) => {
                Err(Unreadable::at("ApplicationLogicalId", "both names", "nothing when ApplicationName is given"))
            }
        }
    }
}
