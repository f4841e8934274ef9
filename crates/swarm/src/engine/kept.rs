//! What the engine keeps because of one peer: the lists that grow with what that peer says, or with what it leaves unanswered.
//!
//! Lengths are counted, not what was allocated ahead of need. Blocks of payload are not among them: the budget of blocks is their limit,
//! whoever gave them; nor are requests for the leaves of a bad piece, which its givers are the reason for.

use torrent_core::layout::PieceIndex;

use super::Swarm;
use crate::ConnectionId;
use crate::peer::{InFlight, PeerConnection};
use crate::piece_set::bitfield_length;
use crate::wire::BlockAddress;

use super::hash_requests::HASH_REQUEST_BYTES;

/// What is kept because of one peer; numbers of things, or bytes where it says so. Each kind has its limit in [`crate::limits`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Kept {
    /// Its requests for blocks that wait.
    pub requests: usize,
    /// Its `have` messages that came before the metadata.
    pub early_haves: usize,
    /// Bytes of its bitfield that came before the metadata.
    pub early_bitfield: usize,
    /// Bytes of the set of its pieces: a bit for each piece of the torrent, whatever it says.
    pub has: usize,
    /// Bytes of its copy of the metadata (BEP 9), those between what has come and what stands farthest back included.
    pub metadata: usize,
    /// Bytes of the name of its client (BEP 10).
    pub client: usize,
    /// Our requests for blocks that it has not answered.
    pub in_flight: usize,
    /// Our requests of which nothing is expected any more, though each may still be answered once.
    pub late: usize,
    /// Unverified pieces that it has a part in.
    pub pieces: usize,
    /// Our requests for hashes of layers that it has not answered (BEP 52).
    pub hash_requests: usize,
}

impl Kept {
    /// Bytes of all of it.
    pub fn bytes(&self) -> usize {
        self.received() + self.metadata + self.has + self.owed()
    }

    /// Bytes of what came in its messages, metadata left out: that is kept because it sent it, so it sent about as many.
    pub fn received(&self) -> usize {
        self.requests * size_of::<BlockAddress>()
            + self.early_haves * size_of::<PieceIndex>()
            + self.early_bitfield
            + self.client
    }

    /// Bytes of what it was asked for.
    fn owed(&self) -> usize {
        self.in_flight * size_of::<InFlight>()
            + self.late * size_of::<BlockAddress>()
            + self.pieces * size_of::<PieceIndex>()
            + self.hash_requests * HASH_REQUEST_BYTES
    }
}

impl<B> Swarm<B> {
    /// What is kept because of a peer; nothing if there is no such connection.
    pub fn kept_for(&self, connection: ConnectionId) -> Kept {
        let Some(peer) = self.connections.get(&connection) else { return Kept::default() };
        Kept {
            metadata: self.metadata.kept_for(connection),
            hash_requests: self.hashes.layers_in_flight(connection),
            ..kept_at(peer)
        }
    }
}

/// What is kept in the state of the connection itself.
fn kept_at(peer: &PeerConnection) -> Kept {
    Kept {
        requests: peer.upload.requests.len(),
        early_haves: peer.pieces.early.haves.len(),
        early_bitfield: peer.pieces.early.bitfield.as_ref().map_or(0, Vec::len),
        has: bitfield_length(peer.pieces.has.pieces()),
        client: peer.extension.client.as_ref().map_or(0, Vec::len),
        in_flight: peer.download.in_flight.len(),
        late: peer.download.late.len(),
        pieces: peer.download.unverified.len(),
        ..Kept::default()
    }
}
