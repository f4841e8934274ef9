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
    /// Counts payload bytes that were sent.
    pub(crate) meter: RateMeter,
    /// When we last choked or unchoked it.
    pub(crate) choke_changed: Time,
}

impl UploadQueue {
    pub(crate) fn new(now: Time) -> Self {
        Self { requests: VecDeque::new(), sending: 0, meter: RateMeter::starting(now), choke_changed: now }
    }
}
