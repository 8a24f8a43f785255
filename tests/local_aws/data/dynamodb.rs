//! Tables and items in DynamoDB's own typed JSON. No queries, no conditions: a sink to look into.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::api::{self, ApiError, ApiResult, Call, Caller};
use crate::{Settings, State, clock, flink, kms};

const INVALID: &str = "ValidationException";

/// The tables by name.
#[derive(Debug, Default)]
pub struct DynamoDb {
    /// By name.
    pub tables: BTreeMap<String, Table>,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its ARN.
    pub arn: String,
    /// Names of the key attributes: hash, then range.
    pub keys: Vec<String>,
    /// Items by the values of their keys.
    pub items: BTreeMap<Vec<String>, Value>,
    /// The attribute of the time to live, when it is on.
    pub time_to_live: Option<String>,
    /// The customer's key that it is encrypted with.
    pub encryption: Option<String>,
    /// For ABAC.
    pub tags: BTreeMap<String, String>,
    request: Value,
    created: f64,
    backups: bool,
}

/// One DynamoDB call.
///
/// # Errors
/// As the service says them, and a denial.
pub fn call(state: &mut State, settings: &Settings, caller: &Caller, operation: &str, body: &Value) -> ApiResult {
    let given = body["TableName"].as_str().or(body["ResourceArn"].as_str()).unwrap_or_default();
    let name = given.rsplit('/').next().unwrap_or_default().to_owned();
    let resource = if name.is_empty() { "*".to_owned() } else { settings.arn("dynamodb", &format!("table/{name}")) };
    let tags = state.dynamodb.tables.get(&name).map(|table| table.tags.clone()).unwrap_or_default();
    let context = api::tag_context("aws:ResourceTag", &tags);
    let arn = resource.clone();
    let call = Call { action: format!("dynamodb:{operation}"), caller, resource, context, body };
    api::perform(state, call, |state| dispatch(state, caller, operation, &name, &arn, body))
}

fn dispatch(state: &mut State, caller: &Caller, operation: &str, name: &str, arn: &str, body: &Value) -> ApiResult {
    match operation {
        "CreateTable" => create(state, caller, name, arn, body),
        "DescribeTable" => Ok(json!({ "Table": table(state, name)?.describe(name) })),
        "ListTables" => Ok(json!({ "TableNames": state.dynamodb.tables.keys().collect::<Vec<_>>() })),
        "UpdateTable" => Ok(json!({ "TableDescription": table(state, name)?.describe(name) })),
        "DeleteTable" => {
            let description = table(state, name)?.describe(name);
            state.dynamodb.tables.remove(name);
            Ok(json!({ "TableDescription": description }))
        }
        "PutItem" => {
            table(state, name)?.put(&body["Item"])?;
            Ok(json!({}))
        }
        "GetItem" => {
            let table = table(state, name)?;
            let item = table.items.get(&table.key_of(&body["Key"])?);
            Ok(item.map_or_else(|| json!({}), |item| json!({ "Item": item })))
        }
        "DeleteItem" => {
            let table = table(state, name)?;
            let key = table.key_of(&body["Key"])?;
            table.items.remove(&key);
            Ok(json!({}))
        }
        "Scan" => {
            let items: Vec<_> = table(state, name)?.items.values().collect();
            Ok(json!({ "Items": items, "Count": items.len(), "ScannedCount": items.len() }))
        }
        "UpdateTimeToLive" => {
            let specification = &body["TimeToLiveSpecification"];
            let attribute = specification["AttributeName"].as_str().map(str::to_owned);
            table(state, name)?.time_to_live = attribute.filter(|_| specification["Enabled"] == true);
            Ok(json!({ "TimeToLiveSpecification": specification }))
        }
        "DescribeTimeToLive" => Ok(json!({ "TimeToLiveDescription": table(state, name)?.describe_time_to_live() })),
        "UpdateContinuousBackups" => {
            let on = &body["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"];
            table(state, name)?.backups = on == true;
            Ok(json!({ "ContinuousBackupsDescription": table(state, name)?.describe_backups() }))
        }
        "DescribeContinuousBackups" => {
            Ok(json!({ "ContinuousBackupsDescription": table(state, name)?.describe_backups() }))
        }
        "TagResource" => {
            table(state, name)?.tags.extend(api::tags(&body["Tags"]));
            Ok(json!({}))
        }
        "UntagResource" => {
            let keys = api::string_list(&body["TagKeys"]);
            table(state, name)?.tags.retain(|key, _| !keys.contains(key));
            Ok(json!({}))
        }
        "ListTagsOfResource" => Ok(json!({ "Tags": api::tag_list(&table(state, name)?.tags) })),
        unknown => Err(ApiError::unknown_operation(&format!("dynamodb:{unknown}"))),
    }
}

fn create(state: &mut State, caller: &Caller, name: &str, arn: &str, body: &Value) -> ApiResult {
    if name.is_empty() {
        return Err(ApiError::new(INVALID, "TableName is required"));
    }
    if state.dynamodb.tables.contains_key(name) {
        return Err(ApiError::new("ResourceInUseException", format!("Table already exists: {name}")));
    }
    let mut schema: Vec<_> = body["KeySchema"].as_array().into_iter().flatten().collect();
    schema.sort_by_key(|key| key["KeyType"] != "HASH");
    let keys: Vec<_> = schema.iter().filter_map(|key| key["AttributeName"].as_str().map(str::to_owned)).collect();
    if keys.is_empty() {
        return Err(ApiError::new(INVALID, "KeySchema must name a HASH key"));
    }
    let key = body["SSESpecification"]["KMSMasterKeyId"].as_str().map(str::to_owned);
    if let Some(key) = &key {
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html: with the
        // caller's permissions.
        kms::authorize(state, caller, key, &["kms:DescribeKey", "kms:CreateGrant"])?;
    }
    let table = Table {
        arn: arn.to_owned(),
        encryption: key,
        keys,
        items: BTreeMap::new(),
        time_to_live: None,
        tags: api::tags(&body["Tags"]),
        request: body.clone(),
        created: clock::now(),
        backups: false,
    };
    let description = table.describe(name);
    state.dynamodb.tables.insert(name.to_owned(), table);
    flink::pump_around(state, name);
    Ok(json!({ "TableDescription": description }))
}

impl Table {
    /// Puts an item, replacing the one with the same key.
    ///
    /// # Errors
    /// ValidationException when a key is missing.
    pub fn put(&mut self, item: &Value) -> ApiResult<()> {
        let key = self.key_of(item)?;
        self.items.insert(key, item.clone());
        Ok(())
    }

    fn key_of(&self, item: &Value) -> ApiResult<Vec<String>> {
        let missing = |name: &String| {
            let message = format!("One or more parameter values were invalid: Missing the key {name} in the item");
            ApiError::new(INVALID, message)
        };
        let part = |name: &String| {
            let typed = item[name].as_object().and_then(|typed| typed.values().next());
            typed.map(ToString::to_string).ok_or_else(|| missing(name))
        };
        self.keys.iter().map(part).collect()
    }

    fn describe(&self, name: &str) -> Value {
        let mode = self.request["BillingMode"].as_str().unwrap_or("PROVISIONED");
        json!({
            "TableName": name, "TableArn": self.arn, "TableStatus": "ACTIVE", "CreationDateTime": self.created,
            "KeySchema": self.request["KeySchema"], "AttributeDefinitions": self.request["AttributeDefinitions"],
            "ItemCount": self.items.len(), "BillingModeSummary": { "BillingMode": mode },
        })
    }

    fn describe_time_to_live(&self) -> Value {
        match &self.time_to_live {
            Some(attribute) => json!({ "TimeToLiveStatus": "ENABLED", "AttributeName": attribute }),
            None => json!({ "TimeToLiveStatus": "DISABLED" }),
        }
    }

    fn describe_backups(&self) -> Value {
        let status = if self.backups { "ENABLED" } else { "DISABLED" };
        json!({
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": { "PointInTimeRecoveryStatus": status },
        })
    }
}

fn table<'a>(state: &'a mut State, name: &str) -> ApiResult<&'a mut Table> {
    let message = "Requested resource not found: Table: ";
    let missing = || ApiError::new("ResourceNotFoundException", format!("{message}{name} not found"));
    state.dynamodb.tables.get_mut(name).ok_or_else(missing)
}
