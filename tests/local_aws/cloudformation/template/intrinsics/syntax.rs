//! How functions are written in a template.

use serde_json::{Map, Value};

/// The function that an object is, if it is one.
pub(crate) fn function(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = members.iter().next().filter(|_| members.len() == 1)?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name.as_str(), argument))
}

/// Both forms of Fn::GetAtt's argument.
pub(crate) fn attribute_path(argument: &Value) -> Result<(String, String), String> {
    let parts: Vec<String> = match argument {
        Value::String(path) => path.splitn(2, '.').map(str::to_owned).collect(),
        Value::Array(parts) => parts.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    };
    <[String; 2]>::try_from(parts)
        .map(|[id, attribute]| (id, attribute))
        .map_err(|_| "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute".to_owned())
}

/// The two parameters of a function that takes two.
pub(super) fn pair(name: &str, argument: &Value) -> Result<[Value; 2], String> {
    let items = argument.as_array().cloned().unwrap_or_default();
    <[Value; 2]>::try_from(items).map_err(|_| format!("Template error: every {name} object requires two parameters"))
}

/// A part of Fn::Sub's text.
pub(crate) enum Piece<'a> {
    /// Taken as it is.
    Text(&'a str),
    /// Between `${` and `}`.
    Name(&'a str),
}

/// The parts of Fn::Sub's text; `${!x}` is the literal `${x}`.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        let inside = &rest[start + 2..start + length];
        found.push(Piece::Text(&rest[..start]));
        match inside.strip_prefix('!') {
            Some(_) => {
                found.push(Piece::Text("${"));
                found.push(Piece::Text(&rest[start + 3..=start + length]));
            }
            None => found.push(Piece::Name(inside.trim())),
        }
        rest = &rest[start + length + 1..];
    }
    found.push(Piece::Text(rest));
    found
}
