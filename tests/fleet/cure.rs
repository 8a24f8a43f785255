//! A region whose stacks are all stuck, all events at once, and what becomes of them: read from the world's own records, never from what
//! the functions say.

use std::sync::Arc;
use std::time::{Duration, Instant};

use local_aws::deployment::Deployment;
use local_aws::fleet::{self, NotThere, is_cured, is_idle};
use local_aws::{Options, State, World, events};

use crate::outcome::{Outcome, SERVICES, UNSTICKER};
use crate::scale::Scale;

/// So many stacks are brought into trouble side by side: the machine may be small.
const SIDE_BY_SIDE: usize = 25;
/// How often it is told how far it is, and looked whether it goes on at all.
const TELL: Duration = Duration::from_secs(10);

/// What the functions may ask for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// Calls a second of each service, on AWS.
    pub(crate) rate: f64,
    /// Reserved concurrency of the unsticker; none: the account's.
    pub(crate) concurrency: Option<usize>,
}

/// Makes a region of so many stuck stacks, lets all events go, and waits until all are cured, or nothing goes on any more.
pub(crate) async fn cure(
    many: usize,
    setting: Setting,
    scale: Scale,
    tell: impl Fn(&str),
) -> Result<Outcome, NotThere> {
    let (deployment, stacks) = stuck(many, scale).await?;
    let world = deployment.world();
    let calls_before = {
        let mut state = world.state();
        scale.slow_down(&mut state);
        for service in SERVICES {
            state.rates.limit(service, scale.rate(setting.rate));
        }
        if let Some(function) = state.lambda.functions.get_mut(UNSTICKER) {
            function.reserved = setting.concurrency;
        }
        state.journal.len()
    };
    let relief = tokio::spawn(fleet::cause_passes(Arc::clone(world), calls_before));
    let began = Instant::now();
    events::release(world);
    wait(world, &stacks, |cured| {
        let minutes = scale.on_aws(began.elapsed()).as_secs() / 60;
        tell(&format!("after {minutes} min: {cured} of {many} cured"));
    })
    .await;
    let took = scale.on_aws(began.elapsed());
    relief.abort();
    let state = world.state();
    for stack in stacks.iter().filter(|stack| !is_cured(&state, stack)) {
        let newest = state
            .lambda
            .invocations
            .iter()
            .rev()
            .find(|one| one.function == UNSTICKER && one.payload.to_string().contains(stack.as_str()));
        let told = newest.map_or("nobody was woken".to_owned(), |one| match &one.error {
            Some(_) => one.result["errorMessage"].to_string(),
            None => one.result["Outcome"].to_string(),
        });
        tell(&format!("{stack} is not cured: {told}"));
    }
    Ok(Outcome::count(&state, &stacks, calls_before, setting, took))
}

async fn stuck(many: usize, scale: Scale) -> Result<(Deployment, Vec<String>), NotThere> {
    // CloudFormation looks at what it waits for every few seconds.
    let options = Options { pace: Some(scale.here(Duration::from_secs(2))), ..Options::default() };
    let variables = scale.variables();
    let environment: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let deployment = Deployment::start(options, &environment).await;
    let stacks = fleet::names(many);
    for some in stacks.chunks(SIDE_BY_SIDE) {
        fleet::get_stuck(&deployment, some).await?;
    }
    Ok((deployment, stacks))
}

async fn wait(world: &World, stacks: &[String], tell: impl Fn(usize)) {
    let cured = |state: &State| stacks.iter().filter(|stack| is_cured(state, stack)).count();
    let mut calls = 0;
    loop {
        let done = |state: &mut State| (is_idle(state, stacks) && cured(state) == stacks.len()).then_some(());
        if tokio::time::timeout(TELL, world.until(done)).await.is_ok() {
            return;
        }
        let state = world.state();
        tell(cured(&state));
        let before = std::mem::replace(&mut calls, state.journal.len());
        if is_idle(&state, stacks) && before == calls {
            return;
        }
    }
}
