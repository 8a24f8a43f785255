//! What a function has before `cargo lambda deploy` makes it: its log group, and a role derived from what the planner can ask for.

use super::arn;
use super::document::Template;
use super::handlers::default_bus_arn;
use super::iam::{Role, Statement};
use super::lambda::{function_arn, logical_id};
use super::logs::LogGroup;
use super::messages::Queue;
use super::problem::Problem;
use super::resource::{Handle, Parameter, Resource};
use super::value::Value;
use crate::contract::{Function, permissions};
use crate::lifecycle::{Action, Scope};

/// The log group of a function that `cargo lambda deploy` makes, and its role.
pub(super) fn add_function(
    template: &mut Template,
    function: Function,
    prefix: &Value,
    retention: &Handle<Parameter>,
    failures: &Handle<Queue>,
) -> Result<Handle<Role>, Problem> {
    let (id, name) = (logical_id(function), function.name());
    let group = LogGroup::named(&format!("/aws/lambda/{name}").into(), retention).removed_with_the_stack();
    let group = template.add(&format!("{id}LogGroup"), group)?;
    let role = template.add(&format!("{id}Role"), function_role(function, prefix, &group, failures))?;
    template.output(&format!("{id}RoleArn"), &format!("cargo lambda deploy --role, for {name}."), &role.arn());
    Ok(role)
}

/// What the function's calls need, and nothing else.
fn function_role(
    function: Function,
    prefix: &Value,
    group: &Handle<LogGroup>,
    failures: &Handle<Queue>,
) -> Resource<Role> {
    let mut role = Role::assumed_by("lambda.amazonaws.com", &format!("Of the function {}.", function.name()));
    for scope in [Scope::Application, Scope::Stack, Scope::Account] {
        let mut actions = permissions(function).into_iter().filter(|action| action.scope() == scope).peekable();
        if actions.peek().is_none() {
            continue;
        }
        let on = match scope {
            Scope::Application => {
                arn::regional("kinesisanalytics", ["application/".into(), prefix.clone(), "*".into()])
            }
            Scope::Stack => arn::regional("cloudformation", ["stack/*/*".into()]),
            Scope::Account => "*".into(),
        };
        role.grant(Statement::allow(actions.map(Action::iam)).on([on]));
    }
    group.grant_write(&mut role);
    failures.grant_send(&mut role);
    // A custom resource hands over to itself, the sweep each stack that it finds.
    role.grant(Statement::allow(["lambda:InvokeFunction"]).on([function_arn(function)]));
    if !Function::CUSTOM_RESOURCES.contains(&function) {
        role.grant(Statement::allow(["events:PutEvents"]).on([default_bus_arn()]));
    }
    role.into()
}

#[cfg(test)]
mod tests {
    use super::super::resolved::{Resolved, text};
    use super::*;
    use serde_json::Value as Json;
    use std::collections::BTreeSet;

    fn statements(function: Function) -> Vec<Json> {
        let stack = Resolved::with(&super::super::access().unwrap(), &[]);
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
    fn each_function_may_hand_over_to_itself_and_to_nobody_else() {
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
