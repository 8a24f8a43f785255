//! A saved event: as the function got it, as Lambda wrote it into the dead-letter queue, or as the AWS CLI received it
//! from there.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// The event itself.
///
/// # Errors
/// The file cannot be read, or holds no JSON.
pub(crate) fn read(file: &Path) -> Result<Value, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let saved = serde_json::from_str(&text).map_err(|error| format!("{} is not JSON: {error}", file.display()))?;
    Ok(unwrapped(saved))
}

/// `aws sqs receive-message` gives `{"Messages": [{"Body": ".."}]}`; the body is Lambda's record of the failure, whose
/// `requestPayload` is the event (Lambda guide, invocation-async-retain-records).
fn unwrapped(saved: Value) -> Value {
    let body = saved["Messages"][0]["Body"].as_str().or_else(|| saved["Body"].as_str());
    let saved = body.and_then(|body| serde_json::from_str(body).ok()).unwrap_or(saved);
    match saved.get("requestPayload") {
        Some(event) => event.clone(),
        None => saved,
    }
}

#[cfg(test)]
mod tests {
    use super::unwrapped;
    use serde_json::json;

    #[test]
    fn an_event_is_found_in_a_letter_and_in_what_the_cli_received() {
        let event = json!({"RequestType": "Create"});
        let letter = json!({"version": "1.0", "requestPayload": event});
        assert_eq!(unwrapped(event.clone()), event);
        assert_eq!(unwrapped(letter.clone()), event);
        assert_eq!(unwrapped(json!({"Messages": [{"MessageId": "1", "Body": letter.to_string()}]})), event);
    }
}
