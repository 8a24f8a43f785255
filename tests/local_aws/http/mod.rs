//! The one door: which service a request is for, who knocks, and in which protocol the answer goes back.
//!
//! It refuses to know what any operation does. Signatures are not verified, but an unsigned request is refused where
//! AWS refuses it, and so is one that is signed for another region or service.

pub(crate) mod control;
mod engine;
mod json;
mod multipart;
mod query;
mod reply;
mod request;
mod s3;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State as Shared};
use axum::http::Method;
use axum::response::Response;

use crate::{clock, record, virtual_time};
use control::Current;
pub(crate) use reply::escape;
use request::Incoming;

/// The server's routes: everything goes to one place, because AWS distinguishes services by headers, not by paths.
pub(crate) fn router(current: Current) -> Router {
    Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(current)
}

async fn answer(Shared(current): Shared<Current>, request: axum::extract::Request) -> Response {
    let world = current.world();
    if let Some(rest) = virtual_time::sleep_path(request.uri().path()) {
        virtual_time::rest(rest).await;
        let now = format!("{:.0}", clock::now() * 1000.0);
        return reply::with(&world, 200, "text/plain", now);
    }
    let Ok(incoming) = Incoming::read(&world, request).await else {
        return reply::empty(400);
    };
    if control::is_control(&incoming) {
        return control::answer(&current, &world, &incoming);
    }
    record::request(incoming.caller.as_ref(), || incoming.as_json());
    if engine::is_custom_resource_response(&incoming) {
        return engine::custom_resource_response(&world, &incoming).await;
    }
    if engine::is_lambda(&incoming) {
        return engine::lambda(&world, &incoming).await;
    }
    match (incoming.target(), incoming.is_form()) {
        (Some((service, operation)), _) => {
            let response = json::answer(&world, &incoming, &service, &operation);
            world.wait_for(|state| (!state.faults.held.contains(&operation)).then_some(())).await;
            response
        }
        (None, true) => query::answer(&world, &incoming),
        (None, false) => {
            let response = s3::answer(&world, &incoming);
            if incoming.method == Method::PUT {
                world.wait_for(|state| (!state.s3.holds_answers).then_some(())).await;
            }
            response
        }
    }
}
