//! One refusal "at this moment" is no verdict: a healthy job whose snapshot another caller is taking, or that is in a failover, is not
//! force-stopped.

use local_aws::flink::{Hold, SnapshotStatus};
use local_aws::modes::SecondSnapshot;
use local_aws::{Modes, Options};

use super::*;
use crate::stage::{QUICK, person};

/// The service's own words, once or twice, from a job that is well.
fn refuse(deployment: &Deployment, action: &str, times: u32, code: &str) {
    let text = format!("Failed to take snapshot for the application {NAME} at this moment.");
    let text = if code == "ResourceInUseException" { "Application is in use".to_owned() } else { text };
    let role = role_of(deployment, GUARD);
    let fault = Fault::Refuse(ApiError::new(code, text));
    deployment.world().state().faults.inject_for(role, &format!("kinesisanalytics:{action}"), times, fault);
}

async fn running_where(second_snapshot: SecondSnapshot) -> Deployment {
    let modes = Modes { second_snapshot, ..Modes::default() };
    let deployment = Deployment::start(Options { modes, ..Options::default() }, &QUICK).await;
    assert_eq!(update(&deployment, "1", &[], &[]).await, Status::CreateComplete, "{}", why(&deployment));
    deployment
}

/// A healthy job that was refused a snapshot is tried again.
#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_job_that_was_refused_is_tried_again() {
    const REFUSED: &str = "InvalidApplicationConfigurationException";
    for (mode, action, code, times, outcome) in [
        ("Stop", "StopApplication", REFUSED, 2, "Stopped"),
        ("Probe", "CreateApplicationSnapshot", REFUSED, 2, "Probed"),
        ("Stop", "StopApplication", "ResourceInUseException", 9, "Stopped"),
        ("Probe", "CreateApplicationSnapshot", "ResourceInUseException", 9, "Probed"),
    ] {
        let deployment = running().await;
        refuse(&deployment, action, times, code);
        let status = update(&deployment, "2", &[], &[("GuardMode", mode)]).await;
        assert_eq!(status, Status::UpdateComplete, "{mode} {code}\n{}", why(&deployment));
        assert_eq!(self::outcome(&deployment)["Outcome"], outcome, "{mode} {code}");
        assert_eq!(application(&deployment).job.unwrap().jar.version, "2");
    }
}

/// A snapshot that the sweep is taking is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_the_sweep_is_taking_is_waited_for_and_not_cancelled() {
    for second in [SecondSnapshot::Refused, SecondSnapshot::InUse] {
        for (mode, outcome) in [("Stop", "Stopped"), ("Probe", "Probed")] {
            let deployment = running_where(second).await;
            {
                let mut state = deployment.world().state();
                state.flink.hold_snapshots(Hold::Looks(6));
                let name = json!({"SnapshotName": "flink-handlers-sweep-1"});
                person(deployment.world(), &mut state, "CreateApplicationSnapshot", name);
                state.flink.hold_snapshots(Hold::default());
            }
            let status = update(&deployment, "2", &[], &[("GuardMode", mode)]).await;
            assert_eq!(status, Status::UpdateComplete, "{second:?} {mode}\n{}", why(&deployment));
            assert_eq!(self::outcome(&deployment)["Outcome"], outcome, "{second:?} {mode}");
            let snapshots = application(&deployment).snapshots;
            let sweeps = snapshots.iter().find(|one| one.name == "flink-handlers-sweep-1").unwrap();
            assert_eq!(sweeps.status, SnapshotStatus::Ready, "{second:?} {mode}");
        }
    }
}

/// A proof that takes longer than StopMinutes stops nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_takes_longer_than_stop_minutes_stops_nothing() {
    let deployment = handlers().await;
    let mut template = Deployment::application_template();
    template["Resources"]["UpdateGuard"]["Properties"]["StopMinutes"] = json!("0");
    let tags = [("flink-unstick", "enabled")];
    for (version, ends) in [("1", Status::CreateComplete), ("2", Status::UpdateComplete)] {
        let key = deployment.upload(&jar(version, &[]));
        let parameters = [&with_jar(&key)[..], &[("GuardMode", "Probe")]].concat();
        let status = deployment.deploy_template(&template.to_string(), &parameters, &tags).await;
        assert_eq!(status, ends, "{}", why(&deployment));
        deployment.world().state().flink.hold_snapshots(Hold::Looks(6));
    }
    assert_eq!(outcome(&deployment)["Outcome"], "Probed");
    assert_eq!(mutations(&deployment, GUARD), ["CreateApplicationSnapshot"]);
}
