//! The one consent of a deployment that changes several stacks.

use super::super::plan::{Outlook, Plan};
use super::super::screen::{ConsentNeeded, Risk};

/// What a deployment would do to one stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackChanges {
    /// The name of the stack that changes.
    pub stack: String,
    /// What becomes of it, and of the job where it has one.
    pub plan: Plan,
    /// What it risks on its own.
    pub risk: Risk,
}

/// Brings the risks of all stacks together: the strongest consent that one of them takes. What a plan says will fail,
/// or cannot tell, takes a yes too; a person may know better, and with `--yes` the command goes on.
#[must_use]
pub fn consent(all: &[StackChanges]) -> Risk {
    let mut words = Vec::new();
    let mut strongest = ConsentNeeded::Harmless;
    let are_several = all.iter().filter(|one| !one.risk.words.is_empty()).count() > 1;
    for one in all {
        let mut own = one.risk.words.clone();
        let mut consent = one.risk.consent.clone();
        let open = match one.plan.outlook {
            Outlook::Fails => Some("will not go through as it is"),
            Outlook::CannotTell => Some("cannot tell everything before it happens"),
            Outlook::Nothing | Outlook::GoesThrough | Outlook::AtRisk => None,
        };
        if let Some(open) = open {
            own.push(open.to_owned());
            if consent == ConsentNeeded::Harmless {
                consent = ConsentNeeded::Yes;
            }
        }
        words.extend(own.into_iter().map(|word| if are_several { format!("{word} in {}", one.stack) } else { word }));
        strongest = match (strongest, consent) {
            (name @ ConsentNeeded::Name(_), _) | (_, name @ ConsentNeeded::Name(_)) => name,
            (ConsentNeeded::Yes, _) | (_, ConsentNeeded::Yes) => ConsentNeeded::Yes,
            (ConsentNeeded::Harmless, ConsentNeeded::Harmless) => ConsentNeeded::Harmless,
        };
    }
    Risk { words, consent: strongest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(name: &str, outlook: Outlook, words: &[&str], consent: ConsentNeeded) -> StackChanges {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let plan = Plan::without_comparison(name, outlook, "");
        StackChanges { stack: name.to_owned(), plan, risk: Risk { words, consent } }
    }

    #[test]
    fn the_strongest_consent_of_all_stacks_counts() {
        let harmless = || stack("orders", Outlook::GoesThrough, &["restarts the job"], ConsentNeeded::Harmless);
        assert_eq!(consent(&[harmless()]).consent, ConsentNeeded::Harmless);
        let broader = stack("flink-access", Outlook::GoesThrough, &["broadens 2 IAM permissions"], ConsentNeeded::Yes);
        let both = consent(&[broader.clone(), harmless()]);
        assert_eq!(both.consent, ConsentNeeded::Yes);
        assert_eq!(both.words, ["broadens 2 IAM permissions in flink-access", "restarts the job in orders"]);
        let lost = stack("orders", Outlook::AtRisk, &["LOSES the job's state"], ConsentNeeded::Name("orders".into()));
        assert_eq!(consent(&[broader, lost]).consent, ConsentNeeded::Name("orders".into()));
    }

    #[test]
    fn what_fails_or_cannot_be_known_takes_a_yes() {
        for (outlook, words) in [
            (Outlook::Fails, "will not go through as it is"),
            (Outlook::CannotTell, "cannot tell everything before it happens"),
        ] {
            let found = consent(&[stack("orders", outlook, &[], ConsentNeeded::Harmless)]);
            assert_eq!((found.consent, found.words), (ConsentNeeded::Yes, vec![words.to_owned()]));
        }
    }
}
