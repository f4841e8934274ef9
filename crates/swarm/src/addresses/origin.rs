//! Who names addresses of peers.

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
    /// Anybody else named it.
    Stranger,
}
