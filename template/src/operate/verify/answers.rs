//! What was found out: answers for people, and the modes that the local AWS is set from (`local-aws --modes FILE`).

use std::collections::BTreeMap;

use serde::Serialize;

/// The file that `--out` writes, as `local-aws --modes` reads it.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Answers {
    /// The local AWS's modes that were found out, by name; what is missing stays at its default there.
    pub(super) modes: BTreeMap<&'static str, &'static str>,
    /// How long each operation of the application took, oldest first.
    pub(super) durations: Vec<Duration>,
    /// Each question, in the order in which they were asked.
    pub(super) questions: Vec<QuestionRecord>,
    /// What could not be removed.
    pub(super) leftovers: Vec<String>,
}

/// How long an operation of the application took, by the service's own clock: a row as in `SEMANTICS.md` I.1.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Duration {
    /// The name of the constant in `SEMANTICS.md` I.1 that it is a figure for.
    pub(super) constant: &'static str,
    /// The service's word for the operation: `StartApplication`, `UpdateApplication`, ...
    pub(super) operation: String,
    /// The operation's status: SUCCESSFUL, FAILED, CANCELLED or IN_PROGRESS.
    pub(super) status: String,
    /// StartTime as the service says it, in UTC.
    pub(super) start: Option<String>,
    /// EndTime, in UTC; none while it has no end.
    pub(super) end: Option<String>,
    /// From StartTime to EndTime, in seconds; none while it has no end.
    pub(super) seconds: Option<f64>,
}

/// A question to AWS with its answer, or with why it was not asked.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct QuestionRecord {
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
        self.questions.push(QuestionRecord { asked: question, answer: Some(answer), not_asked: None });
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
        self.questions.push(QuestionRecord { asked: question, answer: None, not_asked: Some(why) });
    }

    /// Takes what is the account's own out of the answers: ARNs, account IDs, and these names.
    pub(super) fn hide(&mut self, names: &[&str]) {
        for question in &mut self.questions {
            question.answer = question.answer.take().map(|text| without_names(&text, names));
        }
        for left in &mut self.leftovers {
            *left = without_names(left, names);
        }
    }
}

/// The text without ARNs, account IDs and these names.
fn without_names(text: &str, names: &[&str]) -> String {
    let mut masked = text.to_owned();
    while let Some(at) = masked.find("arn:aws") {
        let rest = masked.get(at..).unwrap_or_default();
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_.:/*+=@".contains(letter);
        let length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        masked.replace_range(at..at + length, "<ARN>");
    }
    // A shorter one may be a part of any word.
    for name in names.iter().filter(|name| name.len() > 3) {
        masked = masked.replace(name, "<name>");
    }
    let is_end = |letter: char| !letter.is_ascii_digit();
    let digits = |part: &str| part.trim_end_matches(is_end).to_owned();
    let masked = masked.split_inclusive(is_end).map(|part| match digits(part) {
        account if account.len() == 12 => part.replacen(&account, "<account>", 1),
        _ => part.to_owned(),
    });
    masked.collect()
}

#[cfg(test)]
mod tests {
    use super::without_names;

    #[test]
    fn the_file_names_no_account_no_arn_and_no_bucket() {
        let text = "User: arn:aws:sts::111122223333:assumed-role/admin/me is not authorized on s3://our-jars/job.jar in \
                    111122223333 (1700000000000)";
        let masked = without_names(text, &["our-jars", "job.jar"]);
        assert_eq!(masked, "User: <ARN> is not authorized on s3://<name>/<name> in <account> (1700000000000)");
        assert_eq!(without_names("arn:aws-cn:iam::111122223333:role/r", &["r"]), "<ARN>");
    }
}
