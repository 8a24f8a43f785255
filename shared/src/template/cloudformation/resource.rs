//! A resource before it is added, and the handle that adding it returns.
//!
//! What a type of resource is called and takes is known to its family's file; anything else goes through
//! [`Resource::of`].

use serde_json::{Map, Value as Json, json};
use std::marker::PhantomData;

use super::error::Problem;
use super::value::Value;

/// Any resource: what a handle from the escape hatch stands for.
#[derive(Debug)]
pub enum Any {}

/// A parameter of the template: always a string where it is referred to.
#[derive(Debug)]
pub enum Parameter {}

/// A condition that stands in a template.
#[derive(Debug)]
pub enum Condition {}

/// What names an item that stands in the template: the only source of `Ref` and `Fn::GetAtt`.
#[derive(Debug, PartialEq, Eq)]
pub struct Handle<K> {
    id: String,
    kind: PhantomData<K>,
}

impl<K> Handle<K> {
    pub(in crate::template) fn named(id: &str) -> Self {
        Self { id: id.to_owned(), kind: PhantomData }
    }

    /// The logical ID under which the resource was added.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// `Ref`: a parameter's value, a resource's name.
    #[must_use]
    pub fn reference(&self) -> Value {
        Value::reference_to(&self.id)
    }

    /// `Fn::GetAtt`: an attribute that the resource returns.
    #[must_use]
    pub fn get_att(&self, attribute: &str) -> Value {
        Value::attribute_of(&self.id, attribute)
    }

    /// `Fn::GetAtt` of the ARN, as most types call it.
    #[must_use]
    pub fn arn(&self) -> Value {
        self.get_att("Arn")
    }
}

/// `DeletionPolicy`, and `UpdateReplacePolicy` with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletionPolicy {
    /// It goes with the stack.
    Delete,
    /// It stays, and an operator removes it by hand or imports it into another stack. What a creation made that is
    /// rolled back is still deleted: what it leaves behind would be in the way of the next attempt.
    RetainExceptOnCreate,
}

/// A resource that is not in a template yet.
#[derive(Debug)]
pub struct Resource<K = Any> {
    kind: PhantomData<K>,
    type_name: String,
    properties: Json,
    attributes: Map<String, Json>,
}

impl<K> Resource<K> {
    /// Any type with any properties: the escape hatch, and what the families are made of.
    #[must_use]
    pub fn of(type_name: &str, properties: Json) -> Self {
        Self { kind: PhantomData, type_name: type_name.to_owned(), properties, attributes: Map::new() }
    }

    /// Sets one property, `"StreamEncryption.KeyId"`, over what stands there.
    ///
    /// # Errors
    /// When the path leads through something that is not a map.
    pub fn property(mut self, path: &str, value: impl Into<Value>) -> Result<Self, Problem> {
        let mut place = &mut self.properties;
        for segment in path.split('.') {
            let Json::Object(members) = place else {
                return Err(Problem::NotAMap { path: path.to_owned(), at: segment.to_owned() });
            };
            place = members.entry(segment).or_insert_with(|| json!({}));
        }
        *place = value.into().into_json();
        Ok(self)
    }

    /// Created after, and deleted before, what `other` names; for an order that no reference makes.
    #[must_use]
    pub fn after<O>(mut self, other: &Handle<O>) -> Self {
        let list = self.attributes.entry("DependsOn").or_insert_with(|| json!([]));
        if let Json::Array(items) = list {
            items.push(other.id().into());
        }
        self
    }

    /// Only when the condition holds.
    #[must_use]
    pub fn when(self, condition: &Handle<Condition>) -> Self {
        self.attribute("Condition", condition.id().into())
    }

    /// What becomes of it when the stack goes, and when another one takes its place. Said in full, since
    /// CloudFormation's default differs from type to type.
    #[must_use]
    pub fn deletion_policy(self, policy: DeletionPolicy) -> Self {
        let (deletion, replacement) = match policy {
            DeletionPolicy::Delete => ("Delete", "Delete"),
            // A replacement has no such form:
            // AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html of docs.aws.amazon.com.
            DeletionPolicy::RetainExceptOnCreate => ("RetainExceptOnCreate", "Retain"),
        };
        self.attribute("DeletionPolicy", deletion.into()).attribute("UpdateReplacePolicy", replacement.into())
    }

    /// Goes with the stack, data and all.
    #[must_use]
    pub fn removed_with_the_stack(self) -> Self {
        self.deletion_policy(DeletionPolicy::Delete)
    }

    /// `Metadata`, for readers and tools.
    #[must_use]
    pub fn metadata(self, metadata: Json) -> Self {
        self.attribute("Metadata", metadata)
    }

    /// The resource's properties, as they will stand in the template.
    #[must_use]
    pub const fn properties(&self) -> &Json {
        &self.properties
    }

    /// Appends to a list property, which it begins if need be.
    pub(in crate::template) fn add_to_list(&mut self, property: &str, item: Json) {
        if let Json::Object(properties) = &mut self.properties
            && let Json::Array(items) = properties.entry(property).or_insert_with(|| json!([]))
        {
            items.push(item);
        }
    }

    pub(in crate::template) fn into_json(self) -> Json {
        let mut members = self.attributes;
        members.insert("Type".to_owned(), self.type_name.into());
        if self.properties.as_object().is_some_and(|properties| !properties.is_empty()) {
            members.insert("Properties".to_owned(), self.properties);
        }
        Json::Object(members)
    }

    fn attribute(mut self, name: &str, value: Json) -> Self {
        self.attributes.insert(name.to_owned(), value);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_property_of_any_type_can_be_set() {
        let stream: Resource = Resource::of("AWS::Kinesis::Stream", json!({"Name": "a"}));
        let stream = stream.property("StreamEncryption.KeyId", "alias/b").unwrap();
        assert_eq!(stream.properties(), &json!({"Name": "a", "StreamEncryption": {"KeyId": "alias/b"}}));
    }

    #[test]
    fn a_property_below_a_scalar_is_refused_with_its_path() {
        let stream: Resource = Resource::of("AWS::Kinesis::Stream", json!({"Name": "a"}));
        let problem = stream.property("Name.First", "b").unwrap_err();
        assert_eq!(problem.to_string(), "Name.First: \"First\" is not a map; set it as a whole");
    }
}
