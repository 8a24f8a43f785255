//! How the names of applications and data begin: a policy has room for five prefixes, and a sixth would be granted
//! nothing.

/// Checks a list of one to five prefixes, separated by commas; `name` is what holds the list, for the message.
///
/// # Errors
/// A sentence: a letter that no name has, an empty prefix, more than five.
pub fn check(name: &str, list: &str) -> Result<(), String> {
    let is_taken = |letter: char| letter.is_ascii_alphanumeric() || "_.,-".contains(letter);
    let prefixes: Vec<&str> = list.split(',').collect();
    if !list.chars().all(is_taken) {
        return Err(format!(
            "{name}: expected prefixes of letters, digits, _, . and -, separated by commas, found \"{list}\""
        ));
    }
    // CloudFormation would read an empty prefix, with which every name begins.
    if prefixes.len() > 1 && prefixes.contains(&"") {
        return Err(format!("{name} is \"{list}\"; one of its prefixes is empty, and every name would begin so"));
    }
    if prefixes.len() > 5 {
        let many = prefixes.len();
        return Err(format!("{name}: expected one to five prefixes, separated by commas, found {many} ({list})"));
    }
    Ok(())
}

/// Whether the functions' roles reach an application of this name.
///
/// # Errors
/// A sentence with the prefixes, and the settings that would do.
pub fn reach(stack: &str, list: &str) -> Result<(), String> {
    if list.split(',').any(|prefix| stack.starts_with(prefix)) {
        return Ok(());
    }
    let first = list.split(',').next().unwrap_or_default();
    Err(format!(
        "the name {stack} does not begin with {}, and the functions' roles reach no other; \
         give STACK={first}... or PREFIX=...",
        list.replace(',', " or ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_five_prefixes_are_taken_and_none_of_them_is_empty() {
        assert_eq!(check("PREFIX", "a,b,c,d,e"), Ok(()));
        assert!(check("PREFIX", "a,b,c,d,e,f").unwrap_err().ends_with("found 6 (a,b,c,d,e,f)"));
        for list in ["flink-,", ",flink-", "flink-,,orders-", ","] {
            assert!(check("PREFIX", list).unwrap_err().contains("one of its prefixes is empty"), "{list}");
        }
        assert!(check("PREFIX", "a b").unwrap_err().contains("expected prefixes of letters, digits"));
    }

    #[test]
    fn a_name_outside_of_the_prefixes_is_refused_with_what_would_do() {
        assert_eq!(reach("orders-eu", "flink-,orders-"), Ok(()));
        let error = reach("lake", "flink-,orders-").unwrap_err();
        assert!(error.contains("does not begin with flink- or orders-"), "{error}");
        assert!(error.contains("STACK=flink-..."), "{error}");
    }
}
