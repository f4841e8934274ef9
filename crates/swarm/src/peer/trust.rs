//! What the pieces of one peer have shown of it.
//!
//! A new peer gives one piece at a time, and all blocks of it: if the hash is wrong, it is clear which peer is to blame. Every good piece
//! doubles how many unverified pieces the peer may have.

/// What a peer's pieces have shown.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trust {
    good: u32,
    suspect: bool,
}

impl Trust {
    /// A piece that it gave alone, or its part of one, was good.
    pub(crate) fn prove(&mut self, alone: bool) {
        self.suspect &= !alone;
        self.good = self.good.saturating_add(1);
    }

    /// It had a part in a bad piece.
    pub(crate) fn suspect(&mut self) {
        *self = Self { good: 0, suspect: true };
    }

    pub(crate) fn is_suspect(self) -> bool {
        self.suspect
    }

    pub(crate) fn is_proven(self) -> bool {
        self.good > 0 && !self.suspect
    }

    /// How many unverified pieces it may be at; `stranger` is where it begins.
    pub(crate) fn pieces_at_a_time(self, stranger: usize) -> usize {
        match self.good {
            _ if self.suspect => 1,
            0..10 => stranger << self.good,
            _ => usize::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_grows_with_good_pieces_and_ends_with_a_bad_one() {
        let mut trust = Trust::default();
        assert!(!trust.is_proven());
        assert_eq!(trust.pieces_at_a_time(1), 1);
        (0..3).for_each(|_| trust.prove(true));
        assert_eq!(trust.pieces_at_a_time(1), 8);
        trust.suspect();
        assert!(trust.is_suspect() && !trust.is_proven());
        assert_eq!(trust.pieces_at_a_time(1), 1);
        trust.prove(false);
        assert!(trust.is_suspect(), "a share of a good piece clears nobody");
        trust.prove(true);
        assert!(trust.is_proven());
    }
}
