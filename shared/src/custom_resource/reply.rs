//! The one reply (`semantics.md` E.2): at most 4,096 bytes of UTF-8 in all, ids verbatim; and what the store
//! of answers made of its PUT.

use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::request::Request;

/// CloudFormation's limit for the whole body, in bytes.
pub const LIMIT: usize = 4096;

/// What a Reason that was cut ends with.
const CUT: &str = " [cut to fit 4,096 bytes]";

/// The verdict. Once given it is never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyStatus {
    /// `SUCCESS`: CloudFormation goes on with the stack operation.
    Success,
    /// `FAILED`: CloudFormation rolls the stack operation back, or ends it in a failed status.
    Failed,
}

impl ReplyStatus {
    /// The value of `Status` in the reply (`SEMANTICS.md` E.2).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::Failed => "FAILED",
        }
    }
}

/// The answer to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Whether the stack operation goes on; `Status` in the reply.
    pub verdict: ReplyStatus,
    /// For people: the first cause, what was seen last, what to do next, where the log is.
    pub reason: String,
    /// PhysicalResourceId, at most 1,024 bytes; another one than before makes CloudFormation delete the old resource in
    /// its cleanup.
    pub physical_resource_id: String,
    /// What `Fn::GetAtt` reads. Never cut.
    pub attributes: BTreeMap<String, String>,
    /// What was done, step by step; the first thing to go when the reply is too long.
    pub timeline: Vec<String>,
    /// What went wrong although the verdict is SUCCESS; CloudFormation shows a SUCCESS's Reason to no one.
    pub trouble: bool,
}

impl Reply {
    /// The body to PUT: valid JSON of at most [`LIMIT`] bytes. First the timeline goes, then as much of the reason as
    /// must, and the reason says so; were ids and attributes alone too long, the attributes go too, because an answer
    /// must be given.
    #[must_use]
    pub fn render(&self, request: &Request) -> Vec<u8> {
        let whole = self.body(request, &self.reason, &self.timeline.join("; "), true);
        if whole.len() <= LIMIT {
            return whole;
        }
        let cut = self.cut(request, true).or_else(|| self.silent(request)).or_else(|| self.cut(request, false));
        cut.unwrap_or_else(|| self.body(request, CUT, "", false))
    }

    /// Without the timeline, with the longest beginning of the reason that fits; none when not even its absence makes
    /// the rest fit.
    fn cut(&self, request: &Request, with_attributes: bool) -> Option<Vec<u8>> {
        let plain = self.body(request, &self.reason, "", with_attributes);
        if plain.len() <= LIMIT {
            return Some(plain);
        }
        let mut room = LIMIT.checked_sub(self.body(request, CUT, "", with_attributes).len())?;
        let mut kept = String::new();
        for character in self.reason.chars() {
            // What it takes in JSON, where a control character is six bytes; less the quotation marks.
            let once = Value::from(character.to_string()).to_string().len() - 2;
            let takes = if self.trouble { 2 * once } else { once };
            let Some(left) = room.checked_sub(takes) else { break };
            room = left;
            kept.push(character);
        }
        Some(self.body(request, &(kept + CUT), "", with_attributes))
    }

    /// Without a reason, which only a SUCCESS may be.
    fn silent(&self, request: &Request) -> Option<Vec<u8>> {
        let body = self.body(request, "", "", true);
        (self.verdict == ReplyStatus::Success && body.len() <= LIMIT).then_some(body)
    }

    fn body(&self, request: &Request, reason: &str, timeline: &str, with_attributes: bool) -> Vec<u8> {
        let mut data: BTreeMap<&str, &str> = BTreeMap::new();
        if with_attributes {
            data.extend(self.attributes.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        }
        if !timeline.is_empty() {
            data.insert("Timeline", timeline);
        }
        if self.trouble {
            data.insert("Trouble", reason);
        }
        let body: Value = json!({
            "Status": self.verdict.as_str(),
            "Reason": reason,
            "PhysicalResourceId": self.physical_resource_id,
            "StackId": request.stack_id,
            "RequestId": request.request_id,
            "LogicalResourceId": request.logical_resource_id,
            // None of the attributes is a secret: names, ARNs, versions, statuses.
            "NoEcho": false,
            "Data": data,
        });
        body.to_string().into_bytes()
    }
}

/// What is to be done after a PUT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutResult {
    /// S3 stored the answer (2xx): CloudFormation has it.
    Taken,
    /// It may pass: the same PUT again.
    Retry,
    /// It is refused for good.
    Refused,
}

impl PutResult {
    /// By the HTTP status and, where it could be read, the body. A 4xx is final, but for S3's RequestTimeout: a 400
    /// that says only that the body did not arrive in time (S3 API Reference, error responses).
    #[must_use]
    pub fn of(status: u16, body: Option<&str>) -> Self {
        match (status, body) {
            (200..300, _) => Self::Taken,
            (408 | 429 | 500.., _) | (400, None) => Self::Retry,
            (400, Some(body)) if body.contains("<Code>RequestTimeout</Code>") => Self::Retry,
            _ => Self::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request::read(&json!({"ResponseURL": "u", "StackId": "arn:s", "RequestId": "r", "LogicalResourceId": "L"}))
            .unwrap()
    }

    fn reply(reason: &str) -> Reply {
        Reply {
            verdict: ReplyStatus::Failed,
            reason: reason.into(),
            physical_resource_id: "auto-start/app/L".into(),
            attributes: BTreeMap::from([("ApplicationStatus".into(), "READY".into())]),
            timeline: vec!["looked".into(), "started".into()],
            trouble: false,
        }
    }

    fn rendered(reply: &Reply) -> Value {
        let body = reply.render(&request());
        assert!(body.len() <= LIMIT, "{} bytes", body.len());
        serde_json::from_slice(&body).unwrap()
    }

    #[test]
    fn a_short_reply_is_whole() {
        let body = rendered(&reply("because"));
        assert_eq!(body["Reason"], "because");
        assert_eq!(body["Data"], json!({"ApplicationStatus": "READY", "Timeline": "looked; started"}));
        assert_eq!(
            (&body["StackId"], &body["RequestId"], &body["LogicalResourceId"]),
            (&json!("arn:s"), &json!("r"), &json!("L"))
        );
    }

    #[test]
    fn trouble_behind_a_success_stands_in_data_and_is_cut_like_the_reason() {
        for text in ["because".to_owned(), "é".repeat(9000)] {
            let body = rendered(&Reply { trouble: true, verdict: ReplyStatus::Success, ..reply(&text) });
            assert_eq!(body["Data"]["Trouble"], body["Reason"]);
        }
    }

    #[test]
    fn a_long_one_loses_its_timeline_first() {
        let long = Reply { timeline: vec!["x".repeat(5000)], ..reply("because") };
        let body = rendered(&long);
        assert_eq!((&body["Reason"], body["Data"].get("Timeline")), (&json!("because"), None));
    }

    #[test]
    fn then_the_reason_is_cut_on_a_character_boundary_and_says_so() {
        for text in ["é".repeat(9000), "\u{1}".repeat(9000), "🦀\"\\".repeat(3000), "x".repeat(LIMIT)] {
            let body = rendered(&reply(&text));
            let reason = body["Reason"].as_str().unwrap();
            assert!(reason.ends_with(CUT), "{reason}");
            assert!(text.starts_with(reason.strip_suffix(CUT).unwrap()));
            assert_eq!(body["Data"]["ApplicationStatus"], "READY");
        }
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let timeout =
            "<Error><Code>RequestTimeout</Code><Message>Your socket connection was not read.</Message></Error>";
        let expired = "<Error><Code>ExpiredToken</Code></Error>";
        for (status, body, result) in [
            (200, Some(""), PutResult::Taken),
            (400, Some(timeout), PutResult::Retry),
            (400, None, PutResult::Retry),
            (400, Some(expired), PutResult::Refused),
            (403, Some(timeout), PutResult::Refused),
            (307, None, PutResult::Refused),
            (500, Some("<html>"), PutResult::Retry),
            (503, None, PutResult::Retry),
        ] {
            assert_eq!(PutResult::of(status, body), result, "{status} {body:?}");
        }
    }
}
