//! Buckets and objects, kept in memory. An ETag is a digest of the content, but not MD5: nothing here computes with it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::api::{self, ApiError, ApiResult, Caller};
use crate::world::hex;
use crate::{Settings, State, clock, services};

/// The buckets by name.
#[derive(Debug, Default)]
pub struct S3 {
    /// By name.
    pub buckets: BTreeMap<String, Bucket>,
    /// From now on no PUT is answered, though the service acts: as on a line that is broken.
    pub holds_answers: bool,
    /// Uploads in parts that are not complete yet: parts by number.
    pub(crate) uploads: BTreeMap<String, BTreeMap<u32, Vec<u8>>>,
}

impl S3 {
    /// How many uploads in parts are neither complete nor given up: their parts cost storage.
    #[must_use]
    pub fn uploads_in_parts(&self) -> usize {
        self.uploads.len()
    }
}

/// A bucket.
#[derive(Debug, Default)]
pub struct Bucket {
    /// By key.
    pub objects: BTreeMap<String, Object>,
    /// Epoch seconds.
    pub created: f64,
}

/// An object.
#[derive(Debug, Clone)]
pub struct Object {
    /// The content.
    pub bytes: Vec<u8>,
    /// As it was uploaded.
    pub content_type: String,
    /// Epoch seconds.
    pub modified: f64,
    /// Quoted, as on the wire.
    pub etag: String,
}

/// For scenarios: puts an object without authorization, and makes its bucket when there is none.
pub fn put(state: &mut State, bucket: &str, key: &str, bytes: impl Into<Vec<u8>>) {
    let bucket = state.s3.buckets.entry(bucket.to_owned()).or_default();
    bucket.objects.insert(key.to_owned(), Object::new(bytes.into(), "binary/octet-stream"));
}

impl Object {
    fn new(bytes: Vec<u8>, content_type: &str) -> Self {
        let mut digest = hex(&Sha256::digest(&bytes));
        digest.truncate(32);
        Self { bytes, content_type: content_type.to_owned(), modified: clock::now(), etag: format!("\"{digest}\"") }
    }
}

/// Bucket operations: CreateBucket, DeleteBucket, HeadBucket with `{"Bucket"}`, ListBuckets.
///
/// # Errors
/// BucketAlreadyOwnedByYou, NoSuchBucket, BucketNotEmpty, a denial.
pub fn call(state: &mut State, _: &Settings, caller: &Caller, operation: &str, body: &Value) -> ApiResult {
    if operation == "ListBuckets" {
        return services::perform(state, caller, "s3:ListAllMyBuckets", "*", body, |state| {
            Ok(json!(state.s3.buckets.keys().collect::<Vec<_>>()))
        });
    }
    let name = api::text(body, "Bucket", "InvalidBucketName")?.to_owned();
    let arn = format!("arn:aws:s3:::{name}");
    let action = if operation == "HeadBucket" { "ListBucket" } else { operation };
    services::perform(state, caller, &format!("s3:{action}"), &arn, body, |state| match operation {
        "CreateBucket" => create_bucket(state, &name),
        "DeleteBucket" => delete_bucket(state, &name),
        "HeadBucket" => bucket(state, &name).map(|_| json!({})),
        unknown => Err(ApiError::unknown_operation(&format!("s3:{unknown}"))),
    })
}

/// PutObject.
///
/// # Errors
/// NoSuchBucket, a denial.
pub fn put_object(
    state: &mut State,
    caller: &Caller,
    (name, key): (&str, &str),
    content_type: &str,
    bytes: Vec<u8>,
) -> ApiResult<Object> {
    let body = json!({ "Bucket": name, "Key": key, "Bytes": bytes.len() });
    services::perform(state, caller, "s3:PutObject", &arn(name, key), &body, |state| {
        let object = Object::new(bytes, content_type);
        bucket(state, name)?.objects.insert(key.to_owned(), object.clone());
        Ok(object)
    })
}

/// UploadPart, for which IAM asks s3:PutObject: the part waits until its upload is complete.
///
/// # Errors
/// NoSuchUpload, a denial.
pub(crate) fn put_part(
    state: &mut State,
    caller: &Caller,
    (name, key): (&str, &str),
    (id, number): (&str, u32),
    bytes: Vec<u8>,
) -> ApiResult<()> {
    let body = json!({ "Bucket": name, "Key": key, "UploadId": id, "PartNumber": number, "Bytes": bytes.len() });
    services::perform(state, caller, "s3:PutObject", &arn(name, key), &body, |state| {
        state.s3.uploads.get_mut(id).ok_or_else(no_upload)?.insert(number, bytes);
        Ok(())
    })
}

/// What is said of an upload in parts that was completed, given up or never begun.
pub(crate) fn no_upload() -> ApiError {
    ApiError::with_status(404, "NoSuchUpload", "The specified upload does not exist.")
}

/// GetObject and HeadObject: IAM knows only the first.
///
/// # Errors
/// NoSuchBucket, NoSuchKey, a denial.
pub fn get_object(state: &mut State, caller: &Caller, name: &str, key: &str) -> ApiResult<Object> {
    let body = json!({ "Bucket": name, "Key": key });
    services::perform(state, caller, "s3:GetObject", &arn(name, key), &body, |state| {
        let missing = || ApiError::with_status(404, "NoSuchKey", "The specified key does not exist.");
        bucket(state, name)?.objects.get(key).cloned().ok_or_else(missing)
    })
}

/// DeleteObject; of what is not there too.
///
/// # Errors
/// NoSuchBucket, a denial.
pub fn delete_object(state: &mut State, caller: &Caller, name: &str, key: &str) -> ApiResult<()> {
    let body = json!({ "Bucket": name, "Key": key });
    services::perform(state, caller, "s3:DeleteObject", &arn(name, key), &body, |state| {
        bucket(state, name)?.objects.remove(key);
        Ok(())
    })
}

/// ListObjectsV2, unpaged: keys with `prefix` and their objects.
///
/// # Errors
/// NoSuchBucket, a denial.
pub fn list_objects(state: &mut State, caller: &Caller, name: &str, prefix: &str) -> ApiResult<Vec<(String, Object)>> {
    let body = json!({ "Bucket": name, "Prefix": prefix });
    services::perform(state, caller, "s3:ListBucket", &format!("arn:aws:s3:::{name}"), &body, |state| {
        let objects = bucket(state, name)?.objects.iter().filter(|(key, _)| key.starts_with(prefix));
        Ok(objects.map(|(key, object)| (key.clone(), object.clone())).collect())
    })
}

fn create_bucket(state: &mut State, name: &str) -> ApiResult {
    if state.s3.buckets.contains_key(name) {
        let message = "Your previous request to create the named bucket succeeded and you already own it.";
        return Err(ApiError::with_status(409, "BucketAlreadyOwnedByYou", message));
    }
    state.s3.buckets.insert(name.to_owned(), Bucket { created: clock::now(), ..Bucket::default() });
    Ok(json!({}))
}

fn delete_bucket(state: &mut State, name: &str) -> ApiResult {
    if !bucket(state, name)?.objects.is_empty() {
        let message = "The bucket you tried to delete is not empty";
        return Err(ApiError::with_status(409, "BucketNotEmpty", message));
    }
    state.s3.buckets.remove(name);
    Ok(json!({}))
}

fn bucket<'a>(state: &'a mut State, name: &str) -> ApiResult<&'a mut Bucket> {
    let missing = || ApiError::with_status(404, "NoSuchBucket", "The specified bucket does not exist");
    state.s3.buckets.get_mut(name).ok_or_else(missing)
}

fn arn(bucket: &str, key: &str) -> String {
    format!("arn:aws:s3:::{bucket}/{key}")
}
