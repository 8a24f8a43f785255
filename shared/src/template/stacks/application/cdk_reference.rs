//! Our application stack against what CDK synthesizes for the same stack (aws-cdk-lib 2.276.0 with its Flink construct
//! 2.270.0-alpha.0, kept beside this file): nothing that it grants is missing, nothing broader is granted.

use serde_json::Value as Json;
use std::collections::BTreeSet;

use crate::template::cloudformation::resolved::{ResolvedTemplate, text};

/// Each statement of a policy as the pairs of action and resource that it allows.
type Grants = BTreeSet<BTreeSet<(String, String)>>;

/// CDK's template, with our names for the same things.
fn reference() -> ResolvedTemplate {
    let text = include_str!("cdk-reference.template.json");
    let ours = [
        ("SourceStream325EA350", "SourceStream"),
        ("FeatureTable513459D4", "FeatureTable"),
        ("FlinkLogGroup6B5D20CB", "LogGroup"),
        ("FlinkAppLogStream1AEC8A8A", "LogStream"),
        ("cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}", "flink-access-bucket"),
    ];
    let text = ours.iter().fold(text.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours));
    ResolvedTemplate::of(serde_json::from_str(&text).unwrap(), &[])
}

fn ours() -> ResolvedTemplate {
    // The newest runtime that the construct has.
    let given = [("JarKey", "job.jar"), ("RuntimeEnvironment", "FLINK-1_20")];
    ResolvedTemplate::with(&crate::template::application().unwrap(), &given)
}

fn many(json: &Json) -> Vec<String> {
    json.as_array().map_or_else(|| vec![text(json)], |items| items.iter().map(text).collect())
}

/// The resource on which an action can match: AWS's service authorization data gives two of CDK's actions no resource,
/// and two a consumer; on the ARN that CDK writes they never match. ListStreams is not granted at all.
fn matching((action, resource): (String, String)) -> Option<(String, String)> {
    let resource = match action.as_str() {
        "kinesis:ListStreams" => return None,
        "logs:DescribeLogGroups" => "*".to_owned(),
        "kinesis:SubscribeToShard" | "kinesis:DescribeStreamConsumer" => format!("{resource}/consumer/*"),
        _ => resource,
    };
    Some((action, resource))
}

fn all(grants: Grants) -> BTreeSet<(String, String)> {
    grants.into_iter().flatten().collect()
}

fn grants(document: &Json) -> Grants {
    let statements = document["Statement"].as_array().unwrap();
    let pairs = |statement: &Json| {
        assert_eq!(statement["Effect"], "Allow");
        assert!(statement.get("Condition").is_none(), "a condition would make the comparison untrue: {statement}");
        let resources = many(&statement["Resource"]);
        let of = |action: String| resources.clone().into_iter().map(move |resource| (action.clone(), resource));
        many(&statement["Action"]).into_iter().flat_map(of).collect()
    };
    statements.iter().map(pairs).collect()
}

#[test]
fn the_role_is_granted_what_cdk_grants_where_it_can_match_and_no_more() {
    let theirs = grants(&reference().properties("FlinkAppRoleDefaultPolicyE633A44E")["PolicyDocument"]);
    let ours = grants(&ours().properties("ApplicationRole")["Policies"][0]["PolicyDocument"]);
    assert_eq!(theirs.len(), 7);
    assert_eq!(all(ours), all(theirs).into_iter().filter_map(matching).collect());
}

#[test]
fn the_role_trusts_what_cdk_trusts() {
    let theirs = reference().properties("FlinkAppRole5DA26622");
    assert_eq!(ours().properties("ApplicationRole")["AssumeRolePolicyDocument"], theirs["AssumeRolePolicyDocument"]);
}

#[test]
fn stream_and_table_are_those_of_cdk_under_names_from_parameters() {
    let (ours, theirs) = (ours(), reference());
    assert_eq!(ours.properties("SourceStream"), theirs.properties("SourceStream"));
    let mut table = ours.properties("FeatureTable");
    assert_eq!(table.as_object_mut().unwrap().remove("TableName"), Some("flink-test".into()));
    assert_eq!(table, theirs.properties("FeatureTable"));
}

#[test]
fn the_application_has_every_setting_of_cdks() {
    let (ours, theirs) = (ours().properties("Application"), reference().properties("FlinkApp25CA5116"));
    let flink = "/ApplicationConfiguration/FlinkApplicationConfiguration";
    let checkpoints = format!("{flink}/CheckpointConfiguration");
    assert_eq!(ours.pointer(&checkpoints), theirs.pointer(&checkpoints));
    let snapshots = "/ApplicationConfiguration/ApplicationSnapshotConfiguration";
    assert_eq!(ours.pointer(snapshots), theirs.pointer(snapshots));
    assert_eq!(ours["RuntimeEnvironment"], theirs["RuntimeEnvironment"]);
    let parallelism = format!("{flink}/ParallelismConfiguration");
    for (key, value) in theirs.pointer(&parallelism).unwrap().as_object().unwrap() {
        assert_eq!(ours.pointer(&parallelism).unwrap().get(key), Some(value), "{key}");
    }
}
