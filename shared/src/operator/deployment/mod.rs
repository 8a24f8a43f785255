//! What `flink-stack deploy` and `destroy` decide: settings, parameters, consent, and the status that a deployment may
//! begin from and ends with. The command asks the services and waits; nothing here does.

mod consent;
pub mod installed;
mod kept;
pub mod limits;
mod parameters;
pub mod prefixes;
pub mod published;
mod removal;
mod settings;
pub mod status;

pub use consent::{StackChanges, consent};
pub use kept::{InvokePermission, invoke_permissions};
pub use parameters::{
    ARCHITECTURE, DEFAULT_TAG, NewStack, Values, access_parameters, application_parameters, architecture,
    function_variables, handlers_parameters, is_retained, pairs, role_output, tags,
};
pub use removal::{Removal, removal_command, removals};
pub use settings::{GivenSettings, SETTINGS, Setting, ValueKind, Verb};
