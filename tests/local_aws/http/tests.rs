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

fn signed(region: &str, service: &str) -> String {
    format!("Authorization: AWS4-HMAC-SHA256 Credential=test/20261123/{region}/{service}/aws4_request\r\n")
}

fn flink(operation: &str) -> String {
    format!("{}X-Amz-Target: KinesisAnalytics_20180523.{operation}\r\n", signed("eu-west-1", "kinesisanalytics"))
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
    let headers = format!("{}Content-Type: application/x-www-form-urlencoded\r\n", signed("us-east-1", "iam"));
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
        let answer = send(&local, request, &signed("eu-west-1", "s3"), "hello").await;
        assert!(answer.contains(expected), "{request}: {answer}");
    }
}

#[tokio::test]
async fn an_upload_in_parts_is_one_object_and_is_read_in_ranges() {
    let local = start().await;
    send(&local, "PUT /jars", &signed("eu-west-1", "s3"), "").await;
    let begun = send(&local, "POST /jars/big?uploads", &signed("eu-west-1", "s3"), "").await;
    let id = begun.split("<UploadId>").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default();
    send(&local, &format!("PUT /jars/big?partNumber=2&uploadId={id}"), &signed("eu-west-1", "s3"), "world").await;
    send(&local, &format!("PUT /jars/big?partNumber=1&uploadId={id}"), &signed("eu-west-1", "s3"), "hello ").await;
    let done = send(&local, &format!("POST /jars/big?uploadId={id}"), &signed("eu-west-1", "s3"), "").await;
    assert!(done.contains("<CompleteMultipartUploadResult"), "{done}");
    let part = send(&local, "GET /jars/big", &format!("{}Range: bytes=6-9\r\n", signed("eu-west-1", "s3")), "").await;
    assert!(part.starts_with("HTTP/1.1 206") && part.ends_with("worl"), "{part}");
}

/// Source: SigV4, credential scope: a signature is for one region and one service.
#[tokio::test]
async fn a_request_that_is_signed_for_another_region_or_service_is_refused() {
    let local = start().await;
    let target = "X-Amz-Target: KinesisAnalytics_20180523.ListApplications\r\n";
    for (region, service, expected) in [
        ("eu-west-1", "kinesisanalytics", "HTTP/1.1 200"),
        ("us-east-1", "kinesisanalytics", "valid region, not 'us-east-1'"),
        ("eu-west-1", "kinesis", "correct service: 'kinesisanalytics'"),
    ] {
        let answer = send(&local, "POST /", &format!("{}{target}", signed(region, service)), "{}").await;
        assert!(answer.contains(expected), "{region} {service}: {answer}");
    }
    let headers =
        format!("{}Content-Type: application/x-www-form-urlencoded\r\n", signed("us-east-1", "cloudformation"));
    let answer = send(&local, "POST /", &headers, "Action=ListStacks&Version=2010-05-15").await;
    assert!(answer.contains("<Code>SignatureDoesNotMatch</Code>"), "{answer}");
}

async fn control(local: &LocalAws, command: &str) -> String {
    send(local, "POST /_local-aws/do", "Content-Type: application/json\r\n", command).await
}

#[tokio::test]
async fn a_command_makes_trouble_and_what_is_none_is_refused_with_what_is_known() {
    let local = start().await;
    let fault =
        r#"{"Fault": {"Action": "kinesisanalytics:*", "Fault": {"Refuse": {"Code": "Busy", "Message": "no"}}}}"#;
    assert!(control(&local, fault).await.starts_with("HTTP/1.1 200"));
    assert!(send(&local, "POST /", &flink("ListApplications"), "{}").await.contains("Busy"));
    assert!(send(&local, "POST /", &flink("ListApplications"), "{}").await.starts_with("HTTP/1.1 200"), "once");
    for (command, expected) in [
        (r#"{"Falt": {}}"#, "unknown variant `Falt`, expected one of `Fault`"),
        (r#"{"ClearFaults": {"All": true}}"#, "unknown field `All`"),
        (r#"{"World": {"Durations": {"Factor": -1}}}"#, "must be numbers from 0 on"),
        (
            r#"{"Hold": {"Application": "*", "Status": "BUSY", "Lasts": {"Looks": 1}}}"#,
            "BUSY is not an ApplicationStatus",
        ),
        (r#"{"Release": {"Application": "a"}}"#, "there is no application a"),
        (r#"{"Rate": {"Service": "s", "PerSecond": -1}}"#, "-1"),
    ] {
        let answer = control(&local, command).await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains(expected), "{command}: {answer}");
    }
    let from_a_page = send(&local, "POST /_local-aws/do", "Content-Type: text/plain\r\n", fault).await;
    assert!(from_a_page.starts_with("HTTP/1.1 415"), "{from_a_page}");
    assert!(send(&local, "GET /_local-aws/jurnal", "", "").await.contains("GET journal"));
}

#[tokio::test]
async fn the_journal_goes_on_where_it_was_read_to_and_another_world_begins_empty() {
    let local = start().await;
    send(&local, "POST /", &flink("ListApplications"), "{}").await;
    let journal = send(&local, "GET /_local-aws/journal?since=0", "", "").await;
    assert!(journal.contains(r#""Action":"kinesisanalytics:ListApplications""#), "{journal}");
    assert!(journal.contains(r#""Next":1"#) && journal.contains(r#""Caller":"operator""#), "{journal}");
    let nothing = send(&local, "GET /_local-aws/journal?since=1", "", "").await;
    assert!(nothing.contains(r#""Calls":[]"#), "{nothing}");
    let answer = control(&local, r#"{"World": {"Modes": {"SnapshotsOfUnknown": "InvalidArgument"}}}"#).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let journal = send(&local, "GET /_local-aws/journal", "", "").await;
    assert!(journal.contains(r#""Next":0"#), "{journal}");
    let answer = send(&local, "POST /", &flink("ListApplicationSnapshots"), r#"{"ApplicationName":"a"}"#).await;
    assert!(answer.contains("InvalidArgumentException"), "{answer}");
}
