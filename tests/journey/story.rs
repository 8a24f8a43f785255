//! The stories: the rows. Each begins with a running job (but the first creation) and ends when the stack is at rest
//! and the job runs, or never will.

use local_aws::cloudformation::Status;
use local_aws::flink::{self, Status as Flink};
use project::deployment::NAME;
use project::fleet;

use crate::paper::FIX;
use crate::people::{cured, deployed, started_by_others, stuck};
use crate::stage::{POISON, Stage, person};

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Story {
    /// A healthy deployment of a new jar.
    Jar,
    /// Of a property.
    Property,
    /// Of both.
    Both,
    /// Of nothing that the application reads.
    Nothing,
    /// The first creation.
    Creation,
    /// A new jar while the service scales the job.
    Autoscaling,
    /// The job loops, and the new jar is the fix.
    Looping,
    /// The job loops for a cause that passes, and a deployment got the stack stuck.
    PassingCause,
    /// The job loops on a bad record, a deployment got the stack stuck, and the fix comes when a person has it.
    BadRecord,
    /// The new version does not start.
    DoesNotStart,
    /// The new version starts and loops.
    NewOneLoops,
    /// The stack is deleted.
    Deletion,
}

impl Story {
    /// In the order in which they are printed.
    pub(crate) const ALL: [Self; 12] = [
        Self::Jar,
        Self::Property,
        Self::Both,
        Self::Nothing,
        Self::Creation,
        Self::Autoscaling,
        Self::Looping,
        Self::PassingCause,
        Self::BadRecord,
        Self::DoesNotStart,
        Self::NewOneLoops,
        Self::Deletion,
    ];

    /// As the table calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Jar => "new jar",
            Self::Property => "new property",
            Self::Both => "new jar and property",
            Self::Nothing => "nothing of the job's",
            Self::Creation => "first creation",
            Self::Autoscaling => "new jar while it scales",
            Self::Looping => "fix of a looping job",
            Self::PassingCause => "incident, cause passes",
            Self::BadRecord => "incident, bad record",
            Self::DoesNotStart => "new version does not start",
            Self::NewOneLoops => "new version loops",
            Self::Deletion => "deletion",
        }
    }

    /// Whether CloudFormation alone needs a person in it.
    pub(crate) const fn takes_a_person(self) -> bool {
        !matches!(self, Self::Jar | Self::Property | Self::Both | Self::Nothing | Self::Deletion)
    }

    /// Whether a guard would have prevented it: then the stack has none.
    pub(crate) const fn is_guarded(self) -> bool {
        !matches!(self, Self::PassingCause | Self::BadRecord)
    }

    /// Whether it is guarded, and otherwise by Stop than by Probe.
    pub(crate) const fn is_guarded_apart(self) -> bool {
        matches!(self, Self::Jar | Self::Autoscaling | Self::Looping | Self::DoesNotStart | Self::NewOneLoops)
    }

    /// Whether an update of the application fails or is taken back in it, which is what RollbackEnabled is about.
    pub(crate) const fn is_about_rollback(self) -> bool {
        matches!(self, Self::Jar | Self::DoesNotStart | Self::NewOneLoops)
    }

    /// Brings the stage to where the story begins.
    pub(crate) async fn prepare(self, stage: &Stage) {
        match self {
            Self::Creation => {}
            Self::Looping | Self::BadRecord => {
                stage.running(&[POISON]).await;
                stage.deployment.record(POISON);
            }
            Self::PassingCause => {
                stage.running(&[]).await;
                stage.deployment.sink_permission(false);
                stage.deployment.record("b");
            }
            Self::Jar
            | Self::Property
            | Self::Both
            | Self::Nothing
            | Self::Autoscaling
            | Self::DoesNotStart
            | Self::NewOneLoops
            | Self::Deletion => stage.running(&[]).await,
        }
        stage.slow_down();
    }

    /// From the request to its end.
    pub(crate) async fn play(self, stage: &Stage) {
        match self {
            Self::Jar => deployed(stage, ("2", &[]), 1).await,
            Self::Property => deployed(stage, ("1", &[]), 2).await,
            Self::Both => deployed(stage, ("2", &[]), 2).await,
            Self::Nothing => {
                stage.request_with("1", &[], 1, &[("AlarmLagMinutes", "61")]);
                stage.settled().await;
            }
            Self::Creation => {
                stage.request("1", &[], 1);
                stage.settled().await;
                started_by_others(stage).await;
            }
            Self::Autoscaling => {
                flink::put_status(&mut stage.world().state(), NAME, Flink::Autoscaling);
                deployed(stage, ("2", &[]), 1).await;
                if stuck(stage) {
                    // Busy is no fault of anything: the person deploys again.
                    person(stage.way.person()).await;
                    stage.continue_by_hand().await;
                    person(30.0).await;
                    deployed(stage, ("2", &[]), 1).await;
                }
            }
            Self::Looping => {
                deployed(stage, ("2", &[]), 1).await;
                if stuck(stage) {
                    stage.unstick_by_hand().await;
                    stage.request("2", &[], 1);
                    stage.settled().await;
                    started_by_others(stage).await;
                }
            }
            Self::PassingCause => {
                let before = stage.world().state().journal.len();
                let passes = tokio::spawn(fleet::cause_passes(stage.world().clone(), before));
                deployed(stage, ("2", &[]), 1).await;
                cured(stage).await;
                passes.abort();
            }
            Self::BadRecord => {
                deployed(stage, ("2", &[POISON]), 1).await;
                if stage.way.is_ours() {
                    stage
                        .world()
                        .wait_for(|state| {
                            state
                                .cloudformation
                                .stack(NAME)
                                .filter(|one| one.status == Status::UpdateRollbackComplete)
                                .map(|_| ())
                        })
                        .await;
                    stage.idle().await;
                    person(FIX).await;
                } else {
                    stage.unstick_by_hand().await;
                }
                deployed(stage, ("3", &[]), 1).await;
                started_by_others(stage).await;
            }
            Self::DoesNotStart => {
                stage.updates_fail();
                deployed(stage, ("2", &[]), 1).await;
                cured(stage).await;
            }
            Self::NewOneLoops => {
                stage.request("2", &[POISON], 1);
                // The old version knows how to read what the new one is the first to meet.
                stage.leaves_running().await;
                stage.deployment.record(POISON);
                stage.settled().await;
                cured(stage).await;
            }
            Self::Deletion => {
                let request = [("StackName".to_owned(), NAME.to_owned())].into();
                let who = local_aws::api::Caller::Operator;
                if let Err(error) = local_aws::cloudformation::query(stage.world(), &who, "DeleteStack", &request) {
                    eprintln!("    DeleteStack: {error}");
                }
                stage.settled().await;
            }
        }
        stage.idle().await;
    }
}
