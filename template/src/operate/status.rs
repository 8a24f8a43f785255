//! `flink-stack status`: a stack and its jobs on one screen, once or until its operation ends.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Stderr, stderr, stdout};
use std::sync::atomic::Ordering;
use std::time::Duration;

use functions::Operator;
use shared::operator::{
    Plan, Progress, ProgressScreen, Proposal, Scene, TimelineStep, Verdict, an_update, during, event_line,
    newest_operation, plan, status, timeline, waiting_line, why,
};
use shared::time::Timestamp;

use super::account;
use super::terminal::{Block, INTERRUPTED, canvas, interruption, is_drawable};
use crate::cli::StatusOf;
use crate::deploy::output::Output;
use crate::document;
use crate::stdout::show;

/// Without an event for so long, a line says what is waited for.
const SILENCE: Duration = Duration::from_secs(30);

/// Looks and prints, once or until the operation ends; what the command ends with.
///
/// # Errors
/// What could not be read.
pub(super) async fn answer(asked: &StatusOf) -> Result<u8, String> {
    let region = account::region(asked.region.as_deref())?;
    let operator = account::operator(&region)?;
    let Some(scene) = operator.scene(&asked.stack, asked.region.clone()).await? else {
        return Err(format!("{}: there is no such stack in {region}", asked.stack));
    };
    let answer = why(&scene);
    if asked.watch && answer.verdict == Verdict::InProgress {
        return watch(&operator, asked, scene).await;
    }
    let update = match answer.verdict {
        Verdict::Fine => update(&operator, asked, &region).await?,
        Verdict::InProgress | Verdict::Stuck | Verdict::CannotTell => None,
    };
    let answer = status(&scene, answer, update.as_ref());
    if asked.json {
        show(&(serde_json::to_string_pretty(&answer).map_err(|error| error.to_string())? + "\n"));
    } else {
        show(&(answer.lines(canvas(&stdout())).join("\n") + "\n"));
    }
    Ok(answer.verdict.exit_code())
}

/// What an update of the application would do now; `None` when the stack's template cannot be read.
async fn update(operator: &Operator, asked: &StatusOf, region: &str) -> Result<Option<Plan>, String> {
    let met = operator.meets(&asked.stack).await?;
    let (Some(mut deployed), Ok(template)) = (met.deployed, document::parse(&met.template)) else { return Ok(None) };
    let updated = an_update(&template);
    deployed.template = template;
    Ok(Some(plan(&Proposal {
        now: met.now,
        name: asked.stack.clone(),
        region: region.to_owned(),
        template: updated,
        file: "the deployed template".to_owned(),
        given: BTreeMap::new(),
        deployed: Some(deployed),
        applications: met.applications,
        handlers: met.handlers,
        matches: crate::deploy::matches,
        is_express: false,
        change_set: None,
    })))
}

/// Draws the operation until it ends. Ctrl-C leaves, and the operation goes on.
async fn watch(operator: &Operator, asked: &StatusOf, first: Scene) -> Result<u8, String> {
    let interrupted = interruption()?;
    let block = is_drawable(&stderr()).then(|| Block::new(stderr()));
    let output = Output::of("status", asked.json);
    let mut watch = StatusWatch { block, output, printed: BTreeSet::new(), silent_since: first.now };
    let mut scene = first;
    loop {
        let progress = newest_operation(&scene);
        watch.show(&scene, &progress);
        if let Some(ending) = progress.ending() {
            let code = ending.exit_code();
            watch.output.result(code);
            return Ok(code);
        }
        tokio::time::sleep(account::pace()).await;
        if interrupted.load(Ordering::Relaxed) {
            watch.output.result(INTERRUPTED);
            drop(watch);
            let stack = &asked.stack;
            eprintln!("interrupted; the operation on {stack} goes on: make status STACK={stack} WATCH=1 watches it");
            return Ok(INTERRUPTED);
        }
        let Some(next) = operator.scene(&asked.stack, asked.region.clone()).await? else { return Ok(0) };
        scene = next;
    }
}

/// What is drawn: a block on a terminal with the events above it, otherwise a line for each event.
struct StatusWatch {
    block: Option<Block<Stderr>>,
    /// Where a line of JSON for each event goes, if that is asked for.
    output: Output,
    /// The IDs of the events that are on the screen.
    printed: BTreeSet<String>,
    silent_since: Timestamp,
}

impl StatusWatch {
    fn show(&mut self, scene: &Scene, progress: &Progress) {
        let events = scene.newest_events();
        let fresh = events.iter().filter(|event| self.printed.insert(event.id.clone()));
        let lines: Vec<String> = fresh.inspect(|event| self.output.event(event)).map(event_line).collect();
        if !lines.is_empty() {
            self.silent_since = scene.now;
        }
        let Some(block) = &mut self.block else {
            for line in &lines {
                eprintln!("{line}");
            }
            if scene.now.since(self.silent_since) >= SILENCE {
                eprintln!("{}", waiting_line(progress, scene.now));
                self.silent_since = scene.now;
            }
            return;
        };
        let canvas = canvas(&stderr());
        if !lines.is_empty() {
            block.above(&canvas.fit(&lines));
        }
        let began = progress.began().unwrap_or(scene.now);
        let jobs = scene.applications.iter().filter_map(|(_, _, one)| one.as_ref());
        let timeline: Vec<TimelineStep> = jobs.flat_map(|job| timeline(job, began, scene.now)).collect();
        block.draw(during(&ProgressScreen { progress, timeline: &timeline, now: scene.now }, canvas));
    }
}
