//! What a process writes to stdout and stderr, as lines of its function's log; and the certainty that all of it was
//! read.

use std::io::{self, PipeWriter, Write as _};
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::sync::{Arc, Weak};

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::unix::pipe;
use tokio::sync::watch;

use crate::lambda::LogLine;
use crate::{World, stamp};

/// The host's own writing end of the pipe into which a process writes.
#[derive(Debug)]
pub(in crate::lambda) struct Output {
    writer: PipeWriter,
    /// How many marks were read.
    read: watch::Receiver<u64>,
    /// What the host writes and no function does.
    mark: String,
}

impl Output {
    /// A pipe whose lines become log lines of the function, as long as there is a world.
    ///
    /// # Errors
    /// When the process has no file descriptor left.
    pub(in crate::lambda) fn of(world: Weak<World>, function: String) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        let reader = pipe::Receiver::from_owned_fd(OwnedFd::from(reader))?;
        let (reading, read) = watch::channel(0);
        let mark = format!("mark-{}", stamp::uuid());
        tokio::spawn(keep_lines(world, function, reader, mark.clone(), reading));
        Ok(Self { writer, read, mark })
    }

    /// A writing end for the process: one for stdout, one for stderr.
    ///
    /// # Errors
    /// As [`Output::of`].
    pub(in crate::lambda) fn end(&self) -> io::Result<Stdio> {
        Ok(Stdio::from(self.writer.try_clone()?))
    }

    /// Waits until everything that the process has written is in the log: a pipe keeps its order, so what was written
    /// before the host's mark was read before it.
    pub(in crate::lambda) async fn drained(&self) {
        let mut read = self.read.clone();
        let before = *read.borrow();
        let Ok(mut writer) = self.writer.try_clone() else { return };
        let mark = format!("{}\n", self.mark);
        // A full pipe blocks the writer until the other task has read some of it.
        let written = tokio::task::spawn_blocking(move || writer.write_all(mark.as_bytes())).await;
        if matches!(written, Ok(Ok(()))) {
            // An error: the reader is gone with its world, and its log will not be read.
            let _ = read.wait_for(|marks| *marks > before).await;
        }
    }
}

async fn keep_lines(
    world: Weak<World>,
    function: String,
    reader: pipe::Receiver,
    mark: String,
    reading: watch::Sender<u64>,
) {
    let mut lines = BufReader::new(reader).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        // What the process wrote without a line end stands before the mark.
        let own = line.strip_suffix(&mark);
        let text = own.unwrap_or(&line);
        if own.is_none() || !text.is_empty() {
            let Some(world) = Weak::upgrade(&world) else { return };
            let line = LogLine { function: function.clone(), line: text.to_owned() };
            let world: Arc<World> = world;
            world.state().lambda.logs.push(line);
        }
        if own.is_some() {
            reading.send_modify(|marks| *marks += 1);
        }
    }
}
