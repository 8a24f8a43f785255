//! XML by hand: elements, with their text escaped.

use std::fmt::Write as _;

use crate::http::escape;

/// `<name>escaped text</name>`
pub(super) fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

/// The element, or nothing.
pub(super) fn optional(name: &str, text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty()).map(|text| element(name, text)).unwrap_or_default()
}

/// `<name>inner</name>`, with markup inside.
pub(super) fn wrapped(name: &str, inner: &str) -> String {
    format!("<{name}>{inner}</{name}>")
}

/// `<name><member>..</member>..</name>`, with markup inside.
pub(super) fn list(name: &str, items: impl IntoIterator<Item = String>) -> String {
    let inner = items.into_iter().fold(String::new(), |mut text, item| {
        let _ = write!(text, "<member>{item}</member>");
        text
    });
    wrapped(name, &inner)
}
