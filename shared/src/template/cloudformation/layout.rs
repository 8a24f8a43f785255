//! How a template is laid out: what fits into a line stands in one. A person reads a diff of it, and a template that is
//! sent without a bucket has at most 51,200 bytes: within a line no blanks stand between its parts.
//!
//! Not serde_json's `PrettyFormatter`: with one blank for a level it writes 97,679 bytes of the access template and
//! 4,018 lines, where this writes 49,253 bytes and 811 lines.

use serde_json::{Map, Value as Json};

/// How many columns a line of a template may have.
const WIDTH: usize = 180;
/// Columns of a line that ends with one function: it is read as one expression, and broken up it would take as much
/// again.
const FUNCTION_WIDTH: usize = 200;

/// An object of these members, on lines of their own, without a line end at its end.
pub(in crate::template) fn text_of<'a>(members: impl IntoIterator<Item = (&'a str, &'a Json)>) -> String {
    let mut text = String::new();
    write_members(members, 0, &mut text);
    text
}

/// Writes what begins in `column`, on lines that begin after `indent` spaces.
fn write(json: &Json, indent: usize, column: usize, text: &mut String) {
    let function = function(json);
    let width = if function.is_some() { FUNCTION_WIDTH } else { WIDTH };
    if room_after(json, width.saturating_sub(column)).is_some_and(|room| room > 0) {
        write_in_a_line(json, text, &mut |_, _| false);
        return;
    }
    if let Some((name, argument)) = function {
        write_function(name, argument, indent, text);
        return;
    }
    match json {
        Json::Object(members) => write_members(in_order(members), indent, text),
        Json::Array(items) if items.iter().all(Json::is_string) => write_texts(items, indent, text),
        Json::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                begin_line(indent + 1, text);
                write(item, indent + 1, indent + 1, text);
            }
            begin_line(indent, text);
            text.push(']');
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => push_scalar(json, text),
    }
}

fn write_members<'a>(members: impl IntoIterator<Item = (&'a str, &'a Json)>, indent: usize, text: &mut String) {
    let deeper = indent + 1;
    text.push('{');
    for (index, (key, value)) in members.into_iter().enumerate() {
        text.push_str(if index == 0 { "" } else { "," });
        begin_line(deeper, text);
        let begun = text.len();
        push_key(key, text);
        write(value, deeper, deeper + text.len() - begun, text);
    }
    begin_line(indent, text);
    text.push('}');
}

/// A list of texts, as many in a line as it takes.
fn write_texts(items: &[Json], indent: usize, text: &mut String) {
    text.push('[');
    begin_line(indent + 1, text);
    let mut begun = text.len() - indent - 1;
    for (index, item) in items.iter().enumerate() {
        let before = text.len();
        text.push_str(if index == 0 { "" } else { "," });
        push_scalar(item, text);
        if index > 0 && text.len() - begun > WIDTH {
            text.truncate(before);
            text.push(',');
            begin_line(indent + 1, text);
            begun = text.len() - indent - 1;
            push_scalar(item, text);
        }
    }
    begin_line(indent, text);
    text.push(']');
}

/// `Ref`, `Fn::Sub` and their like, each alone in an object, with its argument.
pub(super) fn function(json: &Json) -> Option<(&str, &Json)> {
    let mut members = json.as_object()?.iter();
    let (name, argument) = members.next().filter(|(name, _)| name.as_str() == "Ref" || name.starts_with("Fn::"))?;
    members.next().is_none().then_some((name.as_str(), argument))
}

/// A function opens in the line: what is broken up is the object among its arguments, no deeper than the function
/// stands.
fn write_function(name: &str, argument: &Json, indent: usize, text: &mut String) {
    text.push('{');
    push_text(name, text);
    text.push(':');
    if let Json::Array(items) = argument {
        text.push('[');
        for (index, item) in items.iter().enumerate() {
            text.push_str(if index == 0 { "" } else { "," });
            let column = text.len() - text.rfind('\n').map_or(0, |end| end + 1);
            write(item, indent, column, text);
        }
        text.push(']');
    } else {
        let column = text.len() - text.rfind('\n').map_or(0, |end| end + 1);
        write(argument, indent, column, text);
    }
    text.push('}');
}

fn begin_line(indent: usize, text: &mut String) {
    text.push('\n');
    text.extend(std::iter::repeat_n(' ', indent));
}

/// Two quotes, or two brackets.
const ENCLOSURE: usize = 2;

/// How many of these bytes are left in a line behind it; none where it does not fit. It is measured before it is
/// written, and only as far as the line goes: no part is measured more often than it is deep.
fn room_after(json: &Json, room: usize) -> Option<usize> {
    let enclosed = |items: usize| room.checked_sub(ENCLOSURE + items.saturating_sub(1));
    match json {
        Json::Object(members) => members.iter().try_fold(enclosed(members.len())?, |room, (key, value)| {
            room_after(value, room_after_text(key, room)?.checked_sub(":".len())?)
        }),
        Json::Array(items) => items.iter().try_fold(enclosed(items.len())?, |room, item| room_after(item, room)),
        Json::String(string) => room_after_text(string, room),
        Json::Null | Json::Bool(_) | Json::Number(_) => room.checked_sub(json.to_string().len()),
    }
}

fn room_after_text(string: &str, room: usize) -> Option<usize> {
    let without_escapes = room.checked_sub(ENCLOSURE + string.len())?;
    if has_escapes(string) { room.checked_sub(quoted(string).len()) } else { Some(without_escapes) }
}

/// Without blanks between its parts. `instead` writes what it knows better, and says whether it did.
pub(super) fn write_in_a_line(json: &Json, text: &mut String, instead: &mut dyn FnMut(&Json, &mut String) -> bool) {
    let comma = |index, text: &mut String| text.push_str(if index == 0 { "" } else { "," });
    if instead(json, text) {
        return;
    }
    match json {
        Json::Object(members) => {
            text.push('{');
            for (index, (key, value)) in in_order(members).into_iter().enumerate() {
                comma(index, text);
                push_text(key, text);
                text.push(':');
                write_in_a_line(value, text, instead);
            }
            text.push('}');
        }
        Json::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                comma(index, text);
                write_in_a_line(item, text, instead);
            }
            text.push(']');
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => push_scalar(json, text),
    }
}

/// In the order of the keys, whatever order this build of serde_json keeps.
pub(in crate::template) fn in_order(members: &Map<String, Json>) -> Vec<(&str, &Json)> {
    let mut members: Vec<_> = members.iter().map(|(key, value)| (key.as_str(), value)).collect();
    members.sort_by_key(|(key, _)| *key);
    members
}

fn push_key(key: &str, text: &mut String) {
    push_text(key, text);
    text.push_str(": ");
}

fn push_scalar(scalar: &Json, text: &mut String) {
    if let Json::String(string) = scalar {
        push_text(string, text);
    } else {
        text.push_str(&scalar.to_string());
    }
}

/// Most texts need no escapes, and serde_json's take an allocation of their own.
fn push_text(string: &str, text: &mut String) {
    if has_escapes(string) {
        text.push_str(&quoted(string));
    } else {
        text.push('"');
        text.push_str(string);
        text.push('"');
    }
}

fn quoted(string: &str) -> String {
    serde_json::to_string(string).unwrap_or_default()
}

fn has_escapes(string: &str) -> bool {
    string.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_fits_into_a_line_stands_in_one_and_what_does_not_is_broken_up() {
        let long = "x".repeat(WIDTH - 10);
        let text = text_of(in_order(json!({"A": {"Ref": "B"}, "C": [long, {"D": [1, null]}]}).as_object().unwrap()));
        assert_eq!(
            text,
            format!("{{\n \"A\": {{\"Ref\":\"B\"}},\n \"C\": [\n  \"{long}\",\n  {{\"D\":[1,null]}}\n ]\n}}")
        );
    }

    #[test]
    fn a_function_that_does_not_fit_opens_in_the_line_and_its_object_is_broken_up() {
        let long = "x".repeat(150);
        let json =
            json!({"A": {"Fn::Join": [",", {"Fn::Sub": ["${B}${C}", {"B": long, "C": {"Ref": "D"}, "E": long}]}]}});
        let expected = format!(
            "{{\n \"A\": {{\"Fn::Join\":[\",\",{{\"Fn::Sub\":[\"${{B}}${{C}}\",{{\n  \"B\": \"{long}\",\n  \"C\": \
             {{\"Ref\":\"D\"}},\n  \"E\": \"{long}\"\n }}]}}]}}\n}}"
        );
        assert_eq!(text_of(in_order(json.as_object().unwrap())), expected);
    }

    #[test]
    fn a_text_is_as_wide_as_its_escapes_make_it() {
        let quotes = "\"".repeat(WIDTH / 2);
        let text = text_of(in_order(json!({"A": [quotes, 1]}).as_object().unwrap()));
        assert_eq!(text, format!("{{\n \"A\": [\n  \"{}\",\n  1\n ]\n}}", "\\\"".repeat(WIDTH / 2)));
    }

    #[test]
    fn the_layout_changes_nothing_of_the_document() {
        for (name, text) in crate::template::synthesize().unwrap() {
            let document: Map<String, Json> = serde_json::from_str(&text).unwrap();
            assert_eq!(text_of(in_order(&document)) + "\n", text, "{name}");
        }
    }
}
