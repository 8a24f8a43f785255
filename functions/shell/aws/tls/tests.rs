//! Real handshakes on 127.0.0.1, with authorities that exist only here.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::{env, fs, process, thread};

use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, Stream};

use super::*;

/// A certificate authority of its own.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().unwrap();
    let root = params.self_signed(&key).unwrap();
    Authority { pem: root.pem(), issuer: Issuer::new(params, key) }
}

/// A server whose certificate `authority` issued; it answers every handshake, whatever the client makes of it.
fn server_of(authority: &Authority) -> String {
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &authority.issuer).unwrap().der().clone();
    let config = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![leaf], key.into()).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let (mut socket, mut tls) = (socket.unwrap(), ServerConnection::new(config.clone()).unwrap());
            let mut tls = Stream::new(&mut tls, &mut socket);
            if tls.read(&mut [0; 4096]).is_ok() {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                tls.write_all(answer).and_then(|()| tls.flush()).unwrap();
            }
        }
    });
    format!("https://localhost:{port}")
}

/// What a request with this configuration ends in.
async fn asked(client: &reqwest::Client, url: &str) -> Result<u16, String> {
    match client.get(url).send().await {
        Ok(answer) => Ok(answer.status().as_u16()),
        Err(error) => Err(format!("{error:?}")),
    }
}

fn client(configuration: ClientConfig) -> reqwest::Client {
    reqwest::Client::builder().tls_backend_preconfigured(configuration).build().unwrap()
}

#[test]
fn a_store_that_the_environment_names_is_used_alone() {
    let set = |names: &'static [&str]| Trust::read(|name| names.contains(&name).then(|| format!("/etc/{name}")));
    assert_eq!(set(&[]), Trust::BuiltIn);
    assert_eq!(set(&["SSL_CERT_FILE"]), Trust::System);
    assert_eq!(set(&["SSL_CERT_DIR"]), Trust::System);
    assert_eq!(set(&["SSL_CERT_FILE", "AWS_CA_BUNDLE"]), Trust::Bundle("/etc/AWS_CA_BUNDLE".to_owned()));
}

#[tokio::test]
async fn a_bundle_of_a_private_authority_is_trusted_and_no_other() {
    let (ours, other) = (authority("ours"), authority("other"));
    let path = env::temp_dir().join(format!("flink-bundle-{}.pem", process::id()));
    fs::write(&path, &ours.pem).unwrap();
    let trust = Trust::Bundle(path.to_str().unwrap().to_owned());
    let client = client(trust.configuration().unwrap());
    fs::remove_file(&path).unwrap();

    assert_eq!(asked(&client, &server_of(&ours)).await, Ok(200));
    let refused = asked(&client, &server_of(&other)).await.unwrap_err();
    assert!(refused.contains("UnknownIssuer"), "{refused}");
}

#[test]
fn a_bundle_that_cannot_be_read_is_named() {
    let missing = Trust::Bundle("/no/such/bundle.pem".to_owned()).configuration().unwrap_err();
    assert!(missing.contains("/no/such/bundle.pem"), "{missing}");
}

#[tokio::test]
async fn without_a_variable_mozillas_roots_are_trusted_and_no_private_authority() {
    let client = client(Trust::BuiltIn.configuration().unwrap());
    let refused = asked(&client, &server_of(&authority("private"))).await.unwrap_err();
    assert!(refused.contains("UnknownIssuer"), "{refused}");
}

#[test]
fn the_roots_that_aws_signs_with_are_built_in() {
    let names = ["Amazon Root CA 1", "Amazon Root CA 2", "Amazon Root CA 3", "Amazon Root CA 4"];
    for name in names.into_iter().chain(["Starfield Services Root Certificate Authority - G2"]) {
        let holds = |root: &rustls::pki_types::TrustAnchor<'_>| {
            root.subject.windows(name.len()).any(|window| window == name.as_bytes())
        };
        assert!(webpki_roots::TLS_SERVER_ROOTS.iter().any(holds), "{name}");
    }
}
