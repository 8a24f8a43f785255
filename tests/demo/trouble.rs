//! What a person needs who did not see what had to be seen: the stack's events and the functions' logs.

use local_aws::State;
use project::deployment::NAME;

use crate::screen::Screen;

/// So much of each is enough to see the end.
const LINES: usize = 60;

/// Prints them as they are, unwrapped.
pub(crate) fn print(screen: &Screen, state: &State) {
    screen.print("");
    screen.painted("1", &format!("The newest events of the stacks, and of {NAME} last"));
    let rows = state.cloudformation.stacks.iter().flat_map(|stack| {
        stack.events.iter().map(move |row| format!("{} {} {} {}", stack.name, row.logical_id, row.status, row.reason))
    });
    last(screen, &rows.collect::<Vec<_>>());
    screen.painted("1", "The newest lines of the functions' logs");
    let logs: Vec<_> = state.lambda.logs.iter().map(|line| format!("{}: {}", line.function, line.line)).collect();
    last(screen, &logs);
    for unknown in &state.unknown {
        screen.print(unknown);
    }
}

fn last(screen: &Screen, lines: &[String]) {
    let skip = lines.len().saturating_sub(LINES);
    for line in lines.iter().skip(skip) {
        screen.print(&format!("  {line}"));
    }
}
