//! What one peer gets from us.

use std::collections::VecDeque;

use super::rate_meter::RateMeter;
use crate::Time;
use crate::wire::BlockAddress;

/// What one peer gets from us.
#[derive(Debug)]
pub(crate) struct UploadQueue {
    /// Its requests that are not being answered yet.
    pub(crate) requests: VecDeque<BlockAddress>,
    /// Blocks that are being sent to it.
    pub(crate) sending: usize,
    /// When the last of them left, or the first was to be sent.
    moved_at: Time,
    /// Some of them wait for a check of our own data.
    waits_for_check: bool,
    /// Counts payload bytes that were sent.
    pub(crate) meter: RateMeter,
    /// When we last choked or unchoked it.
    pub(crate) choke_changed: Time,
    /// What it had taken when it was last unchoked.
    pub(crate) taken_before: u64,
}

impl UploadQueue {
    pub(crate) fn new(now: Time) -> Self {
        Self {
            requests: VecDeque::new(),
            sending: 0,
            moved_at: now,
            waits_for_check: false,
            meter: RateMeter::starting(now),
            choke_changed: now,
            taken_before: 0,
        }
    }

    /// A block is to be sent.
    pub(crate) fn send(&mut self, now: Time) {
        if self.sending == 0 {
            self.moved_at = now;
        }
        self.sending += 1;
    }

    /// A block has left.
    pub(crate) fn sent(&mut self, now: Time) {
        (self.sending, self.moved_at) = (self.sending.saturating_sub(1), now);
    }

    /// Blocks that are to be sent wait for a check of our own data, or do so no more: then its time begins.
    pub(crate) fn wait_for_check(&mut self, waits: bool, now: Time) {
        (self.waits_for_check, self.moved_at) = (waits, now);
    }

    /// Blocks are to be sent to it, and it does not take any: what waits for others need not wait for it.
    pub(crate) fn is_stuck(&self, now: Time) -> bool {
        self.sending > 0 && now.saturating_sub(self.moved_at) > STUCK
    }

    /// Whether it has done nothing with its slot for long enough to lose it to others. What it does not take may be our fault for a while,
    /// because others kept us from sending.
    pub(crate) fn is_unused(&self, now: Time) -> bool {
        let is_idle = self.sending == 0 && self.requests.is_empty();
        let patience = if is_idle { UNUSED } else { UNMOVED };
        !self.waits_for_check && now.saturating_sub(self.moved_at.max(self.choke_changed)) >= patience
    }

    /// Whether it has done nothing at all with its slot since it was unchoked.
    pub(crate) fn is_wasted(&self, now: Time) -> bool {
        self.meter.total() == self.taken_before && self.is_unused(now)
    }
}

/// How long a peer may take nothing before others have their turn.
const STUCK: Time = Time::from_millis(500);

/// How long a peer that has a slot may request nothing. An honest one requests as soon as it hears that it may.
const UNUSED: Time = Time::from_secs(3);

/// How long a peer that has a slot may take nothing of what is sent to it.
const UNMOVED: Time = Time::from_secs(15);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_our_check_is_no_waste_of_the_peer() {
        let mut queue = UploadQueue::new(Time::ZERO);
        queue.send(Time::ZERO);
        queue.wait_for_check(true, Time::from_secs(1));
        assert!(!queue.is_unused(Time::from_secs(100)));
        queue.wait_for_check(false, Time::from_secs(100));
        assert!(!queue.is_unused(Time::from_secs(114)), "its time begins when it is checked");
        assert!(queue.is_unused(Time::from_secs(115)) && queue.is_wasted(Time::from_secs(115)));
    }
}
