//! A certificate authority for one run, made on the spot with openssl: a root, an intermediate and a leaf of RSA, as
//! AWS shows them.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What servers show and clients trust.
pub(crate) struct Authority {
    pub(crate) tls: Arc<ServerConfig>,
    /// The root alone.
    pub(crate) root: PathBuf,
}

const CA: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";
const SERVER: &str = "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost\n";

/// Makes them in `folder`.
pub(crate) fn establish(folder: &Path) -> Result<Authority, Box<dyn Error>> {
    let root = certificate(folder, "root", CA, None)?;
    let intermediate = certificate(folder, "intermediate", CA, Some(&root))?;
    let leaf = certificate(folder, "localhost", SERVER, Some(&intermediate))?;
    let chain = [&leaf, &intermediate].map(|shown| CertificateDer::from_pem_file(&shown.certificate));
    let chain = chain.into_iter().collect::<Result<Vec<_>, _>>()?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let config = config.with_no_client_auth().with_single_cert(chain, PrivateKeyDer::from_pem_file(&leaf.key)?)?;
    Ok(Authority { tls: Arc::new(config), root: root.certificate.into() })
}

/// Files of one certificate.
struct Signed {
    certificate: String,
    key: String,
}

/// Signed by `issuer`, or self-signed.
fn certificate(folder: &Path, name: &str, kind: &str, issuer: Option<&Signed>) -> Result<Signed, Box<dyn Error>> {
    let file = |extension: &str| folder.join(format!("{name}.{extension}")).to_string_lossy().into_owned();
    let (certificate, key, request, extensions) = (file("pem"), file("key"), file("csr"), file("ext"));
    fs::write(&extensions, kind)?;
    let subject = format!("/CN={name}");
    openssl(&["req", "-newkey", "rsa:2048", "-nodes", "-subj", &subject, "-keyout", &key, "-out", &request])?;
    let mut sign = vec!["x509", "-req", "-in", &request, "-days", "2", "-sha256", "-extfile", &extensions];
    match issuer {
        Some(by) => sign.extend(["-CA", &by.certificate, "-CAkey", &by.key, "-set_serial", "2"]),
        None => sign.extend(["-signkey", &key]),
    }
    sign.extend(["-out", &certificate]);
    openssl(&sign)?;
    Ok(Signed { certificate, key })
}

fn openssl(arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let ran = Command::new("openssl").args(arguments).output().map_err(|error| format!("openssl: {error}"))?;
    if ran.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&ran.stderr).into_owned().into()) }
}
