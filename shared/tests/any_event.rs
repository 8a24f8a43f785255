//! Whatever arrives, an answer leaves: any JSON as an event, any text as a ResponseURL.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use shared::contract::{AutoStart, Invocation, PropertyGroups, read};
use shared::custom_resource::{LONGEST_ID, Request};

/// The members that are read, and some that are not.
const NAMES: [&str; 18] = [
    "RequestType",
    "StackId",
    "RequestId",
    "ResourceType",
    "LogicalResourceId",
    "PhysicalResourceId",
    "ResourceProperties",
    "OldResourceProperties",
    "ServiceToken",
    "ApplicationName",
    "ApplicationLogicalId",
    "PropertyGroups",
    "PropertyGroupId",
    "PropertyMap",
    "RunConfiguration",
    "StackName",
    "Sweep",
    "detail",
];

/// Words that are almost right more often than chance would have them.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec!["", "Create", "Update", "Delete", "true", "yes", "flink-app", "Leave", "0", "-1"])
            .prop_map(str::to_owned),
        "[a-zA-Z0-9_.-]{1,300}",
        ".{0,20}",
        prop::collection::vec(any::<char>(), 0..1500).prop_map(String::from_iter),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        let name = prop_oneof![4 => prop::sample::select(NAMES.to_vec()).prop_map(str::to_owned), 1 => word()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..12).prop_map(|all| Value::Object(Map::from_iter(all))),
        ]
    })
}

proptest! {
    // Failures are found again by their inputs, which the message prints: no file of seeds.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_json_makes_a_reader_panic(event in any_json()) {
        let _ = read::<AutoStart>(&event);
        let _ = read::<PropertyGroups>(&event);
        let _ = Invocation::read(&event);
        prop_assert_eq!(Request::read(&event).is_ok(), event["ResponseURL"].as_str().is_some_and(|url| !url.is_empty()));
    }

    #[test]
    fn whatever_has_a_response_url_can_be_answered(event in any_json(), url in ".+") {
        let mut event = if event.is_object() { event } else { json!({ "ResourceProperties": event }) };
        event["ResponseURL"] = json!(url);
        let request = Request::read(&event).expect("it has a ResponseURL");
        let id = request.physical_id("property-groups", &[]);
        prop_assert!((1..=LONGEST_ID).contains(&id.len()), "{} bytes", id.len());
        for name in ["StackId", "RequestId", "LogicalResourceId"] {
            let given = event[name].as_str().unwrap_or_default();
            let read = [&request.stack_id, &request.request_id, &request.logical_resource_id];
            prop_assert!(read.iter().any(|text| *text == given), "{name} is not as it came");
        }
        let _ = read::<AutoStart>(&request.properties);
        let _ = read::<PropertyGroups>(&request.old_properties);
    }

    #[test]
    fn a_value_that_may_be_a_secret_is_never_repeated(secret in "s3cr3t-[a-z]{8}", shape in 0..4) {
        let map = match shape {
            0 => json!(secret),
            1 => json!([secret]),
            2 => json!({ "password": [secret] }),
            _ => json!({ "password": { "is": secret } }),
        };
        let groups = json!([{ "PropertyGroupId": "g", "PropertyMap": map }]);
        let refused = read::<PropertyGroups>(&json!({ "ServiceToken": "t", "PropertyGroups": groups })).unwrap_err();
        prop_assert!(!refused.to_string().contains(&secret), "{refused}");
    }

    #[test]
    fn an_answer_goes_to_cloudformation_or_nowhere(url in hostile_url()) {
        let request = Request::read(&json!({ "ResponseURL": url })).expect("it has a ResponseURL");
        if request.response_url.to_be_used("eu-west-1", Some("http://127.0.0.1:4566")).is_ok() {
            // Judged by the parser that the HTTP client itself uses.
            let parsed = url::Url::parse(&url).expect("what is used is a URL");
            let origin = parsed.origin().ascii_serialization();
            prop_assert!(OURS.contains(&origin.as_str()), "{url} is {origin}");
            prop_assert!(parsed.username().is_empty() && parsed.password().is_none(), "{url}");
        }
    }
}

/// Every origin that an answer from eu-west-1 may go to: the response bucket's in each partition's form, and the
/// endpoint.
const OURS: [&str; 10] = [
    "https://cloudformation-custom-resource-response-euwest1.s3-eu-west-1.amazonaws.com",
    "https://cloudformation-custom-resource-response-euwest1.s3.eu-west-1.amazonaws.com",
    "https://cloudformation-custom-resource-response-euwest1.s3.amazonaws.com",
    "https://cloudformation-custom-resource-response-euwest1.s3-eu-west-1.amazonaws.com.cn",
    "https://cloudformation-custom-resource-response-euwest1.s3.eu-west-1.amazonaws.com.cn",
    "https://cloudformation-custom-resource-response-euwest1.s3.amazonaws.com.cn",
    "https://cloudformation-custom-resource-response-euwest1.s3-eu-west-1.amazonaws.eu",
    "https://cloudformation-custom-resource-response-euwest1.s3.eu-west-1.amazonaws.eu",
    "https://cloudformation-custom-resource-response-euwest1.s3.amazonaws.eu",
    "http://127.0.0.1:4566",
];

/// A good origin with something bad before, behind or inside it.
fn hostile_url() -> impl Strategy<Value = String> {
    let bad = prop_oneof![
        prop::sample::select(vec![
            "",
            "/",
            "\\",
            "@",
            ":",
            ":443",
            ":80",
            ".",
            "..",
            "#",
            "?",
            "%2e",
            "%00",
            "\t",
            "\n",
            "\r\n",
            " ",
            "//",
            "evil.example",
            "@evil.example",
            ".evil.example",
            "\\@evil.example",
            "evil.example/",
            "user:pass@",
            "\u{3002}",
            "\u{ff0f}",
            "\u{200b}",
            "-",
            "https://",
            "http://",
            "/key?Signature=x",
        ])
        .prop_map(str::to_owned),
        ".{0,3}",
    ];
    let good = prop::sample::select(OURS.to_vec());
    (good, prop::collection::vec((any::<prop::sample::Index>(), bad), 0..4), any::<bool>()).prop_map(
        |(good, insertions, is_upper)| {
            let mut url = if is_upper { good.to_uppercase() } else { good.to_owned() };
            for (at, bad) in insertions {
                let at = url.floor_char_boundary(at.index(url.len() + 1));
                url.insert_str(at, &bad);
            }
            url
        },
    )
}
