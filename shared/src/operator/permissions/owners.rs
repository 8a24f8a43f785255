//! Which resource of the template a name in it stands for.

use std::collections::BTreeMap;

use super::super::plan::Side;
use crate::template::resolve::{as_kept, text};

/// Logical IDs by what `Ref` and the ARN of each resource give; those of IAM apart, since their names are of their own
/// space.
pub(super) struct Owners {
    identities: BTreeMap<String, String>,
    others: BTreeMap<String, String>,
}

impl Owners {
    /// The resources of both sides: what a side no longer has keeps its name in the rows.
    pub(super) fn of(before: &Side, after: &Side) -> Self {
        let mut owners = Self { identities: BTreeMap::new(), others: BTreeMap::new() };
        for side in [before, after] {
            for (id, reference) in &side.references {
                let is_identity = side.kinds.get(id).is_some_and(|kind| kind.starts_with("AWS::IAM::"));
                let names = if is_identity { &mut owners.identities } else { &mut owners.others };
                names.insert(as_kept(&text(reference)), id.clone());
            }
        }
        owners
    }

    /// The logical ID of a role, user or group of this name; otherwise the name.
    pub(super) fn identity(&self, name: &str) -> String {
        Self::found(&self.identities, name)
    }

    /// The logical ID of any other resource of this name, URL or ARN; otherwise the name.
    pub(super) fn other(&self, name: &str) -> String {
        Self::found(&self.others, name)
    }

    fn found(names: &BTreeMap<String, String>, name: &str) -> String {
        let attribute = name.trim_matches(['\u{e000}', '\u{e001}']).trim_start_matches('=').split('.').next();
        let is_token = name.starts_with('\u{e000}') && name.ends_with('\u{e001}');
        let known = attribute.filter(|id| is_token && names.values().any(|known| known == id));
        known.map(str::to_owned).or_else(|| names.get(name).cloned()).unwrap_or_else(|| name.to_owned())
    }
}
