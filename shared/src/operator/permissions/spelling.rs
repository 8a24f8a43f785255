//! How a template spells what is compared in lower case.

use std::collections::BTreeMap;

/// The template's spelling of each text, by the text in lower case.
#[derive(Debug, Default)]
pub(super) struct Spelling(BTreeMap<String, String>);

impl Spelling {
    /// As the template spells it; `None` where it does not.
    pub(super) fn get(&self, lower: &str) -> Option<&String> {
        self.0.get(lower)
    }

    /// In lower case, as IAM compares names of actions and of condition keys.
    pub(super) fn folded(&mut self, text: &str) -> String {
        let lower = if text.contains('\u{e000}') { text.to_owned() } else { text.to_ascii_lowercase() };
        self.0.entry(lower.clone()).or_insert_with(|| text.to_owned());
        lower
    }
}
