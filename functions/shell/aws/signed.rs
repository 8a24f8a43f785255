//! Requests that are signed here and not by an SDK: an event to Lambda, a jar to S3, whose account this is. The SDKs
//! for them would cost more to compile than all the rest, and send a body from memory as a whole.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use serde_json::Value as Json;
use shared::region::dns_suffix;

use super::Aws;

/// How long an upload may take: 16 MiB on a slow line.
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(5);
/// How often a request is sent that no one answered, or that the service could not take.
const ATTEMPTS: u32 = 4;

/// Signs and sends requests with one caller's credentials.
#[derive(Debug, Clone)]
pub struct Signed {
    http: reqwest::Client,
    credentials: Credentials,
    region: String,
}

/// What is sent, and as what it is signed.
#[derive(Clone, Copy)]
pub(super) struct SignedRequest<'a> {
    pub(super) service: &'a str,
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    /// The headers that say what the body is.
    pub(super) kinds: &'a [(&'a str, &'a str)],
    pub(super) body: &'a [u8],
}

/// What a service answered to a signed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedResponse {
    /// The answer's status of HTTP.
    pub status: u16,
    /// The header ETag, empty when there is none.
    pub etag: String,
    /// The header x-amzn-ErrorType, empty when there is none.
    pub error_type: String,
    /// The answer's body as text.
    pub body: String,
}

impl Signed {
    pub(crate) fn new(aws: &Aws) -> Self {
        Self { http: aws.http.clone(), credentials: aws.credentials.clone(), region: aws.region.clone() }
    }

    /// The address of a service, with its bucket before it where it has one: an endpoint of the environment's, else
    /// AWS's own.
    #[must_use]
    pub fn address(&self, service: &str, bucket: Option<&str>) -> String {
        let named = format!("AWS_ENDPOINT_URL_{}", service.to_ascii_uppercase());
        if let Some(endpoint) = super::variable(&named).or_else(|| super::variable("AWS_ENDPOINT_URL")) {
            let endpoint = endpoint.trim_end_matches('/');
            return bucket.map_or_else(|| endpoint.to_owned(), |bucket| format!("{endpoint}/{bucket}"));
        }
        let (region, suffix) = (&self.region, dns_suffix(&self.region));
        let bucket = bucket.map(|bucket| format!("{bucket}.")).unwrap_or_default();
        format!("https://{bucket}{service}.{region}.{suffix}")
    }

    /// Sends one request, again when it found no answer or a fault of the service.
    ///
    /// # Errors
    /// No answer came, in the client's words.
    pub async fn send(&self, service: &str, method: &str, url: &str, body: &[u8]) -> Result<SignedResponse, String> {
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let kinds: &[_] = if service == "s3" { &[] } else { &form };
        self.persist(SignedRequest { service, method, url, kinds, body }).await
    }

    /// One call in a service's JSON protocol; `target` is `AmazonSQS.ReceiveMessage`, say.
    ///
    /// # Errors
    /// No answer came, or one that is not a success, in the service's words.
    pub async fn call(&self, service: &str, target: &str, body: &Json) -> Result<Json, String> {
        let kinds = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", target)];
        let url = format!("{}/", self.address(service, None));
        let body = body.to_string();
        let request = SignedRequest { service, method: "POST", url: &url, kinds: &kinds, body: body.as_bytes() };
        let reply = self.persist(request).await?;
        if reply.status != 200 {
            return Err(format!("{target}: {}", reply.body));
        }
        serde_json::from_str(&reply.body).map_err(|error| format!("{target}: {error}"))
    }

    pub(super) async fn persist(&self, request: SignedRequest<'_>) -> Result<SignedResponse, String> {
        let mut wait = Duration::from_millis(500);
        for attempt in 1.. {
            let outcome = self.once(request).await;
            let is_transient = outcome.as_ref().map_or(true, |reply| reply.status >= 500 || reply.status == 429);
            if !is_transient || attempt == ATTEMPTS {
                return outcome;
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        Err(format!("{} {}: no answer", request.method, request.service))
    }

    /// Sends it once, and waits as long as the client does; for an upload longer.
    pub(super) async fn once(&self, request: SignedRequest<'_>) -> Result<SignedResponse, String> {
        let SignedRequest { service, method, url, body, kinds } = request;
        let verb: reqwest::Method = method.parse().map_err(|_| format!("{method} is not an HTTP method"))?;
        let mut send = self.http.request(verb, url);
        if service == "s3" {
            send = send.timeout(UPLOAD_TIMEOUT);
        }
        for (name, value) in kinds {
            send = send.header(*name, *value);
        }
        for (name, value) in self.headers(request)? {
            send = send.header(name, value);
        }
        let words = |error: reqwest::Error| super::error::words(&error.without_url());
        let response = send.body(body.to_vec()).send().await.map_err(words)?;
        let (status, headers) = (response.status().as_u16(), response.headers());
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let (etag, error_type) = (header("etag"), header("x-amzn-errortype"));
        Ok(SignedResponse { status, etag, error_type, body: response.text().await.map_err(words)? })
    }

    /// What the signature adds to a request's headers.
    fn headers(&self, request: SignedRequest<'_>) -> Result<Vec<(String, String)>, String> {
        let SignedRequest { service, method, url, kinds, body } = request;
        let mut settings = SigningSettings::default();
        // S3 reads a path as it stands, and wants the body's digest in a header.
        if service == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(service)
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .map_err(|error| error.to_string())?;
        let request = SignableRequest::new(method, url, kinds.iter().copied(), SignableBody::Bytes(body));
        let signed =
            request.and_then(|request| sign(request, &parameters.into())).map_err(|error| error.to_string())?;
        let (instructions, _) = signed.into_parts();
        Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}
