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
    let log = folder.join("callgrind.log");
    let mut program = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"].map(str::to_owned).to_vec();
    program.push(format!("--log-file={}", log.display()));
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
    let output = fs::read_to_string(&log)?;
    let counted = output.lines().find_map(|line| line.split_once("Collected :")).map(|(_, count)| count.trim().parse());
    Ok(counted.ok_or_else(|| format!("valgrind counted nothing:\n{output}"))??)
}
