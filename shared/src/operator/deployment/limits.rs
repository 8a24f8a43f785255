//! What CloudFormation and Lambda would refuse of a deployment, found out before anything is made. These are the bounds
//! of parameters as the template declares them, and quotas (CloudFormation guide, cloudformation-limits;
//! `SEMANTICS.md` A.11).

use serde_json::Value as Json;

use super::Values;

/// The bytes of a template that a request takes.
pub const MAX_TEMPLATE_BYTES: usize = 51_200;
/// The bytes of one parameter's value.
const MAX_VALUE_BYTES: usize = 4_096;
/// The tags of one stack.
const MAX_TAGS: usize = 50;
/// The executions at once that Lambda keeps for functions without a reservation.
const LEAST_UNRESERVED: i64 = 100;
/// The smallest number of applications in a region that is a default quota on a page of the service.
const USUAL_APPLICATIONS: usize = 50;

/// What a stack would be made or changed with.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// The template's file, for messages.
    pub file: &'a str,
    /// The template that would be sent.
    pub template: &'a Json,
    /// The parameters that would be sent.
    pub values: &'a Values,
    /// Whether the stack is not there yet: then a parameter without a default has to be given.
    pub is_new: bool,
}

/// Everything that would be refused, a sentence each. `matches` says whether a whole value matches a pattern.
#[must_use]
pub fn refusals(sent: &Sent, matches: &dyn Fn(&str, &str) -> bool) -> Vec<String> {
    let Sent { file, template, values, is_new } = *sent;
    let mut problems = Vec::new();
    let bytes = template.to_string().len();
    if bytes > MAX_TEMPLATE_BYTES {
        problems.push(format!("{file} has {bytes} bytes; CloudFormation takes {MAX_TEMPLATE_BYTES}"));
    }
    for (name, value) in values {
        let Some(declared) = template["Parameters"].get(name) else {
            problems.push(format!("{file}: {name} is not a parameter of it"));
            continue;
        };
        if value.len() > MAX_VALUE_BYTES {
            problems.push(format!("{file}: {name} has {} bytes; CloudFormation takes {MAX_VALUE_BYTES}", value.len()));
        } else if let Some(takes) = refused(declared, value, matches) {
            let takes = declared["ConstraintDescription"].as_str().map_or(takes, str::to_owned);
            problems.push(format!("{file}: {name}: expected {takes}, found \"{value}\""));
        }
    }
    let declared = template["Parameters"].as_object().into_iter().flatten();
    let missing = declared.filter(|(name, one)| is_new && one.get("Default").is_none() && !values.contains_key(*name));
    problems.extend(missing.map(|(name, _)| format!("{file}: {name} is missing; it has no default")));
    problems
}

/// What a parameter takes, where it does not take this value.
pub(in crate::operator) fn refused(
    declared: &Json,
    value: &str,
    matches: &dyn Fn(&str, &str) -> bool,
) -> Option<String> {
    let text = |json: &Json| json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    let kind = declared["Type"].as_str().unwrap_or_default();
    let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
    let each: Vec<&str> = if is_list { value.split(',').map(str::trim).collect() } else { vec![value] };
    if let Some(allowed) = declared["AllowedValues"].as_array() {
        let allowed: Vec<String> = allowed.iter().map(text).collect();
        let is_allowed = each.iter().all(|one| allowed.iter().any(|allowed| allowed == one));
        return (!is_allowed).then(|| allowed.join(" or "));
    }
    if let Some(pattern) = declared["AllowedPattern"].as_str()
        && !each.iter().all(|one| matches(pattern, one))
    {
        return Some(format!("what matches {pattern}"));
    }
    let bound = |name: &str| text(&declared[name]).parse::<f64>().ok();
    let within = |found: f64, [least, most]: [&str; 2]| {
        bound(least).is_none_or(|least| found >= least) && bound(most).is_none_or(|most| found <= most)
    };
    let range = |[least, most]: [&str; 2]| {
        [(bound(least), "at least"), (bound(most), "at most")]
            .into_iter()
            .filter_map(|(bound, word)| bound.map(|bound| format!("{word} {bound}")))
            .collect::<Vec<_>>()
            .join(" and ")
    };
    let (lengths, sizes) = (["MinLength", "MaxLength"], ["MinValue", "MaxValue"]);
    let length = u32::try_from(value.chars().count()).map_or(f64::MAX, f64::from);
    if !within(length, lengths) {
        return Some(format!("{} characters", range(lengths)));
    }
    match (kind, value.parse::<f64>()) {
        ("Number", Err(_)) => Some("a number".to_owned()),
        ("Number", Ok(number)) if !within(number, sizes) => Some(format!("a number of {}", range(sizes))),
        _ => None,
    }
}

/// What CloudFormation would refuse of a stack's tags, a sentence each.
#[must_use]
pub fn tag_refusals(tags: &Values) -> Vec<String> {
    let mut problems = Vec::new();
    if tags.len() > MAX_TAGS {
        problems.push(format!("TAG has {} tags; a stack takes {MAX_TAGS}", tags.len()));
    }
    let long = tags.iter().filter(|(key, value)| key.chars().count() > 128 || value.chars().count() > 256);
    problems.extend(long.map(|(key, _)| format!("TAG: {key} is too long; a key takes 128 characters, a value 256")));
    problems
}

/// What a person should know of the unsticker's concurrency before the deployment: with `unreserved` executions left in
/// the account, beside the `present` ones that it has reserved, whether it goes without the `wanted` ones.
#[must_use]
pub fn concurrency_note(unreserved: i64, present: i64, wanted: i64) -> Option<String> {
    let left = unreserved + present - wanted;
    (wanted > 0 && left < LEAST_UNRESERVED).then(|| {
        format!(
            "Lambda keeps {LEAST_UNRESERVED} concurrent executions unreserved, and this account has {} in this region: \
             flink-rollback-unsticker goes without the {wanted} of UNSTICKER_CONCURRENCY",
            unreserved + present
        )
    })
}

/// What a person should know of the region's applications before a new one.
#[must_use]
pub fn applications_note(applications: usize) -> Option<String> {
    (applications >= USUAL_APPLICATIONS).then(|| {
        format!(
            "this region has {applications} applications; the service's quota (50 or 100 unless it was raised) may \
             refuse another one: aws service-quotas list-service-quotas --service-code kinesisanalytics"
        )
    })
}

#[cfg(test)]
mod tests;
