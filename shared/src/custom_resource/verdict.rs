//! What is decided about a request besides its goal, as pure functions: SUCCESS or FAILED; whether CloudFormation still
//! waits for it (answered before, superseded, over).

mod rows;

pub use rows::{Context, Row, RowStanding, Rows};

use super::reply::ReplyStatus;
use super::request::RequestType;

/// The direction in which the request's stack goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The stack is created, updated or deleted, toward what its newest template says.
    Forward,
    /// Back to what it was.
    Back,
    /// None of the calls was answered: throttled, or no one there.
    Unanswered,
    /// Its status could not be read for another reason.
    Unknown,
}

/// What stands in the way of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// What it asks for cannot be done.
    Obstacle,
    /// CloudFormation does not wait for it: nothing was done.
    NotAwaited,
}

/// The verdict on a request that something stood in the way of: FAILED, unless that would make the very state that this
/// project cures. A Delete, and an Update while its stack rolls back, succeed; the trouble then stands in Data, in the
/// log and in a metric with an alarm. An Update of a stack that does not answer may be on the way back, where FAILED
/// would leave it stuck.
#[must_use]
pub const fn verdict(request_type: &RequestType, direction: Direction, trouble: Trouble) -> ReplyStatus {
    match (request_type, direction, trouble) {
        (RequestType::Delete, _, _)
        | (RequestType::Update, Direction::Back | Direction::Unanswered, _)
        | (RequestType::Create, Direction::Back, Trouble::NotAwaited) => ReplyStatus::Success,
        (RequestType::Update, Direction::Forward | Direction::Unknown, _)
        | (RequestType::Create | RequestType::Unknown(_), _, _) => ReplyStatus::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_delete_and_an_update_that_may_be_on_the_way_back_succeed_with_trouble() {
        use Direction::{Back, Forward, Unanswered, Unknown};
        use ReplyStatus::{Failed, Success};
        let word = || RequestType::Unknown("Replace".into());
        for (request_type, obstacle, not_awaited) in [
            (RequestType::Create, [Failed; 4], [Failed, Success, Failed, Failed]),
            (RequestType::Update, [Failed, Success, Success, Failed], [Failed, Success, Success, Failed]),
            (RequestType::Delete, [Success; 4], [Success; 4]),
            (word(), [Failed; 4], [Failed; 4]),
        ] {
            for (trouble, expected) in [(Trouble::Obstacle, obstacle), (Trouble::NotAwaited, not_awaited)] {
                let verdicts = [Forward, Back, Unanswered, Unknown].map(|one| verdict(&request_type, one, trouble));
                assert_eq!(verdicts, expected, "{request_type:?} {trouble:?}");
            }
        }
    }
}
