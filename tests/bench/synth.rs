//! Template synthesis: ours beside `true`, which is a process that does nothing, and beside `cdk synth` of a like stack.

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{fs, io};

use crate::stats::Spread;

/// Milliseconds of ours, of the other, and their ratio, pair by pair.
pub(crate) struct Synth {
    pub(crate) ours: Spread,
    pub(crate) other: Spread,
    pub(crate) ratio: Spread,
}

/// Runs both, one after the other, `pairs` times.
pub(crate) fn beside(ours: &Command, other: &Command, pairs: usize) -> Result<Synth, Box<dyn Error>> {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for pair in 0..=pairs {
        let (a, b) = if pair % 2 == 0 {
            let a = time(ours)?;
            (a, time(other)?)
        } else {
            let b = time(other)?;
            (time(ours)?, b)
        };
        // The first pair fills caches.
        if pair > 0 {
            left.push(a);
            right.push(b);
        }
    }
    let ratio = Spread::of(left.iter().zip(&right).map(|(a, b)| a / b));
    Ok(Synth { ours: Spread::of(left), other: Spread::of(right), ratio })
}

fn time(command: &Command) -> Result<f64, Box<dyn Error>> {
    let mut again = Command::new(command.get_program());
    again.args(command.get_args()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Some(folder) = command.get_current_dir() {
        again.current_dir(folder);
    }
    again.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let began = Instant::now();
    let status = again.status().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let took = began.elapsed().as_secs_f64() * 1000.0;
    if status.success() { Ok(took) } else { Err(format!("{command:?} ended with {status}").into()) }
}

/// `flink-stack synth`.
pub(crate) fn ours(floors: &Path, out: &Path) -> Command {
    let mut command = Command::new(floors.join("flink-stack"));
    command.arg("synth").arg("--out").arg(out);
    command
}

/// The CDK application, by the CDK's own command.
pub(crate) fn cdk(npm: &Path, out: &Path) -> io::Result<Command> {
    // Absolute, because it runs where its application is.
    let npm = fs::canonicalize(npm)?;
    let mut command = Command::new(npm.join("node_modules/.bin/cdk"));
    command
        .args(["synth", "--quiet", "--no-version-reporting", "--no-notices", "--app", "node stack.js", "--output"])
        .arg(out);
    // It keeps a cache at home.
    command.current_dir(npm.join("bench")).env("HOME", &npm);
    Ok(command)
}
