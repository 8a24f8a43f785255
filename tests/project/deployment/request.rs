//! Requests to CloudFormation, as a person's AWS CLI sends them, and where they lead.

use std::collections::BTreeMap;
use std::sync::Arc;

use local_aws::World;
use local_aws::api::{ApiResult, Caller};
pub use local_aws::cloudformation::scenario::settled;
use local_aws::cloudformation::{self, Status};

/// Creates or updates a stack and waits until nothing goes on; where it came to rest.
///
/// # Panics
/// When CloudFormation does not take the request.
pub async fn deploy_stack(
    world: &Arc<World>,
    name: &str,
    template: &str,
    parameters: &[(&str, &str)],
    tags: &[(&str, &str)],
    role: Option<&str>,
) -> Status {
    let known = world.state().cloudformation.stack(name).is_some();
    let action = if known { "UpdateStack" } else { "CreateStack" };
    request(world, action, name, template, parameters, tags, role).expect("CloudFormation takes the template");
    settled(world, name).await
}

/// The request itself, for scenarios that look at what happens meanwhile.
///
/// # Errors
/// As CloudFormation says them.
pub fn request(
    world: &Arc<World>,
    action: &str,
    name: &str,
    template: &str,
    parameters: &[(&str, &str)],
    tags: &[(&str, &str)],
    role: Option<&str>,
) -> ApiResult<String> {
    cloudformation::query(world, &Caller::Operator, action, &query(name, template, parameters, tags, role))
}

/// The members of such a request, for scenarios that add one of their own. Without a template it is one of those that
/// take none.
#[must_use]
pub fn query(
    name: &str,
    template: &str,
    parameters: &[(&str, &str)],
    tags: &[(&str, &str)],
    role: Option<&str>,
) -> BTreeMap<String, String> {
    let mut query = BTreeMap::from([("StackName".to_owned(), name.to_owned())]);
    if !template.is_empty() {
        query.extend([
            ("TemplateBody".to_owned(), template.to_owned()),
            ("Capabilities.member.1".to_owned(), "CAPABILITY_NAMED_IAM".to_owned()),
            ("Capabilities.member.2".to_owned(), "CAPABILITY_AUTO_EXPAND".to_owned()),
        ]);
    }
    for (index, (key, value)) in parameters.iter().enumerate() {
        query.insert(format!("Parameters.member.{}.ParameterKey", index + 1), (*key).to_owned());
        query.insert(format!("Parameters.member.{}.ParameterValue", index + 1), (*value).to_owned());
    }
    for (index, (key, value)) in tags.iter().enumerate() {
        query.insert(format!("Tags.member.{}.Key", index + 1), (*key).to_owned());
        query.insert(format!("Tags.member.{}.Value", index + 1), (*value).to_owned());
    }
    query.extend(role.map(|role| ("RoleARN".to_owned(), role.to_owned())));
    query
}
