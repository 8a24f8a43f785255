//! What a value may be where only the deployment decides.

use serde_json::Value as Json;

use crate::template::resolve::EITHER;

/// Each value that may stand in this place, with whether only the deployment decides.
pub(super) fn options(json: &Json, is_possible: bool) -> Vec<(&Json, bool)> {
    match json.as_object().and_then(|members| members.get(EITHER)) {
        Some(Json::Array(all)) => all.iter().flat_map(|one| options(one, true)).collect(),
        _ => vec![(json, is_possible)],
    }
}

/// Each item of a list, or the one that stands in its place.
pub(super) fn items(json: &Json, is_possible: bool) -> Vec<(&Json, bool)> {
    options(json, is_possible)
        .into_iter()
        .flat_map(|(one, is_possible)| match one {
            Json::Array(all) => all.iter().flat_map(|item| items(item, is_possible)).collect(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => {
                vec![(one, is_possible)]
            }
        })
        .collect()
}
