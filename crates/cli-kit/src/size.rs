//! Sizes as they are typed and shown: always binary units.

use crate::escape::escape;
use crate::failure::Failure;

/// Reads `16384`, `256KiB`, `1MiB` or `1M` (the same), in any case; also what [`show_size`] shows without decimals.
pub fn parse_size(text: &str) -> Result<u64, Failure> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, suffix) = text.split_at(digits);
    let shift = shift_of(suffix.trim_start_matches(' ')).ok_or_else(|| not_a_size(text, number, suffix))?;
    if number.is_empty() {
        return Err(not_a_size(text, number, suffix));
    }
    let number = number.parse::<u64>().ok();
    number.and_then(|n| n.checked_mul(1 << shift)).ok_or_else(|| too_large(text))
}

/// Reads a rate of a second, as a size. Below 1 KiB, a single block of 16 KiB would take longer than peers wait.
///
/// # Errors
/// It is not a size, or less than that.
pub fn parse_rate(text: &str) -> Result<u64, Failure> {
    at_least(1 << 10, "at least 1KiB a second", text)
}

/// Reads how much memory there may be for pieces: at least 1 MiB, which is a few pieces of the usual length.
///
/// # Errors
/// It is not a size, or less than that.
pub fn parse_memory(text: &str) -> Result<u64, Failure> {
    at_least(1 << 20, "at least 1MiB", text)
}

fn at_least(least: u64, otherwise: &str, text: &str) -> Result<u64, Failure> {
    let size = parse_size(text)?;
    if size >= least { Ok(size) } else { Err(Failure::usage(otherwise)) }
}

/// Reads how many times as much is to be given as there is: `1`, `1.5`.
///
/// # Errors
/// It is not a number, or less than nothing.
pub fn parse_ratio(text: &str) -> Result<f64, Failure> {
    let ratio = text.parse::<f64>().ok().filter(|ratio| ratio.is_finite() && *ratio >= 0.0);
    ratio.ok_or_else(|| Failure::usage("not a ratio such as `1` or `1.5`"))
}

/// Shows `512 B`, `256 KiB`, `1.50 GiB`: decimals only where they say something.
pub fn show_size(size: u64) -> String {
    let shift = (size.max(1).ilog2() / 10 * 10).min(60);
    let (size, unit) = (u128::from(size), 1_u128 << shift);
    let name = NAMES[shift as usize / 10];
    if size.is_multiple_of(unit) {
        return format!("{} {name}", size / unit);
    }
    let hundredths = (size * 100 + unit / 2) / unit;
    if hundredths == 102_400 {
        return format!("1.00 {}", NAMES[shift as usize / 10 + 1]);
    }
    format!("{}.{:02} {name}", hundredths / 100, hundredths % 100)
}

/// Shows `312 MiB/s`, `25.6 MiB/s`, `1.50 GiB/s`: three digits, which do not flicker.
pub fn show_rate(rate: u64) -> String {
    let shift = (rate.max(1).ilog2() / 10 * 10).min(60);
    let value = rate as f64 / (1_u64 << shift) as f64;
    let digits = match value {
        _ if shift == 0 => 0,
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{value:.digits$} {}/s", NAMES[shift as usize / 10])
}

/// Shows `1.20 of 2.85 GiB`, both in the unit of the whole; without a whole, the part alone.
pub(crate) fn show_share(part: u64, whole: Option<u64>) -> String {
    let Some(whole) = whole else { return show_size(part) };
    let shift = (whole.max(1).ilog2() / 10 * 10).min(60);
    let (unit, name) = ((1_u64 << shift) as f64, NAMES[shift as usize / 10]);
    let digits = if shift == 0 { 0 } else { 2 };
    format!("{:.digits$} of {:.digits$} {name}", part as f64 / unit, whole as f64 / unit)
}

/// How far a suffix shifts the number: none or `B`, then `K`, `KiB`, `M`, ...
fn shift_of(suffix: &str) -> Option<u32> {
    let suffix = suffix.to_ascii_lowercase();
    if suffix.is_empty() || suffix == "b" {
        return Some(0);
    }
    let letter = suffix.strip_suffix("ib").unwrap_or(&suffix);
    let step = LETTERS.iter().position(|known| *known == letter)?;
    u32::try_from(step * 10 + 10).ok()
}

fn not_a_size(text: &str, number: &str, suffix: &str) -> Failure {
    let letter = suffix.strip_suffix(['B', 'b']).unwrap_or_default().to_ascii_uppercase();
    let is_decimal_unit = letter.len() == 1 && shift_of(&letter).is_some();
    if is_decimal_unit && !number.is_empty() {
        return Failure::usage(format!("sizes are in binary units: write `{number}{letter}iB`"));
    }
    Failure::usage(format!("`{}` is not a size such as `16384`, `256KiB` or `1M`", escape(text.as_bytes())))
}

fn too_large(text: &str) -> Failure {
    Failure::usage(format!("`{text}` is too large: sizes end below 16 EiB"))
}

const LETTERS: [&str; 6] = ["k", "m", "g", "t", "p", "e"];
const NAMES: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        let cases = [
            ("0", 0),
            ("16384", 16384),
            ("7B", 7),
            ("256KiB", 256 << 10),
            ("256kib", 256 << 10),
            ("256 KiB", 256 << 10),
            ("1M", 1 << 20),
            ("1m", 1 << 20),
            ("1MiB", 1 << 20),
            ("3G", 3 << 30),
            ("2TiB", 2 << 40),
            ("1p", 1 << 50),
            ("15E", 15 << 60),
            ("18446744073709551615", u64::MAX),
        ];
        for (text, size) in cases {
            assert_eq!(parse_size(text), Ok(size), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_size_is_refused_with_the_reason() {
        let not = "is not a size such as `16384`, `256KiB` or `1M`";
        let large = "is too large: sizes end below 16 EiB";
        let cases = [
            ("1MB", "sizes are in binary units: write `1MiB`".to_owned()),
            ("64kb", "sizes are in binary units: write `64KiB`".to_owned()),
            ("MB", format!("`MB` {not}")),
            ("", format!("`` {not}")),
            ("KiB", format!("`KiB` {not}")),
            ("-1", format!("`-1` {not}")),
            ("1.5G", format!("`1.5G` {not}")),
            ("1BiB", format!("`1BiB` {not}")),
            ("12x\x1b", format!("`12x\\x1b` {not}")),
            ("16E", format!("`16E` {large}")),
            ("99999999999999999999", format!("`99999999999999999999` {large}")),
        ];
        for (text, message) in cases {
            assert_eq!(parse_size(text).map_err(|failure| failure.message), Err(message), "{text}");
        }
    }

    #[test]
    fn rates_and_shares_are_shown() {
        for (rate, text) in [
            (0, "0 B/s"),
            (1023, "1023 B/s"),
            (1024, "1.00 KiB/s"),
            (26_843_546, "25.6 MiB/s"),
            (312 << 20, "312 MiB/s"),
            (1023 << 20, "1023 MiB/s"),
            (u64::MAX, "16.0 EiB/s"),
        ] {
            assert_eq!(show_rate(rate), text, "{rate}");
        }
        assert_eq!(show_share(1, Some(1000)), "1 of 1000 B");
        assert_eq!(show_share(1 << 20, Some(3 << 30)), "0.00 of 3.00 GiB");
        assert_eq!(show_share(5, None), "5 B");
    }

    #[test]
    fn sizes_are_shown() {
        let cases = [
            (0, "0 B"),
            (512, "512 B"),
            (1023, "1023 B"),
            (1025, "1.00 KiB"),
            (256 << 10, "256 KiB"),
            (3 << 29, "1.50 GiB"),
            ((1 << 20) - 1, "1.00 MiB"),
            (1000 << 20, "1000 MiB"),
            (u64::MAX, "16.00 EiB"),
        ];
        for (size, text) in cases {
            assert_eq!(show_size(size), text, "{size}");
        }
    }

    #[test]
    fn bounds_of_numbers() {
        for (parse, text, is_fine) in [
            (parse_rate as fn(&str) -> Result<u64, Failure>, "1KiB", true),
            (parse_rate, "1023", false),
            (parse_rate, "x", false),
            (parse_memory, "1M", true),
            (parse_memory, "1048575", false),
        ] {
            assert_eq!(parse(text).is_ok(), is_fine, "{text}");
        }
        for (text, is_fine) in
            [("0", true), ("1.5", true), ("-1", false), ("NaN", false), ("inf", false), ("x", false)]
        {
            assert_eq!(parse_ratio(text).is_ok(), is_fine, "{text}");
        }
    }
}
