//! What stands in a template where a string could stand: a literal, or an expression that CloudFormation resolves.
//!
//! An expression that names a parameter or a resource comes from that item's [`Handle`](crate::template::Handle) only,
//! so a reference to nothing cannot be written. It does not know resources or their properties.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::error::Problem;

/// A literal or an intrinsic function, as CloudFormation spells it in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Value(Json);

impl Value {
    /// A contract, or anything else that serializes, with the expressions that it holds.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn of(written: &impl Serialize) -> Result<Self, Problem> {
        serde_json::to_value(written).map(Self).map_err(|error| Problem::Unserializable(error.to_string()))
    }

    /// `Fn::ImportValue`: what another stack exports. While it is imported, CloudFormation keeps that stack from taking
    /// it away.
    #[must_use]
    pub fn import(export: &str) -> Self {
        Self::function("Fn::ImportValue", export)
    }

    /// `Fn::Join`: the parts as one text, with the delimiter between them.
    #[must_use]
    pub fn join(delimiter: &str, parts: &[Self]) -> Self {
        let parts: Vec<Json> = parts.iter().map(|part| part.0.clone()).collect();
        Self::function("Fn::Join", [delimiter.into(), Json::from(parts)])
    }

    /// `Fn::Split`: a list of a text's parts.
    #[must_use]
    pub fn split(&self, delimiter: &str) -> Self {
        Self::function("Fn::Split", [delimiter.into(), self.0.clone()])
    }

    /// `Fn::Select`: an item of a list, counted from 0.
    #[must_use]
    pub fn select(&self, index: u32) -> Self {
        Self::function("Fn::Select", [index.into(), self.0.clone()])
    }

    /// `Fn::Join` of a list that only CloudFormation knows.
    #[must_use]
    pub fn joined_by(&self, delimiter: &str) -> Self {
        Self::function("Fn::Join", [delimiter.into(), self.0.clone()])
    }

    /// These parts in a row, as one readable `Fn::Sub`.
    #[must_use]
    pub fn concat(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut text = String::new();
        let mut variables = Map::new();
        let mut plain = true;
        for part in parts {
            match substitution(&part.0) {
                Part::Literal(literal) => text.push_str(&literal.replace("${", "${!")),
                Part::Sub(sub) => {
                    plain = false;
                    text.push_str(sub);
                }
                Part::Reference(name) => {
                    plain = false;
                    text.extend(["${", name.as_str(), "}"]);
                }
                Part::Other => {
                    plain = false;
                    let name = format!("Part{}", variables.len() + 1);
                    text.extend(["${", name.as_str(), "}"]);
                    variables.insert(name, part.0);
                }
            }
        }
        match (plain, variables.is_empty()) {
            (true, _) => Self(Json::String(text.replace("${!", "${"))),
            (false, true) => Self::function("Fn::Sub", text),
            (false, false) => Self::function("Fn::Sub", [Json::from(text), variables.into()]),
        }
    }

    /// The text, when it is a literal.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        self.0.as_str()
    }

    /// The value as it stands in a template.
    #[must_use]
    pub const fn as_json(&self) -> &Json {
        &self.0
    }

    pub(in crate::template) fn into_json(self) -> Json {
        self.0
    }

    pub(in crate::template) fn reference_to(id: &str) -> Self {
        Self::function("Ref", id)
    }

    pub(in crate::template) fn attribute_of(id: &str, attribute: &str) -> Self {
        Self::function("Fn::GetAtt", [Json::from(id), attribute.into()])
    }

    pub(in crate::template) fn either(condition: &str, when: &Self, otherwise: &Self) -> Self {
        Self::function("Fn::If", [condition.into(), when.0.clone(), otherwise.0.clone()])
    }

    fn function(name: &str, argument: impl Into<Json>) -> Self {
        Self(object([(name, argument.into())]))
    }
}

/// An object of these members, which are moved into it: `json!` copies what it is given, with all that is below.
pub(in crate::template) fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// What a part becomes within `Fn::Sub`.
enum Part<'a> {
    Literal(&'a str),
    Sub(&'a str),
    Reference(String),
    Other,
}

fn substitution(part: &Json) -> Part<'_> {
    if let Some(literal) = part.as_str() {
        return Part::Literal(literal);
    }
    if let Some(id) = part.get("Ref").and_then(Json::as_str) {
        return Part::Reference(id.to_owned());
    }
    if let Some(text) = part.get("Fn::Sub").and_then(Json::as_str) {
        return Part::Sub(text);
    }
    match part.get("Fn::GetAtt").and_then(Json::as_array).map(Vec::as_slice) {
        Some([Json::String(id), Json::String(attribute)]) => Part::Reference(format!("{id}.{attribute}")),
        _ => Part::Other,
    }
}

/// The escape hatch: any JSON, references included. Those are checked when the template is rendered.
impl From<Json> for Value {
    fn from(json: Json) -> Self {
        Self(json)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self(Json::String(text.to_owned()))
    }
}

/// A number, where a property takes one.
impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self(number.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self(Json::String(text))
    }
}

/// The pseudo parameters: what CloudFormation knows of the stack itself.
pub mod pseudo {
    use super::Value;

    /// `aws`, `aws-cn`, `aws-us-gov`: the first word after `arn:`.
    #[must_use]
    pub fn partition() -> Value {
        Value::reference_to("AWS::Partition")
    }

    /// The region that the stack is in, `eu-west-1` for example.
    #[must_use]
    pub fn region() -> Value {
        Value::reference_to("AWS::Region")
    }

    /// The stack's name: letters, digits and hyphens.
    #[must_use]
    pub fn stack_name() -> Value {
        Value::reference_to("AWS::StackName")
    }

    /// The ID of the account that the stack is in, twelve digits.
    #[must_use]
    pub fn account() -> Value {
        Value::reference_to("AWS::AccountId")
    }

    /// `AWS::NoValue`: takes the property away that it stands for.
    #[must_use]
    pub fn no_value() -> Value {
        Value::reference_to("AWS::NoValue")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn literals_in_a_row_are_one_literal() {
        assert_eq!(Value::concat(["a${b}".into(), "c".into()]), Value::from("a${b}c"));
    }

    #[test]
    fn references_in_a_row_are_one_readable_sub() {
        let parts = ["table/".into(), Value::reference_to("Name"), "/".into(), Value::attribute_of("Table", "Arn")];
        assert_eq!(Value::concat(parts).as_json(), &json!({"Fn::Sub": "table/${Name}/${Table.Arn}"}));
    }

    #[test]
    fn what_sub_cannot_spell_becomes_its_variable() {
        let joined = Value::concat([Value::import("bucket"), "/a".into()]);
        let expected = json!({"Fn::Sub": ["${Part1}/a", {"Part1": {"Fn::ImportValue": "bucket"}}]});
        assert_eq!(joined.as_json(), &expected);
    }

    #[test]
    fn a_dollar_sign_in_a_literal_stays_one() {
        let parts = ["${x}".into(), pseudo::region()];
        assert_eq!(Value::concat(parts).as_json(), &json!({"Fn::Sub": "${!x}${AWS::Region}"}));
    }
}
