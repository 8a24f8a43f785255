//! One condition of a statement. Only the operators that the project's policies use; another one is refused, because a
//! condition that is silently true would prove nothing.

use serde_json::Value;

use super::policy::{malformed, strings, wildcard};
use crate::api::{ApiResult, Context};

#[derive(Debug, Clone)]
pub(super) struct Condition {
    quantifier: Quantifier,
    operator: Operator,
    if_exists: bool,
    key: String,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Quantifier {
    Single,
    ForAllValues,
    ForAnyValue,
}

#[derive(Debug, Clone, Copy)]
enum Operator {
    Equals,
    NotEquals,
    EqualsIgnoreCase,
    Like,
    NotLike,
    Bool,
    Null,
}

impl Condition {
    /// `{"StringEquals": {"aws:ResourceTag/team": ["a", "b"]}}`: all must hold.
    pub(super) fn parse_block(block: &Value) -> ApiResult<Vec<Self>> {
        let mut conditions = Vec::new();
        for (name, keys) in block.as_object().ok_or_else(|| malformed("Condition is not an object"))? {
            let (quantifier, operator, if_exists) = parse_operator(name)?;
            for (key, values) in keys.as_object().ok_or_else(|| malformed("a condition is not an object"))? {
                let (key, values) = (key.to_lowercase(), strings(values));
                conditions.push(Self { quantifier, operator, if_exists, key, values });
            }
        }
        Ok(conditions)
    }

    pub(super) fn holds(&self, context: &Context) -> bool {
        let found = context.iter().find(|(key, _)| key.to_lowercase() == self.key).map(|(_, values)| values.as_slice());
        if let Operator::Null = self.operator {
            let wants_absent = self.values.iter().any(|value| value == "true");
            return found.is_none() == wants_absent;
        }
        match (found, self.quantifier) {
            (None, Quantifier::ForAllValues) => true,
            (None, Quantifier::ForAnyValue) => false,
            (None, Quantifier::Single) => self.if_exists || self.operator.negative(),
            (Some(values), Quantifier::ForAllValues) => values.iter().all(|value| self.accepts(value)),
            (Some(values), Quantifier::Single | Quantifier::ForAnyValue) => {
                values.iter().any(|value| self.accepts(value))
            }
        }
    }

    fn accepts(&self, found: &str) -> bool {
        let any = |matches: &dyn Fn(&str) -> bool| self.values.iter().any(|value| matches(value));
        match self.operator {
            Operator::Equals => any(&|value| value == found),
            Operator::NotEquals => !any(&|value| value == found),
            Operator::EqualsIgnoreCase | Operator::Bool => any(&|value| value.eq_ignore_ascii_case(found)),
            Operator::Like => any(&|value| wildcard(value, found)),
            Operator::NotLike => !any(&|value| wildcard(value, found)),
            Operator::Null => false,
        }
    }
}

impl Operator {
    /// A negated operator holds when the key is absent.
    fn negative(self) -> bool {
        match self {
            Self::NotEquals | Self::NotLike => true,
            Self::Equals | Self::EqualsIgnoreCase | Self::Like | Self::Bool | Self::Null => false,
        }
    }
}

fn parse_operator(name: &str) -> ApiResult<(Quantifier, Operator, bool)> {
    let (quantifier, rest) = match name.split_once(':') {
        None => (Quantifier::Single, name),
        Some(("ForAllValues", rest)) => (Quantifier::ForAllValues, rest),
        Some(("ForAnyValue", rest)) => (Quantifier::ForAnyValue, rest),
        Some(_) => return Err(malformed(&format!("the condition operator {name}"))),
    };
    let (rest, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |rest| (rest, true));
    let operator = match rest {
        "StringEquals" => Operator::Equals,
        "StringNotEquals" => Operator::NotEquals,
        "StringEqualsIgnoreCase" => Operator::EqualsIgnoreCase,
        // For ARNs, Equals and Like mean the same (IAM guide, condition operators): both take wildcards.
        "StringLike" | "ArnLike" | "ArnEquals" => Operator::Like,
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => Operator::NotLike,
        "Bool" => Operator::Bool,
        "Null" => Operator::Null,
        _ => return Err(malformed(&format!("the local AWS does not know the condition operator {name}"))),
    };
    Ok((quantifier, operator, if_exists))
}
