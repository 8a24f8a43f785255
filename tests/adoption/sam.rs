//! `tests/adoption/sam`: an application with a function beside it, as SAM's transform makes CloudFormation of it.

use crate::adopted::{Example, by_jar, does_not_get_stuck, starts_what_never_ran, takes_over_what_runs};
use crate::synthesized;

fn example() -> Example {
    by_jar("flink-orders", &synthesized("sam/before.json"), &synthesized("sam/template.json"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_application_that_never_ran_is_the_same_one_and_runs() {
    starts_what_never_ran(example()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_application_that_runs_keeps_its_state_and_its_snapshots() {
    takes_over_what_runs(example()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_record_does_not_wedge_an_adopted_stack() {
    does_not_get_stuck(example()).await;
}
