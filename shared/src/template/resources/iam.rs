//! Roles that collect what they are granted, and policies.
//!
//! A role takes its grants before it is added: `stream.grant_read(&mut role)`. Once added it is complete, and what
//! depends on it finds every permission in place.

use crate::stack::types;
use serde_json::{Map, Value as Json, json};

use crate::template::cloudformation::resource::Condition;
use crate::template::cloudformation::resource::{Handle, Resource};
use crate::template::cloudformation::value::{Value, object, pseudo};

/// One statement of a policy.
#[derive(Debug, Clone)]
pub struct Statement {
    effect: &'static str,
    principals: Vec<&'static str>,
    actions: Vec<String>,
    resources: Vec<Value>,
    conditions: Map<String, Json>,
    conditions_unless: Option<(String, Map<String, Json>)>,
    exists_when: Option<String>,
}

impl Statement {
    /// A statement that allows these actions, `service:Operation` each.
    #[must_use]
    pub fn allow<A: Into<String>>(actions: impl IntoIterator<Item = A>) -> Self {
        Self {
            effect: "Allow",
            principals: Vec::new(),
            actions: actions.into_iter().map(Into::into).collect(),
            resources: Vec::new(),
            conditions: Map::new(),
            conditions_unless: None,
            exists_when: None,
        }
    }

    /// Not these actions, whatever else allows them.
    #[must_use]
    pub fn deny<A: Into<String>>(actions: impl IntoIterator<Item = A>) -> Self {
        Self { effect: "Deny", ..Self::allow(actions) }
    }

    /// Limits the statement to these resources, by ARN.
    #[must_use]
    pub fn on(mut self, resources: impl IntoIterator<Item = Value>) -> Self {
        self.resources.extend(resources);
        self
    }

    /// For this service, in a resource's own policy. `*` is everybody.
    #[must_use]
    pub fn to(mut self, principal: &'static str) -> Self {
        self.principals.push(principal);
        self
    }

    /// Only when `key` has this value.
    #[must_use]
    pub fn only_if(mut self, operator: &str, key: &str, value: &Value) -> Self {
        insert(&mut self.conditions, operator, key, value);
        self
    }

    /// The same, unless the condition of the template holds. Of several, the last one's condition decides.
    #[must_use]
    pub fn only_if_unless(mut self, unless: &Handle<Condition>, operator: &str, key: &str, value: &Value) -> Self {
        let (id, tests) = self.conditions_unless.get_or_insert_default();
        unless.id().clone_into(id);
        insert(tests, operator, key, value);
        self
    }

    /// Only there when the condition of the template holds.
    #[must_use]
    pub fn when(mut self, condition: &Handle<Condition>) -> Self {
        self.exists_when = Some(condition.id().to_owned());
        self
    }

    fn into_json(self) -> Json {
        let mut members = Map::new();
        members.insert("Effect".into(), self.effect.into());
        members.insert("Action".into(), one_or_many(self.actions.into_iter().map(Json::from).collect()));
        members.insert("Resource".into(), one_or_many(self.resources.into_iter().map(Value::into_json).collect()));
        if self.principals == ["*"] {
            members.insert("Principal".into(), "*".into());
        } else if !self.principals.is_empty() {
            let services = self.principals.into_iter().map(Json::from).collect();
            members.insert("Principal".into(), json!({"Service": one_or_many(services)}));
        }
        if let Some((unless, tests)) = self.conditions_unless {
            let all = self.conditions.iter().chain(&tests).map(|(key, value)| (key.clone(), value.clone()));
            let with = Value::from(Json::Object(all.collect()));
            let without = if self.conditions.is_empty() {
                pseudo::no_value()
            } else {
                Value::from(Json::Object(self.conditions))
            };
            members.insert("Condition".into(), Value::either(&unless, &without, &with).into_json());
        } else if !self.conditions.is_empty() {
            members.insert("Condition".into(), self.conditions.into());
        }
        match self.exists_when {
            Some(condition) => {
                Value::either(&condition, &Value::from(Json::from(members)), &pseudo::no_value()).into_json()
            }
            None => members.into(),
        }
    }
}

fn insert(conditions: &mut Map<String, Json>, operator: &str, key: &str, value: &Value) {
    if let Json::Object(tests) = conditions.entry(operator).or_insert_with(|| json!({})) {
        tests.insert(key.to_owned(), value.as_json().clone());
    }
}

/// A policy document of these statements.
#[must_use]
pub fn document(statements: impl IntoIterator<Item = Statement>) -> Json {
    let statements: Vec<Json> = statements.into_iter().map(Statement::into_json).collect();
    object([("Version", "2012-10-17".into()), ("Statement", statements.into())])
}

/// A list of one is written as the one.
fn one_or_many(mut values: Vec<Json>) -> Json {
    if values.len() == 1 { values.remove(0) } else { Json::Array(values) }
}

/// A role, while it collects grants.
#[derive(Debug)]
pub struct Role {
    service: &'static str,
    properties: Map<String, Json>,
    attached: Vec<Value>,
    statements: Vec<Statement>,
}

impl Role {
    /// That this service takes on.
    #[must_use]
    pub fn assumed_by(service: &'static str, description: &str) -> Self {
        let mut properties = Map::new();
        properties.insert("Description".into(), description.into());
        Self { service, properties, attached: Vec::new(), statements: Vec::new() }
    }

    /// Under a path, by which others limit what they may do to it.
    #[must_use]
    pub fn under(mut self, path: impl Into<Value>) -> Self {
        self.properties.insert("Path".into(), path.into().into_json());
        self
    }

    /// Never allowed more than this managed policy.
    #[must_use]
    pub fn bounded_by(mut self, policy: Value) -> Self {
        self.properties.insert("PermissionsBoundary".into(), policy.into_json());
        self
    }

    /// Managed policies besides its own grants, by ARN; `AWS::NoValue` for none.
    pub fn attach(&mut self, arns: impl IntoIterator<Item = Value>) {
        self.attached.extend(arns);
    }

    /// Adds a statement to the role's policy.
    pub fn grant(&mut self, statement: Statement) {
        self.statements.push(statement);
    }

    /// Adds several statements to the role's policy.
    pub fn grant_all(&mut self, statements: impl IntoIterator<Item = Statement>) {
        self.statements.extend(statements);
    }
}

impl Role {
    /// The role with what it was granted so far.
    #[must_use]
    pub fn into_resource(self) -> Resource<Self> {
        self.into()
    }
}

impl From<Role> for Resource<Role> {
    fn from(role: Role) -> Self {
        let mut properties = role.properties;
        let trust = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": role.service}});
        let trust = json!({"Version": "2012-10-17", "Statement": [trust]});
        properties.insert("AssumeRolePolicyDocument".into(), trust);
        let policy = object([("PolicyName", "Grants".into()), ("PolicyDocument", document(role.statements))]);
        properties.insert("Policies".into(), vec![policy].into());
        if !role.attached.is_empty() {
            properties.insert("ManagedPolicyArns".into(), json!(role.attached));
        }
        Self::of(types::ROLE, properties.into())
    }
}

/// A policy with an ARN of its own, to bound roles with or for several of them.
#[derive(Debug)]
pub enum ManagedPolicy {}

impl ManagedPolicy {
    /// A managed policy of these statements.
    #[must_use]
    pub fn of(description: &str, statements: impl IntoIterator<Item = Statement>) -> Resource<Self> {
        let properties = object([("Description", description.into()), ("PolicyDocument", document(statements))]);
        Resource::of(types::MANAGED_POLICY, properties)
    }
}
