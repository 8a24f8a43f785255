//! `make fleet`: every stack of a region stuck at the same moment, against limited API rates, on the local AWS with the
//! real function.
//!
//! Fifty is a region's quota of applications. Time is virtual: it passes when all wait, so that a slow machine changes
//! nothing. The sweep runs on its schedule. What it prints decides the unsticker's reserved concurrency. It ends with 0
//! when with that each stack was cured and no call was forbidden, at every setting; else with 1.

mod cure;
mod durations;
mod outcome;

use std::process::ExitCode;
use std::str::FromStr;

use local_aws::virtual_time;
use project::deployment::{self, unsticker_concurrency};

use cure::{Setting, cure};
use outcome::{HEADS, Outcome};

/// Calls a second. Public guesses at the real rate are half a call to one a second (`SEMANTICS.md` A.11); AWS publishes
/// none.
const RATES: [f64; 3] = [1.0, 5.0, 20.0];

// Everything of the world runs where its clock is driven.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    deployment::in_virtual_time();
    virtual_time::begin();
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
    let (many, rates, concurrencies) = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [many] => (many.parse()?, None, None),
        [many, rates] => (many.parse()?, Some(list(rates)?), None),
        [many, rates, concurrencies] => (many.parse()?, Some(list(rates)?), Some(list(concurrencies)?)),
        _ => return Err("usage: fleet <stacks> [<rate>,.. [<concurrency>,..]]".into()),
    };
    let mut outcomes = Vec::new();
    for rate in rates.unwrap_or_else(|| RATES.to_vec()) {
        for concurrency in concurrencies.clone().unwrap_or_else(|| vec![unsticker_concurrency()]) {
            let setting = Setting { rate, concurrency };
            eprintln!("{many} stacks get stuck, for {rate} calls a second and concurrency {concurrency}");
            let outcome = cure(many, setting, |line| eprintln!("    {line}")).await?;
            eprintln!("{outcome}");
            outcomes.push(outcome);
        }
    }
    print(many, &outcomes);
    Ok(outcomes.iter().all(Outcome::is_good))
}

/// Numbers with commas between them.
fn list<T: FromStr<Err: std::error::Error + 'static>>(numbers: &str) -> Result<Vec<T>, Box<dyn std::error::Error>> {
    Ok(numbers.split(',').map(str::parse).collect::<Result<_, _>>()?)
}

#[expect(clippy::print_stdout, reason = "this is the program's result")]
fn print(many: usize, outcomes: &[Outcome]) {
    println!("{many} stacks stuck at once, in virtual time.");
    println!("{HEADS}");
    for outcome in outcomes {
        println!("{outcome}");
    }
}
