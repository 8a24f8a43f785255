//! The way back to Flink 1 without a guard, an update in place: what its failure leaves is brought back by auto-start,
//! and what gets stuck by the unsticker.

use local_aws::Options;
use local_aws::modes::FailedUpdate;

use super::*;
use crate::stage::{QUICK, reasons};

/// Without a guard a healthy upgrade that another failed resource rolls back loses nothing, wherever the service leaves
/// a failed update.
///
/// The way back is an update in place whose restore fails. Without RollbackEnabled the old job runs again from its own
/// snapshot, from READY and from RUNNING without processing; with it the service itself takes that update back: the job
/// runs on under the new runtime, auto-start reports it, and the next deployment goes through.
#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_upgrade_that_something_else_takes_back_loses_nothing() {
    for (failed_update, rollback) in [
        (FailedUpdate::Ready, "false"),
        (FailedUpdate::RunningWithoutProcessing, "false"),
        (FailedUpdate::Ready, "true"),
    ] {
        let words = format!("{failed_update:?}, RollbackEnabled {rollback}");
        let more = [GATE, ("RollbackEnabled", rollback)];
        let modes = Modes { incompatible_restore: IncompatibleRestore::Fails, failed_update, ..Modes::default() };
        let deployment = under_flink_1(modes, false, &jar("1", &[]), &more).await;
        let new = [&[NEW], &more[..]].concat();
        let status = deploy(&deployment, &failing(template(false)), &jar("2", &[]), &new).await;
        assert_eq!(status, Status::UpdateRollbackComplete, "{words}\n{}", why(&deployment));
        let answer = answers(&deployment, "AutoStart").pop().unwrap();
        let trouble = answer["Data"]["Trouble"].as_str().unwrap();
        assert!(trouble.contains("Managed Flink rolled the update back"), "{words}: {answer}");
        if rollback == "false" {
            nothing_is_lost(&deployment, &words).await;
            continue;
        }
        idle(&deployment).await;
        assert_eq!(runs(&application(&deployment)), (Flink::Running, "FLINK-2_3", "2"), "{words}");
        let status = deploy(&deployment, &template(false), &jar("2", &[]), &new).await;
        assert_eq!(status, Status::UpdateComplete, "{words}\n{}", why(&deployment));
        deployment.record("a");
        let job = application(&deployment).job.unwrap();
        assert_eq!((job.jar.version.as_str(), job.counts["a"]), ("2", 2), "{words}: the count goes on");
    }
}

/// Without a guard a way back that hangs is ended when CloudFormation's handler gives it up: the unsticker brings the
/// old runtime back and nothing is lost.
///
/// Until then the stack is UPDATE_ROLLBACK_IN_PROGRESS, and no handler is called.
#[tokio::test(flavor = "multi_thread")]
async fn a_way_back_that_hangs_is_brought_back_once_cloudformation_gives_it_up() {
    for rollback in ["true", "false"] {
        let words = format!("RollbackEnabled {rollback}");
        let more = [GATE, ("RollbackEnabled", rollback)];
        let modes = Modes { incompatible_restore: IncompatibleRestore::Stuck, ..Modes::default() };
        let environment = [&QUICK[..], &[("STOP_MINUTES", "0")][..]].concat();
        let deployment = Deployment::start(Options { modes, ..Options::default() }, &environment).await;
        runs_under_flink_1(&deployment, false, &jar("1", &[]), &more).await;
        let gives_up = deployment.world().until_that(format!("the way back to hang, {words}"), |state| {
            let is_back = state.cloudformation.stack(NAME)?.status == Status::UpdateRollbackInProgress;
            let application = &state.flink.applications[NAME];
            let hangs = application.status == Flink::Updating && application.configuration.runtime == OLD.1;
            (is_back && hangs).then(|| state.cloudformation.expire_at_once.insert("Application".to_owned()))
        });
        let (failing, new, version) = (failing(template(false)), [&[NEW], &more[..]].concat(), jar("2", &[]));
        let (status, _) = tokio::join!(deploy(&deployment, &failing, &version, &new), gives_up);
        assert_eq!(status, Status::UpdateRollbackFailed, "{words}\n{}", why(&deployment));
        let reasons = reasons(&deployment, "Application");
        assert!(reasons.iter().any(|one| one.contains("NotStabilized")), "{words}: {reasons:?}");
        report(&deployment, "Recovered").await;
        nothing_is_lost(&deployment, &words).await;
    }
}

/// Without a guard the unsticker brings the old runtime back.
///
/// The rollback needs a snapshot too, which the job that restarts for ever cannot give.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_guard_the_unsticker_brings_the_old_runtime_back() {
    for rollback in ["true", "false"] {
        let words = format!("RollbackEnabled {rollback}");
        let more = [GATE, ("RollbackEnabled", rollback)];
        let deployment = under_flink_1(Modes::default(), false, &with_kryo_state("1"), &more).await;
        let status = deploy(&deployment, &template(false), &with_kryo_state("2"), &[&[NEW], &more[..]].concat()).await;
        assert_eq!(status, Status::UpdateRollbackFailed, "{words}\n{}", why(&deployment));
        assert!(is_reported(&deployment, "its job is not healthy"), "{words}\n{}", why(&deployment));
        report(&deployment, "Recovered").await;
        nothing_is_lost(&deployment, &words).await;
    }
}
