use super::*;
use serde_json::json;

const STACK: &str = "arn:s";
const OURS: &str = "auto-start/app/Start";

fn request(request_type: &str) -> Request {
    let event = json!({"ResponseURL": "u", "RequestType": request_type, "StackId": STACK, "LogicalResourceId": "Start",
        "PhysicalResourceId": OURS});
    Request::read(&event).unwrap()
}

/// Rows as `(logical ID, status, physical ID)`, newest first; their IDs count from the oldest, which is `1`.
fn rows(all: &[(&str, &str, &str)]) -> Rows {
    let number = |index: usize| (all.len() - index).to_string();
    let row = |(index, (logical_id, status, physical_id)): (usize, &(&str, &str, &str))| Row {
        id: number(index),
        time: number(index).parse().unwrap(),
        logical_id: (*logical_id).to_owned(),
        physical_id: (*physical_id).to_owned(),
        status: (*status).to_owned(),
        ..Row::default()
    };
    Rows(all.iter().enumerate().map(row).collect())
}

const BEGAN: (&str, &str, &str) = ("stack", "UPDATE_IN_PROGRESS", STACK);
const WAITING: (&str, &str, &str) = ("Start", "UPDATE_IN_PROGRESS", OURS);
const ANSWERED: (&str, &str, &str) = ("Start", "UPDATE_COMPLETE", OURS);

#[test]
fn a_request_whose_newest_row_is_settled_was_answered_before_once_a_second_look_says_so() {
    let of = |all: &[_], request_type, looks| rows(all).standing(&request(request_type), OURS, looks);
    assert_eq!(of(&[WAITING, BEGAN], "Update", 1), Standing::Awaited);
    assert_eq!(of(&[], "Update", 1), Standing::Awaited);
    assert_eq!(of(&[ANSWERED, WAITING, BEGAN], "Update", 1), Standing::Doubtful);
    assert_eq!(of(&[ANSWERED, WAITING, BEGAN], "Update", 2), Standing::AnsweredBefore);
    assert_eq!(of(&[ANSWERED, WAITING, BEGAN], "Delete", 2), Standing::Awaited);
    assert_eq!(of(&[("Start", "UPDATE_COMPLETE", "another"), BEGAN], "Update", 2), Standing::Awaited);
}

#[test]
fn another_row_or_another_status_of_the_stack_supersedes() {
    let request = request("Update");
    let seen = rows(&[WAITING, BEGAN]);
    let first = seen.handover(&request, "UPDATE_IN_PROGRESS", 9);
    assert_eq!((first.row.as_str(), first.first_seen), ("2", Some(9)));
    assert!(!seen.is_superseded(&request, &first, "UPDATE_IN_PROGRESS"));
    assert!(seen.is_superseded(&request, &first, "UPDATE_ROLLBACK_IN_PROGRESS"));
    let later = rows(&[ANSWERED, WAITING, BEGAN]);
    assert!(later.is_superseded(&request, &first, "UPDATE_IN_PROGRESS") && later.is_over(&request, &first));
    // What cannot be read says nothing.
    let unread = Rows::default();
    assert!(!unread.is_superseded(&request, &first, "UPDATE_IN_PROGRESS") && !unread.is_over(&request, &first));
}

#[test]
fn the_rollback_is_an_operation_for_the_clock_and_none_for_the_marker() {
    let request = request("Update");
    let back = rows(&[WAITING, ("stack", "UPDATE_ROLLBACK_IN_PROGRESS", STACK), WAITING, BEGAN]);
    assert_eq!((back.since(&request), back.deployed_since(&request)), (Some(4), Some(3)));
    assert_eq!(back.operation(&request), "1");
    assert_eq!(rows(&[ANSWERED, BEGAN]).since(&request), None);
}

#[test]
fn rows_are_read_back_to_the_operation_and_to_the_resource() {
    let enough = |all| Rows::is_enough(&rows(all).0, &request("Update"));
    assert!(!enough(&[BEGAN]) && !enough(&[WAITING]) && enough(&[BEGAN, ANSWERED]));
}

#[test]
fn only_rows_of_the_operation_say_that_it_reached_the_application() {
    let mut all = rows(&[WAITING, BEGAN, ("Application", "UPDATE_COMPLETE", "app")]);
    all.0[2].resource_type = "AWS::KinesisAnalyticsV2::Application".into();
    assert!(!all.has_reached_an_application(&request("Update")));
    all.0.swap(1, 2);
    assert!(all.has_reached_an_application(&request("Update")));
}
