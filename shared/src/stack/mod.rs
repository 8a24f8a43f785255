//! What CloudFormation says of a stack: its status, the rows of its events, and which resources are its own.

mod event;
mod ownership;
mod status;

pub use event::StackEvent;
pub(crate) use event::{APPLICATION, LOGGING_OPTION, STACK};
pub use ownership::is_owned;
pub use status::StackStatus;
