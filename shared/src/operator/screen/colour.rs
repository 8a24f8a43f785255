//! Whether a stream gets colours.

use super::super::line::Style;

/// What the flag `--color` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColourFlag {
    /// Colours wherever it is written to.
    Always,
    /// No colours, wherever it is written to.
    Never,
}

/// Everything that decides about colours, the strongest first.
#[derive(Debug, Clone, Copy, Default)]
pub struct ColourChoice<'a> {
    /// NO_COLOR, as it is set.
    pub no_color: Option<&'a str>,
    /// The flag of the command, where it was given.
    pub flag: Option<ColourFlag>,
    /// CLICOLOR_FORCE, as it is set.
    pub clicolor_force: Option<&'a str>,
    /// Whether the stream is a terminal.
    pub is_terminal: bool,
    /// TERM, as it is set.
    pub term: Option<&'a str>,
}

impl ColourChoice<'_> {
    /// NO_COLOR, then the flag, then CLICOLOR_FORCE, then whether it is a terminal that is not dumb.
    #[must_use]
    pub fn style(self) -> Style {
        let is_set = |value: Option<&str>| value.is_some_and(|value| !value.is_empty());
        let is_forced = is_set(self.clicolor_force) && self.clicolor_force != Some("0");
        let is_coloured = match self.flag {
            _ if is_set(self.no_color) => false,
            Some(ColourFlag::Always) => true,
            Some(ColourFlag::Never) => false,
            None => is_forced || (self.is_terminal && self.term != Some("dumb")),
        };
        if is_coloured { Style::Coloured } else { Style::Plain }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_word_decides() {
        let terminal = ColourChoice { is_terminal: true, term: Some("xterm"), ..ColourChoice::default() };
        let always = ColourChoice { flag: Some(ColourFlag::Always), ..ColourChoice::default() };
        let never = ColourChoice { flag: Some(ColourFlag::Never), ..terminal };
        for (choice, style) in [
            (ColourChoice::default(), Style::Plain),
            (terminal, Style::Coloured),
            (ColourChoice { term: Some("dumb"), ..terminal }, Style::Plain),
            (ColourChoice { no_color: Some("1"), ..terminal }, Style::Plain),
            (ColourChoice { no_color: Some(""), ..terminal }, Style::Coloured),
            (ColourChoice { clicolor_force: Some("1"), ..ColourChoice::default() }, Style::Coloured),
            (ColourChoice { clicolor_force: Some("0"), ..ColourChoice::default() }, Style::Plain),
            (always, Style::Coloured),
            (ColourChoice { no_color: Some("1"), ..always }, Style::Plain),
            (ColourChoice { clicolor_force: Some("1"), ..never }, Style::Plain),
        ] {
            assert_eq!(choice.style(), style, "{choice:?}");
        }
    }
}
