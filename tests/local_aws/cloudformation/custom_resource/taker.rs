//! Who a ServiceToken names: a function, or a topic (UserGuide, custom resources). CloudFormation publishes as its
//! caller.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::api::Caller;
use crate::cloudformation::resources::Refused;
use crate::{Settings, State, World, lambda, services};

/// Who gets a request.
pub(super) enum Taker {
    /// A function, by name.
    Function(String),
    Topic,
}

impl Taker {
    pub(super) fn of(settings: &Settings, token: &str) -> Result<Self, Refused> {
        let parts: Vec<_> = token.split(':').collect();
        match parts.as_slice() {
            ["arn", "aws", "lambda", region, _, "function", ..] if *region != settings.region => Err(Refused::plain(
                format!("Functions from '{region}' are not reachable in this region ('{}')", settings.region),
            )),
            ["arn", "aws", "lambda", _, _, "function", name] | ["arn", "aws", "lambda", _, _, "function", name, _] => {
                Ok(Self::Function((*name).to_owned()))
            }
            ["arn", "aws", "sns", region, _, _] if *region == settings.region => Ok(Self::Topic),
            _ => Err(Refused::plain("Invalid service token.")),
        }
    }

    /// Whether CloudFormation's caller may ask it, and it is there.
    pub(super) fn admit(
        &self,
        state: &mut State,
        settings: &Settings,
        caller: &Caller,
        token: &str,
    ) -> Result<(), Refused> {
        let denied =
            |service: &str, message: &str| Refused::plain(format!("{message} (Service: {service}, Status Code: 403)"));
        match self {
            Self::Function(name) => {
                lambda::authorize_invoke(state, settings, caller, token)
                    .map_err(|error| denied("Lambda", &error.message))?;
                let is_there = state.lambda.functions.contains_key(name);
                is_there.then_some(()).ok_or_else(|| Refused::plain(format!("Function not found: {token}")))
            }
            Self::Topic => {
                services::perform(state, caller, "sns:Publish", token, &json!({ "TopicArn": token }), |_| Ok(()))
                    .map_err(|error| denied("Sns", &error.message))?;
                let name = token.rsplit(':').next().unwrap_or_default();
                let is_there = state.queues.topics.contains_key(name);
                is_there.then_some(()).ok_or_else(|| Refused::plain("Topic does not exist"))
            }
        }
    }

    pub(super) fn hand_over(&self, world: &Arc<World>, token: &str, event: &Value) {
        match self {
            Self::Function(name) => {
                lambda::invoke_asynchronously(world, name, event);
            }
            Self::Topic => services::publish(&mut world.state(), token, &event.to_string()),
        }
    }
}
