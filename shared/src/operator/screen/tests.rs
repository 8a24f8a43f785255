//! Golden screens, byte for byte: `WRITE_GOLDEN=1 cargo test -p shared --lib golden` writes them anew.

#![expect(clippy::disallowed_methods, reason = "a test reads and writes its golden files")]

mod models;
mod operations;
mod risks;
mod statuses;

use super::super::line::Style;
use super::*;
use crate::flink::OperationStatus;

/// A screen with the model that it shows.
type Screen = (&'static str, fn(Canvas) -> Vec<String>);

const SCREENS: [Screen; 7] = [
    ("new-stack", models::new_stack),
    ("restart", models::restart),
    ("state-loss", models::state_loss),
    ("refusal", models::refusal),
    ("nested-failure", operations::nested_failure),
    ("rollback", operations::rollback),
    ("deletion", models::deletion),
];

const WIDTHS: [(&str, Option<usize>); 4] =
    [("40 columns", Some(40)), ("80 columns", Some(80)), ("120 columns", Some(120)), ("plain lines", None)];

/// A text without its escape codes.
fn without_colours(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |whole, part| whole + part.split_once('m').unwrap().1)
}

#[test]
fn each_golden_screen_is_drawn_byte_for_byte() {
    for (name, draw) in SCREENS {
        let section = |(title, width): (&str, Option<usize>)| {
            format!("== {title}\n{}\n", draw(Canvas { width, style: Style::Plain }).join("\n"))
        };
        let drawn: String = WIDTHS.into_iter().map(section).collect();
        let path = format!("{}/src/operator/screen/golden/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        if std::env::var("WRITE_GOLDEN").is_ok() {
            std::fs::write(&path, &drawn).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(golden == drawn, "{path} is not what is drawn:\n{drawn}");
    }
}

#[test]
fn no_line_is_wider_than_the_terminal_and_colour_only_repeats_what_words_say() {
    for (name, draw) in SCREENS {
        for width in [20, 40, 60, 79, 80, 120, 200] {
            let canvas = |style| Canvas { width: Some(width), style };
            let (plain, coloured) = (draw(canvas(Style::Plain)), draw(canvas(Style::Coloured)));
            let wide = plain.iter().find(|line| line.chars().count() > width);
            assert_eq!(wide, None, "{name} at {width}");
            assert!(plain.iter().all(|line| !line.contains(['\u{1b}', '\r'])), "{name} at {width}");
            assert_eq!(
                coloured.iter().map(|line| without_colours(line)).collect::<Vec<_>>(),
                plain,
                "{name} at {width}"
            );
            assert!(coloured.concat().contains('\u{1b}'), "{name} at {width}");
        }
    }
}

#[test]
fn what_is_drawn_again_has_at_most_six_lines_under_its_bar_and_says_what_it_leaves_out() {
    let lines = operations::many_in_progress(Canvas { width: Some(80), style: Style::Plain });
    assert_eq!(lines.len(), 1 + 6 + 1, "{lines:#?}");
    assert_eq!(lines[6], "  and 4 more");
    assert!(lines[7].starts_with("  job: snapshot"), "{lines:#?}");
}

#[test]
fn without_a_terminal_an_event_is_one_line_and_so_is_a_wait() {
    let (event, waiting) = operations::lines();
    assert_eq!(event, "12:03:44 Stream CREATE_FAILED Limit exceeded");
    let steps = [
        operations::step("snapshot", OperationStatus::Failed, 12),
        operations::step("stop", OperationStatus::Successful, 3),
    ];
    assert_eq!(failed_steps(&steps), ["job: snapshot FAILED after 12s"]);
    assert_eq!(waiting, "12:04:14 waiting for Table (CREATE_IN_PROGRESS for 43s) and 1 more");
}
