//! A piece that a peer was shown: it may request it.

use torrent_core::layout::PieceIndex;

use crate::Time;

/// A piece that a peer was shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct PromisedPiece {
    pub(super) piece: PieceIndex,
    length: u32,
    /// When it was shown. What was promised first is sent first, and to its end.
    pub(super) at: Time,
    /// When the peer requested something of it last.
    asked_at: Time,
    /// Bytes that were sent.
    sent: u32,
    /// It counts as promised: the line is kept free for it.
    is_open: bool,
}

impl PromisedPiece {
    pub(super) fn new(piece: PieceIndex, length: u32, now: Time) -> Self {
        Self { piece, length, at: now, asked_at: now, sent: 0, is_open: true }
    }

    /// Bytes that are promised and not sent.
    pub(super) fn open_bytes(&self) -> u32 {
        if self.is_open { self.length.saturating_sub(self.sent) } else { 0 }
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Nothing of it was sent.
    pub(super) fn is_untouched(&self) -> bool {
        self.sent == 0
    }

    /// Nobody has asked for it for too long.
    pub(super) fn is_stale(&self, now: Time) -> bool {
        self.is_open && now.saturating_sub(self.asked_at) > UNASKED
    }

    /// A block of it is requested; whether it is given. It may be sent twice in all, because blocks of others may have spoilt it.
    pub(super) fn ask(&mut self, now: Time) -> bool {
        self.asked_at = now;
        self.sent < self.length.saturating_mul(2)
    }

    /// So much of it was sent; gives how much of that was promised.
    pub(super) fn send(&mut self, bytes: u32) -> u32 {
        let before = self.open_bytes();
        self.sent = self.sent.saturating_add(bytes);
        self.is_open &= self.sent < self.length;
        before - self.open_bytes()
    }

    /// It is promised no more, though it may still be requested: the peer was told of it. Gives what is not sent.
    pub(super) fn end(&mut self) -> u32 {
        let left = self.open_bytes();
        self.is_open = false;
        left
    }
}

/// How long a promise waits for its first request, or the next.
const UNASKED: Time = Time::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_ends_with_its_last_byte_and_what_follows_is_given_once_more() {
        let mut promise = PromisedPiece::new(PieceIndex::from(3), 100, Time::ZERO);
        assert_eq!(
            [promise.send(60), promise.open_bytes(), promise.send(60), promise.send(60)],
            [60, 40, 40, 0]
        );
        assert!(!promise.is_open() && promise.ask(Time::ZERO));
        promise.send(60);
        assert!(!promise.ask(Time::ZERO), "it was sent twice");
    }

    #[test]
    fn a_promise_that_is_not_taken_up_is_stale() {
        let mut promise = PromisedPiece::new(PieceIndex::from(3), 100, Time::ZERO);
        assert!(!promise.is_stale(UNASKED) && promise.is_stale(2 * UNASKED));
        promise.ask(UNASKED);
        assert!(!promise.is_stale(2 * UNASKED));
        assert_eq!((promise.end(), promise.end()), (100, 0));
        assert!(!promise.is_stale(9 * UNASKED));
    }
}
