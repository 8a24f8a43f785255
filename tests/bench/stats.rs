//! Medians, and how far the middle eight tenths spread.

use std::fmt;

/// A median with its tenth and ninetieth percentile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    low: f64,
    high: f64,
}

impl Spread {
    /// Of nothing, it is not a number.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let at = |tenth: usize| match values.len() {
            0 => f64::NAN,
            count => values[(count - 1) * tenth / 10],
        };
        Self { median: at(5), low: at(1), high: at(9) }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { median, low, high } = self;
        write!(f, "{} [{}..{}]", short(*median), short(*low), short(*high))
    }
}

/// Three digits that say something.
pub(crate) fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        size if size >= 0.1 => format!("{value:.3}"),
        _ => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_the_median_and_the_middle_eight_tenths() {
        let spread = Spread::of((1..=11).rev().map(f64::from));
        assert_eq!(spread.to_string(), "6.00 [2.00..10.0]");
    }
}
