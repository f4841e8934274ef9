//! The order of versions in names: `1.10` is later than `1.9`, and `1.0` later than `1.0-rc1`.

use std::cmp::Reverse;

/// What a name is compared by: whatever has the later version is less. Names that differ in words have their usual order.
/// Case makes no difference.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct LatestFirst(Vec<NamePart>);

/// A piece of a name. The order of these variants is part of the order of versions.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum NamePart {
    /// How many digits without leading zeros, and which: numbers have no limit.
    Number(Reverse<(usize, String)>),
    Text(String),
    End,
    /// `-rc` and the like: what has it comes before what ends there or goes on otherwise.
    Early(Reverse<String>),
}

impl LatestFirst {
    pub(super) fn of(name: &str) -> Self {
        let name = name.to_lowercase();
        let mut parts: Vec<NamePart> = Vec::new();
        let mut rest = name.as_str();
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|c| class(c) != class(first)).unwrap_or(rest.len());
            let (run, behind) = rest.split_at(end);
            // A mark before such a word belongs to it.
            let mark = matches!(parts.last(), Some(NamePart::Text(mark)) if !mark.starts_with(char::is_alphanumeric));
            if EARLY.contains(&run) && mark {
                parts.pop();
            }
            parts.push(NamePart::of(run));
            rest = behind;
        }
        parts.push(NamePart::End);
        Self(parts)
    }
}

impl NamePart {
    fn of(run: &str) -> Self {
        if run.starts_with(|c: char| c.is_ascii_digit()) {
            let digits = run.trim_start_matches('0');
            return Self::Number(Reverse((digits.len(), digits.to_owned())));
        }
        let is_early = EARLY.contains(&run) || run.starts_with('~');
        if is_early { Self::Early(Reverse(run.to_owned())) } else { Self::Text(run.to_owned()) }
    }
}

#[derive(PartialEq)]
enum Class {
    Digit,
    Letter,
    Mark,
}

fn class(c: char) -> Class {
    match c {
        '0'..='9' => Class::Digit,
        _ if c.is_alphanumeric() => Class::Letter,
        _ => Class::Mark,
    }
}

/// What versions are called before they are out.
const EARLY: [&str; 8] = ["alpha", "beta", "dev", "nightly", "pre", "preview", "rc", "snapshot"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_version_comes_first() {
        let cases = [
            ("desk-2", "desk-1"),
            ("desk-2", "desk"),
            ("desk-2.iso", "desk.iso"),
            ("app 1.10", "app 1.9"),
            ("app-1.10.iso", "app-1.9.iso"),
            ("app-1.0.1", "app-1.0"),
            ("app-1.0.1.iso", "app-1.0.iso"),
            ("app-1.0-rc10", "app-1.0-rc2"),
            ("app-1.0", "app-1.0-rc1"),
            ("app-1.0.iso", "app-1.0-rc1.iso"),
            ("app-1.0", "app-1.0rc1"),
            ("app-1.0", "app-1.0~git"),
            ("app-1.0-rc", "app-1.0-beta"),
            ("app-2026-11-01", "app-2026-09-30"),
            ("app-10000000000000000000000", "app-9"),
            ("app-10", "app-009"),
            ("APP-2", "app-1"),
            ("a", "b"),
            ("desk-1", "serv-9"),
        ];
        for (first, second) in cases {
            assert!(LatestFirst::of(first) < LatestFirst::of(second), "{first} is before {second}");
        }
        assert_eq!(LatestFirst::of("app-1.01"), LatestFirst::of("APP-1.1"));
    }
}
