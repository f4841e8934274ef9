//! What is wrong with bencode: faults that can be read over, and errors that cannot.

use std::fmt;

/// Something readable that canonical bencode would not hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The byte it starts at.
    pub offset: usize,
    /// The kind of fault.
    pub kind: FaultKind,
}

/// The ways in which readable bencode is not canonical.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FaultKind {
    /// A dictionary's keys are not in the order of their bytes.
    Unsorted,
    /// The same key twice in a row.
    DuplicateKey,
    /// An integer with a leading zero, or `-0`.
    Integer,
    /// A string's length with a leading zero.
    StringLength,
    /// Bytes behind the value.
    Trailing,
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsorted => "dictionary keys are not sorted",
            Self::DuplicateKey => "a dictionary key occurs twice",
            Self::Integer => "an integer has a leading zero or is -0",
            Self::StringLength => "the length of a string has a leading zero",
            Self::Trailing => "bytes follow the end of the torrent",
        })
    }
}

/// Why bytes are no bencoded value, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct ScanError {
    /// The byte at which reading stopped.
    pub offset: usize,
    /// What is wrong there.
    pub kind: ScanErrorKind,
}

/// What keeps bytes from being a bencoded value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ScanErrorKind {
    /// The bytes end inside a value.
    #[error("the data ends early")]
    EndsEarly,
    /// No value starts with this byte.
    #[error("no bencoded value")]
    NoValue,
    /// An integer without digits, or with something else among them.
    #[error("malformed integer")]
    Integer,
    /// An integer outside -2^63 to 2^64 - 1.
    #[error("integer out of range")]
    IntegerRange,
    /// The length of a string is not a number followed by a colon.
    #[error("malformed string length")]
    StringLength,
    /// A string is longer than what is left.
    #[error("a string runs past the end")]
    StringPastEnd,
    /// A dictionary key that is an integer, list or dictionary.
    #[error("a dictionary key is no string")]
    KeyIsNoString,
    /// A dictionary ends behind a key.
    #[error("a dictionary key has no value")]
    KeyWithoutValue,
    /// Lists and dictionaries nested deeper than allowed.
    #[error("nested too deep")]
    Nesting,
}
