//! The kind of an application: AWS::KinesisAnalyticsV2::Application makes Flink jobs, Studio notebooks and SQL
//! applications, and only a job takes snapshots, restores one at its start and reads property groups.

use super::application::Application;

/// The kind of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationKind {
    /// A job in Java, Scala, Kotlin or Python: `FLINK-1_20`.
    Flink,
    /// A notebook, which people start to work in it: `ZEPPELIN-FLINK-3_0`.
    Studio,
    /// A SQL application, whose runtime is `SQL-1_0`.
    Sql,
}

impl ApplicationKind {
    /// The kinds other than Flink application, each with how its RuntimeEnvironment begins.
    pub const OTHERS: [(Self, &str); 2] = [(Self::Studio, "ZEPPELIN-"), (Self::Sql, "SQL-")];

    /// Reads it from the RuntimeEnvironment, `FLINK-1_20` for example; what is neither Studio nor SQL is Flink.
    #[must_use]
    pub fn of(runtime: &str) -> Self {
        let other = Self::OTHERS.into_iter().find(|(_, prefix)| runtime.starts_with(prefix));
        other.map_or(Self::Flink, |(kind, _)| kind)
    }

    /// What AWS's console calls such an application.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Flink => "Flink application",
            Self::Studio => "Studio notebook",
            Self::Sql => "SQL application",
        }
    }
}

impl Application {
    /// Its kind, by its RuntimeEnvironment.
    #[must_use]
    pub fn kind(&self) -> ApplicationKind {
        ApplicationKind::of(&self.runtime)
    }
}
