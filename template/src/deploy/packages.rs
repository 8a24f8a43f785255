//! Building and packing the functions, by cargo-lambda as a child process.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use shared::contract::Function;
use shared::operator::deployment::{GivenSettings, architecture};

use super::jar::hex;
use super::output::Output;
use super::{Stop, interrupt};

/// 1980-01-01, the oldest time that a zip holds.
const OLDEST: Duration = Duration::from_hours(87_648);

/// Builds and packs, prints each zip's digest, and deploys nothing.
pub(super) fn run(given: &GivenSettings, output: &Output) -> Result<(), Stop> {
    let architecture = architecture(given, None);
    let problems: Vec<String> = given.mistakes().into_iter().chain(problems(&architecture)).collect();
    if !problems.is_empty() {
        return Err(Stop::Refused(problems));
    }
    build(&architecture, output)?;
    for function in Function::ALL {
        let name = function.name();
        // Its own packing, as `cargo lambda deploy` uploads it; nothing is deployed.
        quietly(Command::new("cargo").args(["lambda", "deploy", name, "--dry"]))
            .map_err(|error| error.or(&format!("the function {name} cannot be packed")))?;
        let zip = folder(function).join("bootstrap.zip");
        let bytes = std::fs::read(&zip).map_err(|error| format!("{}: {error}", zip.display()))?;
        crate::stdout::show(&format!("{}  {}\n", hex(&Sha256::digest(&bytes)), zip.display()));
    }
    Ok(())
}

/// What is missing on this machine.
pub(super) fn problems(architecture: &str) -> Vec<String> {
    let runs = |command: &mut Command| command.output().ok().filter(|output| output.status.success());
    let mut problems = Vec::new();
    if runs(Command::new("cargo").args(["lambda", "--version"])).is_none() {
        problems.push("cargo-lambda is not installed; pip install cargo-lambda (it brings zig)".to_owned());
    }
    if architecture == "arm64" {
        let target = ["--print", "target-libdir", "--target", "aarch64-unknown-linux-gnu"];
        let libraries = runs(Command::new("rustc").args(target));
        let libraries = libraries.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        if !libraries.is_some_and(|folder| std::path::Path::new(&folder).is_dir()) {
            problems.push("ARCH=arm64 takes the target: rustup target add aarch64-unknown-linux-gnu".to_owned());
        }
    }
    problems
}

/// Builds the functions and packs them so that the same source gives the same bytes, wherever and whenever it is built:
/// no path of this machine in a panic's text, no time of the build in the zip, whose oldest time is 1980.
pub(super) fn build(architecture: &str, output: &Output) -> Result<(), Stop> {
    let names = Function::ALL.map(Function::name);
    output.say(&format!("building {} for {architecture}", names.join(" ")));
    // Lambda's processors, as cargo-lambda itself has them: RUSTFLAGS takes the place of its own.
    let (processor, target) = match architecture {
        "arm64" => ("neoverse-n1", "aarch64"),
        other => ("haswell", other),
    };
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let here = std::env::current_dir().map_err(|error| error.to_string())?;
    let cargo = std::env::var("CARGO_HOME").unwrap_or_else(|_| format!("{}/.cargo", variable("HOME")));
    let flags = format!(
        "{} -C target-cpu={processor} --remap-path-prefix={}=. --remap-path-prefix={cargo}=cargo",
        variable("RUSTFLAGS"),
        here.display()
    );
    // The runtime's own glibc: for an older one the linker adds libpthread and libdl, which are empty since 2.34.
    let target = format!("{target}-unknown-linux-gnu.2.34");
    let mut build = Command::new("cargo");
    build.args(["lambda", "build", "--release", "--locked", "--target", &target]).env("RUSTFLAGS", flags);
    build.args(names.iter().flat_map(|name| ["--bin", *name]));
    quietly(&mut build).map_err(|error| error.or("the functions do not build"))?;
    for function in Function::ALL {
        let binary = folder(function).join("bootstrap");
        let file = File::options().write(true).open(&binary);
        let dated = file.and_then(|file| file.set_modified(SystemTime::UNIX_EPOCH + OLDEST));
        dated.map_err(|error| format!("{}: {error}", binary.display()))?;
    }
    Ok(())
}

/// Where cargo-lambda leaves a function.
fn folder(function: Function) -> PathBuf {
    target().join("lambda").join(function.name())
}

fn target() -> PathBuf {
    PathBuf::from(std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned()))
}

/// Why a child process did not do what it was to do.
#[derive(Debug)]
pub(super) enum ChildError {
    /// A signal came; the child was ended.
    Interrupted,
    /// The child failed, and printed this.
    Failed(String),
}

impl ChildError {
    /// What the child printed, and then what that means.
    pub(super) fn or(self, meaning: &str) -> Stop {
        match self {
            Self::Interrupted => Stop::Interrupted,
            Self::Failed(printed) => Stop::Failed(format!("{meaning}:\n{}", printed.trim_end())),
        }
    }
}

/// Runs a command quietly; what it prints is the error when it fails. This very command's variables about cargo are not
/// its.
pub(super) fn quietly(command: &mut Command) -> Result<(), ChildError> {
    let failed = |error: std::io::Error| ChildError::Failed(error.to_string());
    std::fs::create_dir_all(target()).map_err(failed)?;
    let path = target().join(format!("flink-stack-{}.log", std::process::id()));
    let log = File::create(&path).map_err(failed)?;
    let names = std::env::vars_os().map(|(name, _)| name);
    let own = |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| name.starts_with(prefix));
    names.filter(|name| name.to_str().is_some_and(own)).for_each(|name| {
        command.env_remove(name);
    });
    command.stdin(Stdio::null()).stdout(log.try_clone().map_err(failed)?).stderr(log);
    let outcome = wait(command);
    let printed = std::fs::read_to_string(&path).unwrap_or_default();
    let _absent_is_fine = std::fs::remove_file(&path);
    match outcome {
        Ok(true) => Ok(()),
        Ok(false) => Err(ChildError::Failed(printed)),
        Err(error) => Err(error),
    }
}

fn wait(command: &mut Command) -> Result<bool, ChildError> {
    let failed = |error: std::io::Error| ChildError::Failed(error.to_string());
    let mut child = command.spawn().map_err(failed)?;
    loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            return if interrupt::came() { Err(ChildError::Interrupted) } else { Ok(status.success()) };
        }
        if interrupt::came() {
            let _it_may_have_ended = child.kill();
            let _it_has_ended = child.wait();
            return Err(ChildError::Interrupted);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
