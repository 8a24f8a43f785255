//! Text in columns.

/// What a line fits in.
pub(crate) const WIDTH: usize = 100;

/// Breaks a text at spaces, and a word that is too long anywhere.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        loop {
            let line = lines.last_mut().expect("there is always a line");
            let used = line.chars().count();
            let gap = usize::from(used > 0);
            if used + gap + word.len() <= width {
                if gap > 0 {
                    line.push(' ');
                }
                line.extend(word);
                break;
            }
            if used == 0 {
                line.extend(word.drain(..width));
            }
            lines.push(String::new());
        }
    }
    lines
}

/// Text under each other in a frame, each line with a short name before it; a name that is empty belongs to the line above.
pub(crate) fn boxed(title: &str, rows: &[(&str, String)]) -> Vec<String> {
    const NAME: usize = 10;
    let inner = WIDTH - 4;
    let mut lines = vec![format!("┌─ {title} {}┐", "─".repeat(inner.saturating_sub(title.chars().count() + 1)))];
    for (name, text) in rows {
        for (index, part) in wrap(text, inner - NAME).into_iter().enumerate() {
            let name = if index == 0 { name } else { "" };
            lines.push(format!("│ {name:<NAME$}{part:<width$} │", width = inner - NAME));
        }
    }
    lines.push(format!("└{}┘", "─".repeat(inner + 2)));
    lines
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, boxed, wrap};

    #[test]
    fn a_text_is_broken_at_spaces_and_a_long_word_anywhere() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a 123456789", 4), ["a", "1234", "5678", "9"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn a_box_is_as_wide_as_a_line() {
        let lines = boxed("Report", &[("Cause", "why ".repeat(60))]);
        assert!(lines.len() > 4 && lines.iter().all(|line| line.chars().count() == WIDTH), "{lines:#?}");
    }
}
