//! One interleaved run: every series once in each repetition, in a new order each time, so that whatever else the
//! machine does meets all of them.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::Child;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::servers::aws::Story;
use crate::servers::host::{Host, Run};
use crate::stats::Spread;
use crate::subject::Subject;

/// One program in one story.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) name: &'static str,
    pub(crate) subject: Subject,
    pub(crate) story: Story,
    /// Events in a row; all but the first are warm.
    pub(crate) events: usize,
}

/// What each series showed in each repetition.
#[derive(Debug, Default)]
pub(crate) struct Measured(BTreeMap<&'static str, Vec<Run>>);

/// Runs everything `repetitions` times.
pub(crate) fn measure(host: &Host, series: &[Series], repetitions: usize) -> Result<Measured, Box<dyn Error>> {
    let mut measured = Measured::default();
    let mut order: Vec<&Series> = series.iter().collect();
    // The first round fills caches and is not counted.
    for repetition in 0..=repetitions {
        fastrand::shuffle(&mut order);
        for Series { name, subject, story, events } in &order {
            let run = host.run(subject, *story, *events, &subject.program, end)?;
            if repetition > 0 {
                measured.0.entry(name).or_default().push(run);
            }
        }
        eprint!("\rrepetition {repetition} of {repetitions}");
    }
    eprintln!();
    Ok(measured)
}

/// As Lambda ends an environment that it no longer needs.
fn end(child: &Child) {
    if let Ok(process) = i32::try_from(child.id()) {
        let _gone = kill(Pid::from_raw(process), Signal::SIGKILL);
    }
}

impl Measured {
    fn runs(&self, name: &str) -> &[Run] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The calls of a series' last event.
    pub(crate) fn calls(&self, name: &str) -> &[String] {
        self.runs(name).last().map_or(&[], |run| &run.calls)
    }

    /// A value of a series.
    pub(crate) fn spread(&self, name: &str, value: impl Fn(&Run) -> f64) -> Spread {
        Spread::of(self.runs(name).iter().map(value))
    }

    /// Of two series in the same repetition.
    pub(crate) fn paired(&self, ours: &str, other: &str, value: impl Fn(&Run, &Run) -> f64) -> Spread {
        Spread::of(self.runs(ours).iter().zip(self.runs(other)).map(|(ours, other)| value(ours, other)))
    }
}
