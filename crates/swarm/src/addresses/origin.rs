//! Who names addresses of peers.
//!
//! Each is a kind of its own: kinds take turns when addresses are dialled, so none keeps another waiting or out, and `book` says of each
//! what it may name. Whoever else comes to name peers is one more kind.

use crate::TrackerId;

/// Who named an address, the most trusted first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Origin {
    /// The user, who may name any.
    User,
    /// A tracker of the torrent that is as near as they are: it may name any that it was found to be near to.
    NearTracker(TrackerId),
    /// A tracker of the torrent.
    Tracker(TrackerId),
    /// A magnet link (`x.pe`): wherever it came from, it may name peers in networks that this machine is itself attached to.
    Link,
    /// A host that local discovery (BEP 14) found, of itself: it may be in a network that this machine is itself attached to.
    Local,
    /// The peer itself, which dialled us and said at which port it listens (BEP 10, `p`): its own host, then, which it proved by dialling.
    Caller,
    /// Peers, of those that they are connected to (BEP 11): all of them together are one kind.
    Exchange,
    /// Nodes of the DHT (BEP 5).
    Dht,
    /// Anybody else named it.
    Stranger,
}

impl Origin {
    /// Whether it may name peers of a private torrent (BEP 27).
    pub(crate) fn may_name_of_private(self) -> bool {
        self.source() <= PeerSource::Tracker
    }

    /// The kind of namer that it is.
    pub fn source(self) -> PeerSource {
        match self {
            Self::User => PeerSource::User,
            Self::NearTracker(_) | Self::Tracker(_) => PeerSource::Tracker,
            Self::Link => PeerSource::Link,
            Self::Caller => PeerSource::Caller,
            Self::Local => PeerSource::Local,
            Self::Exchange => PeerSource::Exchange,
            Self::Dht => PeerSource::Dht,
            Self::Stranger => PeerSource::Stranger,
        }
    }
}

/// A kind of namer, by which peers are counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "they are the kinds of `Origin`")]
pub enum PeerSource {
    User,
    Tracker,
    Link,
    Local,
    Caller,
    Exchange,
    Dht,
    Stranger,
}
