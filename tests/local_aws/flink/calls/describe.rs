//! DescribeApplication and ListApplications. A description is a look: it brings a transient status nearer to its end.

use serde_json::{Value, json};

use crate::State;
use crate::api::ApiResult;
use crate::flink::{catalogue, model};

pub(in crate::flink) fn describe(state: &mut State, request: &model::DescribeApplication) -> ApiResult {
    let name = &request.application_name;
    let application = state.flink.applications.get_mut(name).ok_or_else(|| catalogue::no_application(name))?;
    if let Some(transit) = &mut application.transit {
        transit.left.look();
    }
    let mut detail = application.describe();
    if request.include_additional_details == Some(true) {
        detail["ApplicationConfigurationDescription"]["FlinkApplicationConfigurationDescription"]["JobPlanDescription"] =
            json!("{}");
    }
    Ok(json!({ "ApplicationDetail": detail }))
}

pub(in crate::flink) fn list(state: &mut State, request: &model::ListApplications) -> ApiResult {
    let summaries: Vec<_> = state.flink.applications.values().map(crate::flink::Application::summary).collect();
    page("ApplicationSummaries", summaries, request.limit, request.next_token.as_deref())
}

/// A page of at most `limit` (default and maximum 50); the token is the next row's number.
pub(in crate::flink) fn page(member: &str, rows: Vec<Value>, limit: Option<usize>, token: Option<&str>) -> ApiResult {
    let limit = limit.unwrap_or(50);
    let from = token.map_or(Ok(0), str::parse::<usize>);
    let (Ok(from), 1..=50) = (from, limit) else {
        let message = "Limit must be between 1 and 50, and NextToken must come from the page before";
        return Err(crate::api::ApiError::new(catalogue::INVALID_ARGUMENT, message));
    };
    let total = rows.len();
    let rows: Vec<_> = rows.into_iter().skip(from).take(limit).collect();
    let mut page = json!({ member: rows });
    if from + limit < total {
        page["NextToken"] = json!((from + limit).to_string());
    }
    Ok(page)
}
