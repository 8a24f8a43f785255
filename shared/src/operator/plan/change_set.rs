//! The resources that change, and what CloudFormation itself says of them: a change set's rows, in the words of
//! DescribeChangeSet.

use serde::{Deserialize, Serialize};

use crate::stack::{APPLICATION, LOGGING_OPTION};

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// It is created or imported.
    Add,
    /// It leaves the stack and is deleted.
    Remove,
    /// It leaves the stack and stays, as its DeletionPolicy says.
    Leave,
    /// It is updated in place.
    Modify,
    /// A new one is created and the old one deleted.
    Replace,
    /// Whether anything happens to it is known only at the deployment.
    Unknown,
}

/// A resource that changes, or may, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Change {
    /// The resource's logical ID, under those of the nested stacks that it is in.
    pub logical_id: String,
    /// The type in the new template; of a removed resource, in the deployed one.
    pub resource_type: String,
    /// What the deployment does to it.
    pub effect: Effect,
    /// The properties that differ, or may; empty when it comes or goes.
    pub properties: Vec<String>,
}

/// One resource of a change set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedChange {
    /// Its logical ID, under those of the nested stacks that it is in: `Nested/Topic`.
    pub logical_id: String,
    /// ResourceType as the change set says it.
    pub resource_type: String,
    /// `Add`, `Modify`, `Remove`, `Import` or `Dynamic`.
    pub action: String,
    /// `Delete`, `Retain`, `Snapshot`, `ReplaceAndDelete`, ...; empty when nothing is deleted.
    pub policy_action: String,
    /// `True`, `False` or `Conditional`; empty when it is not modified.
    pub replacement: String,
    /// The names of the properties that change, from the change set's details.
    pub properties: Vec<String>,
    /// Whether each of them depends on a value that only the deployment knows.
    pub is_dynamic: bool,
}

impl ListedChange {
    pub(super) fn change(&self) -> Change {
        let effect = match (self.action.as_str(), self.replacement.as_str(), self.policy_action.as_str()) {
            ("Add" | "Import", ..) => Effect::Add,
            ("Remove", _, "Retain" | "RetainExceptOnCreate") => Effect::Leave,
            ("Remove", ..) => Effect::Remove,
            ("Modify", "True", _) => Effect::Replace,
            ("Modify", "Conditional", _) => Effect::Unknown,
            ("Modify", ..) if !self.is_dynamic => Effect::Modify,
            // A new word of the service's is not known to be harmless.
            (..) => Effect::Unknown,
        };
        let (logical_id, resource_type) = (self.logical_id.clone(), self.resource_type.clone());
        Change { logical_id, resource_type, effect, properties: self.properties.clone() }
    }

    /// Why the change set leaves this one open.
    pub(super) fn open_reason(&self, effect: Effect) -> Option<String> {
        let id = &self.logical_id;
        let is_of_a_job = [APPLICATION, LOGGING_OPTION].contains(&self.resource_type.as_str())
            || self.resource_type.starts_with("Custom::Flink");
        if effect == Effect::Unknown {
            Some(format!("{id}: CloudFormation decides at the deployment whether it changes"))
        } else if id.contains('/') && is_of_a_job {
            Some(format!("{id} is of a job in a nested stack; what becomes of that job is not looked at"))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_of_a_change_set_has_its_effect() {
        let row = |action: &str, policy: &str, replacement: &str, is_dynamic| ListedChange {
            action: action.into(),
            policy_action: policy.into(),
            replacement: replacement.into(),
            is_dynamic,
            ..ListedChange::default()
        };
        for (row, effect) in [
            (row("Add", "", "", false), Effect::Add),
            (row("Import", "", "", false), Effect::Add),
            (row("Remove", "Delete", "", false), Effect::Remove),
            (row("Remove", "Retain", "", false), Effect::Leave),
            (row("Modify", "", "False", false), Effect::Modify),
            (row("Modify", "", "False", true), Effect::Unknown),
            (row("Modify", "ReplaceAndDelete", "True", true), Effect::Replace),
            (row("Modify", "", "Conditional", false), Effect::Unknown),
            (row("Dynamic", "", "", false), Effect::Unknown),
            (row("SyncWithActual", "", "", false), Effect::Unknown),
        ] {
            assert_eq!(row.change().effect, effect, "{row:?}");
            assert_eq!(row.open_reason(effect).is_some(), effect == Effect::Unknown, "{row:?}");
        }
    }

    #[test]
    fn a_job_in_a_nested_stack_is_not_looked_at() {
        let row = |kind: &str| ListedChange {
            logical_id: "Nested/It".into(),
            resource_type: kind.into(),
            action: "Modify".into(),
            ..ListedChange::default()
        };
        for kind in [APPLICATION, LOGGING_OPTION, "Custom::FlinkAutoStart"] {
            assert!(row(kind).open_reason(Effect::Modify).is_some_and(|why| why.starts_with("Nested/It is of a job")));
        }
        assert_eq!(row("AWS::SNS::Topic").open_reason(Effect::Modify), None);
    }
}
