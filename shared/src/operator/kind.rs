//! What kind of application a runtime is of. Jobs are of Flink; a Studio notebook and a SQL application are made with the same resource
//! type, and take no snapshot.

/// The kind of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationKind {
    /// A job in Java, Scala, Kotlin or Python: `FLINK-1_20`.
    Flink,
    /// A notebook, which people start to work in it: `ZEPPELIN-FLINK-3_0`.
    Studio,
    /// `SQL-1_0`.
    Sql,
}

impl ApplicationKind {
    /// By the RuntimeEnvironment.
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

    /// What people call it.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Flink => "Flink application",
            Self::Studio => "Studio notebook",
            Self::Sql => "SQL application",
        }
    }
}
