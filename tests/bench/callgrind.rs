//! Instructions, counted by valgrind: what repeats to a tenth of a percent on any machine.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Child, Command};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::servers::aws::Story;
use crate::servers::host::Host;
use crate::subject::Subject;

const LOG: &str = "callgrind.log";

/// Says how to get valgrind, when it is not there.
pub(crate) fn is_here() -> Result<(), String> {
    match Command::new("valgrind").arg("--version").output() {
        Ok(output) if output.status.success() => Ok(()),
        _ => Err("valgrind is not installed; apt-get install valgrind".to_owned()),
    }
}

/// Instructions of a process that is given `events` events, from its first to its next poll: with none, initialisation.
pub(crate) fn instructions(
    host: &Host,
    subject: &Subject,
    story: Story,
    events: usize,
    folder: &Path,
) -> Result<u64, Box<dyn Error>> {
    let mut program = valgrind(folder);
    program.extend(subject.program.iter().cloned());
    // SIGTERM, which no handler here catches: valgrind then still writes what it counted.
    let run = host.run(subject, story, events, &program, |child: &Child| {
        if let Ok(process) = i32::try_from(child.id()) {
            let _gone = kill(Pid::from_raw(process), Signal::SIGTERM);
        }
    })?;
    if events > 0 && subject.looks_at_the_application() && !run.calls.iter().any(|call| call == "DescribeApplication") {
        let calls = run.calls.join(", ");
        return Err(format!("{}: the request was refused before any work, after {calls}", subject.name).into());
    }
    counted(folder)
}

/// Instructions of a command from its begin to its end.
pub(crate) fn whole(command: &[String], folder: &Path) -> Result<u64, Box<dyn Error>> {
    let program = valgrind(folder);
    let ended = Command::new(&program[0]).args(&program[1..]).args(command).output()?;
    if !ended.status.success() {
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        return Err(format!("{} ended with {}: {said}", command.join(" "), ended.status).into());
    }
    counted(folder)
}

fn valgrind(folder: &Path) -> Vec<String> {
    let log = format!("--log-file={}", folder.join(LOG).display());
    ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", &log].map(str::to_owned).to_vec()
}

/// What it wrote at the program's end.
fn counted(folder: &Path) -> Result<u64, Box<dyn Error>> {
    let output = fs::read_to_string(folder.join(LOG))?;
    let counted = output.lines().find_map(|line| line.split_once("Collected :")).map(|(_, count)| count.trim().parse());
    Ok(counted.ok_or_else(|| format!("valgrind counted nothing:\n{output}"))??)
}
