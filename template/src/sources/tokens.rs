//! Source text as words, texts and signs, without comments: enough of Java, Kotlin, Scala and Python to find what is read from where.

use std::path::Path;

/// A language whose sources are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Java,
    Kotlin,
    Scala,
    Python,
}

impl Language {
    /// By the file's name.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "java" => Some(Self::Java),
            "kt" | "kts" => Some(Self::Kotlin),
            "scala" => Some(Self::Scala),
            "py" => Some(Self::Python),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    /// A text that is put together when the program runs.
    Made,
    Sign(char),
}

#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// The tokens of a file.
pub(super) fn tokens(text: &str, language: Language) -> Vec<Placed> {
    let mut reader = Reader { rest: text, line: 1, column: 1 };
    let mut found: Vec<Placed> = Vec::new();
    while let Some(next) = reader.rest.chars().next() {
        let (line, column) = (reader.line, reader.column);
        let comment = match language {
            Language::Python => reader.rest.starts_with('#'),
            Language::Java | Language::Kotlin | Language::Scala => reader.rest.starts_with("//"),
        };
        let token = if comment {
            reader.take_while(|letter| letter != '\n');
            continue;
        } else if language != Language::Python && reader.rest.starts_with("/*") {
            reader.take_past("*/");
            continue;
        } else if next.is_whitespace() {
            reader.take(1);
            continue;
        } else if next == '"' || (next == '\'' && (language == Language::Python || reader.is_a_letter())) {
            let text = reader.text();
            // f"..", s".." and "$x" are put together later.
            let prefix = found.last().filter(|before| before.line == line && before.column + 1 == column);
            let made =
                matches!(prefix.map(|before| &before.token), Some(Token::Word(word)) if word == "f" || word == "s");
            let templated = matches!(language, Language::Kotlin) && text.contains('$');
            if made {
                found.pop();
            }
            if made || templated { Token::Made } else { Token::Text(text) }
        } else if next.is_alphanumeric() || next == '_' {
            Token::Word(reader.take_while(|letter| letter.is_alphanumeric() || letter == '_').to_owned())
        } else {
            reader.take(1);
            Token::Sign(next)
        };
        found.push(Placed { token, line, column });
    }
    found
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
}

impl<'a> Reader<'a> {
    fn take_bytes(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        for letter in taken.chars() {
            (self.line, self.column) = if letter == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        }
        taken
    }

    fn take(&mut self, letters: usize) -> &'a str {
        let bytes = self.rest.chars().take(letters).map(char::len_utf8).sum();
        self.take_bytes(bytes)
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        let bytes = self.rest.find(|letter| !keep(letter)).unwrap_or(self.rest.len());
        self.take_bytes(bytes)
    }

    fn take_past(&mut self, end: &str) -> &'a str {
        let bytes = self.rest.find(end).map_or(self.rest.len(), |at| at + end.len());
        self.take_bytes(bytes)
    }

    /// Whether `'x'` stands here, and not Scala's or a generic's lonely `'`.
    fn is_a_letter(&self) -> bool {
        let mut letters = self.rest.chars().skip(1);
        letters.next() == Some('\\') || letters.next() == Some('\'')
    }

    fn text(&mut self) -> String {
        let quote = if self.rest.starts_with("\"\"\"") || self.rest.starts_with("'''") { 3 } else { 1 };
        let quote = self.take(quote);
        let mut text = String::new();
        while !self.rest.is_empty() && !self.rest.starts_with(quote) {
            if quote.len() == 1 && self.rest.starts_with('\n') {
                break;
            }
            let letter = self.take(1);
            text.push_str(if letter == "\\" { self.take(1) } else { letter });
        }
        self.take(quote.len());
        text
    }
}
