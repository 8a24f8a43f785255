//! One request to Flink's REST API: a connection each, because a client with a pool would be a dependency for six
//! calls.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

const BOUNDARY: &str = "local-aws-boundary";

/// The REST API.
#[derive(Debug)]
pub(super) struct Rest {
    authority: String,
}

impl Rest {
    pub(super) fn at(authority: &str) -> Self {
        Self { authority: authority.to_owned() }
    }

    /// The reply, or the error in Flink's words.
    pub(super) fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let body = body.map(ToString::to_string).unwrap_or_default();
        self.send(&format!("{method} {path}"), "application/json", body.as_bytes())
    }

    /// Uploads a jar; its ID.
    pub(super) fn upload(&self, jar: &[u8]) -> Result<String, String> {
        let head = "Content-Disposition: form-data; name=\"jarfile\"; filename=\"job.jar\"\r\n\
                    Content-Type: application/x-java-archive";
        let mut body = format!("--{BOUNDARY}\r\n{head}\r\n\r\n").into_bytes();
        body.extend_from_slice(jar);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let reply = self.send("POST /jars/upload", &kind, &body)?;
        let path = reply["filename"].as_str().ok_or("Flink took the jar and did not name it")?;
        Ok(path.rsplit('/').next().unwrap_or_default().to_owned())
    }

    fn send(&self, line: &str, kind: &str, body: &[u8]) -> Result<Value, String> {
        let reply =
            self.exchange(line, kind, body).map_err(|error| format!("{line}: Flink is not reachable: {error}"))?;
        let text = String::from_utf8_lossy(&reply);
        let (head, body) = text.split_once("\r\n\r\n").ok_or_else(|| format!("{line}: no reply"))?;
        let value: Value = serde_json::from_str(body).unwrap_or_default();
        if head.split(' ').nth(1).is_some_and(|status| status.starts_with('2')) {
            return Ok(value);
        }
        let mut errors = value["errors"].as_array().into_iter().flatten().filter_map(Value::as_str);
        // Flink repeats the innermost words as a list; the last one is the whole story.
        Err(errors.next_back().unwrap_or(body).to_owned())
    }

    fn exchange(&self, line: &str, kind: &str, body: &[u8]) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(&self.authority)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let (host, length) = (&self.authority, body.len());
        let head = format!(
            "{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply)?;
        Ok(reply)
    }
}
