//! A release in the place of a build: its folder, the bucket that it is copied into, the functions stack, and the way
//! from functions that were installed otherwise.

mod folder;
mod installed;
mod publish;
mod steps;
mod take_over;

pub(super) use folder::Release;
pub(super) use installed::{InstalledFunctions, check};
pub(crate) use publish::run as publish;
pub(super) use steps::{before_stack, deploy_built, functions_alone, request, weigh};
