//! The range of bytes that a client asks for (RFC 9110, 14).

use std::ops::Range;

/// One range of a `Range` field; numbers that are too large for anything count as the largest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ByteRange {
    /// From this byte on.
    From(u64),
    /// From this byte up to and with that one.
    Between(u64, u64),
    /// So many bytes at the end.
    Last(u64),
}

/// What a range is of content of some length.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Satisfied {
    /// These bytes of it.
    Part(Range<u64>),
    /// None of its bytes: status 416.
    Nothing,
}

impl ByteRange {
    /// Reads the value of a `Range` field. `None` for what may be ignored: another unit, several ranges, and what is no range.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let (unit, ranges) = value.split_at(value.iter().position(|byte| *byte == b'=')?);
        if !unit.eq_ignore_ascii_case(b"bytes") {
            return None;
        }
        let range = ranges[1..].trim_ascii();
        let dash = range.iter().position(|byte| *byte == b'-')?;
        match (&range[..dash], &range[dash + 1..]) {
            (b"", count) => number(count).map(Self::Last),
            (first, b"") => number(first).map(Self::From),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::Between(first, last))
            }
        }
    }

    /// Which bytes of content of this length it has.
    pub fn of(self, length: u64) -> Satisfied {
        let range = match self {
            Self::From(first) => first..length,
            Self::Between(first, last) => first..last.saturating_add(1).min(length),
            Self::Last(count) => length.saturating_sub(count)..length,
        };
        if range.is_empty() { Satisfied::Nothing } else { Satisfied::Part(range) }
    }
}

fn number(digits: &[u8]) -> Option<u64> {
    let are_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let append = |sum: u64, digit: &u8| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
    are_digits.then(|| digits.iter().fold(0, append))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_all_else_ignored() {
        use ByteRange::{Between, From, Last};
        let cases: [(&str, Option<ByteRange>); 18] = [
            ("bytes=0-0", Some(Between(0, 0))),
            ("bytes=5-99", Some(Between(5, 99))),
            ("Bytes=5-", Some(From(5))),
            ("bytes= 5-7 ", Some(Between(5, 7))),
            ("bytes=-3", Some(Last(3))),
            ("bytes=-0", Some(Last(0))),
            ("bytes=0-99999999999999999999999", Some(Between(0, u64::MAX))),
            ("bytes=99999999999999999999999-", Some(From(u64::MAX))),
            ("bytes=7-5", None),
            ("bytes=-", None),
            ("bytes=", None),
            ("bytes", None),
            ("bytes=0-1,5-6", None),
            ("bytes=a-b", None),
            ("bytes=+1-2", None),
            ("bytes=1--2", None),
            ("bytes=0x1-0x2", None),
            ("lines=1-2", None),
        ];
        for (value, range) in cases {
            assert_eq!(ByteRange::parse(value.as_bytes()), range, "{value}");
        }
    }

    #[test]
    fn a_range_has_bytes_of_the_content_or_none() {
        use ByteRange::{Between, From, Last};
        let cases = [
            (Between(0, 0), 10, Satisfied::Part(0..1)),
            (Between(3, 99), 10, Satisfied::Part(3..10)),
            (Between(0, u64::MAX), 10, Satisfied::Part(0..10)),
            (Between(10, 12), 10, Satisfied::Nothing),
            (From(9), 10, Satisfied::Part(9..10)),
            (From(10), 10, Satisfied::Nothing),
            (From(u64::MAX), 10, Satisfied::Nothing),
            (Last(3), 10, Satisfied::Part(7..10)),
            (Last(99), 10, Satisfied::Part(0..10)),
            (Last(0), 10, Satisfied::Nothing),
            (From(0), 0, Satisfied::Nothing),
            (Last(1), 0, Satisfied::Nothing),
        ];
        for (range, length, expected) in cases {
            assert_eq!(range.of(length), expected, "{range:?} of {length}");
        }
    }
}
