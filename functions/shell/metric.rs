//! The one metric that must not be missed, in CloudWatch's embedded metric format: a line in the log, no call.

use std::env;
use std::io::Write as _;

use serde_json::json;
use shared::contract::metric;

use crate::now::now;

/// A handler answered SUCCESS although something is wrong.
pub(crate) fn trouble() {
    let line = json!({
        "_aws": {
            "Timestamp": now().0,
            "CloudWatchMetrics": [{
                "Namespace": metric::NAMESPACE,
                "Dimensions": [[metric::DIMENSION]],
                "Metrics": [{"Name": metric::TROUBLE, "Unit": "Count"}],
            }],
        },
        metric::DIMENSION: env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
        metric::TROUBLE: 1,
    });
    // A log that cannot be written is no reason to leave CloudFormation without an answer.
    let _unwritten = writeln!(std::io::stdout(), "{line}");
}
