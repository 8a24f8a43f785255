//! README's table of failures lists every refusal, by its title.

use super::Refusal;

#[test]
fn readme_lists_every_refusal() {
    let readme = include_str!("../../../../README.md");
    let missing: Vec<_> = Refusal::samples()
        .iter()
        .map(Refusal::title)
        .filter(|title| !readme.contains(&format!("| {title} |")))
        .collect();
    assert!(missing.is_empty(), "README's table of failures lacks: {missing:#?}");
}
