//! Identity: roles, their policies, the credentials handed to them, and the one question every call asks first.
//!
//! It knows no service: an action is a string, a resource is an ARN, and what a condition may ask comes with the call.

mod condition;
mod evaluate;
mod operations;
mod policy;
mod resource_policy;
mod roles;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use evaluate::{authorize, authorize_pass_role};
pub use operations::call;
pub use policy::{Policy, wildcard};
pub use resource_policy::{Effect, resource_allows, resource_effect};
pub use roles::{Role, assumable_by, role_name};

use crate::State;
use crate::api::Caller;

/// Everything IAM and STS remember.
#[derive(Debug, Default)]
pub struct Iam {
    /// By name; a path is not part of a role's identity.
    pub roles: BTreeMap<String, Role>,
    /// Customer managed policies by ARN.
    pub policies: BTreeMap<String, Policy>,
    sessions: BTreeMap<String, Session>,
}

#[derive(Debug, Clone)]
struct Session {
    role: String,
    name: String,
}

/// What a process puts into its environment to act as a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `AWS_ACCESS_KEY_ID`; this world recognises the caller by it.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: String,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: String,
}

/// Credentials for `role`, as AssumeRole hands them out. `session` is what error texts name: for a function, its name.
pub fn credentials(state: &mut State, role: &str, session: &str) -> Credentials {
    let access_key_id = format!("ASIA{}", state.ids.hex(16).to_uppercase());
    let session_of_role = Session { role: role.to_owned(), name: session.to_owned() };
    state.iam.sessions.insert(access_key_id.clone(), session_of_role);
    Credentials { access_key_id, secret_access_key: state.ids.hex(40), session_token: state.ids.hex(64) }
}

/// Whose access key this is: a role's when this world handed it out, otherwise an operator's.
#[must_use]
pub fn caller(state: &State, access_key_id: &str) -> Caller {
    state.iam.sessions.get(access_key_id).map_or(Caller::Operator, |session| Caller::Role(session.role.clone()))
}

/// The caller as GetCallerIdentity and error texts spell it.
#[must_use]
pub fn principal(state: &State, account: &str, caller: &Caller) -> String {
    match caller {
        Caller::Operator => format!("arn:aws:iam::{account}:user/operator"),
        Caller::Role(role) => {
            let session = state.iam.sessions.values().rev().find(|session| session.role == *role);
            let session = session.map_or("local-aws", |session| session.name.as_str());
            format!("arn:aws:sts::{account}:assumed-role/{role}/{session}")
        }
    }
}
