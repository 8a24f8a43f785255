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

/// Whether a renamed key is listed or a place is reported, and nothing is read that the source does not name.
fn judge(style: &Style, choice: [usize; 5]) -> Result<(), String> {
    for name in ["stream.name", "stream.nmae"] {
        let source = style.source(choice, name);
        let found = found(&[(style.file, &source)]);
        let is_named = found.keys.keys().any(|(ids, key)| ids.contains("G") && key == name);
        if !is_named && found.lost.is_empty() {
            return Err(format!("{name} is passed in silence:\n{source}"));
        }
        let others: Vec<_> = found.keys.keys().filter(|(ids, key)| !ids.contains("G") || key != name).collect();
        if !others.is_empty() {
            return Err(format!("{others:?}:\n{source}"));
        }
    }
    Ok(())
}

/// How many ways of each kind a language has.
fn many(style: &Style) -> [usize; 5] {
    [style.ways.len(), style.ways.len(), style.keys.len(), style.reads.len(), style.places.len()]
}

#[test]
fn each_way_alone_passes_no_renamed_key_in_silence() {
    for style in [JAVA, KOTLIN, SCALA, PYTHON] {
        for (kind, many) in many(&style).into_iter().enumerate() {
            for way in 0..many {
                let mut choice = [0; 5];
                choice[kind] = way;
                judge(&style, choice).unwrap_or_else(|silence| panic!("{silence}"));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_renamed_key_is_never_passed_in_silence(choice in any::<[u16; 5]>(), language in 0..4_usize) {
        let style = [JAVA, KOTLIN, SCALA, PYTHON].into_iter().nth(language).unwrap();
        let judged = judge(&style, choice.map(usize::from));
        prop_assert!(judged.is_ok(), "{}", judged.unwrap_err());
    }
}
