//! Who names addresses of peers.
//!
//! Whoever else comes to name peers (peer exchange, the DHT, local discovery) is a kind of its own here: kinds take turns when addresses are
//! dialled, and `book` says of each what it may name.

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
    /// The peer itself, which dialled us and said at which port it listens (BEP 10, `p`): its own host, then, which it proved by dialling.
    Caller,
    /// Anybody else named it.
    Stranger,
}
