//! What only the deployment knows: transforms, loops, nested stacks, Parameter Store.

use super::*;

#[test]
fn a_transform_a_loop_and_a_type_of_sams_are_never_nothing() {
    let deployed = |id: &str| DeployedResource { physical_id: id.to_owned(), ..DeployedResource::default() };
    for (change, why) in [
        (json!({"Transform": "AWS::Serverless-2016-10-31"}), "the transform AWS::Serverless-2016-10-31"),
        (json!({"Transform": ["AWS::LanguageExtensions", {"Name": "Theirs"}]}), "the transform Theirs"),
        (
            json!({"Resources": {"Fn::ForEach::T": ["Id", ["a"], {"T${Id}": {"Type": "AWS::SNS::Topic"}}]}}),
            "the loop Fn::ForEach::T",
        ),
        (json!({"Resources": {"Fn::Transform": {"Name": "AWS::Include"}}}), "the macro AWS::Include"),
        (json!({"Outputs": {"A": {"Value": {"Fn::Transform": {"Name": "Theirs"}}}}}), "the macro Theirs"),
    ] {
        let mut same = proposal(&[]);
        both(&mut same, |template| {
            for (section, more) in change.as_object().unwrap() {
                match more.as_object() {
                    Some(more) if template[section].is_object() => {
                        template[section].as_object_mut().unwrap().extend(more.clone());
                    }
                    _ => template[section] = more.clone(),
                }
            }
        });
        let answer = plan(&same);
        assert_eq!((answer.outlook, answer.outlook.exit_code()), (Outlook::CannotTell, 2), "{answer:?}");
        assert!(answer.unknown.len() == 1 && answer.unknown[0].starts_with(why), "{answer:?}");
        assert!(
            answer.changes.is_empty() && answer.next.iter().any(|line| line.contains("--change-set")),
            "{answer:?}"
        );
    }
    let mut sam = proposal(&[("Days", "7")]);
    both(&mut sam, |template| {
        template["Transform"] = json!("AWS::Serverless-2016-10-31");
        template["Resources"]["Fun"] =
            json!({"Type": "AWS::Serverless::Function", "Properties": {"MemorySize": {"Ref": "Days"}}});
        template["Resources"]["Layer"] = json!({"Type": "AWS::Serverless::LayerVersion"});
    });
    sam.deployed.as_mut().unwrap().resources.insert("Fun".into(), deployed("fun"));
    assert_eq!(changes(&plan(&sam)), ["Fun Unknown", "Layer Unknown", "Logs Modify"]);
}

#[test]
fn what_language_extensions_only_compute_is_computed() {
    let mut same = proposal(&[]);
    both(&mut same, |template| {
        template["Transform"] = json!("AWS::LanguageExtensions");
        template["Resources"]["Logs"]["Properties"]["Days"] = json!({"Fn::Length": ["a", "b"]});
    });
    assert_eq!(plan(&same).outlook, Outlook::Nothing);
    same.template["Resources"]["Logs"]["Properties"]["Days"] = json!({"Fn::Length": ["a"]});
    assert_eq!(changes(&plan(&same)), ["Logs Modify"]);
}

#[test]
fn a_nested_stack_that_gets_other_parameters_is_not_known_inside() {
    let mut proposal = proposal(&[("Days", "7")]);
    both(&mut proposal, |template| {
        template["Resources"]["Nested"] = json!({"Type": "AWS::CloudFormation::Stack",
            "Properties": {"TemplateURL": "u", "Parameters": {"Days": {"Ref": "Days"}}}});
    });
    let there = DeployedResource { physical_id: "arn".into(), ..DeployedResource::default() };
    proposal.deployed.as_mut().unwrap().resources.insert("Nested".into(), there);
    let before = plan(&proposal);
    assert_eq!(
        (before.outlook, changes(&before)),
        (Outlook::CannotTell, vec!["Logs Modify".into(), "Nested Modify".into()])
    );
    let row = |id: &str, kind: &str| ListedChange {
        logical_id: id.into(),
        resource_type: kind.into(),
        action: "Modify".into(),
        ..ListedChange::default()
    };
    proposal.change_set = Some(vec![row("Nested/Topic", "AWS::SNS::Topic")]);
    let asked = plan(&proposal);
    assert_eq!(
        (asked.outlook, changes(&asked)),
        (Outlook::GoesThrough, vec!["Nested/Topic Modify".into()]),
        "{asked:?}"
    );
    proposal.change_set = Some(vec![row("Nested/Job", APPLICATION)]);
    let of_a_job = plan(&proposal);
    assert_eq!(of_a_job.outlook, Outlook::CannotTell, "{of_a_job:?}");
    assert!(of_a_job.unknown[0].starts_with("Nested/Job is of a job in a nested stack"), "{of_a_job:?}");
    proposal.change_set = Some(Vec::new());
    assert_eq!(plan(&proposal).outlook, Outlook::Nothing);
}

#[test]
fn what_cannot_be_decided_is_never_nothing() {
    let with = |resource: Json| {
        let mut proposal = proposal(&[]);
        let deployed = proposal.deployed.as_mut().unwrap();
        for template in [&mut proposal.template, &mut deployed.template] {
            template["Parameters"]["Image"] =
                json!({"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/image"});
            template["Conditions"]["Open"] = json!({"Fn::Equals": [{"Ref": "Image"}, "x"]});
            template["Resources"]["It"] = resource.clone();
        }
        let there = DeployedResource { physical_id: "it".into(), ..DeployedResource::default() };
        deployed.resources.insert("It".into(), there);
        plan(&proposal)
    };
    for (resource, why) in [
        (json!({"Type": "AWS::SNS::Topic", "Condition": "Open"}), "the condition Open cannot be decided"),
        (
            json!({"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Image"}}}),
            "Image is read from Parameter Store",
        ),
        (json!({"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "u"}}), "read from S3"),
    ] {
        let plan = with(resource);
        assert_eq!(plan.outlook, Outlook::CannotTell, "{plan:?}");
        assert_eq!(plan.outlook.exit_code(), 2);
        assert!(plan.unknown[0].contains(why), "{plan:?}");
    }
}

#[test]
fn a_deletion_policy_that_a_function_chooses_is_resolved() {
    let gone = |stage: &str, policy: Json| {
        let mut proposal = proposal(&[]);
        proposal.template["Resources"].as_object_mut().unwrap().remove("Stream");
        let deployed = proposal.deployed.as_mut().unwrap();
        deployed.template["Transform"] = json!("AWS::LanguageExtensions");
        deployed.template["Parameters"]["Stage"] = json!({"Type": "String"});
        deployed.template["Parameters"]["Image"] =
            json!({"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/i"});
        deployed.template["Conditions"]["IsProd"] = json!({"Fn::Equals": [{"Ref": "Stage"}, "prod"]});
        deployed.template["Resources"]["Stream"]["DeletionPolicy"] = policy;
        deployed.parameters.insert("Stage".into(), stage.into());
        plan(&proposal)
    };
    let chosen = json!({"Fn::If": ["IsProd", "Retain", "Delete"]});
    assert_eq!(changes(&gone("prod", chosen.clone())), ["Stream Leave"]);
    assert_eq!(changes(&gone("dev", chosen)), ["Stream Remove"]);
    let open = gone("dev", json!({"Ref": "Image"}));
    assert_eq!((changes(&open), open.outlook), (vec!["Stream Unknown".to_owned()], Outlook::CannotTell), "{open:?}");
}

#[test]
fn keys_beside_a_part_that_only_the_deployment_decides_are_neither_added_nor_removed() {
    let mut proposal = proposal(&[]);
    let group = json!({"PropertyGroupId": "g", "PropertyMap": {"logs": "x"}});
    for (groups, keys) in [
        (json!({"Fn::Transform": {"Name": "AWS::Include"}}), json!(["g/logs cannot be compared"])),
        (json!([{"Fn::If": ["None", group, {"Ref": "AWS::NoValue"}]}]), json!(["g/logs cannot be compared"])),
        (json!([{"PropertyGroupId": "h", "PropertyMap": {}}]), json!(["g/logs is removed"])),
    ] {
        proposal.template["Resources"]["Groups"]["Properties"]["PropertyGroups"] = groups;
        assert_eq!(json!(plan(&proposal).properties), keys);
    }
}
