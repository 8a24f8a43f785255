//! What goes with a deleted function and is put back: who may invoke it. The handlers stack believes that its
//! permissions are there, and would not make them again.

use serde::Deserialize;
use serde_json::Value as Json;

/// One statement of a function's resource policy, as `AddPermission` takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvokePermission {
    /// The statement's ID, by which the handlers stack knows its permission.
    pub id: String,
    /// The allowed action, `lambda:InvokeFunction` for example.
    pub action: String,
    /// A service, an account, or the ARN of a role.
    pub principal: String,
    /// The ARN of what invokes it, for a service.
    pub source_arn: Option<String>,
    /// The account of what invokes it, for a service.
    pub source_account: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyStatement {
    sid: String,
    effect: String,
    principal: Json,
    action: String,
    #[serde(default)]
    condition: Json,
}

/// Reads the policy that `GetPolicy` answers.
///
/// # Errors
/// A statement that `AddPermission` could not put back, by its ID: it was made some other way, and would be lost.
pub fn invoke_permissions(policy: &str) -> Result<Vec<InvokePermission>, String> {
    let read: Json = serde_json::from_str(policy).map_err(|error| format!("the policy cannot be read: {error}"))?;
    let statements = read["Statement"].as_array().cloned().unwrap_or_default();
    statements.into_iter().map(permission).collect()
}

fn permission(statement: Json) -> Result<InvokePermission, String> {
    let id = statement["Sid"].as_str().unwrap_or("without an ID").to_owned();
    let lost = || format!("the statement {id} of its resource policy cannot be put back");
    let PolicyStatement { sid, effect, principal, action, condition } =
        serde_json::from_value(statement).map_err(|_| lost())?;
    let of = |name: &str| principal.get(name).and_then(Json::as_str);
    let principal = principal.as_str().or_else(|| of("Service")).or_else(|| of("AWS")).ok_or_else(lost)?.to_owned();
    let (mut source_arn, mut source_account) = (None, None);
    for (operator, keys) in condition.as_object().into_iter().flatten() {
        for (key, value) in keys.as_object().ok_or_else(lost)? {
            let value = Some(value.as_str().ok_or_else(lost)?.to_owned());
            match (operator.as_str(), key.to_ascii_lowercase().as_str()) {
                ("ArnLike", "aws:sourcearn") => source_arn = value,
                ("StringEquals", "aws:sourceaccount") => source_account = value,
                (_, _) => return Err(lost()),
            }
        }
    }
    if effect != "Allow" {
        return Err(lost());
    }
    Ok(InvokePermission { id: sid, action, principal, source_arn, source_account })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn policy(statement: &Json) -> String {
        json!({"Version": "2012-10-17", "Id": "default", "Statement": [statement]}).to_string()
    }

    fn rule() -> Json {
        json!({
            "Sid": "flink-handlers-SweepPermission-1", "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
            "Action": "lambda:InvokeFunction", "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:f",
            "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:events:eu-west-1:111122223333:rule/r"},
                "StringEquals": {"AWS:SourceAccount": "111122223333"}},
        })
    }

    #[test]
    fn a_rules_permission_is_read_as_it_was_added() {
        let read = invoke_permissions(&policy(&rule())).unwrap();
        let expected = InvokePermission {
            id: "flink-handlers-SweepPermission-1".into(),
            action: "lambda:InvokeFunction".into(),
            principal: "events.amazonaws.com".into(),
            source_arn: Some("arn:aws:events:eu-west-1:111122223333:rule/r".into()),
            source_account: Some("111122223333".into()),
        };
        assert_eq!(read, [expected]);
        let role =
            json!({"Sid": "s", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:root"}, "Action": "lambda:*"});
        assert_eq!(invoke_permissions(&policy(&role)).unwrap()[0].principal, "arn:aws:iam::1:root");
    }

    #[test]
    fn a_statement_that_would_come_back_otherwise_is_named() {
        let mut organization = rule();
        organization["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}});
        let mut denial = rule();
        denial["Effect"] = json!("Deny");
        let mut several = rule();
        several["Condition"]["ArnLike"]["AWS:SourceArn"] = json!(["a", "b"]);
        for statement in [organization, denial, several, json!({"Sid": "x"})] {
            let error = invoke_permissions(&policy(&statement)).unwrap_err();
            assert!(
                error.contains("cannot be put back") && error.contains(statement["Sid"].as_str().unwrap()),
                "{error}"
            );
        }
        assert!(invoke_permissions("no policy").unwrap_err().contains("cannot be read"));
    }
}
