//! Requests that are signed here and not by an SDK: a jar to S3, and whose account this is. Two more SDKs would cost
//! more to compile than the rest of the operator's command, and send a body from memory as a whole.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;

/// How long one request may take: 16 MiB on a slow line.
const TIMEOUT: Duration = Duration::from_mins(5);
/// How often a request is sent that no one answered, or that the service could not take.
const ATTEMPTS: u32 = 4;

/// Signs requests with a person's credentials.
#[derive(Debug, Clone)]
pub struct Signed {
    pub(crate) http: reqwest::Client,
    pub(crate) credentials: Credentials,
    pub(crate) region: String,
}

/// What a service answered to a signed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The answer's status of HTTP.
    pub status: u16,
    /// The header ETag, empty when there is none.
    pub etag: String,
    /// The answer's body as text.
    pub body: String,
}

impl Signed {
    /// The address of a service, with its bucket before it where it has one: an endpoint of the environment's, else
    /// AWS's own.
    #[must_use]
    pub fn address(&self, service: &str, bucket: Option<&str>) -> String {
        let named = format!("AWS_ENDPOINT_URL_{}", service.to_ascii_uppercase());
        if let Some(endpoint) = super::variable(&named).or_else(|| super::variable("AWS_ENDPOINT_URL")) {
            let endpoint = endpoint.trim_end_matches('/');
            return bucket.map_or_else(|| endpoint.to_owned(), |bucket| format!("{endpoint}/{bucket}"));
        }
        let region = &self.region;
        let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let bucket = bucket.map(|bucket| format!("{bucket}.")).unwrap_or_default();
        format!("https://{bucket}{service}.{region}.{suffix}")
    }

    /// Sends one request, again when it found no answer or a fault of the service.
    ///
    /// # Errors
    /// No answer came, in the client's words.
    pub async fn send(&self, service: &str, method: &str, url: &str, body: &[u8]) -> Result<Reply, String> {
        let mut wait = Duration::from_millis(500);
        for attempt in 1.. {
            let outcome = self.once(service, method, url, body).await;
            let is_transient = outcome.as_ref().map_or(true, |reply| reply.status >= 500 || reply.status == 429);
            if !is_transient || attempt == ATTEMPTS {
                return outcome;
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        Err(format!("{method} {service}: no answer"))
    }

    async fn once(&self, service: &str, method: &str, url: &str, body: &[u8]) -> Result<Reply, String> {
        let verb: reqwest::Method = method.parse().map_err(|_| format!("{method} is no method of HTTP"))?;
        let mut request = self.http.request(verb, url).timeout(TIMEOUT);
        let kind = (service != "s3").then_some(("content-type", "application/x-www-form-urlencoded"));
        if let Some((name, value)) = kind {
            request = request.header(name, value);
        }
        for (name, value) in self.headers(service, method, url, kind, body)? {
            request = request.header(name, value);
        }
        let words = |error: reqwest::Error| super::error::words(&error.without_url());
        let response = request.body(body.to_vec()).send().await.map_err(words)?;
        let (status, headers) = (response.status().as_u16(), response.headers());
        let etag = headers.get("etag").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        Ok(Reply { status, etag, body: response.text().await.map_err(words)? })
    }

    /// What the signature adds to a request's headers.
    fn headers(
        &self,
        service: &str,
        method: &str,
        url: &str,
        kind: Option<(&str, &str)>,
        body: &[u8],
    ) -> Result<Vec<(String, String)>, String> {
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
        let request = SignableRequest::new(method, url, kind.into_iter(), SignableBody::Bytes(body));
        let signed =
            request.and_then(|request| sign(request, &parameters.into())).map_err(|error| error.to_string())?;
        let (instructions, _) = signed.into_parts();
        Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}
