//! `make fleet`: every stack of a region stuck at the same moment, against limited API rates, on the local AWS with the
//! real function.
//!
//! Fifty is a region's quota of applications. The sweep runs on its schedule. What it prints decides the unsticker's
//! reserved concurrency. It ends with 0 when with that each stack was cured and no call was forbidden, at every
//! setting; else with 1.

mod cure;
mod lag;
mod outcome;
mod scale;

use std::process::ExitCode;
use std::str::FromStr;

use project::deployment::unsticker_concurrency;

use cure::{Setting, cure};
use outcome::{HEADS, Outcome};
use scale::Scale;

/// Calls a second. Public guesses at the real rate are half a call to one a second (`SEMANTICS.md` A.11); AWS publishes
/// none.
const RATES: [f64; 3] = [1.0, 5.0, 20.0];

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
    let (many, rates, concurrencies) = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [many] => (many.parse()?, None, None),
        [many, rates] => (many.parse()?, Some(list(rates)?), None),
        [many, rates, concurrencies] => (many.parse()?, Some(list(rates)?), Some(list(concurrencies)?)),
        _ => return Err("usage: fleet <stacks> [<rate>,.. [<concurrency>,..]]".into()),
    };
    // Where there are many, time passes faster, and the rate has to be one that lets their calls through in a day.
    let (scale, usual) = if many > 100 { (Scale(60), &RATES[2..]) } else { (Scale(40), &RATES[..]) };
    let mut outcomes = Vec::new();
    for rate in rates.unwrap_or_else(|| usual.to_vec()) {
        for concurrency in concurrencies.clone().unwrap_or_else(|| vec![unsticker_concurrency()]) {
            let setting = Setting { rate, concurrency };
            eprintln!("{many} stacks get stuck, for {rate} calls a second and concurrency {concurrency}");
            let outcome = cure(many, setting, scale, |line| eprintln!("    {line}")).await?;
            eprintln!("{outcome}");
            outcomes.push(outcome);
        }
    }
    print(many, scale, &outcomes);
    Ok(outcomes.iter().all(Outcome::is_good))
}

/// Numbers with commas between them.
fn list<T: FromStr<Err: std::error::Error + 'static>>(numbers: &str) -> Result<Vec<T>, Box<dyn std::error::Error>> {
    Ok(numbers.split(',').map(str::parse).collect::<Result<_, _>>()?)
}

#[expect(clippy::print_stdout, reason = "this is the program's result")]
fn print(many: usize, scale: Scale, outcomes: &[Outcome]) {
    println!(
        "{many} stacks stuck at once. Times as on AWS: here everything, the rates too, is {} times as fast.",
        scale.0
    );
    println!("{HEADS}");
    for outcome in outcomes {
        println!("{outcome}");
    }
}
