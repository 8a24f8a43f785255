//! `make gauge`: what each function and the synthesis of the templates cost, against a committed budget. Instructions
//! repeat to a tenth of a percent on one kind of machine; a few percent of room are for another compiler's or libc's.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use crate::servers::aws::Story;
use crate::subject::Subject;
use crate::{Bench, FUNCTIONS, callgrind};

/// Above the budget by so much is too much.
const ROOM: f64 = 1.03;
/// A cold start with more instructions has a second TLS stack, or the entropy of AWS-LC: 419 million on its own.
const SAME_CAUSE: u64 = 30_000_000;

/// What is counted: a name for each figure.
type Figures = BTreeMap<String, u64>;

/// The shortest story to an answer, so that it says most about what every invocation costs.
pub(crate) const SHORTEST: Story = Story::Leaving(0);

fn count(bench: &Bench) -> Result<Figures, Box<dyn Error>> {
    callgrind::is_here()?;
    let mut figures = Figures::new();
    for (function, (zip, binary)) in FUNCTIONS.into_iter().zip(&bench.sizes) {
        let subject = Subject::ours(&bench.folder, function);
        let instructions = |events| callgrind::instructions(&bench.host, &subject, SHORTEST, events, &bench.folder);
        let (init, cold) = (instructions(0)?, instructions(1)?);
        figures.insert(format!("{function} init-instructions"), init);
        figures.insert(format!("{function} cold-instructions"), cold);
        figures.insert(format!("{function} zip-bytes"), *zip);
        figures.insert(format!("{function} binary-bytes"), *binary);
    }
    // Of the dev profile, which is built when this runs; the release takes a quarter of them.
    let (program, out) = (bench.target.join("debug/flink-stack"), bench.folder.join("synthesized"));
    // What is written already is compared, not written.
    let _nothing_there = fs::remove_dir_all(&out);
    let synth = [&program, Path::new("synth"), Path::new("--out"), &out].map(|word| word.display().to_string());
    figures.insert("flink-stack synth-instructions".to_owned(), callgrind::whole(&synth, &bench.folder)?);
    Ok(figures)
}

/// Whether everything is within its budget.
pub(crate) fn check(bench: &Bench, budget: &Path) -> Result<bool, Box<dyn Error>> {
    let allowed = read(&fs::read_to_string(budget)?)?;
    let figures = count(bench)?;
    let mut met = true;
    for (name, figure) in &figures {
        let allowed = *allowed.get(name).ok_or_else(|| format!("{}: {name} is missing", budget.display()))?;
        let (most, says) = verdict(name, *figure, allowed);
        met &= says == "within";
        println!("{name:48} {figure:>10}, budget {allowed:>10}, at most {most:>10}: {says}");
    }
    if !met {
        eprintln!("If what was added is worth it, `make budget` writes the new figures; say why in the commit.");
    }
    Ok(met)
}

/// The most that a figure may be, and what that says of it.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of millions"
)]
fn verdict(name: &str, figure: u64, allowed: u64) -> (u64, &'static str) {
    let most = (allowed as f64 * ROOM) as u64;
    let is_a_start = name.ends_with("init-instructions") || name.ends_with("cold-instructions");
    let most = if is_a_start { most.min(SAME_CAUSE) } else { most };
    (most, if figure <= most { "within" } else { "TOO MUCH" })
}

/// Writes what is counted as the new budget.
pub(crate) fn write(bench: &Bench, budget: &Path) -> Result<bool, Box<dyn Error>> {
    let lines: Vec<String> = count(bench)?.iter().map(|(name, figure)| format!("{name} {figure}\n")).collect();
    fs::write(budget, format!("{HEAD}{}", lines.concat()))?;
    Ok(true)
}

const HEAD: &str = "\
# What one cold invocation of each function and one synthesis cost, as `make gauge` counts it on x86_64; at most 3 %
# more pass. Measured on the zips that `make deploy` ships, and written by `make budget`, not by hand.
";

fn read(text: &str) -> Result<Figures, Box<dyn Error>> {
    let mut figures = Figures::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, figure) = line.rsplit_once(' ').ok_or_else(|| format!("not a name and a figure: {line}"))?;
        figures.insert(name.to_owned(), figure.parse().map_err(|error| format!("{line}: {error}"))?);
    }
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_percent_more_is_too_much_and_so_is_a_second_tls_stack() {
        assert_eq!(verdict("flink-auto-start zip-bytes", 103, 100), (103, "within"));
        assert_eq!(verdict("flink-auto-start zip-bytes", 104, 100), (103, "TOO MUCH"));
        for start in ["flink-auto-start init-instructions", "flink-auto-start cold-instructions"] {
            assert_eq!(verdict(start, 30_000_001, 30_000_000).1, "TOO MUCH", "{start}");
        }
        assert_eq!(verdict("flink-stack synth-instructions", 100_000_000, 100_000_000).1, "within");
    }

    #[test]
    fn a_budget_that_cannot_be_read_says_where() {
        assert_eq!(read("# room\na b 1\n").unwrap(), Figures::from([("a b".to_owned(), 1)]));
        assert!(read("a b many").unwrap_err().to_string().contains("a b many"));
    }
}
