//! What template/README.md shows of `make plan` and `make why` is what they print.

use project::deployment::jar;

use super::plan::{failed_snapshot, snapshots_fail};
use super::why::stuck_with;
use super::{NAME, look};
use crate::stage::{running_guarded_where, with_jar};

/// A text without its times.
fn timeless(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let is_time = |at: usize| words[at].parse::<u32>().is_ok() && words.get(at + 1).is_some_and(|unit| *unit == "s");
    (0..words.len()).map(|at| if is_time(at) { "N" } else { words[at] }).collect::<Vec<_>>().join(" ")
}

fn is_shown(printed: &str) {
    let page = include_str!("../../../template/README.md");
    let shown = page.split("```text\n").skip(1).filter_map(|block| Some(block.split_once("```")?.0));
    assert!(
        shown.map(timeless).any(|block| block == timeless(printed)),
        "put this into template/README.md:\n{printed}"
    );
}

/// The plan that template/README.md shows is a real one.
#[tokio::test(flavor = "multi_thread")]
async fn the_plan_in_readme_is_a_real_one() {
    let deployment = running_guarded_where(snapshots_fail()).await;
    deployment.record("poison");
    failed_snapshot(&deployment).await;
    let key = deployment.upload(&jar("2", &[]));
    let given = [with_jar(&key).as_slice(), &[("TableName", "flink-other")]].concat();
    let given: Vec<_> = given.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let arguments: Vec<_> = ["plan", "--stack", NAME].into_iter().chain(given.iter().map(String::as_str)).collect();
    is_shown(&look(&deployment, &arguments).await.printed);
}

/// The answer of `why` that template/README.md shows is a real one.
#[tokio::test(flavor = "multi_thread")]
async fn the_why_in_readme_is_a_real_one() {
    let deployment = stuck_with(&[("flink-unstick", "enabled")], true).await;
    is_shown(&look(&deployment, &["why", "--stack", NAME]).await.printed);
}
