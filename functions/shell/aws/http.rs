//! One HTTP client and one TLS configuration under everything: the SDKs run on the client that also PUTs the answer. A
//! second stack would cost more than all the rest of a cold start.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use super::tls::Trust;

/// A control plane that takes longer has no answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The client. It follows no redirect: neither an API nor the answer's bucket has reason for one.
///
/// # Errors
/// A store of certificates that was asked for and cannot be read.
pub(crate) fn client(trust: &Trust) -> Result<reqwest::Client, String> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(trust.configuration()?)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .timeout(TIMEOUT)
        .build()
        .map_err(|error| error.to_string())
}

/// The same client, as the SDKs want it.
pub(crate) fn for_sdk(client: &reqwest::Client) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(OnReqwest(client.clone()));
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Debug)]
struct OnReqwest(reqwest::Client);

impl HttpConnector for OnReqwest {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let request = request.map(|body| reqwest::Body::from(body.bytes().unwrap_or_default().to_vec()));
            let request = reqwest::Request::try_from(request).map_err(|error| ConnectorError::user(error.into()))?;
            let response = client.execute(request).await.map_err(failed)?;
            let status = StatusCode::try_from(response.status().as_u16())
                .map_err(|error| ConnectorError::other(error.into(), None))?;
            let headers = response.headers().clone();
            let body = response.bytes().await.map_err(failed)?;
            let mut answer = HttpResponse::new(status, SdkBody::from(body));
            for (name, value) in &headers {
                if let Ok(value) = value.to_str() {
                    answer.headers_mut().append(name.as_str().to_owned(), value.to_owned());
                }
            }
            Ok(answer)
        })
    }
}

fn failed(error: reqwest::Error) -> ConnectorError {
    let error = error.without_url();
    if error.is_timeout() { ConnectorError::timeout(error.into()) } else { ConnectorError::io(error.into()) }
}
