//! What the measured programs talk to: Flink's and CloudFormation's replies as long as real ones are, always the same.
//! It keeps just enough state to play a start; the local AWS has the rules.

use std::sync::Mutex;

use local_aws::clock;

use super::http::{Answer, Request};

pub(crate) const APPLICATION: &str = "flink-orders";
pub(crate) const STACK: &str =
    "arn:aws:cloudformation:eu-west-1:111122223333:stack/flink-orders/8f1d2c3b-0000-4000-8000-000000000000";
/// The physical ID of each custom resource.
pub(crate) const CUSTOM_RESOURCE: &str = "auto-start/flink-orders/Handler";
const ARN: &str = "arn:aws:kinesisanalytics:eu-west-1:111122223333:application/flink-orders";

/// What the application does while it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Story {
    /// STARTING so many times, then DELETING: the shortest way to an answer, five calls with one STARTING.
    Leaving(u32),
    /// READY; once started, STARTING twice and RUNNING.
    Starting,
}

/// One application in one stack.
#[derive(Debug)]
pub(crate) struct Aws(Mutex<Seen>);

#[derive(Debug)]
struct Seen {
    story: Story,
    calls: Vec<String>,
    described: u32,
    started: bool,
}

impl Aws {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Seen::of(Story::Starting)))
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// From the beginning.
    pub(crate) fn play(&self, story: Story) {
        *self.seen() = Seen::of(story);
    }

    /// The calls since the beginning, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.seen().calls.clone()
    }

    /// Answers one request; an unsigned one is refused as AWS does.
    pub(crate) fn answer(&self, request: &Request) -> Answer {
        if !request.header("authorization").starts_with("AWS4-HMAC-SHA256") {
            return Answer::empty(403);
        }
        let mut seen = self.seen();
        if let Some((_, action)) = request.header("x-amz-target").split_once('.') {
            seen.calls.push(action.to_owned());
            return Answer::of("application/x-amz-json-1.1", seen.flink(action));
        }
        let body = String::from_utf8_lossy(&request.body);
        let action = body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default();
        seen.calls.push(action.to_owned());
        Answer::of("text/xml", cloudformation(action))
    }
}

impl Seen {
    fn of(story: Story) -> Self {
        Self { story, calls: Vec::new(), described: 0, started: false }
    }

    fn status(&mut self) -> &'static str {
        self.described += 1;
        match self.story {
            Story::Leaving(times) if self.described <= times => "STARTING",
            Story::Leaving(_) => "DELETING",
            Story::Starting if !self.started => "READY",
            Story::Starting if self.described <= 2 => "STARTING",
            Story::Starting => "RUNNING",
        }
    }

    fn flink(&mut self, action: &str) -> String {
        let now = clock::now();
        match action {
            "DescribeApplication" => application(self.status()),
            "StartApplication" => {
                (self.started, self.described) = (true, 0);
                r#"{"OperationId":"start-1"}"#.to_owned()
            }
            "ListTagsForResource" => {
                r#"{"Tags":[{"Key":"flink-unstick","Value":"enabled"},{"Key":"team","Value":"orders"}]}"#.to_owned()
            }
            "ListApplicationSnapshots" => {
                let snapshot = |index: u32| {
                    let created = now - f64::from(index) * 3600.0;
                    format!(
                        r#"{{"SnapshotName":"flink-handlers-guard-8f1d2c3b-{index:04}","SnapshotStatus":"READY","ApplicationVersionId":7,"SnapshotCreationTimestamp":{created},"RuntimeEnvironment":"FLINK-1_20"}}"#
                    )
                };
                let list: Vec<String> = (1..8).map(snapshot).collect();
                format!(r#"{{"SnapshotSummaries":[{}]}}"#, list.join(","))
            }
            "ListApplicationOperations" => {
                let operation = |index: u32, kind: &str, from: f64| {
                    format!(
                        r#"{{"Operation":"{kind}","OperationId":"{kind}-{index}","StartTime":{},"EndTime":{},"OperationStatus":"SUCCESSFUL"}}"#,
                        from,
                        from + 1.0
                    )
                };
                let mut list: Vec<String> = (1..8)
                    .map(|index| operation(index, "UpdateApplication", now - f64::from(index) * 7200.0))
                    .collect();
                if self.started {
                    list.insert(0, operation(0, "StartApplication", now));
                }
                format!(r#"{{"ApplicationOperationInfoList":[{}]}}"#, list.join(","))
            }
            _ => "{}".to_owned(),
        }
    }
}

/// As DescribeApplication has it, some 2.5 KB.
fn application(status: &str) -> String {
    let created = clock::now() - 864_000.0;
    format!(
        r#"{{"ApplicationDetail":{{"ApplicationARN":"{ARN}","ApplicationDescription":"Orders from the stream, counted into the table","ApplicationName":"{APPLICATION}","RuntimeEnvironment":"FLINK-1_20","ServiceExecutionRole":"arn:aws:iam::111122223333:role/flink-orders-role","ApplicationStatus":"{status}","ApplicationVersionId":7,"CreateTimestamp":{created},"LastUpdateTimestamp":{created},"ApplicationConfigurationDescription":{{"ApplicationCodeConfigurationDescription":{{"CodeContentType":"ZIPFILE","CodeContentDescription":{{"CodeMD5":"2ab2f1d1e6a5e0b4f7a1e2d3c4b5a697","CodeSize":48213377,"S3ApplicationCodeLocationDescription":{{"BucketARN":"arn:aws:s3:::flink-artifacts-111122223333-eu-west-1","FileKey":"jars/5f4dcc3b5aa765d61d8327deb882cf995f4dcc3b5aa765d61d8327deb882cf99.jar"}}}}}},"RunConfigurationDescription":{{"ApplicationRestoreConfigurationDescription":{{"ApplicationRestoreType":"RESTORE_FROM_LATEST_SNAPSHOT"}},"FlinkRunConfigurationDescription":{{"AllowNonRestoredState":false}}}},"FlinkApplicationConfigurationDescription":{{"CheckpointConfigurationDescription":{{"ConfigurationType":"CUSTOM","CheckpointingEnabled":true,"CheckpointInterval":60000,"MinPauseBetweenCheckpoints":5000}},"MonitoringConfigurationDescription":{{"ConfigurationType":"CUSTOM","MetricsLevel":"APPLICATION","LogLevel":"INFO"}},"ParallelismConfigurationDescription":{{"ConfigurationType":"CUSTOM","Parallelism":4,"ParallelismPerKPU":1,"CurrentParallelism":4,"AutoScalingEnabled":true}}}},"EnvironmentPropertyDescriptions":{{"PropertyGroupDescriptions":[{{"PropertyGroupId":"FlinkApplicationProperties","PropertyMap":{{"stream.name":"flink-orders-stream","stream.region":"eu-west-1","table.name":"flink-orders-table","flink.inputstream.initpos":"LATEST","window.seconds":"60"}}}},{{"PropertyGroupId":"ProducerConfigProperties","PropertyMap":{{"aws.region":"eu-west-1","flink.stream.max.records":"500"}}}}]}},"ApplicationSnapshotConfigurationDescription":{{"SnapshotsEnabled":true}},"ApplicationSystemRollbackConfigurationDescription":{{"RollbackEnabled":false}}}},"CloudWatchLoggingOptionDescriptions":[{{"CloudWatchLoggingOptionId":"1.1","LogStreamARN":"arn:aws:logs:eu-west-1:111122223333:log-group:/aws/kinesis-analytics/flink-orders:log-stream:kinesis-analytics-log-stream"}}],"ApplicationMaintenanceConfigurationDescription":{{"ApplicationMaintenanceWindowStartTime":"06:00","ApplicationMaintenanceWindowEndTime":"14:00"}},"ConditionalToken":"5d41402abc4b2a76b9719d911017c592","ApplicationVersionCreateTimestamp":{created},"ApplicationMode":"STREAMING"}}}}"#
    )
}

fn cloudformation(action: &str) -> String {
    let now = clock::iso8601(clock::now());
    let inner = match action {
        "DescribeStacks" => format!(
            "<Stacks><member><StackId>{STACK}</StackId><StackName>flink-orders</StackName><Description>A stream, a table, a Flink application</Description><Parameters><member><ParameterKey>JarKey</ParameterKey><ParameterValue>jars/5f4dcc3b5aa765d61d8327deb882cf99.jar</ParameterValue></member><member><ParameterKey>StabilizeSeconds</ParameterKey><ParameterValue>60</ParameterValue></member></Parameters><CreationTime>{now}</CreationTime><RollbackConfiguration/><StackStatus>UPDATE_IN_PROGRESS</StackStatus><DisableRollback>false</DisableRollback><NotificationARNs/><Capabilities><member>CAPABILITY_IAM</member></Capabilities><RoleARN>arn:aws:iam::111122223333:role/flink-stack-role</RoleARN><Tags><member><Key>flink-unstick</Key><Value>enabled</Value></member></Tags><EnableTerminationProtection>false</EnableTerminationProtection></member></Stacks>"
        ),
        "DescribeStackEvents" => {
            let row = |id: u32, logical: &str, physical: &str, kind: &str| {
                format!(
                    "<member><StackId>{STACK}</StackId><EventId>{logical}-CREATE_IN_PROGRESS-{id:04}</EventId><StackName>flink-orders</StackName><LogicalResourceId>{logical}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId><ResourceType>{kind}</ResourceType><Timestamp>{now}</Timestamp><ResourceStatus>UPDATE_IN_PROGRESS</ResourceStatus><ResourceProperties>{{\"ApplicationName\":\"{APPLICATION}\",\"ConfigurationDigest\":\"2\"}}</ResourceProperties></member>"
                )
            };
            let rows = [
                row(6, "AutoStart", CUSTOM_RESOURCE, "Custom::FlinkAutoStart"),
                row(5, "PropertyGroups", CUSTOM_RESOURCE, "Custom::FlinkPropertyGroups"),
                row(4, "UpdateGuard", CUSTOM_RESOURCE, "Custom::FlinkUpdateGuard"),
                row(3, "Application", APPLICATION, "AWS::KinesisAnalyticsV2::Application"),
                row(2, "Table", "flink-orders-table", "AWS::DynamoDB::Table"),
                row(1, "flink-orders", STACK, "AWS::CloudFormation::Stack"),
            ];
            format!("<StackEvents>{}</StackEvents>", rows.concat())
        }
        "ListStackResources" => {
            let row = |logical: &str, physical: &str, kind: &str| {
                format!(
                    "<member><LogicalResourceId>{logical}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId><ResourceType>{kind}</ResourceType><LastUpdatedTimestamp>{now}</LastUpdatedTimestamp><ResourceStatus>CREATE_COMPLETE</ResourceStatus><DriftInformation><StackResourceDriftStatus>NOT_CHECKED</StackResourceDriftStatus></DriftInformation></member>"
                )
            };
            let rows = [
                row("Application", APPLICATION, "AWS::KinesisAnalyticsV2::Application"),
                row("ApplicationRole", "flink-orders-role", "AWS::IAM::Role"),
                row("ApplicationLogGroup", "/aws/kinesis-analytics/flink-orders", "AWS::Logs::LogGroup"),
                row("Stream", "flink-orders-stream", "AWS::Kinesis::Stream"),
                row("Table", "flink-orders-table", "AWS::DynamoDB::Table"),
            ];
            format!("<StackResourceSummaries>{}</StackResourceSummaries>", rows.concat())
        }
        _ => String::new(),
    };
    format!(
        r#"<{action}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><{action}Result>{inner}</{action}Result><ResponseMetadata><RequestId>8f1d2c3b-0000-4000-8000-00000000000f</RequestId></ResponseMetadata></{action}Response>"#
    )
}
