//! What a person sees of a deployment: before it, while it runs, and after it. Functions from a model, a width and a
//! style to lines; drawing them is the command's.
//!
//! The sixteen colours only repeat what a sign and a word say already. What stays on the screen is wrapped; what is
//! drawn again and again is cut, so that a line is a line.

mod after;
mod before;
mod colour;
mod during;
mod failure;
mod removal;
mod risk;
mod status;
mod table;
#[cfg(test)]
mod tests;
mod text;

pub use after::{ResultScreen, after};
pub use before::{QuestionScreen, before};
pub use colour::{ColourChoice, ColourFlag};
pub use during::{ProgressScreen, clock, during, event_line, failed_steps, seconds, waiting_line};
pub use failure::{FailureReport, failure};
pub use removal::{RemovalScreen, removing, staying};
pub use risk::{ConsentNeeded, Risk, risk};
pub use status::{Status, an_update, newest_operation, status};
pub(super) use table::permission_lines;
pub use text::Canvas;
