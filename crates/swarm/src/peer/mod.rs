//! The state of the connection with one peer.

mod early_pieces;
mod hash_record;
mod in_flight;
mod judgement;
mod message_budget;
mod metadata_record;
mod rate_meter;
mod request_window;
mod trust;
mod upload_queue;

use std::collections::VecDeque;
use std::net::SocketAddr;

use crate::addresses::host;
use crate::extension::ExtensionHandshake;
use crate::limits::{CHOKE_PAUSE, REQUEST_QUEUE_DEFAULT, STALL, UNPROVEN_PIECES};
use crate::picker::{Asker, Source};
use crate::piece_set::PieceSet;
use crate::wire::{BlockAddress, Handshake};
use crate::{ConnectionId, Direction, Time};

use early_pieces::EarlyPieces;
use hash_record::HashRecord;
pub(crate) use in_flight::InFlight;
use in_flight::LateBlocks;
pub(crate) use judgement::Judgement;
use message_budget::MessageBudget;
use metadata_record::MetadataRecord;
pub(crate) use rate_meter::RateMeter;
use request_window::RequestWindow;
use trust::Trust;
use upload_queue::UploadQueue;

/// One peer.
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
    /// The connection is of the v2 swarm: hashes may be asked for (BEP 52).
    pub(crate) v2: bool,
    /// What it said in its extension handshake.
    pub(crate) said: ExtensionHandshake,
    pub(crate) metadata: MetadataRecord,
    pub(crate) hashes: HashRecord,
    /// Which pieces it said it has, until the number of pieces is known.
    pub(crate) early: EarlyPieces,
    /// It has sent its bitfield, or a message that may only follow one: another bitfield is an error (BEP 3).
    pub(crate) has_told: bool,
    /// It began with all that it has: a bitfield, or that it has everything or nothing.
    pub(crate) has_listed: bool,
    /// Which pieces it has; empty until the number of pieces is known.
    pub(crate) has: PieceSet,
    /// How many of its pieces we need.
    pub(crate) needed: u32,
    /// It had every piece when it connected, so the picker does not count its pieces.
    pub(crate) uncounted: bool,
    pub(crate) we_choke: bool,
    pub(crate) we_are_interested: bool,
    pub(crate) it_chokes: bool,
    /// When it last choked us and made more requests void than it had answered.
    pub(crate) choked: Option<Time>,
    /// Requests that it answered since it last choked us.
    pub(crate) given: usize,
    pub(crate) it_is_interested: bool,
    /// We are closing the connection: its messages are ignored.
    pub(crate) closing: bool,

    pub(crate) window: RequestWindow,
    /// Our requests that it has not answered yet, oldest first.
    pub(crate) asked: VecDeque<InFlight>,
    /// Requests that were taken back, or that a choke made void: their blocks may still arrive.
    pub(crate) late: LateBlocks,
    /// Requests that it has rejected since its last block.
    pub(crate) rejected: usize,
    /// How long it has left requests unanswered since its last block. Time in which it chokes us does not count, nor do other
    /// messages end it.
    pub(crate) waited: Time,
    /// How many messages it may still send (flood control).
    pub(crate) budget: MessageBudget,
    /// The piece whose blocks are being requested from it.
    pub(crate) at: Option<u32>,
    /// All unverified pieces of which it was asked for blocks.
    pub(crate) pieces: Vec<u32>,
    /// The picker's version when there was last nothing to request from it.
    pub(crate) dry: Option<u64>,
    pub(crate) trust: Trust,
    /// Payload bytes that it gives us.
    pub(crate) down: RateMeter,
    pub(crate) last_block: Time,
    /// When we last did not read what it sent.
    pub(crate) excused: Option<Time>,
    /// A time within the last minute or so, and the bytes that it had given by then.
    pub(crate) marked: (Time, u64),

    pub(crate) upload: UploadQueue,

    /// When it connected.
    pub(crate) since: Time,
    /// When its last message came.
    pub(crate) heard: Time,
    /// It has sent a message after its handshake.
    pub(crate) has_spoken: bool,
    /// When we last sent a keep-alive.
    pub(crate) spoke: Time,
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
            v2,
            said: ExtensionHandshake::default(),
            metadata: MetadataRecord::default(),
            hashes: HashRecord::new(now),
            early: EarlyPieces::default(),
            has_told: false,
            has_listed: false,
            has: PieceSet::default(),
            needed: 0,
            uncounted: false,
            we_choke: true,
            we_are_interested: false,
            it_chokes: true,
            choked: None,
            given: 0,
            it_is_interested: false,
            closing: false,
            window: RequestWindow::new(REQUEST_QUEUE_DEFAULT),
            asked: VecDeque::new(),
            late: LateBlocks::default(),
            rejected: 0,
            waited: Time::ZERO,
            budget: MessageBudget::new(now),
            at: None,
            pieces: Vec::new(),
            dry: None,
            trust: Trust::default(),
            down: RateMeter::starting(now),
            last_block: now,
            excused: None,
            marked: (now, 0),
            upload: UploadQueue::new(now),
            since: now,
            heard: now,
            has_spoken: false,
            spoke: now,
        }
    }

    /// Whether it is the peer that says `handshake` from `address`. An id from another host proves nothing: anybody can
    /// say it.
    pub(crate) fn is_at(&self, address: SocketAddr, handshake: &Handshake) -> bool {
        let same_host = host(self.address.ip()) == host(address.ip());
        self.address == address || same_host && self.peer_id == handshake.peer_id
    }

    pub(crate) fn source(&self) -> Source {
        Source::Peer(self.id)
    }

    /// It has every piece.
    pub(crate) fn is_seed(&self) -> bool {
        self.has.pieces() > 0 && self.has.is_all()
    }

    /// It wants nothing from anybody (BEP 21).
    pub(crate) fn wants_nothing(&self) -> bool {
        self.is_seed() || self.said.upload_only == Some(true)
    }

    /// Requests would be answered. Who has just choked us and gave little is asked a little later: otherwise a peer that chokes and unchokes all
    /// the time would have us ask for everything again each time.
    pub(crate) fn may_be_asked(&self, now: Time) -> bool {
        let is_settled = self.choked.is_none_or(|at| now.saturating_sub(at) >= CHOKE_PAUSE);
        !self.closing && !self.it_chokes && self.we_are_interested && is_settled
    }

    /// It may know hashes, and is to be asked for them (BEP 52).
    pub(crate) fn may_be_asked_hashes(&self, now: Time) -> bool {
        self.v2 && !self.closing && self.hashes.not_before <= now
    }

    /// It was asked for blocks and should give some.
    pub(crate) fn owes(&self) -> bool {
        !self.asked.is_empty() || !self.it_chokes && (self.rejected > 0 || self.window.is_snubbed())
    }

    /// What the picker has to know of it. A piece of `piece_length` bytes is for one peer alone if that takes no
    /// longer than `WHOLE_PIECE` seconds.
    pub(crate) fn asker(&self, piece_length: u64) -> Asker<'_> {
        let quick = self.down.rate() * WHOLE_PIECE >= piece_length as f64;
        Asker {
            source: self.source(),
            has: &self.has,
            at: self.at,
            quick,
            stranger: !self.trust.is_proven(),
            sealed: self.trust.is_suspect(),
            may_begin: self.pieces.len() < self.trust.pieces_at_a_time(UNPROVEN_PIECES),
        }
    }

    /// It is being asked for a block of `piece`.
    pub(crate) fn works_at(&mut self, piece: u32) {
        if self.at != Some(piece) {
            self.at = Some(piece);
            if !self.pieces.contains(&piece) {
                self.pieces.push(piece);
            }
        }
    }

    /// A piece that it was at is verified, or bad.
    pub(crate) fn leave(&mut self, piece: u32) {
        if self.at == Some(piece) {
            self.at = None;
        }
        if let Some(index) = self.pieces.iter().position(|other| *other == piece) {
            self.pieces.swap_remove(index);
            self.dry = None;
        }
    }

    /// Takes a request from the list.
    pub(crate) fn take_asked(&mut self, block: BlockAddress) -> Option<InFlight> {
        let index = self.asked.iter().position(|asked| asked.block == block)?;
        self.asked.remove(index)
    }

    /// Remembers once a minute how much it has given.
    pub(crate) fn mark(&mut self, now: Time) {
        if now.saturating_sub(self.marked.0) > STALL {
            self.marked = (now, self.down.total());
        }
    }

    /// For how many seconds nothing has come of what it was asked for.
    pub(crate) fn waits(&self, now: Time) -> f64 {
        self.waiting_since().map_or(0.0, |since| now.saturating_sub(since).as_secs_f64())
    }

    /// The request that waits longest.
    pub(crate) fn waiting_since(&self) -> Option<Time> {
        self.asked.front().map(|asked| asked.at.max(self.last_block).max(self.excused.unwrap_or_default()))
    }
}

/// A peer that delivers a piece within so many seconds gets whole pieces to itself.
const WHOLE_PIECE: f64 = 20.0;
