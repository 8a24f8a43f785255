//! A template as a picture, in Mermaid: what CloudFormation makes after what.
//!
//! An arrow leads from a resource to one that waits for it, by a reference or by DependsOn; what follows from other
//! arrows is left out.

use crate::stack::types::ALARM;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

use super::document::Template;
use super::error::Problem;
use super::references::references;

/// The picture, for a code block of the language `mermaid`.
///
/// # Errors
/// A mistake in the template.
pub fn picture(template: &Template) -> Result<String, Problem> {
    let text = template.render()?;
    let document: Json = serde_json::from_str(&text).map_err(|error| Problem::Unserializable(error.to_string()))?;
    let resources = document["Resources"].as_object().cloned().unwrap_or_default();
    let kind = |id: &str| resources.get(id).and_then(|resource| resource["Type"].as_str()).unwrap_or_default();
    // Alarms wait for what they watch, and nothing but a dashboard waits for them: they are drawn as one.
    let drawn = |id: &str| if kind(id) == ALARM { "Alarms".to_owned() } else { id.to_owned() };
    let mut nodes = BTreeMap::new();
    let mut after: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (id, resource) in &resources {
        nodes.insert(drawn(id), kind(id).to_owned());
        let explicit =
            resource["DependsOn"].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned);
        let implicit = references(&resource["Properties"]);
        let implicit = implicit.iter().filter_map(|reference| reference.target().map(str::to_owned));
        let targets =
            explicit.chain(implicit).filter(|target| resources.contains_key(target)).map(|target| drawn(&target));
        after.entry(drawn(id)).or_default().extend(targets.filter(|target| *target != drawn(id)));
    }
    let mut lines = vec!["graph LR".to_owned()];
    lines.extend(nodes.iter().map(|(id, kind)| format!("  {id}[\"{id}<br/>{}\"]", kind.trim_start_matches("AWS::"))));
    for (id, targets) in &after {
        let indirect = |target: &String| targets.iter().any(|other| other != target && reaches(&after, other, target));
        lines.extend(targets.iter().filter(|target| !indirect(target)).map(|target| format!("  {target} --> {id}")));
    }
    Ok(lines.join("\n") + "\n")
}

/// Whether `from` waits for `to`, directly or not. CloudFormation's graphs have no circles.
fn reaches(after: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> bool {
    after.get(from).is_some_and(|targets| targets.iter().any(|target| target == to || reaches(after, target, to)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Resource;
    use serde_json::json;

    #[test]
    fn what_follows_from_other_arrows_is_left_out() {
        let mut template = Template::described("t");
        let of = |properties| Resource::<()>::of("AWS::SNS::Topic", properties);
        let first = template.add("First", of(json!({}))).unwrap();
        let second = template.add("Second", of(json!({"TopicName": first.reference()}))).unwrap();
        let third = of(json!({"TopicName": first.reference()})).after(&second);
        template.add("Third", third).unwrap();
        let picture = picture(&template).unwrap();
        let arrows: Vec<&str> = picture.lines().filter(|line| line.contains("-->")).collect();
        assert_eq!(arrows, ["  First --> Second", "  Second --> Third"]);
        assert!(picture.contains("  First[\"First<br/>SNS::Topic\"]"), "{picture}");
    }
}
