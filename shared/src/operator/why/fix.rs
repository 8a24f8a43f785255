//! The one next command, as it can be run.

/// What `why --fix` can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// There is nothing to do.
    Nothing,
    /// This command, as its words: no shell reads it.
    Run(Vec<String>),
    /// The next command has to be completed by a person: a jar, a name.
    Incomplete(String),
}

/// The first command of the next steps; the lines before it say when it is used.
#[must_use]
pub fn fix(next: &[String]) -> Fix {
    let is_command = |line: &&String| line.starts_with("aws ") || line.starts_with("make ");
    match next.iter().find(is_command) {
        Some(command) => words(command).map_or_else(|| Fix::Incomplete(command.clone()), Fix::Run),
        None => next.first().map_or(Fix::Nothing, |line| Fix::Incomplete(line.clone())),
    }
}

/// The words of a command, quoted with `'` alone; `None` when something in it is left open.
fn words(command: &str) -> Option<Vec<String>> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for letter in command.trim().chars() {
        match (letter, is_quoted) {
            ('\'', _) => is_quoted = !is_quoted,
            (' ', false) => words.push(String::new()),
            (letter, _) => words.last_mut()?.push(letter),
        }
    }
    let is_open = is_quoted || command.contains("...") || command.contains(" #");
    words.retain(|word| !word.is_empty());
    (!is_open).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(next: &[&str]) -> Fix {
        fix(&next.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_first_command_is_run_as_its_words() {
        let run = |words: &[&str]| Fix::Run(words.iter().map(|word| (*word).to_owned()).collect());
        let found = of(&["when it is READY:", "aws lambda invoke --payload '{\"StackName\": \"orders\"}' /dev/stdout"]);
        assert_eq!(found, run(&["aws", "lambda", "invoke", "--payload", "{\"StackName\": \"orders\"}", "/dev/stdout"]));
        assert_eq!(of(&["make why STACK=a", "make why STACK=b"]), run(&["make", "why", "STACK=a"]));
    }

    #[test]
    fn what_a_person_completes_is_not_run() {
        for line in
            ["make deploy STACK=orders JAR=...", "aws a 'b", "# deploy it again with a fix", "make a  # another"]
        {
            assert_eq!(of(&[line]), Fix::Incomplete(line.to_owned()));
        }
        assert_eq!(of(&[]), Fix::Nothing);
    }
}
