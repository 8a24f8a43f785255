//! Property values may be secrets, and a service's own text can repeat them (DESIGN 4.7).

use crate::flink::{Application, PropertyGroup};

/// What stands for a value.
const MASKED: &str = "***";
/// Shorter values are words of the language: `true`, `8080`.
const SHORTEST: usize = 6;

/// The values that no text may repeat, and what a request names anyway.
#[derive(Debug, Clone, Default)]
pub struct Mask {
    values: Vec<String>,
    named: Vec<String>,
    /// `:<region>:<account>:`, as in every ARN of the stack.
    own_arn: Option<String>,
}

impl Mask {
    /// What people may not read of a stack and its applications.
    #[must_use]
    pub fn of_stack(stack: &str, applications: &[Application]) -> Self {
        let mut mask = Self::default();
        mask.name([stack]);
        mask.name(stack.split('/').nth(1));
        for application in applications {
            mask.name([application.name.as_str(), application.arn.as_str()]);
            mask.learn(&application.groups);
        }
        mask
    }

    /// From now on `words` may be repeated: the application, the stack. An ARN among them shows the region and the
    /// account too.
    pub fn name<'a>(&mut self, words: impl IntoIterator<Item = &'a str>) {
        for word in words {
            let mut parts = word.split(':');
            if parts.next() == Some("arn")
                && let (Some(region), Some(account)) = (parts.nth(2), parts.next())
            {
                self.named.extend([region.to_owned(), account.to_owned()]);
                self.own_arn = Some(format!(":{region}:{account}:"));
            }
            self.named.push(word.to_owned());
        }
    }

    /// From now on the values of these groups are masked.
    pub fn learn(&mut self, groups: &[PropertyGroup]) {
        self.hide(groups.iter().flat_map(|group| group.map.values()).map(String::as_str));
    }

    /// From now on these values are masked.
    pub fn hide<'a>(&mut self, values: impl IntoIterator<Item = &'a str>) {
        for value in values {
            let value = value.trim();
            // As it is, and as it stands on one line.
            for form in [value.to_owned(), value.split_whitespace().collect::<Vec<_>>().join(" ")] {
                if form.chars().count() >= SHORTEST && !self.values.contains(&form) {
                    self.values.push(form);
                }
            }
        }
        // A value may be a part of another one.
        self.values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    }

    /// `text` with `***` for each value that stands in it as a word of its own.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let hidden = self.values.iter().filter(|value| !self.is_named(value) && text.contains(value.as_str()));
        hidden.fold(text.to_owned(), |text, value| replaced(&text, value))
    }

    fn is_named(&self, value: &str) -> bool {
        let is_own_arn = value.starts_with("arn:") && self.own_arn.as_ref().is_some_and(|own| value.contains(own));
        is_own_arn || self.named.iter().any(|named| named == value)
    }
}

fn replaced(text: &str, value: &str) -> String {
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(at) = rest.find(value) {
        let (head, tail) = rest.split_at(at);
        let after = tail.get(value.len()..).unwrap_or_default();
        let is_word = is_end(head.chars().next_back().or(before), &mut value.chars())
            && is_end(after.chars().next(), &mut value.chars().rev())
            && !is_joined(after);
        done.push_str(head);
        done.push_str(if is_word { MASKED } else { value });
        before = value.chars().next_back();
        rest = after;
    }
    done + rest
}

/// Whether a value that begins with the first of `inward` ends at this neighbour: two word characters side by side are
/// one word.
fn is_end(neighbour: Option<char>, inward: &mut dyn Iterator<Item = char>) -> bool {
    let is_of_a_word = |one: char| one.is_alphanumeric() || one == '_' || one == '-';
    !neighbour.is_some_and(is_of_a_word) || !inward.next().is_some_and(is_of_a_word)
}

/// `orders.v2` is one word; the full stop at the end of a sentence joins nothing.
fn is_joined(after: &str) -> bool {
    let mut next = after.chars();
    next.next() == Some('.') && next.next().is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(values: &[&str]) -> Mask {
        let mut mask = Mask::default();
        mask.name(["flink-orders", "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/1"]);
        mask.hide(values.iter().copied());
        mask
    }

    #[test]
    fn a_value_is_masked_wherever_it_stands_as_a_word() {
        let mask = mask(&["hunter2-x", "s3cr3t!"]);
        for (text, masked) in [
            ("password hunter2-x.", "password ***."),
            ("hunter2-x", "***"),
            ("'hunter2-x','hunter2-x'", "'***','***'"),
            ("jdbc:hunter2-x@db/s3cr3t!", "jdbc:***@db/***"),
            ("key=s3cr3t!more", "key=***more"),
        ] {
            assert_eq!(mask.apply(text), masked);
        }
    }

    #[test]
    fn a_longer_word_stays() {
        let mask = mask(&["orders"]);
        for text in ["orders-stream", "my_orders", "reorders", "orders2", "orders.v2"] {
            assert_eq!(mask.apply(text), text);
        }
    }

    #[test]
    fn short_values_are_words_of_the_language() {
        let text = "true is not 8080, false is";
        assert_eq!(mask(&["true", "8080", "false", ""]).apply(text), text);
    }

    #[test]
    fn what_the_request_names_anyway_stays() {
        let own = "arn:aws:kinesis:eu-west-1:111122223333:stream/orders";
        let text = format!("Application flink-orders in eu-west-1 of 111122223333 cannot read {own}");
        assert_eq!(mask(&["flink-orders", "eu-west-1", "111122223333", own]).apply(&text), text);
        let theirs = "arn:aws:kinesis:eu-west-1:444455556666:stream/x";
        assert_eq!(mask(&[theirs]).apply(theirs), "***");
    }

    #[test]
    fn a_value_within_a_value_goes_with_it_and_lines_do_not_hide_one() {
        assert_eq!(mask(&["secret", "secret value"]).apply("a secret value, a secret"), "a ***, a ***");
        assert_eq!(mask(&["line one\nline two"]).apply("found line one line two here"), "found *** here");
    }
}
