//! What a deployment risks, and what has to be said to it.

use super::super::permissions::{AccessChange, PermissionChange};
use super::super::plan::{Change, Effect, Outlook, Plan, Proposal};
use crate::stack::APPLICATION;

/// What has to be given before a deployment begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentNeeded {
    /// A yes of a person at a terminal; without one, nothing: it is harmless.
    Harmless,
    /// A yes at a terminal; without one, `--yes`.
    Yes,
    /// This name, typed at a terminal; without one, `--yes`.
    Name(String),
}

/// What a deployment risks, in words, and the consent that it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// Each risk as it follows "it": `broadens 3 IAM permissions`, `restarts the job`.
    pub words: Vec<String>,
    /// How it is agreed to.
    pub consent: ConsentNeeded,
}

/// Whether the plan says that state is lost: given up, or started without.
pub(super) fn loses_state(plan: &Plan) -> bool {
    let words = ["GIVEN UP", "starts empty", "ANOTHER APPLICATION", "restarts empty", "is lost"];
    let is_lost = |text: &str| words.iter().any(|word| text.contains(word));
    [&plan.state, &plan.snapshot].iter().any(|finding| finding.outlook == Outlook::AtRisk && is_lost(&finding.sentence))
}

/// How many permissions are of this reach: each action of a row is one.
pub(super) fn count(permissions: &[PermissionChange], reach: AccessChange) -> usize {
    permissions.iter().filter(|row| row.reach == reach).map(|row| row.action.len().max(1)).sum()
}

fn plural(many: usize, one: &str) -> String {
    format!("{many} {one}{}", if many == 1 { "" } else { "s" })
}

/// Judges what a deployment changes; the name to type is the application's, where the stack has one.
#[must_use]
pub fn risk(proposal: &Proposal, plan: &Plan, permissions: &[PermissionChange]) -> Risk {
    let with = |effect: Effect| -> Vec<&Change> { plan.changes.iter().filter(|one| one.effect == effect).collect() };
    let names = |all: &[&Change]| all.iter().map(|one| one.logical_id.as_str()).collect::<Vec<_>>().join(", ");
    let (replaced, removed) = (with(Effect::Replace), with(Effect::Remove));
    let (broader, open) = (count(permissions, AccessChange::Broader), count(permissions, AccessChange::CannotTell));
    let mut serious = Vec::new();
    if broader > 0 {
        serious.push(format!("broadens {}", plural(broader, "IAM permission")));
    }
    if open > 0 {
        serious.push(format!("may broaden {}", plural(open, "IAM permission")));
    }
    let is_lost = loses_state(plan);
    if is_lost {
        serious.push("LOSES the job's state".to_owned());
    } else if plan.state.outlook == Outlook::AtRisk || plan.snapshot.outlook == Outlook::AtRisk {
        serious.push("reads again what came after a snapshot".to_owned());
    } else if plan.state.outlook == Outlook::CannotTell {
        serious.push("may lose the job's state".to_owned());
    }
    if !replaced.is_empty() {
        serious.push(format!("REPLACES {}", names(&replaced)));
    }
    if !removed.is_empty() {
        serious.push(format!("DELETES {}", names(&removed)));
    }
    let loses_application = replaced.iter().chain(&removed).any(|one| one.resource_type == APPLICATION);
    let consent = match (is_lost || loses_application, serious.is_empty()) {
        (true, _) => {
            let application = proposal.applications.values().next().map(|application| application.name.clone());
            ConsentNeeded::Name(application.unwrap_or_else(|| proposal.name.clone()))
        }
        (false, false) => ConsentNeeded::Yes,
        (false, true) => ConsentNeeded::Harmless,
    };
    if plan.restarts > 0 {
        let times = if plan.restarts == 1 { String::new() } else { format!(" {} times", plan.restarts) };
        serious.push(format!("restarts the job{times}"));
    }
    Risk { words: serious, consent }
}

impl Risk {
    /// The risks in one phrase, for a sentence that begins with "it".
    #[must_use]
    pub fn phrase(&self) -> String {
        match self.words.as_slice() {
            [] => "neither restarts the job nor broadens a permission".to_owned(),
            [one] => one.clone(),
            [all @ .., last] => format!("{} and {last}", all.join(", ")),
        }
    }

    /// The one question, which an empty answer declines.
    #[must_use]
    pub fn question(&self, stack: &str) -> String {
        let says = format!("Deploy {stack}? It {}.", self.phrase());
        match &self.consent {
            ConsentNeeded::Harmless | ConsentNeeded::Yes => format!("{says} [y/N] "),
            ConsentNeeded::Name(name) => format!("{says} Type {name} to deploy it: "),
        }
    }

    /// Whether what was typed agrees to it.
    #[must_use]
    pub fn is_agreed(&self, answer: &str) -> bool {
        let answer = answer.trim();
        match &self.consent {
            ConsentNeeded::Harmless | ConsentNeeded::Yes => {
                ["y", "yes"].contains(&answer.to_ascii_lowercase().as_str())
            }
            ConsentNeeded::Name(name) => answer == name,
        }
    }

    /// Without a terminal and without `--yes`: why it does not begin; `None` when it is harmless.
    #[must_use]
    pub fn without_consent(&self, stack: &str) -> Option<String> {
        match &self.consent {
            ConsentNeeded::Harmless => None,
            ConsentNeeded::Yes | ConsentNeeded::Name(_) => Some(format!(
                "{stack}: it {}, and there is no terminal to ask: nothing was changed. Read what changes, and give --yes to agree to it",
                self.phrase()
            )),
        }
    }
}
