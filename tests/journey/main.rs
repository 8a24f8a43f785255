//! `make journey`: how long a job is down, how long a deployment takes, and what it costs in calls: stories on the
//! local AWS in virtual time with the real functions.
//!
//! It ends with 0 when each story ended, is as long as its sum on paper and made the calls that are committed. `calls`
//! plays only what makes calls, and prints them as they are committed.

mod budget;
mod constants;
mod figures;
mod paper;
mod people;
mod record;
mod stage;
mod story;
mod table;
mod timeline;
mod way;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use local_aws::virtual_time;
use project::deployment;

use constants::{Constants, Level};
use figures::Figures;
use story::Story;
use way::Way;

/// How long a story may take here, on the machine's clock.
const PATIENCE: Duration = Duration::from_mins(10);
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
    if wanted == "calls" {
        return ended(&calls().await);
    }
    let drawn = std::env::args().nth(2).map(PathBuf::from);
    let mut differences = Vec::new();
    for level in [Level::Typical, Level::Low, Level::High] {
        let played = play(&every(level, &wanted), Constants::new(level, 0.0), &mut differences).await;
        if level == Level::Typical {
            differences.extend(played.iter().filter_map(budget::difference));
            differences.extend(drawn.as_deref().and_then(|folder| draw(&played, folder).err()));
        }
    }
    for gigabytes in SIZES {
        let healthy = every(Level::Low, &wanted);
        play(&healthy, Constants::new(Level::Typical, gigabytes), &mut differences).await;
    }
    ended(&differences)
}

fn ended(differences: &[String]) -> ExitCode {
    for difference in differences {
        eprintln!("journey: {difference}");
    }
    if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The stories that make calls of their own, with our functions: how they differ from those that are committed.
async fn calls() -> Vec<String> {
    let mut differences = Vec::new();
    let is_played = |cell: &Cell| {
        let is_ours = cell.way.is_ours() && cell.rollback_enabled;
        is_ours && (cell.story.is_guarded_apart() || cell.way == Way::Probe)
    };
    for cell in every(Level::Typical, "").into_iter().filter(is_played) {
        let Some(figures) = of(&cell, Constants::new(Level::Typical, 0.0), &mut differences).await else { continue };
        print(&budget::line(&figures));
        differences.extend(budget::difference(&figures));
    }
    differences
}

/// All stories with the typical constants, the healthy deployment of a jar with the others.
fn every(level: Level, wanted: &str) -> Vec<Cell> {
    let stories = Story::ALL.into_iter().filter(|story| story.name().contains(wanted));
    let stories = stories.filter(|story| level == Level::Typical || *story == Story::Jar);
    let cells = stories.flat_map(|story| {
        let both = [true, false].map(|rollback_enabled| WAYS.map(|way| Cell { story, way, rollback_enabled }));
        both.into_iter().flatten()
    });
    let is_off = |cell: &Cell| level == Level::Typical && cell.story.is_about_rollback();
    let cells = cells.filter(|cell| cell.rollback_enabled || is_off(cell));
    cells.filter(|cell| cell.way != Way::Person(1800) || cell.story.takes_a_person()).collect()
}

/// A timeline for each story.
fn draw(played: &[Figures], folder: &Path) -> Result<(), String> {
    for story in played.chunk_by(|one, other| one.story == other.story) {
        let name =
            story.first().map_or_else(String::new, |one| one.story.name().replace(", ", "-").replace([' ', '\''], "-"));
        let file = folder.join(format!("{name}.svg"));
        std::fs::write(&file, timeline::draw(story)).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

async fn play(cells: &[Cell], constants: Constants, differences: &mut Vec<String>) -> Vec<Figures> {
    let mut all = Vec::new();
    if cells.is_empty() {
        return all;
    }
    print(&table::title(&constants));
    print(table::HEAD);
    for cell in cells {
        let Some(figures) = of(cell, constants, differences).await else { continue };
        print(&table::line(&figures));
        differences.extend(table::difference(&figures));
        all.push(figures);
    }
    all
}

async fn of(cell: &Cell, constants: Constants, differences: &mut Vec<String>) -> Option<Figures> {
    let Cell { story, way, rollback_enabled } = *cell;
    let played = tokio::time::timeout(PATIENCE, figures::of(story, way, rollback_enabled, constants)).await;
    if played.is_err() {
        differences.push(format!("{}, {way}: it did not end", story.name()));
    }
    played.ok()
}

#[expect(clippy::print_stdout, reason = "this is the program's result")]
fn print(line: &str) {
    println!("{line}");
}
