//! `handlers.template.json`: what calls the functions, and where their results go. After `cargo lambda deploy`.

use serde_json::json;

use super::function_monitoring;
use crate::contract::{
    ACCESS_QUEUE_EXPORT, ACCESS_TOPIC_EXPORT, Function, StackTemplate, UNSTICKER_CONCURRENCY,
    UNSTICKER_CONCURRENCY_PARAMETER, pattern,
};
use crate::lifecycle::SWEEP_INTERVAL;
use crate::template::cloudformation::document::Template;
use crate::template::cloudformation::error::Problem;
use crate::template::cloudformation::parameter::ParameterOf;
use crate::template::cloudformation::value::Value;
use crate::template::resources::events::{Rule, RuleTarget};
use crate::template::resources::lambda::{EventInvokeConfig, function_arn, logical_id};

/// The functions that `make deploy` deploys: the one place that switches a function on.
pub const DEPLOYED: [Function; 4] =
    [Function::AutoStart, Function::PropertyGroups, Function::UpdateGuard, Function::RollbackUnsticker];

/// The template.
///
/// # Errors
/// A mistake in this file.
pub fn handlers() -> Result<Template, Problem> {
    let mut template = Template::described(
        "flink-stack-handlers, handlers: what calls the deployed functions and where their results go. \
         Deploy after the functions, once per account and region.",
    )
    .identified_as(StackTemplate::Handlers);
    let sweep = template.parameter(
        "Sweep",
        ParameterOf::text("ENABLED invokes the unsticker every 15 minutes: it finishes what a lost event left and looks after snapshots.")
            .default("ENABLED")
            .one_of(["ENABLED", "DISABLED"]),
    )?;
    // The function is cargo's and not the template's: `make deploy` reserves what the output says.
    let description = "How many of the unsticker run at once, so that a region's stacks that get stuck together do not \
                       use up the rate of the API; 0: nothing is reserved.";
    let parameter = ParameterOf::number(description).default(UNSTICKER_CONCURRENCY).between(0, 900);
    let concurrency = template.parameter(UNSTICKER_CONCURRENCY_PARAMETER, parameter)?;
    let description = "What `make deploy` reserves for flink-rollback-unsticker.";
    template.output(UNSTICKER_CONCURRENCY_PARAMETER, description, &concurrency.reference());
    let queue = Value::import(ACCESS_QUEUE_EXPORT);
    let topic = Value::import(ACCESS_TOPIC_EXPORT);
    let unsticker = function_arn(Function::RollbackUnsticker);

    let target = RuleTarget::of(unsticker.clone()).undeliverable_to(&queue);
    let rule = Rule::on("A stack's rollback failed or completed.", &pattern(), target);
    let rule = template.add("StackStatusRule", rule)?;
    template.add("StackStatusPermission", rule.permission_to_invoke(&unsticker))?;

    let target = RuleTarget::of(unsticker.clone()).input(&json!({"Sweep": true})).undeliverable_to(&queue);
    let description = "Finishes what a lost event left, and looks after snapshots.";
    let rate = format!("{} minutes", SWEEP_INTERVAL.as_secs() / 60);
    let rule = Rule::every(description, &rate, &sweep.reference(), target);
    let rule = template.add("SweepRule", rule)?;
    template.add("SweepPermission", rule.permission_to_invoke(&unsticker))?;

    for function in DEPLOYED {
        let id = logical_id(function);
        let asynchronous = match function {
            // After an hour CloudFormation no longer waits for the answer.
            Function::AutoStart | Function::PropertyGroups | Function::UpdateGuard => {
                EventInvokeConfig { function, event_age_seconds: 3600, on_failure: &queue, on_success: None }
            }
            // An incident waits; six hours is Lambda's longest. Its results go to the topic by Lambda's own hand: over
            // a bus, who may put an event on it could write what people are mailed.
            Function::RollbackUnsticker => {
                EventInvokeConfig { function, event_age_seconds: 21_600, on_failure: &queue, on_success: Some(&topic) }
            }
        };
        template.add(&format!("{id}Asynchronous"), asynchronous.resource())?;
        function_monitoring::add_alarms(&mut template, function, &topic)?;
        let description = format!("The function {}.", function.name());
        template.export(&format!("{id}Arn"), &description, &function_arn(function), &function.arn_export());
    }
    function_monitoring::add_dashboard(&mut template, &DEPLOYED)?;
    Ok(template)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value as Json;

    fn template() -> Json {
        serde_json::from_str(&handlers().unwrap().render().unwrap()).unwrap()
    }

    #[test]
    fn what_invokes_the_unsticker_is_the_contracts_pattern() {
        assert_eq!(template()["Resources"]["StackStatusRule"]["Properties"]["EventPattern"], pattern());
    }

    #[test]
    fn the_sweeps_input_is_one_that_the_unsticker_knows() {
        let template = template();
        let target = &template["Resources"]["SweepRule"]["Properties"]["Targets"][0];
        let input: Json = serde_json::from_str(target["Input"].as_str().unwrap()).unwrap();
        assert_eq!(crate::contract::Invocation::read(&input), Ok(crate::contract::Invocation::Sweep));
    }

    #[test]
    fn what_is_reserved_for_the_unsticker_can_be_chosen_and_is_an_output() {
        let template = template();
        assert_eq!(template["Parameters"]["UnstickerConcurrency"]["Default"], UNSTICKER_CONCURRENCY);
        assert_eq!(template["Outputs"]["UnstickerConcurrency"]["Value"], json!({"Ref": "UnstickerConcurrency"}));
    }

    #[test]
    fn every_permission_names_its_rule_and_its_account() {
        let template = template();
        let resources = template["Resources"].as_object().unwrap().values();
        let permissions: Vec<&Json> = resources.filter(|one| one["Type"] == "AWS::Lambda::Permission").collect();
        assert_eq!(permissions.len(), 2);
        for permission in permissions {
            assert_eq!(permission["Properties"]["SourceAccount"], json!({"Ref": "AWS::AccountId"}));
            assert!(permission["Properties"]["SourceArn"]["Fn::GetAtt"].is_array());
        }
    }

    #[test]
    fn no_rule_takes_part_in_what_people_are_mailed() {
        let template = template();
        let resources = template["Resources"].as_object().unwrap();
        let topic = json!({"Fn::ImportValue": ACCESS_TOPIC_EXPORT});
        let rules: Vec<&Json> = resources.values().filter(|one| one["Type"] == "AWS::Events::Rule").collect();
        assert!(rules.iter().all(|rule| rule["Properties"]["Targets"][0]["Arn"] != topic), "{rules:?}");
        let destinations = &resources["RollbackUnstickerAsynchronous"]["Properties"]["DestinationConfig"];
        assert_eq!(destinations["OnSuccess"]["Destination"], topic);
    }

    #[test]
    fn each_deployed_function_is_exported_and_has_an_end_for_failures() {
        let template = template();
        for function in DEPLOYED {
            let id = logical_id(function);
            assert_eq!(template["Outputs"][format!("{id}Arn")]["Export"]["Name"], function.arn_export());
            let asynchronous = &template["Resources"][format!("{id}Asynchronous")]["Properties"]["DestinationConfig"];
            assert!(asynchronous["OnFailure"].is_object(), "{id}");
        }
    }
}
