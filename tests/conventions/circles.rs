//! No circle of files: in one, no file can be understood before the others.
//!
//! A file depends on another where it names one of its items, by `use` or by a path that begins with `crate` or
//! `super`; what a module only passes on (`pub use`) counts for the file that defines it. Tests are left out.

use std::collections::{BTreeMap, BTreeSet};

use regex_lite::Regex;

use crate::files;

/// What is shipped and the local AWS, by their roots, each with how many of its files stand in circles.
///
/// Those of the local AWS are circles of the things themselves: the world holds the state of each service, and each
/// service is given the world (26 files); a stack's resource may be a stack, which the same calls and engine make
/// (14); an application holds its job, which reads the application (9); a function's failure goes to a destination,
/// which may be a function (2). A count only ever falls.
const CRATES: [(&str, &str, usize); 4] = [
    ("shared/src/", "lib.rs", 0),
    ("functions/shell/", "lib.rs", 0),
    ("template/src/", "main.rs", 0),
    ("tests/local_aws/", "lib.rs", 51),
];

/// The names of the modules from the crate's root, without it.
type Path = Vec<String>;

/// What a file says of names.
#[derive(Default)]
struct Module {
    defines: BTreeSet<String>,
    /// Imported names with their paths; `*` for all of a module's.
    imports: Vec<(String, Path)>,
    /// Every path that it uses itself.
    uses: Vec<Path>,
}

fn path(text: &str) -> Path {
    text.split("::").map(|part| part.trim().to_owned()).collect()
}

/// `a::{b, c as d}` as `a::b` and `a::c`, each with the name that it gets.
fn expand(tree: &str, before: &[String], found: &mut Vec<(String, Path)>) {
    let mut depth = 0;
    let parts = tree.split(|letter| {
        depth += match letter {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        letter == ',' && depth == 0
    });
    for part in parts.map(str::trim).filter(|part| !part.is_empty()) {
        if let Some((head, rest)) = part.split_once('{') {
            let head = path(head).into_iter().filter(|name| !name.is_empty());
            let before: Path = before.iter().cloned().chain(head).collect();
            expand(rest.rsplit_once('}').unwrap().0, &before, found);
        } else {
            let (from, name) = part.split_once(" as ").map_or((part, None), |(from, name)| (from, Some(name)));
            let mut full: Path = before.iter().cloned().chain(path(from)).collect();
            if full.last().is_some_and(|last| last == "self") {
                full.pop();
            }
            let name = name.map_or_else(|| full.last().unwrap().clone(), |name| name.trim().to_owned());
            found.push((name, full));
        }
    }
}

fn module(text: &str) -> Module {
    let pattern = |pattern: &str| Regex::new(pattern).unwrap();
    let code = pattern(r"//[^\n]*").replace_all(text, "").into_owned();
    let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let items = pattern(r"\b(?:struct|enum|trait|type|fn|const|static)\s+(\w+)");
    let mut module =
        Module { defines: items.captures_iter(code).map(|found| found[1].to_owned()).collect(), ..Module::default() };
    let import = pattern(r"(?m)^\s*(pub(?:\([^)]*\))? )?use ([^;]+);");
    for found in import.captures_iter(code) {
        let mut all = Vec::new();
        expand(&found[2], &[], &mut all);
        let is_passed_on = found.get(1).is_some() && !["crate", "super"].contains(&all[0].1[0].as_str());
        module.uses.extend(all.iter().filter(|_| !is_passed_on).map(|(_, path)| path.clone()));
        module.imports.extend(all);
    }
    let inline = pattern(r"\b(?:crate|super)(?:::\w+)+");
    module.uses.extend(inline.find_iter(&import.replace_all(code, "")).map(|found| path(found.as_str())));
    module
}

/// The modules of a crate by their paths.
struct Crate(BTreeMap<Path, Module>);

impl Crate {
    /// From the files below a crate's root, by their paths from there.
    fn of<'a>(files: impl Iterator<Item = (&'a str, &'a str)>, root: &str) -> Self {
        let is_test = |name: &str| ["tests", "fixtures", "examples", "walk"].contains(&name);
        let named = |file: &str| {
            let name = file.strip_suffix("/mod.rs").or_else(|| file.strip_suffix(".rs")).unwrap();
            if file == root { Path::new() } else { name.split('/').map(str::to_owned).collect() }
        };
        let modules = files.map(|(file, text)| (named(file), module(text)));
        Self(modules.filter(|(path, _)| !path.iter().any(|name| is_test(name))).collect())
    }

    /// A path as it is from the crate's root; `None` where it leads out of the crate.
    fn absolute(&self, from: &[String], path: &[String]) -> Option<Path> {
        let ups = path.iter().take_while(|name| *name == "super").count();
        let base = match path[0].as_str() {
            "crate" => return Some(path[1..].to_vec()),
            "self" => return Some([from, &path[1..]].concat()),
            "super" => from.get(..from.len().checked_sub(ups)?)?,
            name if self.0.contains_key(&[from, &[name.to_owned()]].concat()) => from,
            name => {
                let (_, import) =
                    self.0.get(from)?.imports.iter().find(|(known, path)| known == name && path[0] != name)?;
                return Some([&self.absolute(from, import)?, &path[1..]].concat());
            }
        };
        Some([base, &path[ups..]].concat())
    }

    /// The file that defines what a path names.
    fn file(&self, path: &[String], depth: usize) -> Option<Path> {
        let at = (0..=path.len()).rev().find(|end| self.0.contains_key(&path[..*end]))?;
        let (here, rest) = path.split_at(at);
        let module = &self.0[here];
        let Some(name) = rest.first().filter(|name| !module.defines.contains(*name) && depth > 0) else {
            return Some(here.to_vec());
        };
        let passed_on = |(known, import): &&(String, Path)| known == name && import[0] != *name;
        let import = module.imports.iter().find(passed_on);
        let target = import.and_then(|(_, import)| self.absolute(here, import));
        target.and_then(|target| self.file(&[&target, &rest[1..]].concat(), depth - 1)).or_else(|| Some(here.to_vec()))
    }

    fn circles(&self) -> Vec<String> {
        let depends = |from: &Path| -> BTreeSet<Path> {
            let paths = self.0[from].uses.iter().filter_map(|path| self.absolute(from, path));
            paths.filter_map(|path| self.file(&path, 8)).filter(|to| to != from).collect()
        };
        let edges: BTreeMap<&Path, BTreeSet<Path>> = self.0.keys().map(|file| (file, depends(file))).collect();
        let reached = |from: &Path| {
            let (mut reached, mut next) = (BTreeSet::new(), vec![from]);
            while let Some(file) = next.pop() {
                next.extend(edges[file].iter().filter(|to| reached.insert((*to).clone())));
            }
            reached
        };
        let in_circle = self.0.keys().filter(|file| reached(file).contains(*file));
        let shown = |file: &Path| {
            let back: Vec<String> =
                edges[file].iter().filter(|to| reached(to).contains(file)).map(|to| to.join("::")).collect();
            format!("{} -> {}", file.join("::"), back.join(", "))
        };
        in_circle.map(shown).collect()
    }
}

#[test]
fn no_files_depend_on_each_other_in_a_circle() {
    let files = files::all();
    for (folder, root, by_nature) in CRATES {
        let rust = files.iter().filter(|file| file.extension() == Some("rs"));
        let inside = rust.filter_map(|file| Some((file.path.strip_prefix(folder)?, file.text.as_str())));
        let all = Crate::of(inside, root);
        assert!(all.0.len() > 10, "{folder}: {} files", all.0.len());
        let circles = all.circles();
        assert!(
            circles.len() <= by_nature,
            "{folder}: expected {by_nature} files in circles, found {}:\n{}",
            circles.len(),
            circles.join("\n")
        );
    }
}

#[test]
fn a_circle_is_found_through_what_a_module_passes_on_and_not_through_its_tests() {
    let circles = |files: &[(&str, &str)]| Crate::of(files.iter().copied(), "lib.rs").circles();
    let passes_on = ("a/mod.rs", "mod b;\npub use b::{B, Other};\n");
    let two = |of_c: &'static str| {
        circles(&[("lib.rs", ""), passes_on, ("a/b.rs", "use crate::c::C;\nstruct B;"), ("c.rs", of_c)])
    };
    assert_eq!(two("use crate::a::{B as Named};\nstruct C;"), ["a::b -> c", "c -> a::b"]);
    assert_eq!(two("struct C(super::a::B);"), ["a::b -> c", "c -> a::b"]);
    assert_eq!(two("use crate::a::unknown;\nstruct C;"), [""; 0]);
    assert_eq!(two("struct C;\n#[cfg(test)]\nmod tests {\n    use crate::a::B;\n}"), [""; 0]);
    assert_eq!(circles(&[passes_on, ("a/b.rs", "use super::A;")]), [""; 0], "what a module passes on is not its own");
}
