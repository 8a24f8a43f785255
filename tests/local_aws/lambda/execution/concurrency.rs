//! How many invocations run at once (Lambda guide, lambda-concurrency and configuration-concurrency).
//!
//! A function with reserved concurrency runs so many and no more; the others share what the account has left.

use crate::api::{ApiError, ApiResult};
use crate::lambda::{Function, Lambda};

/// What Lambda keeps for functions without a reservation (Lambda guide, configuration-concurrency).
const LEAST_UNRESERVED: usize = 100;

/// One more invocation of a function, or 429.
pub(in crate::lambda) fn enter(lambda: &mut Lambda, function: &Function) -> ApiResult<()> {
    let is_full = if let Some(most) = function.reserved {
        running(lambda, &function.name) >= most
    } else {
        let shared = lambda.functions.values().filter(|one| one.reserved.is_none());
        shared.map(|one| running(lambda, &one.name)).sum::<usize>() >= unreserved(lambda, None)
    };
    if is_full {
        return Err(ApiError::with_status(429, "TooManyRequestsException", "Rate Exceeded."));
    }
    *lambda.running.entry(function.name.clone()).or_default() += 1;
    Ok(())
}

/// It is over.
pub(in crate::lambda) fn leave(lambda: &mut Lambda, name: &str) {
    if let Some(running) = lambda.running.get_mut(name) {
        *running -= 1;
    }
}

/// Whether `reserved` leaves enough to the functions that have no reservation.
pub(in crate::lambda) fn check(lambda: &Lambda, name: &str, reserved: usize) -> ApiResult<()> {
    // Nothing at all can always be had: that is how a function is switched off.
    if reserved == 0 || unreserved(lambda, Some(name)) >= reserved + LEAST_UNRESERVED {
        return Ok(());
    }
    let message = format!(
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below \
         its minimum value of [{LEAST_UNRESERVED}]."
    );
    Err(ApiError::new("InvalidParameterValueException", message))
}

fn running(lambda: &Lambda, name: &str) -> usize {
    lambda.running.get(name).copied().unwrap_or_default()
}

/// What is left of the account's limit, as if `except` had reserved nothing.
pub(in crate::lambda) fn unreserved(lambda: &Lambda, except: Option<&str>) -> usize {
    let others = lambda.functions.values().filter(|one| Some(one.name.as_str()) != except);
    let reserved: usize = others.filter_map(|one| one.reserved).sum();
    lambda.account_concurrency.saturating_sub(reserved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

    fn lambda(names: &[&str]) -> Lambda {
        let function = |name: &&str| Function::new(&Settings::at("http://127.0.0.1:1"), name, "r", Vec::new());
        let functions = names.iter().map(|name| ((*name).to_owned(), function(name))).collect();
        Lambda { functions, ..Lambda::default() }
    }

    fn enters(lambda: &mut Lambda, name: &str) -> bool {
        let function = lambda.functions[name].clone();
        enter(lambda, &function).is_ok()
    }

    #[test]
    fn a_reservation_is_a_limit_of_its_own() {
        let mut lambda = lambda(&["f", "g"]);
        lambda.functions.get_mut("f").unwrap().reserved = Some(2);
        assert!(enters(&mut lambda, "f") && enters(&mut lambda, "f"));
        assert!(!enters(&mut lambda, "f"));
        assert!(enters(&mut lambda, "g"), "others do not feel it");
        leave(&mut lambda, "f");
        assert!(enters(&mut lambda, "f"));
    }

    #[test]
    fn functions_without_a_reservation_share_the_rest() {
        let mut lambda = lambda(&["f", "g", "h"]);
        lambda.account_concurrency = 3;
        lambda.functions.get_mut("h").unwrap().reserved = Some(1);
        assert!(enters(&mut lambda, "f") && enters(&mut lambda, "g"));
        assert!(!enters(&mut lambda, "f"));
    }

    #[test]
    fn a_hundred_stay_unreserved() {
        let mut lambda = lambda(&["f"]);
        assert_eq!(check(&lambda, "f", 900), Ok(()));
        assert!(check(&lambda, "f", 901).unwrap_err().message.contains("below its minimum value of [100]"));
        lambda.account_concurrency = 10;
        assert!(check(&lambda, "f", 1).is_err(), "a new account's limit");
        assert_eq!(check(&lambda, "f", 0), Ok(()));
    }
}
