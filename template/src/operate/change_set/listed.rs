//! A row of DescribeChangeSet.

use aws_sdk_cloudformation::types::{EvaluationType, ResourceChange, ResourceChangeDetail};
use shared::operator::ListedChange;

/// The row as the plan takes it, under this name.
pub(super) fn listed(logical_id: String, row: &ResourceChange) -> ListedChange {
    let name = |detail: &ResourceChangeDetail| {
        let target = detail.target()?;
        target.name().map(str::to_owned).or_else(|| Some(target.attribute()?.as_str().to_owned()))
    };
    let mut properties: Vec<String> = row.details().iter().filter_map(name).collect();
    properties.sort_unstable();
    properties.dedup();
    let dynamic = |detail: &ResourceChangeDetail| detail.evaluation() == Some(&EvaluationType::Dynamic);
    ListedChange {
        logical_id,
        resource_type: row.resource_type().unwrap_or_default().to_owned(),
        action: row.action().map_or("", |action| action.as_str()).to_owned(),
        policy_action: row.policy_action().map_or("", |action| action.as_str()).to_owned(),
        replacement: row.replacement().map_or("", |replacement| replacement.as_str()).to_owned(),
        properties,
        is_dynamic: !row.details().is_empty() && row.details().iter().all(dynamic),
    }
}
