//! Which keys a template injects into a job: the application's own EnvironmentProperties, and each Custom::FlinkPropertyGroups.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use shared::contract::PropertyGroup;

const APPLICATION: &str = "AWS::KinesisAnalyticsV2::Application";
const PROPERTY_GROUPS: &str = "Custom::FlinkPropertyGroups";

/// Keys by group, without their values.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Injected {
    pub(super) groups: BTreeMap<String, BTreeSet<String>>,
    /// What of the template is only known at deployment.
    pub(super) open: Vec<String>,
}

/// Reads a template's text.
///
/// # Errors
/// Text that is no template.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    serde_json::from_str(text).map_err(|error| format!("expected a template in JSON: {error}"))
}

impl Injected {
    pub(super) fn of_groups(groups: &[PropertyGroup<String>]) -> Self {
        let keys = |group: &PropertyGroup<String>| group.property_map.keys().cloned().collect();
        let groups = groups.iter().map(|group| (group.property_group_id.clone(), keys(group))).collect();
        Self { groups, open: Vec::new() }
    }

    /// `parameters` are those of a deployed stack; without them their defaults count.
    ///
    /// # Errors
    /// A template without an application, or with several of which none is named.
    pub(super) fn of_template(
        template: &Json,
        parameters: &BTreeMap<String, String>,
        application: Option<&str>,
    ) -> Result<Self, String> {
        let empty = serde_json::Map::new();
        let resources = template["Resources"].as_object().unwrap_or(&empty);
        let of_type = |kind: &str| -> Vec<(&String, &Json)> {
            resources.iter().filter(|(_, resource)| resource["Type"] == kind).collect()
        };
        let applications = of_type(APPLICATION);
        let names = applications.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        let chosen = match (application, applications.as_slice()) {
            (Some(name), all) => {
                let found = all.iter().find(|(id, _)| *id == name).map(|(id, _)| id.as_str());
                Some(found.ok_or_else(|| format!("--application {name}: expected one of: {names}"))?)
            }
            (None, [(only, _)]) => Some(only.as_str()),
            (None, []) if of_type(PROPERTY_GROUPS).is_empty() => {
                return Err(format!("expected a template with an {APPLICATION} or a {PROPERTY_GROUPS}, found neither"));
            }
            (None, []) => None,
            (None, _) => return Err(format!("found several applications: {names}; name one with --application")),
        };
        let mut reader = Reader { template, parameters, injected: Self::default() };
        for (name, resource) in applications.iter().filter(|(name, _)| chosen == Some(name.as_str())) {
            let configuration = &resource["Properties"]["ApplicationConfiguration"];
            reader.within(configuration, &format!("{name}.ApplicationConfiguration"), &mut |reader, one, at| {
                let groups = &one["EnvironmentProperties"];
                reader.within(groups, &format!("{at}.EnvironmentProperties"), &mut |reader, one, at| {
                    reader.groups(&one["PropertyGroups"], &format!("{at}.PropertyGroups"));
                });
            });
        }
        for (name, resource) in of_type(PROPERTY_GROUPS) {
            if chosen.is_none_or(|chosen| reader.belongs(&resource["Properties"], chosen)) {
                reader.groups(&resource["Properties"]["PropertyGroups"], &format!("{name}.PropertyGroups"));
            }
        }
        Ok(reader.injected)
    }
}

struct Reader<'a> {
    template: &'a Json,
    parameters: &'a BTreeMap<String, String>,
    injected: Injected,
}

impl<'a> Reader<'a> {
    /// Whether property groups are those of this application; in doubt they are.
    fn belongs(&self, properties: &Json, application: &str) -> bool {
        if let Some(id) = properties["ApplicationLogicalId"].as_str() {
            return id == application;
        }
        let name = &properties["ApplicationName"];
        if let Some(id) = name["Ref"].as_str().filter(|id| self.template["Resources"].get(id).is_some()) {
            return id == application;
        }
        let own = self.text(&self.template["Resources"][application]["Properties"]["ApplicationName"]);
        match (self.text(name), own) {
            (Some(name), Some(own)) => name == own,
            _ => true,
        }
    }

    /// The value itself, or both branches of a condition.
    fn within(&mut self, value: &'a Json, at: &str, found: &mut dyn FnMut(&mut Self, &'a Json, &str)) {
        match value["Fn::If"].as_array() {
            Some(branches) => branches.iter().skip(1).for_each(|branch| self.within(branch, at, found)),
            None if value["Ref"] == "AWS::NoValue" => {}
            None => found(self, value, at),
        }
    }

    fn groups(&mut self, groups: &'a Json, at: &str) {
        self.within(groups, at, &mut |reader, groups, at| match groups {
            Json::Array(list) => {
                for (index, group) in list.iter().enumerate() {
                    reader.within(group, &format!("{at}[{index}]"), &mut Self::group);
                }
            }
            Json::Null => {}
            _ => reader.injected.open.push(at.to_owned()),
        });
    }

    fn group(&mut self, group: &'a Json, at: &str) {
        let Some(id) = self.text(&group["PropertyGroupId"]) else {
            return self.injected.open.push(format!("{at}.PropertyGroupId"));
        };
        self.injected.groups.entry(id.clone()).or_default();
        self.within(
            &group["PropertyMap"],
            &format!("{at}.PropertyMap"),
            &mut |reader, map, at| match map.as_object() {
                Some(map) if !map.keys().any(|key| key == "Ref" || key.starts_with("Fn::")) => {
                    let keys =
                        map.iter().filter(|(_, value)| value["Ref"] != "AWS::NoValue").map(|(key, _)| key.clone());
                    reader.injected.groups.entry(id.clone()).or_default().extend(keys);
                }
                _ if map.is_null() => {}
                _ => reader.injected.open.push(at.to_owned()),
            },
        );
    }

    /// A text that is known before a deployment: written out, or a parameter's value.
    fn text(&self, value: &Json) -> Option<String> {
        if let Some(text) = value.as_str() {
            return Some(text.to_owned());
        }
        if let Some(name) = value["Ref"].as_str() {
            let given = self.parameters.get(name).cloned();
            let default = &self.template["Parameters"][name]["Default"];
            return given.or_else(|| default.as_str().map(str::to_owned));
        }
        if let Some(text) = value["Fn::Sub"].as_str() {
            return self.substituted(text);
        }
        let path = value["Fn::FindInMap"].as_array()?;
        let keys: Option<Vec<String>> = path.iter().map(|key| self.text(key)).collect();
        match keys?.as_slice() {
            [map, first, second] => self.template["Mappings"][map][first][second].as_str().map(str::to_owned),
            _ => None,
        }
    }

    fn substituted(&self, text: &str) -> Option<String> {
        let mut whole = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let end = rest[at..].find('}')? + at;
            whole.push_str(&rest[..at]);
            whole.push_str(&self.text(&serde_json::json!({"Ref": &rest[at + 2..end]}))?);
            rest = &rest[end + 1..];
        }
        Some(whole + rest)
    }
}
