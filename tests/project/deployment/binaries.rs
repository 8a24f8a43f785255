//! The built binaries, and how a world runs them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{env, io};

/// What scenarios run: the functions, and the operator's command.
const PROGRAMS: [&str; 5] =
    ["flink-auto-start", "flink-property-groups", "flink-update-guard", "flink-rollback-unsticker", "flink-stack"];

/// This run's own binaries. A build beside the run gives the target folder other files, and leaves these as they are.
struct Run {
    folder: PathBuf,
    /// Held as long as the run: a folder whose lock can be had belongs to no process.
    _lock: File,
}

static IN_VIRTUAL_TIME: AtomicBool = AtomicBool::new(false);

/// From now on the functions are built to rest in the local AWS's virtual time. Call before any world is made.
pub fn in_virtual_time() {
    IN_VIRTUAL_TIME.store(true, Ordering::Relaxed);
}

/// The folder of this run's own function binaries and operator's command, which are built first, once, with the cargo
/// and the profile of this very program.
///
/// # Panics
/// When they do not build.
#[must_use]
pub fn binaries() -> &'static Path {
    static RUN: LazyLock<Run> = LazyLock::new(|| link(&build()).expect("the target folder can be written"));
    &RUN.folder
}

/// A bootstrap that becomes the built binary: the same process, without fifty megabytes of zip for each world.
pub(super) fn bootstrap(name: &str) -> PathBuf {
    binaries().join(name).with_extension("bootstrap")
}

/// Builds the binaries; the folder they are in.
fn build() -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let own = env::current_exe().expect("this program's own path");
    // target/<profile>/<program>, or target/<profile>/deps/<test>.
    let folder = own.ancestors().skip(1).find(|folder| !folder.ends_with("deps")).expect("a target folder");
    let mut build = Command::new(cargo);
    // No package is named: with the features of the whole workspace, as everything else is built.
    build.args(["build", "--quiet"]).args(PROGRAMS.iter().flat_map(|name| ["--bin", *name]));
    if IN_VIRTUAL_TIME.load(Ordering::Relaxed) {
        build.args(["--features", "functions/virtual-time"]);
    }
    build.args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml")]);
    // What cargo sets for this program about itself looks to a build script (ring's) like a change: without it, no
    // rebuild.
    let names = env::vars_os().map(|(name, _)| name);
    let own = |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| name.starts_with(prefix));
    names.filter(|name| name.to_str().is_some_and(own)).for_each(|name| {
        build.env_remove(name);
    });
    if folder.ends_with("release") {
        build.arg("--release");
    }
    build.arg("--target-dir").arg(folder.parent().expect("target"));
    assert!(build.status().expect("cargo runs").success(), "the binaries do not build");
    folder.to_owned()
}

/// Links the programs of a folder into one of this process's own inside it, and removes those of runs that have ended.
fn link(built: &Path) -> io::Result<Run> {
    let runs = built.join("runs");
    fs::create_dir_all(&runs)?;
    let one_at_a_time = File::create(runs.join("lock"))?;
    one_at_a_time.lock()?;
    for entry in fs::read_dir(&runs)? {
        let folder = entry?.path();
        let has_ended = || File::open(folder.join("lock")).is_ok_and(|lock| lock.try_lock().is_ok());
        if folder.is_dir() && has_ended() {
            fs::remove_dir_all(folder)?;
        }
    }
    let folder = runs.join(std::process::id().to_string());
    fs::create_dir_all(&folder)?;
    let lock = File::create(folder.join("lock"))?;
    lock.lock()?;
    for name in PROGRAMS {
        let (from, to) = (built.join(name), folder.join(name));
        // A build writes a new file and gives it the old one's name. Where there are no links, another process copies:
        // a file that this one has open for writing cannot be executed, not even by a child that was started meanwhile.
        if fs::hard_link(&from, &to).is_err() {
            let copied = Command::new("cp").arg(&from).arg(&to).status()?.success();
            copied.then_some(()).ok_or_else(|| io::Error::other(format!("{} cannot be copied", from.display())))?;
        }
        let script = format!("#!/bin/sh\nexec '{}'\n", to.display());
        fs::write(to.with_extension("bootstrap"), script)?;
    }
    Ok(Run { folder, _lock: lock })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn built(name: &str) -> PathBuf {
        let folder = env::temp_dir().join(format!("local-aws-run-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for program in PROGRAMS {
            fs::write(folder.join(program), "old").unwrap();
        }
        folder
    }

    /// Each crate with its version and its features, as cargo resolves them for a command about these packages and
    /// kinds of dependency.
    fn resolved(arguments: &[&str]) -> BTreeSet<String> {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
        let mut tree = Command::new(env!("CARGO"));
        tree.args([
            "tree",
            "--locked",
            "--manifest-path",
            manifest,
            "--prefix",
            "none",
            "--no-dedupe",
            "--format",
            "{p} {f}",
        ]);
        let output = tree.args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn binaries_tests_and_the_bench_are_built_from_the_same_crates() {
        let binaries = resolved(&["--edges", "normal,build"]);
        assert!(binaries.iter().any(|each| each.starts_with("aws-sdk-kinesisanalyticsv2 ")), "{binaries:?}");
        for more in [&["--edges", "all"][..], &["--edges", "normal,build", "--workspace"]] {
            let all = resolved(more);
            let twice: Vec<_> = binaries.difference(&all).collect();
            assert!(
                twice.is_empty(),
                "with {more:?} these have more features: ask for them in tests/Cargo.toml: {twice:#?}"
            );
        }
    }

    #[test]
    fn a_build_during_a_run_does_not_change_what_runs() {
        let built = built("rebuilt");
        let run = link(&built).unwrap();
        // As cargo does it.
        fs::remove_file(built.join("flink-stack")).unwrap();
        fs::write(built.join("flink-stack"), "new").unwrap();
        assert_eq!(fs::read_to_string(run.folder.join("flink-stack")).unwrap(), "old");
        let script = fs::read_to_string(run.folder.join("flink-auto-start.bootstrap")).unwrap();
        assert!(script.contains(run.folder.join("flink-auto-start").to_str().unwrap()), "{script}");
        fs::remove_dir_all(built).unwrap();
    }

    #[test]
    fn a_run_that_has_ended_leaves_nothing_to_the_next_but_one() {
        let built = built("ended");
        let (ended, running) = (built.join("runs/ended"), built.join("runs/running"));
        for folder in [&ended, &running] {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join("lock"), "").unwrap();
        }
        let held = File::open(running.join("lock")).unwrap();
        held.lock().unwrap();
        drop(link(&built).unwrap());
        assert!(!ended.exists());
        assert!(running.exists());
        fs::remove_dir_all(built).unwrap();
    }
}
