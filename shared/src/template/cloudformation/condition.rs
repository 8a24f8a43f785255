//! Conditions: true or false once the parameters are known.
//!
//! A condition is named by its [`Handle`] only. It chooses between values ([`Handle::choose`], [`Handle::then`]), and
//! whether a resource exists at all ([`Resource::when`](crate::template::Resource::when)).

use serde_json::{Value as Json, json};

use super::resource::{Condition, Handle};
use super::value::{Value, pseudo};

/// What a condition asks. Any other expression comes in as JSON: `Test::from(json!({"Fn::Equals": ..}))`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test(Json);

impl Test {
    /// `Fn::Equals`: true when the value is this text.
    #[must_use]
    pub fn equals(left: &Value, right: &str) -> Self {
        Self(json!({"Fn::Equals": [left, right]}))
    }

    /// A value was given: it is not the empty string.
    #[must_use]
    pub fn given(value: &Value) -> Self {
        !Self::equals(value, "")
    }

    /// `Fn::Or`, of 2 to 10.
    #[must_use]
    pub fn any(tests: impl IntoIterator<Item = Self>) -> Self {
        Self(json!({"Fn::Or": tests.into_iter().map(Self::into_json).collect::<Vec<_>>()}))
    }

    /// `Fn::And`, of 2 to 10.
    #[must_use]
    pub fn all(tests: impl IntoIterator<Item = Self>) -> Self {
        Self(json!({"Fn::And": tests.into_iter().map(Self::into_json).collect::<Vec<_>>()}))
    }

    pub(in crate::template) fn into_json(self) -> Json {
        self.0
    }
}

/// `Fn::Not`: true when the condition is not.
impl std::ops::Not for Test {
    type Output = Self;

    fn not(self) -> Self {
        Self(json!({"Fn::Not": [self.0]}))
    }
}

/// A condition as it stands in a template: the way out for what has no constructor here.
impl From<Json> for Test {
    fn from(json: Json) -> Self {
        Self(json)
    }
}

impl Handle<Condition> {
    /// It holds: for a condition made of others.
    #[must_use]
    pub fn holds(&self) -> Test {
        Test(json!({"Condition": self.id()}))
    }

    /// `Fn::If`: one value when the condition is true, else the other.
    #[must_use]
    pub fn choose(&self, when: &Value, otherwise: &Value) -> Value {
        Value::either(self.id(), when, otherwise)
    }

    /// `Fn::If` with `AWS::NoValue`: the property, or the item of a list, is there only when the condition holds.
    #[must_use]
    pub fn then(&self, value: &Value) -> Value {
        self.choose(value, &pseudo::no_value())
    }
}

/// The names of the conditions that `json` depends on: in `Fn::If`, and where a condition is made of others.
pub(in crate::template) fn conditions_in<'a>(json: &'a Json, found: &mut Vec<&'a str>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| conditions_in(item, found)),
        Json::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("Condition", Json::String(id)) => found.push(id),
                    ("Fn::If", Json::Array(parts)) => {
                        found.extend(parts.first().and_then(Json::as_str));
                        parts.iter().skip(1).for_each(|part| conditions_in(part, found));
                    }
                    _ => conditions_in(value, found),
                }
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{ParameterOf, Problem, Resource, Template};

    #[test]
    fn a_condition_decides_about_a_property_an_item_and_a_whole_resource() {
        let mut template = Template::described("t");
        let key = template.parameter("Key", ParameterOf::text("k").default("")).unwrap().reference();
        let given = template.condition("HasKey", Test::given(&key)).unwrap();
        let properties = json!({"KmsMasterKeyId": given.then(&key)});
        let queue = template.add("Queue", Resource::<()>::of("AWS::SQS::Queue", properties).when(&given)).unwrap();
        template.output("Name", "n", &given.choose(&queue.reference(), &"none".into()));
        let rendered: Json = serde_json::from_str(&template.render().unwrap()).unwrap();
        let nothing = json!({"Fn::If": ["HasKey", {"Ref": "Key"}, {"Ref": "AWS::NoValue"}]});
        assert_eq!(rendered["Resources"]["Queue"]["Properties"]["KmsMasterKeyId"], nothing);
        assert_eq!(rendered["Resources"]["Queue"]["Condition"], "HasKey");
        assert_eq!(rendered["Conditions"]["HasKey"], json!({"Fn::Not": [{"Fn::Equals": [{"Ref": "Key"}, ""]}]}));
    }

    #[test]
    fn a_condition_of_another_template_is_found_out() {
        let test = || Test::equals(&pseudo::region(), "eu-west-1");
        let other = Template::described("other").condition("Here", test()).unwrap();
        let mut template = Template::described("t");
        template.condition("Elsewhere", Test::any([test(), other.holds()])).unwrap();
        let problem = template.render().unwrap_err();
        assert_eq!(problem, Problem::DanglingReference { from: "Elsewhere".into(), to: "Here".into() });
        let mut template = Template::described("t");
        template.add("Queue", Resource::<()>::of("AWS::SQS::Queue", json!({})).when(&other)).unwrap();
        assert!(matches!(template.render(), Err(Problem::DanglingReference { .. })));
    }
}
