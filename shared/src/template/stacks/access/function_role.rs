//! What a function has before it is deployed: its log group, and a role derived from what the planner
//! can ask for.

use super::function_calls;
use super::own_roles::OwnRoles;
use crate::contract::Function;
use crate::template::cloudformation::document::Template;
use crate::template::cloudformation::error::Problem;
use crate::template::cloudformation::resource::Condition;
use crate::template::cloudformation::resource::{Handle, Parameter, Resource};
use crate::template::cloudformation::value::Value;
use crate::template::resources::iam::{ManagedPolicy, Role, Statement};
use crate::template::resources::kms::KmsKey;
use crate::template::resources::lambda::{function_arn, logical_id};
use crate::template::resources::logs::LogGroup;
use crate::template::resources::messaging::{Queue, Topic};
use crate::template::resources::vpc;
use crate::template::stacks::name_prefixes::NamePrefixes;

/// What every function is given.
pub(in crate::template) struct FunctionInputs<'a> {
    /// How the names of applications begin.
    pub(in crate::template) prefixes: &'a NamePrefixes,
    /// Whether the unsticker's role does not ask for the tag that is consent.
    pub(in crate::template) ignores_tag: &'a Handle<Condition>,
    /// What every function may, by a managed policy's ARN.
    pub(in crate::template) common_policy: Value,
    /// What the unsticker may besides, by managed policies' ARNs.
    pub(in crate::template) rollback_policies: [Value; 2],
    /// The path and the boundary of each role.
    pub(in crate::template) roles: &'a OwnRoles,
    /// How long its lines are kept.
    pub(in crate::template) retention: &'a Handle<Parameter>,
    /// Where the unsticker's results go.
    pub(in crate::template) reports: &'a Handle<Topic>,
    /// What lines and failures are encrypted with.
    pub(in crate::template) key: &'a KmsKey,
}

/// What every function may, as a managed policy: what failed for good goes to the queue, and what is optional with it.
pub(in crate::template) fn common_policy(
    failures: &Handle<Queue>,
    key: &KmsKey,
    traced: &Handle<Condition>,
    in_vpc: &Handle<Condition>,
) -> Resource<ManagedPolicy> {
    // X-Ray has no resources for it.
    let to_x_ray = Statement::allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments"]).on(["*".into()]);
    let statements = [
        failures.send_statement(),
        // Sending to an encrypted queue, and reading encrypted environment variables.
        key.statement(["kms:Decrypt", "kms:GenerateDataKey"]),
        to_x_ray.when(traced),
        vpc::execution().when(in_vpc),
    ];
    ManagedPolicy::of("What every function of the Flink stack handlers may.", statements)
}

/// The log group of a function, and its role.
pub(in crate::template) fn add_function(
    template: &mut Template,
    function: Function,
    given: &FunctionInputs<'_>,
) -> Result<Handle<Role>, Problem> {
    let (id, name) = (logical_id(function), function.name());
    let group = LogGroup::named(&format!("/aws/lambda/{name}").into(), given.retention)
        .property("KmsKeyId", given.key.or_nothing())?;
    let group = template.add(&format!("{id}LogGroup"), group.removed_with_the_stack())?;
    let role = template.add(&format!("{id}Role"), function_role(function, &group, given))?;
    template.export(&format!("{id}RoleArn"), &format!("Role of {name}."), &role.arn(), &function.role_export());
    Ok(role)
}

/// What the function's calls need, and nothing else.
fn function_role(function: Function, group: &Handle<LogGroup>, given: &FunctionInputs<'_>) -> Resource<Role> {
    let role = Role::assumed_by("lambda.amazonaws.com", &format!("Of the function {}.", function.name()));
    let mut role = given.roles.frame(role);
    role.attach([given.common_policy.clone()]);
    if function == Function::RollbackUnsticker {
        role.attach(given.rollback_policies.clone());
    }
    role.grant_all(function_calls::statements(function, given.prefixes, given.ignores_tag));
    group.grant_write(&mut role);
    // A custom resource hands over to itself, the sweep each stack that it finds.
    role.grant(Statement::allow(["lambda:InvokeFunction"]).on([function_arn(function)]));
    if !Function::CUSTOM_RESOURCES.contains(&function) {
        // Lambda publishes its results as the function.
        given.reports.grant_publish(&mut role);
    }
    role.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::permissions;
    use crate::lifecycle::Action;
    use crate::template::cloudformation::resolved::{ResolvedTemplate, text};
    use serde_json::Value as Json;
    use std::collections::BTreeSet;

    fn statements(function: Function) -> Vec<Json> {
        let stack = ResolvedTemplate::with(&crate::template::access().unwrap(), &[]);
        let role = stack.properties(&format!("{}Role", logical_id(function)));
        role["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap().clone()
    }

    fn actions(statement: &Json) -> Vec<String> {
        let action = &statement["Action"];
        action.as_array().map_or_else(|| vec![text(action)], |many| many.iter().map(text).collect())
    }

    #[test]
    fn each_function_may_call_exactly_what_the_planner_can_ask_for() {
        for function in Function::ALL {
            let all: Vec<String> = statements(function).iter().flat_map(actions).collect();
            let of_the_planner = |action: &&String| {
                ["kinesisanalytics:", "cloudformation:"].iter().any(|service| action.starts_with(service))
            };
            let granted: BTreeSet<&str> = all.iter().filter(of_the_planner).map(String::as_str).collect();
            let planned: BTreeSet<&str> = permissions(function).into_iter().map(Action::iam).collect();
            assert_eq!(granted, planned, "{function:?}");
        }
    }

    #[test]
    fn traces_and_the_key_are_allowed_only_when_they_are_wanted() {
        let wanted = [("Tracing", "Active"), ("KeyArn", "arn:aws:kms:eu-west-1:111122223333:key/k")];
        let extra = |given: &[(&str, &str)]| -> Vec<String> {
            let stack = ResolvedTemplate::with(&crate::template::access().unwrap(), given);
            assert_eq!(stack.properties("AutoStartRole")["ManagedPolicyArns"], serde_json::json!(["FunctionPolicy"]));
            let policy = stack.properties("FunctionPolicy");
            let all = policy["PolicyDocument"]["Statement"].as_array().unwrap().clone();
            let all = all.iter().flat_map(actions);
            all.filter(|action| action.starts_with("xray:") || action.starts_with("kms:")).collect()
        };
        assert!(extra(&[]).is_empty());
        let expected = ["kms:Decrypt", "kms:GenerateDataKey", "xray:PutTelemetryRecords", "xray:PutTraceSegments"];
        assert_eq!(extra(&wanted), expected);
    }

    #[test]
    fn each_function_may_hand_over_only_to_itself() {
        for function in Function::ALL {
            let all = statements(function);
            let own =
                all.iter().filter(|one| one["Action"] == "lambda:InvokeFunction").map(|one| text(&one["Resource"]));
            let arn = format!("arn:aws:lambda:eu-west-1:111122223333:function:{}", function.name());
            assert_eq!(own.collect::<Vec<_>>(), [arn]);
        }
    }

    #[test]
    fn nothing_but_its_own_log_group_is_written_to() {
        for function in Function::ALL {
            let all = statements(function);
            let logs: Vec<&Json> = all.iter().filter(|one| actions(one)[0].starts_with("logs:")).collect();
            let [one] = logs.as_slice() else { panic!("{logs:?}") };
            assert_eq!(one["Resource"], format!("{}LogGroup.Arn", logical_id(function)));
        }
    }
}
