//! `make picture`: what the demo recorded of one of its stories, as the SVG that README shows.

use std::process::ExitCode;
use std::{env, fs};

use anstyle_svg::Term;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [recorded, picture] = &arguments[..] else {
        eprintln!("usage: picture <lines with ANSI colours> <file.svg>");
        return ExitCode::FAILURE;
    };
    let drawn = fs::read_to_string(recorded).and_then(|lines| fs::write(picture, Term::new().render_svg(&lines)));
    match drawn {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("picture: {recorded} to {picture}: {error}");
            ExitCode::FAILURE
        }
    }
}
