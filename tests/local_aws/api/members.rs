//! The members that each operation of a query protocol has here. AWS passes over one that it does not know; here it is
//! refused, and so is one of AWS's that nothing here acts on: a test would take it for honoured.

use std::collections::BTreeMap;

use super::{ApiError, ApiResult};

/// An operation and its members a line; `Tags.Key` is `Tags.member.N.Key`, or `Tags.entry.N.Key`.
const KNOWN: &str = "
cloudformation:CancelUpdateStack StackName ClientRequestToken
cloudformation:ContinueUpdateRollback StackName RoleARN ResourcesToSkip ClientRequestToken ForceRollback
cloudformation:CreateChangeSet StackName ChangeSetName ChangeSetType ClientToken Description IncludeNestedStacks
+ ImportExistingResources TemplateBody TemplateURL UsePreviousTemplate Capabilities RoleARN
+ Parameters.ParameterKey Parameters.ParameterValue Parameters.UsePreviousValue Tags.Key Tags.Value
+ DeploymentConfig.Mode DeploymentConfig.DisableRollback
cloudformation:CreateStack StackName TemplateBody TemplateURL Capabilities RoleARN ClientRequestToken DisableRollback
+ OnFailure Parameters.ParameterKey Parameters.ParameterValue Tags.Key Tags.Value
+ DeploymentConfig.Mode DeploymentConfig.DisableRollback
cloudformation:DeleteChangeSet StackName ChangeSetName
cloudformation:DeleteStack StackName RetainResources RoleARN ClientRequestToken DeploymentConfig.Mode
+ DeploymentConfig.DisableRollback
cloudformation:DescribeChangeSet StackName ChangeSetName IncludePropertyValues
cloudformation:DescribeStackEvents StackName NextToken
cloudformation:DescribeStackResource StackName LogicalResourceId
cloudformation:DescribeStackResources StackName LogicalResourceId PhysicalResourceId
cloudformation:DescribeStacks StackName NextToken
cloudformation:ExecuteChangeSet StackName ChangeSetName ClientRequestToken DisableRollback
cloudformation:GetTemplate StackName ChangeSetName TemplateStage
cloudformation:GetTemplateSummary StackName TemplateBody TemplateURL
cloudformation:ListChangeSets StackName
cloudformation:ListExports
cloudformation:ListImports ExportName
cloudformation:ListStackResources StackName NextToken
cloudformation:ListStacks StackStatusFilter NextToken
cloudformation:RollbackStack StackName RoleARN ClientRequestToken DeploymentConfig.Mode DeploymentConfig.DisableRollback
cloudformation:UpdateStack StackName TemplateBody TemplateURL UsePreviousTemplate Capabilities RoleARN
+ ClientRequestToken DisableRollback Parameters.ParameterKey Parameters.ParameterValue Parameters.UsePreviousValue
+ Tags.Key Tags.Value DeploymentConfig.Mode DeploymentConfig.DisableRollback
cloudformation:ValidateTemplate TemplateBody TemplateURL
monitoring:SetAlarmState AlarmName StateValue StateReason
monitoring:DescribeAlarms AlarmNames
monitoring:DescribeAlarmHistory AlarmName
monitoring:DeleteAlarms AlarmNames
iam:AttachRolePolicy RoleName PolicyArn
iam:CreatePolicy PolicyName Path PolicyDocument
iam:CreatePolicyVersion PolicyArn PolicyDocument SetAsDefault
iam:CreateRole RoleName Path AssumeRolePolicyDocument Description PermissionsBoundary Tags.Key Tags.Value
iam:DeletePolicy PolicyArn
iam:DeleteRole RoleName
iam:DeleteRolePermissionsBoundary RoleName
iam:DeleteRolePolicy RoleName PolicyName
iam:DetachRolePolicy RoleName PolicyArn
iam:GetPolicy PolicyArn
iam:GetRole RoleName
iam:GetRolePolicy RoleName PolicyName
iam:ListAttachedRolePolicies RoleName
iam:ListInstanceProfilesForRole RoleName
iam:ListRolePolicies RoleName
iam:ListRoles
iam:PutRolePermissionsBoundary RoleName PermissionsBoundary
iam:PutRolePolicy RoleName PolicyName PolicyDocument
iam:TagRole RoleName Tags.Key Tags.Value
iam:UntagRole RoleName TagKeys
iam:UpdateAssumeRolePolicy RoleName PolicyDocument
iam:UpdateRole RoleName Description
iam:UpdateRoleDescription RoleName Description
sns:CreateTopic Name Attributes.key Attributes.value
sns:DeleteTopic TopicArn
sns:GetTopicAttributes TopicArn
sns:Publish TopicArn TargetArn Subject Message
sns:SetSubscriptionAttributes SubscriptionArn AttributeName AttributeValue
sns:SetTopicAttributes TopicArn AttributeName AttributeValue
sns:Subscribe TopicArn Protocol Endpoint ReturnSubscriptionArn Attributes.key Attributes.value
sns:Unsubscribe SubscriptionArn
sts:GetCallerIdentity
";

/// Whether an operation that is known here has all these members. Of an unknown operation the service itself says so.
///
/// # Errors
/// UnknownMemberException (501) with the member's name, and those that there are.
pub(crate) fn check(service: &str, action: &str, params: &BTreeMap<String, String>) -> ApiResult<()> {
    let operation = format!("{service}:{action}");
    let lines = KNOWN.replace("\n+", "");
    let Some(members) = lines.lines().find_map(|line| {
        let (name, members) = line.split_once(' ').unwrap_or((line, ""));
        (name == operation).then(|| members.split(' ').filter(|member| !member.is_empty()).collect::<Vec<_>>())
    }) else {
        return Ok(());
    };
    // SDKs send an empty list as `Tags=`.
    let is_empty_list = |name: &str, value: &str| {
        value.is_empty() && members.iter().any(|one| one.split_once('.').unzip().0 == Some(name))
    };
    let is_known = |name: &str, value: &str| members.contains(&unnumbered(name).as_str()) || is_empty_list(name, value);
    let unknown = params.iter().find(|(name, value)| !is_known(name, value));
    unknown.map_or(Ok(()), |(name, _)| {
        let known = members.join(", ");
        let message = format!("The local AWS does not know the member {name} of {operation}, only: {known}");
        Err(ApiError::with_status(501, "UnknownMemberException", message))
    })
}

/// `Tags.member.1.Key` as `Tags.Key`.
pub(crate) fn unnumbered(name: &str) -> String {
    let mut parts = Vec::new();
    let mut rest = name.split('.').peekable();
    while let Some(part) = rest.next() {
        let is_list = ["member", "entry"].contains(&part);
        match rest.next_if(|next| is_list && !next.is_empty() && next.bytes().all(|digit| digit.is_ascii_digit())) {
            Some(_) => {}
            None => parts.push(part),
        }
    }
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::check;

    /// API references of the services: DeletionMode, MaxSessionDuration and MessageAttributes are AWS's, and nothing
    /// here acts on them.
    #[test]
    fn a_member_that_nothing_acts_on_is_refused_by_name() {
        for (service, query, unknown) in [
            ("cloudformation", "Action=DeleteStack&StackName=s&DeletionMode=FORCE_DELETE_STACK", "DeletionMode"),
            ("cloudformation", "Action=UpdateStack&StackNam=s", "StackNam"),
            ("cloudformation", "Action=UpdateStack&Tags.member.1.Ky=a", "Tags.member.1.Ky"),
            ("cloudformation", "Action=UpdateStack&Tags.1.Key=a", "Tags.1.Key"),
            ("cloudformation", "Action=ListExports&NextToken=t", "NextToken"),
            ("iam", "Action=CreateRole&RoleName=r&MaxSessionDuration=7200", "MaxSessionDuration"),
            ("sns", "Action=Publish&MessageAttributes.entry.1.Name=n", "MessageAttributes.entry.1.Name"),
            ("sts", "Action=GetCallerIdentity&Who=me", "Who"),
        ] {
            let mut params: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            let action = params.remove("Action").unwrap();
            let refused = check(service, &action, &params).unwrap_err();
            let begins = format!("The local AWS does not know the member {unknown} of {service}:{action}, only:");
            assert!(refused.message.starts_with(&begins), "{refused}");
            params.remove(unknown);
            check(service, &action, &params).unwrap();
        }
        let list = |value: &str| BTreeMap::from([("Tags".to_owned(), value.to_owned())]);
        check("cloudformation", "CreateStack", &list("")).unwrap();
        check("cloudformation", "CreateStack", &list("a")).unwrap_err();
    }
}
