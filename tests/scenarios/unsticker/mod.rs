//! `flink-rollback-unsticker`: incidents from the event to the report.

mod curable;
mod fleet;
mod gone;
mod incident;
mod interrupted;
mod nested;
mod refused;
mod reports;
mod several;
mod spared;
mod strangers;
mod throttled;
