use super::*;
use serde_json::json;

fn ours(template: StackTemplate) -> Json {
    let text = match template {
        StackTemplate::Access => include_str!("../../../../template/access.template.json"),
        StackTemplate::Functions => include_str!("../../../../template/functions.template.json"),
        StackTemplate::Handlers => include_str!("../../../../template/handlers.template.json"),
        StackTemplate::Application => include_str!("../../../../template/application.template.json"),
    };
    serde_json::from_str(text).unwrap()
}

/// The committed template of 0.1.0.
fn version_0_1_0() -> Json {
    serde_json::from_str(include_str!("../../../../tests/scenarios/fixtures/application-0.1.0.template.json")).unwrap()
}

fn foreign() -> Json {
    json!({"Resources": {"TeamStream": {"Type": "AWS::Kinesis::Stream"}, "Application": {"Type": "AWS::KinesisAnalyticsV2::Application"}}})
}

#[test]
fn every_template_that_make_deploy_deploys_says_which_one_it_is() {
    for template in StackTemplate::ALL {
        assert_eq!(origin(Some(&ours(template))), Origin::Ours(template));
        assert_eq!(may_replace(Some(&ours(template)), &ours(template)), Ok(()));
    }
    let sample = include_str!("../../../../template/samples/two-applications.template.json");
    let sample: Json = serde_json::from_str(sample).unwrap();
    assert_eq!(origin(Some(&sample)), Origin::Foreign, "it is copied, and then a team's own");
}

#[test]
fn a_stack_of_0_1_0_is_recognized_by_its_resources_and_takes_the_new_template() {
    let old = version_0_1_0();
    assert_eq!(origin(Some(&old)), Origin::Version010(StackTemplate::Application));
    assert_eq!(may_replace(Some(&old), &ours(StackTemplate::Application)), Ok(()));
    let mut without_table = old.clone();
    without_table["Resources"].as_object_mut().unwrap().remove("FeatureTable");
    assert_eq!(origin(Some(&without_table)), Origin::Foreign);
    let mut another_type = old;
    another_type["Resources"]["FeatureTable"]["Type"] = json!("AWS::SQS::Queue");
    assert_eq!(origin(Some(&another_type)), Origin::Foreign);
}

#[test]
fn what_a_team_added_to_a_copy_of_0_1_0_is_not_deleted() {
    let mut extended = version_0_1_0();
    extended["Resources"]["TeamQueue"] = json!({"Type": "AWS::SQS::Queue"});
    let lost = NotReplaceable::LosesData(vec!["TeamQueue".into()]);
    assert_eq!(may_replace(Some(&extended), &ours(StackTemplate::Application)), Err(lost));
}

#[test]
fn data_that_the_new_template_lacks_is_not_deleted() {
    let mut extended = ours(StackTemplate::Application);
    for kind in ["AWS::Kinesis::Stream", "AWS::S3::Bucket", "AWS::RDS::DBInstance", "AWS::SecretsManager::Secret"] {
        extended["Resources"]["Archive"] = json!({ "Type": kind });
        let lost = may_replace(Some(&extended), &ours(StackTemplate::Application)).unwrap_err();
        let lost = lost.describe("orders");
        assert!(lost.starts_with("the stack orders has Archive, which the template does not have"), "{kind} {lost}");
    }
    for kind in ["AWS::CloudWatch::Alarm", "Custom::FlinkUpdateGuard"] {
        extended["Resources"]["Archive"] = json!({ "Type": kind });
        assert_eq!(may_replace(Some(&extended), &ours(StackTemplate::Application)), Ok(()), "{kind}");
    }
}

#[test]
fn a_stack_of_another_template_is_neither_replaced_nor_deleted() {
    for there in [Some(foreign()), Some(ours(StackTemplate::Access)), Some(json!({"Metadata": {}})), None] {
        for ours in [ours(StackTemplate::Application), ours(StackTemplate::Handlers)] {
            assert_eq!(may_replace(there.as_ref(), &ours), Err(NotReplaceable::Foreign), "{there:?}");
            assert_eq!(may_delete(there.as_ref(), &ours), Err(NotReplaceable::Foreign), "{there:?}");
        }
    }
    assert_eq!(may_replace(Some(&foreign()), &foreign()), Ok(()), "their template over their stack");
}
