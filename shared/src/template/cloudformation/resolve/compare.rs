//! Two values, as far as they are known: the same, different, or unknown.

use serde_json::Value as Json;

use super::{is_known, is_new, is_open, reasons};

/// How the resolved values of two templates compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// They are the same before and after.
    None,
    /// It is not known before the deployment whether they differ.
    Open,
    /// They differ, and the deployment changes it.
    Some,
}

/// Compares; what is not there is another value than any that is.
#[must_use]
pub fn compare(before: Option<&Json>, after: Option<&Json>) -> Difference {
    match (before, after) {
        (None, None) => Difference::None,
        (Some(Json::String(before)), Some(Json::String(after))) => texts(before, after),
        (Some(Json::Object(before)), Some(Json::Object(after))) => {
            let of_before = before.iter().map(|(key, value)| compare(Some(value), after.get(key)));
            let added = after.iter().filter(|(key, _)| !before.contains_key(*key));
            of_before.chain(added.map(|(_, value)| compare(None, Some(value)))).max().unwrap_or(Difference::None)
        }
        (Some(Json::Array(before)), Some(Json::Array(after))) if before.len() == after.len() => before
            .iter()
            .zip(after)
            .map(|(one, other)| compare(Some(one), Some(other)))
            .max()
            .unwrap_or(Difference::None),
        (Some(before), Some(after)) => {
            let token = |json: &Json| json.as_str().is_some_and(|text| !is_known(text) && !is_new(text));
            match before == after {
                true => Difference::None,
                false if token(before) || token(after) => Difference::Open,
                false => Difference::Some,
            }
        }
        // An open condition may leave it out, or put it in.
        (Some(Json::String(one)), None) | (None, Some(Json::String(one))) if is_open(one) => Difference::Open,
        (Some(_), None) | (None, Some(_)) => Difference::Some,
    }
}

fn texts(before: &str, after: &str) -> Difference {
    if is_open(before) || is_open(after) {
        return Difference::Open;
    }
    if before == after {
        return Difference::None;
    }
    // A reference to something else, or to something new, is another value; one in the place of a text may be that very
    // text.
    let is_one_sided = is_known(before) != is_known(after);
    if is_one_sided && !is_new(after) { Difference::Open } else { Difference::Some }
}

/// Why a value cannot be compared.
#[must_use]
pub fn open_reasons(json: &Json) -> Vec<String> {
    reasons(&json.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::{open, token};
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_known_is_never_taken_for_equal_or_different() {
        let is = |before: Json, after: Json| compare(Some(&before), Some(&after));
        assert_eq!(is(json!({"a": ["1"]}), json!({"a": ["1"]})), Difference::None);
        assert_eq!(is(json!({"a": ["1"]}), json!({"a": ["1", "2"]})), Difference::Some);
        assert_eq!(is(open("x"), open("x")), Difference::Open);
        assert_eq!(is(json!([open("x"), "1"]), json!([open("x"), "2"])), Difference::Some);
        let role = json!(token('=', "Role.Arn"));
        assert_eq!(is(role.clone(), role.clone()), Difference::None);
        assert_eq!(is(role.clone(), json!(token('=', "Other.Arn"))), Difference::Some);
        assert_eq!(is(role.clone(), json!("arn:aws:iam::1:role/r")), Difference::Open);
        assert_eq!(is(role, json!(token('+', "Role.Arn"))), Difference::Some);
        assert_eq!(is(json!("a"), json!({"b": "c"})), Difference::Some);
        assert_eq!(open_reasons(&json!({"k": open("ApiSecret is NoEcho")})), ["ApiSecret is NoEcho"]);
    }
}
