//! Where the long parts of a torrent end, as the scanner found them: whoever looks for a key need not pass over the list of
//! files once more.

use std::ops::Range;

use super::value::Dict;

/// What stands where in scanned bytes, roughly.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Outline {
    /// Strings, integers, and starts and ends of lists and dictionaries.
    pub(crate) tokens: usize,
    /// The long lists and dictionaries of the outer levels, by where they start.
    long: Vec<Range<usize>>,
}

impl Outline {
    /// Takes note of a list or dictionary that ends, if it is worth it. `around` says how many stand around it.
    pub(super) fn note(&mut self, place: Range<usize>, around: usize) {
        if LEVELS.contains(&around) && place.len() >= LONG {
            self.long.push(place);
        }
    }

    /// When all are noted: inner ones ended first.
    pub(super) fn sort(&mut self) {
        self.long.sort_unstable_by_key(|place| place.start);
    }

    /// The dictionary that starts at `start` of the bytes that were scanned.
    pub(crate) fn dict<'a>(&'a self, bytes: &'a [u8], start: usize) -> Dict<'a> {
        Dict::new(bytes, start, &self.long)
    }
}

/// The values of the outer dictionary and those of `info`. What stands deeper is read once, front to back.
const LEVELS: Range<usize> = 1..3;

/// In bytes: what is shorter is passed over soon enough, and so the notes take no more than a hundredth of the bytes.
const LONG: usize = 4096;
