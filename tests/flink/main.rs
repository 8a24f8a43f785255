//! A real Flink of each major version under the local AWS: `make e2e-flink`. The built functions, the committed
//! templates and the control plane are those of the scenarios; the job, its loop and its savepoints are Flink's own.
//!
//! Exit code 0 only when everything was seen. Whatever ends it, the JVMs end with it.

mod guard;
mod jvm;
mod look;
mod passing;
mod restore;
mod stage;
mod story;
mod tools;
mod trouble;
mod upgrade;

use std::path::Path;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use crate::jvm::Jvm;
use crate::stage::Flink;
use crate::tools::RELEASES;

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
    let mut jvms = Vec::new();
    let result = tokio::select! {
        result = run_stories(&folder, &run, &mut jvms) => result,
        _ = terminate.recv() => Err("terminated".to_owned()),
        _ = interrupt.recv() => Err("interrupted".to_owned()),
    };
    for jvm in jvms {
        jvm.stop().await;
    }
    // After a failure too: what is worth knowing was printed.
    let _ = std::fs::remove_dir_all(&run);
    result
}

async fn run_stories(folder: &Path, run: &Path, jvms: &mut Vec<Jvm>) -> Result<(), String> {
    let mut flinks = Vec::new();
    for release in &RELEASES {
        let tools = tools::prepare(folder, release).await?;
        jvms.push(Jvm::start(&tools, &run.join(release.version)).await?);
        flinks.push((release, tools));
    }
    let flinks: Vec<Flink> = flinks
        .into_iter()
        .zip(&*jvms)
        .map(|((release, tools), jvm)| Flink { release, tools, rest: &jvm.rest })
        .collect();
    for flink in &flinks {
        story::run(&flinks, flink.release, &run.join(format!("story-{}", flink.release.version))).await?;
    }
    upgrade::run(&flinks, run).await
}
