//! Dates of feeds: read in the forms that occur, written in one.

use jiff::civil::{Date, DateTime};
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

/// Seconds since 1970 of a date as RSS has it (RFC 2822): any zone, any weekday, a year of two or four digits.
pub fn from_rfc_2822(text: &str) -> Option<i64> {
    let parser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    parser.parse_timestamp(text.trim()).ok().map(Timestamp::as_second)
}

/// Seconds since 1970 of a date as Atom and JSON Feed have it (RFC 3339); without a zone it is taken for UTC, without a
/// time for midnight.
pub fn from_rfc_3339(text: &str) -> Option<i64> {
    let text = text.trim();
    let timestamp = text.parse::<Timestamp>().ok();
    let civil = || text.parse::<DateTime>().ok().or_else(|| Some(text.parse::<Date>().ok()?.into()));
    let utc = || civil()?.to_zoned_datetime(TimeZone::UTC).ok();
    timestamp.or_else(|| utc().as_ref().map(ZonedDateTime::timestamp)).map(Timestamp::as_second)
}

/// A date of either form: feeds mix them.
pub(crate) fn from_any(text: &str) -> Option<i64> {
    from_rfc_2822(text).or_else(|| from_rfc_3339(text))
}

/// `Sun, 22 Nov 2026 05:00:00 +0000`: the one form that every reader understands.
pub fn to_rfc_2822(seconds: i64) -> String {
    let utc = clamped(seconds).to_zoned_datetime(TimeZone::UTC);
    strtime::format("%a, %d %b %Y %H:%M:%S +0000", &utc).unwrap_or_default()
}

/// Seconds since 1970 as Atom and JSON Feed write them: `2026-11-22T05:00:00Z`.
pub fn to_rfc_3339(seconds: i64) -> String {
    clamped(seconds).to_string()
}

/// Years of four digits, because no feed can say others.
fn clamped(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds.clamp(0, LAST)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The last second that a feed can name: 9999, less what a time zone may add.
pub(crate) const LAST: i64 = 253_402_207_200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        let cases = [
            ("Sun, 22 Nov 2026 05:00:00 +0000", Some(1_795_323_600)),
            ("Sun, 22 Nov 2026 05:00:00 GMT", Some(1_795_323_600)),
            ("Mon, 22 Nov 2026 06:00 +0100", Some(1_795_323_600)),
            ("22 Nov 26 00:00:00 EST", Some(1_795_323_600)),
            ("2026-11-22T05:00:00Z", Some(1_795_323_600)),
            ("2026-11-22T06:00:00.5+01:00", Some(1_795_323_600)),
            ("2026-11-22 05:00:00", Some(1_795_323_600)),
            (" 2026-11-22\n", Some(1_795_305_600)),
            ("yesterday", None),
            ("", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(from_any(text), seconds, "{text}");
        }
    }

    #[test]
    fn dates_are_written_and_read_back() {
        assert_eq!(to_rfc_2822(1_795_323_600), "Sun, 22 Nov 2026 05:00:00 +0000");
        assert_eq!(to_rfc_3339(1_795_323_600), "2026-11-22T05:00:00Z");
        for seconds in [0, 951_782_400, 1_795_323_600, LAST] {
            assert_eq!(from_rfc_2822(&to_rfc_2822(seconds)), Some(seconds));
            assert_eq!(from_rfc_3339(&to_rfc_3339(seconds)), Some(seconds));
        }
        assert_eq!(to_rfc_2822(i64::MAX), to_rfc_2822(LAST));
        assert_eq!(to_rfc_3339(i64::MIN), to_rfc_3339(0));
    }
}
