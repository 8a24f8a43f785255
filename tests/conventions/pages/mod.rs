//! Parts of pages that are generated from what they describe, and compared byte by byte.
//!
//! A part stands between `<!-- generated: NAME -->` and `<!-- end of NAME -->`. `make pages` writes all of them anew.

mod commands;
mod parameters;
mod promises;
mod scenario_names;
mod shown;

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::files::{self, File};

/// A generated part: its page, the name in its markers, and what makes its text of the repository's files.
type Part = (&'static str, &'static str, fn(&[File]) -> String);

const PARTS: [Part; 6] = [
    ("tests/local_aws/README.md", "what the local AWS shows", shown::of),
    ("tests/README.md", "promises", promises::of),
    ("template/README.md", "parameters of application.template.json", parameters::of_application),
    ("template/README.md", "parameters of access.template.json", parameters::of_access),
    ("template/README.md", "parameters of functions.template.json", parameters::of_functions),
    ("template/README.md", "parameters of handlers.template.json", parameters::of_handlers),
];

#[test]
fn each_generated_part_of_a_page_is_what_the_code_says() {
    let files = files::all();
    for (page, name, make) in PARTS {
        let path = path(page);
        let text = fs::read_to_string(&path).unwrap();
        let (before, rest) = text.split_once(&marker("generated:", name)).unwrap_or_else(|| panic!("{page}: {name}"));
        let (shown, after) = rest.split_once(&marker("end of", name)).unwrap_or_else(|| panic!("{page}: {name}"));
        let generated = format!("\n{}\n", make(&files).trim_end());
        if env::var_os("WRITE_PAGES").is_some() {
            let (head, foot) = (marker("generated:", name), marker("end of", name));
            fs::write(&path, format!("{before}{head}{generated}{foot}{after}")).unwrap();
        } else {
            assert!(shown == generated, "{page}: {name} is not what the code says; `make pages` writes it anew");
        }
    }
}

fn marker(verb: &str, name: &str) -> String {
    format!("<!-- {verb} {name} -->")
}

fn path(page: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(page)
}

/// The text of a committed file.
fn text<'a>(files: &'a [File], path: &str) -> &'a str {
    &files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path} is gone")).text
}

/// A table in Markdown; a bar in a cell is escaped.
fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: Vec<String>| {
        format!("| {} |\n", cells.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>().join(" | "))
    };
    let ruler = format!("|{}\n", "---|".repeat(head.len()));
    let rows: String = rows.into_iter().map(line).collect();
    line(head.iter().map(|&cell| cell.to_owned()).collect()) + &ruler + &rows
}

#[test]
fn a_bar_in_a_cell_ends_no_column() {
    assert_eq!(table(&["a", "b"], [vec!["1|2".to_owned(), "3".to_owned()]]), "| a | b |\n|---|---|\n| 1\\|2 | 3 |\n");
}
