//! The Condition of a statement: clauses that must all hold, each with values of which one must match.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::possible::{items, options};
use super::spelling::Spelling;
use crate::template::resolve::{is_open, text};

/// One operator on one key: `StringEquals`, `aws:sourceaccount`, its values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Clause {
    pub(super) operator: String,
    pub(super) key: String,
    pub(super) values: BTreeSet<String>,
}

impl Clause {
    /// Whether each request that meets `other` meets this too. A negated operator holds for fewer with each value more.
    fn covers(&self, other: &Self) -> bool {
        let (wide, narrow) = if self.operator.contains("Not") { (other, self) } else { (self, other) };
        self.operator == other.operator && self.key == other.key && wide.values.is_superset(&narrow.values)
    }
}

/// The clauses of one statement; without any, nothing is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StatementCondition(pub(super) BTreeSet<Clause>);

impl StatementCondition {
    /// Reads `{"StringEquals": {"aws:SourceAccount": ["1"]}}`; each alternative that an open condition leaves, with whether there are
    /// several.
    pub(super) fn all(json: Option<&Json>, is_possible: bool, spelling: &mut Spelling) -> Vec<(Self, bool)> {
        let Some(json) = json else { return vec![(Self::default(), is_possible)] };
        options(json, is_possible)
            .into_iter()
            .map(|(one, is_possible)| {
                let (condition, is_open) = Self::of(one, spelling);
                (condition, is_possible || is_open)
            })
            .collect()
    }

    fn of(json: &Json, spelling: &mut Spelling) -> (Self, bool) {
        let mut clauses = BTreeSet::new();
        let mut is_undecided = false;
        let Some(operators) = json.as_object() else {
            let (operator, key) = (text(json), String::new());
            return (Self([Clause { operator, key, values: BTreeSet::new() }].into()), true);
        };
        for (operator, keys) in operators {
            for (keys, is_possible) in options(keys, false) {
                is_undecided |= is_possible;
                let Some(keys) = keys.as_object() else {
                    clauses.insert(Clause { operator: operator.clone(), key: text(keys), values: BTreeSet::new() });
                    continue;
                };
                for (key, values) in keys {
                    let values = items(values, false);
                    is_undecided |= values.iter().any(|(_, is_possible)| *is_possible);
                    let values = values.into_iter().map(|(value, _)| text(value)).collect();
                    clauses.insert(Clause { operator: operator.clone(), key: spelling.folded(key), values });
                }
            }
        }
        (Self(clauses), is_undecided)
    }

    /// Whether each request that meets `other` meets this too.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.0.iter().all(|clause| other.0.iter().any(|narrower| clause.covers(narrower)))
    }

    pub(super) fn is_open(&self) -> bool {
        let opens = |clause: &Clause| {
            is_open(&clause.operator) || is_open(&clause.key) || clause.values.iter().any(|value| is_open(value))
        };
        self.0.iter().any(opens)
    }
}
