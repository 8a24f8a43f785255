//! A request, read once: its caller, its path decoded, its body out of the SDKs' chunked dress.

use std::collections::BTreeMap;

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::api::{ApiError, ApiResult, Caller};
use crate::{World, iam};

/// Everything that services need of a request.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) method: Method,
    /// Percent-decoded.
    pub(crate) path: String,
    /// As it came: pre-signed URLs are compared byte by byte.
    pub(crate) raw_path_and_query: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// `None`: it was not signed.
    pub(crate) caller: Option<Caller>,
    /// Region and service of SigV4's credential scope.
    scope: Option<(String, String)>,
}

impl Incoming {
    pub(super) async fn read(world: &World, request: Request) -> Result<Self, axum::Error> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX).await?;
        let query = form(parts.uri.query().unwrap_or_default());
        let credential = credential(&parts.headers, &query);
        let access_key_id = credential.as_deref().and_then(|credential| credential.split('/').next());
        let caller = access_key_id.map(|id| iam::caller(&world.state(), id));
        Ok(Self {
            body: if is_chunked(&parts.headers) { unchunk(&body) } else { body },
            path: decode(parts.uri.path()),
            raw_path_and_query: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            method: parts.method,
            headers: parts.headers,
            scope: credential.as_deref().and_then(scope),
            query,
            caller,
        })
    }

    /// A request is signed for one region and one service: what was meant for another one is refused. The signature
    /// itself is not verified.
    ///
    /// # Errors
    /// As AWS says it, with the code of the JSON protocols.
    pub(super) fn check_scope(&self, world: &World, service: &str) -> ApiResult<()> {
        let Some((region, signed_for)) = &self.scope else { return Ok(()) };
        let own = &world.settings.region;
        // These two have one endpoint for all regions, signed for its own.
        let is_global = ["iam", "sts"].contains(&service);
        let message = if signed_for != service {
            format!("Credential should be scoped to correct service: '{service}'.")
        } else if region != own && !is_global {
            format!("Credential should be scoped to a valid region, not '{region}'.")
        } else {
            return Ok(());
        };
        Err(ApiError::with_status(403, "InvalidSignatureException", message))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// `X-Amz-Target: <service>.<operation>`.
    pub(super) fn target(&self) -> Option<(String, String)> {
        let (service, operation) = self.header("x-amz-target")?.rsplit_once('.')?;
        Some((service.to_owned(), operation.to_owned()))
    }

    pub(super) fn is_form(&self) -> bool {
        let kind = self.header("content-type").unwrap_or_default();
        let is_posted = self.method == Method::POST && kind.starts_with("application/x-www-form-urlencoded");
        is_posted || self.query.contains_key("Action")
    }

    /// What names the operation and its members, in any protocol; no credentials.
    pub(super) fn as_json(&self) -> Value {
        let names = ["content-type", "x-amz-target", "x-amz-invocation-type"];
        let headers: BTreeMap<_, _> = names.into_iter().filter_map(|name| Some((name, self.header(name)?))).collect();
        json!({ "method": self.method.as_str(), "path": self.path, "query": self.query, "headers": headers, "body": self.text() })
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// From SigV4 in the header, or from the query of a pre-signed URL (SigV4 or SigV2): the access key ID, and in SigV4
/// its scope.
fn credential(headers: &HeaderMap, query: &BTreeMap<String, String>) -> Option<String> {
    let credential = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("AWS4-HMAC-SHA256")?.split_once("Credential="))
        .map(|(_, credential)| credential)
        .or_else(|| query.get("X-Amz-Credential").map(String::as_str));
    match credential {
        Some(credential) => credential.split(',').next().map(|credential| credential.trim().to_owned()),
        None => query.get("AWSAccessKeyId").cloned(),
    }
}

/// `<key>/<day>/<region>/<service>/aws4_request`
fn scope(credential: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = credential.split('/').collect();
    let [_, _, region, service, "aws4_request"] = parts[..] else { return None };
    Some((region.to_owned(), service.to_owned()))
}

/// `a=b&c=d`, decoded.
pub(super) fn form(text: &str) -> BTreeMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// A path, percent-decoded; unlike in a form, a plus is a plus.
fn decode(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

fn is_chunked(headers: &HeaderMap) -> bool {
    headers
        .get("x-amz-content-sha256")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("STREAMING-"))
}

/// `aws-chunked`: `<size in hex>[;chunk-signature=..]\r\n<bytes>\r\n` until size 0; trailers are checksums, not
/// content.
fn unchunk(body: &Bytes) -> Bytes {
    let (mut content, mut rest) = (Vec::new(), body.as_ref());
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let line = String::from_utf8_lossy(&rest[..end]);
        let digits = line.split(';').next().unwrap_or_default();
        let Some(size) = usize::from_str_radix(digits, 16).ok().filter(|size| *size > 0) else { break };
        let Some(chunk) = rest.get(end + 2..end + 2 + size) else { break };
        content.extend_from_slice(chunk);
        rest = rest.get(end + 4 + size..).unwrap_or_default();
    }
    content.into()
}

#[cfg(test)]
mod tests {
    use super::{decode, form, unchunk};

    #[test]
    fn a_form_is_decoded() {
        let form = form("Action=GetRole&RoleName=a%2Fb+c&Empty=");
        assert_eq!(form["RoleName"], "a/b c");
        assert_eq!(form["Empty"], "");
        assert_eq!(decode("a+b%7Cc%"), "a+b|c%");
    }

    #[test]
    fn a_chunked_upload_is_its_content() {
        let body = "5;chunk-signature=x\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n";
        assert_eq!(unchunk(&body.into()), "hello world".as_bytes());
    }
}
