//! One custom-resource request to one answer.

pub(crate) mod deliver;
pub(crate) mod handle;
pub(crate) mod progress;
pub(crate) mod request_stack;
pub(crate) mod respond;
