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
    /// Reads it from the RuntimeEnvironment, `FLINK-1_20` for example; what is neither Studio nor SQL is Flink.
    #[must_use]
    pub fn of(runtime: &str) -> Self {
        if runtime.starts_with("ZEPPELIN-") {
            Self::Studio
        } else if runtime.starts_with("SQL-") {
            Self::Sql
        } else {
            Self::Flink
        }
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
