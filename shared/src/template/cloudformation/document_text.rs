//! JSON within JSON: a document that a property takes as a string, with expressions in it.

use serde_json::{Value as Json, json};

use super::layout::{function, write_in_a_line};
use super::value::Value;

impl Value {
    /// JSON as a text, for properties that take a document as a string. An expression in it becomes a string of the
    /// document: what the names in it resolve to may hold no `"` and no `\`.
    #[must_use]
    pub fn text_of(document: &Json) -> Self {
        let (mut parts, mut literal) = (Vec::new(), String::new());
        write_in_a_line(document, &mut literal, &mut |json, literal| {
            let is_expression = function(json).is_some();
            if is_expression {
                literal.push('"');
                parts.extend([std::mem::take(literal).into(), with_escapes(json).into()]);
                literal.push('"');
            }
            is_expression
        });
        parts.push(literal.into());
        Self::concat(parts)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_as_a_text_has_its_expressions_filled_in() {
        let text = Value::text_of(&json!({"a": [1, {"Ref": "Name"}], "b": "c\"d"}));
        assert_eq!(text.as_json(), &json!({"Fn::Sub": "{\"a\":[1,\"${Name}\"],\"b\":\"c\\\"d\"}"}));
    }
}
