//! AllowedPattern without a regular-expression crate: the small language that parameter patterns are written in.
//!
//! Literals, `.`, classes, groups with `|`, and the repetitions `* + ? {n} {n,} {n,m}`; always anchored, as in
//! CloudFormation. Anything else (look-around, back references, `\p`) is refused by name.

/// Whether the whole text matches.
///
/// # Errors
/// A pattern that this engine does not know.
pub(super) fn matches(pattern: &str, text: &str) -> Result<bool, String> {
    let letters: Vec<char> = pattern.chars().collect();
    let mut parser = Parser { letters: &letters, at: 0 };
    let tree = parser.alternatives()?;
    if parser.at != letters.len() {
        return Err(format!("AllowedPattern is not understood: {pattern}"));
    }
    let text: Vec<char> = text.chars().collect();
    Ok(ends(&tree, &text, 0).contains(&text.len()))
}

enum Node {
    One(Class),
    Sequence(Vec<Node>),
    Either(Vec<Node>),
    Repeat { inner: Box<Node>, least: usize, most: usize },
}

struct Class {
    is_negated: bool,
    ranges: Vec<(char, char)>,
}

/// Every position at which a match that begins at `start` can end.
fn ends(node: &Node, text: &[char], start: usize) -> Vec<usize> {
    match node {
        Node::One(class) => match text.get(start) {
            Some(letter) if class.has(*letter) => vec![start + 1],
            Some(_) | None => Vec::new(),
        },
        Node::Sequence(parts) => {
            let mut at = vec![start];
            for part in parts {
                at = at.iter().flat_map(|from| ends(part, text, *from)).collect();
                at.sort_unstable();
                at.dedup();
            }
            at
        }
        Node::Either(branches) => branches.iter().flat_map(|branch| ends(branch, text, start)).collect(),
        Node::Repeat { inner, least, most } => {
            let mut found = if *least == 0 { vec![start] } else { Vec::new() };
            let mut at = vec![start];
            for count in 1..=(*most).min(text.len() + 1) {
                at = at.iter().flat_map(|from| ends(inner, text, *from)).collect();
                at.sort_unstable();
                at.dedup();
                if at.is_empty() {
                    break;
                }
                if count >= *least {
                    found.extend(&at);
                }
            }
            found
        }
    }
}

impl Class {
    fn has(&self, letter: char) -> bool {
        self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&letter)) != self.is_negated
    }
}

struct Parser<'a> {
    letters: &'a [char],
    at: usize,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let letter = self.letters.get(self.at).copied();
        self.at += usize::from(letter.is_some());
        letter
    }

    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn alternatives(&mut self) -> Result<Node, String> {
        let mut branches = vec![self.sequence()?];
        while self.peek() == Some('|') {
            self.at += 1;
            branches.push(self.sequence()?);
        }
        Ok(Node::Either(branches))
    }

    fn sequence(&mut self) -> Result<Node, String> {
        let mut parts = Vec::new();
        while let Some(letter) = self.peek() {
            match letter {
                '|' | ')' => break,
                '^' | '$' => self.at += 1,
                '[' | '(' | '\\' | '.' => {
                    let atom = self.atom()?;
                    parts.push(self.repeated(atom)?);
                }
                _ => {
                    self.at += 1;
                    parts.push(self.repeated(literal(letter))?);
                }
            }
        }
        Ok(Node::Sequence(parts))
    }

    fn atom(&mut self) -> Result<Node, String> {
        match self.next() {
            Some('(') => {
                if self.peek() == Some('?') {
                    self.at += 1;
                    if self.next() != Some(':') {
                        return Err("AllowedPattern: look-around is not supported".to_owned());
                    }
                }
                let inner = self.alternatives()?;
                if self.next() == Some(')') { Ok(inner) } else { Err("AllowedPattern: unclosed group".to_owned()) }
            }
            Some('[') => self.class(),
            Some('.') => Ok(Node::One(Class { is_negated: true, ranges: vec![('\n', '\n')] })),
            Some('\\') => {
                let escaped = self.next().ok_or("AllowedPattern ends in a backslash")?;
                let (ranges, is_negated) = escape(escaped)?;
                Ok(Node::One(Class { is_negated, ranges }))
            }
            other => Err(format!("AllowedPattern: {other:?} is not supported")),
        }
    }

    fn class(&mut self) -> Result<Node, String> {
        let is_negated = self.peek() == Some('^');
        self.at += usize::from(is_negated);
        let mut ranges = Vec::new();
        loop {
            let low = match self.next().ok_or("AllowedPattern: unclosed class")? {
                ']' if !ranges.is_empty() => break,
                '\\' => {
                    let (more, negated) = escape(self.next().ok_or("AllowedPattern ends in a backslash")?)?;
                    if negated {
                        return Err("AllowedPattern: a negated escape in a class is not supported".to_owned());
                    }
                    ranges.extend(more);
                    continue;
                }
                letter => letter,
            };
            let is_range = self.peek() == Some('-') && self.letters.get(self.at + 1).is_some_and(|next| *next != ']');
            let high = if is_range {
                self.at += 1;
                self.next().unwrap_or(low)
            } else {
                low
            };
            ranges.push((low, high));
        }
        Ok(Node::One(Class { is_negated, ranges }))
    }

    fn repeated(&mut self, atom: Node) -> Result<Node, String> {
        let (least, most) = match self.peek() {
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            Some('?') => (0, 1),
            Some('{') => {
                let rest = &self.letters[self.at + 1..];
                let length = rest.iter().position(|letter| *letter == '}').ok_or("AllowedPattern: unclosed {")?;
                let inside: String = rest[..length].iter().collect();
                self.at += length + 1;
                let number = |text: &str| text.parse::<usize>().map_err(|_| format!("AllowedPattern: {{{inside}}}"));
                match inside.split_once(',') {
                    None => (number(&inside)?, number(&inside)?),
                    Some((least, "")) => (number(least)?, usize::MAX),
                    Some((least, most)) => (number(least)?, number(most)?),
                }
            }
            Some(_) | None => return Ok(atom),
        };
        self.at += 1;
        Ok(Node::Repeat { inner: Box::new(atom), least, most })
    }
}

fn literal(letter: char) -> Node {
    Node::One(Class { is_negated: false, ranges: vec![(letter, letter)] })
}

type Escape = (Vec<(char, char)>, bool);

fn escape(letter: char) -> Result<Escape, String> {
    match letter {
        'd' => Ok((vec![('0', '9')], false)),
        'w' => Ok((vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')], false)),
        's' => Ok((vec![(' ', ' '), ('\t', '\r')], false)),
        'D' => Ok((vec![('0', '9')], true)),
        'S' => Ok((vec![(' ', ' '), ('\t', '\r')], true)),
        letter if letter.is_ascii_alphanumeric() => Err(format!("AllowedPattern: \\{letter} is not supported")),
        letter => Ok((vec![(letter, letter)], false)),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_pattern_is_anchored_at_both_ends() {
        assert_eq!(matches("[a-z]+", "abc"), Ok(true));
        assert_eq!(matches("[a-z]+", "abc1"), Ok(false));
    }

    #[test]
    fn an_arn_of_a_role_matches_its_pattern() {
        let pattern = r"^arn:aws(-[a-z]+)*:iam::\d{12}:role/[\w+=,.@/-]{1,512}$";
        assert_eq!(matches(pattern, "arn:aws:iam::123456789012:role/flink-stack/x"), Ok(true));
        assert_eq!(matches(pattern, "arn:aws:iam::1234:role/x"), Ok(false));
    }

    #[test]
    fn an_optional_group_may_be_empty() {
        assert_eq!(matches("|flink-[a-z]*", ""), Ok(true));
        assert_eq!(matches("(|flink-[a-z]*)", "flink-x"), Ok(true));
    }
}
