//! What is refused before anything changes, and what CloudFormation's rows say of a job.

use super::*;

#[test]
fn a_snapshot_that_the_newest_operation_was_refused_fails_the_next_one_too() {
    let mut unguarded = proposal(&[("JarKey", "b")]);
    both(&mut unguarded, |template| drop(template["Resources"].as_object_mut().unwrap().remove("UpdateGuard")));
    unguarded.deployed.as_mut().unwrap().status = StackStatus::UpdateFailed;
    let before = plan(&unguarded);
    assert_eq!(before.outlook, Outlook::CannotTell, "{before:?}");
    unguarded.deployed.as_mut().unwrap().refused = [("orders".to_owned(), Timestamp(NOW.0 - 3 * 60_000))].into();
    let refused = plan(&unguarded);
    assert_eq!(refused.outlook, Outlook::Fails, "{refused:?}");
    assert!(refused.snapshot.sentence.contains("it will fail: it could not be snapshotted 3 min ago"), "{refused:?}");
    assert!(
        refused.snapshot.sentence.ends_with("without a guard the update fails again: UPDATE_FAILED"),
        "{refused:?}"
    );
    assert_eq!(refused.state.sentence, "untouched: the update does not happen");
    let stop = "aws kinesisanalyticsv2 stop-application --force --application-name orders --region eu-west-1";
    assert!(refused.next.iter().any(|line| line == stop), "{:?}", refused.next);
    // What restarts nothing takes no snapshot, so nothing is stopped for it.
    let mut described = unguarded.clone();
    described.template["Resources"]["Application"]["Properties"]["ApplicationDescription"] = json!("other");
    described.given.insert("JarKey".into(), "a".into());
    let described = plan(&described);
    assert_eq!(described.restarts, 0, "{described:?}");
    assert!(described.next.iter().all(|line| !line.contains("stop-application")), "{:?}", described.next);
    // A snapshot since is the proof that it can be.
    let application = unguarded.applications.get_mut("Application").unwrap();
    application.snapshots[0].created = Timestamp(NOW.0 - 60_000);
    assert_ne!(plan(&unguarded).outlook, Outlook::Fails);
}

#[test]
fn a_value_that_the_template_does_not_allow_is_refused() {
    let refused = |declared: Json, value: &str| {
        let mut proposal = proposal(&[("Days", value)]);
        proposal.template["Parameters"]["Days"] = declared;
        proposal.matches = |pattern, text| text.contains(pattern);
        let plan = plan(&proposal);
        (plan.outlook == Outlook::Fails).then(|| plan.next[0].clone())
    };
    for (declared, value, message) in [
        (json!({"AllowedValues": [7, 14]}), "30", "Days: expected 7 or 14"),
        (json!({"AllowedPattern": "d"}), "30", "Days: expected what matches d"),
        (json!({"Type": "Number", "MaxValue": 20}), "30", "Days: expected a number of at most 20"),
        (json!({"Type": "Number"}), "x", "Days: expected a number"),
        (json!({"MinLength": 3}), "30", "Days: expected at least 3 characters"),
    ] {
        assert_eq!(refused(declared.clone(), value).as_deref(), Some(message), "{declared}");
    }
    assert_eq!(refused(json!({"Type": "List<Number>", "AllowedValues": [7, 14]}), "7, 14"), None);
    assert_eq!(refused(json!({"AllowedPattern": "secret", "NoEcho": true}), "secret"), None);
}

#[test]
fn a_rule_of_the_template_is_held_against_the_parameters() {
    let with = |assert: Json| {
        let mut proposal = proposal(&[("Mode", "Probe")]);
        proposal.template["Rules"] = json!({"Modes": {"RuleCondition": {"Fn::Equals": [{"Ref": "JarKey"}, "a"]},
            "Assertions": [{"Assert": assert, "AssertDescription": "use Stop"}]}});
        plan(&proposal)
    };
    for assert in [
        json!({"Fn::Contains": [["Stop", "Other"], {"Ref": "Mode"}]}),
        json!({"Fn::Not": [{"Fn::Equals": [{"Ref": "Mode"}, "Probe"]}]}),
        json!({"Fn::EachMemberEquals": [[{"Ref": "Mode"}, "Stop"], "Stop"]}),
    ] {
        let broken = with(assert);
        assert_eq!(
            (broken.outlook, broken.next[0].as_str()),
            (Outlook::Fails, "the template's rule Modes does not hold: use Stop")
        );
    }
    assert_eq!(with(json!({"Fn::Contains": [["Probe"], {"Ref": "Mode"}]})).outlook, Outlook::GoesThrough);
    let undecided = with(json!({"Fn::Theirs": []}));
    assert_eq!(undecided.outlook, Outlook::CannotTell, "{undecided:?}");
    assert!(undecided.unknown[0].starts_with("the template's rule Modes"), "{undecided:?}");
}

#[test]
fn the_run_configuration_of_the_application_itself_counts_in_an_update_while_it_runs() {
    let mut probed = proposal(&[("JarKey", "b")]);
    let skip = json!({"ApplicationRestoreConfiguration": {"ApplicationRestoreType": "SKIP_RESTORE_FROM_SNAPSHOT"}});
    both(&mut probed, |template| {
        template["Resources"]["UpdateGuard"]["Properties"]["Mode"] = json!("Probe");
        template["Resources"]["Application"]["Properties"]["RunConfiguration"] = skip.clone();
    });
    let given_up = plan(&probed);
    assert_eq!(given_up.state.outlook, Outlook::AtRisk, "{given_up:?}");
    assert!(given_up.state.sentence.starts_with("GIVEN UP: the application's RunConfiguration"), "{given_up:?}");
    // Stopped before, it is started by auto-start, which does not say so.
    both(&mut probed, |template| template["Resources"]["UpdateGuard"]["Properties"]["Mode"] = json!("Stop"));
    assert!(plan(&probed).state.sentence.starts_with("kept"), "{:?}", plan(&probed).state);
}

#[test]
fn what_the_application_itself_must_say_is_advice() {
    let mut proposal = proposal(&[("JarKey", "b"), ("Mode", "Probe")]);
    let advice = plan(&proposal).next.join("\n");
    assert!(advice.contains("write g/logs into the application's EnvironmentProperties too"), "{advice}");
    let application = &mut proposal.template["Resources"]["Application"]["Properties"];
    application["ApplicationConfiguration"]["EnvironmentProperties"]["PropertyGroups"] =
        json!([{"PropertyGroupId": "g", "PropertyMap": {"logs": {"Ref": "Logs"}}}]);
    application["RunConfiguration"] = json!({"FlinkRunConfiguration": {"AllowNonRestoredState": true}});
    let advice = plan(&proposal).next.join("\n");
    assert!(!advice.contains("EnvironmentProperties"), "{advice}");
    assert!(advice.contains("give both the same"), "{advice}");
}

#[test]
fn an_application_that_is_kept_leaves_the_stack_as_it_is() {
    let mut proposal = proposal(&[]);
    both(&mut proposal, |template| template["Resources"]["Application"]["DeletionPolicy"] = json!("Retain"));
    proposal.template["Resources"].as_object_mut().unwrap().remove("Application");
    let left = plan(&proposal);
    assert_eq!(left.restart.sentence, "none: it leaves the stack as it is");
    assert_eq!(left.properties, Vec::<String>::new());
}

#[test]
fn what_the_service_has_no_update_for_restarts_nothing() {
    for (property, times) in [("ApplicationDescription", 0), ("ApplicationMaintenanceConfiguration", 0), ("Key", 1)] {
        let mut proposal = proposal(&[("Mode", "Probe")]);
        both(&mut proposal, |template| template["Resources"]["UpdateGuard"]["Properties"]["Mode"] = json!("Probe"));
        proposal.deployed.as_mut().unwrap().parameters.insert("Mode".into(), "Probe".into());
        proposal.template["Resources"]["Application"]["Properties"][property] = json!("other");
        assert_eq!(plan(&proposal).restarts, times, "{property}");
    }
}
