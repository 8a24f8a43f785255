//! A template's file, JSON or YAML: the one reader of all commands.

use std::path::Path;
#[cfg(feature = "aws")]
use std::sync::OnceLock;

use serde_json::Value as Json;

/// Reads a template's file.
///
/// # Errors
/// The file's name, with the line where it is not a template.
pub(crate) fn read(path: &Path) -> Result<Json, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    parse(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// One of the templates that this command was built with, by its name in the project: `template/access.template.json`.
///
/// # Errors
/// There is none of that name.
#[cfg(feature = "aws")]
pub(crate) fn own(file: &str) -> Result<Json, String> {
    static ALL: OnceLock<Result<Vec<(&'static str, String)>, String>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let synthesized = shared::template::synthesize().map_err(|problem| problem.to_string())?;
        Ok(synthesized.into_iter().collect())
    });
    let name = file.strip_prefix("template/").unwrap_or(file);
    let found = all.as_ref().map_err(Clone::clone)?.iter().find(|(own, _)| *own == name);
    parse(found.map_or("", |(_, text)| text)).map_err(|error| format!("{file}: {error}"))
}

/// Reads a template's text.
///
/// # Errors
/// The line where it is not a template.
pub(crate) fn parse(text: &str) -> Result<Json, String> {
    let template: Json = if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| format!("JSON not well-formed. {error}"))?
    } else {
        cloudformation_yaml::parse(text).map_err(|error| error.to_string())?
    };
    if template["Resources"].is_object() {
        return Ok(template);
    }
    Err("expected a template with Resources, found none".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_and_yaml_are_read_and_what_is_neither_is_named_with_its_line() {
        let template = json!({"Resources": {"A": {"Type": "T", "Properties": {"B": {"Fn::GetAtt": ["C", "D.E"]}}}}});
        assert_eq!(parse(&template.to_string()), Ok(template.clone()));
        assert_eq!(parse("Resources:\n  A:\n    Type: T\n    Properties: {B: !GetAtt C.D.E}\n"), Ok(template));
        for (text, why) in [
            ("{\n \"Resources\": {,}}", "JSON not well-formed. key must be a string at line 2"),
            ("Resources:\n  A: [1\n", "YAML not well-formed. (line "),
            ("Resources:\n\tA: 1\n", "YAML not well-formed. (line 2"),
            ("Resources:\n  A: !Reff B\n", "(line 2, column 6) the tag !Reff is not a CloudFormation function"),
            ("{\"Parameters\": {}}", "expected a template with Resources, found none"),
            ("a note", "expected a template with Resources, found none"),
            ("", "the template is empty"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
