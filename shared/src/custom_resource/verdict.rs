//! What is decided about a request besides its goal, as pure functions: SUCCESS or FAILED; whether CloudFormation still waits for it
//! (answered before, superseded, over); how long it is worked on, and whether it is handed over then.

mod rows;
mod schedule;

pub use rows::{Row, Rows, Standing};
pub use schedule::{Schedule, next_hop, patience};

use super::reply::Verdict;
use super::request::RequestType;

/// The direction in which the request's stack goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Toward the new template.
    Forward,
    /// Back to what it was.
    Back,
    /// Its status could not be read.
    Unknown,
}

/// The verdict on a request that something stood in the way of: FAILED, unless that would make the very state that this project cures. A
/// Delete, and an Update while its stack rolls back, succeed; the trouble then stands in Data, in the log and in a metric with an alarm.
#[must_use]
pub const fn verdict(request_type: &RequestType, direction: Direction) -> Verdict {
    match (request_type, direction) {
        (RequestType::Delete, _) | (RequestType::Update, Direction::Back) => Verdict::Success,
        (RequestType::Update, Direction::Forward | Direction::Unknown)
        | (RequestType::Create | RequestType::Unknown(_), _) => Verdict::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_delete_and_an_update_on_the_way_back_succeed_with_trouble() {
        use Direction::{Back, Forward, Unknown};
        use Verdict::{Failed, Success};
        let word = || RequestType::Unknown("Replace".into());
        for (request_type, forward, back, unknown) in [
            (RequestType::Create, Failed, Failed, Failed),
            (RequestType::Update, Failed, Success, Failed),
            (RequestType::Delete, Success, Success, Success),
            (word(), Failed, Failed, Failed),
        ] {
            let verdicts = [Forward, Back, Unknown].map(|direction| verdict(&request_type, direction));
            assert_eq!(verdicts, [forward, back, unknown], "{request_type:?}");
        }
    }
}
