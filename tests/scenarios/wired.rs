//! The reply on the wire: one PUT for each request, as CloudFormation wants it.

use crate::stage::running;

#[tokio::test(flavor = "multi_thread")]
async fn each_request_is_answered_once_without_a_content_type() {
    let deployment = running().await;
    let state = deployment.world().state();
    let puts = &state.cloudformation.puts;
    assert_eq!(puts.len(), state.cloudformation.requests.len());
    for put in puts {
        assert!(put.body.len() <= 4096);
        assert_eq!(put.status, 200, "{put:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_log_line_holds_a_response_url_or_a_propertys_value() {
    let deployment = running().await;
    let state = deployment.world().state();
    for line in state.lambda.logs.iter().map(|line| &line.line) {
        assert!(!line.contains("Signature"), "{line}");
        assert!(!line.contains("stream.name"), "{line}");
    }
}
