//! Lines of coloured text, fitted to a width.

use super::super::line::{Colour, Style};

/// The width of the labels, as in the answers of `plan` and `why`.
pub(super) const LABEL: usize = 10;

/// Where lines are written to.
#[derive(Debug, Clone, Copy)]
pub struct Canvas {
    /// Its width in columns; `None` where there is no terminal, and lines are as long as they are.
    pub width: Option<usize>,
    /// Whether it takes colours, or plain text.
    pub style: Style,
}

/// A line of spans, each in one colour; what is wrapped stands under its first letter after `indent` columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    letters: Vec<(char, Option<Colour>)>,
    indent: usize,
}

impl Line {
    pub(super) fn of(text: &str) -> Self {
        Self::default().then(text)
    }

    pub(super) fn coloured(colour: Colour, text: &str) -> Self {
        Self::default().then_coloured(colour, text)
    }

    /// A label in bold, and a text beside it; an empty label goes on with the one above.
    pub(super) fn labelled(label: &str) -> Self {
        let label = format!("{label:<LABEL$}");
        Self { indent: LABEL, ..Self::default() }.then_coloured(Colour::Bold, &label)
    }

    pub(super) fn indented(self, indent: usize) -> Self {
        Self { indent, ..self }
    }

    /// The same with a label in the place of the blank one.
    pub(super) fn relabelled(mut self, label: &str) -> Self {
        let label = Self::labelled(label).letters;
        self.letters.splice(..LABEL.min(self.letters.len()), label);
        self
    }

    pub(super) fn then(mut self, text: &str) -> Self {
        self.letters.extend(text.chars().map(|letter| (letter, None)));
        self
    }

    pub(super) fn then_coloured(mut self, colour: Colour, text: &str) -> Self {
        self.letters.extend(text.chars().map(|letter| (letter, Some(colour))));
        self
    }

    /// The letters of each line that is left after wrapping: at a space where there is one, within a word that is too
    /// long.
    fn wrapped(&self, width: usize) -> Vec<Vec<(char, Option<Colour>)>> {
        let mut lines = Vec::new();
        let mut rest = &self.letters[..];
        let mut indent = 0;
        while indent + rest.len() > width {
            let room = width.saturating_sub(indent).max(1);
            let break_at = rest.iter().take(room + 1).rposition(|(letter, _)| *letter == ' ').filter(|at| *at > 0);
            // A word that no line holds begins in this one.
            let word = |at: &usize| rest[at + 1..].iter().take_while(|(letter, _)| *letter != ' ').count();
            let break_at = break_at.filter(|at| word(at) <= width - self.indent.min(width / 2));
            let end = break_at.unwrap_or(room).min(rest.len());
            lines.push(padded(indent, &rest[..end]));
            let next = rest.iter().skip(end).position(|(letter, _)| *letter != ' ');
            let Some(next) = next else { return lines };
            rest = &rest[end + next..];
            indent = self.indent.min(width / 2);
        }
        lines.push(padded(indent, rest));
        lines
    }
}

fn padded(indent: usize, letters: &[(char, Option<Colour>)]) -> Vec<(char, Option<Colour>)> {
    std::iter::repeat_n((' ', None), indent).chain(letters.iter().copied()).collect()
}

impl Canvas {
    /// Every line whole, on as many rows as it takes.
    pub(super) fn wrap(&self, lines: &[Line]) -> Vec<String> {
        let wrapped = lines.iter().flat_map(|line| match self.width {
            Some(width) => line.wrapped(width),
            None => vec![line.letters.clone()],
        });
        wrapped.map(|letters| self.painted(&letters)).collect()
    }

    /// Every line on one row, as much of it as fits.
    pub(super) fn cut(&self, lines: &[Line]) -> Vec<String> {
        let fits = |line: &Line| self.width.is_none_or(|width| line.letters.len() <= width);
        lines
            .iter()
            .map(|line| match self.width {
                Some(width) if !fits(line) => {
                    let dots = "...".chars().map(|letter| (letter, None));
                    let kept = line.letters.iter().copied().take(width.saturating_sub(3));
                    self.painted(&kept.chain(dots).take(width).collect::<Vec<_>>())
                }
                Some(_) | None => self.painted(&line.letters),
            })
            .collect()
    }

    /// Plain texts, each on one row.
    #[must_use]
    pub fn fit(&self, texts: &[String]) -> Vec<String> {
        self.cut(&texts.iter().map(|text| Line::of(text)).collect::<Vec<_>>())
    }

    fn painted(&self, letters: &[(char, Option<Colour>)]) -> String {
        let end = letters.iter().rposition(|(letter, _)| *letter != ' ').map_or(0, |last| last + 1);
        let runs = letters[..end].chunk_by(|(_, one), (_, other)| one == other);
        runs.map(|run| {
            let text: String = run.iter().map(|(letter, _)| *letter).collect();
            match run.first().and_then(|(_, colour)| *colour) {
                Some(colour) => self.style.paint(colour, &text),
                None => text,
            }
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NARROW: Canvas = Canvas { width: Some(20), style: Style::Plain };

    #[test]
    fn what_stays_is_wrapped_under_its_label_and_a_long_word_is_broken() {
        let line = Line::labelled("next").then("aws logs tail /aws/kinesis-analytics/orders");
        let found = NARROW.wrap(&[line]);
        assert_eq!(
            found,
            [
                "next      aws logs",
                "          tail /aws/",
                "          kinesis-an",
                "          alytics/or",
                "          ders"
            ]
        );
        assert_eq!(NARROW.wrap(&[Line::default()]), [""]);
    }

    #[test]
    fn what_is_drawn_again_is_cut_and_nothing_is_without_a_width() {
        let line = Line::of("123456789 123456789 1");
        assert_eq!(NARROW.cut(std::slice::from_ref(&line)), ["123456789 1234567..."]);
        let wide = Canvas { width: None, ..NARROW };
        assert_eq!(wide.cut(std::slice::from_ref(&line)), wide.wrap(&[line]));
    }

    #[test]
    fn a_colour_takes_no_column() {
        let canvas = Canvas { style: Style::Coloured, ..NARROW };
        let line = Line::coloured(Colour::Red, "12345678901234567890");
        assert_eq!(canvas.cut(&[line]), ["\u{1b}[31m12345678901234567890\u{1b}[0m"]);
    }
}
