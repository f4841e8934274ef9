//! Sizes in texts, as Sonarr's `RssParser.ParseSize` finds them.

/// Bytes: of digits alone, else of the first number with a unit; 0 if there is none, `None` if it is beyond 64 bits.
pub(super) fn of(text: &str) -> Option<u64> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse::<i64>().ok().and_then(|size| u64::try_from(size).ok());
    }
    let units = text.match_indices(['k', 'K', 'm', 'M', 'g', 'G']);
    Some(units.filter_map(|(at, unit)| with_unit(text, at, unit)).next().unwrap_or_default())
}

/// The number before a unit. Between them is at most one character, which is no letter.
fn with_unit(text: &str, at: usize, unit: &str) -> Option<u64> {
    let rest = &text[at + 1..];
    let after = rest.strip_prefix(['i', 'I']).unwrap_or(rest).strip_prefix(['b', 'B'])?;
    if after.starts_with(|c: char| is_word(c) || c == '/') {
        return None;
    }
    let before = &text[..at];
    let number = number(before.strip_suffix(|c: char| !is_word(c)).unwrap_or(before))?;
    let shift = match unit {
        "k" | "K" => 10,
        "m" | "M" => 20,
        _ => 30,
    };
    Some((number * f64::from(1_u32 << shift)).round_ties_even() as u64)
}

/// The longest number at the end of a text: commas in it, three decimals at most, and not itself behind a point.
fn number(text: &str) -> Option<f64> {
    let start = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ',').len();
    let starts = start..text.len();
    let found = starts.into_iter().find(|at| is_number(&text[*at..]) && !is_behind_point(&text[..*at]))?;
    text[found..].replace(',', "").parse().ok()
}

fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, decimals) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    whole.split(',').all(digits) && decimals.is_none_or(|rest| digits(rest) && rest.len() <= 3)
}

fn is_behind_point(before: &str) -> bool {
    before.trim_end_matches(|c: char| c.is_ascii_digit()).ends_with('.')
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::of;

    const GIB: u64 = 1 << 30;

    #[test]
    fn sizes_are_found_as_the_expression_finds_them() {
        let cases = [
            ("1005785792", 1_005_785_792),
            (" 1005785792 ", 0),
            ("", 0),
            ("2 GB", 2 * GIB),
            ("2GB", 2 * GIB),
            ("2gib", 2 * GIB),
            ("Size:  2  GB", 0),
            ("Size: 2\u{a0}GB", 2 * GIB),
            ("2-GB", 2 * GIB),
            ("1.5 GiB", 3 * GIB / 2),
            ("1.125 GiB", GIB + GIB / 8),
            ("1.2345 GB", 0),
            ("1,024 MB", GIB),
            ("1.2.5 GB", 0),
            ("12 files, 938 MB of x", 938 << 20),
            ("3 GB/s, then 2 GB", 2 * GIB),
            ("2 GBytes", 0),
            ("2 TB", 0),
            ("about 700 KB or 2 GB", 700 << 10),
            ("v1.MB", 1 << 20),
            ("3,000.5MB", 3_146_252_288),
            ("2,048,000.0KB", 2_097_152_000),
            ("5.54 GiB", 5_948_529_705),
            ("100 Kbps", 0),
            ("100 Kb/s", 0),
            ("1000000000 other", 0),
        ];
        for (text, size) in cases {
            assert_eq!(of(text), Some(size), "{text}");
        }
        assert_eq!(of("99999999999999999999"), None);
    }
}
