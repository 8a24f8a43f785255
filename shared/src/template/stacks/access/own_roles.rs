//! What an account may ask of every role that this stack makes: a path and a permissions boundary of its own, by which
//! its service control policies limit who makes roles; and whether the functions are in a VPC.

use crate::template::cloudformation::condition::Test;
use crate::template::cloudformation::document::Template;
use crate::template::cloudformation::error::Problem;
use crate::template::cloudformation::parameter::ParameterOf;
use crate::template::cloudformation::resource::Condition;
use crate::template::cloudformation::resource::Handle;
use crate::template::cloudformation::value::Value;
use crate::template::resources::iam::Role;

/// Path and boundary of the roles of this stack, as its parameters say.
#[derive(Debug)]
pub(in crate::template) struct OwnRoles {
    path: Value,
    boundary: Value,
}

impl OwnRoles {
    /// The parameters `FunctionRolePath` and `FunctionBoundaryArn`.
    ///
    /// # Errors
    /// `DuplicateLogicalId` if one of the names is in use.
    pub(in crate::template) fn from_parameters(template: &mut Template) -> Result<Self, Problem> {
        let path = ParameterOf::text("The path of the roles of this stack. Choose it before the functions.");
        let path = path.default("/").matching("^/([!-~]+/)?$", "/, or a path such as /team/");
        let path = template.parameter("FunctionRolePath", path)?.reference();
        // A path that appears, be it `/`, would replace each role of a stack of 0.1.0.
        let with_path = template.condition("PathIsGiven", !Test::equals(&path, "/"))?;
        let boundary = "A managed policy of yours, by ARN, that bounds the roles of this stack; empty for none.";
        let boundary = ParameterOf::text(boundary)
            .default("")
            .matching("^(arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+)?$", "the ARN of a managed policy, or nothing");
        let boundary = template.parameter("FunctionBoundaryArn", boundary)?.reference();
        let bounded = template.condition("BoundaryIsGiven", Test::given(&boundary))?;
        Ok(Self { path: with_path.then(&path), boundary: bounded.then(&boundary) })
    }

    /// The role under the path, with the boundary.
    pub(in crate::template) fn frame(&self, role: Role) -> Role {
        role.under(self.path.clone()).bounded_by(self.boundary.clone())
    }
}

/// The parameter `FunctionsInVpc`, as a condition.
///
/// # Errors
/// `DuplicateLogicalId` if the name is in use.
pub(in crate::template) fn in_vpc(template: &mut Template) -> Result<Handle<Condition>, Problem> {
    let description = "true lets the functions have network interfaces, for subnets of yours.";
    let in_vpc = ParameterOf::text(description).default("false").one_of(["true", "false"]);
    let in_vpc = template.parameter("FunctionsInVpc", in_vpc)?.reference();
    template.condition("FunctionsAreInVpc", Test::equals(&in_vpc, "true"))
}

#[cfg(test)]
mod tests {
    use crate::template::access;
    use crate::template::cloudformation::resolved::ResolvedTemplate;
    use serde_json::Value as Json;

    fn roles(given: &[(&str, &str)]) -> Vec<Json> {
        let stack = ResolvedTemplate::with(&access().unwrap(), given);
        let roles = stack.resources().into_iter().filter(|(_, kind)| kind == "AWS::IAM::Role");
        roles.map(|(id, _)| stack.properties(&id)).collect()
    }

    #[test]
    fn every_role_has_the_path_and_the_boundary_that_an_account_asks_for() {
        let boundary = "arn:aws:iam::111122223333:policy/ours";
        let all = roles(&[("FunctionRolePath", "/team/"), ("FunctionBoundaryArn", boundary)]);
        assert_eq!(all.len(), 5);
        for role in all {
            assert_eq!((role["Path"].as_str(), role["PermissionsBoundary"].as_str()), (Some("/team/"), Some(boundary)));
        }
        for role in roles(&[]) {
            assert_eq!((role.get("Path"), role.get("PermissionsBoundary")), (None, None));
        }
    }

    #[test]
    fn network_interfaces_are_allowed_only_for_functions_in_a_vpc() {
        let interfaces = |given: &[(&str, &str)]| {
            let policy = ResolvedTemplate::with(&access().unwrap(), given).properties("FunctionPolicy").to_string();
            policy.contains("ec2:CreateNetworkInterface") && policy.contains("ec2:DeleteNetworkInterface")
        };
        assert!(interfaces(&[("FunctionsInVpc", "true")]));
        assert!(!interfaces(&[]));
    }
}
