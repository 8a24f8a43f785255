//! What each stack of a deployment is to become: its template, its parameters, its tags and its role.

use shared::operator::deployment::{Values, access_parameters, handlers_parameters, tags};

use super::super::Stop;
use super::super::change_set::ChangeSetRequest;
use super::super::checks::{self, DeploymentInputs};
use super::Deployment;

impl Deployment<'_> {
    /// What only the access stack knows: the service role and, for a new stack, the topic.
    pub(super) async fn with_access(&self, request: &ChangeSetRequest) -> Result<ChangeSetRequest, Stop> {
        let mut request = request.clone();
        if request.file == self.checked.file && request.role.is_none() {
            let account = &self.checked.account;
            request.role = Some(account.output(&account.access, "StackRoleArn").await?);
            request.parameters = self.application_parameters().await?;
        }
        Ok(request)
    }

    pub(super) async fn access(&self) -> Result<ChangeSetRequest, Stop> {
        let account = &self.checked.account;
        let deployed = account.there(&account.access).await?.map(|access| access.parameters).unwrap_or_default();
        self.of_ours(&account.access, checks::ACCESS, access_parameters(self.given, &deployed))
    }

    pub(super) fn handlers(&self) -> Result<ChangeSetRequest, Stop> {
        self.of_ours(&self.checked.account.handlers, checks::HANDLERS, handlers_parameters(self.given))
    }

    pub(super) async fn application(&self) -> Result<ChangeSetRequest, Stop> {
        let account = &self.checked.account;
        let deployed = self.checked.stack.as_ref().map(|stack| &stack.tags);
        let access = account.there(&account.access).await?;
        Ok(ChangeSetRequest {
            stack: self.given.stack(),
            file: self.checked.file,
            template: checks::template(self.checked.release.as_ref(), self.checked.file)?,
            parameters: self.application_parameters().await?,
            tags: Some(tags(self.given, deployed)?),
            role: access.and_then(|access| access.outputs.get("StackRoleArn").cloned()),
            is_express: self.given.is_on("EXPRESS"),
        })
    }

    async fn application_parameters(&self) -> Result<Values, Stop> {
        let DeploymentInputs { account, jar, stack, environment, .. } = &self.checked;
        Ok(checks::parameters(account, self.given, jar.as_ref(), stack.as_ref(), environment).await?)
    }

    /// One of the two stacks of the handlers, with what is given now.
    fn of_ours(&self, stack: &str, file: &'static str, parameters: Values) -> Result<ChangeSetRequest, Stop> {
        let template = checks::template(self.checked.release.as_ref(), file)?;
        let (tags, role, is_express) = (None, None, false);
        Ok(ChangeSetRequest { stack: stack.to_owned(), file, template, parameters, tags, role, is_express })
    }
}
