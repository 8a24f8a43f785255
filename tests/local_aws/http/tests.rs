//! The wire, byte by byte: a client smooths over what matters here.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::faults::Fault;
use crate::{LocalAws, Options, iam};

/// Raw bytes in, raw bytes out: what no SDK smooths over. Empty when the connection dropped.
async fn send(local: &LocalAws, request: &str, headers: &str, body: &str) -> String {
    let mut socket = TcpStream::connect(local.endpoint.trim_start_matches("http://")).await.unwrap();
    let length = body.len();
    let text = format!(
        "{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    socket.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap_or_default();
    answer
}

const SIGNED: &str = "Authorization: AWS4-HMAC-SHA256 Credential=test/20261123/eu-west-1/x/aws4_request\r\n";

fn flink(operation: &str) -> String {
    format!("{SIGNED}X-Amz-Target: KinesisAnalytics_20180523.{operation}\r\n")
}

async fn start() -> LocalAws {
    LocalAws::start(Options::default()).await.unwrap()
}

/// Source: SEMANTICS.md A.1, G.1.
#[tokio::test]
async fn an_error_is_400_with_a_type_and_a_message() {
    let local = start().await;
    let answer = send(&local, "POST /", &flink("DescribeApplication"), r#"{"ApplicationName":"a"}"#).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("content-type: application/x-amz-json-1.1"), "{answer}");
    let body = r#"{"__type":"ResourceNotFoundException","message":"Application a does not exist"}"#;
    assert!(answer.ends_with(body), "{answer}");
}

/// Source: common errors page, MissingAuthenticationToken.
#[tokio::test]
async fn an_unsigned_call_is_refused() {
    let local = start().await;
    let target = "X-Amz-Target: KinesisAnalytics_20180523.ListApplications\r\n";
    let answer = send(&local, "POST /", target, "{}").await;
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("MissingAuthenticationToken"), "{answer}");
}

#[tokio::test]
async fn an_unknown_operation_says_its_name_and_is_remembered() {
    let local = start().await;
    let answer = send(&local, "POST /", &flink("CreateSnapshot"), "{}").await;
    assert!(answer.starts_with("HTTP/1.1 501") && answer.contains("kinesisanalytics:CreateSnapshot"), "{answer}");
    assert_eq!(local.world.state().unknown.len(), 1);
}

#[tokio::test]
async fn a_lost_connection_answers_nothing_and_the_next_call_works() {
    let local = start().await;
    local.world.state().faults.inject("kinesisanalytics:*", 1, Fault::LoseReply);
    assert_eq!(send(&local, "POST /", &flink("ListApplications"), "{}").await, "");
    assert!(send(&local, "POST /", &flink("ListApplications"), "{}").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn an_access_key_that_was_handed_out_is_its_role() {
    let local = start().await;
    let key = iam::credentials(&mut local.world.state(), "starter", "one-invocation").access_key_id;
    let headers = format!(
        "Authorization: AWS4-HMAC-SHA256 Credential={key}/20261123/eu-west-1/sts/aws4_request\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n"
    );
    let answer = send(&local, "POST /", &headers, "Action=GetCallerIdentity&Version=2011-06-15").await;
    let arn = "<Arn>arn:aws:sts::111122223333:assumed-role/starter/one-invocation</Arn>";
    assert!(answer.contains(arn) && answer.contains("<GetCallerIdentityResult>"), "{answer}");
}

#[tokio::test]
async fn a_query_error_names_its_code_in_xml() {
    let local = start().await;
    let headers = format!("{SIGNED}Content-Type: application/x-www-form-urlencoded\r\n");
    let answer = send(&local, "POST /", &headers, "Action=GetRole&Version=2010-05-08&RoleName=r").await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(answer.contains("<Error><Type>Sender</Type><Code>NoSuchEntity</Code>"), "{answer}");
}

#[tokio::test]
async fn an_object_is_put_listed_read_and_deleted() {
    let local = start().await;
    for (request, expected) in [
        ("PUT /jars", "200"),
        ("PUT /jars/a%2Fb%20c.jar", "200"),
        ("GET /jars?list-type=2&prefix=a/", "<Key>a/b c.jar</Key>"),
        ("HEAD /jars/a/b%20c.jar", "content-length: 5"),
        ("GET /jars/a/b%20c.jar", "hello"),
        ("DELETE /jars", "BucketNotEmpty"),
        ("DELETE /jars/a/b%20c.jar", "204"),
        ("GET /jars/a/b%20c.jar", "NoSuchKey"),
        ("DELETE /jars", "204"),
    ] {
        let answer = send(&local, request, SIGNED, "hello").await;
        assert!(answer.contains(expected), "{request}: {answer}");
    }
}

#[tokio::test]
async fn an_upload_in_parts_is_one_object_and_is_read_in_ranges() {
    let local = start().await;
    send(&local, "PUT /jars", SIGNED, "").await;
    let begun = send(&local, "POST /jars/big?uploads", SIGNED, "").await;
    let id = begun.split("<UploadId>").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default();
    send(&local, &format!("PUT /jars/big?partNumber=2&uploadId={id}"), SIGNED, "world").await;
    send(&local, &format!("PUT /jars/big?partNumber=1&uploadId={id}"), SIGNED, "hello ").await;
    let done = send(&local, &format!("POST /jars/big?uploadId={id}"), SIGNED, "").await;
    assert!(done.contains("<CompleteMultipartUploadResult"), "{done}");
    let part = send(&local, "GET /jars/big", &format!("{SIGNED}Range: bytes=6-9\r\n"), "").await;
    assert!(part.starts_with("HTTP/1.1 206") && part.ends_with("worl"), "{part}");
}
