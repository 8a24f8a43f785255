//! An optional VPC for the job, or for the functions; without it, they reach the internet and the services' public
//! endpoints.

use serde_json::{Value as Json, json};

use super::arn;
use super::iam::{Role, Statement};
use crate::template::cloudformation::condition::Test;
use crate::template::cloudformation::document::Template;
use crate::template::cloudformation::error::Problem;
use crate::template::cloudformation::parameter::ParameterOf;
use crate::template::cloudformation::resource::Condition;
use crate::template::cloudformation::resource::Handle;
use crate::template::cloudformation::value::{Value, pseudo};

/// What a job in a VPC calls, as the service's guide has it:
/// <https://docs.aws.amazon.com/managed-flink/latest/java/vpc-permissions.html>.
const CHANGE: [&str; 3] =
    ["ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface"];
/// The actions of EC2 that take no resource: IAM knows them with `*` alone.
const LOOK: [&str; 5] = [
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
];

/// The network interfaces of a job: of this account and region. A subnet and its security groups may be shared by
/// another account.
pub(in crate::template) fn interfaces() -> [Statement; 2] {
    let shared = |kind: &str| {
        let head = ["arn:".into(), pseudo::partition(), ":ec2:".into(), pseudo::region()];
        Value::concat(head.into_iter().chain([format!(":*:{kind}/*").into()]))
    };
    let own = arn::regional("ec2", ["network-interface/*".into()]);
    [
        Statement::allow(CHANGE).on([own, shared("security-group"), shared("subnet")]),
        Statement::allow(LOOK).on(["*".into()]),
    ]
}

/// The network interfaces of a Lambda function, on every resource, without which Lambda refuses the role
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions>).
pub(in crate::template) fn execution() -> Statement {
    let actions = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    ];
    Statement::allow(actions).on(["*".into()])
}

/// Whose subnets and security groups two parameters are, in words and in the name of their condition.
#[derive(Debug, Clone, Copy)]
pub struct InVpc {
    /// Who has them: `the job`.
    pub whose: &'static str,
    /// What must be reached from there.
    pub reaches: &'static str,
    /// The condition that they are given.
    pub condition: &'static str,
}

/// Subnets and security groups of two parameters that may be empty.
#[derive(Debug)]
pub struct Network {
    subnets: Value,
    security_groups: Value,
    given: Handle<Condition>,
}

impl Network {
    /// The parameters `SubnetIds` and `SecurityGroupIds`, and the condition that they were given. Plain texts: a list
    /// of subnet IDs could not be empty.
    ///
    /// # Errors
    /// A name that is taken.
    pub fn from_parameters(template: &mut Template, of: InVpc) -> Result<Self, Problem> {
        let InVpc { whose, reaches, condition } = of;
        let list = |what: &str, kind: &str| {
            let pattern = format!("^({kind}-[0-9a-f]+(,{kind}-[0-9a-f]+)*)?$");
            ParameterOf::text(what)
                .default("")
                .matching(&pattern, &format!("{kind}-... separated by commas, or nothing"))
        };
        let subnets = format!(
            "The subnets of {whose}, separated by commas; empty for no VPC. From there {reaches}: by a NAT gateway or \
             by VPC endpoints."
        );
        let subnets = template.parameter("SubnetIds", list(&subnets, "subnet"))?.reference();
        let groups = format!("The security groups of {whose}, separated by commas; with SubnetIds only.");
        let groups = list(&groups, "sg");
        let security_groups = template.parameter("SecurityGroupIds", groups)?.reference();
        let both = || Test::all([Test::given(&subnets), Test::given(&security_groups)]);
        let neither = Test::all([Test::equals(&subnets, ""), Test::equals(&security_groups, "")]);
        let explanation = "SubnetIds and SecurityGroupIds belong together: give both or neither.";
        template.rule("VpcTakesBoth", Test::any([both(), neither]), explanation)?;
        let given = template.condition(condition, both())?;
        Ok(Self { subnets, security_groups, given })
    }

    /// The `VpcConfigurations` of an application; `AWS::NoValue` without subnets.
    #[must_use]
    pub fn configurations(&self) -> Value {
        self.given.then(&json!([self.lists()]).into())
    }

    /// `VpcConfig` of a Lambda function.
    #[must_use]
    pub fn config(&self) -> Value {
        self.given.then(&self.lists().into())
    }

    /// What the job needs there.
    pub fn grant_interfaces(&self, role: &mut Role) {
        role.grant_all(interfaces().map(|statement| statement.when(&self.given)));
    }

    fn lists(&self) -> Json {
        json!({"SubnetIds": self.subnets.split(","), "SecurityGroupIds": self.security_groups.split(",")})
    }
}
