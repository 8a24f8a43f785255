//! `flink-stack deploy`: checks, what changes, the question, and then one phase after the other.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use shared::operator::deployment::status::Ending;
use shared::operator::deployment::{
    GivenSettings, StackChanges, Values, access_parameters, consent as weigh, handlers_parameters, tags,
};
use shared::operator::{plan, risk, seconds};

use super::change_set::{Prepared, Request, discard_all};
use super::checks::{self, Checked};
use super::output::Output;
use super::watch::Watch;
use super::{Stop, consent, functions, interrupt, listing, packages};
use crate::document;
use crate::operate::plan::proposal;

/// The stacks of a deployment in their order, and the change sets of those that can have one before the question.
struct Deployment<'a> {
    given: &'a GivenSettings,
    output: &'a Output,
    checked: Checked,
    prepared: Vec<Prepared>,
    phases: Vec<(String, Duration)>,
}

/// Deploys, or leaves everything as it was.
pub(super) async fn run(given: &GivenSettings, output: &Output) -> Result<(), Stop> {
    let checked = checks::deploy(given).await?;
    output.say(&format!("account {}, region {}", checked.account.id, checked.account.region));
    let mut deployment = Deployment { given, output, checked, prepared: Vec::new(), phases: Vec::new() };
    let outcome = deployment.steps().await;
    // What was not executed does not stay.
    discard_all(&deployment.prepared, &deployment.checked.account, output).await;
    outcome
}

impl Deployment<'_> {
    async fn steps(&mut self) -> Result<(), Stop> {
        let is_whole = self.checked.architecture.is_some();
        let mut requests = Vec::new();
        if is_whole {
            requests.push(self.access()?);
            requests.push(self.handlers()?);
        }
        requests.push(self.application().await?);
        self.prepare(&requests).await?;
        let changes = self.changes(&requests).await?;
        listing::show(&changes, self.output);
        let name = self.given.stack();
        if is_whole || changes.iter().any(|one| !one.plan.changes.is_empty()) {
            let risk = weigh(&changes);
            consent::ask(&risk, &risk.question(&name), self.given.is_on("YES"))?;
        }
        interrupt::check()?;
        self.perform(&requests).await?;
        self.end().await
    }

    /// Makes the change sets that can be made: the first stack's, and those of stacks whose imports are exported
    /// already.
    async fn prepare(&mut self, requests: &[Request]) -> Result<(), Stop> {
        let account = &self.checked.account;
        let has_access = account.there(&account.access).await?.is_some();
        let has_handlers = account.there(&account.handlers).await?.is_some();
        for request in requests {
            if request.file == checks::ACCESS || (has_access && has_handlers) {
                self.output.say(&format!("stack {}: asking CloudFormation what changes", request.stack));
                let prepared = request.prepare(&self.checked.account).await?;
                self.prepared.push(prepared);
            }
        }
        Ok(())
    }

    /// What each stack goes through: by its change set, or where there is none yet from the template.
    async fn changes(&self, requests: &[Request]) -> Result<Vec<StackChanges>, Stop> {
        let account = &self.checked.account;
        let mut all = Vec::new();
        for request in requests {
            let of_it = self.prepared.iter().find(|one| one.name == request.stack);
            let template = request.template.clone();
            let met = account.operator.meets(&request.stack).await?;
            let mut met = proposal(met, &request.stack, &account.region, template)?;
            request.file.clone_into(&mut met.file);
            met.given.clone_from(&request.parameters);
            met.is_express = request.is_express;
            // The handlers come with it, where they are not there.
            met.handlers |= self.checked.architecture.is_some();
            // Rows of a stack that is not there yet say no more than its template.
            let rows = of_it.map(|prepared| prepared.changes.clone().unwrap_or_default());
            met.change_set = rows.filter(|_| met.deployed.is_some());
            let plan = plan(&met);
            let risk = risk(&met, &plan, &plan.permissions);
            all.push(StackChanges { stack: request.stack.clone(), plan, risk });
        }
        Ok(all)
    }

    async fn perform(&mut self, requests: &[Request]) -> Result<(), Stop> {
        if let Some(architecture) = self.checked.architecture.clone() {
            let begun = Instant::now();
            packages::build(&architecture, self.output)?;
            self.phase("build", begun);
        }
        for request in requests {
            let begun = Instant::now();
            if request.file == self.checked.file {
                self.jar().await?;
            }
            self.stack(request).await?;
            self.phase(&request.stack, begun);
            match request.file {
                checks::ACCESS => {
                    let begun = Instant::now();
                    functions::deploy(&self.checked.account, self.given, self.output).await?;
                    self.phase("functions", begun);
                }
                checks::HANDLERS => functions::reserve(&self.checked.account, self.output).await?,
                _ => {}
            }
        }
        Ok(())
    }

    fn phase(&mut self, name: &str, begun: Instant) {
        self.phases.push((name.to_owned(), begun.elapsed()));
    }

    async fn jar(&self) -> Result<(), Stop> {
        let account = &self.checked.account;
        let bucket = account.output(&account.access, "BucketName").await?;
        self.checked.jar.upload(&account.operator.signed(), &bucket, self.output).await
    }

    /// Executes a stack's change set, which is made now where it could not be made before, and waits for its end.
    async fn stack(&mut self, request: &Request) -> Result<(), Stop> {
        let account = &self.checked.account;
        let at = self.prepared.iter().position(|one| one.name == request.stack);
        let request = self.with_access(request).await?;
        let prepared = match at {
            Some(at) => self.prepared.remove(at),
            None => request.prepare(account).await?,
        };
        if prepared.changes.is_none() {
            self.output.say(&format!("stack {}: nothing changes", request.stack));
            return prepared.discard(account).await;
        }
        let parameters: Vec<String> =
            request.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.output.say(&format!("stack {}: {}", request.stack, parameters.join(" ")));
        let watch = Watch::begin(account, self.output, &request.stack, &prepared.stack_id).await?;
        let resources = prepared.changes.as_ref().map_or(0, Vec::len);
        let token = prepared.execute().await?;
        let job = self.checked.stack.as_ref().and_then(|stack| stack.outputs.get("ApplicationName").cloned());
        let job = job.filter(|_| request.file == self.checked.file);
        let status = watch.end(&token, resources, job).await?;
        match Ending::of(&status) {
            Ending::Done => Ok(()),
            ending => Err(Stop::Ended(ending.exit_code())),
        }
    }

    /// What only the access stack knows: the service role and, for a new stack, the topic.
    async fn with_access(&self, request: &Request) -> Result<Request, Stop> {
        let mut request = request.clone();
        if request.file == self.checked.file && request.role.is_none() {
            let account = &self.checked.account;
            request.role = Some(account.output(&account.access, "StackRoleArn").await?);
            request.parameters = self.application_parameters().await?;
        }
        Ok(request)
    }

    fn access(&self) -> Result<Request, Stop> {
        of_ours(&self.checked.account.access, checks::ACCESS, access_parameters(self.given))
    }

    fn handlers(&self) -> Result<Request, Stop> {
        of_ours(&self.checked.account.handlers, checks::HANDLERS, handlers_parameters(self.given))
    }

    async fn application(&self) -> Result<Request, Stop> {
        let account = &self.checked.account;
        let deployed = self.checked.stack.as_ref().map(|stack| &stack.tags);
        let access = account.there(&account.access).await?;
        Ok(Request {
            stack: self.given.stack(),
            file: self.checked.file,
            template: document::read(Path::new(self.checked.file))?,
            parameters: self.application_parameters().await?,
            tags: Some(tags(self.given, deployed)?),
            role: access.and_then(|access| access.outputs.get("StackRoleArn").cloned()),
            is_express: self.given.is_on("EXPRESS"),
        })
    }

    async fn application_parameters(&self) -> Result<Values, Stop> {
        let Checked { account, jar, stack, environment, .. } = &self.checked;
        Ok(checks::parameters(account, self.given, jar, stack.as_ref(), environment).await?)
    }

    /// Outputs, how the job is, how long it took, and what comes next.
    async fn end(&self) -> Result<(), Stop> {
        let (account, name) = (&self.checked.account, self.given.stack());
        let found = account.look(&name).await?.ok_or_else(|| format!("the stack {name} is gone"))?;
        self.output.outputs(&found.outputs);
        if let Some(application) = found.outputs.get("ApplicationName") {
            let seen = account.operator.application(application).await?;
            let status = seen.map_or_else(|| "gone".to_owned(), |seen| seen.status.to_string());
            self.output.say(&format!("stack {name} is {}, application {application} is {status}", found.status));
        }
        let phases: Vec<String> =
            self.phases.iter().map(|(phase, took)| format!("{phase} {}", seconds(*took))).collect();
        self.output.say(&format!("took: {}", phases.join(", ")));
        self.output.say(&format!("next: flink-stack status --stack {name} --region {}", account.region));
        Ok(())
    }
}

/// One of the two stacks of the handlers, with what is given now.
fn of_ours(stack: &str, file: &'static str, parameters: Values) -> Result<Request, Stop> {
    let template: Json = document::read(Path::new(file))?;
    let (tags, role, is_express) = (None, None, false);
    Ok(Request { stack: stack.to_owned(), file, template, parameters, tags, role, is_express })
}
