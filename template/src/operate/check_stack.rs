//! `flink-stack check-stack`: what `make deploy` and `make destroy` ask before they change anything.

use std::path::Path;

use shared::operator::{may_delete, may_replace};

use super::{CheckStack, account};
use crate::document;

/// Looks at all of them, prints what stands in the way, one stack a line, and says what the command ends with.
///
/// # Errors
/// What could not be read.
pub(super) async fn answer(asked: &CheckStack) -> Result<u8, String> {
    let operator = account::operator(&account::region(asked.region.as_deref())?)?;
    let mut refused = 0;
    for (stack, file) in &asked.stacks {
        let new = document::read(Path::new(file))?;
        // Nothing there is nothing that could be lost.
        let Some(deployed) = operator.template(stack).await? else { continue };
        let verdict =
            if asked.delete { may_delete(deployed.as_ref(), &new) } else { may_replace(deployed.as_ref(), &new) };
        if let Err(reason) = verdict {
            eprintln!("flink-stack: {}", reason.describe(stack));
            refused = 1;
        }
    }
    Ok(refused)
}
