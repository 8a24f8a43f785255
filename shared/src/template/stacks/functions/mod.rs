//! `functions.template.json`: the four functions from released zips, for an account without Rust. After `access`, in
//! the place of `cargo lambda deploy`.
//!
//! The zips lie in a bucket of the stack's region, `<prefix><version>/<function>-<architecture>.zip`. A new version is
//! a new key, which is what makes CloudFormation update the code.

mod deploy_settings;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value as Json, json};

use crate::contract::{
    ACCESS_BUCKET_EXPORT, CONTINUE_WITH_OWN_ROLE, Function, StackTemplate, UNSTICKER_CONCURRENCY_PARAMETER, VERSION,
    VERSION_TAG, VERSION_VARIABLE, Variable,
};
use crate::template::cloudformation::condition::Test;
use crate::template::cloudformation::document::Template;
use crate::template::cloudformation::error::Problem;
use crate::template::cloudformation::parameter::ParameterOf;
use crate::template::cloudformation::resource::Resource;
use crate::template::cloudformation::value::{Value, pseudo};
use crate::template::resources::kms::KmsKey;
use crate::template::resources::lambda::{LambdaFunction, logical_id};
use crate::template::resources::vpc::{InVpc, Network};
use deploy_settings::DeploySettings;

/// What the functions call from a VPC; logs, results and failed events are Lambda's own to send.
const IN_VPC: InVpc = InVpc {
    whose: "the functions",
    reaches: "they must reach Managed Service for Apache Flink, CloudFormation, Lambda and S3",
    condition: "FunctionsAreInVpc",
};
/// What stands for the region in a bucket's name, in two parts: whole, linters take it for an `Fn::Sub` that was
/// forgotten.
const REGION: (&str, &str) = ("${AWS::Region", "}");

/// The template of the functions stack.
///
/// # Errors
/// `DeploySettings` if `functions/Cargo.toml` has a setting that this template does not know.
pub fn functions() -> Result<Template, Problem> {
    let mut template = Template::described(
        "flink-stack-handlers, functions: the four functions from released zips in a bucket of this region. \
         Deploy after access and before handlers, once per account and region.",
    )
    .identified_as(StackTemplate::Functions);
    let code = Code::from_parameters(&mut template)?;
    let architecture = ParameterOf::text("What the zips are built for.").default("x86_64").one_of(["x86_64", "arm64"]);
    let architecture = template.parameter("Architecture", architecture)?.reference();
    let tracing = "Active sends traces to X-Ray; with Tracing of the access stack, which allows it.";
    let tracing = ParameterOf::text(tracing).default("PassThrough").one_of(["PassThrough", "Active"]);
    let tracing = template.parameter("Tracing", tracing)?.reference();
    let key = "the functions' environment variables; with KeyArn of the access stack, which allows its use";
    let key = KmsKey::from_parameter(&mut template, key)?;
    let network = Network::from_parameters(&mut template, IN_VPC)?;
    let concurrency = "How many of the unsticker run at once, at most; 0: nothing is reserved, and an account with few \
                       concurrent executions takes it.";
    let concurrency = ParameterOf::number(concurrency).default(0).between(0, 900);
    let concurrency = template.parameter(UNSTICKER_CONCURRENCY_PARAMETER, concurrency)?.reference();
    let reserves = template.condition("ConcurrencyIsReserved", !Test::equals(&concurrency, "0"))?;
    let own_role = "As ContinueWithOwnRole of the access stack: what the roles allow and what the unsticker does.";
    let own_role = ParameterOf::text(own_role).default("false").one_of(["true", "false"]);
    let own_role = template.parameter("ContinueWithOwnRole", own_role)?.reference();
    let mut variables = Vec::new();
    for variable in Variable::ALL {
        let parameter = ParameterOf::number(variable.meaning).default(variable.default).between(0, variable.most);
        variables.push((variable, template.parameter(variable.parameter, parameter)?.reference()));
    }
    add_groups(&mut template);

    for function in Function::ALL {
        let is_unsticker = !Function::CUSTOM_RESOURCES.contains(&function);
        let read = variables.iter().filter(|(variable, _)| is_unsticker || !variable.is_unstickers);
        let mut environment: Map<String, Json> =
            read.map(|(variable, value)| (variable.name.to_owned(), value.as_json().clone())).collect();
        environment.insert(VERSION_VARIABLE.to_owned(), code.version.as_json().clone());
        if is_unsticker {
            environment.insert(CONTINUE_WITH_OWN_ROLE.to_owned(), own_role.as_json().clone());
        }
        let DeploySettings { memory, timeout } = DeploySettings::of(function)?;
        let key_in_bucket = code.key(function, &architecture);
        let mut resource: Resource<LambdaFunction> = LambdaFunction::of(
            function,
            &json!({"S3Bucket": code.bucket, "S3Key": key_in_bucket}),
            &Value::import(&function.role_export()),
        )
        .property("Architectures", Value::from(json!([architecture])))?
        .property("Environment.Variables", Value::from(Json::Object(environment)))?
        .property("KmsKeyArn", key.or_nothing())?
        .property("MemorySize", memory)?
        .property("Tags", Value::from(json!([{"Key": VERSION_TAG, "Value": code.version}])))?
        .property("Timeout", timeout)?
        .property("TracingConfig.Mode", tracing.clone())?
        .property("VpcConfig", network.config())?;
        if is_unsticker {
            resource = resource.property("ReservedConcurrentExecutions", reserves.then(&concurrency))?;
        }
        let id = logical_id(function);
        let resource = template.add(&id, resource)?;
        template.output(&format!("{id}Arn"), &format!("The function {}.", function.name()), &resource.arn());
    }
    Ok(template)
}

/// Bucket, prefix and version of the zips.
struct Code {
    bucket: Value,
    prefix: Value,
    version: Value,
}

impl Code {
    /// Adds the parameters `CodeBucket`, `CodePrefix` and `CodeVersion`.
    fn from_parameters(template: &mut Template) -> Result<Self, Problem> {
        // Spelled out: linters take the word itself for an `Fn::Sub` that was forgotten.
        let description = "The bucket of this region that has the zips; AWS::Region in its name, in braces after a \
                           dollar sign, stands for the region. Empty for the bucket of the access stack.";
        let bucket = ParameterOf::text(description).default("").matching(
            r"^[a-z0-9.-]*(\$\{AWS::Region\}[a-z0-9.-]*)?$",
            "the name of a bucket, with AWS::Region in braces after a dollar sign at most once, or nothing",
        );
        let bucket = template.parameter("CodeBucket", bucket)?.reference();
        let prefix = ParameterOf::text("How the keys of the zips begin.").default("flink-stack-handlers/");
        let prefix =
            template.parameter("CodePrefix", prefix.matching("^([^/].*/)?$", "nothing, or a text that ends with /"))?;
        // Without a default of its own: `aws cloudformation deploy` keeps what a stack has, and a new template would go
        // on with the old zips.
        let version = "The version of the zips; empty for that of this template.";
        let version = ParameterOf::text(version).default("").matching("^[0-9A-Za-z.+-]*$", "a version, or nothing");
        let version = template.parameter("CodeVersion", version)?.reference();
        let chosen = template.condition("CodeVersionIsGiven", Test::given(&version))?;
        let given = template.condition("CodeBucketIsGiven", Test::given(&bucket))?;

        // `before`, `}after`, `}X`, or without the word: the name and `}X`. No bucket has an X in its name.
        let (word, end) = REGION;
        let parts = Value::concat([bucket.clone(), format!("{word}{end}X").into()]).split(word);
        let is_regional = !Test::equals(&parts.select(1), &format!("{end}X"));
        let is_regional = template.condition("CodeBucketNamesRegion", is_regional)?;
        let regional = Value::concat([parts.select(0), pseudo::region(), parts.select(1).split(end).select(1)]);
        let named = is_regional.choose(&regional, &bucket);
        Ok(Self {
            bucket: given.choose(&named, &Value::import(ACCESS_BUCKET_EXPORT)),
            prefix: prefix.reference(),
            version: chosen.choose(&version, &VERSION.into()),
        })
    }

    fn key(&self, function: Function, architecture: &Value) -> Value {
        let rest = [format!("/{}-", function.name()).into(), architecture.clone(), ".zip".into()];
        Value::concat([self.prefix.clone(), self.version.clone()].into_iter().chain(rest))
    }
}

/// How the console groups the parameters.
fn add_groups(template: &mut Template) {
    template.parameter_group("Code", &["CodeBucket", "CodePrefix", "CodeVersion", "Architecture"]);
    template.parameter_group("Network and keys", &["SubnetIds", "SecurityGroupIds", "KeyArn", "Tracing"]);
    let unsticker = ["ContinueWithOwnRole", UNSTICKER_CONCURRENCY_PARAMETER];
    let settings = Variable::ALL.map(|variable| variable.parameter);
    template.parameter_group("Unsticker", &unsticker);
    template.parameter_group("Times and bounds", &settings);
}
