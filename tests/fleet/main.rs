//! `make fleet`: every stack of a region stuck at the same moment, against limited API rates, on the local AWS with the real function.
//!
//! Fifty is a region's quota of applications. What it prints decides the unsticker's reserved concurrency. It ends with 0 when with that
//! each stack was cured, no call was forbidden and no event was lost, at every rate; else with 1. With `all`, other settings are shown
//! beside it, and decide nothing.

mod cure;
mod outcome;
mod scale;

use std::process::ExitCode;

use local_aws::deployment::unsticker_concurrency;

use cure::{Setting, cure};
use outcome::{HEADS, Outcome};
use scale::Scale;

/// Calls a second. Public guesses at the real rate are half a call to one a second (`semantics.md` A.11); AWS publishes none.
const RATES: [f64; 3] = [1.0, 5.0, 20.0];
/// What else could be reserved.
const OTHERS: [Option<usize>; 3] = [Some(5), Some(20), None];

#[tokio::main]
async fn main() -> ExitCode {
    let ended = tokio::select! {
        ended = run() => ended,
        _ = tokio::signal::ctrl_c() => return ExitCode::from(130),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("fleet: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<bool, Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (many, all) = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [many] => (many.parse()?, false),
        [many, "all"] => (many.parse()?, true),
        _ => return Err("usage: fleet <stacks> [all]".into()),
    };
    // Where there are many, time passes faster, and a rate at which the events outlive Lambda's six hours proves nothing.
    let (scale, rates) = if many > 100 { (Scale(60), &RATES[2..]) } else { (Scale(30), &RATES[..]) };
    let chosen = Some(unsticker_concurrency());
    let mut outcomes = Vec::new();
    for rate in rates {
        for concurrency in std::iter::once(chosen).chain(OTHERS.into_iter().filter(|_| all)) {
            let setting = Setting { rate: *rate, concurrency };
            eprintln!("{many} stacks get stuck, for {rate} calls a second and concurrency {concurrency:?}");
            let outcome = cure(many, setting, scale, |line| eprintln!("    {line}")).await?;
            eprintln!("{outcome}");
            outcomes.push(outcome);
        }
    }
    tell(many, scale, &outcomes);
    Ok(outcomes.iter().filter(|outcome| outcome.setting.concurrency == chosen).all(Outcome::is_good))
}

#[expect(clippy::print_stdout, reason = "this is the program's result")]
fn tell(many: usize, scale: Scale, outcomes: &[Outcome]) {
    println!(
        "{many} stacks stuck at once. Times as on AWS: here everything, the rates too, is {} times as fast.",
        scale.0
    );
    println!("{HEADS}");
    for outcome in outcomes {
        println!("{outcome}");
    }
}
