//! Conditions, as far as they can be decided: true, false, or not before the deployment.

use serde_json::{Value as Json, json};

use super::{Difference, Resolver, as_texts, compare, text};

/// The one member of an object that stands in the place of an `Fn::If` which cannot be decided: a list of both
/// branches.
pub(crate) const EITHER: &str = "Either";

/// More conditions in each other than a template has are a circle.
const DEEPEST: usize = 40;

impl Resolver<'_> {
    /// Whether a condition of the template holds; `None` when only the deployment decides, or there is no such
    /// condition.
    #[must_use]
    pub fn holds(&self, name: &str) -> Option<bool> {
        self.condition(name, 0)
    }

    /// Whether the expression of a condition or of a rule's assertion holds; `None` when only the deployment decides.
    #[must_use]
    pub fn test(&self, expression: &Json) -> Option<bool> {
        self.test_within(expression, 0)
    }

    /// The expression with both branches of each `Fn::If` that cannot be decided; those within other functions stay as
    /// they are.
    pub(super) fn branches(&self, json: &Json) -> Json {
        match json {
            Json::Object(members) => match members.iter().next() {
                Some((name, Json::Array(parts))) if members.len() == 1 && name == "Fn::If" => {
                    let branch = |index| parts.get(index).map(|part| self.branches(part)).unwrap_or_default();
                    match self.holds(&parts.first().map(text).unwrap_or_default()) {
                        Some(true) => branch(1),
                        Some(false) => branch(2),
                        None => json!({EITHER: [branch(1), branch(2)]}),
                    }
                }
                Some((name, _)) if members.len() == 1 && (name == "Ref" || name.starts_with("Fn::")) => json.clone(),
                Some(_) | None => members.iter().map(|(key, value)| (key.clone(), self.branches(value))).collect(),
            },
            Json::Array(items) => items.iter().map(|item| self.branches(item)).collect(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => json.clone(),
        }
    }

    fn condition(&self, name: &str, depth: usize) -> Option<bool> {
        let condition = self.template["Conditions"].get(name).filter(|_| depth < DEEPEST)?;
        self.test_within(condition, depth + 1)
    }

    fn test_within(&self, condition: &Json, depth: usize) -> Option<bool> {
        let (name, argument) = condition.as_object()?.iter().next()?;
        let each = || argument.as_array().into_iter().flatten();
        let all = || each().map(|one| self.test_within(one, depth + 1));
        match name.as_str() {
            "Fn::Equals" => {
                let sides: Vec<Option<Json>> = each().map(|side| self.resolve(side).map(as_texts)).collect();
                let [left, right] = sides.as_slice() else { return None };
                match compare(left.as_ref(), right.as_ref()) {
                    Difference::None => Some(true),
                    Difference::Some => Some(false),
                    Difference::Open => None,
                }
            }
            // One that is known may decide, whatever the others are.
            "Fn::Or" if all().any(|one| one == Some(true)) => Some(true),
            "Fn::And" if all().any(|one| one == Some(false)) => Some(false),
            "Fn::Or" => all().all(|one| one.is_some()).then_some(false),
            "Fn::And" => all().all(|one| one.is_some()).then_some(true),
            "Fn::Not" => all().next().flatten().map(|one| !one),
            "Fn::Contains" | "Fn::EachMemberEquals" => {
                let sides: Vec<Json> = each().map(|side| self.resolve(side).map(as_texts)).collect::<Option<_>>()?;
                let [Json::Array(list), wanted] = sides.as_slice() else { return None };
                let are = |one: &Json| match compare(Some(one), Some(wanted)) {
                    Difference::None => Some(true),
                    Difference::Some => Some(false),
                    Difference::Open => None,
                };
                let found: Vec<Option<bool>> = list.iter().map(are).collect();
                let is_any = name == "Fn::Contains";
                match (found.contains(&Some(is_any)), found.contains(&None)) {
                    (true, _) => Some(is_any),
                    (false, true) => None,
                    (false, false) => Some(!is_any),
                }
            }
            "Condition" => self.condition(argument.as_str()?, depth + 1),
            _ => None,
        }
    }
}
