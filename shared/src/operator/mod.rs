//! What an operator asks: why a stack is stuck, and what a deployment will do. Values in, values out, like the planner,
//! whose rules it applies: it decides nothing that the functions decide in another way.
//!
//! It refuses to know: how any of it was read, and how to change anything. Every answer ends in commands for a person.

pub mod deployment;
mod ending;
mod job;
mod line;
mod origin;
mod permissions;
mod plan;
mod progress;
mod refused;
mod screen;
mod why;

pub use ending::Ending;
pub use job::{Job, SlowSince, job};
pub use line::{Style, age};
pub use origin::{NotReplaceable, Origin, may_delete, may_replace, origin};
pub use permissions::{AccessChange, Field, FormerField, Grant, PermissionChange, Sign, Subject, permissions};
pub use plan::{Change, Deployed, DeployedResource, Effect, Finding, ListedChange, Outlook, Plan, Proposal, plan};
pub use progress::{Bar, Failure, Kept, Phase, Progress, TimelineStep, Working, timeline};
pub use refused::{RefusedSnapshots, refused_snapshots};
pub use screen::{
    Canvas, ColourChoice, ColourFlag, ConsentNeeded, FailureReport, ProgressScreen, QuestionScreen as BeforeScreen,
    RemovalScreen, ResultScreen, Risk, Status, after, an_update, before, clock, during, event_line, failed_steps,
    failure, newest_operation, removing, risk, seconds, status, staying, waiting_line,
};
pub use why::{ApplicationSeen, Fix, Scene, Verdict, Why, fix, why};
