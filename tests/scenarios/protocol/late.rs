//! Rows of the stack's events come late, or never: an honest request is worked nevertheless, and never met with
//! silence.

use local_aws::cloudformation::Status;
use local_aws::flink::{self, Status as Flink};
use project::deployment::{Deployment, NAME};
use serde_json::{Value, json};

use super::rollback::{refusing_once, stopped};
use super::seen::Seen;
use super::stage::{begin, settled, template, until};
use crate::stage::{application, handlers};

/// Auto-start alone, with a CloudFormation that does not wait for an hour when it is met with silence.
fn impatient() -> Value {
    let mut template = template("AutoStart");
    template["Resources"]["AutoStart"]["Properties"]["ServiceTimeout"] = json!("40");
    template
}

fn hide(deployment: &Deployment, row: &str, looks: u32) {
    deployment.world().state().cloudformation.late_rows.insert(row.to_owned(), looks);
}

async fn updated(deployment: &Deployment) -> Seen {
    begin(deployment, "UpdateStack", &impatient(), &[("OnDelete", "Stop")]);
    settled(deployment).await;
    assert_eq!(application(deployment).status, Flink::Running);
    Seen::first(deployment, "AutoStart", "Update").await
}

/// The newest row is the one of the Create, settled and with the same physical ID.
pub(super) async fn of_an_update() -> Seen {
    let deployment = stopped().await;
    hide(&deployment, "AutoStart", 4);
    updated(&deployment).await
}

pub(super) async fn of_the_stack() -> Seen {
    let deployment = stopped().await;
    hide(&deployment, NAME, 4);
    updated(&deployment).await
}

pub(super) async fn properties() -> Seen {
    let deployment = stopped().await;
    deployment.world().state().cloudformation.late_properties.insert("AutoStart".to_owned(), 2);
    updated(&deployment).await
}

pub(super) async fn on_the_way_back() -> Seen {
    let deployment = stopped().await;
    refusing_once(&deployment);
    begin(&deployment, "UpdateStack", &impatient(), &[("OnDelete", "Stop")]);
    let hidden = deployment.world().until(|state| {
        let status = state.cloudformation.stack(NAME)?.status;
        (status == Status::UpdateRollbackInProgress)
            .then(|| state.cloudformation.late_rows.insert("AutoStart".to_owned(), 4))
    });
    hidden.await;
    settled(&deployment).await;
    assert_eq!(application(&deployment).status, Flink::Running);
    Seen::last(&deployment, "AutoStart", "Update").await
}

pub(super) async fn never() -> Seen {
    let deployment = handlers().await;
    hide(&deployment, "AutoStart", u32::MAX);
    begin(&deployment, "CreateStack", &impatient(), &[]);
    settled(&deployment).await;
    let seen = Seen::first(&deployment, "AutoStart", "Create").await;
    assert!(seen.reason.contains("CloudFormation does not wait for this request: AutoStart"), "{}", seen.reason);
    seen
}

/// A job that another caller stopped, while the events cannot be read without a permission: worked and answered.
pub(super) async fn unreadable() -> Seen {
    let deployment = stopped().await;
    until(&deployment, |state| state.lambda.is_idle()).await;
    {
        let mut state = deployment.world().state();
        let role = local_aws::api::Caller::Role(state.lambda.functions["flink-auto-start"].role_name().to_owned());
        let denied = local_aws::api::ApiError::new("AccessDenied", "not authorized");
        let fault = local_aws::faults::Fault::Refuse(denied);
        state.faults.inject_for(role, "cloudformation:DescribeStackEvents", u32::MAX, fault);
        flink::put_status(&mut state, NAME, Flink::Ready);
    }
    updated(&deployment).await
}
