//! The job's jar on its way to the bucket.

use std::fs;

use local_aws::api::ApiError;
use local_aws::faults::Fault;
use project::deployment::{Deployment, jar};

use super::{Jar, run};
use crate::stage::handlers;

const PART: usize = 16 * 1024 * 1024;

/// One part and a little; `JAR_BYTES=536870912` is the largest that the service takes.
fn large_size() -> usize {
    std::env::var("JAR_BYTES").map_or(PART + 4096, |bytes| bytes.parse().unwrap())
}

/// A jar that takes several parts: what the job reads of it, and then nothing.
pub(super) fn large() -> Jar {
    let large = Jar::of("1");
    let mut content = jar("1", &["poison"]).to_string().into_bytes();
    content.resize(large_size(), b' ');
    fs::write(large.file(), content).unwrap();
    large
}

/// What the bucket holds of jars, in bytes, and how many uploads are neither complete nor given up.
pub(super) fn uploaded(deployment: &Deployment) -> (Vec<usize>, usize) {
    let state = deployment.world().state();
    let objects = state.s3.buckets[&deployment.bucket].objects.iter().filter(|(key, _)| key.len() > 20);
    (objects.map(|(_, object)| object.bytes.len()).collect(), state.s3.uploads_in_parts())
}

/// A jar of more than 16 MiB goes up in parts and arrives whole, though S3 does not take a part at first.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_jar_goes_up_in_parts_and_arrives_whole() {
    let deployment = handlers().await;
    let jar = large();
    let busy = ApiError::with_status(503, "SlowDown", "Please reduce your request rate.");
    deployment.world().state().faults.inject("s3:PutObject", 1, Fault::Refuse(busy));
    let made = run(&deployment, &jar.arguments(&["--yes"])).await;
    assert_eq!(made.code, 0, "{}", made.printed);
    assert_eq!(uploaded(&deployment), (vec![large_size()], 0));
    let state = deployment.world().state();
    let parts = state.journal.iter().filter(|call| call.is_done() && call.body["PartNumber"].is_number());
    assert_eq!(parts.count(), large_size().div_ceil(PART));
}

/// An upload that fails is given up: parts that no one completes would cost storage, and no stack is made.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_fails_leaves_no_parts() {
    let deployment = handlers().await;
    let jar = large();
    let denied = ApiError::with_status(403, "AccessDenied", "Access Denied");
    let mut state = deployment.world().state();
    state.faults.inject("s3:PutObject", 1, Fault::Pass);
    state.faults.inject("s3:PutObject", 1, Fault::Refuse(denied));
    drop(state);
    let failed = run(&deployment, &jar.arguments(&["--yes"])).await;
    assert_eq!(failed.code, 1, "{}", failed.printed);
    assert!(failed.printed.contains("the jar was not uploaded: S3 answers with HTTP status 403"), "{}", failed.printed);
    assert_eq!(uploaded(&deployment), (vec![], 0));
    assert!(super::status(&deployment).is_none_or(|status| status.to_string() == "DELETE_COMPLETE"));
}
