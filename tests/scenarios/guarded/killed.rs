//! A guard whose process dies after one of its calls, or of its answer: Lambda delivers the request again, and the end
//! is the same.

use local_aws::lambda::{Moment, kill_after};

use super::*;
use crate::stage::succeeded;

/// A deployment that the guard comes before.
struct Story {
    name: &'static str,
    poison: bool,
    more: &'static [(&'static str, &'static str)],
    ends: Status,
    /// What CloudFormation is answered.
    answer: &'static str,
    /// The version of the job that runs in the end.
    version: &'static str,
}

const STORIES: [Story; 4] = [
    Story {
        name: "a healthy job",
        poison: false,
        more: &[],
        ends: Status::UpdateComplete,
        answer: "\"Outcome\":\"Stopped\"",
        version: "2",
    },
    Story {
        name: "a job that loops",
        poison: true,
        more: &[],
        ends: Status::UpdateComplete,
        answer: "\"Outcome\":\"ForceStopped\"",
        version: "2",
    },
    Story {
        name: "a job that loops, Fail",
        poison: true,
        more: &[("OnSnapshotFailure", "Fail")],
        ends: Status::UpdateRollbackComplete,
        answer: "Flink cannot snapshot the job",
        version: "1",
    },
    Story {
        name: "a healthy job, Probe",
        poison: false,
        more: &[("GuardMode", "Probe")],
        ends: Status::UpdateComplete,
        answer: "\"Outcome\":\"Probed\"",
        version: "2",
    },
];

/// How it ended: the operations that succeeded, and what CloudFormation was answered, without the names of snapshots.
type End = (Vec<String>, Vec<Value>);

/// Plays it, with this trouble before the update; the calls by which the guard changed something, and the end.
async fn play(story: &Story, trouble: impl FnOnce(&mut State), message: &str) -> (Vec<String>, End) {
    let deployment = running().await;
    deployment.record(if story.poison { "poison" } else { "a" });
    trouble(&mut deployment.world().state());
    assert_eq!(update(&deployment, "2", &[], story.more).await, story.ends, "{message}\n{}", why(&deployment));
    let application = application(&deployment);
    assert_eq!(
        (application.status, &*application.job.unwrap().jar.version),
        (Flink::Running, story.version),
        "{message}"
    );
    assert!(!application.tags.contains_key(MARKER), "{message}: nothing is left to remember");
    // On the way back there is a third answer.
    let answers = answers(&deployment, "UpdateGuard");
    assert!(answers[1].to_string().contains(story.answer), "{message}: {}", answers[1]);
    let end =
        answers.iter().map(|answer| json!([answer["Status"], answer["Data"]["Outcome"], answer["Data"]["Cause"]]));
    let mut end: Vec<Value> = end.collect();
    // A process that dies after its answer answers once more.
    end.dedup();
    (mutations(&deployment, GUARD), (succeeded(&deployment), end))
}

/// A guard whose process is killed after any of its calls ends where an uninterrupted one does, and answers the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_guard_ends_where_a_living_one_does() {
    for story in &STORIES {
        let (calls, living) = play(story, |_| {}, story.name).await;
        assert!(!calls.is_empty(), "{}", story.name);
        let mut kills: Vec<(String, Moment, usize)> = Vec::new();
        for (index, call) in calls.iter().enumerate() {
            let survived = calls[..index].iter().filter(|earlier| *earlier == call).count();
            kills.push((format!("kinesisanalytics:{call}"), Moment::BeforeTheAnswer, survived));
        }
        kills.push(("custom-resource:Respond".to_owned(), Moment::BeforeTheCall, 0));
        kills.push(("custom-resource:Respond".to_owned(), Moment::BeforeTheAnswer, 0));
        for (action, moment, survived) in kills {
            let message = format!("{}: killed {moment:?} of {action} {survived}", story.name);
            let kill = |state: &mut State| kill_after(state, GUARD, &action, moment, survived);
            let (_, killed) = play(story, kill, &message).await;
            assert_eq!(killed, living, "{message}");
        }
    }
}
