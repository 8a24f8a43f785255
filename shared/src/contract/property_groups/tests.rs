//! What the last version of a resource gave, and what is said of its keys.

use super::*;
use serde_json::json;

#[test]
fn what_can_be_read_of_an_older_template_is_ours_and_the_rest_is_not() {
    let old = json!({"ConflictPolicy": "Keep", "PropertyGroups": [
        {"PropertyGroupId": "a", "PropertyMap": {"k": "v"}}, {"PropertyGroupId": "b"}, 7]});
    let given = PreviousGroups::by(&old);
    assert_eq!(given.groups.iter().map(|group| group.id.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!((given.policy, given.unread), (ConflictPolicy::Keep, true));
    assert!(PreviousGroups::by(&json!({"PropertyGroups": "hunter2"})).unread);
}

#[test]
fn what_an_update_dropped_from_a_running_job_is_named_with_what_prevents_it() {
    let text = describe_groups(&[KeyChange { place: "g/a".into(), how: KeyAction::Wiped }], false);
    assert!(text.contains("had dropped them from the RUNNING job"), "{text}");
    assert!(text.ends_with("EnvironmentProperties the same groups: g/a."), "{text}");
}

#[test]
fn what_was_settled_is_described_by_key() {
    let one = |place: &str, how| KeyChange { place: place.into(), how };
    let settled = vec![one("g/a", KeyAction::Repaired), one("g/b", KeyAction::Kept), one("h/c", KeyAction::Kept)];
    let text = describe_groups(&settled, false);
    assert!(text.contains("behind this resource's back: g/a."), "{text}");
    assert!(text.ends_with("Kept, since this resource did not set them: g/b, h/c."), "{text}");
}
