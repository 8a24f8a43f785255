//! The incident whose cause passes, which most scenarios of the unsticker begin and end with.

use std::sync::Arc;

use local_aws::cloudformation::Status;
use local_aws::deployment::{self, Deployment, NAME, jar};
use local_aws::fleet;
use local_aws::flink::Status as Flink;

use super::{application, stuck, why, with_jar};

/// The job loops because its role may not write the table, and the stack gets stuck. The role may write again as soon as the job is
/// force-stopped: a graceful stop cannot be, and a job that is started again is healthy.
pub(crate) async fn passing_cause(deployment: &Deployment) {
    deployment.record("a");
    deployment.sink_permission(false);
    deployment.record("b");
    let before = deployment.world().state().journal.len();
    tokio::spawn(fleet::cause_passes(Arc::clone(deployment.world()), before));
    stuck(deployment).await;
}

/// How such an incident ends: the old job runs, nothing is left to remember, and no record is lost.
pub(crate) async fn ended_well(deployment: &Deployment, trouble: &str) {
    let application = application(deployment);
    assert_eq!(application.status, Flink::Running, "{trouble}\n{}", why(deployment));
    assert_eq!(application.job.unwrap().jar.version, "1", "{trouble}");
    assert!(!application.tags.contains_key("flink-unstick-restart"), "{trouble}");
    deployment.world().until(|state| (state.dynamodb.tables[NAME].items.len() == 2).then_some(())).await;
}

/// A stack without a service role, with these tags and its version's, whose job loops: until it is stuck.
pub(crate) async fn stuck_without_a_service_role(deployment: &Deployment, tags: impl Fn(&str) -> Vec<(&str, &str)>) {
    let template = Deployment::template_without_guard().to_string();
    for (action, version, ends) in
        [("CreateStack", "1", Status::CreateComplete), ("UpdateStack", "2", Status::UpdateRollbackFailed)]
    {
        let key = deployment.upload(&jar(version, &["poison"]));
        let (world, tags) = (deployment.world(), tags(version));
        deployment::request(world, action, NAME, &template, &with_jar(&key), &tags, None).unwrap();
        assert_eq!(deployment::settled(world, NAME).await, ends, "{}", why(deployment));
        deployment.record("poison");
    }
}
