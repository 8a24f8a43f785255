//! Whether what one atom matches is matched by another too.

use super::atom::{Atom, Atoms, Element};

/// Whether a certain atom of these, of the same owner and effect, allows or denies all that this one does.
pub(super) fn is_covered(atom: &Atom, by: &Atoms) -> bool {
    by.all.iter().any(|(other, is_undecided)| !is_undecided && covers(other, atom))
}

fn covers(wide: &Atom, narrow: &Atom) -> bool {
    (&wide.owner, wide.subject, wide.grant) == (&narrow.owner, narrow.subject, narrow.grant)
        && element(&wide.principal, &narrow.principal, principal)
        && element(&wide.action, &narrow.action, matches)
        && element(&wide.resource, &narrow.resource, resource)
        && wide.condition.covers(&narrow.condition)
}

/// An exception is compared as a whole: what it leaves out is not worked out.
fn element(wide: &Element, narrow: &Element, matches: fn(&str, &str) -> bool) -> bool {
    match (wide, narrow) {
        (Element::Only(wide), Element::Only(narrow)) => matches(wide, narrow),
        (Element::Only(_), Element::AllBut(_)) | (Element::AllBut(_), Element::Only(_) | Element::AllBut(_)) => {
            wide == narrow
        }
    }
}

fn principal(wide: &str, narrow: &str) -> bool {
    wide == narrow || (wide == "AWS: *" && narrow.starts_with("AWS: "))
}

/// A wildcard of an ARN stays within its part, between two colons.
fn resource(wide: &str, narrow: &str) -> bool {
    if wide == "*" {
        return true;
    }
    let (wide, narrow): (Vec<&str>, Vec<&str>) = (wide.splitn(6, ':').collect(), narrow.splitn(6, ':').collect());
    wide.len() == narrow.len() && wide.iter().zip(narrow).all(|(wide, narrow)| matches(wide, narrow))
}

/// A sign of a pattern: `*`, `?`, or a letter that stands for itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PatternSign {
    Any,
    One,
    Letter(char),
}

/// Wildcards within a token belong to what it is of, not to the pattern.
fn signs(text: &str) -> Vec<PatternSign> {
    let mut is_token = false;
    text.chars()
        .map(|letter| {
            is_token = (is_token || letter == '\u{e000}') && letter != '\u{e001}';
            match letter {
                '*' if !is_token => PatternSign::Any,
                '?' if !is_token => PatternSign::One,
                letter => PatternSign::Letter(letter),
            }
        })
        .collect()
}

/// Whether the pattern `wide` matches everything that the pattern `narrow` matches.
fn matches(wide: &str, narrow: &str) -> bool {
    let narrow = signs(narrow);
    // For each length of `narrow`, whether the signs of `wide` so far match that much of it.
    let mut reached = vec![false; narrow.len() + 1];
    reached[0] = true;
    for sign in signs(wide) {
        let mut next = vec![false; narrow.len() + 1];
        for end in 0..=narrow.len() {
            let before = end.checked_sub(1).filter(|before| reached[*before]);
            next[end] = match sign {
                PatternSign::Any => reached[..=end].contains(&true),
                PatternSign::One => before.is_some_and(|before| narrow[before] != PatternSign::Any),
                PatternSign::Letter(_) => before.is_some_and(|before| narrow[before] == sign),
            };
        }
        reached = next;
    }
    reached[narrow.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_what_it_matches_and_no_more() {
        for (wide, narrow) in [("*", "s3:*"), ("s3:*", "s3:get*"), ("s3:g?t*", "s3:get*"), ("a*b*", "a*xb"), ("a", "a")]
        {
            assert!(matches(wide, narrow), "{wide} {narrow}");
        }
        for (wide, narrow) in [("s3:get*", "s3:*"), ("a?", "a*"), ("a", "ab"), ("ab", "a"), ("s3:g?t", "s3:gt")] {
            assert!(!matches(wide, narrow), "{wide} {narrow}");
        }
        assert!(!matches("\u{e000}=Fn::ImportValue a*\u{e001}", "\u{e000}=Fn::ImportValue ab\u{e001}"));
    }

    #[test]
    fn a_wildcard_of_an_arn_stays_in_its_part() {
        assert!(resource("arn:aws:s3:::a*", "arn:aws:s3:::a/b:c"));
        assert!(resource("arn:aws:sqs:*:1:a", "arn:aws:sqs:eu-west-1:1:a"));
        assert!(!resource("arn:aws:sqs:*:a", "arn:aws:sqs:eu-west-1:1:a"));
        assert!(resource("*", "arn:aws:sqs:eu-west-1:1:a"));
    }
}
