//! Template synthesis: ours beside `true`, which is a process that does nothing, and beside `cdk synth` of a like
//! stack.

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{fs, io};

use crate::stats::{Spread, short};
use crate::table::Row;

/// The target of synthesis, 1.6 times `true`, was set for a prototype whose template has so many bytes.
const THE_TARGETS_TEMPLATE: f64 = 11_400.0;

/// Milliseconds of ours, of the other, and their ratio, pair by pair.
struct Synth {
    ours: Spread,
    other: Spread,
    ratio: Spread,
}

/// What synthesis costs; everything is written into `folder`.
#[expect(clippy::cast_precision_loss, reason = "some hundred kilobytes")]
pub(crate) fn rows(folder: &Path, floors: &Path, cdk: &Path, pairs: usize) -> Result<Vec<Row>, Box<dyn Error>> {
    let ours = ours(floors, folder);
    let median = |spread: &Spread| format!("{} ms", short(spread.median));
    let nothing = beside(&ours, &Command::new("/bin/true"), pairs)?;
    let cdk = beside(&ours, &self::cdk(cdk, &folder.join("cdk.out"))?, 5)?;
    let written = written(folder)? as f64;
    let beyond = (nothing.ratio.median - 1.0) / (written / THE_TARGETS_TEMPLATE);
    let size = format!("{:.0} KB", written / 1e3);
    let (ours, other) = (median(&nothing.ours), median(&nothing.other));
    Ok(vec![
        Row::ratio("synth wall / `true`", ours, other, nothing.ratio, None),
        Row::figure("synth wall beyond `true` / `true`, each 11.4 KB", size, String::new(), beyond, Some(0.6)),
        Row::ratio("synth wall / `cdk synth` (5 pairs)", median(&cdk.ours), median(&cdk.other), cdk.ratio, None),
    ])
}

/// Runs both, one after the other, `pairs` times.
fn beside(ours: &Command, other: &Command, pairs: usize) -> Result<Synth, Box<dyn Error>> {
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
fn ours(floors: &Path, out: &Path) -> Command {
    let mut command = Command::new(floors.join("flink-stack"));
    command.arg("synth").arg("--out").arg(out);
    command
}

/// Bytes of the templates that it wrote.
fn written(out: &Path) -> io::Result<u64> {
    let mut written = 0;
    for folder in [out.to_owned(), out.join("samples")] {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().ends_with(".template.json") {
                written += entry.metadata()?.len();
            }
        }
    }
    Ok(written)
}

/// The CDK application, by the CDK's own command.
fn cdk(npm: &Path, out: &Path) -> io::Result<Command> {
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
