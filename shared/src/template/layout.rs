//! How a template is laid out: what fits into a line stands in one. A person reads a diff of it, and a template that is sent without a
//! bucket has at most 51,200 bytes.

use serde_json::Value as Json;

/// Columns of a line.
const WIDTH: usize = 140;

/// The document, without a line end at its end.
pub(super) fn text_of(json: &Json) -> String {
    let mut text = String::new();
    write(json, 0, 0, &mut text);
    text
}

/// Writes what begins in `column`, on lines that begin after `indent` spaces.
fn write(json: &Json, indent: usize, column: usize, text: &mut String) {
    let line = in_a_line(json);
    if column + line.len() < WIDTH {
        text.push_str(&line);
        return;
    }
    let deeper = indent + 1;
    let begin = |text: &mut String, index: usize| {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&" ".repeat(deeper));
    };
    match json {
        Json::Object(members) => {
            text.push('{');
            for (index, (key, value)) in members.iter().enumerate() {
                begin(text, index);
                let key = format!("{}: ", Json::from(key.as_str()));
                text.push_str(&key);
                write(value, deeper, deeper + key.len(), text);
            }
            text.push_str(&["\n", &" ".repeat(indent), "}"].concat());
        }
        Json::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                begin(text, index);
                write(item, deeper, deeper, text);
            }
            text.push_str(&["\n", &" ".repeat(indent), "]"].concat());
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => text.push_str(&line),
    }
}

fn in_a_line(json: &Json) -> String {
    match json {
        Json::Object(members) => {
            let members =
                members.iter().map(|(key, value)| format!("{}: {}", Json::from(key.as_str()), in_a_line(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(in_a_line).collect::<Vec<_>>().join(", ")),
        scalar @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_fits_into_a_line_stands_in_one_and_what_does_not_is_broken_up() {
        let long = "x".repeat(130);
        let text = text_of(&json!({"A": {"Ref": "B"}, "C": [long, {"D": [1, null]}]}));
        assert_eq!(
            text,
            format!("{{\n \"A\": {{\"Ref\": \"B\"}},\n \"C\": [\n  \"{long}\",\n  {{\"D\": [1, null]}}\n ]\n}}")
        );
    }

    #[test]
    fn the_layout_changes_nothing_of_the_document() {
        for (name, text) in crate::template::synthesize().unwrap() {
            let document: Json = serde_json::from_str(&text).unwrap();
            assert_eq!(text_of(&document) + "\n", text, "{name}");
        }
    }
}
