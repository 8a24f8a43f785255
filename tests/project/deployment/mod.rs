//! This project's own stacks in a world, in the order in which `make deploy` puts them into an account. Scenarios and
//! the demo begin here; it knows the committed templates and the built binaries, and nothing of what the functions
//! decide.

mod binaries;
mod request;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use binaries::bootstrap;
pub use binaries::{binaries, in_virtual_time};
use local_aws::api::Caller;
use local_aws::cloudformation::Status;
use local_aws::modes::ResourceTags;
use local_aws::{LocalAws, Options, State, World, iam, kinesis, lambda, s3};
pub use request::{deploy_stack, query, request, settled};

const ACCESS: &str = include_str!("../../../template/access.template.json");
const HANDLERS: &str = include_str!("../../../template/handlers.template.json");
const APPLICATION: &str = include_str!("../../../template/application.template.json");

/// The application stack, its application, its stream and its table: the tutorial's name for all four.
pub const NAME: &str = "flink-test";

/// The functions that are deployed, with the output of the access stack that names each one's role.
pub const FUNCTIONS: [(&str, &str); 4] = [
    ("flink-auto-start", "AutoStartRoleArn"),
    ("flink-property-groups", "PropertyGroupsRoleArn"),
    ("flink-update-guard", "UpdateGuardRoleArn"),
    ("flink-rollback-unsticker", "RollbackUnstickerRoleArn"),
];

/// Who gets the incident mails.
const MAIL: (&str, &str) = ("IncidentMail", "operators@example.com");

/// A world with the handlers in it.
#[derive(Debug)]
pub struct Deployment {
    /// The world.
    pub aws: LocalAws,
    /// The artifact bucket.
    pub bucket: String,
    /// The service role of application stacks.
    pub stack_role: String,
}

/// A jar, as the local AWS's job reads it.
#[must_use]
pub fn jar(version: &str, fails_on: &[&str]) -> Value {
    json!({"job": "feature-counter", "version": version, "fails_on": fails_on})
}

impl Deployment {
    /// Starts a world and deploys the access stack, the functions and the handlers stack.
    ///
    /// `environment` is set on each function: its pace, its patience.
    ///
    /// # Panics
    /// When one of them does not come to be: nothing can be shown without it.
    pub async fn start(options: Options, environment: &[(&str, &str)]) -> Self {
        let aws = LocalAws::start(options).await.expect("a port on 127.0.0.1");
        Self::in_world(aws, environment).await
    }

    /// The same in a world that the caller started, and may watch from its first moment.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub async fn in_world(aws: LocalAws, environment: &[(&str, &str)]) -> Self {
        Self::of_templates(aws, [ACCESS, HANDLERS], &[], environment).await
    }

    /// The same with these templates of access and handlers, and these parameters of access: those of an older version.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub async fn of_templates(
        aws: LocalAws,
        [access, handlers]: [&str; 2],
        given: &[(&str, &str)],
        environment: &[(&str, &str)],
    ) -> Self {
        let world = &aws.world;
        deploy_stack(world, "flink-access", access, &access_parameters(world, given), &[], None).await;
        let outputs = outputs(world, "flink-access");
        for (name, role) in FUNCTIONS {
            let environment = environment.iter().copied();
            lambda::deploy(world, name, &bootstrap(name), &outputs[role], environment).expect("the function is taken");
        }
        deploy_stack(world, "flink-handlers", handlers, &[], &[], None).await;
        let bucket = outputs["BucketName"].clone();
        Self { aws, bucket, stack_role: outputs["StackRoleArn"].clone() }
    }

    /// The world.
    #[must_use]
    pub fn world(&self) -> &Arc<World> {
        &self.aws.world
    }

    /// The operator changes parameters of the access stack; where it came to rest.
    pub async fn change_access(&self, parameters: &[(&str, &str)]) -> Status {
        let parameters = access_parameters(self.world(), parameters);
        deploy_stack(self.world(), "flink-access", ACCESS, &parameters, &[], None).await
    }

    /// Puts a jar into the artifact bucket; its key.
    #[must_use]
    pub fn upload(&self, jar: &Value) -> String {
        let version = jar["version"].as_str().unwrap_or_default();
        let key = format!("jars/{version}.jar");
        s3::put(&mut self.world().state(), &self.bucket, &key, jar.to_string().into_bytes());
        key
    }

    /// Creates the application stack with the committed template, the service role and the stack tag, or updates it;
    /// until it is settled.
    pub async fn deploy(&self, parameters: &[(&str, &str)]) -> Status {
        deploy_stack(
            self.world(),
            NAME,
            APPLICATION,
            parameters,
            &[("flink-unstick", "enabled")],
            Some(&self.stack_role),
        )
        .await
    }

    /// The same without the guard: a stack that gets into the incidents which the unsticker cures.
    pub async fn deploy_unguarded(&self, parameters: &[(&str, &str)]) -> Status {
        let template = Self::template_without_guard().to_string();
        self.deploy_template(&template, parameters, &[("flink-unstick", "enabled")]).await
    }

    /// The same with a template and tags of the scenario's own.
    pub async fn deploy_template(&self, template: &str, parameters: &[(&str, &str)], tags: &[(&str, &str)]) -> Status {
        deploy_stack(self.world(), NAME, template, parameters, tags, Some(&self.stack_role)).await
    }

    /// The committed application template, for scenarios that change a line of it.
    ///
    /// # Panics
    /// When the committed file is not JSON.
    #[must_use]
    pub fn application_template() -> Value {
        serde_json::from_str(APPLICATION).expect("the committed template is JSON")
    }

    /// The committed application template without its guard.
    ///
    /// # Panics
    /// When the committed template has none.
    #[must_use]
    pub fn template_without_guard() -> Value {
        let mut template = Self::application_template();
        template["Resources"].as_object_mut().and_then(|all| all.remove("UpdateGuard")).expect("the guard");
        template["Resources"]["Application"]
            .as_object_mut()
            .and_then(|all| all.remove("DependsOn"))
            .expect("its order");
        template
    }

    /// A record into the stream.
    pub fn record(&self, key: &str) {
        record(self.world(), NAME, key);
    }

    /// The operator denies the application's role to write its table, or lets it again.
    ///
    /// # Panics
    /// Before the application stack is there.
    pub fn sink_permission(&self, given: bool) {
        sink_permission(self.world(), NAME, given);
    }

    /// Until the stack has this status.
    pub async fn stack_becomes(&self, status: Status) {
        self.world()
            .until_that(format!("the stack {NAME} to be {status}"), |state| {
                state.cloudformation.stack(NAME).filter(|stack| stack.status == status).map(|_| ())
            })
            .await;
    }
}

/// What an operator gives the access stack besides `own`: who gets the incident mails, and, where the service gives IAM
/// no tags, that the roles do not ask for the tag of consent.
fn access_parameters<'a>(world: &World, own: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let without_tags =
        (world.settings.modes.resource_tags == ResourceTags::Missing).then_some(("IgnoreConsentTag", "true"));
    let usual = [MAIL].into_iter().chain(without_tags);
    usual.filter(|(name, _)| own.iter().all(|(given, _)| given != name)).chain(own.iter().copied()).collect()
}

/// The unsticker's reserved concurrency, as the handlers template has it and `make deploy` reserves it.
///
/// # Panics
/// When the committed template has none.
#[must_use]
pub fn unsticker_concurrency() -> usize {
    let template: Value = serde_json::from_str(HANDLERS).expect("the committed template is JSON");
    let default = template["Parameters"]["UnstickerConcurrency"]["Default"].as_u64();
    default.and_then(|number| usize::try_from(number).ok()).expect("the parameter's default")
}

/// A record into a stack's stream.
pub fn record(world: &World, stack: &str, key: &str) {
    kinesis::put(&mut world.state(), stack, &json!({"key": key, "featureName": "seen"}));
}

/// The operator denies the role of a stack's application to write its table, or lets it again.
///
/// # Panics
/// Before the stack is there.
pub fn sink_permission(world: &World, stack: &str, given: bool) {
    let mut state = world.state();
    let role = state.cloudformation.stack(stack).and_then(|stack| stack.resources.get("ApplicationRole"));
    let role = role.and_then(|role| role.physical_id.clone()).expect("the application's role");
    let policy = json!({"Version": "2012-10-17", "Statement":
            [{"Effect": "Deny", "Action": "dynamodb:PutItem", "Resource": "*"}]});
    let name = json!({"RoleName": role, "PolicyName": "incident", "PolicyDocument": policy.to_string()});
    let (operation, body) = if given {
        ("DeleteRolePolicy", json!({"RoleName": role, "PolicyName": "incident"}))
    } else {
        ("PutRolePolicy", name)
    };
    iam::call(&mut state, &world.settings, &Caller::Operator, operation, &body).expect("an operator may");
}

/// The incident reports that were mailed, oldest first, with the time of each: what people see of the topic.
pub fn reports(state: &State) -> impl Iterator<Item = (f64, Value)> {
    let mails = state.queues.topics.values().flat_map(|topic| &topic.delivered).filter(|(to, _)| to == MAIL.1);
    mails.filter_map(|(_, mail)| {
        let record: Value = serde_json::from_str(&mail.message).ok()?;
        Some((mail.time, record.get("responsePayload")?.clone()))
    })
}

fn outputs(world: &World, name: &str) -> BTreeMap<String, String> {
    let state = world.state();
    let stack = state.cloudformation.stack(name).expect("the stack exists");
    stack.outputs.iter().map(|output| (output.key.clone(), output.value.clone())).collect()
}
