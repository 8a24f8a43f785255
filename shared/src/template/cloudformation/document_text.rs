//! JSON within JSON: a document that a property takes as a string, with expressions in it.

use serde_json::{Map, Value as Json, json};

use super::layout::{in_order, push_scalar, push_text};
use super::value::Value;

impl Value {
    /// JSON as a text, for properties that take a document as a string. An expression in it becomes a string of the
    /// document: what the names in it resolve to may hold no `"` and no `\`.
    #[must_use]
    pub fn text_of(document: &Json) -> Self {
        let mut text = TextParts::default();
        text.write(document);
        text.end_literal();
        Self::concat(text.parts)
    }
}

/// A document as literals and expressions in a row.
#[derive(Default)]
struct TextParts {
    parts: Vec<Value>,
    /// The literal that the next expression ends.
    literal: String,
}

impl TextParts {
    fn write(&mut self, json: &Json) {
        match json {
            Json::Object(members) if is_expression(members) => {
                self.literal.push('"');
                self.end_literal();
                self.parts.push(with_escapes(json).into());
                self.literal.push('"');
            }
            Json::Object(members) => {
                self.literal.push('{');
                for (index, (key, value)) in in_order(members).into_iter().enumerate() {
                    self.literal.push_str(if index == 0 { "" } else { "," });
                    push_text(key, &mut self.literal);
                    self.literal.push(':');
                    self.write(value);
                }
                self.literal.push('}');
            }
            Json::Array(items) => {
                self.literal.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.literal.push_str(if index == 0 { "" } else { "," });
                    self.write(item);
                }
                self.literal.push(']');
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => push_scalar(json, &mut self.literal),
        }
    }

    fn end_literal(&mut self) {
        self.parts.push(std::mem::take(&mut self.literal).into());
    }
}

/// An `Fn::Sub` whose literal text may stand within a JSON string; any other expression as it is.
fn with_escapes(expression: &Json) -> Json {
    let escaped = |text: &str| {
        let quoted = Json::from(text).to_string();
        Json::from(quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&quoted))
    };
    match expression.get("Fn::Sub") {
        Some(Json::String(text)) => json!({"Fn::Sub": escaped(text)}),
        Some(Json::Array(parts)) => match parts.as_slice() {
            [Json::String(text), variables] => json!({"Fn::Sub": [escaped(text), variables]}),
            _ => expression.clone(),
        },
        _ => expression.clone(),
    }
}

/// Whether CloudFormation puts a value in the place of this object: `Ref` and the `Fn::` functions.
fn is_expression(members: &Map<String, Json>) -> bool {
    members.len() == 1 && members.keys().all(|name| name == "Ref" || name.starts_with("Fn::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_as_a_text_has_its_expressions_filled_in() {
        let text = Value::text_of(&json!({"a": [1, {"Ref": "Name"}], "b": "c\"d"}));
        assert_eq!(text.as_json(), &json!({"Fn::Sub": "{\"a\":[1,\"${Name}\"],\"b\":\"c\\\"d\"}"}));
    }
}
