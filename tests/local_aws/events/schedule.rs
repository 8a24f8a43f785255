//! Schedule expressions: `rate(15 minutes)`, `cron(0 12 * * ? *)` (EventBridge guide, scheduled rules).

/// Whether EventBridge takes the expression.
pub(super) fn is_valid(expression: &str) -> bool {
    let inside = |name: &str| expression.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
    match (inside("rate"), inside("cron")) {
        (Some(rate), _) => is_rate(rate),
        (None, Some(cron)) => is_cron(cron),
        (None, None) => false,
    }
}

/// A number above zero and its unit, singular for one and plural for more.
fn is_rate(rate: &str) -> bool {
    let Some((number, unit)) = rate.split_once(' ') else { return false };
    let units = match number.parse::<u32>() {
        Ok(1) => ["minute", "hour", "day"],
        Ok(2..) => ["minutes", "hours", "days"],
        Ok(0) | Err(_) => return false,
    };
    units.contains(&unit)
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// Six fields; of the day of the month and the day of the week one is `?`.
fn is_cron(cron: &str) -> bool {
    let fields: Vec<&str> = cron.split(' ').collect();
    let [minute, hour, day, month, weekday, year] = fields[..] else { return false };
    let of_month =
        |part: &str| ["L", "LW"].contains(&part) || part.strip_suffix('W').is_some_and(|at| is_in(at, 1, 31, &[]));
    let of_week = |part: &str| match part.split_once('#') {
        Some((at, nth)) => is_in(at, 1, 7, &DAYS) && is_in(nth, 1, 5, &[]),
        None => part.strip_suffix('L').is_some_and(|at| at.is_empty() || is_in(at, 1, 7, &DAYS)),
    };
    (day == "?") != (weekday == "?")
        && is_field(minute, 0, 59, &[], |_| false)
        && is_field(hour, 0, 23, &[], |_| false)
        && (day == "?" || is_field(day, 1, 31, &[], of_month))
        && is_field(month, 1, 12, &MONTHS, |_| false)
        && (weekday == "?" || is_field(weekday, 1, 7, &DAYS, of_week))
        && is_field(year, 1970, 2199, &[], |_| false)
}

/// A list of `*`, values, ranges, each with an increment; `special` is what only this field takes.
fn is_field(field: &str, low: u32, high: u32, names: &[&str], special: impl Fn(&str) -> bool) -> bool {
    field.split(',').all(|part| {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let is_range = match range.split_once('-') {
            Some((from, to)) => is_in(from, low, high, names) && is_in(to, low, high, names),
            None => range == "*" || is_in(range, low, high, names),
        };
        special(part) || is_range && step.is_none_or(|step| step.parse::<u32>().is_ok_and(|step| step > 0))
    })
}

fn is_in(value: &str, low: u32, high: u32, names: &[&str]) -> bool {
    names.contains(&value) || value.parse::<u32>().is_ok_and(|number| (low..=high).contains(&number))
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn a_rate_has_the_unit_that_its_number_asks_for() {
        for good in ["rate(1 minute)", "rate(15 minutes)", "rate(1 day)", "rate(2 hours)"] {
            assert!(is_valid(good), "{good}");
        }
        for bad in ["rate(15 minute)", "rate(1 minutes)", "rate(0 minutes)", "rate(5 weeks)", "rate(5)", "15 minutes"] {
            assert!(!is_valid(bad), "{bad}");
        }
    }

    #[test]
    fn a_cron_has_six_fields_and_one_question_mark() {
        for good in ["cron(0 12 * * ? *)", "cron(15,45 8-17 ? JAN-MAR MON-FRI 2026)", "cron(0/15 * L * ? *)"] {
            assert!(is_valid(good), "{good}");
        }
        for bad in ["cron(0 12 * * *)", "cron(0 12 * * * *)", "cron(60 12 * * ? *)", "cron(0 12 ? * ? *)"] {
            assert!(!is_valid(bad), "{bad}");
        }
    }
}
