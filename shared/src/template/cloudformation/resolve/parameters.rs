//! What `Ref` of each parameter gives on one side.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{open, text, token};

/// The parameters that a template declares, with `texts` for them. `given` are those that come with the deployment;
/// `None` on the side of the stack as it is. `is_new` says that there is no stack yet, and nothing to compare with.
#[must_use]
pub fn values(
    template: &Json,
    texts: &BTreeMap<String, String>,
    given: Option<&BTreeMap<String, String>>,
    is_new: bool,
) -> BTreeMap<String, Json> {
    let declared = template["Parameters"].as_object();
    let value = |(name, parameter): (&String, &Json)| {
        let value = texts.get(name).cloned().or_else(|| parameter.get("Default").map(text)).unwrap_or_default();
        let kind = parameter["Type"].as_str().unwrap_or("String");
        let is_given = given.is_some_and(|given| given.contains_key(name));
        let resolved = if is_true(&parameter["NoEcho"]) && !is_new {
            // CloudFormation shows `****`. What is not given stays as it is.
            if is_given { open(&format!("{name} is NoEcho")) } else { token('=', &format!("NoEcho {name}")).into() }
        } else if kind.starts_with("AWS::SSM::Parameter::Value<") {
            open(&format!("{name} is read from Parameter Store at the deployment"))
        } else if kind == "CommaDelimitedList" || kind.starts_with("List<") {
            value.split(',').map(|item| Json::from(item.trim())).collect()
        } else {
            Json::String(value)
        };
        (name.clone(), resolved)
    };
    declared.into_iter().flatten().map(value).collect()
}

fn is_true(json: &Json) -> bool {
    text(json).eq_ignore_ascii_case("true")
}

/// The pseudo parameters of a stack. Account, partition and URL suffix are those of its ARN
/// `arn:<partition>:cloudformation:<region>:<account>:...`, and unknown before its first deployment.
#[must_use]
pub fn pseudo_parameters(name: &str, region: &str, arn: Option<&str>) -> BTreeMap<String, String> {
    let parts: Vec<&str> = arn.unwrap_or_default().split(':').collect();
    let part = |index: usize| parts.get(index).map(|part| (*part).to_owned());
    let suffix = part(1).map(|partition| match partition.as_str() {
        "aws-cn" => "amazonaws.com.cn".to_owned(),
        _ => "amazonaws.com".to_owned(),
    });
    let all = [
        ("AWS::Partition", part(1)),
        ("AWS::Region", Some(region.to_owned())),
        ("AWS::AccountId", part(4)),
        ("AWS::StackName", Some(name.to_owned())),
        ("AWS::StackId", arn.map(str::to_owned)),
        ("AWS::URLSuffix", suffix),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
