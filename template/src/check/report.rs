//! What the comparison found, for people and for programs.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::conditional_keys::conditional;
use super::files::Sources;
use super::injected::InjectedKeys;
use crate::sources::Read;

/// A group that the service reads itself: `kinesis.analytics.flink.run.options` names the job's entry point.
const OF_THE_SERVICE: &str = "kinesis.analytics.flink.run.options";

/// Whether what the job reads is what is injected; the command's exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Agreement {
    Agrees,
    Differs,
    CannotTell,
}

impl Agreement {
    pub(super) fn exit_code(self) -> u8 {
        match self {
            Self::Agrees => 0,
            Self::Differs => 1,
            Self::CannotTell => 2,
        }
    }
}

/// A place in a source; lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SourceLine {
    pub(super) file: String,
    pub(super) line: usize,
}

/// A key that the job reads and nothing injects; without a key, a whole group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MissingKey {
    /// `A+B` where groups were merged.
    pub(super) group: String,
    pub(super) key: Option<String>,
    pub(super) read_at: Vec<SourceLine>,
}

impl MissingKey {
    fn line(&self) -> String {
        let Self { group, key, read_at } = self;
        let name = key.as_ref().map_or_else(|| group.clone(), |key| format!("{group}/{key}"));
        let places: Vec<String> = read_at.iter().map(|place| format!("{}:{}", place.file, place.line)).collect();
        format!("{name}: read at {}, injected by nothing", places.join(", "))
    }
}

/// A key that is injected and not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UnreadKey {
    pub(super) group: String,
    pub(super) key: String,
}

/// A place where properties go and cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NotFollowed {
    /// A source with its line; or a part of the template, without one.
    pub(super) file: String,
    pub(super) line: Option<usize>,
    pub(super) what: String,
}

/// The whole comparison. Its names in JSON are stable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PropertyReport {
    pub(super) schema: u8,
    pub(super) verdict: Agreement,
    /// The verdict in one sentence.
    pub(super) sentence: String,
    pub(super) compared: String,
    /// Read without a default, and not injected.
    pub(super) missing: Vec<MissingKey>,
    /// Read with a default, and not injected.
    pub(super) with_default: Vec<MissingKey>,
    pub(super) unread: Vec<UnreadKey>,
    pub(super) not_followed: Vec<NotFollowed>,
    pub(super) next: Vec<String>,
}

impl PropertyReport {
    /// An answer that could not be sought.
    pub(super) fn cannot_tell(message: &str) -> Self {
        Self {
            schema: 1,
            verdict: Agreement::CannotTell,
            sentence: message.to_owned(),
            compared: String::new(),
            missing: Vec::new(),
            with_default: Vec::new(),
            unread: Vec::new(),
            not_followed: Vec::new(),
            next: vec!["flink-stack help".to_owned()],
        }
    }

    /// Whether nothing was compared at all.
    pub(super) fn is_error(&self) -> bool {
        self.compared.is_empty()
    }

    pub(super) fn of(sources: &Sources, injected: &InjectedKeys, against: &str) -> Self {
        let mut report = Self::cannot_tell("");
        report.missing(sources, injected);
        report.unread(sources, injected);
        let name = |file: &usize| sources.files.get(*file).map_or_else(String::new, |path| path.display().to_string());
        let lost = sources.found.lost.iter();
        report.not_followed = lost
            .map(|(file, line, what)| NotFollowed { file: name(file), line: Some(*line), what: what.clone() })
            .collect();
        let of_the_template = conditional(sources, injected).into_iter().chain(injected.open.iter().cloned());
        let of_the_template = of_the_template.map(|what| NotFollowed { file: against.to_owned(), line: None, what });
        report.not_followed.extend(of_the_template);
        report.verdict = if !report.missing.is_empty() || !report.unread.is_empty() {
            Agreement::Differs
        } else if report.not_followed.is_empty() {
            Agreement::Agrees
        } else {
            Agreement::CannotTell
        };
        let keys: usize = injected.groups.values().map(BTreeSet::len).sum();
        let count = |many: usize, one: &str| format!("{many} {one}{}", if many == 1 { "" } else { "s" });
        report.compared = format!(
            "{} that {} with {against}: {} in {}",
            count(sources.files.len(), "source"),
            if sources.files.len() == 1 { "was read" } else { "were read" },
            count(keys, "key"),
            count(injected.groups.len(), "group"),
        );
        report.sentence = report.verdict_sentence(&count);
        report.next = vec![match report.verdict {
            Agreement::Agrees => "nothing to do".to_owned(),
            Agreement::Differs => format!("correct the key in the source or in {against}, then run this command again"),
            Agreement::CannotTell => {
                format!("compare what is done at these lines with {against} yourself: nothing else differs")
            }
        }];
        report
    }

    fn verdict_sentence(&self, count: &dyn Fn(usize, &str) -> String) -> String {
        let mut parts = Vec::new();
        if !self.missing.is_empty() {
            parts.push(format!("{} read and injected by nothing", count(self.missing.len(), "key")));
        }
        if !self.unread.is_empty() {
            parts.push(format!("{} injected and read by no source", count(self.unread.len(), "key")));
        }
        let places = count(self.not_followed.len(), "place");
        match self.verdict {
            Agreement::Agrees => "The job reads what is injected.".to_owned(),
            Agreement::CannotTell => format!("Cannot tell: {places} cannot be followed; all else agrees."),
            Agreement::Differs => {
                if !self.not_followed.is_empty() {
                    parts.push(format!("{places} that cannot be followed"));
                }
                format!("The job and what is injected differ: {}.", parts.join(", "))
            }
        }
    }

    fn missing(&mut self, sources: &Sources, injected: &InjectedKeys) {
        let has = |group: &String, key: &String| injected.groups.get(group).is_some_and(|keys| keys.contains(key));
        let mut groups: BTreeSet<&String> = BTreeSet::new();
        for ((ids, key), read) in &sources.found.keys {
            if !ids.iter().any(|group| has(group, key)) {
                groups.extend(ids);
                let group = ids.iter().cloned().collect::<Vec<_>>().join("+");
                self.note(group, Some(key.clone()), read, &sources.files);
            }
        }
        for (group, read) in &sources.found.groups {
            if !injected.groups.contains_key(group) && !groups.contains(group) {
                self.note(group.clone(), None, read, &sources.files);
            }
        }
    }

    fn note(&mut self, group: String, key: Option<String>, read: &Read, files: &[PathBuf]) {
        let place = |(file, line): &(usize, usize)| {
            let file = files.get(*file).map_or_else(String::new, |path| path.display().to_string());
            SourceLine { file, line: *line }
        };
        let missing = MissingKey { group, key, read_at: read.places.iter().map(place).collect() };
        if read.has_default { self.with_default.push(missing) } else { self.missing.push(missing) }
    }

    fn unread(&mut self, sources: &Sources, injected: &InjectedKeys) {
        let found = &sources.found;
        let read: BTreeSet<(&String, &String)> =
            found.keys.keys().flat_map(|(ids, key)| ids.iter().map(move |group| (group, key))).collect();
        for (group, keys) in &injected.groups {
            if found.all || found.whole.contains(group) || group == OF_THE_SERVICE {
                continue;
            }
            let keys = keys.iter().filter(|key| !read.contains(&(group, *key)) && !found.loose.contains(*key));
            self.unread.extend(keys.map(|key| UnreadKey { group: group.clone(), key: key.clone() }));
        }
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// What is read without a default and injected by nothing, a line each.
    pub(super) fn missing_lines(&self) -> Vec<String> {
        self.missing.iter().map(MissingKey::line).collect()
    }

    /// The verdict, what was compared, each finding on a line, and what to do next.
    pub(super) fn text(&self) -> String {
        let mut text = format!("{}\ncompared  {}\n", self.sentence, self.compared);
        for line in self.missing_lines() {
            let _ = writeln!(text, "{line}");
        }
        for missing in &self.with_default {
            let _ = writeln!(text, "{}; the job has a default", missing.line());
        }
        for UnreadKey { group, key } in &self.unread {
            let _ = writeln!(text, "{group}/{key}: injected, and no source is seen to read it");
        }
        for NotFollowed { file, line, what } in &self.not_followed {
            let line = line.map_or_else(String::new, |line| format!(":{line}"));
            let _ = writeln!(text, "{file}{line}: cannot be followed: {what}");
        }
        text + "next      " + &self.next.join("\n          ") + "\n"
    }
}
