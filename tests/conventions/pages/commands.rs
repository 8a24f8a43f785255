//! Each command that a page shows in a fence is run: by a target of the Makefile, or by a test.

use std::process::Command;

use super::{path, text};
use crate::files::{self, File};

/// How a command begins, and what runs it: a target of the Makefile, or a file with what it says there.
enum Run {
    /// `make TARGET`, whose recipe has these words.
    Target(&'static str, &'static str),
    /// This file has these words.
    In(&'static str, &'static str),
    /// Nothing does, for this reason.
    Not(&'static str),
}

const ORGANIZATION: &str = "takes an AWS organization; no local AWS has StackSets";

const COMMANDS: [(&str, Run); 16] = [
    ("make demo", Run::Target("picture", "--bin demo")),
    ("make test", Run::Target("check", "test")),
    ("make deploy", Run::In("tests/e2e/run.py", "make(aws, \"deploy\", **settings)")),
    ("make destroy", Run::In("tests/e2e/run.py", "make(aws, \"destroy\", REGION=REGION, YES=1)")),
    ("make plan", Run::In("tests/scenarios/operator/plan.rs", "\"plan\"")),
    ("make why", Run::In("tests/scenarios/operator/why.rs", "\"why\", \"--json\", \"--stack\"")),
    ("make status", Run::In("tests/scenarios/operator/status.rs", "\"status\", \"--json\", \"--stack\"")),
    ("make template", Run::Target("commands", "template")),
    ("make properties", Run::Target("commands", "properties")),
    ("make check-properties", Run::Target("commands", "check-properties")),
    (
        "make functions",
        Run::Not("`make deploy` runs the same steps of template/src/deploy/functions.rs; alone they are not run"),
    ),
    (
        "aws sns subscribe",
        Run::Not("takes an endpoint of the reader's; the filter policy is MAIL's, which scenarios see"),
    ),
    ("aws cloudformation create-stack-", Run::Not(ORGANIZATION)),
    // The same requests in the same order, without the AWS CLI, which the scenarios do not take.
    ("aws cloudformation deploy", Run::In("tests/scenarios/stacks/released.rs", "(\"functions\", &given)")),
    ("aws s3 cp", Run::In("tests/scenarios/stacks/released.rs", "flink-stack-handlers/{version}/{name}-x86_64.zip")),
    ("BUCKET=$(aws", Run::Not("a look at an export of the access stack, whose name a test of shared compares")),
];

/// The commands in the fences of a page: a line each, those that end in `\` with the next, without comments.
fn fenced(page: &str) -> Vec<String> {
    let shell = page.split("\n```").skip(1).step_by(2).filter_map(|fence| fence.strip_prefix("sh\n"));
    let lines = shell.flat_map(|fence| fence.replace("\\\n", "").lines().map(str::to_owned).collect::<Vec<_>>());
    let commands = lines.map(|line| line.split("  # ").next().unwrap_or_default().trim().to_owned());
    commands.filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| squeezed(&line)).collect()
}

fn squeezed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn pages(files: &[File]) -> impl Iterator<Item = &File> {
    files.iter().filter(|file| file.extension() == Some("md"))
}

#[test]
fn each_command_of_a_page_is_run_by_a_target_or_a_test() {
    let files = files::all();
    let shown: Vec<(&str, String)> =
        pages(&files).flat_map(|page| fenced(&page.text).into_iter().map(|line| (page.path.as_str(), line))).collect();
    for (page, command) in &shown {
        let is_known = COMMANDS.iter().any(|(begins, _)| command.starts_with(begins));
        assert!(is_known, "{page} shows `{command}`, and COMMANDS does not say what runs it");
    }
    for (begins, run) in &COMMANDS {
        assert!(shown.iter().any(|(_, command)| command.starts_with(begins)), "no page shows `{begins}`");
        match run {
            Run::Target(target, words) => {
                let recipe = recipe(text(&files, "Makefile"), target);
                assert!(recipe.contains(words), "make {target} does not run `{begins}`: {recipe}");
            }
            Run::In(file, words) => {
                assert!(text(&files, file).contains(words), "{file} does not run `{begins}`: no {words}");
            }
            Run::Not(reason) => assert!(!reason.is_empty(), "{begins}"),
        }
    }
}

/// The line of a target with its prerequisites, and the lines below it.
fn recipe(makefile: &str, target: &str) -> String {
    let mut lines = makefile.lines().skip_while(|line| !line.starts_with(&format!("{target}:")));
    let head = lines.next().unwrap_or_else(|| panic!("the Makefile has no target {target}"));
    let below: Vec<&str> = lines.take_while(|line| line.starts_with('\t')).collect();
    format!("{}\n{}", head.split("##").next().unwrap_or_default(), below.join("\n"))
}

#[test]
fn each_target_that_a_page_names_is_one_of_the_makefile() {
    let files = files::all();
    let makefile = text(&files, "Makefile");
    for page in pages(&files) {
        for rest in page.text.split("`make ").skip(1) {
            let target = rest.split(|letter: char| letter != '-' && !letter.is_ascii_alphanumeric()).next().unwrap();
            let is_target = makefile
                .lines()
                .any(|line| line.split(':').next().is_some_and(|names| names.split(' ').any(|name| name == target)));
            assert!(target.is_empty() || is_target, "{} names `make {target}`", page.path);
        }
    }
}

#[test]
fn each_make_command_of_a_page_is_taken_by_the_makefile() {
    let files = files::all();
    for page in pages(&files) {
        for command in fenced(&page.text).iter().filter(|command| command.starts_with("make ")) {
            let words = command.split(' ').skip(1);
            let mut make = Command::new("make");
            make.arg("--dry-run").args(words).current_dir(path(""));
            // What this very run was called with is not the page's.
            for name in ["MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"] {
                make.env_remove(name);
            }
            let ran = make.output().unwrap();
            assert!(ran.status.success(), "{}: {command}\n{}", page.path, String::from_utf8_lossy(&ran.stderr));
        }
    }
}

#[test]
fn a_command_is_read_without_its_comment_and_with_its_next_line() {
    let page = "text\n```sh\n# 1. first\nmake it  NAME=x   # why\naws a \\\n  --b\n```\n\n```yaml\nno: 1\n```\n";
    assert_eq!(fenced(page), ["make it NAME=x", "aws a --b"]);
}
