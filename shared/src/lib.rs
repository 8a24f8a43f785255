//! The core of flink-stack-handlers: values in, values out.
//!
//! A function's shell reads what AWS says, asks this crate for the next step, does that one step, and reads again. The
//! templates are generated here too, so that what a template writes and what a function reads is the same item.
//!
//! ```text
//!  event ─► custom_resource ─► contract ─► Goal ─► lifecycle::next_step(goal, observed) ─► Step ─► functions/shell
//!                (protocol)     (meaning)               ▲                                            │ one request
//!                                                       └──────────── Observed ◄── what AWS says ◄───┘
//! ```
//!
//! # The rooms
//!
//! ```text
//! operator -> template -> contract -> lifecycle, custom_resource -> flink, stack
//! ```
//!
//! * [`flink`] and [`stack`]: what the service and CloudFormation say, as values. The ground floor.
//! * [`lifecycle`]: from a goal and what was just observed, the one next step. The only place that decides.
//! * [`custom_resource`]: CloudFormation's custom-resource protocol as values: request, reply, limits, verdict.
//! * [`contract`]: what two programs must agree on, each name once: properties, attributes, environment, tags, events.
//! * [`template`]: the CloudFormation generator, and the templates.
//! * [`operator`]: why a stack is stuck, and what a deployment will do; with the planner's own rules.
//!
//! A room names only what stands to its right; `tests/scenarios/repository/rooms.rs` reads the sources for that.
//!
//! # Invariants
//!
//! Each is held by a test, which fails when it is broken.
//!
//! 1. **Nothing here waits or reads the world.** No `async`, clock, environment variable, file or SDK: time is an
//!   argument, what AWS says is an argument ([`lifecycle::Observed`]), and the result is one [`lifecycle::Step`].
//!   `clippy.toml` of this crate forbids the calls.
//! 2. **A step is one request.** Between two calls the application is read again. Nothing is remembered but what one
//!   invocation tried ([`lifecycle::Attempts`]), so an invocation that ends anywhere is continued by the next from what
//!   it reads. `lifecycle::walk` explores every state that a goal can meet, with invocations that are killed.
//! 3. **No goal runs in a circle, and each ends**: reached, or refused with a remedy. The same walk finds a circle
//!   through a call, a wait for nothing, and a call that the service forbids in that status.
//! 4. **Enums are closed.** No `_` arm on an enum of ours, so that a new variant does not compile until each place has
//!   decided about it. A word that AWS adds is refused where it enters, with the word in the message.
//! 5. **Only what the stack owns is touched** ([`stack::is_owned`]), and a force-stop only within the replay rule
//!   ([`lifecycle::replay`]).
//! 6. **A role allows what a goal can ask for, and nothing else**: the policies are derived from each function's
//!   [`contract::permissions`], and `make requests` finds a permission that no scenario used.
//! 7. **A name of the contract stands once**, as a field or a constant that both sides use. The doc tests of
//!   [`contract`] show that one that is misspelt does not compile.
//! 8. **The same source makes the same bytes**: templates are values, rendered without a clock or an account.
//! 9. **No message holds a property's value or a ResponseURL.** [`flink::Mask`] covers what a service repeats.
//!
#![doc = include_str!("how_to/goal.md")]
#![doc = include_str!("how_to/refusal.md")]
#![doc = include_str!("how_to/resource.md")]
#![warn(clippy::wildcard_enum_match_arm)]

pub mod contract;
pub mod custom_resource;
pub mod flink;
pub mod lifecycle;
pub mod operator;
pub mod region;
pub mod stack;
mod status_words;
pub mod template;
pub mod time;

pub use status_words::UnknownWord;
