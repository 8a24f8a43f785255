//! TLS trust roots. Mozilla's roots are built in, already parsed: reading and decoding the system's 145 certificates is half of
//! all the instructions of a cold start (8.4 of 16.4 million). They are no pin: what they do not know is asked of the system's
//! store, within the same handshake, so that a partition or a proxy with roots of its own costs time and not the answer. A store
//! that the environment names is used alone.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{VerifierBuilderError, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme,
};
use rustls_native_certs::{CertificateResult, load_certs_from_paths, load_native_certs};
use tracing::warn;

/// The store that the environment asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Nothing is set: the built-in roots, then the system's.
    BuiltIn,
    /// `SSL_CERT_FILE` or `SSL_CERT_DIR`: OpenSSL's own variables, which say where the system's store is.
    System,
    /// `AWS_CA_BUNDLE`: the AWS CLI's and SDKs' own variable, a file of certificates in PEM.
    Bundle(String),
}

impl Trust {
    /// Reads it from `variable`, which gives a variable's text.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        match variable("AWS_CA_BUNDLE") {
            Some(bundle) => Self::Bundle(bundle),
            None if variable("SSL_CERT_FILE").or_else(|| variable("SSL_CERT_DIR")).is_some() => Self::System,
            None => Self::BuiltIn,
        }
    }

    /// A TLS configuration that trusts these.
    ///
    /// # Errors
    /// A store that was asked for and holds no certificate.
    pub(crate) fn configuration(&self) -> Result<ClientConfig, String> {
        match self {
            Self::BuiltIn => built_in_first(load_native_certs),
            Self::System => only(load_native_certs()),
            Self::Bundle(path) => only(load_certs_from_paths(Some(path.as_ref()), None)),
        }
    }
}

/// ring, not AWS-LC: that draws its entropy at the first handshake, where a function's CPU is throttled. The suites with SHA-256
/// stand first, as AWS's own endpoints have them: both of Lambda's processors have instructions for it, and for SHA-384 not.
fn provider() -> Arc<CryptoProvider> {
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.sort_by_key(|suite| suite.suite().as_str().is_some_and(|name| name.ends_with("SHA384")));
    Arc::new(provider)
}

fn only(loaded: CertificateResult) -> Result<ClientConfig, String> {
    let provider = provider();
    let verifier = verifier(&provider, loaded)?;
    with(provider, verifier)
}

fn built_in_first(system: fn() -> CertificateResult) -> Result<ClientConfig, String> {
    let provider = provider();
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let built_in = webpki(&provider, roots).map_err(|error| error.to_string())?;
    with(provider.clone(), Arc::new(BuiltInFirst { built_in, system, loaded: OnceLock::new(), provider }))
}

fn with(provider: Arc<CryptoProvider>, verifier: Arc<dyn ServerCertVerifier>) -> Result<ClientConfig, String> {
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| error.to_string())?;
    // rustls calls every verifier of one's own dangerous; these two are its own, one after the other.
    Ok(config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// The verifier of what was loaded; a certificate that cannot be parsed is passed over, as everywhere.
fn verifier(provider: &Arc<CryptoProvider>, loaded: CertificateResult) -> Result<Arc<WebPkiServerVerifier>, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(loaded.certs);
    if roots.is_empty() {
        let errors: Vec<String> = loaded.errors.iter().map(ToString::to_string).collect();
        return Err(format!("no certificate authority can be read: {}", errors.join("; ")));
    }
    webpki(provider, roots).map_err(|error| error.to_string())
}

fn webpki(
    provider: &Arc<CryptoProvider>,
    roots: RootCertStore,
) -> Result<Arc<WebPkiServerVerifier>, VerifierBuilderError> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build()
}

/// The built-in roots, and the system's for an issuer that they do not know; loaded once, then kept.
#[derive(Debug)]
struct BuiltInFirst {
    built_in: Arc<WebPkiServerVerifier>,
    system: fn() -> CertificateResult,
    loaded: OnceLock<Option<Arc<WebPkiServerVerifier>>>,
    provider: Arc<CryptoProvider>,
}

impl BuiltInFirst {
    fn system(&self) -> Option<&Arc<WebPkiServerVerifier>> {
        let load = || match verifier(&self.provider, (self.system)()) {
            Ok(verifier) => Some(verifier),
            Err(error) => {
                warn!(error, "an issuer is not known, and the system's store cannot be read");
                None
            }
        };
        self.loaded.get_or_init(load).as_ref()
    }
}

impl ServerCertVerifier for BuiltInFirst {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verify = |verifier: &WebPkiServerVerifier| {
            verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        match verify(&self.built_in) {
            Err(unknown @ Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                self.system().map_or(Err(unknown), |system| verify(system))
            }
            verified => verified,
        }
    }

    // Which roots are trusted makes no difference to a signature.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.built_in.verify_tls12_signature(message, cert, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.built_in.verify_tls13_signature(message, cert, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.built_in.supported_verify_schemes()
    }

    fn root_hint_subjects(&self) -> Option<&[DistinguishedName]> {
        self.built_in.root_hint_subjects()
    }
}

#[cfg(test)]
mod tests;
