//! The two ways to install the functions, by `cargo lambda deploy` and by a functions stack from a release. An account
//! and region stays with one of them until a person says otherwise: what one way made, the other can only delete and
//! make anew.

use std::collections::BTreeMap;

use super::{GivenSettings, Values};
use crate::contract::{CONTINUE_WITH_OWN_ROLE, Function, Variable};

/// The stack of the functions, unless another one holds them.
pub const FUNCTIONS_STACK: &str = "flink-functions";

/// How a command deploys the functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstallMethod {
    /// Built here, and deployed by `cargo lambda deploy`.
    Built,
    /// Zips of a release, and a functions stack.
    Released,
}

/// Which stack has a function, if one has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// There is no such function.
    Absent,
    /// The function is there, and no stack has it.
    NoStack,
    /// A stack of this name has it.
    Stack(String),
}

/// What has to be deleted before the functions can be deployed the wanted way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakeOver {
    /// The functions alone, which no stack has.
    Functions,
    /// The functions stack, with the functions.
    FunctionsStack,
}

/// Whether the functions can be deployed this way, and what has to go first: nothing, if none is of the other way.
///
/// # Errors
/// A sentence with the functions, who has them, and what to give.
pub fn may_deploy(
    way: InstallMethod,
    owners: &BTreeMap<&'static str, Owner>,
    is_taking_over: bool,
) -> Result<Option<TakeOver>, String> {
    let having = |is_one: &dyn Fn(&Owner) -> bool| {
        let names: Vec<&str> = owners.iter().filter(|(_, owner)| is_one(owner)).map(|(name, _)| *name).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let foreign = owners.values().find_map(|owner| match owner {
        Owner::Stack(name) if name != FUNCTIONS_STACK => Some(name.clone()),
        Owner::Stack(_) | Owner::NoStack | Owner::Absent => None,
    });
    if let Some(stack) = foreign {
        let names = having(&|owner| *owner == Owner::Stack(stack.clone())).unwrap_or_default();
        return Err(format!(
            "{names}: the stack {stack} has these functions; deploy them with it, or take them out of it first"
        ));
    }
    let (found, has) = match way {
        InstallMethod::Built => (having(&|owner| matches!(owner, Owner::Stack(_))), TakeOver::FunctionsStack),
        InstallMethod::Released => (having(&|owner| *owner == Owner::NoStack), TakeOver::Functions),
    };
    match (found, is_taking_over, way) {
        (None, _, _) => Ok(None),
        (Some(_), true, _) => Ok(Some(has)),
        (Some(names), false, InstallMethod::Built) => Err(format!(
            "{names}: the stack {FUNCTIONS_STACK} has these functions, from a release; give RELEASE=dist/... \
             (--release), or TAKE_OVER=1 (--take-over), which deletes that stack with them and deploys them by \
             cargo-lambda"
        )),
        (Some(names), false, InstallMethod::Released) => Err(format!(
            "{names}: deployed by cargo-lambda, and no stack can make a function that is there; leave RELEASE out, or \
             give TAKE_OVER=1 (--take-over), which deletes them and lets {FUNCTIONS_STACK} make them"
        )),
    }
}

/// Whether a stack of this status waits for an answer of the functions, or will need one to get out of where it is.
#[must_use]
pub fn needs_functions(status: &str) -> bool {
    let is_working = status.ends_with("_IN_PROGRESS") && status != "REVIEW_IN_PROGRESS";
    is_working || ["UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED", "ROLLBACK_FAILED"].contains(&status)
}

/// Why the functions cannot be deleted now.
#[must_use]
pub fn functions_are_needed(stack: &str, status: &str) -> String {
    format!("the stack {stack} is {status}, and needs the functions until that has ended; take them over afterwards")
}

/// The parameters of the functions stack. `taken` are variables of functions that are taken over; `access` is what the
/// access stack says of tracing and of the unsticker's own role: what a role allows and what its function does are one
/// setting each.
#[must_use]
pub fn functions_parameters(given: &GivenSettings, taken: &Values, access: &Values) -> Values {
    let mut values = Values::new();
    for variable in Variable::ALL {
        if let Some(value) = given.get(variable.name).or_else(|| taken.get(variable.name).map(String::as_str)) {
            values.insert(variable.parameter.to_owned(), value.to_owned());
        }
    }
    let own = [
        ("ARCH", "Architecture"),
        ("BUCKET", "CodeBucket"),
        ("KEY", "KeyArn"),
        ("UNSTICKER_CONCURRENCY", "UnstickerConcurrency"),
    ];
    for (setting, parameter) in own {
        if let Some(value) = given.get(setting) {
            values.insert(parameter.to_owned(), value.to_owned());
        }
    }
    for (setting, parameter) in [("TRACING", "Tracing"), (CONTINUE_WITH_OWN_ROLE, "ContinueWithOwnRole")] {
        if let Some(value) = given.get(setting).or_else(|| access.get(parameter).map(String::as_str)) {
            values.insert(parameter.to_owned(), value.to_owned());
        }
    }
    // What a stack was given once it would keep, and go on with the zips of that version.
    values.insert("CodeVersion".to_owned(), String::new());
    values
}

/// The names of the functions, in the order of the contract.
#[must_use]
pub fn function_names() -> [&'static str; 4] {
    Function::ALL.map(Function::name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(owner: &Owner) -> BTreeMap<&'static str, Owner> {
        function_names().into_iter().map(|name| (name, owner.clone())).collect()
    }

    fn stack(name: &str) -> Owner {
        Owner::Stack(name.to_owned())
    }

    #[test]
    fn each_way_goes_on_with_what_it_made_and_begins_where_nothing_is() {
        for (way, owner) in [
            (InstallMethod::Built, Owner::Absent),
            (InstallMethod::Built, Owner::NoStack),
            (InstallMethod::Released, Owner::Absent),
            (InstallMethod::Released, stack(FUNCTIONS_STACK)),
        ] {
            for is_taking_over in [false, true] {
                assert_eq!(may_deploy(way, &all(&owner), is_taking_over), Ok(None), "{way:?} {owner:?}");
            }
        }
    }

    #[test]
    fn what_the_other_way_made_is_refused_until_it_is_to_be_taken_over() {
        let refused = may_deploy(InstallMethod::Built, &all(&stack(FUNCTIONS_STACK)), false).unwrap_err();
        assert!(refused.contains("flink-auto-start") && refused.contains("--release"), "{refused}");
        let refused = may_deploy(InstallMethod::Released, &all(&Owner::NoStack), false).unwrap_err();
        assert!(refused.contains("flink-update-guard") && refused.contains("leave RELEASE out"), "{refused}");
        let mut one = all(&Owner::Absent);
        one.insert("flink-update-guard", Owner::NoStack);
        assert!(
            may_deploy(InstallMethod::Released, &one, false)
                .unwrap_err()
                .starts_with("flink-update-guard: deployed by")
        );
        assert_eq!(may_deploy(InstallMethod::Released, &one, true), Ok(Some(TakeOver::Functions)));
        assert_eq!(
            may_deploy(InstallMethod::Built, &all(&stack(FUNCTIONS_STACK)), true),
            Ok(Some(TakeOver::FunctionsStack))
        );
    }

    #[test]
    fn functions_of_a_stack_that_is_not_ours_are_never_taken() {
        for way in [InstallMethod::Built, InstallMethod::Released] {
            let refused = may_deploy(way, &all(&stack("platform")), true).unwrap_err();
            assert!(refused.contains("the stack platform has these functions"), "{refused}");
        }
    }

    #[test]
    fn a_stack_that_works_or_is_stuck_keeps_the_functions_where_they_are() {
        for status in ["UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"] {
            assert!(needs_functions(status), "{status}");
        }
        for status in ["CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"] {
            assert!(!needs_functions(status), "{status}");
        }
    }

    #[test]
    fn what_is_given_counts_then_what_a_function_had_then_what_access_says() {
        let given = [("STOP_MINUTES", "4"), ("TRACING", "Active"), ("ARCH", "arm64")];
        let given = GivenSettings::of(given.map(|(name, value)| (name, value.to_owned())));
        let values = |pairs: &[(&str, &str)]| -> Values {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let taken = values(&[("STOP_MINUTES", "9"), ("KEEP_SNAPSHOTS", "3"), ("OWN", "x")]);
        let access = values(&[("Tracing", "PassThrough"), ("ContinueWithOwnRole", "true")]);
        let expected = [
            ("Architecture", "arm64"),
            ("CodeVersion", ""),
            ("ContinueWithOwnRole", "true"),
            ("KeepSnapshots", "3"),
            ("StopMinutes", "4"),
            ("Tracing", "Active"),
        ];
        assert_eq!(functions_parameters(&given, &taken, &access), values(&expected));
    }
}
