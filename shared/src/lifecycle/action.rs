//! Every AWS operation that our functions and the operator's command make, by IAM action. The template derives the
//! functions' policies from it, so a role that forbids a call the planner can make cannot be written.

/// One AWS operation that the planner or the shell asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Status, version, token, property groups.
    DescribeApplication,
    /// Reads the application's tags: markers and consent.
    ListTagsForResource,
    /// What became of the calls.
    ListApplicationOperations,
    /// An operation's own error text.
    DescribeApplicationOperation,
    /// What a start can restore.
    ListApplicationSnapshots,
    /// Which applications there are, for the sweep.
    ListApplications,
    /// Starts an application that is READY.
    StartApplication,
    /// Stops a job, with a snapshot or, forced, without.
    StopApplication,
    /// Proof of health, and what a restart resumes from.
    CreateApplicationSnapshot,
    /// This project's own old snapshots.
    DeleteApplicationSnapshot,
    /// Writes property groups; a RUNNING job restarts.
    UpdateApplication,
    /// A permission without an operation: a stop or an update of an application with enhanced snapshots takes it
    /// (`SEMANTICS.md` H.1).
    CreateSystemSnapshot,
    /// Writes the marker of a stop, before it.
    TagResource,
    /// Removes the marker of a stop, after the start.
    UntagResource,
    /// A stack's status, role, root and tags.
    DescribeStacks,
    /// Reads what failed in a stack operation, and why.
    DescribeStackEvents,
    /// Which applications a stack owns.
    ListStackResources,
    /// Which stacks are stuck, for the sweep.
    ListStacks,
    /// What a stack was made from; the operator's command only.
    GetTemplate,
    /// Continues a rollback: the only way out of UPDATE_ROLLBACK_FAILED.
    ContinueUpdateRollback,
}

/// What an action's permission is limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActionScope {
    /// Applications with the deployment's name prefix.
    Application,
    /// A stack of CloudFormation, and what it contains.
    Stack,
    /// Everything in the account: lists of what there is have no resource (Service Authorization Reference).
    Account,
}

impl Action {
    /// What an observation of a stack takes, of any caller.
    pub const LOOK_AT_STACK: [Self; 3] = [Self::DescribeStacks, Self::DescribeStackEvents, Self::ListStackResources];

    /// The action as policies write it. Flink's prefix is `kinesisanalytics`, without the `v2` (`semantics.md` A.1).
    #[must_use]
    pub const fn iam(self) -> &'static str {
        match self {
            Self::DescribeApplication => "kinesisanalytics:DescribeApplication",
            Self::ListTagsForResource => "kinesisanalytics:ListTagsForResource",
            Self::ListApplicationOperations => "kinesisanalytics:ListApplicationOperations",
            Self::DescribeApplicationOperation => "kinesisanalytics:DescribeApplicationOperation",
            Self::ListApplicationSnapshots => "kinesisanalytics:ListApplicationSnapshots",
            Self::ListApplications => "kinesisanalytics:ListApplications",
            Self::StartApplication => "kinesisanalytics:StartApplication",
            Self::StopApplication => "kinesisanalytics:StopApplication",
            Self::CreateApplicationSnapshot => "kinesisanalytics:CreateApplicationSnapshot",
            Self::DeleteApplicationSnapshot => "kinesisanalytics:DeleteApplicationSnapshot",
            Self::UpdateApplication => "kinesisanalytics:UpdateApplication",
            Self::CreateSystemSnapshot => "kinesisanalytics:CreateSystemSnapshot",
            Self::TagResource => "kinesisanalytics:TagResource",
            Self::UntagResource => "kinesisanalytics:UntagResource",
            Self::DescribeStacks => "cloudformation:DescribeStacks",
            Self::DescribeStackEvents => "cloudformation:DescribeStackEvents",
            Self::ListStackResources => "cloudformation:ListStackResources",
            Self::ListStacks => "cloudformation:ListStacks",
            Self::GetTemplate => "cloudformation:GetTemplate",
            Self::ContinueUpdateRollback => "cloudformation:ContinueUpdateRollback",
        }
    }

    /// What its permission is limited to.
    #[must_use]
    pub const fn scope(self) -> ActionScope {
        match self {
            Self::DescribeApplication
            | Self::ListTagsForResource
            | Self::ListApplicationOperations
            | Self::DescribeApplicationOperation
            | Self::ListApplicationSnapshots
            | Self::StartApplication
            | Self::StopApplication
            | Self::CreateApplicationSnapshot
            | Self::DeleteApplicationSnapshot
            | Self::UpdateApplication
            | Self::CreateSystemSnapshot
            | Self::TagResource
            | Self::UntagResource => ActionScope::Application,
            Self::DescribeStacks
            | Self::DescribeStackEvents
            | Self::ListStackResources
            | Self::GetTemplate
            | Self::ContinueUpdateRollback => ActionScope::Stack,
            Self::ListApplications | Self::ListStacks => ActionScope::Account,
        }
    }
}
