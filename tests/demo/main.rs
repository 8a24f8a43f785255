//! `make demo`: the whole story on a local AWS, live, with nothing but cargo.
//!
//! It reads like its story. It waits for changes of the world, never for time; the pauses are for the eye. It ends on
//! its own: 0 when everything was seen, else 1. With `--picture FILE` it writes `tests/demo/incident.mmd` anew, which
//! README shows, and to FILE the lines of its second story.

mod history;
mod opening;
mod picture;
mod printer;
mod report;
mod screen;
mod stage;
mod steps;
mod text;
mod trouble;
mod watch;

use std::process::ExitCode;
use std::sync::Arc;

use local_aws::cloudformation::Status;
use local_aws::{LocalAws, Options, State};
use tokio::signal::unix::{SignalKind, signal};

use history::{application, knows_its_names, loops, runs};
use screen::Screen;
use stage::{Seen, Stage};
use steps::{Missed, Step};
use watch::amounts;

const AUTO_START: &str = "flink-auto-start";
const UNSTICKER: &str = "flink-rollback-unsticker";
const GUARD: &str = "flink-update-guard";
/// Versions 1 and 2 of the job cannot process it.
const BAD: &str = "order-without-customer";
/// Version 4 cannot process this one.
const ANOTHER: &str = "order-without-address";

#[tokio::main]
async fn main() -> ExitCode {
    let screen = Arc::new(Screen::new());
    let seen = Arc::new(Seen::default());
    opening::open(&screen);
    let aws = match LocalAws::start(Options { pace: Some(stage::PACE), ..Options::default() }).await {
        Ok(aws) => aws,
        Err(error) => {
            screen.print(&format!("demo: no port on 127.0.0.1: {error}"));
            screen.finish();
            return ExitCode::FAILURE;
        }
    };
    let world = Arc::clone(&aws.world);
    let ended = tokio::select! {
        ended = story(aws, Arc::clone(&screen), Arc::clone(&seen)) => ended,
        () = interrupted() => {
            screen.print("");
            screen.print("Ended by you. Nothing is left behind.");
            screen.finish();
            return ExitCode::from(130);
        }
    };
    if ended.is_err() {
        trouble::print(&screen, &world.state());
    }
    opening::close(&screen, &seen, ended.as_ref().err());
    screen.finish();
    if ended.is_ok() && Step::ALL.iter().all(|step| seen.contains(*step)) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Ctrl-C, or a polite kill.
async fn interrupted() {
    match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
        (Ok(mut interrupt), Ok(mut terminate)) => tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        },
        _ => std::future::pending().await,
    }
}

async fn story(aws: LocalAws, screen: Arc<Screen>, seen: Arc<Seen>) -> Result<(), Missed> {
    opening::chapter(
        &screen,
        1,
        "A stack that starts its own application",
        "CloudFormation creates a Flink application and leaves it READY: an operator has to start it, and to type the \
         names of its stream and table a second time. Here the stack does both.",
    );
    let mut stage = Stage::open(aws, Arc::clone(&screen), seen).await?;
    created(&mut stage).await?;
    screen.record();
    opening::chapter(
        &screen,
        2,
        "Incident (a): a cause that passes",
        "A job that loops cannot be snapshotted, so the next deployment fails, and its rollback too: the stack is \
         wedged in UPDATE_ROLLBACK_FAILED until an operator force-stops the job by hand and remembers to start it \
         again. Here no operator does.",
    );
    a_passing_cause(&stage, &screen).await?;
    picture::write(&screen.recorded());
    opening::chapter(
        &screen,
        3,
        "Incident (b): a bad record",
        "Now the old code itself cannot process what is in the stream: unstuck, restarted, it loops again. Without us \
         it restarts for ever and blocks the very deployment that brings the fix. Here it is stopped and waits for \
         that fix.",
    );
    a_bad_record(&mut stage, &screen).await?;
    opening::chapter(
        &screen,
        4,
        "The same (c), with the guard",
        "Curing takes a failed deployment first. The guard comes before the update: it proves that a snapshot can be \
         taken and leaves the job running; where none can, it stops the job by force: a stopped application takes \
         every update.",
    );
    with_the_guard(&mut stage).await
}

/// Chapter 1.
async fn created(stage: &mut Stage) -> Result<(), Missed> {
    let before = stage.now();
    stage.deploy(Step::Created, "1", &[BAD]).await?;
    stage.see(Step::NamesInjected, |state| knows_its_names(state)).await?;
    stage.see(Step::Started, |state| before.was_started_by(state, AUTO_START)).await?;
    stage.see(Step::Created, |state| before.was(state, Status::CreateComplete).and(runs(state, "1"))).await?;
    stage.team("puts records into the stream, from now on all the time");
    stage.produce();
    stage.see(Step::Flows, |state| (amounts(state).1 >= 10).then_some(())).await?;
    stage.pause().await;
    Ok(())
}

/// Chapter 2.
async fn a_passing_cause(stage: &Stage, screen: &Screen) -> Result<(), Missed> {
    let before = stage.now();
    stage.team("removes a permission that looks unused, and the job may not write its table any more");
    stage.deployment.sink_permission(false);
    stage.see(Step::LoopsOnPermission, |state| loops(state)).await?;
    stage.pause().await;
    stage.deploy(Step::WedgedByPermission, "2", &[BAD]).await?;
    stage.see(Step::WedgedByPermission, |state| before.was(state, Status::UpdateRollbackFailed)).await?;
    stage.see(Step::Invoked, |state| before.was_invoked(state, Status::UpdateRollbackFailed)).await?;
    stage.see(Step::GracefulRefused, |state| before.was_stopped(state, UNSTICKER, false, true)).await?;
    stage.see(Step::Forced, |state| before.was_stopped(state, UNSTICKER, true, false)).await?;
    stage.team("finds the mistake and gives the permission back; no operator touches the stack");
    stage.deployment.sink_permission(true);
    stage.see(Step::Continued, |state| before.was(state, Status::UpdateRollbackComplete)).await?;
    stage.see(Step::RunsAgain, |state| before.was_resumed_by(state, UNSTICKER).and(runs(state, "1"))).await?;
    let recovered = stage.see(Step::Recovered, |state| before.reported(state, "Recovered")).await?;
    let continued = stage.deployment.world().until(|state| before.reported(state, "RollbackContinued")).await;
    stage.pause().await;
    report::show(screen, &continued, &recovered);
    stage.pause().await;
    Ok(())
}

/// Chapter 3.
async fn a_bad_record(stage: &mut Stage, screen: &Screen) -> Result<(), Missed> {
    let before = stage.now();
    stage.team(&format!("an order arrives that no test covers: {BAD}"));
    stage.deployment.record(BAD);
    stage.see(Step::LoopsOnRecord, |state| loops(state)).await?;
    stage.pause().await;
    let begun = local_aws::clock::now();
    stage.deploy(Step::WedgedByRecord, "2", &[BAD]).await?;
    stage.see(Step::WedgedByRecord, |state| before.was(state, Status::UpdateRollbackFailed)).await?;
    stage.see(Step::CuredAlike, |state| before.was(state, Status::UpdateRollbackComplete)).await?;
    stage.see(Step::FailsAgain, |state| before.was_started_by(state, UNSTICKER).and(loops(state))).await?;
    let waits = stage.see(Step::AwaitsFix, |state| before.reported(state, "StoppedAwaitingFix")).await?;
    let continued = stage.deployment.world().until(|state| before.reported(state, "RollbackContinued")).await;
    stage.pause().await;
    report::show(screen, &continued, &waits);
    stage.pause().await;
    screen.print("");

    let before = stage.now();
    stage.team("fixes the job: version 3 processes an order without a customer");
    stage.deploy(Step::FixDeployed, "3", &[]).await?;
    stage.see(Step::FixDeployed, |state| before.was(state, Status::UpdateComplete).and(runs(state, "3"))).await?;
    stage.pause().await;
    nothing_lost(stage, Step::NothingLost, &[BAD]).await?;
    stage.see(Step::Pictured, |state| picture::is_shown(state, begun)).await
}

/// Chapter 4.
async fn with_the_guard(stage: &mut Stage) -> Result<(), Missed> {
    let before = stage.now();
    stage.produce();
    stage.team("adds the guard to the template, eight lines, and a feature to the job");
    stage.deploy_guarded(Step::GuardAdded, "4", &[ANOTHER]).await?;
    let added =
        |state: &State| before.was_proven_by(state, GUARD).and(before.was_never_wedged(state)).and(runs(state, "4"));
    stage.see(Step::GuardAdded, |state| added(state)).await?;
    stage.pause().await;

    let before = stage.now();
    stage.team(&format!("the feature has a flaw: {ANOTHER} arrives"));
    stage.deployment.record(ANOTHER);
    stage.see(Step::LoopsOnAnother, |state| loops(state)).await?;
    stage.team("has seen it, and fixes it in version 5");
    stage.deploy_guarded(Step::StraightThrough, "5", &[]).await?;
    let forced = |state: &State| before.was_stopped(state, GUARD, true, false);
    stage.see(Step::GuardForces, |state| forced(state)).await?;
    let straight = |state: &State| before.was(state, Status::UpdateComplete).and(before.was_never_wedged(state));
    stage.see(Step::StraightThrough, |state| straight(state).and(runs(state, "5"))).await?;
    nothing_lost(stage, Step::NothingLostAgain, &[BAD, ANOTHER]).await
}

/// The count at the end of a story.
async fn nothing_lost(stage: &mut Stage, step: Step, bad: &[&str]) -> Result<(), Missed> {
    stage.stop_producing();
    let (records, rows) = stage
        .see(step, |state| {
            let (records, rows) = amounts(state);
            let table = state.dynamodb.tables.get(project::deployment::NAME)?;
            let has = |bad: &&str| table.items.values().any(|item| item["key"]["S"] == *bad);
            (records == rows && bad.iter().all(has) && application(state)?.job.is_some()).then_some((records, rows))
        })
        .await?;
    let bad = bad.join(" and ");
    stage.team(&format!("counts: {records} records in the stream, {rows} rows in the table, {bad} among them"));
    stage.pause().await;
    Ok(())
}
