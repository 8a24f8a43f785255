//! Text in columns.

/// What a line fits in.
pub(crate) const WIDTH: usize = 100;

/// Breaks a text at spaces, and a word that is too long anywhere.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
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

/// A text that people read: identifiers by their beginning, ARNs by their end, and no more than the first sentences.
pub(crate) fn brief(text: &str) -> String {
    const LONGEST: usize = 240;
    let text = text.split(' ').map(short).collect::<Vec<_>>().join(" ");
    // CloudFormation and Flink put the cause first and advice after it.
    let text = text.split(" Please check").next().unwrap_or_default();
    if text.chars().count() <= LONGEST { text.to_owned() } else { text.chars().take(LONGEST).chain(['…']).collect() }
}

/// A word without what only machines read.
fn short(word: &str) -> String {
    if word.starts_with("arn:") {
        return word.rsplit(':').next().unwrap_or_default().to_owned();
    }
    let is_hex = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let begins = (0..word.len()).filter(|begin| word.is_char_boundary(*begin));
    let uuid = begins.map(|begin| &word[begin..]).find(|rest| {
        let parts: Vec<_> = rest.get(..36).unwrap_or_default().split('-').collect();
        parts.len() == 5 && parts.iter().zip([8, 4, 4, 4, 12]).all(|(part, length)| is_hex(part, length))
    });
    uuid.map_or_else(|| word.to_owned(), |uuid| word.replace(&uuid[..36], &format!("{}…", &uuid[..8])))
}

/// Text under each other in a frame, each line with a short name before it; a name that is empty belongs to the line
/// above.
pub(crate) fn boxed(title: &str, rows: &[(&str, String)]) -> Vec<String> {
    const NAME: usize = 10;
    let inner = WIDTH - 4;
    let mut lines = vec![format!("┌─ {title} {}┐", "─".repeat(inner.saturating_sub(title.chars().count() + 1)))];
    for (name, text) in rows {
        for (index, part) in wrap(&brief(text), inner - NAME).into_iter().enumerate() {
            let name = if index == 0 { name } else { "" };
            lines.push(format!("│ {name:<NAME$}{part:<width$} │", width = inner - NAME));
        }
    }
    lines.push(format!("└{}┘", "─".repeat(inner + 2)));
    lines
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, boxed, brief, wrap};

    #[test]
    fn identifiers_and_arns_are_shortened() {
        let text = "marker=4b6e8a1c-0000-4000-8000-1234567890ab, of arn:aws:dynamodb:eu-west-1:111122223333:table/t";
        assert_eq!(brief(text), "marker=4b6e8a1c…, of table/t");
    }

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
