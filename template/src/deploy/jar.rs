//! The job's jar: kept in the artifact bucket under the digest of its content, so that the same jar is uploaded once
//! and another one changes the stack.
//!
//! It goes up in signed requests of our own: an SDK for S3 would double what the command takes to compile, and the AWS
//! CLI would be needed for nothing else. A part of 16 MiB is sent again when it is lost, so that 512 MiB, the most that
//! Managed Service for Apache Flink takes, arrive on a poor line too, and never lie in memory as a whole.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use functions::Signed;
use sha2::{Digest, Sha256};

use super::Stop;
use super::interrupt;
use super::output::Output;

/// What is read and sent at a time; the largest jar has 32 of them.
const PART: usize = 16 * 1024 * 1024;
/// The most that the service takes of a job's code (its quotas).
const LARGEST: u64 = 512 * 1024 * 1024;

/// A jar on this machine.
#[derive(Debug, Clone)]
pub(super) struct Jar {
    path: PathBuf,
    /// The key of its object.
    pub(super) key: String,
    size: u64,
}

impl Jar {
    /// Reads a file and names its object.
    ///
    /// # Errors
    /// It is not a file, it is empty, it cannot be read, or it is larger than the service takes.
    pub(super) fn read(path: &str) -> Result<Self, String> {
        let path = PathBuf::from(path);
        let named = path.display();
        let size = std::fs::metadata(&path).ok().filter(std::fs::Metadata::is_file);
        let size = size.ok_or_else(|| format!("JAR={named} is not a file"))?.len();
        if size == 0 {
            return Err(format!("JAR={named} is empty"));
        }
        if size > LARGEST {
            return Err(format!("JAR={named} has {size} bytes; Managed Service for Apache Flink takes {LARGEST}"));
        }
        let mut digest = Sha256::new();
        for_each_part(&path, |part| {
            digest.update(part);
            Ok(())
        })
        .map_err(|error| format!("JAR={named}: {error}"))?;
        Ok(Self { key: format!("jars/{}.jar", hex(&digest.finalize())), path, size })
    }

    /// Puts it into the bucket, unless it is there already.
    ///
    /// # Errors
    /// What S3 said, or a signal: then what goes on without the command was said.
    pub(super) async fn upload(&self, signed: &Signed, bucket: &str, output: &Output) -> Result<(), Stop> {
        let uploaded = self.put(signed, bucket, output).await;
        if let Err(Stop::Interrupted) = uploaded {
            output.problem("the upload of the jar is given up, and no operation of CloudFormation goes on");
        }
        uploaded
    }

    async fn put(&self, signed: &Signed, bucket: &str, output: &Output) -> Result<(), Stop> {
        let url = format!("{}/{}", signed.address("s3", Some(bucket)), self.key);
        let found = interrupt::unless(signed.send("s3", "HEAD", &url, b"")).await??;
        if found.status == 200 {
            output.say(&format!("jar s3://{bucket}/{} is there already", self.key));
            return Ok(());
        }
        let size = self.size.div_ceil(1_000_000);
        output.say(&format!("jar {} ({size} MB) to s3://{bucket}/{}", self.path.display(), self.key));
        let mut file = File::open(&self.path).map_err(|error| format!("{}: {error}", self.path.display()))?;
        if self.size <= PART as u64 {
            let bytes = part(&mut file).map_err(|error| error.to_string())?;
            return taken(&interrupt::unless(signed.send("s3", "PUT", &url, &bytes)).await??).map(|_| ());
        }
        let begun = taken(&signed.send("s3", "POST", &format!("{url}?uploads="), b"").await?)?;
        let id = begun.split_once("<UploadId>").and_then(|(_, rest)| rest.split_once("</UploadId>"));
        let (id, _) = id.ok_or_else(|| "S3 names no UploadId".to_owned())?;
        let uploaded = parts(signed, &url, id, &mut file).await;
        if uploaded.is_err() {
            // Parts of an upload that is never completed cost storage.
            let given_up = signed.send("s3", "DELETE", &format!("{url}?uploadId={id}"), b"").await;
            if !given_up.is_ok_and(|reply| (200..300).contains(&reply.status)) {
                output.problem(&format!(
                    "parts are left that cost storage for a week; remove them: aws s3api abort-multipart-upload \
                     --bucket {bucket} --key {} --upload-id {id}",
                    self.key
                ));
            }
        }
        uploaded
    }
}

/// Sends a file in parts, and completes the upload.
async fn parts(signed: &Signed, url: &str, id: &str, file: &mut File) -> Result<(), Stop> {
    let mut rows = String::new();
    for number in 1.. {
        let bytes = part(file).map_err(|error| error.to_string())?;
        if bytes.is_empty() {
            break;
        }
        let part = format!("{url}?partNumber={number}&uploadId={id}");
        let reply = interrupt::unless(signed.send("s3", "PUT", &part, &bytes)).await??;
        taken(&reply)?;
        rows = format!("{rows}<Part><PartNumber>{number}</PartNumber><ETag>{}</ETag></Part>", reply.etag);
    }
    let body = format!("<CompleteMultipartUpload>{rows}</CompleteMultipartUpload>");
    let completed = taken(&signed.send("s3", "POST", &format!("{url}?uploadId={id}"), body.as_bytes()).await?)?;
    // S3 answers this one with 200 before it knows.
    if completed.contains("<Error>") { Err(Stop::Failed(format!("S3: {completed}"))) } else { Ok(()) }
}

/// A digest as text, two digits a byte.
pub(super) fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The body of an answer that says yes.
fn taken(reply: &functions::SignedResponse) -> Result<String, Stop> {
    if (200..300).contains(&reply.status) {
        return Ok(reply.body.clone());
    }
    Err(Stop::Failed(format!("the jar was not uploaded: S3 answers with HTTP status {}: {}", reply.status, reply.body)))
}

/// The next bytes of a file, at most a part's; none at its end.
fn part(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(PART as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn for_each_part(path: &Path, mut act: impl FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
    let mut file = File::open(path)?;
    loop {
        let bytes = part(&mut file)?;
        if bytes.is_empty() {
            return Ok(());
        }
        act(&bytes)?;
    }
}
