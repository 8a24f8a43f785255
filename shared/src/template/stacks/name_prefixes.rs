//! How names begin: one to five prefixes of a parameter, and the ARNs of whatever is called so.
//!
//! CloudFormation has no loop without a transform. So each ARN is written five times, over `Fn::Select` of the list,
//! which is repeated so that it has five elements also when fewer are given. A sixth is not looked at: `make deploy`
//! refuses it.

use serde_json::{Map, json};

use crate::template::cloudformation::document::Template;
use crate::template::cloudformation::error::Problem;
use crate::template::cloudformation::parameter::ParameterOf;
use crate::template::cloudformation::value::Value;

/// How many prefixes a list may have.
pub const MOST_PREFIXES: u32 = 5;

/// The prefixes of a parameter.
#[derive(Debug, Clone)]
pub struct NamePrefixes {
    list: Value,
}

impl NamePrefixes {
    /// The parameter `id`, for the names of `what`. `can_be_empty`: the empty prefix, with which every name begins, is
    /// one too.
    ///
    /// # Errors
    /// `DuplicateLogicalId` if `id` is in use.
    pub fn from_parameter(template: &mut Template, id: &str, what: &str, can_be_empty: bool) -> Result<Self, Problem> {
        let description = format!(
            "How the names of the {what} of application stacks begin, one to five prefixes separated by commas; they \
             bound the permissions."
        );
        let parameter = ParameterOf::list(&description).default("flink-").matching(
            if can_be_empty { "^[a-zA-Z0-9_.-]{0,64}$" } else { "^[a-zA-Z0-9_.-]{1,64}$" },
            "letters, digits, _, . and -, at most 64 in each prefix",
        );
        Ok(Self { list: template.parameter(id, parameter)?.reference() })
    }

    /// The prefixes as they were given, separated by commas.
    #[must_use]
    pub fn joined(&self) -> Value {
        self.list.joined_by(",")
    }

    /// A list: for each of `heads`, the beginnings of ARNs, the ARN patterns of what is called so.
    #[must_use]
    pub fn arns(&self, heads: &[Value]) -> Value {
        self.arn_text(heads).split(",")
    }

    /// The same for a service whose names take no dot: a dot in a prefix stands there as a hyphen.
    #[must_use]
    pub fn arns_without_dots(&self, heads: &[Value]) -> Value {
        self.arn_text(heads).split(".").joined_by("-").split(",")
    }

    /// The ARN patterns as one text, separated by commas.
    #[must_use]
    pub fn arn_text(&self, heads: &[Value]) -> Value {
        let mut variables = Map::new();
        for (number, head) in (1..).zip(heads) {
            variables.insert(format!("A{number}"), head.as_json().clone());
        }
        for index in 0..MOST_PREFIXES {
            variables.insert(format!("P{}", index + 1), self.prefix(index).as_json().clone());
        }
        let prefixes = |head: usize| (1..=MOST_PREFIXES).map(move |prefix| format!("${{A{head}}}${{P{prefix}}}*"));
        let text: Vec<String> = (1..=heads.len()).flat_map(prefixes).collect();
        json!({"Fn::Sub": [text.join(","), variables]}).into()
    }

    /// The prefix at `index`, counted from 0; one of the others where there are not so many.
    fn prefix(&self, index: u32) -> Value {
        if index == 0 {
            return self.list.select(0);
        }
        let repeated = (0..=index).map(|_| "${L}").collect::<Vec<_>>().join(",");
        Value::from(json!({"Fn::Sub": [repeated, {"L": self.joined()}]})).split(",").select(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::cloudformation::resolved::ResolvedTemplate;
    use crate::template::resources::arn;
    use crate::template::{Any, Resource};
    use std::collections::BTreeSet;

    fn arns(given: &str) -> BTreeSet<String> {
        let mut template = Template::described("t");
        let prefixes = NamePrefixes::from_parameter(&mut template, "Prefix", "queues", false).unwrap();
        let heads = [arn::regional("sqs", ["q/".into()]), arn::regional("sns", ["t/".into()])];
        let dotless = prefixes.arns_without_dots(&[arn::account_wide("cloudwatch", ["d/".into()])]);
        let properties = json!({"Arns": prefixes.arns(&heads), "Dotless": dotless});
        template.add("It", Resource::<Any>::of("AWS::SQS::Queue", properties)).unwrap();
        let properties = ResolvedTemplate::with(&template, &[("Prefix", given)]).properties("It");
        let all = ["Arns", "Dotless"].map(|list| properties[list].as_array().unwrap().clone());
        all.into_iter().flatten().map(|arn| arn.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn every_prefix_has_its_arn_whether_one_or_five_are_given() {
        let families = ["flink-", "orders.", "team_", "a", "b-"];
        for many in 1..=families.len() {
            let given = &families[..many];
            let expected = given.iter().flat_map(|prefix| {
                [
                    format!("arn:aws:sqs:eu-west-1:111122223333:q/{prefix}*"),
                    format!("arn:aws:sns:eu-west-1:111122223333:t/{prefix}*"),
                    format!("arn:aws:cloudwatch::111122223333:d/{}*", prefix.replace('.', "-")),
                ]
            });
            assert_eq!(arns(&given.join(",")), expected.collect(), "{given:?}");
        }
    }
}
