//! A function's VPC and key: what Lambda asks of its role, and what it answers of them. Nothing is reached through a
//! VPC here.

use serde_json::{Value, json};

use crate::api::{ApiError, ApiResult, Caller};
use crate::{State, services};

/// What a role must allow on EC2 before Lambda takes it for a function in a VPC (SEMANTICS.md G.55).
const IN_VPC: [&str; 5] = [
    "CreateNetworkInterface",
    "DescribeNetworkInterfaces",
    "DescribeSubnets",
    "DeleteNetworkInterface",
    "AssignPrivateIpAddresses",
];

/// As configured; empty lists are no VPC.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// VpcConfig's SubnetIds.
    pub subnets: Vec<String>,
    /// VpcConfig's SecurityGroupIds.
    pub security_groups: Vec<String>,
}

impl Network {
    /// VpcConfig of a request or a resource.
    ///
    /// # Errors
    /// One of the two lists without the other.
    pub(super) fn read(body: &Value) -> ApiResult<Self> {
        let list = |name: &str| {
            let items = body["VpcConfig"][name].as_array().into_iter().flatten();
            items.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
        };
        let read = Self { subnets: list("SubnetIds"), security_groups: list("SecurityGroupIds") };
        if read.subnets.is_empty() == read.security_groups.is_empty() {
            return Ok(read);
        }
        let message = "SubnetIds and SecurityIds must coexist or be both empty list.";
        Err(ApiError::new("InvalidParameterValueException", message))
    }

    /// As GetFunctionConfiguration answers it; `None` outside of a VPC.
    pub(super) fn described(&self) -> Option<Value> {
        let Self { subnets, security_groups } = self;
        (!subnets.is_empty()).then(|| {
            json!({
                "SubnetIds": subnets, "SecurityGroupIds": security_groups, "VpcId": "vpc-0a1b2c3d",
                "Ipv6AllowedForDualStack": false,
            })
        })
    }
}

/// Whether Lambda takes this role for this network.
pub(super) fn check_role(state: &State, role: &str, network: &Network) -> ApiResult<()> {
    if network.subnets.is_empty() {
        return Ok(());
    }
    let role = Caller::Role(role.rsplit('/').next().unwrap_or_default().to_owned());
    for action in IN_VPC {
        services::authorize(state, &role, &format!("ec2:{action}"), "*").map_err(|_| {
            let message = format!("The provided execution role does not have permissions to call {action} on EC2");
            ApiError::new("InvalidParameterValueException", message)
        })?;
    }
    Ok(())
}

/// The key of a request, which is `KMSKeyArn`, or of a resource, which is `KmsKeyArn`.
pub(super) fn key(body: &Value) -> Option<String> {
    let key = body["KMSKeyArn"].as_str().or_else(|| body["KmsKeyArn"].as_str());
    key.filter(|key| !key.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Settings, World, kms};

    fn body(world: &World, more: &Value) -> Value {
        let role = format!("arn:aws:iam::{}:role/r", world.settings.account);
        let mut body = json!({"FunctionName": "f", "Role": role, "Code": {"ZipFile": "UEs="}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    }

    fn world(actions: &[&str]) -> std::sync::Arc<World> {
        let world = std::sync::Arc::new(World::new(Settings::at("http://127.0.0.1:1")));
        super::super::tests::allow(&world, "r", actions);
        world
    }

    fn create(world: &World, more: &Value) -> ApiResult {
        super::super::create(&mut world.state(), &world.settings, &Caller::Operator, &body(world, more))
    }

    // G.55
    #[test]
    fn a_role_without_network_interfaces_is_refused_in_a_vpc() {
        let vpc = json!({"VpcConfig": {"SubnetIds": ["subnet-0a"], "SecurityGroupIds": ["sg-0a"]}});
        let refused = create(&world(&["logs:*"]), &vpc).unwrap_err();
        assert!(refused.message.ends_with("permissions to call CreateNetworkInterface on EC2"), "{}", refused.message);
        let made = create(&world(&["ec2:*"]), &vpc).unwrap();
        assert_eq!(made["VpcConfig"]["SubnetIds"], json!(["subnet-0a"]));
        let half = json!({"VpcConfig": {"SubnetIds": ["subnet-0a"], "SecurityGroupIds": []}});
        assert!(create(&world(&["ec2:*"]), &half).unwrap_err().message.contains("must coexist"));
    }

    // G.56
    #[test]
    fn a_key_takes_permissions_of_who_makes_the_function() {
        let with_key = |actions: &[&str]| {
            let world = world(actions);
            let made =
                kms::call(&mut world.state(), &world.settings, &Caller::Operator, "CreateKey", &json!({})).unwrap();
            let given = json!({"KmsKeyArn": made["KeyMetadata"]["Arn"], "TracingConfig": {"Mode": "Active"}});
            (world, given)
        };
        let (state_of, given) = with_key(&["logs:*"]);
        let made = create(&state_of, &given).unwrap();
        assert_eq!((&made["KMSKeyArn"], &made["TracingConfig"]["Mode"]), (&given["KmsKeyArn"], &"Active".into()));
        let (state_of, given) = with_key(&["lambda:*", "iam:PassRole"]);
        let caller = Caller::Role("r".to_owned());
        let refused =
            super::super::create(&mut state_of.state(), &state_of.settings, &caller, &body(&state_of, &given))
                .unwrap_err();
        assert!(refused.message.contains("kms:CreateGrant"), "{}", refused.message);
    }
}
