//! What was asked of the local AWS, for checks that a world cannot make of itself: a reader holds it against
//! botocore's service models and against what the policies grant.
//!
//! Lines of JSON in the folder that `LOCAL_AWS_RECORD` names, one file for calls as IAM sees them and one for requests
//! as they came over the wire; without the variable, nothing. Only what a role asks is kept.

use std::env;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::api::{Caller, Recorded};

static FOLDER: LazyLock<Option<PathBuf>> = LazyLock::new(|| env::var_os("LOCAL_AWS_RECORD").map(PathBuf::from));

/// A call, whatever became of it.
pub(crate) fn call(recorded: &Recorded) {
    let Caller::Role(role) = &recorded.caller else { return };
    let (action, resource, refused) = (&recorded.action, &recorded.resource, &recorded.refused);
    line("calls.jsonl", || json!({ "role": role, "action": action, "resource": resource, "refused": refused }));
}

/// A request before it is authorized.
pub(crate) fn request(caller: Option<&Caller>, request: impl FnOnce() -> Value) {
    if let Some(Caller::Role(_)) = caller {
        line("requests.jsonl", request);
    }
}

/// One write for each line: several processes append to the same file.
fn line(file: &str, line: impl FnOnce() -> Value) {
    let Some(folder) = &*FOLDER else { return };
    let text = format!("{}\n", line());
    let file = OpenOptions::new().create(true).append(true).open(folder.join(file));
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    // A lost line is not noticed elsewhere: a permission would count as unused.
    assert!(written.is_ok(), "LOCAL_AWS_RECORD={}: {written:?}", folder.display());
}
