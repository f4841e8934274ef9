//! What is known of a piece that was looked at.

/// What is known of a piece.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It was not read.
    Unread,
    /// Every hash fits.
    Good,
    /// The v1 hash does not fit, or the v2 hash, or neither.
    Bad {
        /// The SHA-1 hash of the piece does not fit.
        v1: bool,
        /// The hash in the tree does not fit.
        v2: bool,
    },
    /// Some of its bytes are not there or could not be read.
    Hole,
}

impl Verdict {
    /// Whether one half of a hybrid says yes and the other no: then the torrent contradicts itself.
    pub fn is_disputed(&self) -> bool {
        matches!(self, Self::Bad { v1, v2 } if v1 != v2)
    }
}
