//! TLS trust roots: Mozilla's, compiled in and already parsed, or the store that the environment names, alone. The
//! verifier is rustls's own in both cases.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, RootCertStore};
use rustls_native_certs::{CertificateResult, load_certs_from_paths, load_native_certs};

/// Which roots a function trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// No variable is set: Mozilla's roots, to which the endpoints of AWS's public partitions chain. They need no file,
    /// and no parsing: 144 certificates of a system's store are 8.5 million instructions, as many as the rest of a cold
    /// start.
    BuiltIn,
    /// `SSL_CERT_FILE` or `SSL_CERT_DIR`, OpenSSL's variables: the store that they name.
    System,
    /// `AWS_CA_BUNDLE`, the variable of the AWS CLI and SDKs: a file of certificates in PEM.
    Bundle(String),
}

impl Trust {
    /// Reads it from `variable`, which returns the value of an environment variable. `AWS_CA_BUNDLE` comes first.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        match variable("AWS_CA_BUNDLE") {
            Some(bundle) => Self::Bundle(bundle),
            None if variable("SSL_CERT_FILE").or_else(|| variable("SSL_CERT_DIR")).is_some() => Self::System,
            None => Self::BuiltIn,
        }
    }

    /// A TLS configuration that trusts these roots and no other.
    ///
    /// # Errors
    /// The store that the environment names has no certificate that can be parsed; with what reading it reported.
    pub(crate) fn configuration(&self) -> Result<ClientConfig, String> {
        let roots = match self {
            Self::BuiltIn => RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() },
            Self::System => loaded(load_native_certs())?,
            Self::Bundle(path) => loaded(load_certs_from_paths(Some(path.as_ref()), None))?,
        };
        let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
        Ok(config.map_err(|error| error.to_string())?.with_root_certificates(roots).with_no_client_auth())
    }
}

/// ring, not AWS-LC: that draws its entropy at the first handshake, where a function's CPU is throttled. The suites
/// with SHA-256 come first, as on AWS's own endpoints: both of Lambda's processors have instructions for it, and none
/// for SHA-384.
fn provider() -> Arc<CryptoProvider> {
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.sort_by_key(|suite| suite.suite().as_str().is_some_and(|name| name.ends_with("SHA384")));
    Arc::new(provider)
}

/// The certificates of a store; one that cannot be parsed is passed over, as everywhere.
fn loaded(loaded: CertificateResult) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(loaded.certs);
    if roots.is_empty() {
        let errors: Vec<String> = loaded.errors.iter().map(ToString::to_string).collect();
        return Err(format!("no certificate authority can be read: {}", errors.join("; ")));
    }
    Ok(roots)
}

#[cfg(test)]
mod tests;
