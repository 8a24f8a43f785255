//! AllowedPattern: a regular expression that the whole value has to match (CloudFormation guide,
//! parameters-section-structure).

use regex_lite::Regex;

/// Whether the whole text matches.
///
/// # Errors
/// A pattern that regex-lite does not know: look-around, back references, `\p{..}`.
pub(in crate::cloudformation) fn matches(pattern: &str, text: &str) -> Result<bool, String> {
    let whole = Regex::new(&format!(r"\A(?:{pattern})\z"));
    let whole = whole.map_err(|error| format!("AllowedPattern {pattern} is not supported: {error}"))?;
    Ok(whole.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_pattern_is_anchored_at_both_ends() {
        assert_eq!(matches("[a-z]+", "abc"), Ok(true));
        assert_eq!(matches("[a-z]+", "abc1"), Ok(false));
        assert_eq!(matches("[a-z]+", "abc\n"), Ok(false));
    }

    #[test]
    fn an_arn_of_a_role_matches_its_pattern() {
        let pattern = r"^arn:aws(-[a-z]+)*:iam::\d{12}:role/[\w+=,.@/-]{1,512}$";
        assert_eq!(matches(pattern, "arn:aws:iam::123456789012:role/platform/x"), Ok(true));
        assert_eq!(matches(pattern, "arn:aws:iam::1234:role/x"), Ok(false));
    }

    #[test]
    fn an_optional_group_may_be_empty() {
        assert_eq!(matches("|flink-[a-z]*", ""), Ok(true));
        assert_eq!(matches("(|flink-[a-z]*)", "flink-x"), Ok(true));
        assert_eq!(matches("|flink-[a-z]*", "x"), Ok(false), "each branch is anchored");
    }

    #[test]
    fn what_this_world_does_not_know_is_refused_and_not_guessed() {
        assert!(matches("(?!flink-).*", "x").unwrap_err().contains("not supported"));
    }
}
