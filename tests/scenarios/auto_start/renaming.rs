//! A new name is a new application, which starts empty: only with SKIP.

use local_aws::Modes;
use local_aws::cloudformation::Status;
use local_aws::flink::Status as Flink;
use local_aws::modes::DeleteOfRunning;
use project::deployment::NAME;

use crate::stage::{
    application, is_logged, is_reported, mutations, reasons, running_unguarded, running_where, touch, why,
};

const RENAMED: (&str, &str) = ("ApplicationName", "flink-renamed");

/// A new name is refused with what to do instead.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_is_refused_with_what_to_do_instead() {
    let deployment = running_unguarded().await;
    deployment.record("a");
    assert_eq!(touch(&deployment, &[RENAMED]).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    assert!(is_reported(&deployment, "Keep the name; or"), "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running, "the old one was never touched");
    assert_eq!(application(&deployment).job.unwrap().counts["a"], 1);
    assert_eq!(mutations(&deployment, "flink-auto-start"), ["StartApplication"], "only the first deployment's");
    let new = deployment.world().state().flink.applications.contains_key("flink-renamed");
    assert!(!new, "and the new one is gone");
    assert!(!is_logged(&deployment, "answered SUCCESS nevertheless"), "the cleanup is no trouble, and no alarm");
}

/// A new name with SKIP runs under it.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_name_with_skip_runs_under_it() {
    for delete_of_running in [DeleteOfRunning::Accepted, DeleteOfRunning::Refused] {
        let deployment = running_where(Modes { delete_of_running, ..Modes::default() }).await;
        let skip = [RENAMED, ("RestoreType", "SKIP_RESTORE_FROM_SNAPSHOT")];
        assert_eq!(touch(&deployment, &skip).await, Status::UpdateComplete, "{}", why(&deployment));
        let renamed = deployment.world().state().flink.applications["flink-renamed"].status;
        assert_eq!(renamed, Flink::Running);
        let old = deployment.world().state().flink.applications.get(NAME).map(|old| old.status);
        // The cleanup takes the old one. Where AWS deletes no running application, CloudFormation leaves it behind and
        // says so.
        let left = (delete_of_running == DeleteOfRunning::Refused).then_some(Flink::Running);
        assert_eq!(old, left, "{delete_of_running:?}");
        let message = reasons(&deployment, "Application").iter().any(|reason| reason.contains("cannot be deleted"));
        assert_eq!(message, left.is_some(), "{}", why(&deployment));
        assert!(!is_logged(&deployment, "answered SUCCESS nevertheless"), "the cleanup is no trouble, and no alarm");
    }
}
