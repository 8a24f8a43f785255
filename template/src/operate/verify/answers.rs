//! What was found out: answers for people, and the modes that the local AWS is set from (`local-aws --modes FILE`).

use std::collections::BTreeMap;

use serde::Serialize;

/// The file that `--out` writes, as `local-aws --modes` reads it.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Answers {
    /// The local AWS's modes that were found out, by name; what is missing stays at its default there.
    pub(super) modes: BTreeMap<&'static str, &'static str>,
    /// Each question, in the order in which they were asked.
    pub(super) questions: Vec<Question>,
    /// What could not be removed.
    pub(super) leftovers: Vec<String>,
}

/// A question to AWS with its answer, or with why it was not asked.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Question {
    /// With its number in `semantics.md` G.2, or where it stands there.
    pub(super) asked: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) answer: Option<String>,
    /// Why there is no answer: what the question takes was not given, or did not happen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_asked: Option<String>,
}

impl Answers {
    /// Prints and keeps an answer in words.
    pub(super) fn answer(&mut self, question: &'static str, answer: impl Into<String>) {
        let answer = answer.into();
        println!("  {question}\n      {answer}");
        self.questions.push(Question { asked: question, answer: Some(answer), not_asked: None });
    }

    /// An answer that is one of the local AWS's modes.
    pub(super) fn mode(&mut self, question: &'static str, mode: (&'static str, &'static str), seen: &str) {
        self.modes.insert(mode.0, mode.1);
        self.answer(question, format!("{}: {} ({seen})", mode.0, mode.1));
    }

    /// Prints and keeps why a question has no answer.
    pub(super) fn not_asked(&mut self, question: &'static str, why: impl Into<String>) {
        let why = why.into();
        println!("  {question}\n      not asked: {why}");
        self.questions.push(Question { asked: question, answer: None, not_asked: Some(why) });
    }
}
