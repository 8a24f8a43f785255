//! Roles, their policies, managed policies: attached and detached as the registry's handlers do, so that a service role
//! that is too narrow is seen.

use serde_json::{Map, Value, json};

use super::{Desk, Handler, Made, Refused, at_once};

pub(super) const HANDLERS: &[Handler] = &[
    Handler {
        kind: "AWS::IAM::Role",
        properties: &[
            "AssumeRolePolicyDocument",
            "Description",
            "ManagedPolicyArns",
            "MaxSessionDuration",
            "Path",
            "PermissionsBoundary",
            "Policies",
            "RoleName",
            "Tags",
        ],
        required: &["AssumeRolePolicyDocument"],
        create_only: &["Path", "RoleName"],
        attributes: &["Arn", "RoleId"],
        create: create_role,
        update: update_role,
        delete: delete_role,
        is_settled: at_once,
    },
    Handler {
        kind: "AWS::IAM::Policy",
        properties: &["Groups", "PolicyDocument", "PolicyName", "Roles", "Users"],
        required: &["PolicyDocument", "PolicyName"],
        create_only: &["PolicyName"],
        attributes: &["Id"],
        create: |desk| {
            let id = desk.name("", 64);
            put_policy(desk)?;
            Ok(Made::new(id.clone(), [("Id", json!(id))]))
        },
        update: |desk| {
            let mut gone = roles(desk.old);
            gone.retain(|role| !roles(desk.properties).contains(role));
            take(desk, "DeleteRolePolicy", gone, &json!({ "PolicyName": desk.old["PolicyName"] }))?;
            put_policy(desk)?;
            Ok(Made::new(desk.physical_id, []))
        },
        delete: |desk| {
            let name = json!({ "PolicyName": desk.properties["PolicyName"] });
            take(desk, "DeleteRolePolicy", roles(desk.properties), &name)
        },
        is_settled: at_once,
    },
    Handler {
        kind: "AWS::IAM::ManagedPolicy",
        properties: &["Description", "Groups", "ManagedPolicyName", "Path", "PolicyDocument", "Roles", "Users"],
        required: &["PolicyDocument"],
        create_only: &["Description", "ManagedPolicyName", "Path"],
        attributes: &["PolicyArn"],
        create: create_managed,
        update: |desk| {
            let body = json!({
                "PolicyArn": desk.physical_id,
                "PolicyDocument": desk.properties["PolicyDocument"],
                "SetAsDefault": true,
            });
            desk.call("iam", "CreatePolicyVersion", &body)?;
            Ok(Made::new(desk.physical_id, []))
        },
        delete: |desk| {
            let arn = json!({ "PolicyArn": desk.physical_id });
            take(desk, "DetachRolePolicy", roles(desk.properties), &arn)?;
            desk.remove("iam", "DeletePolicy", &json!({ "PolicyArn": desk.physical_id }))
        },
        is_settled: at_once,
    },
];

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn roles(properties: &Value) -> Vec<String> {
    strings(&properties["Roles"])
}

/// The same call for each of these roles.
fn give(desk: &mut Desk<'_>, operation: &str, roles: Vec<String>, body: &Value) -> Result<(), Refused> {
    roles.into_iter().try_for_each(|role| desk.call("iam", operation, &of_role(&role, body)).map(|_| ()))
}

/// The same removal for each of these roles.
fn take(desk: &mut Desk<'_>, operation: &str, roles: Vec<String>, body: &Value) -> Result<(), Refused> {
    roles.into_iter().try_for_each(|role| desk.remove("iam", operation, &of_role(&role, body)))
}

fn of_role(role: &str, body: &Value) -> Value {
    let mut body = body.clone();
    body["RoleName"] = json!(role);
    body
}

fn put_policy(desk: &mut Desk<'_>) -> Result<(), Refused> {
    let policy = Value::Object(desk.only(&["PolicyName", "PolicyDocument"]));
    give(desk, "PutRolePolicy", roles(desk.properties), &policy)
}

fn create_managed(desk: &mut Desk<'_>) -> Result<Made, Refused> {
    let mut body = desk.only(&["Description", "Path", "PolicyDocument"]);
    body.insert("PolicyName".to_owned(), json!(desk.name("ManagedPolicyName", 128)));
    let reply = desk.call("iam", "CreatePolicy", &Value::Object(body))?;
    let arn = reply["Policy"]["Arn"].as_str().unwrap_or_default().to_owned();
    give(desk, "AttachRolePolicy", roles(desk.properties), &json!({ "PolicyArn": arn }))?;
    Ok(Made::new(arn.clone(), [("PolicyArn", json!(arn))]))
}

fn create_role(desk: &mut Desk<'_>) -> Result<Made, Refused> {
    let name = desk.name("RoleName", 64);
    let mut body =
        desk.only(&["AssumeRolePolicyDocument", "Description", "MaxSessionDuration", "Path", "PermissionsBoundary"]);
    body.insert("RoleName".to_owned(), json!(name));
    body.insert("Tags".to_owned(), desk.tag_list());
    let reply = desk.call("iam", "CreateRole", &Value::Object(body))?;
    for arn in strings(&desk.properties["ManagedPolicyArns"]) {
        desk.call("iam", "AttachRolePolicy", &json!({ "RoleName": name, "PolicyArn": arn }))?;
    }
    put_inline(desk, &name)?;
    let role = &reply["Role"];
    Ok(Made::new(name, [("Arn", role["Arn"].clone()), ("RoleId", role["RoleId"].clone())]))
}

fn put_inline(desk: &mut Desk<'_>, role: &str) -> Result<(), Refused> {
    for policy in desk.properties["Policies"].as_array().cloned().unwrap_or_default() {
        let mut body = policy.as_object().cloned().unwrap_or_else(Map::new);
        body.insert("RoleName".to_owned(), json!(role));
        desk.call("iam", "PutRolePolicy", &Value::Object(body))?;
    }
    Ok(())
}

fn update_role(desk: &mut Desk<'_>) -> Result<Made, Refused> {
    let name = desk.physical_id.to_owned();
    if desk.has_changed("AssumeRolePolicyDocument") {
        let document = desk.properties["AssumeRolePolicyDocument"].clone();
        let body = json!({ "RoleName": name, "PolicyDocument": document });
        desk.call("iam", "UpdateAssumeRolePolicy", &body)?;
    }
    if desk.has_changed("PermissionsBoundary") {
        match desk.properties.get("PermissionsBoundary") {
            Some(arn) => {
                let body = json!({ "RoleName": name, "PermissionsBoundary": arn });
                desk.call("iam", "PutRolePermissionsBoundary", &body)?;
            }
            None => desk.remove("iam", "DeleteRolePermissionsBoundary", &json!({ "RoleName": name }))?,
        }
    }
    let (old, new) = (strings(&desk.old["ManagedPolicyArns"]), strings(&desk.properties["ManagedPolicyArns"]));
    for arn in old.iter().filter(|arn| !new.contains(arn)) {
        desk.remove("iam", "DetachRolePolicy", &json!({ "RoleName": name, "PolicyArn": arn }))?;
    }
    for arn in new.iter().filter(|arn| !old.contains(arn)) {
        desk.call("iam", "AttachRolePolicy", &json!({ "RoleName": name, "PolicyArn": arn }))?;
    }
    if desk.has_changed("Policies") {
        let (old, new) = (inline_names(desk.old), inline_names(desk.properties));
        for policy in old.iter().filter(|policy| !new.contains(policy)) {
            desk.remove("iam", "DeleteRolePolicy", &json!({ "RoleName": name, "PolicyName": policy }))?;
        }
        put_inline(desk, &name)?;
    }
    if desk.tags != desk.old_tags {
        let gone: Vec<_> = desk.old_tags.keys().filter(|key| !desk.tags.contains_key(*key)).collect();
        if !gone.is_empty() {
            desk.call("iam", "UntagRole", &json!({ "RoleName": name, "TagKeys": gone }))?;
        }
        desk.call("iam", "TagRole", &json!({ "RoleName": name, "Tags": desk.tag_list() }))?;
    }
    Ok(Made::new(name, []))
}

fn inline_names(properties: &Value) -> Vec<String> {
    let policies = properties["Policies"].as_array().into_iter().flatten();
    policies.filter_map(|policy| policy["PolicyName"].as_str()).map(str::to_owned).collect()
}

fn delete_role(desk: &mut Desk<'_>) -> Result<(), Refused> {
    let name = desk.physical_id.to_owned();
    for arn in strings(&desk.properties["ManagedPolicyArns"]) {
        desk.remove("iam", "DetachRolePolicy", &json!({ "RoleName": name, "PolicyArn": arn }))?;
    }
    for policy in inline_names(desk.properties) {
        desk.remove("iam", "DeleteRolePolicy", &json!({ "RoleName": name, "PolicyName": policy }))?;
    }
    desk.remove("iam", "DeleteRole", &json!({ "RoleName": name }))
}
