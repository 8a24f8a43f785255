//! Values of options that clap has no type for.

use clap::builder::NonEmptyStringValueParser;

/// A value that is there: `--stack ''` is a mistake.
pub(super) fn text() -> NonEmptyStringValueParser {
    NonEmptyStringValueParser::new()
}

/// Reads `Key=Value`, the value as it is.
///
/// # Errors
/// What it takes.
pub(super) fn pair(word: &str) -> Result<(String, String), String> {
    let pair = word.split_once('=').filter(|(key, _)| !key.is_empty());
    pair.map(|(key, value)| (key.to_owned(), value.to_owned())).ok_or_else(|| "expected Key=Value".to_owned())
}
