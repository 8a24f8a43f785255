//! The service's own words without what drowns them: Flink's error texts are Java stack traces whose cause stands last.

/// The most that is kept of one error text, in bytes: the answer to CloudFormation holds 4,096 in all.
const MAX_ERROR_BYTES: usize = 1500;
/// What a cause begins with.
const CAUSE: &str = "Caused by:";

/// `text` without stack frames, on one line; of what is still too long, the beginning and the last cause. The frames
/// may stand in lines of their own or all behind each other, as the service's console has them.
#[must_use]
pub fn without_frames(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut kept: Vec<&str> = Vec::new();
    let mut rest = words.as_slice();
    while let Some(word) = rest.first() {
        let length = frame(rest);
        if length == 0 {
            kept.push(word);
        }
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
    let said = kept.join(" ");
    if said.len() <= MAX_ERROR_BYTES {
        return said;
    }
    let cause = said.rfind(CAUSE).and_then(|at| said.get(at..)).unwrap_or_default();
    let cause = cause.get(..cause.floor_char_boundary(MAX_ERROR_BYTES / 2)).unwrap_or_default();
    let begin = said.get(..said.floor_char_boundary(MAX_ERROR_BYTES - cause.len())).unwrap_or_default();
    if cause.is_empty() { format!("{begin} [...]") } else { format!("{begin} [...] {cause}") }
}

/// How many of the next words are a frame: `at a.B.c(D.java:1)`, with what packaging adds to it, or `... 12 more`.
fn frame(words: &[&str]) -> usize {
    match words {
        ["...", number, "more", ..] if number.parse::<u32>().is_ok() => 3,
        // (Native Method), (Unknown Source)
        ["at", call, end, rest @ ..] if is_call(call) && call.contains('(') && !call.ends_with(')') => {
            let place = format!("{} {end}", call.rsplit('(').next().unwrap_or_default());
            let is_known = ["Native Method)", "Unknown Source)"].contains(&place.as_str());
            if is_known { 3 + packaging(rest) } else { 0 }
        }
        ["at", call, rest @ ..] if is_call(call) && is_place(call) => 2 + packaging(rest),
        [..] => 0,
    }
}

/// `a.b.C$D.<init>(`: a name with at least one dot, and an opening parenthesis.
fn is_call(word: &str) -> bool {
    let Some((name, _)) = word.split_once('(') else { return false };
    let is_name = |one: char| one.is_alphanumeric() || "._$<>/@-".contains(one);
    name.contains('.') && name.chars().all(is_name)
}

/// `(File.java:12)`, or another source file, or none.
fn is_place(word: &str) -> bool {
    let place = word.split_once('(').and_then(|(_, place)| place.strip_suffix(')'));
    place.is_some_and(|place| {
        let (file, line) = place.split_once(':').unwrap_or((place, "0"));
        let is_file = [".java", ".scala", ".kt", ".groovy", ".py"].iter().any(|ending| file.ends_with(ending));
        line.parse::<i32>().is_ok() && (is_file || ["<generated>", "SourceFile"].contains(&file))
    })
}

/// `~[flink-dist-1.20.jar:1.20]`, one word behind a frame.
fn packaging(rest: &[&str]) -> usize {
    let is_packaging = |word: &&str| (word.starts_with("~[") || word.starts_with('[')) && word.ends_with(']');
    usize::from(rest.first().is_some_and(|word| is_packaging(word) && word.contains(':')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_text_stays_as_it_is() {
        for text in ["no main class", "failed at startup (see above) at x.y", "at least 3 more (a.b) at a.b(c)"] {
            assert_eq!(without_frames(text), text);
        }
    }

    #[test]
    fn frames_go_and_causes_stay() {
        let trace = "org.X: main\n\tat a.b(C.java:1)\n\tat d.e(F.java:2)\nCaused by: org.Y: 'window.size' is missing\n\t... 12 more\n";
        assert_eq!(without_frames(trace), "org.X: main Caused by: org.Y: 'window.size' is missing");
    }

    #[test]
    fn every_form_of_a_frame_goes_in_lines_and_on_one_line() {
        let frames = [
            "at java.base/java.lang.Thread.run(Thread.java:829)",
            "at app//org.x.Y$Z.<init>(Y.java:7) ~[flink-dist-1.20.0.jar:1.20.0]",
            "at org.x.Job$.main(Job.scala)",
            "at com.x.JobKt.main(Job.kt:3) [job.jar:?]",
            "at jdk.internal.reflect.NativeMethodAccessorImpl.invoke0(Native Method)",
            "at com.sun.proxy.$Proxy1.call(Unknown Source)",
            "at org.x.Y$$Lambda$12/0x01.run(<generated>)",
            "... 34 more",
        ];
        for between in [" ", "\n\t", "\r\n    "] {
            let frames = frames.join(between);
            let trace = format!("It failed: org.X: a{between}{frames}{between}Caused by: org.Y: b{between}{frames}");
            assert_eq!(without_frames(&trace), "It failed: org.X: a Caused by: org.Y: b");
        }
    }

    #[test]
    fn the_last_cause_survives_whatever_stands_before_it() {
        for between in ["\n", " "] {
            let (wrapper, first) = ("é".repeat(3000), "y".repeat(3000));
            let trace = format!("org.X: {wrapper}{between}Caused by: {first}{between}Caused by: org.Z: the cause");
            let said = without_frames(&trace);
            assert!(said.len() <= MAX_ERROR_BYTES + 10, "{}", said.len());
            assert!(said.starts_with("org.X: é") && said.ends_with("Caused by: org.Z: the cause"), "{said}");
        }
    }
}
