//! What custom resources and a rollback of them show, at no cost: a stack whose custom resources are asked through a
//! topic, so that this command answers them from a queue. The same queue gets the stack's events.

mod requests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::answers::Answers;
use super::stage::{Halt, Stage};
use requests::{Custom, about};

/// How many looks the other resource of a rollback may go on for after the first one failed, until it counts as waited
/// for.
const LOOKS: u32 = 60;
/// Until CloudFormation gives an answer up, in seconds: longer than all the looks.
const TIMEOUT: u32 = 1800;

/// The name of the stack.
pub(super) fn name(stage: &Stage) -> String {
    format!("{}-custom", stage.name)
}

/// All of them; what was made is deleted by [`Stage::clean_up`].
pub(super) async fn ask(stage: &Stage, answers: &mut Answers) -> Result<(), Halt> {
    let mut custom = custom(stage);
    let outcome = custom.questions(answers).await;
    // At Ctrl-C, too, CloudFormation does not wait for what was held back.
    for request in std::mem::take(&mut custom.held) {
        custom.put(&request, true).await?;
    }
    outcome
}

/// Waits until nothing goes on in the stack, and says yes to all that is asked.
pub(super) async fn settled(stage: &Stage) -> Result<String, Halt> {
    custom(stage).settled(|_| Some(true)).await
}

fn custom(stage: &Stage) -> Custom<'_> {
    let (kinds, responses) = (BTreeSet::new(), BTreeSet::new());
    Custom { stage, name: name(stage), kinds, responses, old: BTreeMap::new(), held: Vec::new() }
}

/// A queue that gets the requests and the stack events, and a custom resource for each value.
fn template(values: &Value) -> Value {
    let may_send = |service: &str, source: &str| {
        json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": {"Service": service},
            "Resource": {"Fn::GetAtt": ["Queue", "Arn"]},
            "Condition": {"ArnEquals": {"aws:SourceArn": if source == "Topic" { json!({"Ref": source}) } else {
                json!({"Fn::GetAtt": [source, "Arn"]}) }}}})
    };
    let statements = [may_send("sns.amazonaws.com", "Topic"), may_send("events.amazonaws.com", "Rule")];
    let queue = json!({"Fn::GetAtt": ["Queue", "Arn"]});
    let mut resources = json!({
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Rule": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": ["aws.cloudformation"]},
            "Targets": [{"Id": "queue", "Arn": queue}]}},
        "Policy": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "Queue"}],
            "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}},
        "Subscription": {"Type": "AWS::SNS::Subscription", "DependsOn": "Policy", "Properties":
            {"TopicArn": {"Ref": "Topic"}, "Protocol": "sqs", "Endpoint": queue, "RawMessageDelivery": true}},
    });
    for (id, value) in values.as_object().into_iter().flatten() {
        let timeout = if id == "Long" { 7200 } else { TIMEOUT };
        // What fails in these questions comes after the others.
        let before = if id == "Last" { json!(["Subscription", "A", "B"]) } else { json!("Subscription") };
        resources[id.as_str()] = json!({"Type": "Custom::FlinkVerify", "DependsOn": before, "Properties":
            {"ServiceToken": {"Ref": "Topic"}, "ServiceTimeout": timeout, "Value": value}});
    }
    json!({"Description": "Made by `make verify-aws`, which deletes it again.", "Resources": resources,
        "Outputs": {"Queue": {"Value": {"Ref": "Queue"}}}})
}

impl Custom<'_> {
    async fn questions(&mut self, answers: &mut Answers) -> Result<(), Halt> {
        self.send(&template(&json!({"A": "1", "B": "1"})), false).await?;
        let settled = self.settled(|_| Some(true)).await?;
        if settled != "CREATE_COMPLETE" {
            let reasons = self.stage.reasons_of(&self.name, "CREATE_FAILED").await.join(" | ");
            return Err(Halt::Failed(format!("the stack of custom resources is {settled}: {reasons}")));
        }
        self.long_timeout(answers).await?;
        self.old_properties(answers).await?;
        self.on_the_way_back(answers).await?;
        self.kinds(answers);
        Ok(())
    }

    /// 8: a custom resource that may take longer than an hour.
    async fn long_timeout(&mut self, answers: &mut Answers) -> Result<(), Halt> {
        const QUESTION: &str = "LongServiceTimeout, 8. A custom resource with a ServiceTimeout of two hours";
        let with_long = template(&json!({"A": "1", "B": "1", "Long": "1"}));
        let seen = match self.send(&with_long, false).await {
            Err(Halt::Failed(refused)) => refused,
            Err(interrupted @ Halt::Interrupted) => return Err(interrupted),
            Ok(()) => match self.settled(|_| Some(true)).await? {
                settled if settled == "UPDATE_COMPLETE" => {
                    answers.mode(QUESTION, ("LongServiceTimeout", "Accepted"), &settled);
                    return Ok(());
                }
                settled => {
                    format!("{settled}: {}", self.stage.reasons_of(&self.name, "CREATE_FAILED").await.join(" | "))
                }
            },
        };
        answers.mode(QUESTION, ("LongServiceTimeout", "Refused"), &seen);
        Ok(())
    }

    /// H.2: with rollback disabled one resource is updated and another fails; the next update says what it takes for
    /// old.
    async fn old_properties(&mut self, answers: &mut Answers) -> Result<(), Halt> {
        const QUESTION: &str = "H.2. The old properties that a custom resource is given after UPDATE_FAILED";
        self.send(&template(&json!({"A": "2", "B": "1", "Last": "1"})), true).await?;
        let failed = self.settled(|request| Some(about(request).0 != "Last")).await?;
        if failed != "UPDATE_FAILED" {
            answers.answer(QUESTION, format!("the stack is {failed}, not UPDATE_FAILED"));
            return Ok(());
        }
        // A second failure, of an update: B says no to 2.
        self.send(&template(&json!({"A": "2", "B": "2", "Last": "2"})), true).await?;
        self.settled(|request| Some(about(request) != ("B", "2"))).await?;
        self.old.clear();
        self.send(&template(&json!({"A": "3", "B": "3"})), true).await?;
        let settled = self.settled(|_| Some(true)).await?;
        let old = |id: &str| self.old.get(id).cloned().unwrap_or_else(|| "none".to_owned());
        answers.answer(
            QUESTION,
            format!(
                "1, then 2, then 3: the resource that took 2 is given old {}, the one that refused 2 is given old {}; {settled}",
                old("A"),
                old("B")
            ),
        );
        Ok(())
    }

    /// Two resources are brought back, and one fails while the other is not answered.
    async fn on_the_way_back(&mut self, answers: &mut Answers) -> Result<(), Halt> {
        const QUESTION: &str = "FailureOnTheWayBack. What a failure in a rollback does to resources in flight";
        self.send(&template(&json!({"A": "4", "B": "4", "Last": "4"})), false).await?;
        // The way back brings another value than 4; nothing of it is answered yet.
        let forward = |request: &Value| match about(request) {
            ("Last", _) => Some(request["RequestType"] == "Delete"),
            (_, value) => (value == "4").then_some(true),
        };
        while self.held.len() < 2 {
            self.look(forward).await?;
            if !self.goes_on().await? {
                return Err(Halt::Failed("the rollback asked nothing".to_owned()));
            }
            self.stage.rest().await?;
        }
        self.answer_held("A", false).await?;
        // Counted from the failure's own row on: before it nothing is decided.
        let mut looks = 0;
        while self.goes_on().await? && looks < LOOKS {
            looks += u32::from(self.row("A").await? == "UPDATE_FAILED");
            self.stage.rest().await?;
        }
        self.answer_held("B", true).await?;
        let settled = self.settled(|_| Some(true)).await?;
        let status = self.row("B").await?;
        let seen = format!("{settled}; the other one is {status}");
        match status.as_str() {
            "UPDATE_COMPLETE" => answers.mode(QUESTION, ("FailureOnTheWayBack", "LetsOthersEnd"), &seen),
            "UPDATE_FAILED" => answers.mode(QUESTION, ("FailureOnTheWayBack", "CancelsOthers"), &seen),
            _ => answers.answer(QUESTION, seen),
        }
        Ok(())
    }

    /// D.1 and 8: what the queue got beside the requests.
    fn kinds(&self, answers: &mut Answers) {
        let joined = |all: &BTreeSet<String>| {
            if all.is_empty() { "none".to_owned() } else { all.iter().cloned().collect::<Vec<_>>().join(", ") }
        };
        answers.answer(
            "D.1. The events that CloudFormation sends of a stack, \"Stack State Change\" among them or not",
            joined(&self.kinds),
        );
        answers.answer("8. Host and life of a ResponseURL", joined(&self.responses));
    }
}
