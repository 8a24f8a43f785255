//! `make journey`: how long a job is down, how long a deployment takes, and what it costs in calls, told by stories on
//! the local AWS in virtual time with the real functions.
//!
//! It ends with 0 when each story ended and is as long as its sum on paper.

mod constants;
mod figures;
mod paper;
mod record;
mod stage;
mod story;
mod table;
mod way;

use std::process::ExitCode;
use std::time::Duration;

use local_aws::virtual_time;
use project::deployment;

use constants::{Constants, Level};
use story::Story;
use way::Way;

/// How long a story may take here, on the machine's clock.
const PATIENCE: Duration = Duration::from_mins(3);
const WAYS: [Way; 5] = [Way::Person(300), Way::Person(1800), Way::Starter, Way::Probe, Way::Stop];
/// Of these sizes of state the healthy deployment is played, in gigabytes.
const SIZES: [f64; 3] = [10.0, 56.0, 235.0];

/// What is played.
struct Cell {
    story: Story,
    way: Way,
    rollback_enabled: bool,
}

// Everything of the world runs where its clock is driven.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    deployment::in_virtual_time();
    virtual_time::begin();
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let mut differences = Vec::new();
    for level in [Level::Typical, Level::Low, Level::High] {
        play(&every(level, &wanted), Constants::new(level, 0.0), &mut differences).await;
    }
    for gigabytes in SIZES {
        let healthy = every(Level::Low, &wanted);
        play(&healthy, Constants::new(Level::Typical, gigabytes), &mut differences).await;
    }
    for difference in &differences {
        eprintln!("journey: {difference}");
    }
    if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// All stories with the typical constants, the healthy deployment of a jar with the others.
fn every(level: Level, wanted: &str) -> Vec<Cell> {
    let stories = Story::EVERY.into_iter().filter(|story| story.name().contains(wanted));
    let stories = stories.filter(|story| level == Level::Typical || *story == Story::Jar);
    let cells = stories.flat_map(|story| WAYS.map(|way| Cell { story, way, rollback_enabled: true }));
    cells.filter(|cell| cell.way != Way::Person(1800) || cell.story.takes_a_person()).collect()
}

async fn play(cells: &[Cell], constants: Constants, differences: &mut Vec<String>) {
    if cells.is_empty() {
        return;
    }
    print(&table::title(&constants));
    print(table::HEAD);
    for Cell { story, way, rollback_enabled } in cells {
        let played = figures::of(*story, *way, *rollback_enabled, constants);
        match tokio::time::timeout(PATIENCE, played).await {
            Ok(figures) => {
                print(&table::line(&figures));
                differences.extend(table::difference(&figures));
            }
            Err(_) => differences.push(format!("{}, {way}: it did not end", story.name())),
        }
    }
}

#[expect(clippy::print_stdout, reason = "this is the program's result")]
fn print(line: &str) {
    println!("{line}");
}
