//! One test per row of `SEMANTICS.md` part G; here is the bench they stand on.

mod job;
mod lifecycle;
mod matrix;
mod restores;
mod runtimes;
mod snapshots;
mod updates;
mod world;

use serde_json::{Value, json};

use super::{Application, Status, release};
use crate::api::{ApiError, Caller};
use crate::modes::Modes;
use crate::{Settings, State, dispatch};

/// An account with a role, a jar, a stream and a table, and one application called `app`.
struct Bench {
    state: State,
    settings: Settings,
}

impl Bench {
    fn new() -> Self {
        Self::with(Modes::default())
    }

    fn with(modes: Modes) -> Self {
        let mut settings = Settings::at("http://127.0.0.1:1");
        settings.modes = modes;
        let mut bench = Self { state: State::default(), settings };
        bench.jar("job.jar", &json!({ "job": "counter", "version": "1.0", "fails_on": ["poison"] }));
        let trust = json!({ "Statement": { "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": { "Service": "kinesisanalytics.amazonaws.com" } } });
        bench.ask("iam", "CreateRole", &json!({ "RoleName": "job", "AssumeRolePolicyDocument": trust }));
        bench.policy("all", "Allow", "*");
        bench.ask("kinesis", "CreateStream", &json!({ "StreamName": "in" }));
        let schema = json!([{ "AttributeName": "featureName", "KeyType": "RANGE" },
            { "AttributeName": "key", "KeyType": "HASH" }]);
        bench.ask("dynamodb", "CreateTable", &json!({ "TableName": "out", "KeySchema": schema }));
        bench.call("CreateApplication", &create_request()).unwrap();
        bench
    }

    fn running() -> Self {
        Self::new().started()
    }

    fn started(mut self) -> Self {
        self.start(&json!({}));
        self.release();
        assert_eq!(self.app().status, Status::Running);
        self
    }

    fn start(&mut self, run_configuration: &Value) -> Value {
        let body = json!({ "ApplicationName": "app", "RunConfiguration": run_configuration });
        self.call("StartApplication", &body).unwrap()
    }

    fn release(&mut self) {
        release(&mut self.state, &self.settings, "app");
    }

    fn app(&self) -> &Application {
        &self.state.flink.applications["app"]
    }

    fn jar(&mut self, key: &str, jar: &Value) {
        crate::s3::put(&mut self.state, "jars", key, jar.to_string());
    }

    fn policy(&mut self, name: &str, effect: &str, action: &str) {
        let policy = json!({ "Statement": { "Effect": effect, "Action": action, "Resource": "*" } });
        let body = json!({ "RoleName": "job", "PolicyName": name, "PolicyDocument": policy });
        self.ask("iam", "PutRolePolicy", &body);
    }

    fn record(&mut self, key: &str) {
        crate::kinesis::put(&mut self.state, "in", &json!({ "key": key, "featureName": "clicks" }));
    }

    fn ask(&mut self, service: &str, operation: &str, body: &Value) -> Value {
        dispatch::call(&mut self.state, &self.settings, &Caller::Operator, (service, operation), body).unwrap()
    }

    fn call(&mut self, operation: &str, body: &Value) -> Result<Value, ApiError> {
        super::call(&mut self.state, &self.settings, &Caller::Operator, operation, body)
    }

    /// The operation with nothing but the application's name and these members.
    fn of_app(&mut self, operation: &str, members: &Value) -> Result<Value, ApiError> {
        let mut body = members.clone();
        body["ApplicationName"] = json!("app");
        self.call(operation, &body)
    }

    fn refused(&mut self, operation: &str, members: &Value) -> (String, String) {
        let error = self.of_app(operation, members).unwrap_err();
        (error.code, error.message)
    }

    fn update(&mut self, members: &Value) -> Result<Value, ApiError> {
        let mut body = members.clone();
        body["ConditionalToken"] = json!(self.app().token);
        self.of_app("UpdateApplication", &body)
    }

    /// One look.
    fn detail(&mut self) -> Value {
        self.of_app("DescribeApplication", &json!({})).unwrap()["ApplicationDetail"].clone()
    }

    fn put(&mut self, status: Status) {
        super::put_status(&mut self.state, "app", status);
    }

    /// The newest operation as a client reads it.
    fn newest_operation(&mut self) -> Value {
        let list = self.of_app("ListApplicationOperations", &json!({})).unwrap();
        let row = list["ApplicationOperationInfoList"][0].clone();
        let id = json!({ "OperationId": row["OperationId"] });
        self.of_app("DescribeApplicationOperation", &id).unwrap()["ApplicationOperationInfoDetails"].clone()
    }
}

fn create_request() -> Value {
    json!({
        "ApplicationName": "app",
        "RuntimeEnvironment": "FLINK-1_20",
        "ServiceExecutionRole": "arn:aws:iam::111122223333:role/job",
        "ApplicationConfiguration": {
            "ApplicationCodeConfiguration": {
                "CodeContentType": "ZIPFILE",
                "CodeContent": { "S3ContentLocation": { "BucketARN": "arn:aws:s3:::jars", "FileKey": "job.jar" } },
            },
            "EnvironmentProperties": { "PropertyGroups": properties() },
        },
    })
}

fn properties() -> Value {
    json!([{ "PropertyGroupId": "FlinkApplicationProperties",
        "PropertyMap": { "stream.name": "in", "table.name": "out" } }])
}

fn with_jar(key: &str) -> Value {
    json!({ "ApplicationConfigurationUpdate": { "ApplicationCodeConfigurationUpdate": {
        "CodeContentUpdate": { "S3ContentLocationUpdate": { "FileKeyUpdate": key } } } } })
}

fn with_properties(groups: &Value) -> Value {
    json!({ "ApplicationConfigurationUpdate": { "EnvironmentPropertyUpdates": { "PropertyGroups": groups } } })
}

fn with_snapshots(enabled: bool) -> Value {
    json!({ "ApplicationConfigurationUpdate": {
        "ApplicationSnapshotConfigurationUpdate": { "SnapshotsEnabledUpdate": enabled } } })
}

fn custom(snapshot: &str) -> Value {
    json!({ "ApplicationRestoreConfiguration": {
        "ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT", "SnapshotName": snapshot } })
}
