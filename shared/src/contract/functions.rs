//! The four functions by the names that cargo, Lambda, the templates and the exports share.

/// A function of this project: a cargo binary, a Lambda function, a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    /// Serves `Custom::FlinkAutoStart`: starts the application and waits until it is healthy.
    AutoStart,
    /// Serves `Custom::FlinkPropertyGroups`: writes resolved values into the application's property groups.
    PropertyGroups,
    /// Serves `Custom::FlinkUpdateGuard`: makes sure that the update that comes next can be taken.
    UpdateGuard,
    /// Serves EventBridge's stack events, its own schedule, and an operator who names a stack.
    RollbackUnsticker,
}

/// The export of `access` that holds the ARN of the permissions boundary for application roles.
pub const ACCESS_BOUNDARY_EXPORT: &str = "flink-access-boundary-arn";
/// The export of `access` that holds the name of the artifact bucket.
pub const ACCESS_BUCKET_EXPORT: &str = "flink-access-bucket";
/// The export of `access` that holds the ARN of the dead-letter queue.
pub const ACCESS_QUEUE_EXPORT: &str = "flink-access-queue-arn";
/// The export of `access` that holds the ARN of the incident topic.
pub const ACCESS_TOPIC_EXPORT: &str = "flink-access-topic-arn";

/// How many of the unsticker run at once: its reserved concurrency, unless a deployment chooses another (the parameter
/// [`UNSTICKER_CONCURRENCY_PARAMETER`] of `handlers`).
///
/// A stack takes about 55 calls of Flink's API and nearly five minutes of one unsticker, in two invocations. Ten of
/// them use up a call a second, a hundred twenty: with more the last ones are cured sooner, and more calls are
/// throttled. AWS publishes no rate; what people report is a call or two a second (`SEMANTICS.md` A.11). `make fleet`
/// plays it, and tests/README.md has its figures. What waits longer than the six hours for which Lambda keeps an event
/// is the sweep's, [`MAX_INVOKED_BY_A_SWEEP`] stacks at a time.
pub const UNSTICKER_CONCURRENCY: u32 = 10;
/// How many stacks one sweep invokes the unsticker for at most; the others have their turn in the next ones.
///
/// The stacks wait in the one queue of the unsticker's events, where those of a whole region may be waiting already,
/// and a stack that waits there is found again by each sweep. An incident takes nearly five minutes in two
/// invocations (`make fleet`), so that in the 15 minutes between two sweeps [`UNSTICKER_CONCURRENCY`] finishes three
/// times as many, unless the rate is lower than that: with twice as many a sweep adds less than is done until the next,
/// and a third is left to the events.
pub const MAX_INVOKED_BY_A_SWEEP: usize = 2 * UNSTICKER_CONCURRENCY as usize;
/// The parameter of `handlers` that may say otherwise, and the output by which `make deploy` knows it.
pub const UNSTICKER_CONCURRENCY_PARAMETER: &str = "UnstickerConcurrency";

impl Function {
    /// All four, in the order in which templates name them.
    pub const ALL: [Self; 4] = [Self::AutoStart, Self::PropertyGroups, Self::UpdateGuard, Self::RollbackUnsticker];

    /// The three that CloudFormation calls. They hand over to themselves when the work is longer than an invocation.
    pub const CUSTOM_RESOURCES: [Self; 3] = [Self::AutoStart, Self::PropertyGroups, Self::UpdateGuard];

    /// The name of the binary and of the Lambda function.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AutoStart => "flink-auto-start",
            Self::PropertyGroups => "flink-property-groups",
            Self::UpdateGuard => "flink-update-guard",
            Self::RollbackUnsticker => "flink-rollback-unsticker",
        }
    }

    /// The export of `access` that holds the ARN of the function's role.
    #[must_use]
    pub fn role_export(self) -> String {
        let name = self.name();
        let short = name.strip_prefix("flink-").unwrap_or(name);
        format!("flink-access-{short}-role-arn")
    }

    /// The export of `handlers` that holds the function's ARN; a stack that imports it keeps the handlers from being
    /// deleted.
    #[must_use]
    pub fn arn_export(self) -> String {
        let name = self.name();
        let short = name.strip_prefix("flink-").unwrap_or(name);
        format!("flink-handlers-{short}-arn")
    }
}
