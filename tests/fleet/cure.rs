//! A region whose stacks are all stuck, all events at once, and what becomes of them: read from the world's own
//! records, never from what the functions say.

use std::sync::Arc;
use std::time::{Duration, Instant};

use local_aws::{Options, State, World, events};
use project::deployment::Deployment;
use project::fleet::{self, NotThere, is_cured, is_idle};

use crate::lag::Lag;
use crate::outcome::{Outcome, SERVICES, Times, UNSTICKER};
use crate::scale::Scale;

/// So many stacks are brought into trouble side by side: the machine may be small.
const SIDE_BY_SIDE: usize = 25;
/// How often it is looked how far it is.
const LOOK: Duration = Duration::from_millis(500);
/// And printed.
const PRINT_INTERVAL: Duration = Duration::from_secs(10);
/// When no other stack was cured for so long, none will be: eight sweeps.
const HOPELESS: Duration = Duration::from_hours(2);
/// How often the schedule of `handlers` sweeps.
const EVERY: Duration = Duration::from_mins(15);

/// What the functions may ask for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// Calls a second of each service, on AWS.
    pub(crate) rate: f64,
    /// Reserved concurrency of the unsticker.
    pub(crate) concurrency: usize,
}

/// Makes a region of so many stuck stacks, lets all events go, and waits until all are cured, or nothing goes on any
/// more.
pub(crate) async fn cure(
    many: usize,
    setting: Setting,
    scale: Scale,
    print: impl Fn(&str),
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
            function.reserved = Some(setting.concurrency);
        }
        state.journal.len()
    };
    let relief = tokio::spawn(fleet::cause_passes(Arc::clone(world), calls_before));
    let lag = Lag::watch(world);
    let began = Instant::now();
    events::release(world);
    let schedule = tokio::spawn(sweeps(Arc::clone(world), scale));
    wait(world, &stacks, scale, |cured| {
        let minutes = scale.on_aws(began.elapsed()).as_secs() / 60;
        print(&format!("after {minutes} min: {cured} of {many} cured"));
    })
    .await;
    let took = scale.on_aws(began.elapsed());
    let calls_until_cured = world.state().journal.len();
    schedule.abort();
    // What is still in the queue finds cured stacks, and leaves them so.
    world.wait_for(|state| is_idle(state, &stacks).then_some(())).await;
    relief.abort();
    let lag = lag.end().map(|lag| scale.on_aws(lag));
    let state = world.state();
    for stack in stacks.iter().filter(|stack| !is_cured(&state, stack)) {
        let newest = state
            .lambda
            .invocations
            .iter()
            .rev()
            .find(|one| one.function == UNSTICKER && one.payload.to_string().contains(stack.as_str()));
        let failure = newest.map_or("no unsticker was invoked".to_owned(), |one| match &one.error {
            Some(_) => one.result["errorMessage"].to_string(),
            None => one.result["Outcome"].to_string(),
        });
        print(&format!("{stack} is not cured: {failure}"));
    }
    Ok(Outcome::count(&state, &stacks, calls_before..calls_until_cured, setting, Times { took, lag }))
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

/// The schedule of `handlers`, as often as there.
async fn sweeps(world: Arc<World>, scale: Scale) {
    loop {
        tokio::time::sleep(scale.here(EVERY)).await;
        events::fire_schedules(&world);
    }
}

/// Until all are cured, or for so long no other was that none will be.
async fn wait(world: &World, stacks: &[String], scale: Scale, print: impl Fn(usize)) {
    let cured = |state: &State| stacks.iter().filter(|stack| is_cured(state, stack)).count();
    let (mut best, mut since, mut printed) = (0, Instant::now(), Instant::now());
    while best < stacks.len() && since.elapsed() < scale.here(HOPELESS) {
        tokio::time::sleep(LOOK).await;
        let now = cured(&world.state());
        if now > best {
            (best, since) = (now, Instant::now());
        }
        if printed.elapsed() > PRINT_INTERVAL {
            printed = Instant::now();
            print(best);
        }
    }
}
