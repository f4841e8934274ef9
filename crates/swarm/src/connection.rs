//! What is said of a connection: which side dialled, how a dial failed, why it is closed.

/// Which end of a connection dialled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// We dialled the peer.
    Outgoing,
    /// The peer dialled us.
    Incoming,
}

/// How a dial failed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DialError {
    /// Nobody listens there.
    Refused,
    /// No answer came in time.
    Unanswered,
    /// There is no way to the address, or the system does not let us dial it.
    Unreachable,
    /// The peer ended the connection before its handshake was there. Those that insist on encryption do so where it is missing.
    HungUp,
    /// The peer took the connection, and its handshake did not come in time.
    Silent,
    /// What came is no handshake of this torrent.
    Strange,
}

impl DialError {
    /// What a peer that was there did wrong.
    pub(crate) fn held_against(self) -> Option<CloseReason> {
        match self {
            Self::Silent => Some(CloseReason::Silent),
            Self::Strange => Some(CloseReason::Protocol),
            Self::Refused | Self::Unanswered | Self::Unreachable | Self::HungUp => None,
        }
    }
}

/// Why a connection is closed. Every reason is counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum CloseReason {
    /// Both have all they want.
    NothingToDo,
    /// There are better peers.
    NotNeeded,
    /// It was silent for too long.
    Silent,
    /// It kept us waiting for blocks.
    Stalled,
    /// It is us, or somebody we are connected to already.
    Duplicate,
    /// It broke the protocol.
    Protocol,
    /// It sent far more messages than an honest peer needs to.
    Flood,
    /// It sent data that does not fit its hash.
    Poison,
    /// It sent metadata that does not fit its hash, or none it promised.
    BadMetadata,
    /// It sent hashes (BEP 52) that do not lead to the root.
    BadHashes,
    /// The swarm is stopping.
    Stopping,
}

impl CloseReason {
    /// Whether no honest peer does so: several of these from one host get it banned.
    pub(crate) fn is_offence(self) -> bool {
        matches!(self, Self::Protocol | Self::Flood | Self::BadMetadata | Self::BadHashes)
    }
}
