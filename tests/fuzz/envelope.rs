//! Any bytes as an event: read, named, judged, answered. What may not happen: a panic, an answer that is none.
#![no_main]

use std::collections::BTreeMap;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use shared::contract::{AutoStart, CustomResource, Facts, PropertyGroups, Unreadable, Invocation, read};
use shared::custom_resource::{Handover, LIMIT, LONGEST_ID, Reply, Request, ReplyStatus};
use shared::lifecycle::{StackStatus, Timestamp};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    // Bytes that are not JSON are what a service may have said.
    let Ok(event) = serde_json::from_slice::<Value>(bytes) else { return fits(&request(), &text, &text) };
    let _ = Invocation::read(&event);
    let _ = Handover::read(&event).unwrap_or_default().next(&event);
    let Ok(request) = Request::read(&event) else { return };
    let _ = request.response_url.to_be_used("eu-west-1", Some("http://127.0.0.1:4566"));
    assert!(request.service_timeout() <= Duration::from_secs(14_400));
    let id = request.physical_id("auto-start", &[]);
    assert!((1..=LONGEST_ID).contains(&id.len()));
    let refused = [unreadable::<AutoStart>(&request), unreadable::<PropertyGroups>(&request)];
    for unreadable in refused.into_iter().flatten() {
        fits(&request, &unreadable.to_string(), &id);
    }
    fits(&request, &text, &id);
});

/// What the contract says against a request, if anything.
fn unreadable<R: CustomResource>(request: &Request) -> Option<Unreadable> {
    let facts = Facts { since: Timestamp(0), stack: StackStatus::UpdateInProgress, stop_patience: Duration::ZERO };
    let asked = read::<R>(&request.properties).and_then(|properties| {
        properties.application()?;
        properties.attributes(None);
        properties.goal(request, &facts)
    });
    asked.err()
}

/// The answer is JSON, and fits if the IDs are no longer than CloudFormation's.
fn fits(request: &Request, reason: &str, attribute: &str) {
    for verdict in [ReplyStatus::Success, ReplyStatus::Failed] {
        let reply = Reply {
            verdict,
            reason: format!("because {reason}"),
            physical_resource_id: request.physical_id("property-groups", &[]),
            attributes: BTreeMap::from([("ApplicationStatus".to_owned(), attribute.to_owned())]),
            timeline: vec![reason.to_owned()],
            trouble: verdict == ReplyStatus::Success,
        };
        let sent = reply.render(request);
        let body: Value = serde_json::from_slice(&sent).expect("a reply is JSON");
        assert_eq!(body["RequestId"], request.request_id.as_str());
        let ids = [&request.stack_id, &request.request_id, &request.logical_resource_id, &reply.physical_resource_id];
        let long: usize = ids.iter().map(|id| Value::from(id.as_str()).to_string().len()).sum();
        assert!(sent.len() <= LIMIT || long > LIMIT / 2, "{} bytes", sent.len());
    }
}

fn request() -> Request {
    let event = json!({ "ResponseURL": "u", "StackId": "arn:s", "RequestId": "r", "LogicalResourceId": "L" });
    Request::read(&event).expect("it has a ResponseURL")
}
