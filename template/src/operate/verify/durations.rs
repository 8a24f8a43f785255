//! How long each operation took, by the service's own clock, as the rows of `SEMANTICS.md` I.1 say it.

use std::collections::BTreeMap;

use aws_sdk_kinesisanalyticsv2::primitives::{DateTime, DateTimeFormat};

use super::answers::{Answers, Duration};
use super::stage::{Halt, Stage, error_text};

/// Lists the application's operations, and keeps them, oldest first.
pub(super) async fn ask(stage: &Stage, answers: &mut Answers) -> Result<(), Halt> {
    let list = stage.clients.flink.list_application_operations().application_name(&stage.name).limit(50);
    let listed = list.send().await.map_err(|error| error_text(&error))?;
    let mut is_running = false;
    for one in listed.application_operation_info_list().iter().rev() {
        let operation = one.operation.clone().unwrap_or_default();
        let status = one.operation_status.as_ref().map_or("", |status| status.as_str()).to_owned();
        let constant = constant(&operation, &status, is_running);
        is_running = match (operation.as_str(), status.as_str()) {
            ("StartApplication", "SUCCESSFUL") => true,
            ("StopApplication", _) => false,
            _ => is_running,
        };
        let (began, ended) = (one.start_time.as_ref(), one.end_time.as_ref());
        answers.durations.push(Duration {
            constant,
            operation,
            status,
            start: began.and_then(text),
            end: ended.and_then(text),
            seconds: ended.zip(began).map(|(end, start)| end.as_secs_f64() - start.as_secs_f64()),
        });
    }
    Ok(())
}

/// The constant's name in `SEMANTICS.md` I.1; this command stops by force alone.
fn constant(operation: &str, status: &str, is_running: bool) -> &'static str {
    match (operation, status) {
        ("StartApplication", _) => "start_cold",
        ("StopApplication", _) => "force_stop",
        ("CreateApplicationSnapshot", _) => "snapshot",
        ("UpdateApplication", "FAILED") => "failed_update",
        ("UpdateApplication", _) if is_running => "update_running",
        ("UpdateApplication", _) => "update_ready",
        ("RollbackApplication", _) => "rollback_application",
        _ => "other",
    }
}

/// A time in UTC as it stands in the answers: `2026-11-28T19:33:08Z`.
fn text(time: &DateTime) -> Option<String> {
    time.fmt(DateTimeFormat::DateTime).ok()
}

/// The rows: low, typical and high of each constant, with each operation from start to end as the source.
pub(super) fn rows(durations: &[Duration]) -> Vec<String> {
    let mut by_constant: BTreeMap<&str, Vec<&Duration>> = BTreeMap::new();
    for one in durations {
        by_constant.entry(one.constant).or_default().push(one);
    }
    let row = |(constant, all): (&str, Vec<&Duration>)| {
        let mut seconds: Vec<f64> = all.iter().filter_map(|one| one.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        let at = |index: usize| seconds.get(index).map_or_else(|| "-".to_owned(), |seconds| format!("{seconds:.1}"));
        let [low, typical, high] = [0, seconds.len() / 2, seconds.len().saturating_sub(1)].map(at);
        let sources = all.iter().map(|one| {
            let [start, end] = [&one.start, &one.end].map(|time| time.as_deref().unwrap_or("no end"));
            format!("{} {} {start} to {end}", one.operation, one.status)
        });
        format!("| {constant} | {low} | {typical} | {high} | SEEN {} |", sources.collect::<Vec<_>>().join("; "))
    };
    by_constant.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_become_rows_of_constants_with_low_typical_and_high() {
        let operation = |constant, status: &str, seconds: Option<f64>| Duration {
            constant,
            operation: "StartApplication".to_owned(),
            status: status.to_owned(),
            start: Some("a".to_owned()),
            end: seconds.map(|_| "b".to_owned()),
            seconds,
        };
        let all = [
            operation("start_cold", "SUCCESSFUL", Some(150.0)),
            operation("start_cold", "SUCCESSFUL", Some(120.25)),
            operation("start_cold", "IN_PROGRESS", None),
            operation("snapshot", "FAILED", None),
        ];
        let source = "StartApplication SUCCESSFUL a to b; StartApplication SUCCESSFUL a to b; StartApplication IN_PROGRESS a to no end";
        assert_eq!(
            rows(&all),
            [
                "| snapshot | - | - | - | SEEN StartApplication FAILED a to no end |".to_owned(),
                format!("| start_cold | 120.2 | 150.0 | 150.0 | SEEN {source} |"),
            ]
        );
        assert_eq!(constant("UpdateApplication", "SUCCESSFUL", true), "update_running");
    }
}
