//! Keys that a template injects only under conditions, which only the deployment decides.

use std::collections::BTreeSet;

use super::files::Sources;
use super::injected::InjectedKeys;

/// Keys that the job cannot do without, and that are injected only under conditions, a sentence each.
pub(super) fn conditional(sources: &Sources, injected: &InjectedKeys) -> Vec<String> {
    let needed = sources.found.keys.iter().filter(|(_, read)| !read.has_default);
    let needed = needed.filter_map(|((groups, key), _)| {
        let all = groups.iter().filter(|group| injected.groups.get(*group).is_some_and(|keys| keys.contains(key)));
        let under: Option<Vec<_>> = all.map(|group| injected.conditional.get(&(group.clone(), key.clone()))).collect();
        let conditions: BTreeSet<&String> = under?.into_iter().flatten().collect();
        let names = conditions.into_iter().cloned().collect::<Vec<_>>().join(", ");
        let groups = groups.iter().cloned().collect::<Vec<_>>().join("+");
        let what =
            format!("{groups}/{key} is read without a default and injected only as the condition {names} decides");
        (!names.is_empty()).then_some(what)
    });
    needed.collect()
}
