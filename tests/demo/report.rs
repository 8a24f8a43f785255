//! An incident as its two reports show it: how the stack got unstuck, and how the application was left.

use serde_json::Value;

use crate::screen::Screen;
use crate::text::boxed;

/// Prints both reports as one story.
pub(crate) fn show(screen: &Screen, continued: &Value, ended: &Value) {
    let text = |report: &Value, member: &str| report[member].as_str().unwrap_or_default().to_owned();
    let mut rows = vec![("Cause", text(continued, "Cause"))];
    rows.extend(continued["Blockers"].as_array().into_iter().flatten().filter_map(|blocker| {
        let (resource, _) = blocker.as_str()?.split_once(':')?;
        Some(("Blocker", format!("{resource} could not be rolled back for the same reason")))
    }));
    let mut name = "Actions";
    for (call, because) in actions(continued).into_iter().chain(continue_rollback(continued)).chain(actions(ended)) {
        rows.push((name, format!("{call}: {because}")));
        name = "";
    }
    rows.push(("Replayed", text(continued, "State")));
    for application in ended["Applications"].as_array().into_iter().flatten() {
        let of = |member: &str| application[member].as_str().unwrap_or_default();
        let snapshot = format!("found {}, left {}, newest snapshot {}", of("Found"), of("Left"), of("Snapshot"));
        rows.push(("State", format!("{}: {snapshot}", of("ApplicationName"))));
    }
    let next = text(ended, "Next");
    rows.push(("Next", if next.is_empty() { "nothing: no action is needed".to_owned() } else { next }));
    rows.retain(|(_, text)| !text.is_empty());
    let title = format!("Incident report: {}", text(ended, "Outcome"));
    screen.print("");
    for line in boxed(&title, &rows) {
        screen.print(&line);
    }
}

fn actions(report: &Value) -> Vec<(String, String)> {
    let applications = report["Applications"].as_array().into_iter().flatten();
    let actions = applications.flat_map(|application| application["Actions"].as_array().into_iter().flatten());
    actions
        .map(|action| {
            let of = |member: &str| action[member].as_str().unwrap_or_default().to_owned();
            (of("Call"), of("Because"))
        })
        .collect()
}

/// What the first report means by its outcome.
fn continue_rollback(report: &Value) -> Option<(String, String)> {
    let because = format!("nothing blocks the rollback any more (attempt {})", report["Attempt"]);
    (report["Outcome"] == "RollbackContinued").then(|| ("ContinueUpdateRollback".to_owned(), because))
}
