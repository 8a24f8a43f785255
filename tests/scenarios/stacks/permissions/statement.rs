//! The statement of template/README.md that denies everyone else to invoke the handlers.

use super::*;

/// The statement that the page gives for a caller that may invoke functions.
fn statement_of_the_page() -> Value {
    let page = include_str!("../../../../template/README.md");
    let (_, rest) = page.split_once("```json\n{\"Sid\": \"OnlyCloudFormationCallsTheFlinkHandlers\"").unwrap();
    let (rest, _) = rest.split_once("```").unwrap();
    serde_json::from_str(&format!("{{\"Sid\": \"Handlers\"{rest}")).unwrap()
}

/// The statement that template/README.md gives leaves the handlers to CloudFormation, to themselves and to operators.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_statement_leaves_the_handlers_to_cloudformation_to_themselves_and_to_operators() {
    let deployment = handlers().await;
    let world = deployment.world();
    let call = |action: &str, body: Value| {
        iam::call(&mut world.state(), &world.settings, &Caller::Operator, action, &body).unwrap();
    };
    let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let policy = json!({"Statement": [everything, statement_of_the_page()]});
    let trust = json!({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}});
    for name in ["developers", "your-operators"] {
        call("CreateRole", json!({"RoleName": name, "AssumeRolePolicyDocument": trust}));
    }
    let roles: Vec<String> = world.state().iam.roles.keys().cloned().collect();
    assert_eq!(roles.iter().filter(|name| name.starts_with("flink-access-")).count(), 5, "{roles:?}");
    for name in &roles {
        call("PutRolePolicy", json!({"RoleName": name, "PolicyName": "of the page", "PolicyDocument": policy}));
    }
    let may = |role: &str, action: &str, function: &str, via: &[&str]| {
        let arn = world.settings.arn("lambda", &format!("function:{function}"));
        let via = via.iter().map(|service| (*service).to_owned()).collect::<Vec<_>>();
        let context = (!via.is_empty()).then(|| ("aws:CalledVia".to_owned(), via)).into_iter().collect();
        iam::authorize(&world.state(), &Caller::Role(role.to_owned()), action, &arn, &context).is_ok()
    };
    let invoke = "lambda:InvokeFunction";
    for (function, _) in project::deployment::FUNCTIONS {
        for name in [function.to_owned(), format!("{function}:live"), format!("{function}:1")] {
            assert!(!may("developers", invoke, &name, &[]), "{name}");
            assert!(!may("developers", "lambda:InvokeAsync", &name, &[]), "{name}");
            assert!(!may("developers", invoke, &name, &["athena.amazonaws.com"]), "{name}");
            assert!(may("developers", invoke, &name, &["cloudformation.amazonaws.com"]), "a stack without a role");
            assert!(may("your-operators", invoke, &name, &[]), "{name}");
        }
        let Caller::Role(own) = role_of(&deployment, function) else { panic!("a function is no operator") };
        assert!(may(&own, invoke, function, &[]), "it hands over to itself");
    }
    assert!(
        may("developers", invoke, "payroll", &[]) && may("developers", "lambda:GetFunction", "flink-auto-start", &[])
    );
    // The service role calls the handlers, whatever the statement denies to others.
    let key = deployment.upload(&jar("1", &[]));
    assert_eq!(deployment.deploy(&with_jar(&key)).await, Status::CreateComplete, "{}", why(&deployment));
}
