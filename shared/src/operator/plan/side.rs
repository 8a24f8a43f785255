//! The resources of one side of the comparison, resolved.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use crate::template::resolve::{Resolver, open_transforms, text};

/// The resources of one side.
#[derive(Default)]
pub(in crate::operator) struct Side {
    /// Logical IDs and types of what is there.
    pub(in crate::operator) kinds: BTreeMap<String, String>,
    /// The properties of each resource, by logical ID, with intrinsic functions resolved as far as they can be.
    pub(super) properties: BTreeMap<String, Map<String, Json>>,
    /// Their DeletionPolicies, resolved; a function with AWS::LanguageExtensions.
    pub(super) policies: BTreeMap<String, String>,
    /// What `Ref` of each gives.
    pub(in crate::operator) references: BTreeMap<String, Json>,
    /// Those of which only the deployment decides whether they are there, and why.
    pub(in crate::operator) uncertain: BTreeMap<String, String>,
    /// Types and properties with both branches of an open condition; the uncertain resources too.
    pub(in crate::operator) branches: BTreeMap<String, (String, Map<String, Json>)>,
}

impl Side {
    /// As the stack is: what it has, whatever its conditions say now.
    pub(super) fn before(side: &Resolver, physical: &BTreeMap<String, String>) -> Self {
        let mut found = Self::default();
        for id in logical_ids(side.template).filter(|id| physical.contains_key(*id)) {
            found.insert(side, id);
        }
        found
    }

    /// As the deployment wants it.
    pub(super) fn after(side: &Resolver, before: &Self) -> Self {
        let mut found = Self::default();
        for id in logical_ids(side.template) {
            match side.exists(id) {
                Some(true) => found.insert(side, id),
                Some(false) => {}
                None => {
                    let condition = text(&side.template["Resources"][id]["Condition"]);
                    found.uncertain.insert(id.clone(), format!("the condition {condition} cannot be decided"));
                    found.insert_branches(side, id);
                    if before.kinds.contains_key(id) {
                        found.insert(side, id);
                    }
                }
            }
        }
        found
    }

    fn insert(&mut self, side: &Resolver, id: &str) {
        let kind = side.template["Resources"][id]["Type"].as_str().unwrap_or_default();
        self.kinds.insert(id.to_owned(), kind.to_owned());
        self.properties.insert(id.to_owned(), side.properties(id));
        let policy = side.resolve(&side.template["Resources"][id]["DeletionPolicy"]);
        self.policies.extend(policy.filter(|policy| !policy.is_null()).map(|policy| (id.to_owned(), text(&policy))));
        self.references.insert(id.to_owned(), side.reference(id));
        self.insert_branches(side, id);
    }

    fn insert_branches(&mut self, side: &Resolver, id: &str) {
        let kind = side.template["Resources"][id]["Type"].as_str().unwrap_or_default();
        self.branches.insert(id.to_owned(), (kind.to_owned(), side.properties_with_branches(id)));
    }
}

fn logical_ids(template: &Json) -> impl Iterator<Item = &String> {
    let resources = template["Resources"].as_object();
    resources
        .into_iter()
        .flatten()
        .filter(|(id, resource)| resource.is_object() && !id.starts_with("Fn::"))
        .map(|(id, _)| id)
}

/// Why the templates are not what CloudFormation compares.
pub(super) fn transforms(old: &Json, new: &Json) -> BTreeSet<String> {
    [old, new].into_iter().flat_map(open_transforms).collect()
}
