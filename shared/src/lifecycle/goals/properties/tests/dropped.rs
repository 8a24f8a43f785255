//! What the deployment's own update dropped from a running job.

use super::*;

#[test]
fn keys_that_an_update_of_this_deployment_dropped_from_a_running_job_are_named_as_such() {
    let (given, before) = ([("ours", "stream", "s")], Some(Timestamp(0)));
    for (status, deployed_since, how) in [
        (ApplicationStatus::Running, before, KeyAction::Wiped),
        (ApplicationStatus::Ready, before, KeyAction::Repaired),
        (ApplicationStatus::Running, Some(Timestamp(10_000_000)), KeyAction::Repaired),
        // No update reached the application, so it dropped nothing.
        (ApplicationStatus::Running, None, KeyAction::Repaired),
    ] {
        let goal = Properties { deployed_since, ..properties(&given, &given, ConflictPolicy::Fail) };
        let mut observed = with(&[], status);
        let step = next_step(&Goal::Properties(goal.clone()), &observed);
        let Step::Call(call, _) = step else { panic!("{step:?}") };
        observed.attempts.accepted(&call);
        app(&mut observed).groups = groups(&given);
        assert_eq!(next_step(&Goal::Properties(goal), &observed), done(&[("ours/stream", how)]), "{status}");
    }
}
