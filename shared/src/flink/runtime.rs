//! RuntimeEnvironment: the program that runs an application, and which of its versions restores what another one saved.

use std::fmt;

/// A version of Apache Flink, ordered by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlinkVersion {
    /// The major version: 2 of `FLINK-2_3`.
    pub major: u32,
    /// The minor version: 3 of `FLINK-2_3`.
    pub minor: u32,
}

/// A RuntimeEnvironment (`SEMANTICS.md` A.2). AWS adds one or two a year, so that a word which this version does not
/// know is carried on rather than refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runtime {
    /// `FLINK-2_3`: a job. Any version is read, those to come too.
    Flink(FlinkVersion),
    /// `ZEPPELIN-FLINK-3_0`, `SQL-1_0`, or a word of a later time: it has no order, and is the same only as itself.
    Other(String),
}

/// What a change of the runtime means for the state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upgrade {
    /// The version stays the same.
    None,
    /// A newer minor version of the same major one.
    Minor,
    /// The next major version: AWS upgrades in place, and state that the new one cannot read makes the job restart for
    /// ever (`SEMANTICS.md` H.1).
    Major,
    /// An older version, one that is two major versions ahead, or one that cannot be compared: no state comes along.
    Unsupported,
}

impl Runtime {
    /// Reads the word of the service or of a template.
    #[must_use]
    pub fn of(word: &str) -> Self {
        flink_version(word).map_or_else(|| Self::Other(word.to_owned()), Self::Flink)
    }

    /// What it means for the state to go from `self` to `to`.
    #[must_use]
    pub fn upgrade_to(&self, to: &Self) -> Upgrade {
        match (self, to) {
            (Self::Flink(from), Self::Flink(to)) if from == to => Upgrade::None,
            (Self::Flink(from), Self::Flink(to)) if from.major == to.major && from.minor < to.minor => Upgrade::Minor,
            (Self::Flink(from), Self::Flink(to)) if from.major + 1 == to.major => Upgrade::Major,
            (Self::Other(from), Self::Other(to)) if from == to => Upgrade::None,
            (Self::Flink(_) | Self::Other(_), Self::Flink(_) | Self::Other(_)) => Upgrade::Unsupported,
        }
    }

    /// Whether it restores a snapshot that was made under `made_under`: the same version, an older minor one, or one of
    /// the previous major version; never a newer one.
    #[must_use]
    pub fn can_restore(&self, made_under: &Self) -> bool {
        match made_under.upgrade_to(self) {
            Upgrade::None | Upgrade::Minor | Upgrade::Major => true,
            Upgrade::Unsupported => false,
        }
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flink(FlinkVersion { major, minor }) => write!(formatter, "FLINK-{major}_{minor}"),
            Self::Other(word) => formatter.write_str(word),
        }
    }
}

/// `FLINK-1_20` is 1 and 20. Anything but digits is another word: `FLINK-1_+20` is none.
fn flink_version(word: &str) -> Option<FlinkVersion> {
    let (major, minor) = word.strip_prefix("FLINK-")?.split_once('_')?;
    let number = |digits: &str| {
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        // Far below what the sum of two versions would overflow.
        is_number.then(|| digits.parse::<u16>().ok()).flatten().map(u32::from)
    };
    Some(FlinkVersion { major: number(major)?, minor: number(minor)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every RuntimeEnvironment of a job that the API has, oldest first, and two that it does not have yet.
    const JOBS: [&str; 12] = [
        "FLINK-1_6",
        "FLINK-1_8",
        "FLINK-1_11",
        "FLINK-1_13",
        "FLINK-1_15",
        "FLINK-1_18",
        "FLINK-1_19",
        "FLINK-1_20",
        "FLINK-2_2",
        "FLINK-2_3",
        "FLINK-2_10",
        "FLINK-3_0",
    ];
    const OTHERS: [&str; 7] =
        ["ZEPPELIN-FLINK-2_0", "ZEPPELIN-FLINK-3_0", "SQL-1_0", "FLINK-2", "FLINK-1_+20", "FLINK-1_99999999999", ""];

    fn can_restore(runtime: &str, made_under: &str) -> bool {
        Runtime::of(runtime).can_restore(&Runtime::of(made_under))
    }

    #[test]
    fn versions_are_ordered_by_number_not_by_letter() {
        let version = |word: &str| match Runtime::of(word) {
            Runtime::Flink(version) => version,
            Runtime::Other(word) => panic!("{word}"),
        };
        assert!(JOBS.windows(2).all(|two| version(two[0]) < version(two[1])));
    }

    #[test]
    fn a_newer_runtime_is_never_restored_and_an_older_one_up_to_the_previous_major_version() {
        for (newer, newest) in JOBS.iter().enumerate() {
            for (older, oldest) in JOBS.iter().enumerate() {
                let skips_a_major = newest.starts_with("FLINK-3") && oldest.starts_with("FLINK-1");
                let expected = older <= newer && !skips_a_major;
                assert_eq!(can_restore(newest, oldest), expected, "{newest} restores {oldest}");
            }
        }
    }

    #[test]
    fn what_has_no_order_restores_only_what_was_made_under_the_same_word() {
        for word in OTHERS {
            assert!(can_restore(word, word), "{word}");
            assert_eq!(Runtime::of(word).to_string(), word);
            for other in JOBS.iter().chain(&OTHERS).filter(|other| **other != word) {
                assert!(!can_restore(word, other) && !can_restore(other, word), "{word} and {other}");
            }
        }
    }

    #[test]
    fn the_distance_of_an_upgrade_is_named() {
        let distance = |from: &str, to: &str| Runtime::of(from).upgrade_to(&Runtime::of(to));
        assert_eq!(distance("FLINK-1_20", "FLINK-1_20"), Upgrade::None);
        assert_eq!(distance("FLINK-1_15", "FLINK-1_20"), Upgrade::Minor);
        assert_eq!(distance("FLINK-1_20", "FLINK-2_3"), Upgrade::Major);
        assert_eq!(distance("FLINK-2_3", "FLINK-1_20"), Upgrade::Unsupported);
        assert_eq!(distance("FLINK-1_20", "FLINK-3_0"), Upgrade::Unsupported);
    }
}
