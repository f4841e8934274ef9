//! Sizes as autobrr reads them: with the units of go-humanize, where `MB` is a million.

/// The size that a text is, `None` if it is none.
pub(super) fn of(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).unwrap_or(text.len());
    let number: f64 = text[..end].replace(',', "").parse().ok()?;
    let unit = text[end..].trim().to_ascii_lowercase();
    let (_, bytes) =
        UNITS.iter().find(|(name, _)| *name == unit || (unit.len() < 3 && unit == short(name)))?;
    Some((number * bytes) as u64)
}

/// The largest size in a text; tags of HTML count as spaces.
pub(super) fn in_text(text: &str) -> Option<u64> {
    let text = without_tags(text);
    let mut largest = None;
    let mut rest = text.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit() || c == '.') {
        let number = &rest[start..];
        let end = number.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(number.len());
        rest = &number[end..];
        largest = largest.max(of(&format!("{}{}", &number[..end], unit_at(rest.trim_start()))));
    }
    largest
}

/// The unit that a text begins with. A single `b` is found first, so that `bytes` is one as well.
fn unit_at(text: &str) -> &str {
    let begins = |name: &&(&str, f64)| {
        text.get(..name.0.len()).is_some_and(|start| !name.0.is_empty() && start.eq_ignore_ascii_case(name.0))
    };
    // What is no unit must not count as a bare number.
    UNITS.iter().find(begins).map_or("?", |(name, _)| &text[..name.len()])
}

fn without_tags(text: &str) -> String {
    let mut parts = text.split('<');
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('>') {
            Some((_, behind)) => clean.extend([" ", behind]),
            None => clean.extend(["<", part]),
        }
    }
    clean
}

/// `k` of `kb`, `ki` of `kib`.
fn short(name: &str) -> &str {
    name.strip_suffix('b').unwrap_or(name)
}

const UNITS: [(&str, f64); 10] = [
    ("", 1.0),
    ("b", 1.0),
    ("kb", 1e3),
    ("kib", 1024.0),
    ("mb", 1e6),
    ("mib", 1_048_576.0),
    ("gb", 1e9),
    ("gib", 1_073_741_824.0),
    ("tb", 1e12),
    ("tib", 1_099_511_627_776.0),
];

#[cfg(test)]
mod tests {
    use super::{in_text, of};

    #[test]
    fn sizes_are_read() {
        let cases = [
            ("1005785792", Some(1_005_785_792)),
            ("26.34 GiB", Some(28_282_359_644)),
            ("938 MB", Some(938_000_000)),
            ("1,000 kb", Some(1_000_000)),
            ("2G", Some(2_000_000_000)),
            ("2 Gi", Some(2_147_483_648)),
            ("12 b", Some(12)),
            ("big", None),
            ("2 files", None),
            ("1.2.3 MB", None),
            ("", None),
        ];
        for (text, size) in cases {
            assert_eq!(of(text), size, "{text}");
        }
    }

    #[test]
    fn the_largest_in_a_text_counts() {
        let cases = [
            ("Size: 12GB", Some(12_000_000_000)),
            ("<strong>Size</strong>: 20.48 GiB<br>", Some(21_990_232_555)),
            ("38B ago<br>Size: 32GB", Some(32_000_000_000)),
            ("Size: 3 KiB", Some(3072)),
            ("12 files, 938 MB", Some(938_000_000)),
            ("38 minutes ago", None),
            ("no size", None),
        ];
        for (text, size) in cases {
            assert_eq!(in_text(text), size, "{text}");
        }
    }
}
