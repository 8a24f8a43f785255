//! Hands a resource to its handler: the properties checked, the tags put together, the credentials chosen.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::model::Stack;
use crate::api::Caller;
use crate::cloudformation::resources::{self, Desk, Handler, Made, Refused, tagging};
use crate::{World, clock, virtual_time};

/// How often EXPRESS tries a call again that met a resource which is not ready: AWS does not say.
const EXPRESS_TRIES: u32 = 2000;
/// How long a handler waits for a status at rest: a type's default, from its schema (B.1).
const PATIENCE: Duration = Duration::from_hours(2);
/// The code of such a refusal.
const NOT_READY: &str = "HandlerErrorCode: ResourceConflict";

/// One resource's job, apart from what is done.
#[derive(Debug, Clone)]
pub(in crate::cloudformation) struct Job {
    pub(in crate::cloudformation) stack_id: String,
    pub(in crate::cloudformation) stack_name: String,
    pub(in crate::cloudformation) logical_id: String,
    /// The random part of a generated name.
    pub(in crate::cloudformation) suffix: String,
    pub(in crate::cloudformation) kind: String,
    pub(in crate::cloudformation) caller: Caller,
    pub(in crate::cloudformation) properties: Value,
    pub(in crate::cloudformation) old: Value,
    pub(in crate::cloudformation) tags: BTreeMap<String, String>,
    pub(in crate::cloudformation) old_tags: BTreeMap<String, String>,
    /// Empty on create.
    pub(in crate::cloudformation) physical_id: String,
    /// What a rollback sends counts only once it succeeded: a second try must send the same difference again (G.37).
    pub(in crate::cloudformation) is_restoration: bool,
}

impl Job {
    pub(in crate::cloudformation) fn handler(&self) -> Result<&'static Handler, Refused> {
        let missing = || Refused::plain(format!("Unrecognized resource type: {}", self.kind));
        resources::handler(&self.kind).ok_or_else(missing)
    }

    /// Lets a handler look or act, at one moment.
    pub(in crate::cloudformation) fn at_desk<T>(
        &self,
        world: &Arc<World>,
        act: fn(&mut Desk<'_>) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let mut state = world.state();
        act(&mut Desk {
            state: &mut state,
            settings: &world.settings,
            caller: &self.caller,
            stack_name: &self.stack_name,
            kind: &self.kind,
            logical_id: &self.logical_id,
            suffix: &self.suffix,
            tags: &self.tags,
            old_tags: &self.old_tags,
            properties: &self.properties,
            old: &self.old,
            physical_id: &self.physical_id,
        })
    }

    /// Lets a handler act. In EXPRESS one that meets a resource that is not ready yet is tried again, because nothing
    /// waited for that resource (`SEMANTICS.md` H.2).
    async fn act<T>(&self, world: &Arc<World>, act: fn(&mut Desk<'_>) -> Result<T, Refused>) -> Result<T, Refused> {
        let done = self.tried(world, act).await;
        if done.is_err() {
            virtual_time::sleep(world.settings.steps.refused).await;
        }
        done
    }

    async fn tried<T>(&self, world: &Arc<World>, act: fn(&mut Desk<'_>) -> Result<T, Refused>) -> Result<T, Refused> {
        for _ in 0..EXPRESS_TRIES {
            match self.at_desk(world, act) {
                Err(refused) if self.is_express(world) && refused.reason.contains(NOT_READY) => {
                    virtual_time::sleep(world.settings.pace).await;
                }
                done => return done,
            }
        }
        self.at_desk(world, act)
    }

    fn is_express(&self, world: &Arc<World>) -> bool {
        world.state().cloudformation.stack(&self.stack_id).is_some_and(|stack| stack.is_express)
    }

    /// Waits until the resource is no longer in transition, as long as a handler may. Looks once a pace: a look is a
    /// call. In EXPRESS nothing is waited for.
    pub(in crate::cloudformation) async fn stabilize(&self, world: &Arc<World>) -> Result<(), Refused> {
        if self.is_express(world) {
            return Ok(());
        }
        let is_settled = self.handler()?.is_settled;
        let began = clock::now();
        let mut was_busy = false;
        while !self.at_desk(world, is_settled)? {
            was_busy = true;
            let is_over = world.state().cloudformation.expire_at_once.remove(&self.logical_id);
            if is_over || clock::now() - began > PATIENCE.as_secs_f64() {
                return Err(Refused::by_handler("Exceeded attempts to wait", "NotStabilized"));
            }
            virtual_time::sleep(world.settings.pace).await;
        }
        if was_busy {
            virtual_time::sleep(world.settings.steps.detect).await;
        }
        Ok(())
    }

    pub(in crate::cloudformation) async fn create(&mut self, world: &Arc<World>) -> Result<Made, Refused> {
        let handler = self.handler()?;
        resources::validate(handler, &self.logical_id, &self.properties)?;
        self.at_desk(world, tagging::authorize_create)?;
        let made = self.act(world, handler.create).await?;
        self.physical_id.clone_from(&made.physical_id);
        if let Some(stack) = world.state().cloudformation.stack_mut(&self.stack_id)
            && let Some(resource) = stack.resources.get_mut(&self.logical_id)
        {
            // Known before it is settled: a cancelled creation must still be deleted.
            resource.physical_id = Some(made.physical_id.clone());
        }
        self.stabilize(world).await?;
        Ok(made)
    }

    pub(in crate::cloudformation) async fn update(&self, world: &Arc<World>) -> Result<Made, Refused> {
        let handler = self.handler()?;
        resources::validate(handler, &self.logical_id, &self.properties)?;
        self.at_desk(world, tagging::update)?;
        let made = self.act(world, handler.update).await?;
        self.stabilize(world).await?;
        Ok(made)
    }

    pub(in crate::cloudformation) async fn delete(&self, world: &Arc<World>) -> Result<(), Refused> {
        let handler = self.handler()?;
        self.act(world, handler.delete).await?;
        // A settled physical resource that is gone says so; one that is only leaving is looked at again.
        self.stabilize(world).await
    }
}

/// The tags that a resource gets: the template's, over the stack's, beside the system's.
pub(in crate::cloudformation) fn tags(
    stack: &Stack,
    logical_id: &str,
    kind: &str,
    properties: &Value,
) -> BTreeMap<String, String> {
    let Some(tagging) = tagging::of(kind) else { return BTreeMap::new() };
    let mut tags = stack.tags.clone();
    for tag in properties.get("Tags").and_then(Value::as_array).into_iter().flatten() {
        let text =
            |key: &str| tag.get(key).map(crate::cloudformation::template::parameters::as_text).unwrap_or_default();
        tags.insert(text("Key"), text("Value"));
    }
    if tagging.has_system_tags {
        tags.insert("aws:cloudformation:stack-name".to_owned(), stack.name.clone());
        tags.insert("aws:cloudformation:stack-id".to_owned(), stack.id.clone());
        tags.insert("aws:cloudformation:logical-id".to_owned(), logical_id.to_owned());
    }
    tags
}
