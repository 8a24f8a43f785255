//! For tests: a rendered template as CloudFormation would resolve it, with no more than our templates use.

use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

use super::document::Template;

/// A template with its parameters chosen.
pub(super) struct Resolved {
    pub(super) template: Json,
    pub(super) parameters: BTreeMap<String, String>,
    /// What `Ref` of a resource is, where it is more than its logical ID.
    pub(super) names: BTreeMap<String, Json>,
    /// Where the stack is.
    pub(super) partition: &'static str,
    pub(super) region: &'static str,
}

impl Resolved {
    /// With every default, and `given` over them.
    pub(super) fn with(template: &Template, given: &[(&str, &str)]) -> Self {
        let template: Json = serde_json::from_str(&template.render().unwrap()).unwrap();
        Self::of(template, given)
    }

    pub(super) fn of(template: Json, given: &[(&str, &str)]) -> Self {
        let declared = template["Parameters"].as_object().cloned().unwrap_or_default();
        let defaults = declared.iter().map(|(id, parameter)| (id.clone(), text(&parameter["Default"])));
        let given = given.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned()));
        let parameters = defaults.chain(given).collect();
        Self { template, parameters, names: BTreeMap::new(), partition: "aws", region: "eu-west-1" }
    }

    /// Resources that a property names are referred to by that name.
    pub(super) fn named(mut self) -> Self {
        let property = [
            ("AWS::Kinesis::Stream", "Name"),
            ("AWS::DynamoDB::Table", "TableName"),
            ("AWS::Logs::LogGroup", "LogGroupName"),
            ("AWS::KinesisAnalyticsV2::Application", "ApplicationName"),
        ];
        for (id, resource) in self.template["Resources"].as_object().unwrap() {
            for (_, property) in property.iter().filter(|(kind, _)| resource["Type"] == **kind) {
                self.names.insert(id.clone(), resource["Properties"][property].clone());
            }
        }
        self
    }

    /// The same elsewhere.
    pub(super) fn in_region(self, partition: &'static str, region: &'static str) -> Self {
        Self { partition, region, ..self }
    }

    /// The resources whose conditions hold, with their types.
    pub(super) fn resources(&self) -> Vec<(String, String)> {
        let all = self.template["Resources"].as_object().unwrap().iter();
        let exists = |resource: &Json| {
            resource
                .get("Condition")
                .is_none_or(|name| self.holds(&self.template["Conditions"][name.as_str().unwrap()]))
        };
        all.filter(|(_, resource)| exists(resource))
            .map(|(id, resource)| (id.clone(), text(&resource["Type"])))
            .collect()
    }

    /// A resource's properties.
    pub(super) fn properties(&self, id: &str) -> Json {
        self.resolve(&self.template["Resources"][id]["Properties"]).unwrap()
    }

    /// `None` is `AWS::NoValue`.
    pub(super) fn resolve(&self, json: &Json) -> Option<Json> {
        match json {
            Json::Object(members) => match members.iter().next() {
                Some((name, argument)) if members.len() == 1 && (name == "Ref" || name.starts_with("Fn::")) => {
                    self.intrinsic(name, argument)
                }
                _ => Some(Json::Object(
                    members.iter().filter_map(|(key, value)| Some((key.clone(), self.resolve(value)?))).collect(),
                )),
            },
            Json::Array(items) => Some(items.iter().filter_map(|item| self.resolve(item)).collect()),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Some(json.clone()),
        }
    }

    fn intrinsic(&self, name: &str, argument: &Json) -> Option<Json> {
        Some(match name {
            "Ref" if argument == "AWS::NoValue" => return None,
            "Ref" if self.template["Parameters"][argument.as_str().unwrap()]["Type"] == "CommaDelimitedList" => {
                self.name(argument.as_str().unwrap()).split(',').map(Json::from).collect()
            }
            "Ref" => self.name(argument.as_str().unwrap()).into(),
            "Fn::GetAtt" => format!("{}.{}", self.name(argument[0].as_str().unwrap()), text(&argument[1])).into(),
            "Fn::ImportValue" => text(argument).into(),
            "Fn::Join" => {
                let parts = self.resolve(&argument[1]).unwrap();
                let parts: Vec<String> = parts.as_array().unwrap().iter().map(text).collect();
                parts.join(argument[0].as_str().unwrap()).into()
            }
            "Fn::Split" => {
                let whole = text(&self.resolve(&argument[1]).unwrap());
                whole.split(argument[0].as_str().unwrap()).map(Json::from).collect()
            }
            "Fn::Select" => {
                let index = usize::try_from(argument[0].as_u64().unwrap()).unwrap();
                self.resolve(&argument[1]).unwrap()[index].clone()
            }
            "Fn::Sub" => match argument.as_array() {
                Some(parts) => self.sub(&text(&parts[0]), parts[1].as_object().unwrap()),
                None => self.sub(&text(argument), &Map::new()),
            },
            "Fn::If" => {
                let condition = &self.template["Conditions"][argument[0].as_str().unwrap()];
                return self.resolve(&argument[if self.holds(condition) { 1 } else { 2 }]);
            }
            other => panic!("our templates do not use {other}"),
        })
    }

    fn holds(&self, condition: &Json) -> bool {
        let (name, argument) = condition.as_object().unwrap().iter().next().unwrap();
        match name.as_str() {
            "Fn::Equals" => self.resolve(&argument[0]) == self.resolve(&argument[1]),
            "Fn::And" => argument.as_array().unwrap().iter().all(|one| self.holds(one)),
            "Fn::Or" => argument.as_array().unwrap().iter().any(|one| self.holds(one)),
            "Fn::Not" => !self.holds(&argument[0]),
            "Condition" => self.holds(&self.template["Conditions"][argument.as_str().unwrap()]),
            other => panic!("our templates do not use {other}"),
        }
    }

    fn sub(&self, pattern: &str, variables: &Map<String, Json>) -> Json {
        let mut pieces = pattern.split("${");
        let mut whole = pieces.next().unwrap().to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once('}').unwrap();
            let value = match (variables.get(name), name.split_once('.')) {
                (Some(value), _) => text(&self.resolve(value).unwrap()),
                (None, Some((id, attribute))) => format!("{}.{attribute}", self.name(id)),
                (None, None) => self.name(name),
            };
            whole = whole + &value + rest;
        }
        whole.into()
    }

    fn name(&self, id: &str) -> String {
        let pseudo = match id {
            "AWS::Region" => Some(self.region),
            "AWS::AccountId" => Some("111122223333"),
            "AWS::Partition" => Some(self.partition),
            "AWS::StackName" => Some("stack"),
            _ => None,
        };
        let parameter = self.parameters.get(id).cloned();
        let named = || self.names.get(id).map(|name| text(&self.resolve(name).unwrap()));
        pseudo.map(str::to_owned).or(parameter).or_else(named).unwrap_or_else(|| id.to_owned())
    }
}

/// As CloudFormation hands it on: a string, whatever it was.
pub(super) fn text(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}
