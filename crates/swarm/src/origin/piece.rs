//! What became of a piece: how often it was given, and whether it is out of our hands.

use crate::{ConnectionId, Time};

/// What became of a piece.
#[derive(Clone, Debug)]
pub(super) struct PieceFate {
    /// Bytes that peers ask for; 0 for padding.
    pub(super) length: u32,
    /// How often it was given.
    pub(super) times: u32,
    /// To whom it was given last, and when.
    pub(super) holder: Option<ConnectionId>,
    given_at: Time,
    /// When somebody announced it first, nobody having been given it.
    claimed_at: Option<Time>,
    /// When somebody announced it last to whom it was not given.
    seen_at: Time,
    /// Somebody has it who did not get it from us.
    pub(super) is_spread: bool,
    /// How many connected peers say that they have it.
    pub(super) available: u32,
    /// It is not here any more: nobody is given it.
    pub(super) is_gone: bool,
}

impl PieceFate {
    pub(super) fn new(length: u32) -> Self {
        Self {
            length,
            times: 0,
            holder: None,
            given_at: Time::ZERO,
            claimed_at: None,
            seen_at: Time::ZERO,
            is_spread: false,
            available: 0,
            is_gone: false,
        }
    }

    /// It was not given to anybody, and nobody had it from elsewhere.
    pub(super) fn is_fresh(&self) -> bool {
        self.times == 0 && !self.is_spread && !self.is_gone
    }

    /// What was known of its spread is doubted, or it would not be given again.
    pub(super) fn give(&mut self, to: ConnectionId, now: Time) {
        (self.times, self.holder, self.given_at, self.is_spread) = (self.times + 1, Some(to), now, false);
    }

    /// The last that it was given to got nothing of it.
    pub(super) fn take_back(&mut self) {
        (self.times, self.holder) = (self.times.saturating_sub(1), None);
    }

    /// Somebody announced it whose word is no evidence, nobody having been given it: another seed may have given it.
    pub(super) fn claim(&mut self, now: Time) {
        self.claimed_at.get_or_insert(now);
    }

    /// It was announced first no longer ago than that. How often it is announced is no matter: a liar holds it up once.
    pub(super) fn was_claimed_within(&self, time: Time, now: Time) -> bool {
        self.claimed_at.is_some_and(|at| now.saturating_sub(at) < time)
    }

    /// Somebody announced it to whom it was not given; whether it is the first.
    pub(super) fn see(&mut self, now: Time) -> bool {
        self.seen_at = now;
        !std::mem::replace(&mut self.is_spread, true)
    }

    /// It was neither given nor newly announced for so long.
    pub(super) fn is_quiet_for(&self, patience: Time, now: Time) -> bool {
        now.saturating_sub(self.given_at.max(self.seen_at)) > patience
    }

    pub(super) fn given_at(&self) -> Time {
        self.given_at
    }
}
