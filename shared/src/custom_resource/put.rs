//! What the store of answers made of a PUT.

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
