//! How long a healthy deployment leaves the job without processing, in AWS's time: the scenario says which operations
//! and resources stood between the last record of the old job and the first of the new one, the durations of
//! `SEMANTICS.md I.1` say how long each of them takes. No wall time of this machine is in it.

use local_aws::cloudformation::Status;
use local_aws::flink::{self, Status as Flink};
use project::deployment::{Deployment, NAME, jar};
use serde_json::json;

use crate::stage::{QUICK, application, handlers, person, why, with_jar};

/// Seconds: low, typical, high.
type Seconds = [f64; 3];

const STOP_TEARDOWN: Seconds = [30.0, 75.0, 120.0];
const LOOK: Seconds = [0.0, 2.6, 5.0];
const START_COLD: Seconds = [120.0, 155.0, 300.0];
const UPDATE_READY: Seconds = [3.0, 10.0, 30.0];
const UPDATE_GAP: Seconds = [10.0, 20.0, 60.0];
const CFN_DETECT: Seconds = [5.0, 15.0, 30.0];
const CFN_NEXT: Seconds = [1.0, 3.0, 5.0];
/// From CloudFormation's request to its next step; half of it before the function's first line, half after its answer.
const CUSTOM_RESOURCE: Seconds = [3.0, 6.0, 15.0];

fn half(seconds: Seconds) -> Seconds {
    seconds.map(|one| one / 2.0)
}

fn sum(all: &[Seconds]) -> Seconds {
    let mut sum = [0.0; 3];
    for (index, total) in sum.iter_mut().enumerate() {
        *total = all.iter().map(|one| one[index]).sum();
    }
    sum
}

/// The way in which an application is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// CloudFormation alone, without these handlers.
    Plain,
    Probe,
    Stop,
}

impl Way {
    fn template(self) -> String {
        let mut template = Deployment::application_template();
        if self == Self::Plain {
            let resources = template["Resources"].as_object_mut().unwrap();
            resources.retain(|_, resource| !resource["Type"].as_str().unwrap().starts_with("Custom::"));
            resources["Application"].as_object_mut().unwrap().remove("DependsOn");
            template.as_object_mut().unwrap().remove("Outputs");
        }
        template.to_string()
    }

    fn mode(self) -> &'static str {
        match self {
            Self::Plain | Self::Probe => "Probe",
            Self::Stop => "Stop",
        }
    }

    async fn deploy(self, deployment: &Deployment, version: &str) -> Status {
        let key = deployment.upload(&jar(version, &[]));
        let parameters = [&with_jar(&key)[..], &[("GuardMode", self.mode())]].concat();
        deployment.deploy_template(&self.template(), &parameters, &[]).await
    }
}

/// What stood between two jobs of the second deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Between {
    /// The application's operations, oldest first, without snapshots.
    operations: Vec<String>,
    /// The types of the resources that CloudFormation updated after the guard and before auto-start.
    resources: Vec<String>,
}

impl Between {
    /// Without processing.
    fn down(&self) -> Seconds {
        let mut parts = Vec::new();
        let mut is_running = true;
        for operation in &self.operations {
            match operation.as_str() {
                "UpdateApplication" if is_running => parts.push(UPDATE_GAP),
                // READY: what it takes stands with its resource.
                "UpdateApplication" => {}
                "StopApplication" => {
                    is_running = false;
                    // Until the guard sees READY, and its answer is CloudFormation's.
                    parts.extend([STOP_TEARDOWN, LOOK, half(CUSTOM_RESOURCE)]);
                }
                "StartApplication" => {
                    is_running = true;
                    parts.extend([CFN_NEXT, half(CUSTOM_RESOURCE), START_COLD]);
                }
                other => panic!("no duration is known of {other}"),
            }
        }
        assert!(is_running, "it ends down: {self:?}");
        if self.operations.iter().any(|operation| operation == "StopApplication") {
            parts.extend(self.resources.iter().map(|kind| match kind.as_str() {
                "AWS::KinesisAnalyticsV2::Application" => sum(&[CFN_NEXT, UPDATE_READY, CFN_DETECT]),
                kind if kind.starts_with("Custom::") => sum(&[CFN_NEXT, CUSTOM_RESOURCE]),
                other => panic!("no duration is known of {other}"),
            }));
        }
        sum(&parts)
    }
}

/// Deploys a healthy job and then the next version of it.
async fn second_deployment(way: Way) -> Between {
    let deployment = handlers().await;
    assert_eq!(way.deploy(&deployment, "1").await, Status::CreateComplete, "{}", why(&deployment));
    if way == Way::Plain {
        // CloudFormation starts nothing.
        let mut state = deployment.world().state();
        person(deployment.world(), &mut state, "StartApplication", json!({"RunConfiguration": {}}));
        flink::release(&mut state, &deployment.world().settings, NAME);
    }
    let operations = application(&deployment).operations.len();
    let rows = deployment.world().state().cloudformation.stack(NAME).unwrap().events.len();
    assert_eq!(way.deploy(&deployment, "2").await, Status::UpdateComplete, "{way:?}\n{}", why(&deployment));
    let after = application(&deployment);
    assert_eq!((after.status, after.job.unwrap().jar.version.as_str()), (Flink::Running, "2"), "{way:?}");
    let made = after.operations.into_iter().skip(operations).map(|operation| operation.name);
    let state = deployment.world().state();
    let begun = state.cloudformation.stack(NAME).unwrap().events.iter().skip(rows);
    let begun = begun.filter(|row| row.logical_id != NAME && row.status == Status::UpdateInProgress);
    let guarded = begun.map(|row| row.kind.clone()).skip_while(|kind| kind != "Custom::FlinkUpdateGuard").skip(1);
    Between {
        operations: made.filter(|name| name != "CreateApplicationSnapshot").collect(),
        resources: guarded.take_while(|kind| kind != "Custom::FlinkAutoStart").collect(),
    }
}

/// `279 (167 / 530)`
fn printed([low, typical, high]: Seconds) -> String {
    format!("{typical:.0} ({low:.0} / {high:.0})")
}

/// `14 (17 / 9)`: how many times as long.
fn ratio(ours: Seconds, plain: Seconds) -> String {
    let of = |index: usize| ours[index] / plain[index];
    format!("{:.0} ({:.0} / {:.0})", of(1), of(0), of(2))
}

/// A healthy deployment with Probe leaves the job without processing as long as CloudFormation alone does; with Stop a
/// stop and a cold start longer.
#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_deployment_with_probe_is_down_as_long_as_without_these_handlers_and_with_stop_a_cold_start_longer() {
    assert!(QUICK.iter().any(|(name, _)| *name == "STABILIZE_SECONDS"), "the gate waits while the new job works");
    let [plain, probe, stop] =
        [second_deployment(Way::Plain).await, second_deployment(Way::Probe).await, second_deployment(Way::Stop).await];
    assert_eq!(plain.operations, ["UpdateApplication"]);
    assert_eq!(probe.operations, plain.operations, "Probe / plain is 1.00: one update in place, nothing else");
    assert_eq!(stop.operations, ["StopApplication", "UpdateApplication", "StartApplication"]);
    assert_eq!(stop.resources, ["AWS::KinesisAnalyticsV2::Application", "Custom::FlinkPropertyGroups"]);
    let [plain, probe, stop] = [plain, probe, stop].map(|between| between.down());
    let table = format!(
        "| CloudFormation alone | {} | 1.00 |\n| Probe | {} | {:.2} |\n| Stop | {} | {} |",
        printed(plain),
        printed(probe),
        probe[1] / plain[1],
        printed(stop),
        ratio(stop, plain)
    );
    println!("{table}");
    assert!(include_str!("../../README.md").contains(&table), "put this into tests/README.md:\n{table}");
    let row = format!("| small state, typical (low / high) | {} | {} |", printed(probe), printed(stop));
    assert!(include_str!("../../../functions/README.md").contains(&row), "put this into functions/README.md:\n{row}");
}
