//! `flink-stack plan --express`.

use project::deployment::{NAME, jar};

use super::look;
use crate::stage::running;

/// With `--express` it says what waits for the job in CloudFormation's EXPRESS mode, and where a failure rests.
#[tokio::test(flavor = "multi_thread")]
async fn with_express_it_says_what_waits_for_the_job_and_where_a_failure_rests() {
    let deployment = running().await;
    let key = deployment.upload(&jar("2", &[]));
    let given = format!("JarKey={key}");
    let answered = look(&deployment, &["plan", "--json", "--express", "--stack", NAME, &given]).await;
    let express = answered.json()["Express"].to_string();
    assert!(express.contains("auto-start waits until the job runs"), "{}", answered.printed);
    assert!(express.contains("rests in UPDATE_FAILED") && express.contains("rollback-stack"), "{express}");
}
