//! The requests and events in the queue, and the answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::operate::verify::stage::{Halt, Stage, error_text};

/// What a request is answered; without one it is held back.
pub(super) type SuccessOrHeld = Option<bool>;

/// The stack, and what its queue said.
pub(super) struct Custom<'a> {
    pub(super) stage: &'a Stage,
    pub(super) name: String,
    /// The detail types of the stack's events.
    pub(super) kinds: BTreeSet<String>,
    /// Where answers go: the host of each ResponseURL, and how long it is valid.
    pub(super) responses: BTreeSet<String>,
    /// What a request said were the properties before, by logical ID: of the newest request.
    pub(super) old: BTreeMap<String, String>,
    /// Requests that were not answered.
    pub(super) held: Vec<Value>,
}

/// What a request is about, and the value that it brings.
pub(super) fn about(request: &Value) -> (&str, &str) {
    let id = request["LogicalResourceId"].as_str().unwrap_or_default();
    (id, request["ResourceProperties"]["Value"].as_str().unwrap_or_default())
}

impl Custom<'_> {
    /// Creates the stack or updates it.
    pub(super) async fn send(&self, template: &Value, disable_rollback: bool) -> Result<(), Halt> {
        let cloudformation = &self.stage.clients.cloudformation;
        let (name, body) = (&self.name, template.to_string());
        if self.stage.status_of(name).await?.is_none() {
            let create = cloudformation.create_stack().stack_name(name).template_body(body);
            create.send().await.map_err(|error| error_text(&error))?;
        } else {
            let update = cloudformation.update_stack().stack_name(name).template_body(body);
            update.disable_rollback(disable_rollback).send().await.map_err(|error| error_text(&error))?;
        }
        Ok(())
    }

    /// The status of a resource's newest row.
    pub(super) async fn row(&self, id: &str) -> Result<String, Halt> {
        let events = self.stage.clients.cloudformation.describe_stack_events().stack_name(&self.name).send().await;
        let events = events.map_err(|error| error_text(&error))?.stack_events.unwrap_or_default();
        let newest = events.iter().find(|row| row.logical_resource_id() == Some(id));
        Ok(newest.and_then(|row| row.resource_status()).map_or_else(String::new, |status| status.as_str().to_owned()))
    }

    pub(super) async fn goes_on(&self) -> Result<bool, Halt> {
        Ok(self.stage.status_of(&self.name).await?.is_some_and(|status| status.ends_with("_IN_PROGRESS")))
    }

    /// Answers requests until nothing goes on; the status then.
    pub(super) async fn settled(&mut self, decide: impl Fn(&Value) -> SuccessOrHeld) -> Result<String, Halt> {
        loop {
            self.look(&decide).await?;
            match self.stage.status_of(&self.name).await? {
                None => return Ok("gone".to_owned()),
                Some(status) if !status.ends_with("_IN_PROGRESS") => return Ok(status),
                Some(_) => self.stage.rest().await?,
            }
        }
    }

    /// Takes what is in the queue, and answers the requests.
    pub(super) async fn look(&mut self, decide: impl Fn(&Value) -> SuccessOrHeld) -> Result<(), Halt> {
        let described = self.stage.clients.cloudformation.describe_stack_resource().stack_name(&self.name);
        let described = described.logical_resource_id("Queue").send().await;
        let detail = described.ok().and_then(|described| described.stack_resource_detail);
        // Not yet, or no more.
        let Some(url) = detail.and_then(|detail| detail.physical_resource_id) else { return Ok(()) };
        let signed = self.stage.operator.signed();
        let receive = json!({"QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 0});
        let Ok(received) = signed.call("sqs", "AmazonSQS.ReceiveMessage", &receive).await else { return Ok(()) };
        for message in received["Messages"].as_array().into_iter().flatten() {
            let delete = json!({"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]});
            signed.call("sqs", "AmazonSQS.DeleteMessage", &delete).await?;
            let body: Value = serde_json::from_str(message["Body"].as_str().unwrap_or_default()).unwrap_or_default();
            if let Some(kind) = body["detail-type"].as_str() {
                if body.to_string().contains(&self.name) {
                    self.kinds.insert(kind.to_owned());
                }
            } else if body["RequestType"].is_string() {
                self.take(body, &decide).await?;
            }
        }
        Ok(())
    }

    async fn take(&mut self, request: Value, decide: impl Fn(&Value) -> SuccessOrHeld) -> Result<(), Halt> {
        self.responses.insert(response(request["ResponseURL"].as_str().unwrap_or_default()));
        if let Some(old) = request["OldResourceProperties"]["Value"].as_str() {
            self.old.insert(about(&request).0.to_owned(), old.to_owned());
        }
        let Some(is_success) = decide(&request) else {
            self.held.push(request);
            return Ok(());
        };
        self.put(&request, is_success).await
    }

    pub(super) async fn answer_held(&mut self, id: &str, is_success: bool) -> Result<(), Halt> {
        for request in self.held.extract_if(.., |request| about(request).0 == id).collect::<Vec<_>>() {
            self.put(&request, is_success).await?;
        }
        Ok(())
    }

    pub(super) async fn put(&self, request: &Value, is_success: bool) -> Result<(), Halt> {
        let made_up = json!(format!("verify-{}", about(request).0));
        let physical_id = Some(&request["PhysicalResourceId"]).filter(|id| id.is_string()).unwrap_or(&made_up);
        let body = json!({"Status": if is_success { "SUCCESS" } else { "FAILED" }, "Reason": "verify-aws asks what comes of it",
            "PhysicalResourceId": physical_id, "StackId": request["StackId"], "RequestId": request["RequestId"],
            "LogicalResourceId": request["LogicalResourceId"]});
        Ok(self.stage.operator.answer(request, &body).await?)
    }
}

/// The host and the life of a ResponseURL, which is a credential: nothing else of it.
fn response(url: &str) -> String {
    let host = url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let life = ["X-Amz-Expires=", "Expires="].iter().find_map(|name| url.split(name).nth(1)?.split('&').next());
    format!("{host}, expires {}", life.unwrap_or("never"))
}
