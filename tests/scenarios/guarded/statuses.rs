//! Whatever status the guard finds, in either mode: it stops or proves what runs, waits for what passes, and leaves the
//! rest alone.

use local_aws::flink::Hold;

use super::*;
use crate::stage::stop;

/// The application enters this status, which shows itself twice.
fn enters(deployment: &Deployment, status: Flink) {
    let mut state = deployment.world().state();
    state.flink.hold(NAME, status, Hold::Looks(2));
    flink::put_status(&mut state, NAME, status);
}

/// Whether a line of the guard's log says this; see [`crate::stage::is_logged`].
fn is_logged(deployment: &Deployment, text: &str) -> bool {
    let state = deployment.world().state();
    state.lambda.logs.iter().any(|line| line.function == GUARD && line.line.contains(text))
}

/// The committed template, whose guard waits for nothing.
fn impatient() -> String {
    let mut template = Deployment::application_template();
    template["Resources"]["UpdateGuard"]["Properties"]["StopMinutes"] = json!("0");
    template.to_string()
}

/// In either mode a running job is stopped or proven, and a transient status is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn what_runs_is_stopped_or_proven_and_what_passes_is_waited_for() {
    for (mode, guarded) in [("Stop", "Stopped"), ("Probe", "Probed")] {
        let deployment = running().await;
        for (round, (status, outcome)) in [
            (Flink::Running, guarded),
            (Flink::Starting, guarded),
            (Flink::Updating, guarded),
            (Flink::Autoscaling, guarded),
            (Flink::RollingBack, guarded),
            (Flink::Maintenance, guarded),
            (Flink::Stopping, "NotRunning"),
            (Flink::ForceStopping, "NotRunning"),
            (Flink::Ready, "NotRunning"),
        ]
        .into_iter()
        .enumerate()
        {
            match status {
                Flink::Ready => stop(&deployment),
                Flink::Running => {}
                passes => enters(&deployment, passes),
            }
            let version = (round + 2).to_string();
            let ended = update(&deployment, &version, &[], &[("GuardMode", mode)]).await;
            assert_eq!(ended, Status::UpdateComplete, "{mode} {status}\n{}", why(&deployment));
            assert_eq!(self::outcome(&deployment)["Outcome"], outcome, "{mode} {status}");
            let waited = is_logged(&deployment, &format!("the application is {status}, which passes"));
            assert_eq!(waited, ![Flink::Ready, Flink::Running].contains(&status), "{mode} {status}");
            assert_eq!(application(&deployment).status, Flink::Running, "{mode} {status}");
        }
    }
}

/// A status that takes no update anyway is left alone.
#[tokio::test(flavor = "multi_thread")]
async fn what_takes_no_update_anyway_is_left_alone() {
    for mode in ["Stop", "Probe"] {
        for (status, outcome) in [(Flink::RolledBack, "NotRunning"), (Flink::Deleting, "NoApplication")] {
            let deployment = running().await;
            deployment.world().state().flink.hold(NAME, status, Hold::UntilReleased);
            flink::put_status(&mut deployment.world().state(), NAME, status);
            // The application itself takes no update then, and says so.
            update(&deployment, "2", &[], &[("GuardMode", mode)]).await;
            let message = answers(&deployment, "UpdateGuard");
            assert_eq!(
                [&message[1]["Status"], &message[1]["Data"]["Outcome"]],
                ["SUCCESS", outcome],
                "{mode} {status}"
            );
            assert!(mutations(&deployment, GUARD).is_empty(), "{mode} {status}");
        }
    }
}

/// An unknown status fails the deployment with its word.
#[tokio::test(flavor = "multi_thread")]
async fn a_status_word_that_is_not_known_yet_fails_the_deployment_with_the_word_in_it() {
    for mode in ["Stop", "Probe"] {
        let deployment = running().await;
        deployment.world().state().flink.applications.get_mut(NAME).unwrap().word = Some("HIBERNATING".to_owned());
        let status = update(&deployment, "2", &[], &[("GuardMode", mode)]).await;
        assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
        let reasons = reasons(&deployment, "UpdateGuard").join("\n");
        assert!(reasons.contains("HIBERNATING") && reasons.contains("Update the handlers"), "{reasons}");
        assert!(mutations(&deployment, GUARD).is_empty());
    }
}

/// A status that does not pass within StopMinutes is a failed snapshot: OnSnapshotFailure applies.
#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_does_not_pass_is_what_the_policy_says() {
    for (policy, ends, said) in [
        ("ForceStop", Status::UpdateComplete, "ForceStopped"),
        (
            "Fail",
            Status::UpdateRollbackComplete,
            "The application does not come to rest: flink-test: it is AUTOSCALING for too long",
        ),
    ] {
        let deployment = handlers().await;
        let tags = [("flink-unstick", "enabled")];
        for (version, ends) in [("1", Status::CreateComplete), ("2", ends)] {
            let key = deployment.upload(&jar(version, &[]));
            let parameters = [&with_jar(&key)[..], &[("OnSnapshotFailure", policy)]].concat();
            let status = deployment.deploy_template(&impatient(), &parameters, &tags).await;
            assert_eq!(status, ends, "{policy}\n{}", why(&deployment));
            deployment.world().state().flink.hold(NAME, Flink::Autoscaling, Hold::UntilReleased);
            flink::put_status(&mut deployment.world().state(), NAME, Flink::Autoscaling);
        }
        let message = answers(&deployment, "UpdateGuard")[1].clone();
        let message = message.to_string();
        assert!(message.contains(said), "{policy}: {message}");
    }
}

/// An application with snapshots disabled is left alone, and that is reported.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_without_snapshots_is_left_alone_and_that_is_reported() {
    let deployment = handlers().await;
    let mut template = Deployment::application_template();
    let configuration = &mut template["Resources"]["Application"]["Properties"]["ApplicationConfiguration"];
    configuration["ApplicationSnapshotConfiguration"]["SnapshotsEnabled"] = json!(false);
    let tags = [("flink-unstick", "enabled")];
    for (version, ends) in [("1", Status::CreateComplete), ("2", Status::UpdateComplete)] {
        let key = deployment.upload(&jar(version, &["poison"]));
        let status = deployment.deploy_template(&template.to_string(), &with_jar(&key), &tags).await;
        assert_eq!(status, ends, "{}", why(&deployment));
        deployment.record("poison");
    }
    assert_eq!(outcome(&deployment)["Outcome"], "SnapshotsDisabled");
    assert!(mutations(&deployment, GUARD).is_empty(), "no update of it needs a snapshot");
}
