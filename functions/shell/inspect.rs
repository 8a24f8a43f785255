//! What the operator's command reads: the looks of the functions, through the same clients, with a person's
//! credentials. It changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_credential_types::Credentials;
use serde_json::Value as Json;
use shared::custom_resource::Request;
use shared::flink::{Application, Mask};
use shared::lifecycle::{Action, Incident, Reads};
use shared::operator::{Deployed, DeployedResource, Origin, RefusedSnapshots, Scene, origin, refused_snapshots};
use shared::stack::types::APPLICATION;
use shared::stack::{StackEvent, StackStatus};
use shared::time::Timestamp;

use crate::aws::cloudformation::{self, StackSeen, Stage};
use crate::aws::credentials::Keys;
use crate::aws::error::Fault;
use crate::aws::signed::Signed;
use crate::aws::{Aws, Clients, Retries};
use crate::custom_resource::deliver::{Delivery, deliver};
use crate::observe::PartialObservation;
use crate::unsticker::read_incident;
use crate::{clock, observe};

/// The stack that holds what the functions need; its parameter says whether they may continue with their own role.
const ACCESS: &str = "flink-access";
/// The stack that holds what calls the functions.
const HANDLERS: &str = "flink-handlers";

/// What a deployment would meet.
#[derive(Debug, Clone)]
pub struct DeployedState {
    /// The time of the look.
    pub now: Timestamp,
    /// Whether the handlers are deployed.
    pub handlers: bool,
    /// The stack, without its template; `None` before its first deployment.
    pub deployed: Option<Deployed>,
    /// The template that the stack was made from, as it was written; empty before its first deployment.
    pub template: String,
    /// Its applications, by logical ID.
    pub applications: BTreeMap<String, Application>,
}

/// A person's view of an account and region.
#[derive(Debug, Clone)]
pub struct Operator {
    aws: Aws,
}

impl Operator {
    /// With these credentials. `AWS_ENDPOINT_URL` and its per-service forms are honoured.
    ///
    /// # Errors
    /// When the HTTP client cannot be built.
    pub fn new(region: &str, keys: Keys) -> Result<Self, String> {
        let Keys { access_key_id, secret_access_key, session_token } = keys;
        let credentials = Credentials::new(access_key_id, secret_access_key, session_token, None, "operator");
        Ok(Self { aws: Aws::with(region.to_owned(), &credentials, Retries::Standard)? })
    }

    /// For what no client of ours sends.
    #[must_use]
    pub fn signed(&self) -> Signed {
        Signed::new(&self.aws)
    }

    /// Answers a request of CloudFormation's to a custom resource that came by another way than a function.
    ///
    /// # Errors
    /// The request cannot be read, or no answer reached CloudFormation within 30 s.
    pub async fn answer(&self, event: &Json, body: &Json) -> Result<(), String> {
        let (http, region) = (self.aws.http.clone(), self.aws.region.clone());
        let delivery = Delivery { http, region, endpoint: self.aws.endpoint.clone() };
        let until = clock::instant() + Duration::from_secs(30);
        let body = body.to_string().into_bytes();
        deliver(&delivery, &Request::read(event)?, body, until).await.map_err(|error| error.to_string())
    }

    /// The rows of a stack after the one with this ID, oldest first; all of them where none is named.
    ///
    /// # Errors
    /// The call that was refused.
    pub async fn rows_after(&self, stack: &str, last: Option<&str>) -> Result<Vec<StackEvent>, String> {
        let is_last = |row: &StackEvent| last.is_some_and(|last| last == row.id);
        let mut rows = cloudformation::events(&self.aws, stack, is_last).await.map_err(describe)?;
        if rows.last().is_some_and(is_last) {
            rows.pop();
        }
        rows.reverse();
        Ok(rows)
    }

    /// The ID of a stack's newest row; `None` when it has none.
    ///
    /// # Errors
    /// The call that was refused.
    pub async fn newest_row(&self, stack: &str) -> Result<Option<String>, String> {
        let rows = cloudformation::events(&self.aws, stack, |_| true).await.map_err(describe)?;
        Ok(rows.into_iter().next().map(|row| row.id))
    }

    /// The clients of the SDK, for calls that this type does not wrap.
    #[must_use]
    pub fn clients(&self) -> Clients {
        self.aws.clients()
    }

    /// What `why` looks at; `None` when there is no such stack. `region` is what commands have to name.
    ///
    /// # Errors
    /// The call that was refused, with the service's words.
    pub async fn scene(&self, name: &str, region: Option<String>) -> Result<Option<Scene>, String> {
        let aws = &self.aws;
        let Some(named) = self.stack(name).await? else { return Ok(None) };
        let root = if named.root == named.id {
            Some(named)
        } else {
            read_incident::root(aws, name).await.map_err(describe)?
        };
        let Some(root) = root else { return Ok(None) };
        let mut incident: Incident = read_incident::described_incident(aws, &root);
        incident.events = read_incident::events(aws, &root.id).await.map_err(describe)?;
        incident.may_continue = root.role.is_some() || self.continues_with_own_role().await;
        let mut types = BTreeSet::new();
        let mut applications = Vec::new();
        for resource in cloudformation::resources(aws, &root.id).await.map_err(describe)? {
            types.insert(resource.kind);
        }
        for (logical_id, name) in cloudformation::applications(aws, &root.id, true).await.map_err(describe)? {
            let seen = self.application(&name).await?;
            applications.push((logical_id, name, seen));
        }
        // An operator who may not read the template gets no command of ours.
        let template = cloudformation::template(aws, &root.id, Stage::Original).await.ok();
        let is_ours = origin(template.and_then(|text| serde_json::from_str(&text).ok()).as_ref()) != Origin::Foreign;
        read_incident::tree(aws, &mut incident).await.map_err(describe)?;
        let observed: Vec<Application> = applications.iter().filter_map(|(_, _, one)| one.clone()).collect();
        read_incident::history(aws, &mut incident, &observed).await.map_err(describe)?;
        incident.mask = Mask::of_stack(&incident.stack, &observed);
        let now: Timestamp = clock::now();
        Ok(Some(Scene { now, region, incident, is_ours, types, applications }))
    }

    /// An application with everything that the service shows of it; `None` when there is none.
    ///
    /// # Errors
    /// The call that was refused.
    pub async fn application(&self, name: &str) -> Result<Option<Application>, String> {
        observe::application(&self.aws, name, &mut PartialObservation::default(), |_| Reads::ALL)
            .await
            .map_err(describe)
    }

    /// What a deployment of this stack would meet: the stack as it is, its applications, whether the handlers are
    /// there.
    ///
    /// # Errors
    /// The call that was refused.
    pub async fn meets(&self, name: &str) -> Result<DeployedState, String> {
        let aws = &self.aws;
        let handlers = self.stack(HANDLERS).await?.is_some();
        // A stack whose first change set was never executed is not there yet.
        let found = self.stack(name).await?.filter(|found| found.status != StackStatus::ReviewInProgress);
        let Some(found) = found else {
            let (template, applications) = (String::new(), BTreeMap::new());
            return Ok(DeployedState { handlers, deployed: None, template, applications, now: clock::now() });
        };
        let template = cloudformation::template(aws, &found.id, Stage::Original).await.map_err(describe)?;
        let deployed = self.resources(found).await?;
        let mut applications = BTreeMap::new();
        for (id, one) in &deployed.resources {
            if one.resource_type == APPLICATION
                && !one.physical_id.is_empty()
                && let Some(application) = self.application(&one.physical_id).await?
            {
                applications.insert(id.clone(), application);
            }
        }
        Ok(DeployedState { handlers, deployed: Some(deployed), template, applications, now: clock::now() })
    }

    /// A stack as it is, with its template's text as CloudFormation processed it; `None` when there is no such stack.
    ///
    /// # Errors
    /// The call that was refused.
    pub async fn deployed(&self, name: &str) -> Result<Option<(Deployed, String)>, String> {
        let found = self.stack(name).await?.filter(|found| found.status != StackStatus::ReviewInProgress);
        let Some(found) = found else { return Ok(None) };
        let template = cloudformation::template(&self.aws, &found.id, Stage::Processed).await.map_err(describe)?;
        Ok(Some((self.resources(found).await?, template)))
    }

    /// A stack with the resources that it has, without its template.
    async fn resources(&self, found: StackSeen) -> Result<Deployed, String> {
        // What was deleted in an earlier operation is not there any more.
        let is_there =
            |one: &cloudformation::StackResource| !["DELETE_COMPLETE", "DELETE_SKIPPED"].contains(&one.status.as_str());
        let all = cloudformation::resources(&self.aws, &found.id).await.map_err(describe)?.into_iter().filter(is_there);
        let resources = all.map(|one| {
            let seen = DeployedResource { resource_type: one.kind, physical_id: one.physical_id, status: one.status };
            (one.logical_id, seen)
        });
        let resources = resources.collect();
        let StackSeen { id, status, parameters, .. } = found;
        let after_a_failure =
            [StackStatus::UpdateFailed, StackStatus::UpdateRollbackFailed, StackStatus::UpdateRollbackComplete];
        let refused = if after_a_failure.contains(&status) {
            refused_snapshots(&read_incident::events(&self.aws, &id).await.map_err(describe)?)
        } else {
            RefusedSnapshots::new()
        };
        Ok(Deployed { id, status, parameters, template: Json::Null, resources, refused })
    }

    /// The template of a stack: `None` when there is no such stack yet, `Some(None)` when its template is not JSON.
    ///
    /// # Errors
    /// The call that was refused.
    pub async fn template(&self, name: &str) -> Result<Option<Option<Json>>, String> {
        let found = self.stack(name).await?.filter(|found| found.status != StackStatus::ReviewInProgress);
        let Some(found) = found else { return Ok(None) };
        let text = cloudformation::template(&self.aws, &found.id, Stage::Original).await.map_err(describe)?;
        Ok(Some(serde_json::from_str(&text).ok()))
    }

    async fn stack(&self, name: &str) -> Result<Option<StackSeen>, String> {
        match cloudformation::describe(&self.aws, name).await {
            Ok(seen) => Ok(Some(seen)),
            // Its one word for it: a ValidationError whose text says so (`semantics.md` C.2).
            Err(Fault::Rejected(_, text)) if text.contains("does not exist") => Ok(None),
            Err(fault) => Err(describe(fault)),
        }
    }

    async fn continues_with_own_role(&self) -> bool {
        let access = self.stack(ACCESS).await.ok().flatten();
        access.is_some_and(|access| access.parameters.get("ContinueWithOwnRole").is_some_and(|word| word == "true"))
    }
}

fn describe(fault: Fault) -> String {
    fault.refusal(Action::DescribeStacks).to_string()
}
