//! Rows with their targets.

use std::fmt;

use crate::stats::{Spread, short};

/// One metric of ours beside another implementation's.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) metric: String,
    pub(crate) ours: String,
    pub(crate) other: String,
    /// What is held against the target.
    pub(crate) value: String,
    measured: f64,
    target: Option<f64>,
}

impl Row {
    /// A ratio of two programs in the same repetitions.
    pub(crate) fn ratio(metric: &str, ours: String, other: String, ratio: Spread, target: Option<f64>) -> Self {
        Self { metric: metric.to_owned(), ours, other, value: ratio.to_string(), measured: ratio.median, target }
    }

    /// A figure that repeats.
    pub(crate) fn figure(metric: &str, ours: String, other: String, figure: f64, target: Option<f64>) -> Self {
        Self { metric: metric.to_owned(), ours, other, value: short(figure), measured: figure, target }
    }

    pub(crate) fn is_missed(&self) -> bool {
        self.target.is_some_and(|target| self.measured.is_nan() || self.measured > target)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { metric, ours, other, value, target, .. } = self;
        let target = match target {
            None => "| ".to_owned(),
            Some(target) => format!("<= {} | {}", short(*target), if self.is_missed() { "**MISSED**" } else { "met" }),
        };
        write!(f, "| {metric} | {ours} | {other} | {value} | {target} |")
    }
}

/// The table, as tests/README.md has it.
pub(crate) fn print(title: &str, rows: &[Row]) {
    println!("\n| {title} | ours | theirs | ratio [p10..p90] | target | |\n|---|---|---|---|---|---|");
    for row in rows {
        println!("{row}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_whether_its_target_is_met() {
        let row = |figure| Row::figure("zip", "2.6 MB".to_owned(), "7.3 MB".to_owned(), figure, Some(0.4)).to_string();
        assert_eq!(row(0.36), "| zip | 2.6 MB | 7.3 MB | 0.360 | <= 0.400 | met |");
        assert_eq!(row(0.41), "| zip | 2.6 MB | 7.3 MB | 0.410 | <= 0.400 | **MISSED** |");
        assert!(
            Row::figure("", String::new(), String::new(), f64::NAN, Some(0.4)).is_missed(),
            "nothing measured is not met"
        );
    }
}
