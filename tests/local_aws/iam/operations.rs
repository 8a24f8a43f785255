//! The API of IAM as far as a stack and an operator in an incident need it: roles, their policies, managed policies.

use serde_json::{Value, json};

use super::policy::{Policy, strings};
use super::roles::{Role, managed, role_name};
use crate::api::{self, ApiError, ApiResult, Call, Caller, Context};
use crate::{Settings, State, clock};

const INVALID: &str = "ValidationError";

/// One IAM call; members as in the API reference, policy documents as JSON or as a string of it.
///
/// # Errors
/// What IAM would say: NoSuchEntity, EntityAlreadyExists, DeleteConflict, MalformedPolicyDocument, a denial.
pub fn call(state: &mut State, settings: &Settings, caller: &Caller, action: &str, body: &Value) -> ApiResult {
    let resource = resource(state, settings, body);
    let mut context = Context::new();
    let boundary = body["PermissionsBoundary"]
        .as_str()
        .map(str::to_owned)
        .or_else(|| body["RoleName"].as_str().and_then(|name| state.iam.roles.get(name)?.boundary.clone()));
    if let Some(boundary) = boundary {
        context.insert("iam:PermissionsBoundary".to_owned(), vec![boundary]);
    }
    if let Some(policy) = body["PolicyArn"].as_str() {
        context.insert("iam:PolicyARN".to_owned(), vec![policy.to_owned()]);
    }
    if let Some(role) = body["RoleName"].as_str().and_then(|name| state.iam.roles.get(name)) {
        context.extend(api::tag_context("aws:ResourceTag", &role.tags));
    }
    context.extend(api::tag_context("aws:RequestTag", &api::tags(&body["Tags"])));
    let call = Call { action: format!("iam:{action}"), caller, resource, context, body };
    api::perform(state, call, |state| dispatch(state, settings, action, body))
}

fn resource(state: &State, settings: &Settings, body: &Value) -> String {
    let account = &settings.account;
    let path = body["Path"].as_str().unwrap_or("/");
    if let Some(name) = body["RoleName"].as_str() {
        let known = state.iam.roles.get(name).map(|role| role.arn.clone());
        return known.unwrap_or_else(|| format!("arn:aws:iam::{account}:role{path}{name}"));
    }
    match (body["PolicyArn"].as_str(), body["PolicyName"].as_str()) {
        (Some(arn), _) => arn.to_owned(),
        (None, Some(name)) => format!("arn:aws:iam::{account}:policy{path}{name}"),
        (None, None) => "*".to_owned(),
    }
}

fn dispatch(state: &mut State, settings: &Settings, action: &str, body: &Value) -> ApiResult {
    match action {
        "CreateRole" => create_role(state, settings, body),
        "GetRole" => Ok(json!({ "Role": role(state, body)?.describe() })),
        "ListRoles" => {
            let roles: Vec<_> = state.iam.roles.values().map(Role::describe).collect();
            Ok(json!({ "Roles": roles, "IsTruncated": false }))
        }
        "DeleteRole" => delete_role(state, body),
        "UpdateRole" | "UpdateRoleDescription" => {
            role(state, body)?.description = body["Description"].as_str().map(str::to_owned);
            Ok(json!({}))
        }
        "UpdateAssumeRolePolicy" => {
            let trust = Policy::parse(&body["PolicyDocument"])?;
            role(state, body)?.trust = trust;
            Ok(json!({}))
        }
        "PutRolePolicy" => {
            let policy = Policy::parse(&body["PolicyDocument"])?;
            let name = api::text(body, "PolicyName", INVALID)?.to_owned();
            role(state, body)?.inline.insert(name, policy);
            Ok(json!({}))
        }
        "GetRolePolicy" => get_role_policy(state, body),
        "DeleteRolePolicy" => {
            let name = api::text(body, "PolicyName", INVALID)?;
            let removed = role(state, body)?.inline.remove(name);
            removed.map(|_| json!({})).ok_or_else(|| missing("role policy", name))
        }
        "ListRolePolicies" => {
            let names: Vec<_> = role(state, body)?.inline.keys().cloned().collect();
            Ok(json!({ "PolicyNames": names, "IsTruncated": false }))
        }
        "AttachRolePolicy" => attach(state, body),
        "DetachRolePolicy" => {
            let arn = api::text(body, "PolicyArn", INVALID)?;
            role(state, body)?.attached.retain(|attached| attached != arn);
            Ok(json!({}))
        }
        "ListAttachedRolePolicies" => {
            let attached = &role(state, body)?.attached;
            let list: Vec<_> =
                attached.iter().map(|arn| json!({ "PolicyName": role_name(arn), "PolicyArn": arn })).collect();
            Ok(json!({ "AttachedPolicies": list, "IsTruncated": false }))
        }
        "PutRolePermissionsBoundary" => {
            let boundary = known_policy(state, api::text(body, "PermissionsBoundary", INVALID)?)?;
            role(state, body)?.boundary = Some(boundary);
            Ok(json!({}))
        }
        "DeleteRolePermissionsBoundary" => {
            role(state, body)?.boundary = None;
            Ok(json!({}))
        }
        "TagRole" => {
            role(state, body)?.tags.extend(api::tags(&body["Tags"]));
            Ok(json!({}))
        }
        "UntagRole" => {
            let keys = strings(&body["TagKeys"]);
            role(state, body)?.tags.retain(|key, _| !keys.contains(key));
            Ok(json!({}))
        }
        "ListInstanceProfilesForRole" => Ok(json!({ "InstanceProfiles": [], "IsTruncated": false })),
        "CreatePolicy" => create_policy(state, settings, body),
        "CreatePolicyVersion" => {
            let arn = known_policy(state, api::text(body, "PolicyArn", INVALID)?)?;
            state.iam.policies.insert(arn, Policy::parse(&body["PolicyDocument"])?);
            Ok(json!({ "PolicyVersion": { "VersionId": "v2", "IsDefaultVersion": true } }))
        }
        "GetPolicy" => {
            let arn = known_policy(state, api::text(body, "PolicyArn", INVALID)?)?;
            Ok(json!({ "Policy": { "Arn": arn, "PolicyName": role_name(&arn), "DefaultVersionId": "v1" } }))
        }
        "DeletePolicy" => delete_policy(state, api::text(body, "PolicyArn", INVALID)?),
        unknown => Err(ApiError::unknown_operation(&format!("iam:{unknown}"))),
    }
}

fn create_role(state: &mut State, settings: &Settings, body: &Value) -> ApiResult {
    let name = api::text(body, "RoleName", INVALID)?.to_owned();
    if state.iam.roles.contains_key(&name) {
        let message = format!("Role with name {name} already exists.");
        return Err(ApiError::with_status(409, "EntityAlreadyExists", message));
    }
    let boundary = body["PermissionsBoundary"].as_str().map(|arn| known_policy(state, arn)).transpose()?;
    let path = body["Path"].as_str().unwrap_or("/").to_owned();
    let role = Role {
        arn: format!("arn:aws:iam::{}:role{path}{name}", settings.account),
        id: format!("AROA{}", state.ids.hex(17).to_uppercase()),
        trust: Policy::parse(&body["AssumeRolePolicyDocument"])?,
        inline: std::collections::BTreeMap::new(),
        attached: Vec::new(),
        boundary,
        tags: api::tags(&body["Tags"]),
        description: body["Description"].as_str().map(str::to_owned),
        created: clock::now(),
        path,
        name: name.clone(),
    };
    let described = role.describe();
    state.iam.roles.insert(name, role);
    Ok(json!({ "Role": described }))
}

fn delete_role(state: &mut State, body: &Value) -> ApiResult {
    let role = role(state, body)?;
    if !role.inline.is_empty() || !role.attached.is_empty() {
        let message = "Cannot delete entity, must delete policies first.";
        return Err(ApiError::with_status(409, "DeleteConflict", message));
    }
    let name = role.name.clone();
    state.iam.roles.remove(&name);
    Ok(json!({}))
}

fn get_role_policy(state: &mut State, body: &Value) -> ApiResult {
    let name = api::text(body, "PolicyName", INVALID)?;
    let role = role(state, body)?;
    let policy = role.inline.get(name).ok_or_else(|| missing("role policy", name))?;
    Ok(json!({ "RoleName": role.name, "PolicyName": name, "PolicyDocument": policy.document.to_string() }))
}

fn attach(state: &mut State, body: &Value) -> ApiResult {
    let arn = known_policy(state, api::text(body, "PolicyArn", INVALID)?)?;
    let attached = &mut role(state, body)?.attached;
    if !attached.contains(&arn) {
        attached.push(arn);
    }
    Ok(json!({}))
}

fn create_policy(state: &mut State, settings: &Settings, body: &Value) -> ApiResult {
    let name = api::text(body, "PolicyName", INVALID)?;
    let path = body["Path"].as_str().unwrap_or("/");
    let arn = format!("arn:aws:iam::{}:policy{path}{name}", settings.account);
    if state.iam.policies.contains_key(&arn) {
        let message = format!("A policy called {name} already exists. Duplicate names are not allowed.");
        return Err(ApiError::with_status(409, "EntityAlreadyExists", message));
    }
    state.iam.policies.insert(arn.clone(), Policy::parse(&body["PolicyDocument"])?);
    let policy_id = format!("ANPA{}", state.ids.hex(17).to_uppercase());
    Ok(json!({ "Policy": { "PolicyName": name, "PolicyId": policy_id, "Arn": arn, "Path": path } }))
}

fn delete_policy(state: &mut State, arn: &str) -> ApiResult {
    if state.iam.roles.values().any(|role| role.attached.iter().any(|attached| attached == arn)) {
        let message = "Cannot delete a policy attached to entities.";
        return Err(ApiError::with_status(409, "DeleteConflict", message));
    }
    state.iam.policies.remove(arn).map(|_| json!({})).ok_or_else(|| missing("policy", arn))
}

fn role<'a>(state: &'a mut State, body: &Value) -> ApiResult<&'a mut Role> {
    let name = api::text(body, "RoleName", INVALID)?;
    let missing = || ApiError::with_status(404, "NoSuchEntity", format!("The role with name {name} cannot be found."));
    state.iam.roles.get_mut(name).ok_or_else(missing)
}

fn known_policy(state: &State, arn: &str) -> ApiResult<String> {
    managed(state, arn).map(|_| arn.to_owned()).ok_or_else(|| missing("policy", arn))
}

fn missing(kind: &str, name: &str) -> ApiError {
    ApiError::with_status(404, "NoSuchEntity", format!("The {kind} with name {name} cannot be found."))
}
