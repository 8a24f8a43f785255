//! Which keys a template injects into a job: the application's own EnvironmentProperties, and each
//! Custom::FlinkPropertyGroups.

use shared::stack::types::{self, APPLICATION};
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use shared::contract::PropertyGroups;
use shared::flink::{ApplicationKind, PropertyGroup};
use shared::operator::Deployed;
use shared::template::resolve::{Resolver, is_known, open_transforms, pseudo_parameters, values};

use super::conditions::{Path, is_everywhere};

/// Keys by group, without their values.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct InjectedKeys {
    pub(super) groups: BTreeMap<String, BTreeSet<String>>,
    /// Of these, the keys that are injected only under conditions, by group and key, with the names of the conditions.
    pub(super) conditional: BTreeMap<(String, String), BTreeSet<String>>,
    /// Parts of the template that only the deployment decides.
    pub(super) open: Vec<String>,
}

impl InjectedKeys {
    pub(super) fn of_groups(groups: &[PropertyGroup<String>]) -> Self {
        let keys = |group: &PropertyGroup<String>| group.map.keys().cloned().collect();
        let groups = groups.iter().map(|group| (group.id.clone(), keys(group))).collect();
        Self { groups, ..Self::default() }
    }

    /// Of a template that is not deployed yet: parameters have their defaults, and both sides of each condition count.
    ///
    /// # Errors
    /// A template without an application, or with several of which none is named.
    pub(super) fn of_template(template: &Json, application: Option<&str>) -> Result<Self, String> {
        let (none, nothing) = (BTreeSet::new(), BTreeMap::new());
        let mut parameters = values(template, &nothing, None, true);
        // Without a default only the deployment gives it a value.
        parameters.retain(|name, _| template["Parameters"][name].get("Default").is_some());
        let (parameters, physical) = (&parameters, &nothing);
        let resolver = Resolver { template, parameters, pseudo: &nothing, physical, renewed: &none, volatile: &none };
        Reader::of(resolver, None).read(application)
    }

    /// Of a stack as it is: its own parameters, and the resources that it has. `deployed.template` is the processed
    /// one.
    ///
    /// # Errors
    /// A stack without an application, or with several of which none is named.
    pub(super) fn of_stack(deployed: &Deployed, application: Option<&str>) -> Result<Self, String> {
        let none = BTreeSet::new();
        let arn: Vec<&str> = deployed.id.split(':').collect();
        let name = deployed.id.split('/').nth(1).unwrap_or_default();
        let pseudo = pseudo_parameters(name, arn.get(3).copied().unwrap_or_default(), Some(&deployed.id));
        let there = deployed.resources.iter().filter(|(_, one)| !one.physical_id.is_empty());
        let physical = there.map(|(id, one)| (id.clone(), one.physical_id.clone())).collect();
        let resolver = Resolver {
            template: &deployed.template,
            parameters: &values(&deployed.template, &deployed.parameters, None, false),
            pseudo: &pseudo,
            physical: &physical,
            renewed: &none,
            volatile: &none,
        };
        Reader::of(resolver, Some(deployed)).read(application)
    }
}

struct Reader<'a> {
    resolver: Resolver<'a>,
    deployed: Option<&'a Deployed>,
    injected: InjectedKeys,
    /// The undecided conditions around what is being read.
    under: Path,
    /// Under which of them each key is injected.
    paths: BTreeMap<(String, String), BTreeSet<Path>>,
}

impl<'a> Reader<'a> {
    fn of(resolver: Resolver<'a>, deployed: Option<&'a Deployed>) -> Self {
        let (injected, under, paths) = (InjectedKeys::default(), Path::new(), BTreeMap::new());
        Self { resolver, deployed, injected, under, paths }
    }

    fn read(mut self, application: Option<&str>) -> Result<InjectedKeys, String> {
        self.injected.open.extend(open_transforms(self.resolver.template));
        let groups = self.of_type(PropertyGroups::<String>::TYPE);
        // A notebook and a SQL application read no properties from sources.
        let kind = |resource: &Json| {
            let runtime = self.text(&resource["Properties"]["RuntimeEnvironment"]);
            ApplicationKind::of(&runtime.unwrap_or_default())
        };
        let (applications, others): (Vec<_>, Vec<_>) =
            self.of_type(APPLICATION).into_iter().partition(|(_, resource)| kind(resource) == ApplicationKind::Flink);
        if let Some((id, one)) = others.iter().find(|(id, _)| application == Some(id) || applications.is_empty()) {
            return Err(format!("{id} is a {}: there is no source to compare it with", kind(one).noun()));
        }
        let chosen = self.choose(&applications, !groups.is_empty(), application)?;
        for (name, resource) in applications.into_iter().filter(|(name, _)| chosen == Some(name)) {
            let configuration = &resource["Properties"]["ApplicationConfiguration"];
            self.within(configuration, &format!("{name}.ApplicationConfiguration"), &mut |reader, one, at| {
                let groups = &one["EnvironmentProperties"];
                reader.within(groups, &format!("{at}.EnvironmentProperties"), &mut |reader, one, at| {
                    reader.groups(&one["PropertyGroups"], &format!("{at}.PropertyGroups"));
                });
            });
        }
        for (name, resource) in groups {
            if chosen.is_none_or(|chosen| self.belongs(&resource["Properties"], chosen)) {
                let condition = resource["Condition"].as_str().filter(|_| self.deployed.is_none());
                self.under.extend(condition.map(|condition| (condition.to_owned(), true)));
                self.groups(&resource["Properties"]["PropertyGroups"], &format!("{name}.PropertyGroups"));
                self.under.clear();
            }
        }
        for (key, paths) in std::mem::take(&mut self.paths) {
            let conditions = paths.iter().flatten().map(|(name, _)| name.clone()).collect();
            if !is_everywhere(paths) {
                self.injected.conditional.insert(key, conditions);
            }
        }
        Ok(self.injected)
    }

    /// The resources of a type; of a stack, those that it has.
    fn of_type(&self, kind: &str) -> Vec<(&'a str, &'a Json)> {
        let is_there = |id: &String| self.deployed.is_none() || self.resolver.physical.contains_key(id);
        let all = self.resolver.template["Resources"].as_object().into_iter().flatten();
        let of_type = all.filter(|(id, resource)| resource["Type"] == kind && is_there(id));
        of_type.map(|(id, resource)| (id.as_str(), resource)).collect()
    }

    fn choose(
        &self,
        applications: &[(&'a str, &'a Json)],
        has_groups: bool,
        application: Option<&str>,
    ) -> Result<Option<&'a str>, String> {
        let names = applications.iter().map(|(id, _)| *id).collect::<Vec<_>>().join(", ");
        match (application, applications) {
            (Some(name), all) => {
                let found = all.iter().find(|(id, _)| *id == name).map(|(id, _)| *id);
                found.map(Some).ok_or_else(|| format!("--application {name}: expected one of: {names}"))
            }
            (None, [(only, _)]) => Ok(Some(only)),
            (None, []) if has_groups => Ok(None),
            (None, []) => {
                let nested = self.of_type(types::STACK);
                let nested = nested.iter().map(|(id, _)| match self.resolver.physical.get(*id) {
                    Some(arn) => arn.split('/').nth(1).unwrap_or(arn),
                    None => id,
                });
                let nested = nested.collect::<Vec<_>>().join(", ");
                let instead =
                    if nested.is_empty() { String::new() } else { format!("; give a nested stack: {nested}") };
                let expected = format!("expected an {APPLICATION} or a {}", PropertyGroups::<String>::TYPE);
                Err(format!("{expected}, found neither{instead}"))
            }
            (None, _) => Err(format!("found several applications: {names}; name one with --application")),
        }
    }

    /// Whether property groups are those of this application; in doubt they are.
    fn belongs(&self, properties: &'a Json, application: &str) -> bool {
        if let Some(id) = self.text(&properties["ApplicationLogicalId"]) {
            return id == application;
        }
        let name = &properties["ApplicationName"];
        if let Some(id) = name["Ref"].as_str().filter(|id| self.resolver.template["Resources"].get(id).is_some()) {
            return id == application;
        }
        let own = &self.resolver.template["Resources"][application]["Properties"]["ApplicationName"];
        let own = self.resolver.physical.get(application).cloned().or_else(|| self.text(own));
        match (self.text(name), own) {
            (Some(name), Some(own)) => name == own,
            _ => true,
        }
    }

    /// The value that a condition chooses; both where it is not decided.
    fn within(&mut self, value: &'a Json, at: &str, found: &mut dyn FnMut(&mut Self, &'a Json, &str)) {
        if value["Ref"] == "AWS::NoValue" {
            return;
        }
        let Some(branches) = value["Fn::If"].as_array() else { return found(self, value, at) };
        let name = branches.first().and_then(Json::as_str).unwrap_or_default();
        let decided = self.deployed.and_then(|_| self.resolver.holds(name));
        for (holds, branch) in [true, false].into_iter().zip(branches.iter().skip(1)) {
            match decided {
                Some(decided) if decided == holds => self.within(branch, at, found),
                Some(_) => {}
                None => {
                    self.under.push((name.to_owned(), holds));
                    self.within(branch, at, found);
                    self.under.pop();
                }
            }
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
            _ => reader.open(at),
        });
    }

    fn group(&mut self, group: &'a Json, at: &str) {
        let Some(id) = self.text(&group["PropertyGroupId"]) else {
            return self.open(&format!("{at}.PropertyGroupId"));
        };
        self.injected.groups.entry(id.clone()).or_default();
        self.within(&group["PropertyMap"], &format!("{at}.PropertyMap"), &mut |reader, map, at| match map {
            Json::Object(map) if !map.keys().any(|key| key == "Ref" || key.starts_with("Fn::")) => {
                for (key, value) in map {
                    reader.within(value, at, &mut |reader, _, _| {
                        reader.injected.groups.entry(id.clone()).or_default().insert(key.clone());
                        let path = reader.under.clone();
                        reader.paths.entry((id.clone(), key.clone())).or_default().insert(path);
                    });
                }
            }
            Json::Null => {}
            _ => reader.open(at),
        });
    }

    fn open(&mut self, part: &str) {
        self.injected.open.push(format!("{part} is only known when the stack is deployed"));
    }

    /// A text that is known before a deployment.
    fn text(&self, value: &Json) -> Option<String> {
        let resolved = self.resolver.resolve(value)?;
        resolved.as_str().filter(|text| is_known(text)).map(str::to_owned)
    }
}
