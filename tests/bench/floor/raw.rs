//! The TLS floor: the five signed calls that ours makes, over one connection, and one PUT over another, with blocking
//! sockets, rustls and ring alone, and the cipher suites in ours' order. No SDK, no async runtime, no `lambda_runtime`,
//! no reply that is read, no retries, no time limits: nothing that could be shipped.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ring::{digest, hmac};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What is called, in order.
enum Call {
    CloudFormation(&'static str),
    Flink(&'static str),
}

const CALLS: [Call; 5] = [
    Call::CloudFormation("DescribeStacks"),
    Call::CloudFormation("DescribeStackEvents"),
    Call::CloudFormation("ListStackResources"),
    Call::Flink("DescribeApplication"),
    Call::CloudFormation("DescribeStackEvents"),
];

fn main() -> Result<()> {
    let api = env::var("AWS_LAMBDA_RUNTIME_API")?;
    let config = trusting()?;
    let mut runtime = BufReader::new(TcpStream::connect(&api)?);
    loop {
        write!(runtime.get_mut(), "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: {api}\r\n\r\n")?;
        let (headers, event) = read(&mut runtime)?;
        let id = header(&headers, "lambda-runtime-aws-request-id").unwrap_or_default().to_owned();
        handle(&config, &String::from_utf8(event)?)?;
        let path = format!("/2018-06-01/runtime/invocation/{id}/response");
        write!(runtime.get_mut(), "POST {path} HTTP/1.1\r\nhost: {api}\r\ncontent-length: 4\r\n\r\nnull")?;
        read(&mut runtime)?;
    }
}

fn trusting() -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    for root in CertificateDer::pem_file_iter(env::var("SSL_CERT_FILE")?)? {
        roots.add(root?)?;
    }
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.sort_by_key(|suite| suite.suite().as_str().is_some_and(|name| name.ends_with("SHA384")));
    let config = ClientConfig::builder_with_provider(Arc::new(provider)).with_safe_default_protocol_versions()?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

fn handle(config: &Arc<ClientConfig>, event: &str) -> Result<()> {
    let endpoint = env::var("AWS_ENDPOINT_URL_KINESIS_ANALYTICS_V2")?;
    let host = endpoint.trim_start_matches("https://").trim_end_matches('/');
    let mut apis = BufReader::new(connect(config, host)?);
    let stack = field(event, "StackId")?.replace(':', "%3A").replace('/', "%2F");
    for call in CALLS {
        let (service, kind, target, body) = match call {
            Call::CloudFormation(action) => {
                let body = format!("Action={action}&Version=2010-05-15&StackName={stack}");
                ("cloudformation", "application/x-www-form-urlencoded", None, body)
            }
            Call::Flink(action) => {
                let body = format!(r#"{{"ApplicationName":"{}"}}"#, field(event, "ApplicationName")?);
                let target = format!("KinesisAnalytics_20180523.{action}");
                ("kinesisanalytics", "application/x-amz-json-1.1", Some(target), body)
            }
        };
        let signed = sign(host, service, kind, target.as_deref(), &body)?;
        let head = format!("POST / HTTP/1.1\r\n{signed}content-length: {}\r\n\r\n", body.len());
        apis.get_mut().write_all(format!("{head}{body}").as_bytes())?;
        read(&mut apis)?;
    }
    let url = field(event, "ResponseURL")?;
    let (host, path) = url.trim_start_matches("https://").split_once('/').ok_or("no path")?;
    let mut bucket = BufReader::new(connect(config, host)?);
    let body = r#"{"Status":"SUCCESS"}"#;
    let head =
        format!("PUT /{path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: \r\ncontent-length: {}\r\n\r\n", body.len());
    bucket.get_mut().write_all(format!("{head}{body}").as_bytes())?;
    read(&mut bucket)?;
    Ok(())
}

/// A text of the event, by its key.
fn field<'a>(event: &'a str, name: &str) -> Result<&'a str> {
    let (_, rest) = event.split_once(&format!(r#""{name}":""#)).ok_or_else(|| format!("no {name}"))?;
    Ok(rest.split_once('"').ok_or("no end")?.0)
}

fn connect(config: &Arc<ClientConfig>, host: &str) -> Result<StreamOwned<ClientConnection, TcpStream>> {
    let name = ServerName::try_from(host.split(':').next().unwrap_or_default().to_owned())?;
    let socket = TcpStream::connect(host)?;
    socket.set_nodelay(true)?;
    Ok(StreamOwned::new(ClientConnection::new(config.clone(), name)?, socket))
}

/// The signed headers of one request, as Signature Version 4 has them.
fn sign(host: &str, service: &str, kind: &str, target: Option<&str>, body: &str) -> Result<String> {
    let (access, token) = (env::var("AWS_ACCESS_KEY_ID")?, env::var("AWS_SESSION_TOKEN")?);
    let (region, secret) = (env::var("AWS_REGION")?, env::var("AWS_SECRET_ACCESS_KEY")?);
    let time = stamp(SystemTime::now().duration_since(UNIX_EPOCH)?);
    let day = &time[..8];
    let mut headers = format!("content-type:{kind}\nhost:{host}\nx-amz-date:{time}\nx-amz-security-token:{token}\n");
    let mut names = "content-type;host;x-amz-date;x-amz-security-token".to_owned();
    if let Some(target) = target {
        writeln!(headers, "x-amz-target:{target}")?;
        names.push_str(";x-amz-target");
    }
    let canonical = format!("POST\n/\n\n{headers}\n{names}\n{}", sha256(body));
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", sha256(&canonical));
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in [day, &region, service, "aws4_request", &to_sign] {
        key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), part.as_bytes()).as_ref().to_vec();
    }
    let signature = hex(&key);
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={names}, Signature={signature}");
    Ok(format!("{}authorization: {authorization}\r\n", headers.replace('\n', "\r\n")))
}

/// `20260101T000000Z`; days to a date as in the civil calendar, from an era of 400 years.
fn stamp(since: Duration) -> String {
    let (days, seconds) = (since.as_secs() / 86400, since.as_secs() % 86400);
    let day = days + 719_468;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (date, month) = (of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}{month:02}{date:02}T{:02}{:02}{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn sha256(text: &str) -> String {
    hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// One HTTP message: its headers, its body.
fn read(from: &mut BufReader<impl Read>) -> Result<(Vec<String>, Vec<u8>)> {
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        headers.push(line.trim().to_owned());
    }
    let mut body = vec![0; header(&headers, "content-length").unwrap_or("0").parse()?];
    from.read_exact(&mut body)?;
    Ok((headers, body))
}

fn header<'a>(headers: &'a [String], name: &str) -> Option<&'a str> {
    let named = |line: &&String| line.split_once(':').is_some_and(|(key, _)| key.eq_ignore_ascii_case(name));
    headers.iter().find(named)?.split_once(':').map(|(_, value)| value.trim())
}
