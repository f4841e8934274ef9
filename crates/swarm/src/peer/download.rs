//! What we request from one peer, and what it delivers.

use std::collections::VecDeque;

use torrent_core::layout::PieceIndex;

use super::in_flight::{InFlight, LateBlocks};
use super::rate_meter::RateMeter;
use super::request_window::RequestWindow;
use crate::Time;
use crate::limits::{REQUEST_QUEUE_DEFAULT, STALL};
use crate::wire::BlockAddress;

/// What we request from one peer, and what it delivers.
#[derive(Debug)]
pub(crate) struct Download {
    pub(crate) window: RequestWindow,
    /// Our requests that it has not answered yet, oldest first.
    pub(crate) in_flight: VecDeque<InFlight>,
    /// Requests that were cancelled, or that a choke made void: their blocks may still arrive.
    pub(crate) late: LateBlocks,
    /// Requests that it answered since it last choked us.
    pub(crate) answered: usize,
    /// Requests that it has rejected since its last block.
    pub(crate) rejected: usize,
    /// The piece whose blocks are being requested from it.
    pub(crate) current: Option<PieceIndex>,
    /// All unverified pieces of which it was asked for blocks.
    pub(crate) unverified: Vec<PieceIndex>,
    /// The picker's version when there was last nothing to request from it.
    pub(crate) nothing_since: Option<u64>,
    /// Payload bytes that it sends us.
    pub(crate) meter: RateMeter,
    pub(crate) last_block: Time,
    /// How long it has left requests unanswered since its last block. Time in which it chokes us does not count, nor do other
    /// messages end it.
    pub(crate) waited: Time,
    /// When it last choked us and made more requests void than it had answered.
    pub(crate) choked_at: Option<Time>,
    /// When we last did not read what it sent.
    pub(crate) unread_at: Option<Time>,
    /// A time within the last minute or so, and the bytes that it had sent by then.
    pub(crate) minute_ago: (Time, u64),
}

impl Download {
    pub(crate) fn new(now: Time) -> Self {
        Self {
            window: RequestWindow::new(REQUEST_QUEUE_DEFAULT),
            in_flight: VecDeque::new(),
            late: LateBlocks::default(),
            answered: 0,
            rejected: 0,
            current: None,
            unverified: Vec::new(),
            nothing_since: None,
            meter: RateMeter::starting(now),
            last_block: now,
            waited: Time::ZERO,
            choked_at: None,
            unread_at: None,
            minute_ago: (now, 0),
        }
    }

    /// The next requests are for blocks of `piece`.
    pub(crate) fn go_on_with(&mut self, piece: PieceIndex) {
        if self.current != Some(piece) {
            self.current = Some(piece);
            if !self.unverified.contains(&piece) {
                self.unverified.push(piece);
            }
        }
    }

    /// A piece of which it was asked for blocks is verified, or bad.
    pub(crate) fn forget_piece(&mut self, piece: PieceIndex) {
        if self.current == Some(piece) {
            self.current = None;
        }
        if let Some(index) = self.unverified.iter().position(|other| *other == piece) {
            self.unverified.swap_remove(index);
            self.nothing_since = None;
        }
    }

    /// Takes the request for a block from those in flight.
    pub(crate) fn take_request(&mut self, block: BlockAddress) -> Option<InFlight> {
        let index = self.in_flight.iter().position(|request| request.block == block)?;
        self.in_flight.remove(index)
    }

    /// Remembers once a minute how much it has sent.
    pub(crate) fn mark_minute(&mut self, now: Time) {
        if now.saturating_sub(self.minute_ago.0) > STALL {
            self.minute_ago = (now, self.meter.total());
        }
    }

    /// For how many seconds nothing has come of what it was asked for.
    pub(crate) fn seconds_waiting(&self, now: Time) -> f64 {
        self.waiting_since().map_or(0.0, |since| now.saturating_sub(since).as_secs_f64())
    }

    /// Since when nothing has come of the request that waits longest.
    pub(crate) fn waiting_since(&self) -> Option<Time> {
        let unread_at = self.unread_at.unwrap_or_default();
        self.in_flight.front().map(|request| request.sent_at.max(self.last_block).max(unread_at))
    }
}
