//! The service's own words without what drowns them: Flink's error texts are Java stack traces whose cause stands last.

/// The most that is kept of one error text, in bytes: the answer to CloudFormation holds 4,096 in all.
const MOST: usize = 1500;

/// `text` without stack frames, on one line; of what is still too long, the beginning and the last cause.
#[must_use]
pub fn without_frames(text: &str) -> String {
    let is_frame = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("at ") || (line.starts_with("... ") && line.ends_with(" more"))
    };
    let mut lines: Vec<&str> = text.lines().filter(|line| !is_frame(line)).map(str::trim).collect();
    lines.retain(|line| !line.is_empty());
    let said = lines.join(" ");
    if said.len() <= MOST {
        return said;
    }
    let cause = lines.iter().rev().find(|line| line.starts_with("Caused by:")).copied().unwrap_or_default();
    let cause = cause.get(..cause.floor_char_boundary(MOST / 2)).unwrap_or_default();
    let begin = said.get(..said.floor_char_boundary(MOST - cause.len())).unwrap_or_default();
    if cause.is_empty() { format!("{begin} [...]") } else { format!("{begin} [...] {cause}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_text_stays_as_it_is() {
        assert_eq!(without_frames("no main class"), "no main class");
    }

    #[test]
    fn frames_go_and_causes_stay() {
        let trace = "org.X: main\n\tat a.b(C.java:1)\n\tat d.e(F.java:2)\nCaused by: org.Y: 'window.size' is missing\n\t... 12 more\n";
        assert_eq!(without_frames(trace), "org.X: main Caused by: org.Y: 'window.size' is missing");
    }

    #[test]
    fn the_last_cause_survives_whatever_stands_before_it() {
        let trace =
            format!("org.X: {}\nCaused by: {}\nCaused by: org.Z: the cause", "é".repeat(3000), "y".repeat(3000));
        let said = without_frames(&trace);
        assert!(said.len() <= MOST + 10, "{}", said.len());
        assert!(said.starts_with("org.X: é") && said.ends_with("Caused by: org.Z: the cause"), "{said}");
    }
}
