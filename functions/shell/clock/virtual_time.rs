//! The clock of a local AWS in virtual time, at AWS_ENDPOINT_URL: it stands still while this process computes, so it is
//! asked for only when an invocation begins and when it rests. The dice always fall on the middle, so that the same
//! story makes the same calls; where many callers are to come apart, VIRTUAL_TIME_DICE is set, and they are thrown.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

static NOW: AtomicU64 = AtomicU64::new(0);
static BEGAN: LazyLock<(Instant, u64)> = LazyLock::new(|| (Instant::now(), NOW.load(Ordering::Relaxed)));

pub(super) fn now() -> u128 {
    u128::from(NOW.load(Ordering::Relaxed))
}

pub(super) fn instant() -> Instant {
    let (began, then) = *BEGAN;
    began + Duration::from_millis(NOW.load(Ordering::Relaxed).saturating_sub(then))
}

/// Blocks its thread: a function that rests in virtual time does nothing else. Once that world is gone the machine's
/// clock is left, or a loop of looks would not rest at all.
pub(super) async fn sleep(duration: Duration) {
    match rested(duration.as_millis()) {
        Some(now) => NOW.store(now, Ordering::Relaxed),
        None => tokio::time::sleep(duration).await,
    }
}

pub(super) fn resume() {
    if let Some(now) = rested(0) {
        NOW.store(now, Ordering::Relaxed);
    }
}

pub(super) fn dice() -> f64 {
    static ARE_THROWN: LazyLock<bool> = LazyLock::new(|| std::env::var_os("VIRTUAL_TIME_DICE").is_some());
    if *ARE_THROWN { fastrand::f64() } else { 0.5 }
}

fn rested(millis: u128) -> Option<u64> {
    let endpoint = std::env::var("AWS_ENDPOINT_URL").ok()?;
    let host = endpoint.strip_prefix("http://")?;
    let mut stream = TcpStream::connect(host).ok()?;
    let head = format!("POST /virtual-time/sleep/{millis} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    stream.write_all(format!("{head}content-length: 0\r\n\r\n").as_bytes()).ok()?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).ok()?;
    reply.rsplit("\r\n\r\n").next()?.trim().parse().ok()
}
