//! Templates as they are sent, fetched and shown.

use std::sync::Arc;

use super::xml::{element, list, optional};
use super::{Params, required};
use crate::World;
use crate::api::{ApiResult, Caller};
use crate::cloudformation::template::{Template, invalid};
use crate::services;

/// The template in a request, from TemplateBody or, by TemplateURL, from the local S3.
pub(super) fn body(world: &Arc<World>, caller: &Caller, params: &Params) -> ApiResult<Option<String>> {
    match (params.get("TemplateBody"), params.get("TemplateURL")) {
        (Some(body), _) => Ok(Some(body.clone())),
        (None, Some(url)) => fetched(world, caller, url).map(Some),
        (None, None) => Ok(None),
    }
}

/// `https://bucket.s3.region.amazonaws.com/key`, or `<any host>/bucket/key`.
pub(crate) fn fetched(world: &Arc<World>, caller: &Caller, url: &str) -> ApiResult<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.split('?').next().unwrap_or_default();
    let (bucket, key) = match host.split_once(".s3") {
        Some((bucket, _)) => (bucket, path),
        None => path.split_once('/').unwrap_or((path, "")),
    };
    let bytes = services::object(&mut world.state(), caller, bucket, key)
        .map_err(|error| invalid(format!("S3 error: {}", error.message)))?;
    String::from_utf8(bytes).map_err(|_| invalid("Template format error: the object is not text"))
}

pub(super) fn get(world: &Arc<World>, params: &Params) -> ApiResult<String> {
    let is_processed = params.get("TemplateStage").is_none_or(|stage| stage == "Processed");
    let of_change_set = match params.get("ChangeSetName") {
        Some(_) => super::change_sets::body(world, params, is_processed)?,
        None => None,
    };
    let name = required(params, "StackName")?;
    let state = world.state();
    let stack = state.cloudformation.stack(name);
    let stack = stack.ok_or_else(|| invalid(format!("Stack with id {name} does not exist")))?;
    let processed = stack.template.processed.as_ref().filter(|_| is_processed).map(ToString::to_string);
    let body = of_change_set.or(processed).unwrap_or_else(|| stack.body.clone());
    let stages = list("StagesAvailable", ["Original".to_owned(), "Processed".to_owned()]);
    Ok(format!("{}{stages}", element("TemplateBody", &body)))
}

pub(super) fn validate(world: &Arc<World>, params: &Params) -> ApiResult<String> {
    let body = body(world, &Caller::Operator, params)?;
    let body = body.ok_or_else(|| invalid("Either Template URL or Template Body must be specified."))?;
    let template = Template::parse(&body)?;
    Ok(format!("{}{}", parameters(&template, ""), described(&template)))
}

pub(super) fn summary(world: &Arc<World>, params: &Params) -> ApiResult<String> {
    let sent = body(world, &Caller::Operator, params)?;
    let body = match (sent, params.get("StackName")) {
        (Some(body), _) => body,
        (None, Some(name)) => {
            let state = world.state();
            let stack = state.cloudformation.stack(name);
            stack.ok_or_else(|| invalid(format!("Stack with id {name} does not exist")))?.body.clone()
        }
        (None, None) => return Err(invalid("One of TemplateBody, TemplateURL or StackName must be specified.")),
    };
    let template = Template::parse(&body)?;
    let types = list("ResourceTypes", template.resources.values().map(|resource| resource.kind.clone()));
    let version = element("Version", "2010-09-09");
    Ok(format!("{}{}{types}{version}", parameters(&template, "ParameterType"), described(&template)))
}

fn parameters(template: &Template, type_name: &str) -> String {
    list(
        "Parameters",
        template.parameters.iter().map(|(name, parameter)| {
            let kind = if type_name.is_empty() { String::new() } else { element(type_name, parameter.type_name()) };
            [
                element("ParameterKey", name),
                optional("DefaultValue", parameter.default.as_deref()),
                kind,
                element("NoEcho", if parameter.no_echo { "true" } else { "false" }),
                optional("Description", parameter.description.as_deref()),
            ]
            .concat()
        }),
    )
}

fn described(template: &Template) -> String {
    let reason = template.capability().map(|_| "The following resource(s) require capabilities: [AWS::IAM::Role]");
    [
        optional("Description", Some(&template.description)),
        list("Capabilities", template.capability().map(str::to_owned)),
        optional("CapabilitiesReason", reason),
    ]
    .concat()
}
