//! The state of the connection with one peer.

mod download;
mod early_pieces;
mod exchange;
mod hash_record;
mod in_flight;
mod judgement;
mod liveness;
mod message_budget;
mod metadata_record;
mod pieces;
mod rate_meter;
mod request_window;
mod trust;
mod upload_queue;

use std::net::SocketAddr;

use crate::addresses::{NamedPeer, PeerFlags, host};
use crate::extension::ExtensionHandshake;
use crate::limits::{CHOKE_PAUSE, UNPROVEN_PIECES};
use crate::picker::{BlockSource, PickOptions};
use crate::wire::Handshake;
use crate::{ConnectionId, Direction, Time};

use download::Download;
use exchange::PeerExchange;
use hash_record::HashRecord;
pub(crate) use in_flight::InFlight;
pub(crate) use judgement::Judgement;
use liveness::Liveness;
use message_budget::MessageBudget;
use metadata_record::MetadataRecord;
use pieces::PeerPieces;
pub(crate) use rate_meter::RateMeter;
use trust::Trust;
use upload_queue::UploadQueue;

/// A peer that we are connected to.
#[derive(Debug)]
pub(crate) struct PeerConnection {
    pub(crate) id: ConnectionId,
    pub(crate) address: SocketAddr,
    pub(crate) direction: Direction,
    pub(crate) peer_id: [u8; 20],
    /// BEP 6 is agreed on.
    pub(crate) fast: bool,
    /// BEP 10 is agreed on.
    pub(crate) extensions: bool,
    /// It knows the DHT (BEP 5).
    pub(crate) dht: bool,
    /// It has told of its node of the DHT.
    pub(crate) has_told_of_node: bool,
    /// The connection is of the v2 swarm: hashes may be requested (BEP 52).
    pub(crate) v2: bool,
    /// Its extension handshake; of several, what each of them said last.
    pub(crate) extension: ExtensionHandshake,
    pub(crate) we_choke: bool,
    pub(crate) we_are_interested: bool,
    pub(crate) it_chokes: bool,
    pub(crate) it_is_interested: bool,
    /// We are closing the connection: its messages are ignored.
    pub(crate) closing: bool,
    pub(crate) pieces: PeerPieces,
    pub(crate) download: Download,
    pub(crate) trust: Trust,
    pub(crate) upload: UploadQueue,
    pub(crate) metadata: MetadataRecord,
    pub(crate) hashes: HashRecord,
    pub(crate) exchange: PeerExchange,
    /// How many messages it may still send (flood control).
    pub(crate) budget: MessageBudget,
    pub(crate) liveness: Liveness,
}

impl PeerConnection {
    pub(crate) fn new(
        id: ConnectionId,
        address: SocketAddr,
        direction: Direction,
        handshake: &Handshake,
        v2: bool,
        now: Time,
    ) -> Self {
        Self {
            id,
            address,
            direction,
            peer_id: handshake.peer_id,
            fast: handshake.has_fast(),
            extensions: handshake.has_extensions(),
            dht: handshake.has_dht(),
            has_told_of_node: false,
            v2,
            extension: ExtensionHandshake::default(),
            we_choke: true,
            we_are_interested: false,
            it_chokes: true,
            it_is_interested: false,
            closing: false,
            pieces: PeerPieces::new(),
            download: Download::new(now),
            trust: Trust::default(),
            upload: UploadQueue::new(now),
            metadata: MetadataRecord::default(),
            hashes: HashRecord::new(now),
            exchange: PeerExchange::new(now),
            budget: MessageBudget::new(now),
            liveness: Liveness::new(now),
        }
    }

    /// Whether it is the peer that says `handshake` from `address`. An id from another host proves nothing: anybody can
    /// say it.
    pub(crate) fn is_at(&self, address: SocketAddr, handshake: &Handshake) -> bool {
        let same_host = host(self.address.ip()) == host(address.ip());
        self.address == address || same_host && self.peer_id == handshake.peer_id
    }

    pub(crate) fn source(&self) -> BlockSource {
        BlockSource::Peer(self.id)
    }

    /// It has every piece.
    pub(crate) fn is_seed(&self) -> bool {
        self.pieces.has.pieces() > 0 && self.pieces.has.is_all()
    }

    /// It wants nothing from anybody (BEP 21).
    pub(crate) fn wants_nothing(&self) -> bool {
        self.is_seed() || self.extension.upload_only == Some(true)
    }

    /// What it said of itself, for when it is not connected.
    pub(crate) fn flags(&self) -> PeerFlags {
        let flag = |is_set, flag| if is_set { flag } else { PeerFlags::NONE };
        let prefers_encryption = self.extension.prefers_encryption == Some(true);
        flag(self.wants_nothing(), PeerFlags::SEED) | flag(prefers_encryption, PeerFlags::ENCRYPTION)
    }

    /// Where it says that it listens, if it dialled us (BEP 10, `p`): a peer that we dialled listens where it was dialled.
    pub(crate) fn caller(&self) -> Option<NamedPeer> {
        let port = self.extension.port.filter(|_| self.direction == Direction::Incoming)?;
        Some(NamedPeer { address: SocketAddr::new(self.address.ip(), port), flags: self.flags() })
    }

    /// Where others can dial it: where we did, or where it says that it listens.
    pub(crate) fn listens_at(&self) -> Option<NamedPeer> {
        match self.direction {
            Direction::Outgoing => {
                Some(NamedPeer { address: self.address, flags: self.flags() | PeerFlags::REACHABLE })
            }
            Direction::Incoming => self.caller(),
        }
    }

    /// Requests would be answered. Who has just choked us and gave little is asked a little later: otherwise a peer that chokes and unchokes all
    /// the time would have us ask for everything again each time.
    pub(crate) fn may_request(&self, now: Time) -> bool {
        let is_settled = self.download.choked_at.is_none_or(|at| now.saturating_sub(at) >= CHOKE_PAUSE);
        !self.closing && !self.it_chokes && self.we_are_interested && is_settled
    }

    /// It may know hashes, and is to be asked for them (BEP 52).
    pub(crate) fn may_request_hashes(&self, now: Time) -> bool {
        self.v2 && !self.closing && self.hashes.not_before <= now
    }

    /// It was asked for blocks and should give some.
    pub(crate) fn owes(&self) -> bool {
        !self.download.in_flight.is_empty()
            || !self.it_chokes && (self.download.rejected > 0 || self.download.window.is_snubbed())
    }

    /// What the picker has to know of it. A piece of `piece_length` bytes is for one peer alone if that takes no
    /// longer than `WHOLE_PIECE` seconds.
    pub(crate) fn pick_options(&self, piece_length: u64) -> PickOptions<'_> {
        let quick = self.download.meter.rate() * WHOLE_PIECE >= piece_length as f64;
        PickOptions {
            source: self.source(),
            has: &self.pieces.has,
            current: self.download.current,
            quick,
            stranger: !self.trust.is_proven(),
            on_parole: self.trust.is_suspect(),
            may_begin: self.download.unverified.len() < self.trust.pieces_at_a_time(UNPROVEN_PIECES),
        }
    }
}

/// A peer that delivers a piece within so many seconds gets whole pieces to itself.
const WHOLE_PIECE: f64 = 20.0;
