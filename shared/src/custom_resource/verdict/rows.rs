//! What the rows of a stack's events say of one request.

mod compare;
mod row;

pub use row::Row;

use crate::stack::types;
use serde_json::Value;

use super::super::continuation::Handover;
use super::super::request::{Request, RequestType};
use crate::stack::APPLICATION;

/// Whether CloudFormation waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowStanding {
    /// It does, or its rows cannot be read.
    Awaited,
    /// The rows do not say so yet: a row can be late.
    Doubtful,
    /// The request was answered before: no work and no second answer.
    AnsweredBefore,
    /// It does not: the request is forged or stale. With what was found instead.
    NotAwaited(String),
}

/// What is known of the stack and the resource besides the rows.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The stack's ARN, as DescribeStacks says. It takes a name too, and CloudFormation gives none in a request.
    pub stack: &'a str,
    /// `Custom::...`, the type that this function answers for; a resource may also be declared with CloudFormation's
    /// own.
    pub resource_type: &'a str,
    /// The physical ID of the answer.
    pub physical_id: &'a str,
    /// The stack's status, as DescribeStacks says.
    pub status: &'a str,
    /// Whether rows were waited for long enough.
    pub is_patient: bool,
}

/// How many rows are read at most for what an Update restores: three pages.
const MOST_READ: usize = 300;

/// The row with which the resource's properties were last deployed before the operation that goes on, by an operation
/// that did not go back itself.
fn restored<'a>(all: &'a [Row], request: &Request) -> Option<&'a Row> {
    let began = all.iter().position(|row| row.begins(request))?;
    let mut went_back = false;
    all.get(began + 1..)?.iter().find(|row| {
        if row.is_stack(request) {
            went_back = row.status.contains("ROLLBACK") || (went_back && !row.begins(request));
            return false;
        }
        let is_deployed = ["CREATE_COMPLETE", "UPDATE_COMPLETE"].contains(&row.status.as_str());
        !went_back && is_deployed && row.is_of(request) && row.properties.is_object()
    })
}

/// The rows of the operation that goes on, newest first, and on the way back older ones. Empty where they cannot be
/// read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows(pub Vec<Row>);

impl Rows {
    /// Whether no older row is needed: those of the operation that goes on are there, and on the way back the one that
    /// shows what an Update restores, if it is among the newest 300.
    #[must_use]
    pub fn is_enough(all: &[Row], request: &Request) -> bool {
        let Some(last) = all.last() else { return false };
        let is_stack = |row: &&Row| row.is_stack(request);
        let goes_back = all.iter().find(is_stack).is_some_and(|row| row.status.contains("ROLLBACK"));
        if request.request_type != RequestType::Update || !goes_back {
            return last.begins(request);
        }
        let is_begun = || all.iter().any(|row| row.begins(request));
        (all.len() >= MOST_READ && is_begun()) || restored(all, request).is_some()
    }

    /// The resource's rows, newest first.
    fn of<'a>(&'a self, request: &'a Request) -> impl Iterator<Item = (usize, &'a Row)> {
        self.0.iter().enumerate().filter(|(_, row)| row.is_of(request))
    }

    /// The newest row of the resource.
    #[must_use]
    pub fn newest<'a>(&'a self, request: &'a Request) -> Option<&'a Row> {
        self.of(request).next().map(|(_, row)| row)
    }

    /// The newest row with which the stack began to go somewhere: forward, back, or away. The cleanup belongs to the
    /// operation before it.
    fn turned(&self, request: &Request) -> Option<usize> {
        let is_turn = |row: &Row| row.is_stack(request) && row.is_in_progress() && !row.status.contains("CLEANUP");
        self.0.iter().position(is_turn)
    }

    /// When the request began, in milliseconds since 1970.
    #[must_use]
    pub fn since(&self, request: &Request) -> Option<i64> {
        self.newest(request).filter(|row| row.is_in_progress()).map(|row| row.time)
    }

    /// When the stack's operation began, a rollback's too.
    #[must_use]
    pub fn deployed_since(&self, request: &Request) -> Option<i64> {
        self.turned(request).and_then(|index| self.0.get(index)).map(|row| row.time)
    }

    /// The ID of the row that began the stack operation; empty where it cannot be read.
    #[must_use]
    pub fn operation(&self, request: &Request) -> String {
        self.0.iter().find(|row| row.begins(request)).map(|row| row.id.clone()).unwrap_or_default()
    }

    /// When that operation began, in milliseconds since 1970.
    #[must_use]
    pub fn operation_since(&self, request: &Request) -> Option<i64> {
        self.0.iter().find(|row| row.begins(request)).map(|row| row.time)
    }

    /// Whether that operation created or updated the resource of this logical ID; also where that cannot be read.
    #[must_use]
    pub fn has_written(&self, request: &Request, logical_id: &str) -> bool {
        let Some(began) = self.0.iter().position(|row| row.begins(request)) else { return true };
        let written = |row: &Row| row.logical_id == logical_id && !row.status.starts_with("DELETE");
        self.0.iter().take(began).any(written)
    }

    /// The ResourceProperties of the newest row of this logical ID that is no Delete's; `null` where there are none.
    #[must_use]
    pub fn properties(&self, logical_id: &str) -> Value {
        let of_it = |row: &&Row| row.logical_id == logical_id && !row.status.starts_with("DELETE");
        self.0.iter().find(of_it).map(|row| row.properties.clone()).unwrap_or_default()
    }

    /// Whether that operation has reached an application or its logging option.
    #[must_use]
    pub fn has_reached_an_application(&self, request: &Request) -> bool {
        let operation = self.0.iter().take_while(|row| !row.begins(request));
        operation.into_iter().any(|row| row.resource_type.starts_with(APPLICATION))
    }

    /// Whether the stack goes back to what it was, by its newest row; `None` where that cannot be read.
    #[must_use]
    pub fn rolls_back(&self, request: &Request) -> Option<bool> {
        self.0.iter().find(|row| row.is_stack(request)).map(|row| row.status.contains("ROLLBACK"))
    }

    /// Whether CloudFormation waits for the answer to this request (DESIGN 4.1 and 4.8).
    #[must_use]
    pub fn standing(&self, request: &Request, context: Context<'_>) -> RowStanding {
        if request.stack_id != context.stack {
            return RowStanding::NotAwaited(format!("it names the stack {}, not {}", request.stack_id, context.stack));
        }
        // Rows that cannot be read, or that do not show the stack itself: work and answer.
        let Some(turned) = self.turned(request) else { return RowStanding::Awaited };
        let other_type =
            |row: &&Row| ![context.resource_type, types::CUSTOM_RESOURCE].contains(&row.resource_type.as_str());
        let began = self.0.iter().position(|row| row.begins(request)).unwrap_or(self.0.len());
        let own = self.0.iter().take(began).filter(|row| row.logical_id == request.logical_resource_id);
        if let Some(row) = own.into_iter().find(other_type) {
            return RowStanding::NotAwaited(format!(
                "it is a {}, expected a {}",
                row.resource_type, context.resource_type
            ));
        }
        let newest_of_stack = self.0.iter().find(|row| row.is_stack(request));
        let agrees = newest_of_stack.is_some_and(|row| row.status == context.status);
        let doubtful = |end: RowStanding| if context.is_patient { end } else { RowStanding::Doubtful };
        let not_awaited = |found: &str| RowStanding::NotAwaited(found.to_owned());
        let Some((index, row)) = self.of(request).next() else {
            return doubtful(not_awaited("it has no row in this stack operation"));
        };
        // A Delete's row names its physical ID, so it needs no other mark of the operation that it belongs to.
        let is_of_now = index < turned || request.request_type == RequestType::Delete;
        if row.asks_for(&request.request_type) {
            if let Some(name) = self.difference(row, request, context.status) {
                return RowStanding::NotAwaited(format!("its row has another {name}"));
            }
            return match (is_of_now, agrees || request.request_type == RequestType::Delete) {
                (true, true) => RowStanding::Awaited,
                // The way back may have begun, and its rows be late.
                (_, false) => doubtful(RowStanding::Awaited),
                (false, true) => doubtful(not_awaited("its newest row is of an earlier operation")),
            };
        }
        let is_answered = is_of_now && agrees && row.physical_id == context.physical_id && !row.is_in_progress();
        if is_answered && request.request_type != RequestType::Delete {
            return RowStanding::AnsweredBefore;
        }
        doubtful(RowStanding::NotAwaited(format!("its newest row is {}", row.status)))
    }

    fn difference(&self, row: &Row, request: &Request, status: &str) -> Option<&'static str> {
        compare::difference(row, request, status.contains("ROLLBACK"), restored(&self.0, request))
    }

    /// What the next invocation has to know: what the one `before` handed over, and the stack as it was first seen, at
    /// `first_seen`.
    #[must_use]
    pub fn handover(&self, request: &Request, status: &str, first_seen: i64, before: Option<Handover>) -> Handover {
        let before = before.unwrap_or_default();
        if !before.status.is_empty() {
            return before;
        }
        let row = self.newest(request).filter(|row| row.is_in_progress()).map(|row| row.id.clone()).unwrap_or_default();
        Handover { row, status: status.to_owned(), first_seen: Some(first_seen), ..before }
    }

    /// Whether CloudFormation went on without the request: the stack's status, or the resource's newest row, is not the
    /// one first seen.
    #[must_use]
    pub fn is_superseded(&self, request: &Request, first: &Handover, status: &str) -> bool {
        let newest = self.newest(request);
        let same_row = first.row.is_empty() || newest.is_none_or(|row| row.id == first.row);
        // ResourceProperties can come later than their row.
        let is_other =
            newest.is_some_and(|row| row.is_in_progress() && self.difference(row, request, status).is_some());
        status != first.status || !same_row || is_other
    }

    /// Whether CloudFormation waits for the request no more: the resource's newest row is not the one it began with.
    /// Unknown means that another caller may wait.
    #[must_use]
    pub fn is_over(&self, request: &Request, first: &Handover) -> bool {
        let is_known = !first.row.is_empty() && request.request_type != RequestType::Delete;
        is_known && self.newest(request).is_some_and(|row| row.id != first.row)
    }
}

#[cfg(test)]
mod tests;
