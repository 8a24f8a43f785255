//! Studio notebooks are started and stopped and nothing more; SQL applications are refused in words.

use local_aws::api::Caller;
use local_aws::cloudformation::Status;
use local_aws::events;
use local_aws::flink::{self, Status as Flink};
use project::deployment::{Deployment, NAME, deploy_stack, request, settled};
use serde_json::{Value, json};

use crate::operator::look;
use crate::stage::{
    answers, application, ask_unsticker, handlers, idle, is_look, mutations, person, reasons, role_of, starts, stop,
    why,
};

/// A stack of one application named as the stack, with these custom resources.
fn template(configuration: &Value, digest: &str, custom: &[&str]) -> Value {
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "kinesisanalytics.amazonaws.com"}}]});
    let mut properties = configuration.clone();
    properties["ApplicationName"] = json!(NAME);
    properties["ServiceExecutionRole"] = json!({"Fn::GetAtt": ["Role", "Arn"]});
    let mut application = json!({"Type": "AWS::KinesisAnalyticsV2::Application", "Properties": properties});
    let mut resources = json!({"Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}});
    let token = |function: &str| json!({"Fn::ImportValue": format!("flink-handlers-{function}-arn")});
    if custom.contains(&"UpdateGuard") {
        application["DependsOn"] = json!("UpdateGuard");
        resources["UpdateGuard"] = json!({"Type": "Custom::FlinkUpdateGuard", "Properties": {
            "ServiceToken": token("update-guard"), "ApplicationLogicalId": "Application", "Mode": "Stop",
            "OnSnapshotFailure": "ForceStop", "ConfigurationDigest": digest}});
    }
    if custom.contains(&"AutoStart") {
        resources["AutoStart"] = json!({"Type": "Custom::FlinkAutoStart", "Properties": {
            "ServiceToken": token("auto-start"), "ApplicationName": {"Ref": "Application"}, "StabilizeSeconds": "60",
            "OnDelete": "Stop", "ConfigurationDigest": digest}});
    }
    if custom.contains(&"PropertyGroups") {
        resources["PropertyGroups"] = json!({"Type": "Custom::FlinkPropertyGroups", "Properties": {
            "ServiceToken": token("property-groups"), "ApplicationName": {"Ref": "Application"},
            "PropertyGroups": [{"PropertyGroupId": "g", "PropertyMap": {"k": digest}}]}});
    }
    resources["Application"] = application;
    json!({"Resources": resources})
}

fn notebook(level: &str) -> Value {
    let database = json!({"Fn::Sub": "arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:database/orders"});
    json!({"ApplicationMode": "INTERACTIVE", "RuntimeEnvironment": "ZEPPELIN-FLINK-3_0",
        "ApplicationMaintenanceConfiguration": {"ApplicationMaintenanceWindowStartTime": "22:30"},
        "ApplicationConfiguration": {
            "FlinkApplicationConfiguration": {"ParallelismConfiguration":
                {"ConfigurationType": "CUSTOM", "Parallelism": 4, "ParallelismPerKPU": 1}},
            "ZeppelinApplicationConfiguration": {
                "MonitoringConfiguration": {"LogLevel": level},
                "CatalogConfiguration": {"GlueDataCatalogConfiguration": {"DatabaseARN": database}}}}})
}

fn sql() -> Value {
    json!({"RuntimeEnvironment": "SQL-1_0", "ApplicationConfiguration": {
        "ApplicationCodeConfiguration": {"CodeContentType": "PLAINTEXT",
            "CodeContent": {"TextContent": "CREATE OR REPLACE STREAM out (a INTEGER);"}},
        "SqlApplicationConfiguration": {"Inputs": [{"NamePrefix": "IN"}]}}})
}

const ALL: [&str; 2] = ["UpdateGuard", "AutoStart"];

async fn deploy(deployment: &Deployment, template: &Value) -> Status {
    let tags = [("flink-unstick", "enabled"), ("flink-snapshot-hours", "1")];
    deploy_stack(deployment.world(), NAME, &template.to_string(), &[], &tags, None).await
}

/// What DescribeApplication says.
fn described(deployment: &Deployment) -> Value {
    let (world, body) = (deployment.world(), json!({"ApplicationName": NAME}));
    let mut state = world.state();
    let said = flink::call(&mut state, &world.settings, &Caller::Operator, "DescribeApplication", &body).unwrap();
    said["ApplicationDetail"].clone()
}

/// The calls with which any function asked about or took a snapshot.
fn snapshot_calls(deployment: &Deployment) -> usize {
    deployment.world().state().journal.iter().filter(|call| call.action.contains("Snapshot")).count()
}

async fn running_notebook() -> Deployment {
    let deployment = handlers().await;
    let status = deploy(&deployment, &template(&notebook("INFO"), "1", &ALL)).await;
    assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running);
    deployment
}

/// A notebook is started without a RunConfiguration after its creation, and stopped with its stack, without Force and
/// without a snapshot.
#[tokio::test(flavor = "multi_thread")]
async fn a_notebook_is_started_without_a_run_configuration_and_stopped_with_its_stack() {
    let deployment = running_notebook().await;
    assert_eq!(starts(&deployment), [Value::Null]);
    let said = described(&deployment);
    let window = &said["ApplicationMaintenanceConfigurationDescription"];
    assert_eq!(window["ApplicationMaintenanceWindowStartTime"], "22:30", "{said}");
    request(deployment.world(), "DeleteStack", NAME, "", &[], &[], None).unwrap();
    assert_eq!(settled(deployment.world(), NAME).await, Status::DeleteComplete, "{}", why(&deployment));
    assert_eq!(mutations(&deployment, "flink-auto-start"), ["StartApplication", "StopApplication"]);
    let state = deployment.world().state();
    let stops = state.journal.iter().filter(|call| call.action == "kinesisanalytics:StopApplication");
    assert_eq!(stops.map(|call| call.body["Force"].clone()).collect::<Vec<_>>(), [false], "no snapshot, no force");
    drop(state);
    assert_eq!(snapshot_calls(&deployment), 0);
}

/// The guard lets a notebook pass, and auto-start starts it after an update that finds it stopped.
#[tokio::test(flavor = "multi_thread")]
async fn the_guard_lets_a_notebook_pass_and_auto_start_starts_a_stopped_one() {
    let deployment = running_notebook().await;
    let next = template(&notebook("DEBUG"), "2", &ALL);
    assert_eq!(deploy(&deployment, &next).await, Status::UpdateComplete, "{}", why(&deployment));
    let guard = answers(&deployment, "UpdateGuard").pop().unwrap();
    assert_eq!(guard["Data"]["Outcome"], "SnapshotsDisabled", "{guard}");
    assert_eq!(mutations(&deployment, "flink-update-guard"), [""; 0]);
    let said = described(&deployment);
    let level = "/ApplicationConfigurationDescription/ZeppelinApplicationConfigurationDescription/MonitoringConfigurationDescription/LogLevel";
    assert_eq!((said.pointer(level), &said["ApplicationStatus"]), (Some(&json!("DEBUG")), &json!("RUNNING")), "{said}");
    stop(&deployment);
    let next = template(&notebook("INFO"), "3", &ALL);
    assert_eq!(deploy(&deployment, &next).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(answers(&deployment, "UpdateGuard").pop().unwrap()["Data"]["Outcome"], "NotRunning");
    assert_eq!(application(&deployment).status, Flink::Running);
    assert_eq!((starts(&deployment), snapshot_calls(&deployment)), (vec![Value::Null; 2], 0));
}

/// Property groups of a notebook and of a SQL application are refused before any call, with what they are for.
#[tokio::test(flavor = "multi_thread")]
async fn property_groups_of_a_notebook_and_of_a_sql_application_are_refused_in_words() {
    for (configuration, runtime) in [(notebook("INFO"), "ZEPPELIN-FLINK-3_0"), (sql(), "SQL-1_0")] {
        let deployment = handlers().await;
        let status = deploy(&deployment, &template(&configuration, "1", &["PropertyGroups"])).await;
        assert_eq!(status, Status::RollbackComplete, "{}", why(&deployment));
        let words = format!("Custom::FlinkPropertyGroups is for Flink applications; this one is {runtime}");
        assert!(reasons(&deployment, "PropertyGroups").iter().any(|one| one.contains(&words)), "{}", why(&deployment));
        assert_eq!(mutations(&deployment, "flink-property-groups"), [""; 0]);
    }
}

/// auto-start and the guard refuse a SQL application before any call, with what they are for.
#[tokio::test(flavor = "multi_thread")]
async fn a_sql_application_is_refused_in_words_by_auto_start_and_by_the_guard() {
    let deployment = handlers().await;
    let status = deploy(&deployment, &template(&sql(), "1", &ALL)).await;
    assert_eq!(status, Status::RollbackComplete, "{}", why(&deployment));
    let words = "Custom::FlinkAutoStart is for Flink applications; this one is SQL-1_0";
    assert!(reasons(&deployment, "AutoStart").iter().any(|one| one.contains(words)), "{}", why(&deployment));
    request(deployment.world(), "DeleteStack", NAME, "", &[], &[], None).unwrap();
    assert_eq!(settled(deployment.world(), NAME).await, Status::DeleteComplete, "{}", why(&deployment));

    let guarded = |digest| template(&sql(), digest, &["UpdateGuard"]);
    assert_eq!(deploy(&deployment, &guarded("1")).await, Status::CreateComplete, "{}", why(&deployment));
    person(deployment.world(), &mut deployment.world().state(), "StartApplication", json!({}));
    flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    assert_eq!(deploy(&deployment, &guarded("2")).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let words = "Custom::FlinkUpdateGuard is for Flink applications; this one is SQL-1_0";
    assert!(reasons(&deployment, "UpdateGuard").iter().any(|one| one.contains(words)), "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running, "and it runs on");
    for function in ["flink-auto-start", "flink-update-guard"] {
        assert_eq!(mutations(&deployment, function), [""; 0]);
    }
}

/// Tags or no tags, neither the sweep nor the unsticker changes a notebook.
#[tokio::test(flavor = "multi_thread")]
async fn the_sweep_and_the_unsticker_leave_a_notebook_alone() {
    let deployment = running_notebook().await;
    for marker in ["flink-unstick-restart", "unrelated"] {
        stop(&deployment);
        deployment.world().state().flink.applications.get_mut(NAME).unwrap().tags.insert(marker.into(), "e1".into());
        events::fire_schedules(deployment.world());
        idle(&deployment).await;
        let said = ask_unsticker(&deployment, &json!({"StackName": NAME})).await;
        assert_eq!(said["Actions"].as_array().map_or(0, Vec::len), 0, "{said}");
        assert_eq!(application(&deployment).status, Flink::Ready, "people start it when they work in it");
        person(deployment.world(), &mut deployment.world().state(), "StartApplication", json!({}));
        flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
        events::fire_schedules(deployment.world());
        idle(&deployment).await;
    }
    let (unsticker, state) = (role_of(&deployment, "flink-rollback-unsticker"), deployment.world().state());
    let changes = state.journal.iter().filter(|call| call.caller == unsticker && !is_look(&call.action));
    let changes: Vec<_> = changes.map(|call| &call.action).filter(|action| action.starts_with("kinesis")).collect();
    assert!(changes.is_empty(), "{changes:?}");
    drop(state);
    assert_eq!(snapshot_calls(&deployment), 0);
}

/// `plan` and `why` say what becomes of a notebook and of a SQL application.
#[tokio::test(flavor = "multi_thread")]
async fn plan_and_why_say_what_becomes_of_a_notebook_and_of_a_sql_application() {
    let deployment = running_notebook().await;
    let asked = async |arguments: &[&str], code: i32| {
        let answered = look(&deployment, arguments).await;
        assert_eq!(answered.code, code, "{}", answered.printed);
        answered.json()
    };
    let well = asked(&["why", "--json", "--stack", NAME], 0).await;
    assert_eq!((&well["Verdict"], &well["Applications"][0]["Status"]), (&json!("Fine"), &json!("RUNNING")), "{well}");
    stop(&deployment);
    let idle = asked(&["why", "--json", "--stack", NAME], 0).await;
    assert!(idle["Seen"].to_string().contains("is a Studio notebook that does not run"), "{idle}");
    let written = |name: &str, template: &Value| {
        let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("other-kinds-{name}"));
        std::fs::write(&file, template.to_string()).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let same = written("notebook.json", &template(&notebook("INFO"), "2", &ALL));
    let plan = asked(&["plan", "--json", "--stack", NAME, "--template", &same], 0).await;
    let restart = plan["Restart"]["Told"].as_str().unwrap();
    assert!(restart.ends_with("auto-start starts it, without a RunConfiguration"), "{plan}");
    assert_eq!(plan["Snapshot"]["Told"], "not needed: a Studio notebook takes none", "{plan}");
    let refused = written("sql.json", &template(&sql(), "1", &ALL));
    let plan = asked(&["plan", "--json", "--stack", "flink-sql", "--template", &refused], 1).await;
    assert!(
        plan["Restart"]["Told"].as_str().unwrap().contains("Custom::FlinkAutoStart is for Flink applications"),
        "{plan}"
    );
}
