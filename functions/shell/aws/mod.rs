//! The clients, built once before the first event: initialisation is not throttled, the handler is.

pub(crate) mod cloudformation;
pub mod credentials;
pub(crate) mod error;
pub(crate) mod flink;
pub(crate) mod http;
pub(crate) mod lambda;
pub(crate) mod signed;
pub(crate) mod tls;

use aws_credential_types::Credentials;
use shared::contract::Environment;

use tls::Trust;

/// Everything a handler reaches the world with.
#[derive(Debug, Clone)]
pub(crate) struct Aws {
    pub(crate) flink: aws_sdk_kinesisanalyticsv2::Client,
    pub(crate) cloudformation: aws_sdk_cloudformation::Client,
    pub(crate) http: reqwest::Client,
    pub(crate) region: String,
    pub(crate) credentials: Credentials,
    /// `AWS_ENDPOINT_URL`, when everything goes to one place that is not AWS.
    pub(crate) endpoint: Option<String>,
    pub(crate) environment: Environment,
}

/// The clients of the services that a person asks.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Managed Service for Apache Flink.
    pub flink: aws_sdk_kinesisanalyticsv2::Client,
    /// The client of CloudFormation: stacks, resources, events and the rollback.
    pub cloudformation: aws_sdk_cloudformation::Client,
}

/// Who tries a call again that no caller answered.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Retries {
    /// The caller itself tries again: the SDK sends each request once.
    None,
    /// The SDK, three times: for a command that looks once.
    Standard,
}

/// Reads one variable of the environment; an empty one is not set.
#[must_use]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A service's own endpoint variable, or the general one: the SDKs' own rule, which without aws-config is ours to keep.
fn endpoint(service: &str) -> Option<String> {
    variable(&format!("AWS_ENDPOINT_URL_{service}")).or_else(|| variable("AWS_ENDPOINT_URL"))
}

macro_rules! config {
    ($sdk:ident, $service:literal, $region:expr, $credentials:expr, $http:expr, $retries:expr) => {{
        let mut config = $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .region($sdk::config::Region::new($region))
            .credentials_provider($credentials)
            .http_client($http)
            // The connector reads a body whole, within a time of its own.
            .stalled_stream_protection($sdk::config::StalledStreamProtectionConfig::disabled())
            .retry_config(match $retries {
                // The driver looks again on its own; retries underneath it would only multiply the calls.
                Retries::None => $sdk::config::retry::RetryConfig::disabled(),
                Retries::Standard => $sdk::config::retry::RetryConfig::standard(),
            });
        config.set_endpoint_url(endpoint($service));
        config.build()
    }};
}

impl Aws {
    pub(crate) fn clients(&self) -> Clients {
        Clients { flink: self.flink.clone(), cloudformation: self.cloudformation.clone() }
    }

    /// From the environment that Lambda gives a function; on a developer's machine, as `cargo lambda watch` builds for
    /// it, also from a profile.
    ///
    /// # Errors
    /// What is missing or cannot be read.
    pub(crate) fn from_environment() -> Result<Self, String> {
        // Lambda has no AWS CLI, and what starts a process would be a hundredth of each zip.
        let cli = |arguments: &[&str]| {
            if cfg!(debug_assertions) {
                credentials::cli(arguments)
            } else {
                Err("a build with --release does not ask it".to_owned())
            }
        };
        let (region, credentials) = credentials::read(variable, cli)?;
        Self::with(region, &credentials, Retries::None)
    }

    /// With these credentials.
    ///
    /// # Errors
    /// What cannot be read of the environment.
    pub(crate) fn with(region: String, credentials: &Credentials, retries: Retries) -> Result<Self, String> {
        let http = http::client(&Trust::read(variable))
            .map_err(|error| format!("the HTTP client cannot be built: {error}"))?;
        let sdk = http::for_sdk(&http);
        Ok(Self {
            flink: aws_sdk_kinesisanalyticsv2::Client::from_conf(config!(
                aws_sdk_kinesisanalyticsv2,
                "KINESIS_ANALYTICS_V2",
                region.clone(),
                credentials.clone(),
                sdk.clone(),
                retries
            )),
            cloudformation: aws_sdk_cloudformation::Client::from_conf(config!(
                aws_sdk_cloudformation,
                "CLOUDFORMATION",
                region.clone(),
                credentials.clone(),
                sdk,
                retries
            )),
            credentials: credentials.clone(),
            http,
            region,
            endpoint: variable("AWS_ENDPOINT_URL"),
            environment: Environment::read(variable)?,
        })
    }
}
