use super::*;
use crate::template::cloudformation::resolved::{ResolvedTemplate, text};
use std::collections::BTreeSet;

fn resolved() -> ResolvedTemplate {
    ResolvedTemplate::with(&access().unwrap(), &[])
}

fn statements(document: &Json) -> Vec<Json> {
    document["Statement"].as_array().unwrap().clone()
}

fn actions(statement: &Json) -> Vec<String> {
    let action = &statement["Action"];
    action.as_array().map_or_else(|| vec![text(action)], |many| many.iter().map(text).collect())
}

/// What a role may by its own policies and by those of this template that it names.
fn granted(stack: &ResolvedTemplate, role: &str) -> Vec<Json> {
    let properties = stack.properties(role);
    let attached = properties["ManagedPolicyArns"].as_array().cloned().unwrap_or_default();
    let attached = attached.iter().map(|policy| stack.properties(policy.as_str().unwrap())["PolicyDocument"].clone());
    let own = properties["Policies"].as_array().unwrap().iter().map(|policy| policy["PolicyDocument"].clone());
    own.chain(attached).flat_map(|document| statements(&document)).collect()
}

fn resources(statement: &Json) -> Vec<String> {
    let resource = &statement["Resource"];
    resource.as_array().map_or_else(|| vec![text(resource)], |many| many.iter().map(text).collect())
}

#[test]
fn the_prefixes_bound_every_role_that_touches_an_application() {
    let stack = ResolvedTemplate::with(&access().unwrap(), &[("ApplicationNamePrefix", "team-,orders.")]);
    for id in ["AutoStartRole", "RollbackUnstickerRole", "StackRole"] {
        let all = granted(&stack, id);
        let flink = all.iter().filter(|one| actions(one).iter().any(|action| action.starts_with("kinesisanalytics:")));
        // These take no resource.
        let free = ["kinesisanalytics:ListApplications", "kinesisanalytics:CreateApplication"];
        let flink = flink.filter(|one| !actions(one).iter().any(|action| free.contains(&action.as_str())));
        let on: BTreeSet<String> = flink.flat_map(resources).filter(|arn| arn.contains(":application/")).collect();
        let arn = |prefix| format!("arn:aws:kinesisanalytics:eu-west-1:111122223333:application/{prefix}*");
        assert_eq!(on, ["team-", "orders."].map(arn).into(), "{id}");
    }
    let all = granted(&stack, "StackRole");
    let dashboards: BTreeSet<String> =
        all.iter().flat_map(resources).filter(|arn| arn.contains("dashboard/")).collect();
    let arn = |prefix| format!("arn:aws:cloudwatch::111122223333:dashboard/{prefix}*");
    assert_eq!(dashboards, ["team-", "orders-"].map(arn).into());
}

/// IAM quotas: inline policies of a role together, and a managed policy, without white space
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
#[test]
fn with_five_prefixes_of_the_greatest_length_every_policy_is_short_enough() {
    let five = ["a", "b", "c", "d", "e"].map(|letter| letter.repeat(64)).join(",");
    let given = [
        ("ApplicationNamePrefix", five.as_str()),
        ("DataNamePrefix", &five),
        ("KeyArn", "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"),
        ("ContinueWithOwnRole", "true"),
        ("Tracing", "Active"),
        ("FunctionsInVpc", "true"),
    ];
    let stack = ResolvedTemplate::with(&access().unwrap(), &given);
    let length = |document: &Json| document.to_string().len();
    let (mut roles, mut managed) = (0, 0);
    for (id, kind) in stack.resources() {
        let properties = stack.properties(&id);
        if kind == "AWS::IAM::Role" {
            let policies = properties["Policies"].as_array().unwrap();
            let inline: usize = policies.iter().map(|policy| length(&policy["PolicyDocument"])).sum();
            assert!(inline <= 10_240, "{id} has {inline} characters");
            roles += 1;
        }
        if kind == "AWS::IAM::ManagedPolicy" {
            assert!(length(&properties["PolicyDocument"]) <= 6_144, "{id}");
            managed += 1;
        }
    }
    assert_eq!((roles, managed), (5, 4));
}

#[test]
fn application_stacks_make_roles_under_the_path_and_the_boundary_only() {
    let theirs = "arn:aws:iam::111122223333:policy/theirs";
    for (own_boundary, boundary) in [("", "ApplicationBoundary"), (theirs, theirs)] {
        let stack = ResolvedTemplate::with(&access().unwrap(), &[("BoundaryArn", own_boundary)]);
        for statement in granted(&stack, "StackRole") {
            let actions = actions(&statement);
            if actions.iter().any(|action| action.starts_with("iam:")) {
                assert_eq!(statement["Resource"], "arn:aws:iam::111122223333:role/flink-stack/*");
            }
            let changes = ["iam:CreateRole", "iam:DeleteRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"];
            if changes.iter().any(|one| actions.iter().any(|action| action == one)) {
                assert_eq!(statement["Condition"]["ArnEquals"]["iam:PermissionsBoundary"], boundary);
            }
            if actions == ["iam:PassRole"] {
                let to = &statement["Condition"]["StringEquals"]["iam:PassedToService"];
                assert_eq!(to, "kinesisanalytics.amazonaws.com");
            }
            assert!(actions.iter().all(|action| action != "iam:DeleteRolePermissionsBoundary"));
        }
        let exported = stack.resolve(&stack.template["Outputs"]["BoundaryArn"]["Value"]).unwrap();
        assert_eq!(exported, boundary);
    }
}

#[test]
fn the_boundary_reaches_the_prefixes_and_what_an_administrator_lists_and_nothing_else() {
    let reached = |given: &[(&str, &str)]| -> BTreeSet<String> {
        let boundary = ResolvedTemplate::with(&access().unwrap(), given).properties("ApplicationBoundary");
        let all = statements(&boundary["PolicyDocument"]);
        let arns = all.iter().flat_map(resources);
        arns.filter(|arn| !arn.contains(":ec2:") && !arn.contains("ArtifactBucket")).collect()
    };
    let regional = |service: &str, rest: &str| format!("arn:aws:{service}:eu-west-1:111122223333:{rest}");
    let own: BTreeSet<String> = [
        "*".to_owned(),
        regional("kinesis", "stream/flink-*"),
        regional("dynamodb", "table/flink-*"),
        regional("logs", "log-group:/aws/kinesis-analytics/flink-*"),
    ]
    .into();
    assert_eq!(reached(&[]), own);
    let listed = [
        (
            "FurtherStreams",
            "arn:aws:kinesis:eu-west-1:444455556666:stream/a,arn:aws:kinesis:eu-west-1:444455556666:stream/b",
        ),
        ("FurtherTables", "arn:aws:dynamodb:eu-west-1:444455556666:table/t"),
        ("FurtherBuckets", "arn:aws:s3:::lake,arn:aws:s3:::pond"),
        ("FurtherKeys", "arn:aws:kms:eu-west-1:444455556666:key/k,arn:aws:kms:eu-west-1:444455556666:key/l"),
    ];
    let more: BTreeSet<String> = reached(&listed).difference(&own).cloned().collect();
    let below = [
        "arn:aws:kinesis:eu-west-1:444455556666:stream/a/consumer/*",
        "arn:aws:kinesis:eu-west-1:444455556666:stream/b/consumer/*",
        "arn:aws:dynamodb:eu-west-1:444455556666:table/t/index/*",
        "arn:aws:s3:::lake/*",
        "arn:aws:s3:::pond/*",
    ];
    let listed = listed.into_iter().flat_map(|(_, arns)| arns.split(',')).chain(below).map(str::to_owned);
    assert_eq!(more, listed.collect());
}

#[test]
fn the_boundary_lets_through_whatever_our_application_stack_grants() {
    let given = [("JarKey", "job.jar")];
    let application =
        ResolvedTemplate::with(&crate::template::application().unwrap(), &given).properties("ApplicationRole");
    let boundary = resolved().properties("ApplicationBoundary");
    let bounds: BTreeSet<String> = statements(&boundary["PolicyDocument"]).iter().flat_map(actions).collect();
    for statement in statements(&application["Policies"][0]["PolicyDocument"]) {
        assert!(actions(&statement).iter().all(|action| bounds.contains(action)), "{statement}");
    }
}

#[test]
fn no_rule_of_any_account_publishes_to_the_incident_topic_and_of_the_roles_only_the_unstickers() {
    let stack = resolved();
    let policy = stack.properties("IncidentTopicPolicy");
    for statement in statements(&policy["PolicyDocument"]) {
        assert_eq!(statement["Principal"]["Service"], "cloudwatch.amazonaws.com", "{statement}");
        assert_eq!(statement["Condition"]["StringEquals"]["aws:SourceAccount"], "111122223333", "{statement}");
    }
    for function in Function::ALL {
        let role = stack.properties(&format!("{}Role", crate::template::resources::lambda::logical_id(function)));
        let all = statements(&role["Policies"][0]["PolicyDocument"]);
        let publishes = all.iter().any(|one| actions(one) == ["sns:Publish"]);
        assert_eq!(publishes, function == Function::RollbackUnsticker, "{function:?}");
    }
}

#[test]
fn mail_is_alarms_and_reports_that_are_for_people() {
    let stack = ResolvedTemplate::with(&access().unwrap(), &[("IncidentMail", "operators@example.com")]);
    let subscription = stack.properties("IncidentMailSubscription");
    let filter = json!({"$or": [{"AlarmName": [{"exists": true}]}, {"responsePayload": {"Notify": ["People"]}}]});
    assert_eq!((&subscription["FilterPolicyScope"], &subscription["FilterPolicy"]), (&json!("MessageBody"), &filter));
}

#[test]
fn continuing_with_its_own_role_the_unsticker_creates_nothing_and_deletes_no_data() {
    let stack = ResolvedTemplate::with(&access().unwrap(), &[("ContinueWithOwnRole", "true")]);
    let attached = stack.properties("RollbackUnstickerRole")["ManagedPolicyArns"].as_array().unwrap().len();
    assert_eq!(attached, 3);
    assert_eq!(resolved().properties("RollbackUnstickerRole")["ManagedPolicyArns"], json!(["FunctionPolicy"]));
    for action in granted(&stack, "RollbackUnstickerRole").iter().flat_map(actions) {
        // What every function may on its own.
        let own = ["CreateLogStream", "CreateApplicationSnapshot", "CreateSystemSnapshot"];
        if own.iter().any(|verb| action.ends_with(verb)) {
            continue;
        }
        let (_, verb) = action.split_once(':').unwrap();
        assert!(!verb.starts_with("Create"), "{action}");
        let whole = ["DeleteStream", "DeleteTable", "DeleteLogGroup", "DeleteApplication", "DeleteRole"];
        assert!(!whole.contains(&verb), "{action}");
    }
}
