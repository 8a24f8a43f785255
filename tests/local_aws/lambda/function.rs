//! A function as it is configured, and how a scenario deploys one without a wire.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc::UnboundedSender;

use super::execution::package::Package;
use super::execution::test_invocation::TestInvocation;
use super::network::Network;
use crate::{Settings, World, clock, stamp};

/// A Lambda function.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its ARN, unqualified.
    pub arn: String,
    /// Its role's ARN.
    pub role: String,
    /// Seconds until the process is killed.
    pub timeout: u64,
    /// Megabytes; shown to the process, not enforced.
    pub memory: u64,
    /// The configured variables.
    pub environment: BTreeMap<String, String>,
    /// For people.
    pub description: String,
    /// `provided.al2023`.
    pub runtime: String,
    /// `x86_64`.
    pub architectures: Vec<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// The resource policy's statements.
    pub policy: Vec<Value>,
    /// Its VPC, if it is in one.
    pub network: Network,
    /// KMSKeyArn, if one was given.
    pub key: Option<String>,
    /// TracingConfig's Mode: `PassThrough` or `Active`.
    pub tracing: String,
    /// Whether there are asynchronous settings of its own.
    pub has_event_configuration: bool,
    /// MaximumRetryAttempts: 2 unless configured.
    pub retries: usize,
    /// MaximumEventAgeInSeconds: six hours unless configured.
    pub event_age: Option<u64>,
    /// Where results of asynchronous invocations go.
    pub destinations: Destinations,
    /// DeadLetterConfig, an ARN: where an event goes that was tried for the last time.
    pub dead_letters: Option<String>,
    /// ReservedConcurrentExecutions.
    pub reserved: Option<usize>,
    /// Shared by every copy of this, and by the environments that run it.
    pub(crate) code: Arc<Package>,
    /// Changes with every update.
    pub(crate) revision: String,
    pub(crate) modified: f64,
    /// Who answers instead of a process.
    pub(crate) in_test: Option<UnboundedSender<TestInvocation>>,
}

/// DestinationConfig.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destinations {
    /// OnSuccess, an ARN.
    pub on_success: Option<String>,
    /// OnFailure, an ARN.
    pub on_failure: Option<String>,
}

impl Function {
    pub(crate) fn new(settings: &Settings, name: &str, role: &str, code: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            arn: format!("arn:aws:lambda:{}:{}:function:{name}", settings.region, settings.account),
            role: role.to_owned(),
            timeout: 3,
            memory: 128,
            environment: BTreeMap::new(),
            description: String::new(),
            runtime: "provided.al2023".to_owned(),
            architectures: vec!["x86_64".to_owned()],
            tags: BTreeMap::new(),
            policy: Vec::new(),
            network: Network::default(),
            key: None,
            tracing: "PassThrough".to_owned(),
            has_event_configuration: false,
            retries: 2,
            event_age: None,
            destinations: Destinations::default(),
            dead_letters: None,
            reserved: None,
            code: Arc::new(Package::new(code)),
            revision: stamp::uuid(),
            modified: clock::now(),
            in_test: None,
        }
    }

    /// The role's name, which is how this world knows a caller.
    #[must_use]
    pub fn role_name(&self) -> &str {
        self.role.rsplit('/').next().unwrap_or_default()
    }

    pub(crate) fn configuration(&self) -> Value {
        let mut configuration = json!({
            "FunctionName": self.name,
            "FunctionArn": self.arn,
            "Runtime": self.runtime,
            "Role": self.role,
            "Handler": "bootstrap",
            "CodeSize": self.code.zip.len(),
            "CodeSha256": STANDARD.encode(Sha256::digest(&self.code.zip)),
            "Description": self.description,
            "Timeout": self.timeout,
            "MemorySize": self.memory,
            "LastModified": clock::iso8601(self.modified).replace('Z', "+0000"),
            "Version": "$LATEST",
            "Environment": { "Variables": self.environment },
            "TracingConfig": { "Mode": self.tracing },
            "RevisionId": self.revision,
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "PackageType": "Zip",
            "Architectures": self.architectures,
            "EphemeralStorage": { "Size": 512 },
            "LoggingConfig": { "LogFormat": "Text", "LogGroup": format!("/aws/lambda/{}", self.name) },
        });
        if let Some(vpc) = self.network.described() {
            configuration["VpcConfig"] = vpc;
        }
        if let Some(key) = &self.key {
            configuration["KMSKeyArn"] = json!(key);
        }
        configuration
    }
}

/// Deploys a built binary as a function, as `cargo lambda deploy` would. The role is a name or an ARN; timeout 900 s,
/// memory and the rest can be changed in [`crate::State`] afterwards.
///
/// # Errors
/// When the binary cannot be read or packed.
pub fn deploy<'a>(
    world: &World,
    name: &str,
    binary: &Path,
    role: &str,
    environment: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> std::io::Result<String> {
    let code = packed("bootstrap", &std::fs::read(binary)?)?;
    let role = if role.starts_with("arn:") {
        role.to_owned()
    } else {
        format!("arn:aws:iam::{}:role/{role}", world.settings.account)
    };
    let mut function = Function::new(&world.settings, name, &role, code);
    function.timeout = 900;
    function.environment = environment.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let arn = function.arn.clone();
    world.state().lambda.functions.insert(name.to_owned(), function);
    Ok(arn)
}

/// A zip with this one file in it.
///
/// # Errors
/// When it cannot be packed, which a file in memory always can.
pub fn packed(name: &str, content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .unix_permissions(0o755);
    zip.start_file(name, options).map_err(std::io::Error::other)?;
    zip.write_all(content)?;
    Ok(zip.finish().map_err(std::io::Error::other)?.into_inner())
}
