//! What one invocation tried, and what it hands on.

use super::*;
use crate::flink::{Operation, OperationStatus};

#[test]
fn what_is_kept_is_known_again() {
    let mut attempts =
        Attempts { conflicts_since: Some(Timestamp(7)), newest_at_first: Some("op".into()), ..Attempts::default() };
    let running = super::super::fixtures::seen(ApplicationStatus::Running).application;
    attempts.looked(running.as_ref(), Timestamp(9));
    let mut next = Attempts::after(&attempts.kept());
    assert_eq!((next.conflicts_since, next.steady_before), (Some(Timestamp(7)), Some(Timestamp(9))));
    next.looked(running.as_ref(), Timestamp(60));
    assert_eq!(next.kept(), attempts.kept(), "and handed on from one to the next");
    assert_eq!(next.newest_at_first.as_deref(), Some("op"));
    assert_eq!(Attempts::after(&BTreeMap::from([("Tomorrow".into(), "x".into())])), Attempts::default());
}

#[test]
fn what_was_not_there_at_the_first_look_is_new() {
    let listed = |ids: &[&str]| {
        let operation = |id: &&str| Operation {
            id: (*id).to_owned(),
            is_new: false,
            kind: "StartApplication".into(),
            status: OperationStatus::Failed,
            started: Timestamp(0),
            ended: None,
            error: None,
        };
        Operations::Listed(ids.iter().map(operation).collect())
    };
    let new = |attempts: &mut Attempts, ids: &[&str]| {
        let mut operations = listed(ids);
        attempts.note_new(&mut operations);
        let Operations::Listed(all) = operations else { panic!() };
        all.iter().filter(|one| one.is_new).map(|one| one.id.clone()).collect::<Vec<_>>()
    };
    let mut attempts = Attempts::default();
    assert!(new(&mut attempts, &["b", "a"]).is_empty());
    assert_eq!(new(&mut attempts, &["d", "c", "b", "a"]), ["d", "c"]);
    // The next invocation knows it too.
    assert_eq!(new(&mut Attempts::after(&attempts.kept()), &["c", "b"]), ["c"]);
    let mut first = Attempts::default();
    assert!(new(&mut first, &[]).is_empty());
    assert_eq!(new(&mut first, &["a"]), ["a"]);
    let mut unreadable = Operations::Unreadable;
    first.note_new(&mut unreadable);
    assert_eq!(unreadable, Operations::Unreadable);
}
