//! When one peer was last heard of, and when it last heard of us.

use crate::Time;

/// When one peer was last heard of, and when it last heard of us.
#[derive(Debug)]
pub(crate) struct Liveness {
    pub(crate) connected_at: Time,
    /// When its last message came.
    pub(crate) last_message: Time,
    /// It has sent a message after its handshake.
    pub(crate) has_sent_message: bool,
    /// When we last sent a keep-alive.
    pub(crate) last_keep_alive: Time,
}

impl Liveness {
    pub(crate) fn new(now: Time) -> Self {
        Self { connected_at: now, last_message: now, has_sent_message: false, last_keep_alive: now }
    }
}
