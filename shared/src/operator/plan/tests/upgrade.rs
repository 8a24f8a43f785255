//! Another runtime: what becomes of the state, what breaks, and the way back.

use super::*;

/// A new jar for the runtime `to`, of an application that runs under `from` and has a snapshot `s` of `made_under`.
fn to_runtime(from: &str, to: &str, made_under: &str, given: &[(&str, &str)]) -> Proposal {
    let mut proposal = proposal(&[&[("JarKey", "b")], given].concat());
    let runtime = |template: &mut Json, runtime: &str| {
        template["Resources"]["Application"]["Properties"]["RuntimeEnvironment"] = json!(runtime);
        template["Resources"]["AutoStart"]["Properties"]["StabilizeSeconds"] = json!("60");
    };
    runtime(&mut proposal.template, to);
    runtime(&mut proposal.deployed.as_mut().unwrap().template, from);
    let live = proposal.applications.get_mut("Application").unwrap();
    live.runtime = from.to_owned();
    live.snapshots[0].runtime = Some(made_under.to_owned());
    proposal
}

#[test]
fn an_upgrade_is_named_with_its_distance_what_breaks_and_the_way_back() {
    let mut proposal = to_runtime("FLINK-1_20", "FLINK-2_3", "FLINK-1_20", &[("Mode", "Probe")]);
    let guarded = plan(&proposal);
    assert_eq!(guarded.outlook, Outlook::CannotTell, "{guarded:?}");
    assert!(guarded.state.sentence.starts_with("kept"), "{guarded:?}");
    assert!(guarded.state.sentence.ends_with("from FLINK-1_20 to FLINK-2_3, the next major version"), "{guarded:?}");
    assert!(guarded.unknown[0].contains("whether a job of FLINK-2_3 can read the state"), "{guarded:?}");
    let advice = guarded.next.join("\n");
    for word in
        ["Kryo", "POJOs with collections", "Kinesis connector below 5.0", "now s", "the gate fails the deployment"]
    {
        assert!(advice.contains(word), "{word}: {advice}");
    }
    proposal.template["Resources"].as_object_mut().unwrap().remove("UpdateGuard");
    assert!(plan(&proposal).next.join("\n").contains("until the unsticker restores"), "without a guard");
    proposal.template["Resources"]["AutoStart"]["Properties"]["StabilizeSeconds"] = json!("0");
    assert!(plan(&proposal).next.join("\n").contains("no gate looks at the job"), "without a gate");
}

#[test]
fn a_newer_minor_version_goes_through() {
    let plan = plan(&to_runtime("FLINK-1_19", "FLINK-1_20", "FLINK-1_19", &[]));
    assert_eq!(plan.outlook, Outlook::GoesThrough, "{plan:?}");
    assert!(plan.state.sentence.ends_with("from FLINK-1_19 to FLINK-1_20, a newer minor version"), "{plan:?}");
}

#[test]
fn the_way_back_to_an_older_runtime_takes_a_stop_and_an_older_snapshot() {
    let back = |made_under: &str, mode: &str| {
        plan(&to_runtime("FLINK-2_3", "FLINK-1_20", made_under, &[("Mode", mode)])).state
    };
    let stopped = back("FLINK-1_20", "Stop");
    assert_eq!(stopped.outlook, Outlook::AtRisk, "{stopped:?}");
    assert!(stopped.sentence.ends_with("it goes back to s; 40 min are read and written again"), "{stopped:?}");
    let in_place = back("FLINK-1_20", "Probe");
    assert_eq!(in_place.outlook, Outlook::Fails, "{in_place:?}");
    assert!(in_place.sentence.contains("GuardMode=Stop"), "{in_place:?}");
    let none = back("FLINK-2_3", "Stop");
    assert_eq!(none.outlook, Outlook::Fails, "{none:?}");
    assert!(none.sentence.contains("RestoreType=SKIP_RESTORE_FROM_SNAPSHOT"), "{none:?}");
}
