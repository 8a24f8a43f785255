//! Transforms and macros: CloudFormation rewrites the template at the deployment, and only a change set shows into
//! what.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::text;

/// Adds functions that [`Resolver`](super::Resolver) evaluates; only its loops are expanded elsewhere.
const LANGUAGE_EXTENSIONS: &str = "AWS::LanguageExtensions";

/// Why a template is not what will be deployed: its transforms, its macros, its loops.
#[must_use]
pub fn open_transforms(template: &Json) -> BTreeSet<String> {
    let declared = match &template["Transform"] {
        Json::Array(all) => all.iter().map(name).collect(),
        Json::Null => Vec::new(),
        one @ (Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_)) => vec![name(one)],
    };
    let mut open: BTreeSet<String> = declared
        .into_iter()
        .filter(|name| name != LANGUAGE_EXTENSIONS)
        .map(|name| format!("the transform {name} rewrites the template at the deployment"))
        .collect();
    nested(template, &mut open);
    open
}

fn name(transform: &Json) -> String {
    transform.get("Name").map_or_else(|| text(transform), text)
}

/// `Fn::Transform` and `Fn::ForEach::<loop>` stand anywhere in a template.
fn nested(json: &Json, open: &mut BTreeSet<String>) {
    match json {
        Json::Object(members) => {
            for (key, value) in members {
                if key == "Fn::Transform" {
                    open.insert(format!("the macro {} is run at the deployment", name(value)));
                } else if key.starts_with("Fn::ForEach::") {
                    open.insert(format!("the loop {key} is expanded at the deployment"));
                }
                nested(value, open);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| nested(item, open)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_transform_makes_of_a_template_is_open() {
        for (template, why) in [
            (json!({"Transform": "AWS::Serverless-2016-10-31"}), "the transform AWS::Serverless-2016-10-31 rewrites"),
            (json!({"Transform": ["AWS::LanguageExtensions", "Theirs"]}), "the transform Theirs rewrites"),
            (json!({"Transform": {"Name": "AWS::Include"}}), "the transform AWS::Include rewrites"),
            (json!({"Resources": {"Fn::ForEach::Topics": ["Id", ["a"], {}]}}), "the loop Fn::ForEach::Topics"),
            (json!({"Outputs": {"A": [{"Fn::Transform": {"Name": "Theirs"}}]}}), "the macro Theirs is run"),
        ] {
            let open: Vec<String> = open_transforms(&template).into_iter().collect();
            assert!(open.len() == 1 && open[0].starts_with(why), "{template}: {open:?}");
        }
        assert_eq!(open_transforms(&json!({"Transform": "AWS::LanguageExtensions"})), BTreeSet::new());
    }
}
