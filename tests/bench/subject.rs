//! What is measured: our functions, the floors, and the same handler by others.

use std::path::Path;

use serde_json::json;

use crate::servers::aws::{APPLICATION, CUSTOM_RESOURCE, STACK};

/// How an event ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    /// With the PUT of CloudFormation's answer.
    Put,
    /// With the response to Lambda.
    Response,
}

/// One program.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) program: Vec<String>,
    pub(crate) environment: Vec<(&'static str, String)>,
    pub(crate) ends: Ends,
    /// Both APIs at one address, so that there is one handshake for all calls.
    pub(crate) one_connection: bool,
    pub(crate) event: Event,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    CustomResource(&'static str),
    Unstick,
}

impl Subject {
    fn new(name: &'static str, program: Vec<String>) -> Self {
        let event = Event::CustomResource("Custom::FlinkAutoStart");
        Self { name, program, environment: Vec::new(), ends: Ends::Put, one_connection: true, event }
    }

    /// One of our functions, as it was built for Lambda.
    pub(crate) fn ours(functions: &Path, name: &'static str) -> Self {
        let program = functions.join(name).to_string_lossy().into_owned();
        let event = match name {
            "flink-property-groups" => Event::CustomResource("Custom::FlinkPropertyGroups"),
            "flink-update-guard" => Event::CustomResource("Custom::FlinkUpdateGuard"),
            "flink-rollback-unsticker" => Event::Unstick,
            _ => Event::CustomResource("Custom::FlinkAutoStart"),
        };
        let ends = if name == "flink-rollback-unsticker" { Ends::Response } else { Ends::Put };
        Self { ends, event, ..Self::new(name, vec![program]) }
    }

    /// A floor.
    pub(crate) fn floor(floors: &Path, name: &'static str, ends: Ends) -> Self {
        Self { ends, ..Self::new(name, vec![floors.join(name).to_string_lossy().into_owned()]) }
    }

    /// Another implementation, which trusts the root in its own way.
    pub(crate) fn peer(name: &'static str, program: Vec<String>, environment: Vec<(&'static str, String)>) -> Self {
        Self { one_connection: false, environment, ..Self::new(name, program) }
    }

    /// Whether it is one of our handlers of a custom resource: what is measured is a request that it works on.
    pub(crate) fn looks_at_the_application(&self) -> bool {
        self.name.starts_with("flink-") && matches!(self.event, Event::CustomResource(_))
    }

    /// The event that it is handed; the answer goes to a port of this machine.
    pub(crate) fn event(&self, bucket: u16) -> String {
        match self.event {
            Event::Unstick => json!({"StackName": "flink-orders"}).to_string(),
            // The rows of the resources of these names are in progress: a request without one is answered before any
            // work.
            Event::CustomResource(kind) => json!({
                "RequestType": "Update",
                "ServiceToken": "arn:aws:lambda:eu-west-1:111122223333:function:flink-auto-start",
                "ResponseURL": format!("https://localhost:{bucket}/arn%3Aaws%3Acloudformation%3Aeu-west-1%3A111122223333%3Astack/flink-orders?X-Amz-Signature=0"),
                "StackId": STACK,
                "RequestId": "8f1d2c3b-0000-4000-8000-000000000002",
                "LogicalResourceId": kind.trim_start_matches("Custom::Flink"),
                "PhysicalResourceId": CUSTOM_RESOURCE,
                "ResourceType": kind,
                "ResourceProperties": {
                    "ServiceToken": "arn:aws:lambda:eu-west-1:111122223333:function:flink-auto-start",
                    "ServiceTimeout": "3600",
                    "ApplicationName": APPLICATION,
                    "ConfigurationDigest": "2",
                    "PropertyGroups": [{
                        "PropertyGroupId": "FlinkApplicationProperties",
                        "PropertyMap": {"stream.name": "flink-orders-stream", "table.name": "flink-orders-table"},
                    }],
                },
                "OldResourceProperties": {"ApplicationName": APPLICATION, "ConfigurationDigest": "1"},
            })
            .to_string(),
        }
    }
}
