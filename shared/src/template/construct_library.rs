//! What the CDK construct library (`template/cdk`) takes from here instead of copying it: names of the contract,
//! limits, and the messages of refusals, as JSON.
//!
//! A message is the handler's own refusal of a value at fault, with `{placeholders}` where the value stood, so that
//! `cdk synth` and a failed stack say the same. The library's tests hold its checks against [`refusals`].

use serde_json::{Map, Value as Json, json};

use super::cloudformation::layout::{in_order, text_of};
use super::stacks::name_prefixes::MOST_PREFIXES;
use crate::contract::{
    AutoStart, Common, Function, MAX_ID_LENGTH, MAX_PROPERTY_LENGTH, PropertyGroups, UNSTICK, Unreadable, UpdateGuard,
    refusing, whole,
};
use crate::flink::ApplicationKind;
use crate::flink::PropertyGroup;
use crate::lifecycle::{MOST_GROUPS, MOST_KEYS, Refusal};

/// The library's files, by their paths beside the templates: what it reads, and what its tests compare it with.
#[must_use]
pub fn construct_library() -> [(&'static str, String); 2] {
    [("cdk/contract.json", contract()), ("cdk/test/refusals.json", refusals())]
        .map(|(path, members)| (path, text_of(in_order(&members)) + "\n"))
}

fn contract() -> Map<String, Json> {
    let resource = |kind: &str, function: Function| json!({"type": kind, "export": function.arn_export()});
    let guard = || UpdateGuard::<String>::of(Common::of(String::new()));
    let started = || AutoStart::<String>::of(Common::of(String::new()));
    let found = || Some("{found}".to_owned());
    Map::from_iter([
        ("updateGuard".to_owned(), resource(UpdateGuard::<String>::TYPE, Function::UpdateGuard)),
        ("propertyGroups".to_owned(), resource(PropertyGroups::<String>::TYPE, Function::PropertyGroups)),
        ("autoStart".to_owned(), resource(AutoStart::<String>::TYPE, Function::AutoStart)),
        ("consentTag".to_owned(), UNSTICK.into()),
        ("mostPrefixes".to_owned(), MOST_PREFIXES.into()),
        (
            "numbers".to_owned(),
            json!({
                "StabilizeSeconds": number("StabilizeSeconds", AutoStart::<String>::MAX_STABILIZE_SECONDS),
                "StopMinutes": number("StopMinutes", UpdateGuard::<String>::MAX_STOP_MINUTES),
                "MaxReplayHours": number("MaxReplayHours", UpdateGuard::<String>::MAX_REPLAY_HOURS),
            }),
        ),
        (
            "words".to_owned(),
            json!({
                "Mode": text(UpdateGuard { mode: found(), ..guard() }.mode()),
                "OnSnapshotFailure":
                    text(UpdateGuard { on_snapshot_failure: found(), ..guard() }.on_snapshot_failure()),
                "OnDelete": text(AutoStart { on_delete: found(), ..started() }.on_delete()),
            }),
        ),
        ("groups".to_owned(), group_limits()),
        ("notServed".to_owned(), not_served()),
    ])
}

/// The refusal of an application that is not a Flink one, and the resources that refuse, by how its RuntimeEnvironment
/// begins.
fn not_served() -> Json {
    let resources = ApplicationKind::OTHERS.map(|(kind, prefix)| (prefix.to_owned(), json!(refusing(kind))));
    json!({
        "message": of_another_kind("{application}", "{resource}", "{runtime}"),
        "resources": Map::from_iter(resources),
    })
}

/// What a handler answers: the refusal and what to do next.
fn of_another_kind(application: &str, resource: &'static str, runtime: &str) -> String {
    let refusal = Refusal::NotServed { application: application.to_owned(), resource, runtime: runtime.to_owned() };
    format!("{refusal} {}", refusal.remedy())
}

/// A property that is a whole number from 0.
fn number(path: &str, most: u32) -> Json {
    json!({"most": most, "message": text(whole(path, "{found}", most))})
}

/// The limits on property groups, each with the refusal of one too many.
fn group_limits() -> Json {
    let limit = |most: usize, offender: &[PropertyGroup]| {
        let message = refusal(offender).replace(&(most + 1).to_string(), "{count}");
        json!({"most": most, "message": message.replace("[0]", "[{index}]")})
    };
    let (long_key, shown) = ("k".repeat(MAX_PROPERTY_LENGTH + 1), "k".repeat(PropertyGroup::<String>::MAX_SHOWN));
    let long_value = "v".repeat(MAX_PROPERTY_LENGTH + 1);
    let key = limit(MAX_PROPERTY_LENGTH, &[group("a", [(long_key, "v".into())])]);
    let id = refusal(&[group("{id}", [("k".into(), "v".into())])]).replace("[0]", "[{index}]");
    json!({
        "shown": PropertyGroup::<String>::MAX_SHOWN,
        "groups": limit(MOST_GROUPS, &groups(MOST_GROUPS + 1)),
        "keys": limit(MOST_KEYS, &[group("a", keys(MOST_KEYS + 1))]),
        "key": {"most": key["most"], "message": key["message"].as_str().unwrap_or_default().replace(&shown, "{key}")},
        "value": limit(MAX_PROPERTY_LENGTH, &[group("a", [("{key}".into(), long_value)])]),
        "id": {"pattern": format!("^[a-zA-Z0-9_.-]{{1,{MAX_ID_LENGTH}}}$"), "message": id},
    })
}

/// Groups as the library takes them, each with what the handler says of it: `null` for groups that it takes; and the
/// refusals of an application by its RuntimeEnvironment.
fn refusals() -> Map<String, Json> {
    let one = |id: &str, key: &str, value: &str| vec![group(id, [(key.to_owned(), value.to_owned())])];
    let full = "é".repeat(MAX_PROPERTY_LENGTH);
    let cases = [
        one("g", "k", "v"),
        one(&"g".repeat(MAX_ID_LENGTH), &full, &full),
        groups(MOST_GROUPS),
        vec![group("g", keys(MOST_KEYS))],
        vec![],
        groups(MOST_GROUPS + 1),
        vec![group("g", keys(MOST_KEYS + 1))],
        vec![group("g", [])],
        one("", "k", "v"),
        one("a b", "k", "v"),
        one("ä", "k", "v"),
        one(&"g".repeat(MAX_ID_LENGTH + 1), "k", "v"),
        one(&" ".repeat(MAX_PROPERTY_LENGTH), "k", "v"),
        one("g", "", "v"),
        one("g", "k", ""),
        one("g", &format!("{full}é"), "v"),
        one("g", "k", &format!("{full}🦀")),
    ];
    let case = |groups: Vec<PropertyGroup>| {
        let said = PropertyGroup::check_all(&groups).err().map(|refusal| refusal.to_string());
        let given = groups.into_iter().map(|group| (group.id, json!(group.map)));
        json!({"propertyGroups": given.collect::<Map<_, _>>(), "message": said})
    };
    let kinds = ["FLINK-1_20", "FLINK-2_3", "ZEPPELIN-FLINK-3_0", "SQL-1_0"].map(|runtime| {
        let resources = refusing(ApplicationKind::of(runtime)).iter();
        let messages = resources.map(|resource| of_another_kind("Orders/App", resource, runtime));
        json!({"runtime": runtime, "messages": messages.collect::<Vec<_>>()})
    });
    Map::from_iter([
        ("cases".to_owned(), cases.into_iter().map(case).collect()),
        ("kinds".to_owned(), kinds.into_iter().collect()),
    ])
}

fn group(id: &str, pairs: impl IntoIterator<Item = (String, String)>) -> PropertyGroup {
    PropertyGroup { id: id.to_owned(), map: pairs.into_iter().collect() }
}

fn groups(count: usize) -> Vec<PropertyGroup> {
    (0..count).map(|n| group(&format!("g{n:02}"), [("k".into(), "v".into())])).collect()
}

fn keys(count: usize) -> impl Iterator<Item = (String, String)> {
    (0..count).map(|n| (format!("k{n:02}"), "v".to_owned()))
}

fn refusal(groups: &[PropertyGroup]) -> String {
    text(PropertyGroup::check_all(groups))
}

/// The refusal's text; empty where nothing was refused, which a test finds.
fn text<T>(checked: Result<T, Unreadable>) -> String {
    checked.err().map(|refusal| refusal.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_of_the_construct_library_names_what_was_found() {
        let contract = contract();
        let limits = ["groups", "keys", "key", "value"].map(|name| &contract["groups"][name]["message"]);
        for message in limits {
            assert!(message.as_str().unwrap().contains("{count}"), "{message}");
        }
        for messages in [&contract["numbers"], &contract["words"]] {
            for (name, message) in messages.as_object().unwrap() {
                let text = message.as_str().or(message["message"].as_str()).unwrap();
                assert!(text.starts_with(name.as_str()) && text.contains("{found}"), "{text}");
            }
        }
    }
}
