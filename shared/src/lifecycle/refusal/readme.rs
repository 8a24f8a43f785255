//! The failure table of functions/README.md lists every refusal, by its title.

use super::Refusal;

#[test]
fn readme_lists_every_refusal() {
    let readme = include_str!("../../../../functions/README.md");
    let missing: Vec<_> = Refusal::samples()
        .iter()
        .map(Refusal::title)
        .filter(|title| !readme.contains(&format!("| {title} |")))
        .collect();
    assert!(missing.is_empty(), "the failure table of functions/README.md lacks: {missing:#?}");
}
