//! The picture at the beginning and the list at the end.

use project::deployment::Deployment;

use crate::screen::Screen;
use crate::stage::Seen;
use crate::steps::{Missed, Step};

const PICTURE: &str = "
  Kinesis stream ── records ─▶ Flink application with its job ── rows ─▶ DynamoDB table
                                 ▲ starts it, gives it its names         ▲ gets it unstuck
  CloudFormation ─▶ flink-auto-start, flink-property-groups  EventBridge ─▶ flink-rollback-unsticker
                 └▶ flink-update-guard, before each update: then there is nothing to get unstuck

";

/// Who is who.
pub(crate) fn open(screen: &Screen) {
    screen.painted("1", "flink-stack-handlers: a Flink application that its stack starts, configures and unsticks");
    PICTURE.lines().for_each(|line| screen.print(line));
    screen.print("The templates and the functions are the real ones; AWS is a program on 127.0.0.1, where a minute");
    screen.print("lasts about a second. Nothing leaves this machine. Ctrl-C ends it.");
    let runtime = &Deployment::application_template()["Parameters"]["RuntimeEnvironment"]["Default"];
    screen
        .print(&format!("The jobs are built for {}, the templates' default runtime.", runtime.as_str().unwrap_or("?")));
}

/// What will now be seen, and why it hurts without us.
pub(crate) fn chapter(screen: &Screen, number: u8, title: &str, sentence: &str) {
    screen.print("");
    screen
        .painted("1", &format!("━━ {number}. {title} {}", "━".repeat(93_usize.saturating_sub(title.chars().count()))));
    for line in crate::text::wrap(sentence, 97) {
        screen.painted("2", &format!("   {line}"));
    }
    screen.print("");
}

/// Each step with a tick, a cross, or a dot where the story did not come to it, then where to go next, or what went
/// wrong.
pub(crate) fn close(screen: &Screen, seen: &Seen, missed: Option<&Missed>) {
    screen.print("");
    screen.painted("1", "What had to be seen");
    for step in Step::ALL {
        let is_missed = missed.is_some_and(|missed| missed.step == *step);
        let mark = match (seen.contains(*step), is_missed) {
            (true, _) => screen.paint("32", "✔"),
            (false, true) => screen.paint("31", "✘"),
            (false, false) => "·".to_owned(),
        };
        screen.print(&format!("  {mark} {step}"));
    }
    screen.print("");
    if let Some(Missed { step, why }) = missed {
        screen.painted("31", &format!("Not seen: {step}."));
        screen.painted("31", &format!("Because {why}. The stack's events and the functions' logs are above."));
    } else {
        screen.print("Where to go next:");
        screen.print("  make test     the same and much more, as scenarios");
        screen.print("  make deploy   the same templates and functions in your account");
        screen.print("  README.md     what each function promises, when it fails, how to remove it");
    }
}
