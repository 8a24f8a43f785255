//! Templates as teams write them: several applications, conditions, secrets, parameters, notebooks.

use super::*;
use crate::stack::LOGGING_OPTION;

/// A second application in the template, with a key of its own.
fn two_applications(given: &[(&str, &str)]) -> Proposal {
    let mut proposal = proposal(given);
    let second = json!({"Type": APPLICATION, "Properties": {"Key": {"Ref": "SecondKey"}, "ApplicationConfiguration": {
        "EnvironmentProperties": {"PropertyGroups": [{"PropertyGroupId": "g", "PropertyMap": {"logs": "/bills"}}]}}}});
    let deployed = proposal.deployed.as_mut().unwrap();
    for template in [&mut proposal.template, &mut deployed.template] {
        template["Parameters"]["SecondKey"] = json!({"Default": "1"});
        template["Resources"]["Bills"] = second.clone();
        for id in ["UpdateGuard", "Groups", "AutoStart"] {
            template["Resources"][id]["Properties"]["ApplicationName"] = json!({"Ref": "Application"});
        }
    }
    let there = DeployedResource { physical_id: "bills".into(), ..DeployedResource::default() };
    deployed.resources.insert("Bills".into(), there);
    deployed.parameters.insert("SecondKey".into(), "1".into());
    let failed = ("CreateApplicationSnapshot", OperationStatus::Failed, 5);
    let start = ("StartApplication", OperationStatus::Successful, 90);
    let mut bills = application(ApplicationStatus::Running, &[failed, start], &[]);
    bills.name = "bills".into();
    bills.groups = vec![PropertyGroup { id: "g".into(), map: [("logs".into(), "/bills".into())].into() }];
    proposal.applications.insert("Bills".into(), bills);
    proposal
}

#[test]
fn of_several_applications_each_that_is_touched_is_reported_by_name() {
    let one = plan(&two_applications(&[("JarKey", "b")]));
    assert_eq!((one.outlook, one.restarts), (Outlook::GoesThrough, 1), "{one:?}");
    assert_eq!(one.restart.sentence, "orders: once: the guard stops it, because Mode is Stop; auto-start starts it");
    let other = plan(&two_applications(&[("SecondKey", "2")]));
    assert_eq!((other.outlook, other.restarts), (Outlook::Fails, 1), "{other:?}");
    assert!(other.snapshot.sentence.starts_with("bills: needed, and it will fail"), "{other:?}");
    let both = plan(&two_applications(&[("JarKey", "b"), ("SecondKey", "2")]));
    assert_eq!(
        (both.outlook, both.restarts, both.restart.sentence.lines().count()),
        (Outlook::Fails, 2, 2),
        "{both:?}"
    );
    let neither = plan(&two_applications(&[]));
    assert_eq!((neither.outlook, neither.drift.len()), (Outlook::Nothing, 0), "{neither:?}");
}

#[test]
fn a_resource_whose_condition_turns_comes_or_goes() {
    let mut proposal = proposal(&[("Days", "7")]);
    let deployed = proposal.deployed.as_mut().unwrap();
    for template in [&mut proposal.template, &mut deployed.template] {
        template["Conditions"]["Long"] = json!({"Fn::Equals": [{"Ref": "Days"}, "30"]});
        template["Conditions"]["Short"] = json!({"Fn::Not": [{"Condition": "Long"}]});
        let option = |condition: &str| json!({"Type": LOGGING_OPTION, "Condition": condition, "Properties": {"ApplicationName": {"Ref": "Application"}}});
        template["Resources"]["OfLong"] = option("Long");
        template["Resources"]["OfShort"] = option("Short");
        template["Resources"]["UpdateGuard"]["Properties"]["Mode"] = json!("Probe");
    }
    let there = DeployedResource { physical_id: "option".into(), ..DeployedResource::default() };
    deployed.resources.insert("OfLong".into(), there);
    let plan = plan(&proposal);
    assert_eq!(changes(&plan), ["Logs Modify", "OfShort Add", "OfLong Remove"]);
    assert_eq!((plan.restarts, plan.restart.sentence.as_str()), (1, "once, by the update of its logging option"));
}

#[test]
fn a_secret_that_is_given_cannot_be_compared_and_is_no_drift() {
    let with = |given: &[(&str, &str)]| {
        let mut proposal = proposal(given);
        let deployed = proposal.deployed.as_mut().unwrap();
        for template in [&mut proposal.template, &mut deployed.template] {
            template["Parameters"]["Secret"] = json!({"Type": "String", "NoEcho": true});
            let groups = &mut template["Resources"]["Groups"]["Properties"]["PropertyGroups"];
            groups[0]["PropertyMap"]["secret"] = json!({"Ref": "Secret"});
        }
        deployed.parameters.insert("Secret".into(), "****".into());
        let live = proposal.applications.get_mut("Application").unwrap();
        live.groups[0].map.insert("secret".into(), "hunter2".into());
        plan(&proposal)
    };
    let given = with(&[("Secret", "hunter2")]);
    assert_eq!((given.outlook, given.drift.len(), given.parameters.len()), (Outlook::CannotTell, 0, 0), "{given:?}");
    assert!(given.unknown[0].ends_with("Secret is NoEcho"), "{given:?}");
    assert_eq!(given.properties, ["g/secret cannot be compared"]);
    let kept = with(&[]);
    assert_eq!((kept.outlook, kept.drift.len()), (Outlook::Nothing, 0), "{kept:?}");
}

#[test]
fn what_failed_with_rollback_disabled_is_tried_again() {
    let mut proposal = proposal(&[]);
    let deployed = proposal.deployed.as_mut().unwrap();
    deployed.status = StackStatus::UpdateFailed;
    deployed.resources.get_mut("Application").unwrap().status = "UPDATE_FAILED".into();
    let plan = plan(&proposal);
    assert_eq!(changes(&plan), ["Application Modify"]);
    assert_eq!((plan.outlook, plan.restarts), (Outlook::CannotTell, 1), "{plan:?}");
}

#[test]
fn parameters_that_cloudformation_refuses_are_named_without_a_secrets_value() {
    let mut first = proposal(&[("Name", "orders")]);
    first.deployed = None;
    first.applications.clear();
    let answer = plan(&first);
    assert_eq!(answer.outlook, Outlook::Fails, "{answer:?}");
    assert_eq!(answer.next[0], "JarKey: expected a value, found none: it has no default; give JarKey=...");
    for (kind, given, is_refused) in [
        (json!({"AllowedValues": ["a", "b"]}), "c", true),
        (json!({"AllowedValues": [7, 30]}), "30", false),
        (json!({"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]}), "a, b", false),
        (json!({"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]}), "a,c", true),
        (json!({"NoEcho": true, "AllowedValues": ["a"]}), "hunter2", true),
    ] {
        let mut proposal = proposal(&[("More", given)]);
        proposal.template["Parameters"]["More"] = kind.clone();
        let answer = plan(&proposal);
        assert_eq!(answer.outlook == Outlook::Fails, is_refused, "{kind}: {answer:?}");
        assert!(!format!("{answer:?}").contains("hunter2"), "{answer:?}");
    }
    // A secret that stays: only asterisks are known of it.
    let mut kept = proposal(&[]);
    both(&mut kept, |template| template["Parameters"]["More"] = json!({"NoEcho": "true", "AllowedValues": ["a"]}));
    kept.deployed.as_mut().unwrap().parameters.insert("More".into(), "****".into());
    assert_eq!(plan(&kept).outlook, Outlook::Nothing);
}

#[test]
fn a_notebook_and_a_sql_application_lose_no_state_and_need_no_snapshot() {
    for (runtime, noun) in [("ZEPPELIN-FLINK-3_0", "Studio notebook"), ("SQL-1_0", "SQL application")] {
        let with = |given: &[(&str, &str)], status| {
            let mut proposal = proposal(given);
            both(&mut proposal, |template| {
                let resources = template["Resources"].as_object_mut().unwrap();
                resources.retain(|id, _| !["UpdateGuard", "Groups", "AutoStart"].contains(&id.as_str()));
                resources["Application"]["Properties"]["RuntimeEnvironment"] = json!(runtime);
            });
            let live = proposal.applications.get_mut("Application").unwrap();
            (live.status, live.runtime) = (status, runtime.to_owned());
            live.snapshots.clear();
            live.groups.clear();
            proposal
        };
        let mut started = with(&[("JarKey", "b")], ApplicationStatus::Ready);
        started.template["Resources"]["AutoStart"] = json!({"Type": "Custom::FlinkAutoStart",
            "Properties": {"ServiceToken": "t", "ApplicationName": {"Ref": "Application"}}});
        let answer = plan(&started);
        let outlook = if runtime == "SQL-1_0" { Outlook::Fails } else { Outlook::GoesThrough };
        assert_eq!(answer.outlook, outlook, "{answer:?}");
        let grouped = json!({"Type": "Custom::FlinkPropertyGroups", "Properties": {"ServiceToken": "t",
            "ApplicationName": {"Ref": "Application"}, "PropertyGroups": [{"PropertyGroupId": "g", "PropertyMap": {"k": "v"}}]}});
        started.template["Resources"]["AutoStart"] = grouped;
        let answer = plan(&started);
        assert_eq!(answer.outlook, Outlook::Fails, "{answer:?}");
        assert!(
            answer.restart.sentence.contains("Custom::FlinkPropertyGroups is for Flink applications"),
            "{answer:?}"
        );
        let updated = plan(&with(&[("JarKey", "b")], ApplicationStatus::Running));
        assert_eq!(
            (updated.outlook, updated.restart.outlook),
            (Outlook::CannotTell, Outlook::CannotTell),
            "{updated:?}"
        );
        assert!(updated.restart.sentence.contains(noun) && updated.snapshot.sentence.contains(noun), "{updated:?}");
        let at_rest = plan(&with(&[("JarKey", "b")], ApplicationStatus::Ready));
        assert_eq!(at_rest.outlook, Outlook::GoesThrough, "{at_rest:?}");
        assert_eq!(plan(&with(&[], ApplicationStatus::Running)).outlook, Outlook::Nothing);
        let replaced = plan(&with(&[("Name", "other")], ApplicationStatus::Ready));
        assert_eq!(replaced.outlook, Outlook::AtRisk, "{replaced:?}");
        assert!(replaced.state.sentence.starts_with("GIVEN UP"), "{replaced:?}");
    }
}
