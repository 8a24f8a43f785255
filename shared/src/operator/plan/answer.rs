//! The answer of a plan, for people and for machines.

use serde::{Deserialize, Serialize};

use super::super::line::{Colour, Style};
use super::super::permissions::PermissionChange;
use super::super::screen::permission_lines;
use super::change_set::{Change, Effect};

/// How a deployment would go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Outlook {
    /// No resource changes: CloudFormation would report that there are no updates.
    Nothing,
    /// Resources change, and no problem was found.
    GoesThrough,
    /// It depends on what is known only at the deployment.
    CannotTell,
    /// It goes through, and something is lost or read again.
    AtRisk,
    /// It does not go through.
    Fails,
}

/// The answer. What `--json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Plan {
    /// The version of these names.
    pub schema: u8,
    /// The verdict in one sentence.
    pub sentence: String,
    /// What was compared; empty when nothing could be.
    pub compared: String,
    /// The name of the stack that the plan is about.
    pub stack: String,
    /// Its status; empty before its first deployment.
    pub status: String,
    /// How it would go: the worst of what follows.
    pub outlook: Outlook,
    /// The resources that change, or may, by logical ID.
    pub changes: Vec<Change>,
    /// The parameters that change, by name.
    pub parameters: Vec<String>,
    /// How often the running job restarts.
    pub restarts: u32,
    /// What restarts or starts it, and why.
    pub restart: Finding,
    /// Whether a snapshot is needed, and can be taken now.
    pub snapshot: Finding,
    /// What becomes of the job's state.
    pub state: Finding,
    /// What changes in who may do what, the most severe first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<PermissionChange>,
    /// Property keys that change; never a value.
    pub properties: Vec<String>,
    /// Property keys that are not as the stack gave them; never a value.
    pub drift: Vec<String>,
    /// What EXPRESS mode means for the job; empty without it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub express: Vec<String>,
    /// Why not everything is known.
    pub unknown: Vec<String>,
    /// What a person does first, or instead.
    pub next: Vec<String>,
}

/// One thing that was found out, and how good it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Finding {
    /// How severe it is for the deployment.
    pub outlook: Outlook,
    /// The finding in one sentence, a line for each application.
    #[serde(rename = "Told")]
    pub sentence: String,
}

impl Finding {
    pub(super) fn of(outlook: Outlook, sentence: impl Into<String>) -> Self {
        Self { outlook, sentence: sentence.into() }
    }

    /// The worst of several, each named, a line each; of the only one as it is.
    pub(super) fn of_all(each: Vec<(String, Self)>, is_only: bool) -> Self {
        let worst = each.iter().map(|(_, finding)| finding.outlook).max().unwrap_or(Outlook::GoesThrough);
        let line = |(name, finding): (String, Self)| {
            if is_only { finding.sentence } else { format!("{name}: {}", finding.sentence) }
        };
        Self::of(worst, each.into_iter().map(line).collect::<Vec<_>>().join("\n"))
    }

    pub(super) fn fine(sentence: impl Into<String>) -> Self {
        Self::of(Outlook::GoesThrough, sentence)
    }
}

impl Outlook {
    /// What the command ends with: 0 it goes through, 1 something is lost or it fails, 2 it cannot tell.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Nothing | Self::GoesThrough => 0,
            Self::AtRisk | Self::Fails => 1,
            Self::CannotTell => 2,
        }
    }

    /// The verdict on a stack of this status, in one sentence.
    pub(super) fn sentence(self, stack: &str, status: &str) -> String {
        let status = if status.is_empty() { "does not exist yet".to_owned() } else { format!("is {status}") };
        format!("{stack} {status}: {}", self.words().1)
    }

    const fn words(self) -> (Colour, &'static str) {
        match self {
            Self::Nothing => (Colour::Green, "nothing changes"),
            Self::GoesThrough => (Colour::Green, "no problem found"),
            Self::CannotTell => (Colour::Yellow, "cannot tell everything before the deployment"),
            Self::AtRisk => (Colour::Yellow, "something is lost or read again"),
            Self::Fails => (Colour::Red, "it will not go through"),
        }
    }
}

impl Plan {
    /// An answer without a comparison: the command could not look, or the deployment is refused.
    #[must_use]
    pub fn without_comparison(stack: &str, outlook: Outlook, why: &str) -> Self {
        let (unknown, next) = (Vec::new(), Vec::new());
        let none = || Finding::fine("");
        Self {
            schema: 1,
            sentence: why.to_owned(),
            compared: String::new(),
            stack: stack.to_owned(),
            status: String::new(),
            outlook,
            changes: Vec::new(),
            parameters: Vec::new(),
            restarts: 0,
            restart: none(),
            snapshot: none(),
            state: none(),
            permissions: Vec::new(),
            properties: Vec::new(),
            drift: Vec::new(),
            express: Vec::new(),
            unknown,
            next,
        }
    }

    /// As a person reads it.
    #[must_use]
    pub fn describe(&self, style: Style) -> String {
        let (colour, words) = self.outlook.words();
        let head = self.sentence.replace(words, &style.paint(colour, words)) + "\n";
        let compared = [self.compared.clone()];
        let of = |effect: Effect, word: &str| {
            let ids: Vec<&str> =
                self.changes.iter().filter(|one| one.effect == effect).map(|one| one.logical_id.as_str()).collect();
            (!ids.is_empty()).then(|| format!("{word} {}", ids.join(", ")))
        };
        let mut changes: Vec<String> = [
            of(Effect::Add, "adds"),
            of(Effect::Modify, "changes"),
            of(Effect::Replace, "REPLACES"),
            of(Effect::Remove, "removes"),
            of(Effect::Leave, "leaves behind"),
            of(Effect::Unknown, "may change"),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !self.parameters.is_empty() && !changes.is_empty() {
            changes.push(format!("by {}", self.parameters.join(", ")));
        }
        let one = |finding: &Finding| {
            let shows = self.outlook != Outlook::Nothing && !finding.sentence.is_empty();
            let lines = finding.sentence.lines().map(str::to_owned);
            if shows { lines.collect() } else { Vec::new() }
        };
        let permissions = permission_lines(&self.permissions);
        let parts = [
            ("compared", &compared[..]),
            ("resources", &changes),
            ("restart", &one(&self.restart)),
            ("snapshot", &one(&self.snapshot)),
            ("state", &one(&self.state)),
            ("iam", &permissions),
            ("keys", &self.properties),
            ("drift", &self.drift),
            ("express", &self.express),
            ("unknown", &self.unknown),
            ("next", &self.next),
        ];
        parts.into_iter().fold(head, |sentence, (label, texts)| sentence + &style.lines(label, texts))
    }
}
