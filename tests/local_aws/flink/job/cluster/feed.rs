//! Streams and tables as files: what the world's stream has is appended for the job, what the job appends becomes rows,
//! and what its role may not write it does not.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::api::{Caller, Context};
use crate::flink::application::Application;
use crate::flink::job::GROUP;
use crate::{State, iam};

/// How far each file is.
#[derive(Debug, Default)]
pub(super) struct Feed {
    written: BTreeMap<String, usize>,
    read: BTreeMap<String, usize>,
}

impl Feed {
    /// Carries what is new, in both directions. A file that cannot be written or read shows as a count that never
    /// comes.
    pub(super) fn carry(&mut self, folder: &Path, state: &mut State) {
        let _ = self.write(&folder.join("streams"), state);
        for application in state.flink.applications.values() {
            let _ = permit(&folder.join("tables"), state, application);
        }
        self.read(&folder.join("tables"), state);
    }

    fn write(&mut self, folder: &Path, state: &State) -> io::Result<()> {
        for (name, stream) in &state.kinesis.streams {
            let written = self.written.entry(name.clone()).or_default();
            let new = stream.records.get(*written..).unwrap_or_default();
            if new.is_empty() {
                continue;
            }
            fs::create_dir_all(folder)?;
            let mut file = OpenOptions::new().create(true).append(true).open(folder.join(name))?;
            for record in new {
                let mut line = record.data.clone();
                line.push(b'\n');
                file.write_all(&line)?;
                *written += 1;
            }
        }
        Ok(())
    }

    fn read(&mut self, folder: &Path, state: &mut State) {
        for (name, table) in &mut state.dynamodb.tables {
            let text = fs::read_to_string(folder.join(name)).unwrap_or_default();
            let read = self.read.entry(name.clone()).or_default();
            // What follows the last line break is a row that is being written.
            let complete = text.rfind('\n').map_or(0, |end| end + 1);
            for line in text.get(*read..complete).unwrap_or_default().lines() {
                let row: Value = serde_json::from_str(line).unwrap_or_default();
                let count = row["count"].to_string();
                let _ = table.put(&json!({
                    "key": { "S": row["key"] }, "featureName": { "S": row["featureName"] }, "count": { "N": count },
                }));
            }
            *read = complete;
        }
    }
}

/// A table that the execution role may not write is a file beside it, which the job asks for as it would ask AWS.
fn permit(folder: &Path, state: &State, application: &Application) -> io::Result<()> {
    let Some(table) = application.configuration.property(GROUP, "table.name") else { return Ok(()) };
    let parts: Vec<_> = application.arn.split(':').collect();
    let arn = format!("arn:aws:dynamodb:{}:{}:table/{table}", parts[3], parts[4]);
    let role = Caller::Role(iam::role_name(&application.configuration.role).to_owned());
    let denied = folder.join(format!("{table}.denied"));
    match iam::authorize(state, &role, "dynamodb:PutItem", &arn, &Context::new()) {
        Err(error) if !denied.exists() => {
            // At once with its text: the job reads whatever is there.
            let text = denied.with_extension("text");
            fs::write(&text, error.to_string()).and_then(|()| fs::rename(text, denied))
        }
        Ok(()) if denied.exists() => fs::remove_file(denied),
        Ok(()) | Err(_) => Ok(()),
    }
}
