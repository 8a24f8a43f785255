//! An account of 0.1.0 takes today's templates: what is there stays, and so do the application stacks that use it.

use std::collections::BTreeMap;

use local_aws::api::Caller;
use local_aws::cloudformation::{self, Status};
use local_aws::flink::Status as Flink;
use local_aws::{LocalAws, Options};
use project::deployment::{Deployment, NAME, deploy_stack, jar, query, settled};
use serde_json::Value;

use crate::operator::look;
use crate::stage::{QUICK, application, why, with_jar};

const ACCESS: &str = include_str!("../../../template/access.template.json");
const HANDLERS: &str = include_str!("../../../template/handlers.template.json");
const OLD: [&str; 2] =
    [include_str!("../fixtures/access-0.1.0.template.json"), include_str!("../fixtures/handlers-0.1.0.template.json")];
const OLD_APPLICATION: &str = include_str!("../fixtures/application-0.1.0.template.json");
const TAG: [(&str, &str); 1] = [("flink-unstick", "enabled")];
/// What an administrator of 0.1.0 had chosen, each another word than the default.
const CHOSEN: [(&str, &str); 4] =
    [("DataNamePrefix", ""), ("ContinueWithOwnRole", "true"), ("LogRetentionDays", "60"), ("Tracing", "Active")];

/// What a stack made, by logical ID, what it gives, and its parameters.
fn made(deployment: &Deployment, stack: &str) -> [BTreeMap<String, String>; 3] {
    let state = deployment.world().state();
    let stack = state.cloudformation.stack(stack).unwrap();
    let physical = stack.resources.iter().filter_map(|(id, one)| Some((id.clone(), one.physical_id.clone()?)));
    let outputs = stack.outputs.iter().map(|output| (output.key.clone(), output.value.clone()));
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let parameters = stack.parameters.iter().map(|(name, value)| (name.clone(), text(value)));
    [physical.collect(), outputs.collect(), parameters.collect()]
}

/// As `aws cloudformation deploy` does: every parameter that the stack has and that is not given stays as it is.
async fn update(
    deployment: &Deployment,
    stack: &str,
    template: &str,
    given: &[(&str, &str)],
    tags: &[(&str, &str)],
) -> Status {
    let world = deployment.world();
    let mut update = query(stack, template, given, tags, None);
    let known: Vec<String> = world.state().cloudformation.stack(stack).unwrap().parameters.keys().cloned().collect();
    let kept = known.into_iter().filter(|name| given.iter().all(|(one, _)| one != name));
    for (number, name) in (given.len() + 1..).zip(kept) {
        update.insert(format!("Parameters.member.{number}.ParameterKey"), name);
        update.insert(format!("Parameters.member.{number}.UsePreviousValue"), "true".to_owned());
    }
    cloudformation::query(world, &Caller::Operator, "UpdateStack", &update).unwrap();
    settled(world, stack).await
}

/// An account of 0.1.0 takes today's templates: nothing is replaced, parameters and exports stay, and its application
/// stacks go on, with their old template and with today's.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_0_1_0_takes_todays_templates_and_its_application_stacks_go_on() {
    let aws = LocalAws::start(Options::default()).await.unwrap();
    let deployment = Deployment::of_templates(aws, OLD, &CHOSEN, &QUICK).await;
    let key = deployment.upload(&jar("1", &[]));
    // The service role of 0.1.0 may not create an application: kinesisanalytics:CreateApplication takes no resource.
    let created = deploy_stack(deployment.world(), NAME, OLD_APPLICATION, &with_jar(&key), &TAG, None).await;
    assert_eq!(created, Status::CreateComplete, "{}", why(&deployment));

    for (stack, file) in
        [("flink-access", "template/access.template.json"), ("flink-handlers", "template/handlers.template.json")]
    {
        let answered = look(&deployment, &["plan", "--stack", stack, "--template", file]).await;
        assert!(answered.printed.starts_with(&format!("{stack} is CREATE_COMPLETE: ")), "{}", answered.printed);
    }
    for (stack, template) in [("flink-access", ACCESS), ("flink-handlers", HANDLERS)] {
        let [before, outputs, parameters] = made(&deployment, stack);
        assert_eq!(
            update(&deployment, stack, template, &[], &[]).await,
            Status::UpdateComplete,
            "{}",
            why(&deployment)
        );
        let [after, outputs_now, parameters_now] = made(&deployment, stack);
        let replaced: Vec<&String> =
            before.iter().filter(|(id, one)| after.get(*id).is_some_and(|now| now != *one)).map(|(id, _)| id).collect();
        assert!(replaced.is_empty(), "{replaced:?}");
        let lost: Vec<_> = outputs.iter().filter(|(name, value)| outputs_now.get(*name) != Some(value)).collect();
        assert!(lost.is_empty(), "{stack}: {lost:?}");
        for (name, value) in &parameters {
            let now = parameters_now[name].trim_matches(['[', ']', '"']);
            assert_eq!(now, value, "{name}");
        }
    }

    // The old template once more with another jar, then today's.
    for (version, template) in
        [("2", OLD_APPLICATION.to_owned()), ("3", Deployment::application_template().to_string())]
    {
        let key = deployment.upload(&jar(version, &[]));
        let status = update(&deployment, NAME, &template, &with_jar(&key), &TAG).await;
        assert_eq!(status, Status::UpdateComplete, "{version} {}", why(&deployment));
        let application = application(&deployment);
        assert_eq!(application.status, Flink::Running, "{version}");
        assert_eq!(application.configuration.runtime, "FLINK-1_20", "{version}: today's default is for new stacks");
        assert_eq!(application.job.unwrap().jar.version, version);
    }
    assert_eq!(deployment.world().state().flink.applications.keys().collect::<Vec<_>>(), [NAME]);
}
