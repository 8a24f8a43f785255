//! An application in a status that passes: nothing is lost by waiting, and nothing can be said of what comes after it.

use super::*;

const PASSING: [ApplicationStatus; 7] = [
    ApplicationStatus::Starting,
    ApplicationStatus::Stopping,
    ApplicationStatus::Updating,
    ApplicationStatus::Autoscaling,
    ApplicationStatus::ForceStopping,
    ApplicationStatus::RollingBack,
    ApplicationStatus::Maintenance,
];

fn busy(status: ApplicationStatus, given: &[(&str, &str)]) -> Proposal {
    let mut proposal = proposal(given);
    proposal.applications.get_mut("Application").unwrap().status = status;
    proposal
}

#[test]
fn what_a_deployment_meets_in_a_passing_status_it_cannot_tell() {
    for status in PASSING {
        let answer = plan(&busy(status, &[("JarKey", "b")]));
        assert_eq!((answer.outlook, answer.outlook.exit_code()), (Outlook::CannotTell, 2), "{answer:?}");
        assert_eq!(answer.sentence, "orders is UPDATE_COMPLETE: cannot tell everything before the deployment");
        let restart = format!(
            "cannot tell: it is {status}; plan and deploy when that is over; the guard waits for that, at most StopMinutes"
        );
        assert_eq!(answer.restart.sentence, restart);
        let unknown = format!("cannot tell: it is {status}");
        assert_eq!([&answer.snapshot.sentence, &answer.state.sentence], [&unknown; 2]);
    }
}

#[test]
fn without_a_guard_nothing_waits() {
    let mut unguarded = busy(ApplicationStatus::Starting, &[("JarKey", "b")]);
    both(&mut unguarded, |template| {
        template["Resources"].as_object_mut().unwrap().remove("UpdateGuard");
    });
    let answer = plan(&unguarded);
    assert_eq!(answer.restart.sentence, "cannot tell: it is STARTING; plan and deploy when that is over");
}

#[test]
fn a_deployment_that_leaves_it_alone_need_not_wait() {
    for status in PASSING {
        let mut logs = busy(status, &[("Days", "7")]);
        both(&mut logs, |template| {
            template["Resources"].as_object_mut().unwrap().remove("Groups");
        });
        let answer = plan(&logs);
        assert_eq!(changes(&answer), ["Logs Modify"]);
        assert_eq!((answer.outlook, answer.state.sentence.as_str()), (Outlook::GoesThrough, "untouched"), "{answer:?}");
        assert_eq!(answer.restart.sentence, format!("it is {status}, and nothing of it changes"));
        assert_eq!(plan(&busy(status, &[])).outlook, Outlook::Nothing);
    }
}

#[test]
fn state_that_is_given_up_is_given_up_in_any_status() {
    let mut skip = busy(ApplicationStatus::Starting, &[("JarKey", "b")]);
    skip.template["Resources"]["AutoStart"]["Properties"]["RunConfiguration"] =
        json!({"ApplicationRestoreConfiguration": {"ApplicationRestoreType": "SKIP_RESTORE_FROM_SNAPSHOT"}});
    let answer = plan(&skip);
    assert_eq!((answer.outlook, answer.outlook.exit_code()), (Outlook::AtRisk, 1), "{answer:?}");
    assert_eq!(answer.state.sentence, "GIVEN UP: SKIP_RESTORE_FROM_SNAPSHOT starts it empty");
}
