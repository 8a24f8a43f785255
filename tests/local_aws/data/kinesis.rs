//! Streams of records, one shard each, kept for ever: what a job reads and replays.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::api::{self, ApiError, ApiResult, Call, Caller};
use crate::{Settings, State, clock, flink, kms};

const INVALID: &str = "InvalidArgumentException";

/// The streams by name.
#[derive(Debug, Default)]
pub struct Kinesis {
    /// By name.
    pub streams: BTreeMap<String, Stream>,
}

/// A stream.
#[derive(Debug, Clone)]
pub struct Stream {
    /// Its ARN.
    pub arn: String,
    /// In order of arrival: the index is the sequence number.
    pub records: Vec<Record>,
    /// 24 by default.
    pub retention_hours: u64,
    /// For ABAC.
    pub tags: BTreeMap<String, String>,
    created: f64,
    on_demand: bool,
    /// The key that it is encrypted with.
    pub encryption: Option<String>,
}

/// A record.
#[derive(Debug, Clone)]
pub struct Record {
    /// What decides the shard; there is one.
    pub partition_key: String,
    /// Decoded.
    pub data: Vec<u8>,
}

/// For scenarios: puts a record, a JSON value, and lets the jobs see it.
pub fn put(state: &mut State, name: &str, record: &Value) {
    if let Some(stream) = state.kinesis.streams.get_mut(name) {
        let partition_key = record["key"].as_str().unwrap_or("none").to_owned();
        stream.records.push(Record { partition_key, data: record.to_string().into_bytes() });
    }
    flink::pump_around(state, name);
}

/// One Kinesis call.
///
/// # Errors
/// As the service says them, and a denial.
pub fn call(state: &mut State, settings: &Settings, caller: &Caller, operation: &str, body: &Value) -> ApiResult {
    let arn = body["StreamARN"].as_str().or(body["ResourceARN"].as_str());
    let name = match (body["StreamName"].as_str(), arn) {
        (Some(name), _) => name.to_owned(),
        (None, Some(arn)) => arn.rsplit('/').next().unwrap_or_default().to_owned(),
        (None, None) => String::new(),
    };
    let arn = settings.arn("kinesis", &format!("stream/{name}"));
    // AWS's service authorization data gives these no resource (`SEMANTICS.md` H.3).
    let takes_no_resource = name.is_empty() || ["ListStreams", "UpdateStreamMode"].contains(&operation);
    let resource = if takes_no_resource { "*".to_owned() } else { arn.clone() };
    let tags = state.kinesis.streams.get(&name).map(|stream| stream.tags.clone()).unwrap_or_default();
    let context = api::tag_context("aws:ResourceTag", &tags);
    let call = Call { action: format!("kinesis:{operation}"), caller, resource, context, body };
    api::perform(state, call, |state| dispatch(state, caller, operation, &name, &arn, body))
}

fn dispatch(state: &mut State, caller: &Caller, operation: &str, name: &str, arn: &str, body: &Value) -> ApiResult {
    match operation {
        "CreateStream" => create(state, name, arn, body),
        "DescribeStreamSummary" | "DescribeStream" => Ok(describe(stream(state, name)?, name, operation)),
        "ListStreams" => {
            let names: Vec<_> = state.kinesis.streams.keys().collect();
            Ok(json!({ "StreamNames": names, "HasMoreStreams": false }))
        }
        "DeleteStream" => {
            stream(state, name)?;
            state.kinesis.streams.remove(name);
            Ok(json!({}))
        }
        "PutRecord" => {
            let sequence = append(stream(state, name)?, body)?;
            flink::pump_around(state, name);
            Ok(json!({ "ShardId": SHARD, "SequenceNumber": sequence }))
        }
        "PutRecords" => put_records(state, name, body),
        "IncreaseStreamRetentionPeriod" | "DecreaseStreamRetentionPeriod" => {
            stream(state, name)?.retention_hours = body["RetentionPeriodHours"].as_u64().unwrap_or(24);
            Ok(json!({}))
        }
        "StartStreamEncryption" => {
            let key = body["KeyId"].as_str().unwrap_or_default().to_owned();
            kms::authorize(state, caller, &key, &["kms:DescribeKey"])?;
            stream(state, name)?.encryption = Some(key);
            Ok(json!({}))
        }
        "StopStreamEncryption" => {
            stream(state, name)?.encryption = None;
            Ok(json!({}))
        }
        "UpdateStreamMode" | "UpdateShardCount" => stream(state, name).map(|_| json!({})),
        "AddTagsToStream" | "TagResource" => {
            stream(state, name)?.tags.extend(api::string_map(&body["Tags"]));
            Ok(json!({}))
        }
        "RemoveTagsFromStream" | "UntagResource" => {
            let keys = api::string_list(&body["TagKeys"]);
            stream(state, name)?.tags.retain(|key, _| !keys.contains(key));
            Ok(json!({}))
        }
        "ListTagsForStream" | "ListTagsForResource" => {
            Ok(json!({ "Tags": api::tag_list(&stream(state, name)?.tags), "HasMoreTags": false }))
        }
        unknown => Err(ApiError::unknown_operation(&format!("kinesis:{unknown}"))),
    }
}

const SHARD: &str = "shardId-000000000000";

fn create(state: &mut State, name: &str, arn: &str, body: &Value) -> ApiResult {
    if name.is_empty() {
        return Err(ApiError::new(INVALID, "StreamName is required"));
    }
    if state.kinesis.streams.contains_key(name) {
        let account = arn.split(':').nth(4).unwrap_or_default();
        let message = format!("Stream {name} under account {account} already exists.");
        return Err(ApiError::new("ResourceInUseException", message));
    }
    let stream = Stream {
        arn: arn.to_owned(),
        records: Vec::new(),
        retention_hours: 24,
        tags: api::string_map(&body["Tags"]),
        created: clock::now(),
        on_demand: body["StreamModeDetails"]["StreamMode"] == "ON_DEMAND",
        encryption: None,
    };
    state.kinesis.streams.insert(name.to_owned(), stream);
    flink::pump_around(state, name);
    Ok(json!({}))
}

fn describe(stream: &Stream, name: &str, operation: &str) -> Value {
    let mode = if stream.on_demand { "ON_DEMAND" } else { "PROVISIONED" };
    let mut description = json!({
        "StreamName": name, "StreamARN": stream.arn, "StreamStatus": "ACTIVE",
        "StreamModeDetails": { "StreamMode": mode }, "RetentionPeriodHours": stream.retention_hours,
        "StreamCreationTimestamp": stream.created, "EnhancedMonitoring": [{ "ShardLevelMetrics": [] }],
        "EncryptionType": if stream.encryption.is_some() { "KMS" } else { "NONE" },
    });
    if operation == "DescribeStreamSummary" {
        description["OpenShardCount"] = json!(1);
        return json!({ "StreamDescriptionSummary": description });
    }
    description["HasMoreShards"] = json!(false);
    description["Shards"] = json!([{
        "ShardId": SHARD,
        "HashKeyRange": { "StartingHashKey": "0", "EndingHashKey": "340282366920938463463374607431768211455" },
        "SequenceNumberRange": { "StartingSequenceNumber": "0" },
    }]);
    json!({ "StreamDescription": description })
}

fn put_records(state: &mut State, name: &str, body: &Value) -> ApiResult {
    let records = body["Records"].as_array().ok_or_else(|| ApiError::new(INVALID, "Records is required"))?;
    let stream = stream(state, name)?;
    let rows = records
        .iter()
        .map(|record| Ok(json!({ "ShardId": SHARD, "SequenceNumber": append(stream, record)? })))
        .collect::<ApiResult<Vec<_>>>()?;
    flink::pump_around(state, name);
    Ok(json!({ "FailedRecordCount": 0, "Records": rows }))
}

fn append(stream: &mut Stream, body: &Value) -> ApiResult<String> {
    let data = STANDARD.decode(api::text(body, "Data", INVALID)?);
    let data = data.map_err(|error| ApiError::new("SerializationException", error.to_string()))?;
    stream.records.push(Record { partition_key: api::text(body, "PartitionKey", INVALID)?.to_owned(), data });
    Ok(stream.records.len().saturating_sub(1).to_string())
}

fn stream<'a>(state: &'a mut State, name: &str) -> ApiResult<&'a mut Stream> {
    let missing = || ApiError::new("ResourceNotFoundException", format!("Stream {name} not found."));
    state.kinesis.streams.get_mut(name).ok_or_else(missing)
}
