//! Everything that can be found out before anything is made, all of it listed together: one failure does not hide the
//! next.

pub(crate) mod limits;

use std::path::Path;

use serde_json::Value as Json;
use shared::operator::deployment::installed::{FUNCTIONS_STACK, InstallMethod};
use shared::operator::deployment::{self, GivenSettings, NewStack, Values, application_parameters, prefixes, status};
use shared::operator::{may_delete, may_replace};

use super::account::{Account, ExistingStack};
use super::jar::Jar;
use super::release::{self, InstalledFunctions, Release};
use super::{Stop, functions, packages};
use crate::{cli, document, environments};

pub(super) const APPLICATION: &str = "template/application.template.json";
const RETAINED: &str = "template/application-retained.template.json";
pub(super) const ACCESS: &str = "template/access.template.json";
pub(super) const FUNCTIONS: &str = "template/functions.template.json";
pub(super) const HANDLERS: &str = "template/handlers.template.json";

/// What a deployment begins with.
#[derive(Debug)]
pub(super) struct DeploymentInputs {
    pub(super) account: Account,
    /// None where the handlers come without an application.
    pub(super) jar: Option<Jar>,
    /// The parameters of the environment's file.
    pub(super) environment: Values,
    /// What the functions are for; none where they stay as they are.
    pub(super) architecture: Option<String>,
    /// In the place of a build.
    pub(super) release: Option<Release>,
    /// How the functions came into the account; none where they stay as they are.
    pub(super) installed: Option<InstalledFunctions>,
    /// The application's stack, where there is one.
    pub(super) stack: Option<ExistingStack>,
    /// The template of the application's stack.
    pub(super) file: &'static str,
    /// What a person should know before the question.
    pub(super) notes: Vec<String>,
}

/// Checks a deployment.
///
/// # Errors
/// [`Stop::Refused`] with every sentence.
pub(super) async fn deploy(given: &GivenSettings, has_application: bool) -> Result<DeploymentInputs, Stop> {
    let mut problems = given.mistakes();
    let whole = !has_application || !given.is_on("ONLY_STACK");
    let jar = match given.get("JAR") {
        _ if !has_application => Ok(None),
        None => Err("JAR is missing; give the job's jar: make deploy JAR=path/to/job.jar (--jar)".to_owned()),
        Some(path) => Jar::read(path).map(Some),
    };
    let jar = keep(jar, &mut problems);
    let release = keep(given.get("RELEASE").filter(|_| whole).map(Release::read).transpose(), &mut problems).flatten();
    let environment = keep(environment(given), &mut problems);
    let account = keep(Account::open(given).await, &mut problems);
    let Some(account) = account else { return Err(Stop::Refused(problems)) };
    let architecture = if whole { Some(functions::architecture(&account, given).await?) } else { None };
    let mut installed = None;
    if let Some(architecture) = &architecture {
        let way = if given.get("RELEASE").is_some() { InstallMethod::Released } else { InstallMethod::Built };
        match (way, &release) {
            (InstallMethod::Built, _) => problems.extend(packages::problems(architecture)),
            (InstallMethod::Released, Some(release)) => problems.extend(release.has(architecture).err()),
            (InstallMethod::Released, None) => {}
        }
        match release::check(&account, way, given.is_on("TAKE_OVER")).await? {
            Ok(found) => installed = Some(found),
            Err(found) => problems.extend(found),
        }
    }
    let (access, handlers) = (&account.access, &account.handlers);
    if whole && account.is_elsewhere {
        problems.push(format!(
            "{access} and {handlers} are managed by another stack (a StackSet?); run make functions, and this with ONLY_STACK=1"
        ));
    }
    let name = given.stack();
    let mut ours = Vec::new();
    if has_application {
        ours.push((name.as_str(), APPLICATION));
    }
    if whole {
        ours.extend([(access.as_str(), ACCESS), (FUNCTIONS_STACK, FUNCTIONS), (handlers.as_str(), HANDLERS)]);
    }
    problems.extend(foreign(&account, &ours, release.as_ref(), false).await?);
    if !whole && account.there(handlers).await?.is_none() {
        problems.push("the handlers are not deployed; leave ONLY_STACK out".to_owned());
    }
    let reach = account.there(access).await?.and_then(|found| found.outputs.get("ApplicationNamePrefix").cloned());
    let reach = given.get("PREFIX").map(str::to_owned).or(reach).unwrap_or_else(|| "flink-".to_owned());
    let taken = prefixes::check(&format!("ApplicationNamePrefix of {access}"), &reach);
    // What was given is checked already.
    let taken = if given.get("PREFIX").is_some() { Ok(()) } else { taken };
    let reached = |()| if has_application { prefixes::reach(&name, &reach) } else { Ok(()) };
    problems.extend(taken.and_then(reached).err());
    let stack = if has_application { account.there(&name).await? } else { None };
    for (stack, _) in &ours {
        if let Some(found) = account.look(stack).await? {
            let region = &account.region;
            let destroy = match *stack {
                FUNCTIONS_STACK => format!("aws cloudformation delete-stack --stack-name {stack} --region {region}"),
                _ => format!("flink-stack destroy --only-stack --stack {stack} --region {region}"),
            };
            problems.extend(status::may_begin(stack, &found.status, &destroy).err());
        }
    }
    let file = file(given, stack.as_ref().is_some_and(retains));
    let none = Values::new();
    let named = (jar.as_ref().and_then(Option::as_ref), environment.as_ref().unwrap_or(&none));
    let of_application = (stack.as_ref(), has_application.then_some(file));
    problems.extend(limits::problems(&account, given, of_application, named, release.as_ref(), whole).await?);
    if let Err(problem) = limits::applications(&account).await {
        let region = &account.region;
        problems.push(format!("Managed Service for Apache Flink does not answer in {region}: {problem}"));
    }
    match (jar, environment) {
        (Some(jar), Some(environment)) if problems.is_empty() => {
            let notes = limits::notes(&account, given, has_application && stack.is_none(), whole).await;
            Ok(DeploymentInputs { account, jar, environment, architecture, release, installed, stack, file, notes })
        }
        _ => Err(Stop::Refused(problems)),
    }
}

/// A value, or its error among the problems.
fn keep<T>(outcome: Result<T, String>, problems: &mut Vec<String>) -> Option<T> {
    outcome.map_err(|problem| problems.push(problem)).ok()
}

/// The parameters of the environment's file; none where it has no file.
fn environment(given: &GivenSettings) -> Result<Values, String> {
    let Some(name) = given.get("ENV") else { return Ok(Values::new()) };
    let folder = Path::new(cli::ENVIRONMENTS);
    if !folder.join(format!("{name}.env")).is_file() {
        return Ok(Values::new());
    }
    environments::one(folder, name).map(|environment| environment.parameters)
}

/// The template of the application's stack: what stays when the stack goes stays so until RETAIN says otherwise.
pub(crate) fn file(given: &GivenSettings, is_retained: bool) -> &'static str {
    if deployment::is_retained(given, is_retained) { RETAINED } else { APPLICATION }
}

/// A template by its name in the project: the release's, else this command's own.
///
/// # Errors
/// The release lacks it.
pub(super) fn template(release: Option<&Release>, file: &str) -> Result<Json, String> {
    release.map_or_else(|| document::own(file), |release| release.template(file))
}

/// What `deploy` would give the application's stack, and its template; for a plan.
///
/// # Errors
/// The first setting that cannot be used, or what could not be asked.
pub(crate) async fn planned(given: &GivenSettings) -> Result<(Values, &'static str), String> {
    if let Some(mistake) = given.mistakes().into_iter().next() {
        return Err(mistake);
    }
    let jar = Jar::read(given.get("JAR").unwrap_or_default())?;
    let environment = environment(given)?;
    let account = Account::open(given).await?;
    let stack = account.there(&given.stack()).await?;
    let parameters = parameters(&account, given, Some(&jar), stack.as_ref(), &environment).await?;
    Ok((parameters, file(given, stack.as_ref().is_some_and(retains))))
}

/// The parameters of the application's stack.
pub(super) async fn parameters(
    account: &Account,
    given: &GivenSettings,
    jar: Option<&Jar>,
    stack: Option<&ExistingStack>,
    environment: &Values,
) -> Result<Values, String> {
    let access = account.there(&account.access).await?;
    let key = jar.map(|jar| jar.key.as_str());
    application_parameters(given, key, new_stack(access.as_ref(), stack).as_ref(), environment)
}

/// What a stack that is not there yet is given besides; `None` of one that is.
fn new_stack(access: Option<&ExistingStack>, stack: Option<&ExistingStack>) -> Option<NewStack> {
    let topic = access.and_then(|access| access.outputs.get("IncidentTopicArn").cloned());
    stack.is_none().then_some(NewStack { topic })
}

/// Whether the application of a stack stays when the stack goes: the retained template says so in an output.
pub(super) fn retains(stack: &ExistingStack) -> bool {
    stack.outputs.get("Retained").is_some_and(|word| word == "true")
}

/// The stacks that another template made, a sentence each: deploying ours would delete what they hold.
pub(super) async fn foreign(
    account: &Account,
    stacks: &[(&str, &'static str)],
    release: Option<&Release>,
    is_deletion: bool,
) -> Result<Vec<String>, String> {
    let mut problems = Vec::new();
    for (stack, file) in stacks {
        let ours = template(release, file)?;
        // Nothing there is nothing that could be lost.
        let Some(deployed) = account.operator.template(stack).await? else { continue };
        let verdict =
            if is_deletion { may_delete(deployed.as_ref(), &ours) } else { may_replace(deployed.as_ref(), &ours) };
        problems.extend(verdict.err().map(|reason| reason.describe(stack)));
    }
    Ok(problems)
}
