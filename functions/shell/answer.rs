//! One custom-resource request to one reply: look at the stack, read, drive, tell.

use std::collections::BTreeMap;

use serde_json::Value;
use shared::contract::{CustomResource, Intent, NoGoal, intent, read, told};
use shared::custom_resource::verdict::{Standing, next_hop, patience};
use shared::custom_resource::{Handover, Reply, Request};
use shared::lifecycle::{Action, Because, Done, last_start};
use tracing::info;

use crate::asked::{self, Asked};
use crate::aws::Aws;
use crate::drive::{InNameOf, Stopped, Subject, Trail, drive};
use crate::fault::Fault;
use crate::handover::hand_over;
use crate::metric;
use crate::now::now;
use crate::pace::{OutOfTime, Pace};
use crate::telling::Telling;

/// What an invocation ends in.
pub(crate) enum Ended {
    /// This is the answer.
    Reply(Reply),
    /// The request was answered before.
    AnsweredBefore,
    /// The next invocation goes on.
    HandedOver,
}

/// One delivery of one request.
pub(crate) struct Delivered<'a> {
    pub(crate) event: &'a Value,
    pub(crate) request: &'a Request,
    pub(crate) telling: &'a Telling<'a>,
    /// This function's own name.
    pub(crate) function: &'a str,
}

/// Answers a request, or hands it over.
pub(crate) async fn answer<R: CustomResource>(aws: &Aws, delivered: &Delivered<'_>, mut pace: Pace) -> Ended {
    let Delivered { event, request, telling, .. } = *delivered;
    let nothing = Trail::default();
    let Ok(asked) = look(aws, delivered, &mut pace).await else {
        return Ended::Reply(telling.late("nothing could be learned of the stack", BTreeMap::new(), &nothing));
    };
    if let Ok((asked, standing)) = &asked {
        telling.stack_is(asked.status);
        if *standing == Standing::AnsweredBefore {
            info!("this request was answered before");
            return Ended::AnsweredBefore;
        }
    }
    let properties = match read::<R>(&request.properties).and_then(|properties| {
        properties.application()?;
        Ok(properties)
    }) {
        Ok(properties) => properties,
        Err(unreadable) => return Ended::Reply(telling.unreadable(&unreadable)),
    };
    let none = || properties.attributes(None);
    let asked = match asked {
        Ok((asked, _)) => asked,
        Err(fault) => {
            return Ended::Reply(telling.refused(&fault.refusal(Action::DescribeStacks), none(), &nothing));
        }
    };
    let facts = asked.facts(request, aws.environment.stop_patience);
    let (goal, application) = match intent(&properties, request, &asked.asker(), facts) {
        Intent::Nothing => return Ended::Reply(telling.reached("Nothing to do.", none(), &nothing)),
        Intent::Succeed(attributes) => {
            return Ended::Reply(telling.reached("It is none of this stack's applications.", attributes, &nothing));
        }
        Intent::Refuse(NoGoal::Unreadable(unreadable)) => return Ended::Reply(telling.unreadable(&unreadable)),
        Intent::Refuse(NoGoal::Refused(refusal)) => {
            return Ended::Reply(telling.refused(&refusal, none(), &nothing));
        }
        Intent::Reach(goal, application) => (goal, application),
    };
    let first = Handover::read(event).unwrap_or_else(|| asked.rows.handover(request, asked.status.as_str(), now().0));
    // CloudFormation's clock began with the resource's row, not with this invocation.
    pace.no_longer_than(patience(request, now().since(asked.since(request))));
    let subject = Subject {
        stack: request.stack_id.clone(),
        application: Some(application),
        in_name_of: InNameOf::Request { request: Box::new(request.clone()), first: first.clone() },
        stack_seen: Some(asked.stack(request, &first)),
    };
    let mut trail = Trail::default();
    let reached = drive(aws, &goal, &subject, &mut pace, &mut trail).await;
    measure(&properties, &asked, request, &trail, reached.as_ref().ok());
    let seen = trail.last.as_ref();
    match reached {
        Ok(done) => Ended::Reply(telling.reached(&told(&done, seen), properties.reached(&done, seen), &trail)),
        // CloudFormation has its answer from another delivery, or wants none any more: a second verdict could contradict it.
        Err(Stopped::Refused(_)) if asked::is_over(aws, request, &first).await => Ended::AnsweredBefore,
        Err(Stopped::Refused(refusal)) => Ended::Reply(telling.refused(&refusal, properties.attributes(seen), &trail)),
        Err(Stopped::OutOfTime(because)) => {
            let first = Handover { kept: trail.kept.clone(), ..first };
            if let Some(next) = next_hop(&first, event, pace.is_last())
                && hand_over(aws, delivered.function, &next).await
            {
                return Ended::HandedOver;
            }
            let because =
                because.map_or_else(|| "nothing could be learned of it".to_owned(), |because| because.to_string());
            Ended::Reply(telling.late(&because, properties.attributes(seen), &trail))
        }
    }
}

/// What this request leaves as metrics.
fn measure<R: CustomResource>(properties: &R, asked: &Asked, request: &Request, trail: &Trail, done: Option<&Done>) {
    let told_of = properties.attributes(trail.last.as_ref()).into_iter().map(|(name, value)| (name, value.into()));
    metric::ended(now().since(asked.since(request)), trail.calls.len(), done.is_none(), told_of.collect());
    let application = trail.last.as_ref().and_then(|last| last.application.as_ref());
    if let (Some(Done::Running | Done::Healthy), Some(application)) = (done, application)
        && let Some(start) = last_start(application, asked.deployed_since(request))
    {
        metric::started(&application.name, &start);
    }
}

/// Looks at the stack until it is known whether somebody waits for the answer.
async fn look(
    aws: &Aws,
    delivered: &Delivered<'_>,
    pace: &mut Pace,
) -> Result<Result<(Asked, Standing), Fault>, OutOfTime> {
    let request = delivered.request;
    for looks in 1.. {
        let asked = match asked::look(aws, request, pace).await? {
            Ok(asked) => asked,
            Err(fault) => return Ok(Err(fault)),
        };
        match asked.rows.standing(request, delivered.telling.physical_id(), looks) {
            Standing::Doubtful => pace.rest(Because::NotSeenYet).await?,
            standing @ (Standing::Awaited | Standing::AnsweredBefore) => return Ok(Ok((asked, standing))),
        }
    }
    Err(OutOfTime)
}
