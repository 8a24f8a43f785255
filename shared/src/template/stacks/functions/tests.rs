use super::*;
use crate::template::cloudformation::resolved::ResolvedTemplate;
use std::collections::BTreeSet;

const SUBNETS: (&str, &str) = ("SubnetIds", "subnet-0a,subnet-0b");
const GROUPS: (&str, &str) = ("SecurityGroupIds", "sg-0a");

fn stack(given: &[(&str, &str)]) -> ResolvedTemplate {
    ResolvedTemplate::with(&functions().unwrap(), given)
}

fn function(given: &[(&str, &str)], function: Function) -> Json {
    stack(given).properties(&logical_id(function))
}

#[test]
fn by_default_the_zips_are_those_of_this_version_in_the_bucket_of_access() {
    for of in Function::ALL {
        let code = function(&[], of)["Code"].clone();
        let key = format!("flink-stack-handlers/{VERSION}/{}-x86_64.zip", of.name());
        assert_eq!(code, json!({"S3Bucket": ACCESS_BUCKET_EXPORT, "S3Key": key}));
    }
}

#[test]
fn a_new_version_is_a_new_key_a_new_tag_and_a_new_variable() {
    let given = [("CodeVersion", "9.9.9"), ("CodePrefix", "team/"), ("Architecture", "arm64")];
    let guard = function(&given, Function::UpdateGuard);
    assert_eq!(guard["Code"]["S3Key"], "team/9.9.9/flink-update-guard-arm64.zip");
    assert_eq!(guard["Architectures"], json!(["arm64"]));
    assert_eq!(guard["Tags"], json!([{"Key": "flink-stack-handlers-version", "Value": "9.9.9"}]));
    assert_eq!(guard["Environment"]["Variables"]["FLINK_STACK_HANDLERS_VERSION"], "9.9.9");
}

#[test]
fn one_bucket_name_serves_every_region() {
    let bucket = |name: &str| function(&[("CodeBucket", name)], Function::AutoStart)["Code"]["S3Bucket"].clone();
    assert_eq!(bucket("zips"), "zips");
    assert_eq!(bucket("zips-${AWS::Region}"), "zips-eu-west-1");
    assert_eq!(bucket("zips.${AWS::Region}.example"), "zips.eu-west-1.example");
    assert_eq!(bucket("${AWS::Region}"), "eu-west-1");
}

#[test]
fn what_is_optional_is_not_there_unless_it_is_given() {
    for of in Function::ALL {
        let bare = function(&[], of);
        for property in ["KmsKeyArn", "VpcConfig", "ReservedConcurrentExecutions"] {
            assert!(bare.get(property).is_none(), "{of:?} {property}");
        }
        assert_eq!(bare["TracingConfig"], json!({"Mode": "PassThrough"}));
    }
    let key = "arn:aws:kms:eu-west-1:111122223333:key/k";
    let given = [SUBNETS, GROUPS, ("KeyArn", key), ("Tracing", "Active"), ("UnstickerConcurrency", "7")];
    let unsticker = function(&given, Function::RollbackUnsticker);
    assert_eq!(unsticker["KmsKeyArn"], key);
    let vpc = json!({"SubnetIds": ["subnet-0a", "subnet-0b"], "SecurityGroupIds": ["sg-0a"]});
    assert_eq!((&unsticker["VpcConfig"], &unsticker["TracingConfig"]["Mode"]), (&vpc, &"Active".into()));
    assert_eq!(unsticker["ReservedConcurrentExecutions"], "7");
    assert!(function(&given, Function::AutoStart).get("ReservedConcurrentExecutions").is_none());
}

#[test]
fn memory_and_timeout_are_what_cargo_lambda_reads() {
    let manifest = include_str!("../../../../../functions/Cargo.toml");
    for of in Function::ALL {
        let properties = function(&[], of);
        let section = format!(
            "[package.metadata.lambda.bin.{}.deploy]\nmemory = {}\ntimeout = {}\n",
            of.name(),
            properties["MemorySize"],
            properties["Timeout"]
        );
        assert!(manifest.contains(&section), "{section}");
    }
}

#[test]
fn each_function_has_the_variables_that_it_reads_with_the_defaults_of_a_bare_one() {
    for of in Function::ALL {
        let variables = function(&[], of)["Environment"]["Variables"].clone();
        let read = |name: &str| variables.get(name).map(crate::template::cloudformation::resolved::text);
        assert_eq!(crate::contract::Environment::read(read), crate::contract::Environment::read(|_| None), "{of:?}");
        let many = if of == Function::RollbackUnsticker { 8 } else { 3 };
        assert_eq!(variables.as_object().unwrap().len(), many, "{variables}");
    }
}

#[test]
fn roles_are_imported_from_access() {
    let access = ResolvedTemplate::with(&crate::template::access().unwrap(), &[]);
    let outputs = access.template["Outputs"].as_object().unwrap().clone();
    for of in Function::ALL {
        let export = of.role_export();
        assert!(outputs.values().any(|output| output["Export"]["Name"] == export.as_str()), "{export}");
        assert_eq!(function(&[], of)["Role"], export);
    }
}

#[test]
fn the_console_shows_every_parameter_in_a_group() {
    let template = stack(&[]).template;
    let groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"].as_array().unwrap().clone();
    let grouped: Vec<&Json> = groups.iter().flat_map(|group| group["Parameters"].as_array().unwrap()).collect();
    let grouped_once: BTreeSet<&str> = grouped.iter().map(|name| name.as_str().unwrap()).collect();
    let all: BTreeSet<&str> = template["Parameters"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!((grouped.len(), grouped_once), (all.len(), all));
}

#[test]
fn the_version_is_an_output_that_no_stack_can_import() {
    for template in
        [functions(), crate::template::access(), crate::template::handlers(), crate::template::application()]
    {
        let text = template.unwrap().render().unwrap();
        let template: Json = serde_json::from_str(&text).unwrap();
        let output = &template["Outputs"]["FlinkStackHandlersVersion"];
        assert_eq!((&output["Value"], output.get("Export")), (&VERSION.into(), None));
        assert_eq!(template["Metadata"]["FlinkStackHandlersVersion"], VERSION);
    }
}
