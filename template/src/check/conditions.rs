//! Whether what stands under conditions of a template holds whatever the deployment decides.

use std::collections::BTreeSet;

/// Conditions from the outside in, and whether each holds.
pub(super) type Path = Vec<(String, bool)>;

/// Whether one of the paths holds whatever the conditions are: `A` and not `A` together are everywhere.
pub(super) fn is_everywhere(mut paths: BTreeSet<Path>) -> bool {
    while !paths.contains(&Path::new()) {
        let covered = paths.iter().find_map(|path| {
            let (name, holds) = path.last()?;
            let mut other = path.clone();
            other.pop();
            let around = other.clone();
            other.push((name.clone(), !holds));
            (paths.contains(&other) && !paths.contains(&around)).then_some(around)
        });
        match covered {
            Some(around) => drop(paths.insert(around)),
            None => return false,
        }
    }
    true
}
