//! What CloudFormation says of a stack: its status, the rows of its events, and which resources are its own.

mod event;
mod ownership;
mod status;
pub mod types;

pub use event::StackEvent;
pub use ownership::is_owned;
pub use status::StackStatus;
pub(crate) use types::{APPLICATION, LOGGING_OPTION, STACK};
