//! The world's time, in the three spellings AWS uses. No date library for two formats.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Now, as epoch seconds with milliseconds: what JSON protocols send (`SEMANTICS.md` A.1).
#[must_use]
pub fn now() -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds since 1970 fit a double's 53 bits until the year 287396"
    )]
    super::virtual_time::now().map_or_else(machine, |millis| millis as f64 / 1000.0)
}

/// The same by the machine's clock.
pub(super) fn machine() -> f64 {
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_millis();
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds since 1970 fit a double's 53 bits until the year 287396"
    )]
    let millis = millis as f64;
    millis / 1000.0
}

/// `2026-11-23T04:15:31.000Z`, as query protocols and S3 listings send it.
#[must_use]
pub fn iso8601(epoch_seconds: f64) -> String {
    let (year, month, day, hour, minute, second, _) = civil(epoch_seconds);
    let millis = (epoch_seconds.fract().abs() * 1000.0).round().min(999.0);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// `Mon, 23 Nov 2026 04:15:31 GMT`, as HTTP headers send it.
#[must_use]
pub fn http_date(epoch_seconds: f64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, day, hour, minute, second, weekday) = civil(epoch_seconds);
    let (weekday, month) = (DAYS[weekday], MONTHS[month - 1]);
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

/// Year, month, day, hour, minute, second, days since Thursday. The proleptic Gregorian calendar, counted in 400-year
/// eras that begin on 1 March, so that the leap day is the last of its year.
fn civil(epoch_seconds: f64) -> (u64, usize, u64, u64, u64, u64, usize) {
    let seconds = Duration::from_secs_f64(epoch_seconds.max(0.0)).as_secs();
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let month = usize::try_from(month).unwrap_or(1);
    let weekday = usize::try_from(days % 7).unwrap_or(0);
    (year, month, day, of_day / 3600, of_day / 60 % 60, of_day % 60, weekday)
}

#[cfg(test)]
mod tests {
    use super::{http_date, iso8601};

    #[test]
    fn a_moment_is_spelt_in_both_formats() {
        assert_eq!(iso8601(1_795_407_331.25), "2026-11-23T04:15:31.250Z");
        assert_eq!(http_date(1_795_407_331.0), "Mon, 23 Nov 2026 04:15:31 GMT");
        assert_eq!(iso8601(951_782_400.0), "2000-02-29T00:00:00.000Z");
    }
}
