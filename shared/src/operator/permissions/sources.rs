//! Where a template says who may do what: IAM's own types, Lambda permissions, and every policy document of another
//! resource.

use crate::stack::types;
use serde_json::{Map, Value as Json, json};

use super::super::plan::Side;
use super::Subject;
use super::atom::{Atom, Atoms};
use super::document::read;
use super::owners::Owners;
use super::possible::{items, options};
use crate::template::resolve::{as_kept, is_known, text};

type PropertyMap = Map<String, Json>;

/// What names the roles, users and groups that a policy is attached to.
const ATTACHED: [&str; 6] = ["Roles", "Users", "Groups", "RoleName", "UserName", "GroupName"];
/// What names the resources that a resource policy is for.
const TARGETS: [&str; 8] =
    ["Queues", "Topics", "Bucket", "SecretId", "RepositoryName", "EventBusName", "FileSystemId", "ResourceArn"];
/// The fields of a Lambda permission that limit it: operator, condition key, property.
const LIMITS: [(&str, &str, &str); 6] = [
    ("ArnLike", "aws:SourceArn", "SourceArn"),
    ("StringEquals", "aws:SourceAccount", "SourceAccount"),
    ("StringEquals", "lambda:EventSourceToken", "EventSourceToken"),
    ("StringEquals", "aws:PrincipalOrgID", "PrincipalOrgID"),
    ("StringEquals", "lambda:FunctionUrlAuthType", "FunctionUrlAuthType"),
    ("Bool", "lambda:InvokedViaFunctionUrl", "InvokedViaFunctionUrl"),
];

/// The atoms of one side.
pub(super) fn atoms(side: &Side, owners: &Owners) -> Atoms {
    let mut atoms = Atoms::default();
    for (id, (kind, properties)) in &side.branches {
        // A permission for a resource stays one for it when the resource is replaced.
        let kept = serde_json::from_str(&as_kept(&Json::Object(properties.clone()).to_string())).ok();
        let properties: PropertyMap = kept.unwrap_or_default();
        let is_possible = side.uncertain.contains_key(id);
        let source = Source { id, properties: &properties, is_possible, owners };
        match kind.as_str() {
            types::ROLE | "AWS::IAM::User" | "AWS::IAM::Group" => source.identity(&mut atoms),
            types::MANAGED_POLICY => {
                let name = side.references.get(id).map(|reference| as_kept(&text(reference))).unwrap_or_default();
                source.managed_policy(&name, &mut atoms);
            }
            types::IAM_POLICY | "AWS::IAM::RolePolicy" | "AWS::IAM::UserPolicy" | "AWS::IAM::GroupPolicy" => {
                source.policy(&mut atoms);
            }
            types::LAMBDA_PERMISSION => source.invoke_permission(&mut atoms),
            other if other.starts_with("AWS::") => source.resource_policies(&mut atoms),
            _ => {}
        }
    }
    atoms
}

/// A resource of the template, with both branches of an open condition.
struct Source<'a> {
    id: &'a str,
    properties: &'a PropertyMap,
    is_possible: bool,
    owners: &'a Owners,
}

impl Source<'_> {
    /// The values of a property, each with whether only the deployment decides.
    fn values(&self, name: &str) -> Vec<(&Json, bool)> {
        self.properties.get(name).map(|value| items(value, self.is_possible)).unwrap_or_default()
    }

    fn named(&self, subject: Subject, property: &str, atoms: &mut Atoms) {
        for (value, is_possible) in self.values(property) {
            atoms.insert(Atom::named(self.id, subject, text(value)), is_possible);
        }
    }

    fn document(&self, owner: &str, subject: Subject, atoms: &mut Atoms) {
        if let Some(document) = self.properties.get("PolicyDocument") {
            read(owner, subject, document, self.is_possible, atoms);
        }
    }

    fn identity(&self, atoms: &mut Atoms) {
        atoms.identities.insert(self.id.to_owned());
        if let Some(document) = self.properties.get("AssumeRolePolicyDocument") {
            read(self.id, Subject::Trust, document, self.is_possible, atoms);
        }
        for (policy, is_possible) in self.values("Policies") {
            let document = policy.get("PolicyDocument").unwrap_or(policy);
            read(self.id, Subject::Permission, document, is_possible, atoms);
        }
        self.named(Subject::ManagedPolicy, "ManagedPolicyArns", atoms);
        self.named(Subject::Boundary, "PermissionsBoundary", atoms);
        self.named(Subject::Path, "Path", atoms);
    }

    fn managed_policy(&self, name: &str, atoms: &mut Atoms) {
        atoms.identities.insert(self.id.to_owned());
        self.document(self.id, Subject::Permission, atoms);
        self.named(Subject::Path, "Path", atoms);
        for (owner, is_possible) in self.attached() {
            atoms.insert(Atom::named(&owner, Subject::ManagedPolicy, name.to_owned()), is_possible);
        }
    }

    fn policy(&self, atoms: &mut Atoms) {
        let attached = self.attached();
        if attached.is_empty() {
            self.document(self.id, Subject::Permission, atoms);
        }
        for (owner, is_possible) in attached {
            if let Some(document) = self.properties.get("PolicyDocument") {
                read(&owner, Subject::Permission, document, is_possible, atoms);
            }
        }
    }

    fn attached(&self) -> Vec<(String, bool)> {
        let named = ATTACHED.iter().flat_map(|property| self.values(property));
        named.map(|(name, is_possible)| (self.owners.identity(&text(name)), is_possible)).collect()
    }

    /// A statement of the function's own policy, with each field that limits it.
    fn invoke_permission(&self, atoms: &mut Atoms) {
        let mut conditions: Map<String, Json> = Map::new();
        for (operator, key, property) in LIMITS {
            if let Some(value) = self.properties.get(property) {
                let keys = conditions.entry(operator).or_insert_with(|| json!({}));
                keys[key] = value.clone();
            }
        }
        let is_service = |name: &str| name.contains('.') && !name.contains(':') && is_known(name);
        for (function, is_possible) in self.values("FunctionName") {
            let owner = self.owners.other(&text(function));
            for (principal, of_principal) in self.values("Principal") {
                let kind = if is_service(&text(principal)) { "Service" } else { "AWS" };
                let action = self.properties.get("Action").cloned().unwrap_or_default();
                let document = json!({"Statement": {"Effect": "Allow", "Principal": {kind: principal},
                    "Action": action, "Condition": conditions}});
                read(&owner, Subject::ResourcePolicy, &document, is_possible || of_principal, atoms);
            }
        }
    }

    fn resource_policies(&self, atoms: &mut Atoms) {
        let targets = TARGETS.iter().flat_map(|property| self.values(property));
        let mut owners: Vec<String> = targets.map(|(name, _)| self.owners.other(&text(name))).collect();
        if owners.is_empty() {
            owners.push(self.id.to_owned());
        }
        for (name, value) in self.properties {
            for document in documents(name, value) {
                for owner in &owners {
                    read(owner, Subject::ResourcePolicy, document, self.is_possible, atoms);
                }
            }
        }
    }
}

/// The policy documents within a property: what has statements with an effect, or is named as a policy and cannot be
/// read.
fn documents<'a>(name: &str, value: &'a Json) -> Vec<&'a Json> {
    match value {
        Json::Object(members) if members.get("Statement").is_some_and(has_effect) => vec![value],
        Json::Object(members) => members.iter().flat_map(|(name, value)| documents(name, value)).collect(),
        Json::Array(all) => all.iter().flat_map(|value| documents(name, value)).collect(),
        Json::String(text) => {
            let is_named = ["PolicyDocument", "KeyPolicy", "ResourcePolicy"].iter().any(|end| name.ends_with(end));
            let is_text = text.trim_start().starts_with('{') && text.contains("\"Effect\"");
            if is_text || (is_named && !is_known(text)) { vec![value] } else { Vec::new() }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => Vec::new(),
    }
}

fn has_effect(statements: &Json) -> bool {
    let statements = items(statements, false);
    statements.into_iter().flat_map(|(one, _)| options(one, false)).any(|(one, _)| one.get("Effect").is_some())
}
