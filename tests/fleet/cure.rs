//! A region whose stacks are all stuck, all events at once, and what becomes of them: read from the world's own
//! records, never from what the functions say.

use std::sync::Arc;
use std::time::Duration;

use local_aws::{LocalAws, Options, State, World, clock, events, virtual_time};
use project::deployment::Deployment;
use project::fleet::{self, NotThere, is_cured, is_idle};

use crate::durations::{VARIABLES, slow_down};
use crate::outcome::{Outcome, SERVICES, UNSTICKER};

/// So many stacks are brought into trouble side by side: the machine may be small.
const SIDE_BY_SIDE: usize = 10;
/// How often it is looked how far it is.
const LOOK: Duration = Duration::from_secs(15);
/// And printed.
const PRINT_INTERVAL: Duration = Duration::from_mins(10);
/// CloudFormation looks at what it waits for every few seconds.
const PACE: Duration = Duration::from_secs(2);
/// When no other stack was cured for so long, none will be: eight sweeps.
const HOPELESS: Duration = Duration::from_hours(2);
/// How often the schedule of `handlers` sweeps.
const SWEEP_INTERVAL: Duration = Duration::from_mins(15);

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
pub(crate) async fn cure(many: usize, setting: Setting, print: impl Fn(&str)) -> Result<Outcome, NotThere> {
    let (deployment, stacks) = stuck(many).await?;
    let world = deployment.world();
    let calls_before = {
        let mut state = world.state();
        slow_down(&mut state);
        for service in SERVICES {
            state.rates.limit(service, setting.rate);
        }
        if let Some(function) = state.lambda.functions.get_mut(UNSTICKER) {
            function.reserved = Some(setting.concurrency);
        }
        state.journal.len()
    };
    let relief = tokio::spawn(fleet::cause_passes(Arc::clone(world), calls_before));
    let began = clock::now();
    events::release(world);
    let schedule = tokio::spawn(sweeps(Arc::clone(world)));
    wait(world, &stacks, |cured| {
        let minutes = (clock::now() - began) / 60.0;
        print(&format!("after {minutes:.0} min: {cured} of {many} cured"));
    })
    .await;
    let took = Duration::from_secs_f64(clock::now() - began);
    let calls_until_cured = world.state().journal.len();
    schedule.abort();
    // What is still in the queue finds cured stacks, and leaves them so.
    world.wait_for(|state| is_idle(state, &stacks).then_some(())).await;
    relief.abort();
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
    Ok(Outcome::count(&state, &stacks, calls_before..calls_until_cured, setting, took))
}

async fn stuck(many: usize) -> Result<(Deployment, Vec<String>), NotThere> {
    let aws = LocalAws::start(Options { pace: Some(PACE), ..Options::default() }).await.expect("a port on 127.0.0.1");
    // As long as the program.
    tokio::spawn(virtual_time::drive(Arc::clone(&aws.world)));
    let deployment = Deployment::in_world(aws, &VARIABLES).await;
    let stacks = fleet::names(many);
    for some in stacks.chunks(SIDE_BY_SIDE) {
        fleet::get_stuck(&deployment, some).await?;
    }
    Ok((deployment, stacks))
}

/// The schedule of `handlers`, as often as there.
async fn sweeps(world: Arc<World>) {
    loop {
        virtual_time::sleep(SWEEP_INTERVAL).await;
        events::fire_schedules(&world);
    }
}

/// Until all are cured, or for so long no other was that none will be.
async fn wait(world: &World, stacks: &[String], print: impl Fn(usize)) {
    let cured = |state: &State| stacks.iter().filter(|stack| is_cured(state, stack)).count();
    let (mut best, mut since, mut printed) = (0, clock::now(), clock::now());
    while best < stacks.len() && clock::now() - since < HOPELESS.as_secs_f64() {
        virtual_time::sleep(LOOK).await;
        let now = cured(&world.state());
        if now > best {
            (best, since) = (now, clock::now());
        }
        if clock::now() - printed > PRINT_INTERVAL.as_secs_f64() {
            printed = clock::now();
            print(best);
        }
    }
}
