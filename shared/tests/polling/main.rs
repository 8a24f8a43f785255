//! `make polling`: the product's own policy against the usual ones, in a world where starts take as long as they do.
//! Seeded, so that the figures are the same on every machine, and asserted.
//!
//! The model: a start takes a lognormal time, median 90 s, ninety-ninth percentile 300 s; an account has a bucket of so
//! many calls a second, twice that deep. Both are assumptions: AWS publishes neither. The look that sees STARTING first
//! is not counted: every policy makes it.

mod model;
mod policy;

use model::{Fleet, alone, fleet, optimum};
use policy::Policy;

/// Enough for figures that do not move with the seed.
const STARTS: u32 = 20_000;
const APPLICATIONS: u32 = 1000;

/// A row of the first table: looks, mean delay, their product beside the least that any policy can reach.
fn cost(policy: &Policy) -> f64 {
    let alone = alone(policy, STARTS);
    let (looks, delay) = (alone.looks, alone.delay);
    let times = looks * delay / optimum();
    println!("| {policy} | {looks:.1} | {delay:.2} s | {:.1} s | {:.0} | {times:.2} |", alone.late, looks * delay);
    times
}

fn thousand(policy: &Policy, limit: u32) -> Fleet {
    let seen = fleet(policy, APPLICATIONS, f64::from(limit));
    let Fleet { attempts, throttled, median, late, failed } = seen;
    println!(
        "| {policy} | {limit} | {failed} | {attempts:.1} | {:.0} % | {median:.0} s | {late:.0} s |",
        throttled * 100.0
    );
    seen
}

#[test]
fn for_one_application_no_usual_policy_costs_less_and_the_optimum_is_near() {
    println!("\nOne application; the least that looks x delay can be is {:.1}.\n", optimum());
    println!("| policy | looks | mean delay | p95 | looks x delay | times the optimum |\n|---|---|---|---|---|---|");
    let product = cost(&Policy::Product);
    let others = Policy::USUAL.map(|policy| (policy, cost(&policy)));
    for (policy, cost) in others {
        assert!(product < cost, "{policy} costs {cost}, ours {product}");
    }
    assert!(product <= 1.15, "{product} times the optimum");
}

#[test]
fn a_thousand_applications_at_once_all_arrive_without_flooding_the_account() {
    println!("\nA thousand applications deployed at once, under a limit of calls a second.\n");
    println!(
        "| policy | limit | failed | attempts | throttled | p50 delay | p95 delay |\n|---|---|---|---|---|---|---|"
    );
    let ours = thousand(&Policy::Product, 5);
    let fixed = thousand(&Policy::Fixed(5.0), 5);
    thousand(&Policy::Fixed(30.0), 5);
    thousand(&Policy::FullJitter { from: 2.0, times: 2.0, to: 30.0 }, 5);
    thousand(&Policy::Decorrelated { from: 5.0, to: 30.0 }, 5);
    for limit in [20, 50] {
        assert_eq!(thousand(&Policy::Product, limit).failed, 0);
        thousand(&Policy::Fixed(5.0), limit);
        thousand(&Policy::Decorrelated { from: 5.0, to: 30.0 }, limit);
    }
    assert_eq!(ours.failed, 0);
    assert!(ours.attempts <= 8.0, "{} attempts an application", ours.attempts);
    assert!(ours.late <= 0.9 * fixed.late, "p95 {} s, with a fixed interval {} s", ours.late, fixed.late);
}
