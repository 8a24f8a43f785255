//! S3's REST protocol, path-style: enough for `aws s3 cp`, `ls`, `rm --recursive`, `mb`, `rb` and `head-object`.
//!
//! It knows requests and their XML, never what is stored.

use axum::http::Method;
use axum::response::Response;
use serde_json::json;

use super::multipart;
use super::reply::{self, HEADER, escape};
use super::request::Incoming;
use crate::api::{ApiError, ApiResult, Caller};
use crate::s3::{self, Object};
use crate::{World, clock};

const XML: &str = "application/xml";
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

pub(super) fn answer(world: &World, incoming: &Incoming) -> Response {
    let result = match &incoming.caller {
        Some(caller) => match incoming.check_scope(world, "s3") {
            Ok(()) => dispatch(world, incoming, caller),
            Err(error) => Err(ApiError { code: "AuthorizationHeaderMalformed".to_owned(), status: 400, ..error }),
        },
        None => Err(ApiError::with_status(403, "AccessDenied", "Access Denied")),
    };
    result.unwrap_or_else(|error| {
        if error.status == 501 {
            world.state().unknown.push(error.message.clone());
        }
        let status = if error.code == "AccessDeniedException" { 403 } else { error.status };
        let error = ApiError { code: error.code.replace("AccessDeniedException", "AccessDenied"), ..error };
        let body = match incoming.method {
            Method::HEAD => String::new(),
            _ => format!("{HEADER}<Error>{}</Error>", reply::xml_error(&error)),
        };
        reply::with(world, status, XML, body)
    })
}

fn dispatch(world: &World, incoming: &Incoming, caller: &Caller) -> ApiResult<Response> {
    let path = incoming.path.trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    match (bucket, key) {
        ("", _) => list_buckets(world, caller),
        (bucket, key) if !key.is_empty() && multipart::is_step(incoming) => {
            multipart::answer(world, incoming, caller, (bucket, key))
        }
        (bucket, "") => of_bucket(world, incoming, caller, bucket),
        (bucket, key) => of_object(world, incoming, caller, bucket, key),
    }
}

fn list_buckets(world: &World, caller: &Caller) -> ApiResult<Response> {
    s3::call(&mut world.state(), &world.settings, caller, "ListBuckets", &json!({}))?;
    let rows: String = world.state().s3.buckets.iter().fold(String::new(), |rows, (name, bucket)| {
        let created = clock::iso8601(bucket.created);
        rows + &format!("<Bucket><Name>{name}</Name><CreationDate>{created}</CreationDate></Bucket>")
    });
    let body = format!(
        "{HEADER}<ListAllMyBucketsResult xmlns=\"{NAMESPACE}\"><Buckets>{rows}</Buckets></ListAllMyBucketsResult>"
    );
    Ok(reply::with(world, 200, XML, body))
}

fn of_bucket(world: &World, incoming: &Incoming, caller: &Caller, bucket: &str) -> ApiResult<Response> {
    let operation = match incoming.method {
        Method::PUT if incoming.query.is_empty() => "CreateBucket",
        Method::DELETE if incoming.query.is_empty() => "DeleteBucket",
        Method::HEAD => "HeadBucket",
        Method::GET if incoming.query.contains_key("location") => {
            let region = &world.settings.region;
            let body = format!("{HEADER}<LocationConstraint xmlns=\"{NAMESPACE}\">{region}</LocationConstraint>");
            return Ok(reply::with(world, 200, XML, body));
        }
        Method::GET if incoming.query.contains_key("versions") => {
            return list_versions(world, incoming, caller, bucket);
        }
        Method::GET if is_listing(incoming) => return list(world, incoming, caller, bucket),
        _ => {
            let asked = format!("s3 {} {}", incoming.method, incoming.raw_path_and_query);
            return Err(ApiError::unknown_operation(&asked));
        }
    };
    s3::call(&mut world.state(), &world.settings, caller, operation, &json!({ "Bucket": bucket }))?;
    let status = if operation == "DeleteBucket" { 204 } else { 200 };
    Ok(reply::with(world, status, XML, ""))
}

fn is_listing(incoming: &Incoming) -> bool {
    const KNOWN: [&str; 9] = [
        "list-type",
        "prefix",
        "delimiter",
        "encoding-type",
        "max-keys",
        "start-after",
        "fetch-owner",
        "marker",
        "continuation-token",
    ];
    incoming.query.keys().all(|key| KNOWN.contains(&key.as_str()))
}

/// ListObjectVersions of a bucket that keeps one version of each object, `null`, as S3 calls it where versioning was
/// never switched on.
fn list_versions(world: &World, incoming: &Incoming, caller: &Caller, bucket: &str) -> ApiResult<Response> {
    let prefix = incoming.query.get("prefix").map_or("", String::as_str);
    let objects = s3::list_objects(&mut world.state(), caller, bucket, prefix)?;
    let row = |(key, object): &(String, s3::Object)| {
        format!(
            "<Version><Key>{}</Key><VersionId>null</VersionId><IsLatest>true</IsLatest><LastModified>{}</LastModified>\
             <ETag>{}</ETag><Size>{}</Size><StorageClass>STANDARD</StorageClass></Version>",
            escape(key),
            clock::iso8601(object.modified),
            escape(&object.etag),
            object.bytes.len()
        )
    };
    let versions: String = objects.iter().map(row).collect();
    let body = format!(
        "{HEADER}<ListVersionsResult xmlns=\"{NAMESPACE}\"><Name>{bucket}</Name><Prefix>{}</Prefix>\
         <MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>{versions}</ListVersionsResult>",
        escape(prefix)
    );
    Ok(reply::with(world, 200, XML, body))
}

fn list(world: &World, incoming: &Incoming, caller: &Caller, bucket: &str) -> ApiResult<Response> {
    let prefix = incoming.query.get("prefix").map_or("", String::as_str);
    let objects = s3::list_objects(&mut world.state(), caller, bucket, prefix)?;
    let delimiter = incoming.query.get("delimiter").filter(|delimiter| !delimiter.is_empty());
    let (mut contents, mut folders) = (String::new(), std::collections::BTreeSet::new());
    for (key, object) in &objects {
        let rest = &key[prefix.len()..];
        if let Some(end) = delimiter.and_then(|delimiter| Some(rest.find(delimiter.as_str())? + delimiter.len())) {
            folders.insert(key[..prefix.len() + end].to_owned());
            continue;
        }
        let row = format!(
            "<Contents><Key>{}</Key><LastModified>{}</LastModified><ETag>{}</ETag><Size>{}</Size>\
             <StorageClass>STANDARD</StorageClass></Contents>",
            escape(key),
            clock::iso8601(object.modified),
            escape(&object.etag),
            object.bytes.len()
        );
        contents.push_str(&row);
    }
    let folder = |folder: &String| format!("<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", escape(folder));
    let folders: String = folders.iter().map(folder).collect();
    let body = format!(
        "{HEADER}<ListBucketResult xmlns=\"{NAMESPACE}\"><Name>{bucket}</Name><Prefix>{}</Prefix>\
         <KeyCount>{}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>{contents}{folders}\
         </ListBucketResult>",
        escape(prefix),
        objects.len()
    );
    Ok(reply::with(world, 200, XML, body))
}

fn of_object(world: &World, incoming: &Incoming, caller: &Caller, bucket: &str, key: &str) -> ApiResult<Response> {
    match incoming.method {
        Method::PUT => {
            let content_type = incoming.header("content-type").unwrap_or("binary/octet-stream");
            let bytes = incoming.body.to_vec();
            let object = s3::put_object(&mut world.state(), caller, (bucket, key), content_type, bytes)?;
            Ok(described(reply::with(world, 200, XML, ""), &object))
        }
        Method::GET => {
            let object = s3::get_object(&mut world.state(), caller, bucket, key)?;
            let Some(range) = multipart::range(incoming.header("range"), object.bytes.len()) else {
                return Ok(described(reply::with(world, 200, &object.content_type, object.bytes.clone()), &object));
            };
            let content_range = format!("bytes {}-{}/{}", range.start, range.end - 1, object.bytes.len());
            let part = object.bytes[range].to_vec();
            let mut response = described(reply::with(world, 206, &object.content_type, part), &object);
            if let Ok(value) = content_range.parse() {
                response.headers_mut().insert("content-range", value);
            }
            Ok(response)
        }
        Method::HEAD => {
            let object = s3::get_object(&mut world.state(), caller, bucket, key)?;
            let mut response = described(reply::with(world, 200, &object.content_type, ""), &object);
            response.headers_mut().insert("content-length", object.bytes.len().into());
            Ok(response)
        }
        Method::DELETE => {
            s3::delete_object(&mut world.state(), caller, bucket, key)?;
            Ok(reply::with(world, 204, XML, ""))
        }
        _ => {
            let asked = format!("s3 {} {}", incoming.method, incoming.raw_path_and_query);
            Err(ApiError::unknown_operation(&asked))
        }
    }
}

fn described(mut response: Response, object: &Object) -> Response {
    let modified = clock::http_date(object.modified);
    for (name, value) in [("etag", &object.etag), ("last-modified", &modified)] {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
