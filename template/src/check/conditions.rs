//! Keys that a template injects only under conditions, which only the deployment decides.

use std::collections::BTreeSet;

use super::files::Sources;
use super::injected::InjectedKeys;
use super::report::NotFollowed;

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

/// Keys that the job cannot do without, and that are injected only under conditions.
pub(super) fn conditional(sources: &Sources, injected: &InjectedKeys, against: &str) -> Vec<NotFollowed> {
    let needed = sources.found.keys.iter().filter(|(_, read)| !read.has_default);
    let needed = needed.filter_map(|((groups, key), _)| {
        let all = groups.iter().filter(|group| injected.groups.get(*group).is_some_and(|keys| keys.contains(key)));
        let under: Option<Vec<_>> = all.map(|group| injected.conditional.get(&(group.clone(), key.clone()))).collect();
        let conditions: BTreeSet<&String> = under?.into_iter().flatten().collect();
        let names = conditions.into_iter().cloned().collect::<Vec<_>>().join(", ");
        let groups = groups.iter().cloned().collect::<Vec<_>>().join("+");
        let what =
            format!("{groups}/{key} is read without a default and injected only as the condition {names} decides");
        (!names.is_empty()).then(|| NotFollowed { file: against.to_owned(), line: None, what })
    });
    needed.collect()
}
