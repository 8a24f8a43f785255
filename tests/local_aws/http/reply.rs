//! How an answer looks on the wire.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;

use crate::World;
use crate::api::ApiError;

/// The first line of a body in XML.
pub(super) const HEADER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// Status 0 is not a status: the connection goes away without an answer.
pub(crate) fn with(world: &World, status: u16, content_type: &str, body: impl Into<Body>) -> Response {
    if status == 0 {
        // Unwinding the connection's task closes its socket; `resume_unwind` does so without a panic's message.
        std::panic::resume_unwind(Box::new("an injected fault dropped this connection"));
    }
    let mut response = empty(status);
    *response.body_mut() = body.into();
    let headers = response.headers_mut();
    if let Ok(value) = content_type.parse() {
        headers.insert("content-type", value);
    }
    if let Ok(value) = world.state().ids.uuid().parse() {
        headers.insert("x-amzn-requestid", value);
    }
    response
}

/// No body, no headers.
pub(crate) fn empty(status: u16) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// An error in the query protocol or, without its envelope, in S3's.
pub(crate) fn xml_error(error: &ApiError) -> String {
    format!("<Code>{}</Code><Message>{}</Message>", escape(&error.code), escape(&error.message))
}

/// Text inside XML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
