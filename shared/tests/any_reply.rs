//! Whatever there is to say, what is sent is a reply that CloudFormation takes.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::custom_resource::{LIMIT, LONGEST_ID, Reply, ReplyStatus, Request};

/// From nothing to far too much, of every kind of character.
fn text(most: usize) -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(any::<char>(), 0..most).prop_map(String::from_iter),
        (prop::sample::select(vec!["x", "\"", "\\", "\u{1}", "\n", "é", "\u{7f}", "€", "🦀", "\u{2028}"]), 0..most)
            .prop_map(|(piece, times)| piece.repeat(times)),
    ]
}

/// IDs as long as CloudFormation makes them: an ARN with a stack name of 128, a logical ID of 255.
fn request() -> impl Strategy<Value = Request> {
    ("[a-zA-Z0-9:/-]{20,300}", "[a-f0-9-]{36}", "[a-zA-Z0-9]{1,255}").prop_map(|(stack, id, logical)| {
        let event = json!({ "ResponseURL": "u", "StackId": stack, "RequestId": id, "LogicalResourceId": logical });
        Request::read(&event).expect("it has a ResponseURL")
    })
}

prop_compose! {
    fn reply()(
        is_success in any::<bool>(),
        reason in text(6000),
        physical_resource_id in prop_oneof!["[a-zA-Z0-9/_.-]{1,600}", "[ -~]{1,1024}"],
        attributes in prop::collection::btree_map("[A-Za-z]{1,20}", text(500), 0..6),
        timeline in prop::collection::vec(text(300), 0..8),
        trouble in any::<bool>(),
    ) -> Reply {
        let verdict = if is_success { ReplyStatus::Success } else { ReplyStatus::Failed };
        let (reason, trouble) = (format!("because {reason}"), trouble && is_success);
        Reply { verdict, reason, physical_resource_id, attributes, timeline, trouble }
    }
}

/// The length of the reply with nothing but IDs and these attributes.
fn least(reply: &Reply, request: &Request) -> usize {
    let mut data: BTreeMap<&str, &str> = reply.attributes.iter().map(|(name, text)| (&**name, &**text)).collect();
    if reply.trouble {
        data.insert("Trouble", "");
    }
    let body = json!({
        "Status": reply.verdict.as_str(), "Reason": "", "PhysicalResourceId": reply.physical_resource_id,
        "StackId": request.stack_id, "RequestId": request.request_id, "LogicalResourceId": request.logical_resource_id,
        "NoEcho": false, "Data": data,
    });
    body.to_string().len()
}

proptest! {
    // Failures are found again by their inputs, which the message prints: no file of seeds.
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_reply_fits_and_keeps_verdict_and_ids(reply in reply(), request in request()) {
        prop_assume!(reply.physical_resource_id.len() <= LONGEST_ID);
        let sent = reply.render(&request);
        prop_assert!(sent.len() <= LIMIT, "{} bytes", sent.len());
        let body: Value = serde_json::from_slice(&sent).expect("UTF-8 and JSON");
        prop_assert_eq!(&body["Status"], reply.verdict.as_str());
        prop_assert_eq!(&body["PhysicalResourceId"], reply.physical_resource_id.as_str());
        prop_assert_eq!(&body["StackId"], request.stack_id.as_str());
        prop_assert_eq!(&body["RequestId"], request.request_id.as_str());
        prop_assert_eq!(&body["LogicalResourceId"], request.logical_resource_id.as_str());
        prop_assert_eq!(&body["NoEcho"], false);
        if reply.verdict == ReplyStatus::Failed {
            prop_assert!(body["Reason"].as_str().is_some_and(|reason| !reason.is_empty()), "FAILED needs a reason");
        }
    }

    #[test]
    fn attributes_are_whole_in_every_success_that_they_fit_into(reply in reply(), request in request()) {
        prop_assume!(reply.verdict == ReplyStatus::Success && least(&reply, &request) <= LIMIT);
        let body: Value = serde_json::from_slice(&reply.render(&request)).expect("JSON");
        let mut data: BTreeMap<String, String> = serde_json::from_value(body["Data"].clone()).expect("texts");
        data.retain(|name, _| reply.attributes.contains_key(name));
        prop_assert_eq!(data, reply.attributes);
    }

    #[test]
    fn a_reason_is_cut_only_as_far_as_it_must(reply in reply(), request in request()) {
        let sent = reply.render(&request);
        let body: Value = serde_json::from_slice(&sent).expect("JSON");
        let reason = body["Reason"].as_str().expect("a text");
        if reason != reply.reason && !reason.is_empty() {
            let kept = reason.strip_suffix(" [cut to fit 4,096 bytes]").expect("a reason that was cut says so");
            prop_assert!(reply.reason.starts_with(kept));
            // One more character, at most six bytes long as an escape, in Reason and in Trouble, would not have fitted.
            prop_assert!(sent.len() > LIMIT - 12, "{} bytes", sent.len());
        }
    }
}
