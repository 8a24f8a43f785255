//! A real Flink under the local AWS: `make e2e-flink`. The built functions, the committed templates and the control
//! plane are those of the scenarios; the job, its loop and its savepoints are Flink's own.
//!
//! Exit code 0 only when everything was seen. Whatever ends it, the JVM ends with it.

mod guard;
mod jvm;
mod look;
mod passing;
mod restore;
mod stage;
mod story;
mod tools;
mod trouble;

use std::path::Path;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use crate::jvm::Jvm;

#[tokio::main(worker_threads = 4)]
async fn main() -> ExitCode {
    match whole().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("✘ {error}");
            ExitCode::FAILURE
        }
    }
}

async fn whole() -> Result<(), String> {
    let said = |error: std::io::Error| error.to_string();
    let mut terminate = signal(SignalKind::terminate()).map_err(said)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(said)?;
    let folder = tools::folder()?;
    let run = folder.join(format!("run-{}", std::process::id()));
    let mut jvm = None;
    let result = tokio::select! {
        result = run_story(&folder, &run, &mut jvm) => result,
        _ = terminate.recv() => Err("terminated".to_owned()),
        _ = interrupt.recv() => Err("interrupted".to_owned()),
    };
    if let Some(jvm) = jvm {
        jvm.stop().await;
    }
    // After a failure too: what is worth knowing was printed.
    let _ = std::fs::remove_dir_all(&run);
    result
}

async fn run_story(folder: &Path, run: &Path, jvm: &mut Option<Jvm>) -> Result<(), String> {
    let tools = tools::prepare(folder).await?;
    let jvm = jvm.insert(Jvm::start(&tools, run).await?);
    story::run(jvm, &tools, run).await
}
