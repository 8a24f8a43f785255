//! `flink-stack deploy`: checks, what changes, the question, and then one phase after the other.

mod requests;

use std::time::{Duration, Instant};

use shared::operator::Ending;
use shared::operator::deployment::status::ending_of;
use shared::operator::deployment::{GivenSettings, StackChanges, consent as weigh};
use shared::operator::{Progress, ResultScreen, plan, risk};

use super::change_set::{ChangeSetRequest, PreparedChangeSet, discard_all};
use super::checks::{self, DeploymentInputs};
use super::output::Output;
use super::watch::{Watch, now};
use super::{Stop, consent, functions, interrupt, packages, release, screens};
use crate::operate::plan::proposal;

/// The stacks of a deployment in their order, and the change sets of those that can have one before the question.
struct Deployment<'a> {
    given: &'a GivenSettings,
    output: &'a Output,
    checked: DeploymentInputs,
    prepared: Vec<PreparedChangeSet>,
    phases: Vec<(String, Duration)>,
    /// What became of the application's stack; `None` where nothing of it changed.
    ended: Option<Progress>,
}

/// Deploys the handlers, and an application unless only they are wanted; or leaves everything as it was.
pub(super) async fn run(given: &GivenSettings, has_application: bool, output: &Output) -> Result<(), Stop> {
    output.say("checking settings, jar, account and stacks");
    let checked = checks::deploy(given, has_application).await?;
    output.say(&format!("account {}, region {}", checked.account.id, checked.account.region));
    for note in &checked.notes {
        output.say(&format!("note: {note}"));
    }
    let mut deployment = Deployment { given, output, checked, prepared: Vec::new(), phases: Vec::new(), ended: None };
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
            requests.push(self.access().await?);
            if let Some(release) = &self.checked.release {
                requests.push(release::request(&self.checked, release, self.given).await?);
            }
            requests.push(self.handlers()?);
        }
        if self.checked.jar.is_some() {
            requests.push(self.application().await?);
        }
        self.prepare(&requests).await?;
        let changes = self.changes(&requests).await?;
        screens::changes(&changes, self.output);
        let name = self.name();
        if is_whole || changes.iter().any(|one| !one.plan.changes.is_empty()) {
            let mut risk = weigh(&changes);
            release::weigh(self.checked.installed.as_ref(), &mut risk);
            consent::ask(&risk, &risk.question(&name), self.given.is_on("YES"))?;
        }
        interrupt::check()?;
        self.perform(&requests).await?;
        self.end().await
    }

    /// Makes the change sets that can be made: the first stack's, and those of stacks whose imports are exported
    /// already. What CloudFormation refuses of one does not hide what it refuses of the next.
    async fn prepare(&mut self, requests: &[ChangeSetRequest]) -> Result<(), Stop> {
        let account = &self.checked.account;
        let has_access = account.there(&account.access).await?.is_some();
        let has_handlers = account.there(&account.handlers).await?.is_some();
        let mut problems = Vec::new();
        for request in requests {
            // A function that is there fails a change set that would make it.
            let is_made_later = request.file == checks::FUNCTIONS && self.is_taking_over();
            if request.file == checks::ACCESS || (has_access && has_handlers && !is_made_later) {
                self.output.say(&format!("stack {}: asking CloudFormation what changes", request.stack));
                match request.prepare(&self.checked.account).await {
                    Ok(prepared) => self.prepared.push(prepared),
                    Err(Stop::Failed(problem)) => problems.push(problem),
                    Err(stop) => return Err(stop),
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Stop::Refused(problems)) }
    }

    /// What each stack goes through: by its change set, or where there is none yet from the template.
    async fn changes(&self, requests: &[ChangeSetRequest]) -> Result<Vec<StackChanges>, Stop> {
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

    async fn perform(&mut self, requests: &[ChangeSetRequest]) -> Result<(), Stop> {
        if let (Some(architecture), None) = (self.checked.architecture.clone(), &self.checked.release) {
            let begun = Instant::now();
            packages::build(&architecture, self.output)?;
            self.phase("build", begun);
        }
        for request in requests {
            if request.file == self.checked.file {
                let begun = Instant::now();
                self.jar().await?;
                self.phase("jar", begun);
            }
            let begun = Instant::now();
            match &self.checked.release {
                Some(release) if request.file == checks::FUNCTIONS => {
                    let (mut request, checked) = (request.clone(), &self.checked);
                    let kept = release::before_stack(checked, release, self.given, &mut request, self.output).await?;
                    self.stack(&request).await?;
                    kept.put_back(&self.checked.account, self.output).await?;
                }
                _ => self.stack(request).await?,
            }
            self.phase(&request.stack, begun);
            match request.file {
                checks::ACCESS if self.checked.release.is_none() => {
                    let begun = Instant::now();
                    release::deploy_built(&self.checked, self.given, self.output).await?;
                    self.phase("functions", begun);
                }
                checks::HANDLERS if self.checked.release.is_none() => {
                    functions::reserve(&self.checked.account, self.output).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whose changes are asked about: the application's stack, or the handlers' where there is none.
    fn name(&self) -> String {
        if self.checked.jar.is_some() { self.given.stack() } else { self.checked.account.handlers.clone() }
    }

    fn is_taking_over(&self) -> bool {
        self.checked.installed.as_ref().is_some_and(|installed| installed.take_over.is_some())
    }

    fn phase(&mut self, name: &str, begun: Instant) {
        self.phases.push((name.to_owned(), begun.elapsed()));
    }

    async fn jar(&self) -> Result<(), Stop> {
        let account = &self.checked.account;
        let bucket = account.output(&account.access, "BucketName").await?;
        let Some(jar) = &self.checked.jar else { return Ok(()) };
        jar.upload(&account.operator.signed(), &bucket, self.output).await
    }

    /// Executes a stack's change set, which is made now where it could not be made before, and waits for its end.
    async fn stack(&mut self, request: &ChangeSetRequest) -> Result<(), Stop> {
        interrupt::check()?;
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
        let ended = watch.end(&token, resources, job).await?;
        match ending_of(&ended.status) {
            Ending::Done => {
                self.ended = Some(ended.progress).filter(|_| request.file == self.checked.file);
                Ok(())
            }
            ending => Err(Stop::FinishedOperation(ending.exit_code())),
        }
    }

    /// Outputs, where the job runs from, how long each phase took, and what comes next.
    async fn end(&self) -> Result<(), Stop> {
        let (account, name) = (&self.checked.account, self.name());
        let found = account.look(&name).await?.ok_or_else(|| format!("the stack {name} is gone"))?;
        self.output.outputs(&found.outputs);
        let application = match found.outputs.get("ApplicationName") {
            Some(application) => account.operator.application(application).await?,
            None => None,
        };
        // Without an application there is no job to look at.
        let next = match &self.checked.jar {
            Some(_) => format!("flink-stack status --stack {name} --region {}", account.region),
            None => "adopt them in your own stack: functions/README.md".to_owned(),
        };
        let next = [next];
        let model = ResultScreen {
            stack: &name,
            phases: &self.phases,
            progress: self.ended.as_ref(),
            applications: application.as_slice(),
            restored: found.outputs.get("RestoredSnapshot").map_or("", String::as_str),
            now: now(),
            next: &next,
        };
        screens::done(&model, self.output);
        Ok(())
    }
}
