//! Times and durations as they are typed and shown.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::escape::{escape, escape_path};
use crate::failure::Failure;
use crate::world::World;

/// Reads epoch seconds, RFC 3339 such as `2024-05-01T12:00:00Z`, or a day such as `2024-05-01`, which starts at midnight UTC; gives
/// epoch seconds.
pub fn parse_time(text: &str) -> Result<i64, Failure> {
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    if let Some(midnight) = midnight_of(text) {
        return Ok(midnight);
    }
    let time: Timestamp = text.parse().map_err(|_| not_a_time(text))?;
    // Towards the past, so that a fraction before 1970 does not move to the next second.
    Ok(time.as_second() - i64::from(time.subsec_nanosecond() < 0))
}

/// Where a day starts in UTC.
fn midnight_of(text: &str) -> Option<i64> {
    // `YYYY-MM-DD` only: jiff reads times as days, too.
    let day: Date = (text.len() == 10).then(|| text.parse().ok()).flatten()?;
    Some(day.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp().as_second())
}

/// Shows RFC 3339 in UTC; a time beyond the years -9999 to 9999 as epoch seconds.
pub fn show_time(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

/// Reads `90` (seconds), `90s`, `5m`, `2h` or `30d`. More than 100 years count as that: whoever adds one to a time need not
/// fear that there is no such time.
pub fn parse_duration(text: &str) -> Result<Duration, Failure> {
    let (number, unit) = match text.as_bytes().last() {
        Some(b's') => (&text[..text.len() - 1], 1),
        Some(b'm') => (&text[..text.len() - 1], 60),
        Some(b'h') => (&text[..text.len() - 1], 3600),
        Some(b'd') => (&text[..text.len() - 1], 86_400),
        _ => (text, 1),
    };
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(not_a_duration(text));
    }
    // Digits that no `u64` holds are beyond the longest, too.
    let count: u64 = number.parse().unwrap_or(u64::MAX);
    Ok(Duration::from_secs(count.saturating_mul(unit)).min(LONGEST))
}

/// Shows seconds as `45 s`, `2 m 5 s`, `42 m`, `2 h 5 m` or `3 d 4 h`: two units at most, and the second only where it says something.
pub fn show_duration(seconds: u64) -> String {
    let (value, unit, rest, rest_unit) = match seconds {
        0..60 => (seconds, "s", 0, ""),
        60..600 => (seconds / 60, "m", seconds % 60, "s"),
        600..3600 => (seconds / 60, "m", 0, ""),
        3600..86_400 => (seconds / 3600, "h", seconds / 60 % 60, "m"),
        _ => (seconds / 86_400, "d", seconds / 3600 % 24, "h"),
    };
    if rest == 0 { format!("{value} {unit}") } else { format!("{value} {unit} {rest} {rest_unit}") }
}

/// The time `SOURCE_DATE_EPOCH` wants written instead of now; an empty one counts as absent.
pub fn source_date_epoch(world: &World) -> Result<Option<i64>, Failure> {
    let Some(value) = world.var(SOURCE_DATE_EPOCH).filter(|value| !value.is_empty()) else { return Ok(None) };
    match value.to_str().map(str::parse::<i64>) {
        Some(Ok(seconds)) => Ok(Some(seconds)),
        _ => Err(Failure::usage(format!(
            "`{SOURCE_DATE_EPOCH}` in the environment: `{}` is not epoch seconds",
            escape_path(value.as_ref())
        ))),
    }
}

fn not_a_time(text: &str) -> Failure {
    let text = escape(text.as_bytes());
    Failure::usage(format!(
        "`{text}` is not a time: write epoch seconds, `2024-05-01` or RFC 3339 such as `2024-05-01T12:00:00Z`"
    ))
}

fn not_a_duration(text: &str) -> Failure {
    Failure::usage(format!(
        "`{}` is not a duration such as `90`, `90s`, `5m`, `2h` or `30d`",
        escape(text.as_bytes())
    ))
}

/// The longest duration that can be typed: 100 years.
const LONGEST: Duration = Duration::from_secs(36_525 * 86_400);

const SOURCE_DATE_EPOCH: &str = "SOURCE_DATE_EPOCH";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        let cases = [
            ("0", Some(0)),
            ("-1", Some(-1)),
            ("1714564800", Some(1_714_564_800)),
            ("2024-05-01T12:00:00Z", Some(1_714_564_800)),
            ("2024-05-01T14:00:00+02:00", Some(1_714_564_800)),
            ("2024-05-01T12:00:00.999Z", Some(1_714_564_800)),
            ("1969-12-31T23:59:59.5Z", Some(-1)),
            ("2024-05-01", Some(1_714_521_600)),
            ("1969-12-31", Some(-86_400)),
            ("2024-02-30", None),
            ("2024-5-1", None),
            ("20240501", Some(20_240_501)),
            ("2024-05-01T", None),
            ("2024-05-01Z", None),
            ("2024-05-01T12:00:00", None),
            ("yesterday", None),
            ("", None),
            ("9223372036854775808", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(parse_time(text).ok(), seconds, "{text}");
        }
    }

    #[test]
    fn every_time_is_shown_and_reads_back() {
        assert_eq!(show_time(1_714_564_800), "2024-05-01T12:00:00Z");
        assert_eq!(show_time(-1), "1969-12-31T23:59:59Z");
        assert_eq!(show_time(i64::MAX), "9223372036854775807");
        for seconds in [i64::MIN, -400_000_000_000, -62_167_219_201, -1, 0, 253_402_207_201, i64::MAX] {
            assert_eq!(parse_time(&show_time(seconds)), Ok(seconds));
        }
    }

    #[test]
    fn durations_are_read() {
        let cases = [
            ("0", Some(0)),
            ("90", Some(90)),
            ("90s", Some(90)),
            ("5m", Some(300)),
            ("2h", Some(7200)),
            ("30d", Some(2_592_000)),
            ("36525d", Some(3_155_760_000)),
            ("36526d", Some(3_155_760_000)),
            ("18446744073709551615", Some(3_155_760_000)),
            ("18446744073709551615h", Some(3_155_760_000)),
            ("99999999999999999999s", Some(3_155_760_000)),
        ];
        let refused = ["", "s", "+5", "-5", "1.5h", "5 m", "3w", "99999999999999999999w", "5µ", "m5"];
        for (text, seconds) in cases.into_iter().chain(refused.map(|text| (text, None))) {
            assert_eq!(parse_duration(text).ok(), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[test]
    fn durations_are_shown() {
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 m"),
            (125, "2 m 5 s"),
            (601, "10 m"),
            (7200, "2 h"),
            (7325, "2 h 2 m"),
            (273_600, "3 d 4 h"),
        ] {
            assert_eq!(show_duration(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn source_date_epoch_is_taken_from_the_environment() {
        let cases =
            [(None, Ok(None)), (Some("12"), Ok(Some(12))), (Some(""), Ok(None)), (Some("x"), Err(()))];
        for (value, expected) in cases {
            let env = value.map(|value| (SOURCE_DATE_EPOCH.into(), value.into())).into_iter().collect();
            let world = World { env, ..World::empty("tool") };
            assert_eq!(source_date_epoch(&world).map_err(drop), expected, "{value:?}");
        }
    }
}
