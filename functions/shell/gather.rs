//! What is known of an incident: the root stack, and the events of its newest operation.

use shared::contract::UNSTICK;
use shared::lifecycle::{Consent, Incident, StackEvent, Timestamp, Trigger};

use crate::aws::Aws;
use crate::fault::Fault;
use crate::stack::{self, StackSeen};

const STACK: &str = "AWS::CloudFormation::Stack";

/// The root of a stack: only a root's rollback can be continued.
pub(crate) async fn root(aws: &Aws, name: &str) -> Result<StackSeen, Fault> {
    let seen = stack::describe(aws, name).await?;
    if seen.root == seen.id { Ok(seen) } else { stack::describe(aws, &seen.root.clone()).await }
}

/// The rows of the newest operation, the root's and its failed nested stacks'.
pub(crate) async fn incident(aws: &Aws, root: &StackSeen) -> Result<Incident, Fault> {
    let mut events: Vec<StackEvent> = Vec::new();
    let mut stacks = vec![root.id.clone()];
    let mut began = Timestamp(i64::MIN);
    while let Some(stack) = stacks.pop() {
        let is_root = stack == root.id;
        let first = |event: &StackEvent| {
            let own = event.resource_type == STACK && event.physical_id == stack;
            (is_root && own && event.status == "UPDATE_IN_PROGRESS") || (!is_root && event.time < began)
        };
        let rows = stack::events(aws, &stack, first).await?;
        if is_root {
            began = rows.last().map_or(began, |row| row.time);
        }
        for row in &rows {
            let nested = row.resource_type == STACK && row.physical_id != stack && row.status.ends_with("_FAILED");
            if nested && !stacks.contains(&row.physical_id) {
                stacks.push(row.physical_id.clone());
            }
        }
        events.extend(rows);
    }
    // Stable: rows of one stack stay in the order that CloudFormation gave them.
    events.sort_by_key(|event| std::cmp::Reverse(event.time));
    let may_continue = root.role.is_some() || aws.environment.continue_with_own_role;
    let consent = Consent::of(None, root.tags.get(UNSTICK).map(String::as_str));
    Ok(Incident {
        stack: root.id.clone(),
        status: root.status,
        may_continue,
        consent,
        events,
        trigger: Trigger::Operator,
        applications: Vec::new(),
        attempted: Vec::new(),
    })
}

/// The names of the applications in the root's tree.
pub(crate) async fn applications(aws: &Aws, root: &StackSeen) -> Result<Vec<String>, Fault> {
    let applications = stack::applications(aws, &root.id, true).await?;
    Ok(applications.into_iter().map(|(_, name)| name).collect())
}
