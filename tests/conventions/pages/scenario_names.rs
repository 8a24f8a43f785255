//! A scenario that a page names exists: a reader looks it up, or runs it.

use super::promises;
use crate::files;

/// The scenarios that a text names: `room::name` or `room::*` in backticks, of one of these rooms.
fn named<'a>(text: &'a str, rooms: &[&str]) -> Vec<&'a str> {
    let spans = text.split('`').skip(1).step_by(2);
    let is_path = |span: &&str| {
        let mut letters = span.chars();
        span.contains("::") && letters.all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || "_:*".contains(it))
    };
    spans.filter(is_path).filter(|span| span.split("::").next().is_some_and(|room| rooms.contains(&room))).collect()
}

/// Whether such a scenario exists, a module of scenarios, or one in a module of which `*` stands for all.
fn exists(name: &str, scenarios: &[String]) -> bool {
    let module = name.trim_end_matches('*').trim_end_matches("::");
    scenarios.iter().any(|one| one == name || one.strip_prefix(module).is_some_and(|rest| rest.starts_with("::")))
}

#[test]
fn every_scenario_that_a_page_names_exists() {
    let files = files::all();
    let scenarios = promises::names(&files);
    let rooms: Vec<&str> = scenarios.iter().filter_map(|name| name.split("::").next()).collect();
    let pages = files.iter().filter(|file| file.extension() == Some("md"));
    let gone: Vec<String> = pages
        .flat_map(|page| named(&page.text, &rooms).into_iter().map(move |name| (page, name)))
        .filter(|(_, name)| !exists(name, &scenarios))
        .map(|(page, name)| format!("{}: {name}", page.path))
        .collect();
    assert!(gone.is_empty(), "pages name scenarios that do not exist:\n{}", gone.join("\n"));
}

#[test]
fn a_name_is_a_scenario_a_module_or_all_of_one() {
    let scenarios = ["swept::markers::a_marker".to_owned()];
    let text = "By `swept::markers::a_marker`, `swept::*`, `Vec::new`, `other::thing` and `swept::gone::*`.";
    let names = named(text, &["swept"]);
    assert_eq!(names, ["swept::markers::a_marker", "swept::*", "swept::gone::*"]);
    let there: Vec<bool> = names.iter().map(|name| exists(name, &scenarios)).collect();
    assert_eq!(there, [true, true, false]);
}
