//! Conditions, as far as they can be decided: true, false, or not before the deployment.

use serde_json::Value as Json;

use super::{Difference, Resolver, as_texts, compare};

/// More conditions in each other than a template has are a circle.
const DEEPEST: usize = 40;

impl Resolver<'_> {
    /// Whether a condition of the template holds; `None` when only the deployment decides, or there is no such condition.
    #[must_use]
    pub fn holds(&self, name: &str) -> Option<bool> {
        self.condition(name, 0)
    }

    fn condition(&self, name: &str, depth: usize) -> Option<bool> {
        let condition = self.template["Conditions"].get(name).filter(|_| depth < DEEPEST)?;
        self.test(condition, depth + 1)
    }

    fn test(&self, condition: &Json, depth: usize) -> Option<bool> {
        let (name, argument) = condition.as_object()?.iter().next()?;
        let each = || argument.as_array().into_iter().flatten();
        let all = || each().map(|one| self.test(one, depth + 1));
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
            "Condition" => self.condition(argument.as_str()?, depth + 1),
            _ => None,
        }
    }
}
