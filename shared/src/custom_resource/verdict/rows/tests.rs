use super::*;
use serde_json::{Value, json};

const STACK: &str = "arn:s";
const OURS: &str = "auto-start/app/Start";
const TYPE: &str = "Custom::FlinkAutoStart";

fn request(request_type: &str) -> Request {
    let event = json!({"ResponseURL": "u", "RequestType": request_type, "StackId": STACK, "LogicalResourceId": "Start",
        "PhysicalResourceId": OURS, "ResourceProperties": {}});
    Request::read(&event).unwrap()
}

type Short = (&'static str, &'static str, &'static str);

/// Rows as `(logical ID, status, physical ID)`, newest first; their IDs count from the oldest, which is `1`.
fn rows(all: &[Short]) -> Rows {
    let number = |index: usize| (all.len() - index).to_string();
    let row = |(index, (logical_id, status, physical_id)): (usize, &Short)| Row {
        id: number(index),
        time: number(index).parse().unwrap(),
        logical_id: (*logical_id).to_owned(),
        physical_id: (*physical_id).to_owned(),
        resource_type: if *logical_id == "Start" { TYPE.to_owned() } else { String::new() },
        status: (*status).to_owned(),
        properties: Value::Null,
    };
    Rows(all.iter().enumerate().map(row).collect())
}

const BEGAN: Short = ("stack", "UPDATE_IN_PROGRESS", STACK);
const BACK: Short = ("stack", "UPDATE_ROLLBACK_IN_PROGRESS", STACK);
const CLEANUP: Short = ("stack", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", STACK);
const ENDED: Short = ("stack", "UPDATE_COMPLETE", STACK);
const WAITING: Short = ("Start", "UPDATE_IN_PROGRESS", OURS);
const ANSWERED: Short = ("Start", "UPDATE_COMPLETE", OURS);
const GOING: Short = ("Start", "DELETE_IN_PROGRESS", OURS);
const GONE: Short = ("Start", "DELETE_COMPLETE", OURS);

/// What the rows say at first, and once they were waited for.
fn standings(all: &Rows, request_type: &str, status: &str) -> [RowStanding; 2] {
    [false, true].map(|is_patient| {
        let context = Context { stack: STACK, resource_type: TYPE, physical_id: OURS, status, is_patient };
        all.standing(&request(request_type), context)
    })
}

fn of(all: &[Short], request_type: &str, status: &str) -> [RowStanding; 2] {
    standings(&rows(all), request_type, status)
}

fn is_refused_at_last(standings: &[RowStanding; 2]) -> bool {
    matches!(standings, [RowStanding::Doubtful, RowStanding::NotAwaited(_)])
}

const UPDATE: &str = "UPDATE_IN_PROGRESS";
const ROLLBACK: &str = "UPDATE_ROLLBACK_IN_PROGRESS";
const AWAITED: [RowStanding; 2] = [RowStanding::Awaited, RowStanding::Awaited];
const ANSWERED_BEFORE: [RowStanding; 2] = [RowStanding::AnsweredBefore, RowStanding::AnsweredBefore];

#[test]
fn a_request_with_a_row_in_progress_is_worked() {
    assert_eq!(of(&[WAITING, BEGAN], "Update", UPDATE), AWAITED);
    assert_eq!(of(&[WAITING, BACK, ANSWERED, WAITING, BEGAN], "Update", ROLLBACK), AWAITED);
    let create = ("Start", "CREATE_IN_PROGRESS", "");
    assert_eq!(of(&[create, BEGAN], "Create", UPDATE), AWAITED);
    // Where rows cannot be read, or do not show the stack: work and answer.
    assert_eq!(of(&[], "Update", UPDATE), AWAITED);
    assert_eq!(of(&[ANSWERED], "Update", UPDATE), AWAITED);
}

#[test]
fn a_settled_row_of_this_operation_is_an_answer() {
    assert_eq!(of(&[ANSWERED, WAITING, BEGAN], "Update", UPDATE), ANSWERED_BEFORE);
    assert_eq!(of(&[CLEANUP, ANSWERED, WAITING, BEGAN], "Update", CLEANUP.1), ANSWERED_BEFORE);
    assert_eq!(of(&[ENDED, CLEANUP, ANSWERED, WAITING, BEGAN], "Update", ENDED.1), ANSWERED_BEFORE);
    let cancelled = ("Start", "UPDATE_FAILED", OURS);
    assert_eq!(of(&[cancelled, WAITING, BEGAN], "Update", UPDATE), ANSWERED_BEFORE);
}

#[test]
fn a_settled_row_of_the_operation_before_is_none() {
    let before = [ENDED, CLEANUP, ANSWERED, WAITING, BEGAN];
    let with = |newer: &[Short]| [newer, &before].concat();
    assert!(is_refused_at_last(&of(&with(&[BEGAN]), "Update", UPDATE)), "the resource's row is late");
    assert!(is_refused_at_last(&of(&before, "Update", UPDATE)), "the stack's row is late too");
    assert!(is_refused_at_last(&of(&[BACK, ANSWERED, WAITING, BEGAN], "Update", ROLLBACK)), "the way back is its own");
    assert!(is_refused_at_last(&of(&[ANSWERED, WAITING, BEGAN], "Update", ROLLBACK)));
}

#[test]
fn a_row_in_progress_whose_stack_may_have_turned_back_is_looked_at_again_and_then_worked() {
    assert_eq!(of(&[WAITING, BEGAN], "Update", ROLLBACK), [RowStanding::Doubtful, RowStanding::Awaited]);
}

#[test]
fn a_request_without_a_row_of_its_kind_is_forged_or_stale() {
    assert!(is_refused_at_last(&of(&[BEGAN], "Update", UPDATE)));
    assert!(is_refused_at_last(&of(&[BEGAN], "Delete", UPDATE)));
    assert!(is_refused_at_last(&of(&[WAITING, BEGAN], "Create", UPDATE)));
    assert!(is_refused_at_last(&of(&[WAITING, BEGAN], "Delete", UPDATE)));
    assert!(is_refused_at_last(&of(&[GOING, BEGAN], "Update", UPDATE)));
    assert!(is_refused_at_last(&of(&[("Start", "UPDATE_COMPLETE", "another"), BEGAN], "Update", UPDATE)));
}

#[test]
fn a_delete_is_known_by_its_physical_id() {
    assert_eq!(of(&[GOING, CLEANUP, ("Start", "UPDATE_COMPLETE", "new"), BEGAN], "Delete", CLEANUP.1), AWAITED);
    let replacement = ("Start", "UPDATE_COMPLETE", "new");
    assert_eq!(of(&[replacement, GOING, BEGAN], "Delete", UPDATE), AWAITED);
    assert!(is_refused_at_last(&of(&[("Start", "DELETE_IN_PROGRESS", "another"), BEGAN], "Delete", UPDATE)));
    assert!(is_refused_at_last(&of(&[GONE, GOING, BEGAN], "Delete", UPDATE)), "it was answered");
}

#[test]
fn a_row_of_another_type_is_refused_at_once() {
    let mut all = rows(&[WAITING, BEGAN]);
    all.0[0].resource_type = "AWS::KinesisAnalyticsV2::Application".into();
    for request_type in ["Create", "Update", "Delete"] {
        let [first, _] = standings(&all, request_type, UPDATE);
        let RowStanding::NotAwaited(found) = first else { panic!("{first:?}") };
        assert_eq!(found, "it is a AWS::KinesisAnalyticsV2::Application, expected a Custom::FlinkAutoStart");
    }
    all.0[0].resource_type = types::CUSTOM_RESOURCE.into();
    assert_eq!(standings(&all, "Update", UPDATE), AWAITED);
}

#[test]
fn a_stack_that_is_named_otherwise_than_cloudformation_names_it_is_refused_at_once() {
    // DescribeStacks takes a name, and then no row would be the stack's.
    let all = rows(&[WAITING, BEGAN]);
    let context =
        Context { stack: "arn:s/1", resource_type: TYPE, physical_id: OURS, status: UPDATE, is_patient: false };
    assert_eq!(
        all.standing(&request("Update"), context),
        RowStanding::NotAwaited("it names the stack arn:s, not arn:s/1".into())
    );
}

#[test]
fn what_is_restored_was_deployed_by_the_last_operation_that_did_not_go_back() {
    let went_back = [("stack", "UPDATE_ROLLBACK_COMPLETE", STACK), ANSWERED, WAITING, BACK, ANSWERED, WAITING, BEGAN];
    let mut all = rows(
        &[&[WAITING, BACK, ANSWERED, WAITING, BEGAN], &went_back[..], &[ENDED, ANSWERED, WAITING, BEGAN]].concat(),
    );
    let digest = |digest: &str| json!({"ServiceToken": "t", "ConfigurationDigest": digest});
    for row in &mut all.0 {
        row.properties = digest("failed");
    }
    all.0[13].properties = digest("restored");
    let stands = |given: &str| {
        let mut update = request("Update");
        update.properties = digest(given);
        // A forged request says whatever suits it.
        update.old_properties = digest("failed");
        let context =
            Context { stack: STACK, resource_type: TYPE, physical_id: OURS, status: ROLLBACK, is_patient: true };
        all.standing(&update, context)
    };
    assert_eq!(stands("restored"), RowStanding::Awaited);
    assert_eq!(stands("forged"), RowStanding::NotAwaited("its row has another ConfigurationDigest".into()));
    let is_enough = |rows: usize| Rows::is_enough(&all.0[..rows], &request("Update"));
    assert!(!is_enough(5) && !is_enough(13) && is_enough(14));
}

#[test]
fn a_row_with_other_properties_is_refused_at_once_and_supersedes_when_they_come_late() {
    let mut all = rows(&[WAITING, BEGAN]);
    let first = all.handover(&request("Update"), UPDATE, 9, None);
    all.0[0].properties = json!({"ApplicationName": "another"});
    let [standing, _] = standings(&all, "Update", UPDATE);
    assert_eq!(standing, RowStanding::NotAwaited("its row has another ApplicationName".into()));
    assert!(all.is_superseded(&request("Update"), &first, UPDATE));
}

#[test]
fn another_row_or_another_status_of_the_stack_supersedes() {
    let request = request("Update");
    let seen = rows(&[WAITING, BEGAN]);
    let first = seen.handover(&request, UPDATE, 9, None);
    assert_eq!((first.row.as_str(), first.first_seen), ("2", Some(9)));
    assert!(!seen.is_superseded(&request, &first, UPDATE));
    assert!(seen.is_superseded(&request, &first, ROLLBACK));
    let later = rows(&[ANSWERED, WAITING, BEGAN]);
    assert!(later.is_superseded(&request, &first, UPDATE) && later.is_over(&request, &first));
    // What cannot be read says nothing.
    let unread = Rows::default();
    assert!(!unread.is_superseded(&request, &first, UPDATE) && !unread.is_over(&request, &first));
}

#[test]
fn the_rollback_is_an_operation_for_the_clock_and_none_for_the_marker() {
    let request = request("Update");
    let back = rows(&[WAITING, BACK, WAITING, BEGAN]);
    assert_eq!((back.since(&request), back.deployed_since(&request)), (Some(4), Some(3)));
    assert_eq!(back.operation(&request), "1");
    assert_eq!(rows(&[ANSWERED, BEGAN]).since(&request), None);
    let goes_back = |all: &[Short]| rows(all).rolls_back(&request);
    assert_eq!([goes_back(&[BACK, BEGAN]), goes_back(&[BEGAN]), goes_back(&[])], [Some(true), Some(false), None]);
}

#[test]
fn what_was_handed_over_is_handed_on_once_it_says_what_the_stack_was() {
    let (request, seen) = (request("Update"), rows(&[WAITING, BEGAN]));
    let nothing_learned = Handover { hop: 1, first_seen: Some(3), ..Handover::default() };
    let learned = seen.handover(&request, UPDATE, 3, Some(nothing_learned));
    assert_eq!((learned.hop, learned.status.as_str(), learned.row.as_str()), (1, UPDATE, "2"));
    assert_eq!(rows(&[ANSWERED]).handover(&request, ROLLBACK, 3, Some(learned.clone())), learned);
}

#[test]
fn rows_are_read_back_to_the_beginning_of_the_operation() {
    let enough = |all| Rows::is_enough(&rows(all).0, &request("Update"));
    assert!(!enough(&[WAITING]) && enough(&[WAITING, BEGAN]));
    assert!(!enough(&[WAITING, BACK]) && !enough(&[WAITING, BACK, BEGAN]), "what is restored is older");
}

#[test]
fn only_rows_of_the_operation_say_that_it_reached_the_application() {
    let mut all = rows(&[WAITING, BEGAN, ("Application", "UPDATE_COMPLETE", "app")]);
    all.0[2].resource_type = "AWS::KinesisAnalyticsV2::Application".into();
    assert!(!all.has_reached_an_application(&request("Update")));
    all.0.swap(1, 2);
    assert!(all.has_reached_an_application(&request("Update")));
}
