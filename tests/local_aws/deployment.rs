//! This project's own stacks in a world, in the order in which `make deploy` puts them into an account. Scenarios and the demo
//! begin here; it knows the committed templates and the built binaries, and nothing of what the functions decide.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

use crate::api::{ApiResult, Caller};
use crate::cloudformation::{self, Stack, Status};
use crate::{LocalAws, Options, World, iam, kinesis, lambda, s3};

const ACCESS: &str = include_str!("../../template/access.template.json");
const HANDLERS: &str = include_str!("../../template/handlers.template.json");
const APPLICATION: &str = include_str!("../../template/application.template.json");

/// The application stack, its application, its stream and its table: the tutorial's name for all four.
pub const NAME: &str = "flink-test";

/// The functions that are deployed, with the output of the access stack that names each one's role.
const FUNCTIONS: [(&str, &str); 4] = [
    ("flink-auto-start", "AutoStartRoleArn"),
    ("flink-property-groups", "PropertyGroupsRoleArn"),
    ("flink-update-guard", "UpdateGuardRoleArn"),
    ("flink-rollback-unsticker", "RollbackUnstickerRoleArn"),
];

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
    /// Starts a world and deploys the access stack, the three functions and the handlers stack.
    ///
    /// `environment` is set on each function: its pace, its patience.
    ///
    /// # Panics
    /// When one of them does not come to be: nothing can be shown without it.
    pub async fn start(options: Options, environment: &[(&str, &str)]) -> Self {
        let aws = LocalAws::start(options).await.expect("a port on 127.0.0.1");
        Self::in_world(aws, environment).await
    }

    /// The same in a world that somebody started, and may watch from its first moment.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub async fn in_world(aws: LocalAws, environment: &[(&str, &str)]) -> Self {
        let world = &aws.world;
        deploy_stack(world, "flink-access", ACCESS, &[], &[], None).await;
        let outputs = outputs(world, "flink-access");
        for (name, role) in FUNCTIONS {
            let bootstrap = bootstrap(binaries(), name).expect("the target folder can be written");
            let environment = environment.iter().copied();
            lambda::deploy(world, name, &bootstrap, &outputs[role], environment).expect("the function is taken");
        }
        deploy_stack(world, "flink-handlers", HANDLERS, &[], &[], None).await;
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
        deploy_stack(self.world(), "flink-access", ACCESS, parameters, &[], None).await
    }

    /// Puts a jar into the artifact bucket; its key.
    #[must_use]
    pub fn upload(&self, jar: &Value) -> String {
        let version = jar["version"].as_str().unwrap_or_default();
        let key = format!("jars/{version}.jar");
        s3::put(&mut self.world().state(), &self.bucket, &key, jar.to_string().into_bytes());
        key
    }

    /// Creates the application stack with the committed template, the service role and the stack tag, or updates it; until it is settled.
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
            .until(|state| state.cloudformation.stack(NAME).filter(|stack| stack.status == status).map(|_| ()))
            .await;
    }
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

/// The members of such a request, for scenarios that add one of their own.
#[must_use]
pub fn query(
    name: &str,
    template: &str,
    parameters: &[(&str, &str)],
    tags: &[(&str, &str)],
    role: Option<&str>,
) -> BTreeMap<String, String> {
    let mut query = BTreeMap::from([
        ("StackName".to_owned(), name.to_owned()),
        ("TemplateBody".to_owned(), template.to_owned()),
        ("Capabilities.member.1".to_owned(), "CAPABILITY_NAMED_IAM".to_owned()),
    ]);
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

/// Waits until nothing goes on in a stack.
pub async fn settled(world: &Arc<World>, name: &str) -> Status {
    world
        .until(|state| {
            let stack = state.cloudformation.stacks.iter().rev().find(|stack| stack.name == name);
            stack.map(|stack: &Stack| stack.status).filter(|status| status.is_settled())
        })
        .await
}

fn outputs(world: &World, name: &str) -> BTreeMap<String, String> {
    let state = world.state();
    let stack = state.cloudformation.stack(name).expect("the stack exists");
    stack.outputs.iter().map(|output| (output.key.clone(), output.value.clone())).collect()
}

/// A bootstrap that becomes the built binary: the same process, without fifty megabytes of zip for each world.
fn bootstrap(folder: &Path, name: &str) -> io::Result<PathBuf> {
    let path = folder.join(format!("{name}.bootstrap"));
    let script = format!("#!/bin/sh\nexec '{}'\n", folder.join(name).display());
    // Scenarios of one run write the same text side by side: each its own file, then one name for all.
    let own = folder.join(format!("{name}.bootstrap.{}.{:?}", std::process::id(), std::thread::current().id()));
    fs::write(&own, script)?;
    fs::rename(&own, &path)?;
    Ok(path)
}

/// Builds the function binaries and the operator's command, once, with the cargo and the profile of this very program; the folder they are in.
///
/// # Panics
/// When they do not build.
pub fn binaries() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let own = env::current_exe().expect("this program's own path");
        // target/<profile>/<program>, or target/<profile>/deps/<test>.
        let folder = own.ancestors().skip(1).find(|folder| !folder.ends_with("deps")).expect("a target folder");
        let mut build = Command::new(cargo);
        // One build for both: each alone would compile what they share in its own way.
        let packages = ["--package", "functions", "--package", "template", "--features", "template/aws"];
        build.args(["build", "--quiet", "--bins"]).args(packages);
        build.args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml")]);
        // What cargo tells this program about itself looks to a build script (ring's) like a change: without it, no rebuild.
        let told = env::vars_os().map(|(name, _)| name);
        let own = |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| name.starts_with(prefix));
        told.filter(|name| name.to_str().is_some_and(own)).for_each(|name| {
            build.env_remove(name);
        });
        if folder.ends_with("release") {
            build.arg("--release");
        }
        build.arg("--target-dir").arg(folder.parent().expect("target"));
        assert!(build.status().expect("cargo runs").success(), "the binaries do not build");
        folder.to_owned()
    })
}
