//! What the measured programs talk to: Lambda's Runtime API and AWS, over HTTPS of this run's own authority.

pub(super) mod authority;
pub(super) mod aws;
pub(super) mod host;
pub(super) mod http;
pub(super) mod usage;
