//! What the pieces of one peer have shown of it.
//!
//! A new peer gives one piece at a time, and all blocks of it: if the hash is wrong, it is clear who is to blame. Every good piece
//! doubles how many unverified pieces the peer may have.

/// What a peer's pieces have shown.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Standing {
    good: u32,
    suspect: bool,
}

impl Standing {
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
        let mut standing = Standing::default();
        assert!(!standing.is_proven());
        assert_eq!(standing.pieces_at_a_time(1), 1);
        (0..3).for_each(|_| standing.prove(true));
        assert_eq!(standing.pieces_at_a_time(1), 8);
        standing.suspect();
        assert!(standing.is_suspect() && !standing.is_proven());
        assert_eq!(standing.pieces_at_a_time(1), 1);
        standing.prove(false);
        assert!(standing.is_suspect(), "a share of a good piece clears nobody");
        standing.prove(true);
        assert!(standing.is_proven());
    }
}
