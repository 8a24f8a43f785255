//! The promise itself: a job that reads a key which nothing injects is never passed in silence, however it comes to the
//! read.

use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};

use super::found;
use super::styles::{JAVA, KOTLIN, PYTHON, SCALA, Style};

impl Style {
    fn source(&self, choice: [usize; 5], name: &str) -> String {
        let [one, other, key, read, place] = choice;
        let pick = |from: &'static [&'static str], at: usize| from[at % from.len()];
        let way = |group: &str, at: usize| pick(self.ways, at).replace("$g", group);
        let group = way(&way(self.group, one), other);
        let read = pick(self.reads, read).replace("$g", &group).replace("$k", pick(self.keys, key));
        let statement = pick(self.places, place).replace("$r", &read).replace("$g", &group);
        self.job.replace("$s", &statement).replace("$n", name)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_renamed_key_is_never_passed_in_silence(choice in any::<[u16; 5]>(), language in 0..4_usize) {
        let style = [JAVA, KOTLIN, SCALA, PYTHON].into_iter().nth(language).unwrap();
        let choice = choice.map(usize::from);
        for name in ["stream.name", "stream.nmae"] {
            let source = style.source(choice, name);
            let found = found(&[(style.file, &source)]);
            let is_named = found.keys.keys().any(|(ids, key)| ids.contains("G") && key == name);
            prop_assert!(is_named || !found.lost.is_empty(), "{name} is passed in silence:\n{source}");
            // And nothing is read that the source does not name.
            let others: Vec<_> = found.keys.keys().filter(|(ids, key)| !ids.contains("G") || key != name).collect();
            prop_assert!(others.is_empty(), "{others:?}:\n{source}");
        }
    }
}
