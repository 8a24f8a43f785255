//! What a deployment changes, as a person reads it before the question.

use shared::operator::deployment::{StackChanges, consent};
use shared::operator::{Change, Effect, Grant, PermissionChange, Reach, Sign, Subject};

use super::output::Output;

/// How effects are named, the gravest first.
const EFFECTS: [(Effect, &str); 6] = [
    (Effect::Replace, "REPLACES"),
    (Effect::Remove, "DELETES"),
    (Effect::Leave, "leaves behind"),
    (Effect::Unknown, "may change"),
    (Effect::Modify, "changes"),
    (Effect::Add, "adds"),
];

/// Prints each stack's changes, the job's fate first.
pub(super) fn show(all: &[StackChanges], output: &Output) {
    for stack in all.iter().rev() {
        if let Some(plan) = &stack.plan {
            Output::text(&plan.describe(output.style));
            output.emit("plan", serde_json::json!({"plan": plan}));
        }
    }
    for stack in all {
        let changes = words(&stack.changes, output.verbose);
        if stack.plan.is_none() {
            let changes = if changes.is_empty() { "nothing changes".to_owned() } else { changes.join("; ") };
            Output::text(&format!("{}: {changes}", stack.stack));
        }
        if !stack.permissions.is_empty() {
            Output::text(&format!("{}: permissions", stack.stack));
            stack.permissions.iter().for_each(|change| Output::text(&permission(change)));
        }
    }
    let permissions: Vec<&PermissionChange> = all.iter().flat_map(|stack| &stack.permissions).collect();
    output.emit("permissions", serde_json::json!({"permissions": permissions}));
    output.emit("consent", serde_json::json!({"risks": consent(all).risks}));
}

/// A phrase for each effect: what is replaced or goes by name, the rest as counts unless all is asked for.
fn words(changes: &[Change], is_verbose: bool) -> Vec<String> {
    let phrase = |(effect, verb): &(Effect, &str)| {
        let ids: Vec<&str> =
            changes.iter().filter(|one| one.effect == *effect).map(|one| one.logical_id.as_str()).collect();
        let is_named = is_verbose || [Effect::Replace, Effect::Remove, Effect::Leave].contains(effect);
        match ids.len() {
            0 => None,
            _ if is_named => Some(format!("{verb} {}", ids.join(", "))),
            1 => Some(format!("{verb} 1 resource")),
            many => Some(format!("{verb} {many} resources")),
        }
    };
    EFFECTS.iter().filter_map(phrase).collect()
}

/// A permission as one line, `+ broader  Role: Allow s3:GetObject on arn:...`. Sign and word carry the meaning.
fn permission(change: &PermissionChange) -> String {
    let sign = match change.sign {
        Sign::Added => '+',
        Sign::Removed => '-',
        Sign::Changed => '~',
        Sign::Undecided => '?',
    };
    let reach = match change.reach {
        Reach::Broader => "broader",
        Reach::CannotTell => "cannot tell",
        Reach::Narrower => "narrower",
        Reach::Same => "same",
    };
    let part = |word: &str, texts: &[String]| match texts {
        [] => String::new(),
        texts => format!(" {word}{}", texts.join(", ")),
    };
    let subject = match change.subject {
        Subject::Permission => "",
        Subject::Trust => " trusts",
        Subject::ResourcePolicy => " lets",
        Subject::ManagedPolicy => " has the managed policy",
        Subject::Boundary => " has the boundary",
        Subject::Path => " has the path",
        Subject::Unresolved => " has what cannot be read",
    };
    let grant = match (change.subject, change.grant) {
        (_, Grant::Deny) => " Deny",
        (Subject::Permission | Subject::Trust | Subject::ResourcePolicy, Grant::Allow) => " Allow",
        (Subject::ManagedPolicy | Subject::Boundary | Subject::Path | Subject::Unresolved, Grant::Allow) => "",
    };
    let before = change.before.as_ref().map(|before| before.texts.join(", "));
    [
        format!("  {sign} {reach:11} {}{subject}{grant}", change.owner),
        part("", &change.principal),
        part("", &change.action),
        part("on ", &change.resource),
        part("if ", &change.condition),
        before.map(|before| format!(" (was: {before})")).unwrap_or_default(),
    ]
    .concat()
}
