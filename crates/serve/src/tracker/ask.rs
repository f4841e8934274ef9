//! What a tracker is asked and what it answers, over HTTP and UDP alike.

use std::net::IpAddr;
use std::time::Duration;

use super::InfoHash;
use super::swarm_peers::PeerAddress;

/// What an announce asks.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) info_hash: InfoHash,
    /// Where the question came from, and the port that it names; 0: it is not to be listed. No other address is ever listed, whatever an
    /// announce says.
    pub(super) asker: PeerAddress,
    pub(super) is_seed: bool,
    /// It has not received anything since its announce of its start.
    pub(super) has_received_nothing: bool,
    pub(super) event: Option<AskEvent>,
    /// How many peers it wants, if it says so.
    pub(super) wanted: Option<usize>,
    /// The answer has a place for peers of the other address family.
    pub(super) takes_both_families: bool,
}

/// What an announce says has happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum AskEvent {
    Started,
    Completed,
    Stopped,
}

/// The answer to an announce.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Told {
    pub(super) interval: Duration,
    pub(super) counts: SwarmCounts,
    /// At this address we saw the asker (BEP 24).
    pub(super) asker: IpAddr,
    /// Those of the asker's address family first.
    pub(super) peers: Vec<PeerAddress>,
}

/// How large a swarm is.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct SwarmCounts {
    /// Peers that have all of it, ourselves among them if the torrent is ours.
    pub seeds: usize,
    /// Peers that do not.
    pub leechers: usize,
    /// How often a peer that was listed became a seed, of torrents of ours.
    pub completions: u32,
}

/// Why a tracker does not answer a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error("this tracker does not know that torrent")]
    UnknownTorrent,
    #[error("too many questions from this address")]
    TooOften,
    #[error("the question is too long")]
    TooLong,
    #[error("there is no `{0}`")]
    Missing(&'static str),
    #[error("`{0}` stands there more than once")]
    Twice(&'static str),
    #[error("`{0}` is not what it should be")]
    Garbled(&'static str),
    #[error("that is no announce and no scrape")]
    UnknownAction,
    #[error("the connection id is not yours or too old")]
    ConnectionId,
}

/// When somebody whose question is not answered may ask again (BEP 31).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RetryIn {
    Minutes(u32),
    /// The same question will never be answered.
    Never,
}

impl AskError {
    pub(super) fn retry_in(self) -> RetryIn {
        match self {
            // It may be offered later.
            Self::UnknownTorrent => RetryIn::Minutes(30),
            Self::TooOften => RetryIn::Minutes(1),
            _ => RetryIn::Never,
        }
    }
}
