//! Kills a function's process at a chosen call: the crash that no reply survives.

use crate::State;
use crate::api::Caller;

/// When the process dies, seen from the call that it just made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The call has no effect.
    BeforeTheCall,
    /// The call has its effect, the process never hears of it.
    BeforeTheAnswer,
}

/// An order to kill.
#[derive(Debug, Clone)]
pub(crate) struct Kill {
    function: String,
    action: String,
    moment: Moment,
    /// How many of its calls are survived first.
    survived: usize,
}

/// Orders a kill at the function's next call of this action. `custom-resource:Respond` is the PUT to a ResponseURL.
pub fn kill_at(state: &mut State, function: &str, action: &str, moment: Moment) {
    kill_after(state, function, action, moment, 0);
}

/// The same, once it survived so many of these calls: its second stop is another one than its first.
pub fn kill_after(state: &mut State, function: &str, action: &str, moment: Moment, survived: usize) {
    state.lambda.kills.push(Kill { function: function.to_owned(), action: action.to_owned(), moment, survived });
}

/// Called by the door for every call. True: the process is gone, and the connection is to be dropped without an answer.
pub fn strike(state: &mut State, caller: &Caller, action: &str, moment: Moment) -> bool {
    let Caller::Role(role) = caller else { return false };
    let lambda = &mut state.lambda;
    let functions = &lambda.functions;
    let found = lambda.kills.iter().position(|kill| {
        let is_its_role = functions.get(&kill.function).is_some_and(|function| function.role_name() == role);
        is_its_role && kill.action == action && kill.moment == moment
    });
    let Some(index) = found else { return false };
    if lambda.kills[index].survived > 0 {
        lambda.kills[index].survived -= 1;
        return false;
    }
    let kill = lambda.kills.remove(index);
    for environment in lambda.environments.iter_mut().filter(|each| each.function == kill.function && each.is_busy) {
        environment.kill.take();
    }
    true
}
