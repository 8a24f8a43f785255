//! Uploads in parts and downloads in ranges: what the AWS CLI does with everything above 8 MiB.

use axum::http::Method;
use axum::response::Response;

use super::reply;
use super::request::Incoming;
use crate::World;
use crate::api::{ApiError, ApiResult, Caller};
use crate::s3::{self, no_upload, put_object};

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// Is this one step of an upload in parts?
pub(super) fn is_step(incoming: &Incoming) -> bool {
    incoming.query.contains_key("uploadId") || incoming.query.contains_key("uploads")
}

pub(super) fn answer(
    world: &World,
    incoming: &Incoming,
    caller: &Caller,
    (bucket, key): (&str, &str),
) -> ApiResult<Response> {
    let id = incoming.query.get("uploadId").cloned().unwrap_or_default();
    match incoming.method {
        Method::POST if id.is_empty() => {
            let mut state = world.state();
            let id = state.ids.hex(32);
            state.s3.uploads.insert(id.clone(), std::collections::BTreeMap::new());
            drop(state);
            Ok(xml(world, "InitiateMultipartUploadResult", bucket, key, &format!("<UploadId>{id}</UploadId>")))
        }
        Method::PUT => {
            let number = incoming.query.get("partNumber").and_then(|number| number.parse::<u32>().ok()).unwrap_or(0);
            s3::put_part(&mut world.state(), caller, (bucket, key), (&id, number), incoming.body.to_vec())?;
            let mut response = reply::with(world, 200, "application/xml", "");
            if let Ok(etag) = format!("\"{id}-{number}\"").parse() {
                response.headers_mut().insert("etag", etag);
            }
            Ok(response)
        }
        Method::POST => {
            let parts = world.state().s3.uploads.remove(&id).ok_or_else(no_upload)?;
            let bytes = parts.into_values().flatten().collect();
            let object = put_object(&mut world.state(), caller, (bucket, key), "binary/octet-stream", bytes)?;
            let etag = format!("<ETag>{}</ETag>", reply::escape(&object.etag));
            Ok(xml(world, "CompleteMultipartUploadResult", bucket, key, &etag))
        }
        Method::DELETE => {
            world.state().s3.uploads.remove(&id);
            Ok(reply::with(world, 204, "application/xml", ""))
        }
        _ => Err(ApiError::unknown_operation(&format!("s3 {} {}", incoming.method, incoming.raw_path_and_query))),
    }
}

fn xml(world: &World, element: &str, bucket: &str, key: &str, inner: &str) -> Response {
    let key = reply::escape(key);
    let body = format!(
        "{}<{element} xmlns=\"{NAMESPACE}\"><Bucket>{bucket}</Bucket><Key>{key}</Key>{inner}</{element}>",
        reply::HEADER
    );
    reply::with(world, 200, "application/xml", body)
}

/// `bytes=0-99` or `bytes=100-` as a range of an object of this length; anything else means the whole object.
pub(super) fn range(header: Option<&str>, length: usize) -> Option<std::ops::Range<usize>> {
    let (from, to) = header?.strip_prefix("bytes=")?.split_once('-')?;
    let from: usize = from.parse().ok()?;
    let to = if to.is_empty() { length } else { to.parse::<usize>().ok()?.saturating_add(1) };
    (from < length && from < to).then(|| from..to.min(length))
}
