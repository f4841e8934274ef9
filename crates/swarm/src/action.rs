//! What a swarm can ask its driver to do.

use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

use piece_hash::Sha256Digest;
use torrent_core::address::WayOut;
use torrent_core::layout::PieceIndex;

use crate::wire::{BlockAddress, Message};
use crate::{CloseReason, ConnectionId, DialError, Time, TrackerId, WebJob};

/// What the driver is to do.
#[derive(Debug)]
pub enum Action<B> {
    /// Dial, send our handshake, read the peer's; then `Connected` or `ConnectFailed`.
    Connect {
        /// The address of the peer.
        address: SocketAddr,
        /// How long it may take until there is a connection.
        patience: Time,
        /// The stream is to be encrypted, which begins with a [handshake of its own](crate::secure).
        encrypted: bool,
    },
    /// Send a message (never a piece: see `SendBlock`).
    Send {
        /// The connection that gets the message.
        connection: ConnectionId,
        /// The message, which is never a piece.
        message: Message<B>,
    },
    /// Read a block from disk and send it; then `BlockSent`. It may reach into a gap, which is zeros.
    SendBlock {
        /// The connection that requested the block.
        connection: ConnectionId,
        /// The block to read.
        block: BlockAddress,
    },
    /// Send what is queued for it, then close; then `Closed`.
    Close {
        /// The connection to close.
        connection: ConnectionId,
        /// The reason, which is counted.
        why: CloseReason,
    },
    /// Ask a tracker; then `Announced`.
    Announce {
        /// The tracker to announce to.
        tracker: TrackerId,
        /// What the announce says.
        announce: Announce,
    },
    /// Get bytes from a web seed (BEP 19); then `WebBlock`s, then `WebEnded`.
    WebGet {
        /// The name of this request.
        job: WebJob,
        /// Which of the web seeds the swarm was made with.
        web_seed: usize,
        /// Which bytes of the torrent, its files end to end (`torrent_core::layout`): whole pieces.
        bytes: Range<u64>,
        /// The web seed ignores ranges and sends whole files: go on with the response that the last such request left open, skip what
        /// comes before the bytes, and report that with `WebSkipped`.
        whole_files: bool,
    },
    /// A request to a web seed is not wanted any more; `WebEnded` still follows.
    WebCancel {
        /// The request to stop.
        job: WebJob,
    },
    /// Hash a piece; then `Hashed`.
    Hash {
        /// The piece to hash.
        piece: PieceIndex,
        /// Its blocks, in order: those of [`blocks_of`](crate::blocks_of). What the piece has behind them is zeros, for
        /// the driver to add; a piece of padding alone has no blocks.
        blocks: Vec<B>,
    },
    /// Write a verified piece; then `Written`.
    Write {
        /// The piece to write.
        piece: PieceIndex,
        /// Its blocks, in order.
        blocks: Vec<B>,
        /// The hash that stands for the piece in its file's tree (BEP 52), as `Hashed` gave it: a driver that keeps it with the
        /// piece can prove it later, though the torrent came without layers.
        merkle: Option<Sha256Digest>,
    },
    /// The info dictionary is complete and fits the info hash; then `Ready`.
    Metadata {
        /// The raw info dictionary.
        info: Vec<u8>,
    },
    /// Something to tell the user.
    Report(Report),
    /// Every wanted piece is written. Comes once.
    Completed,
    /// The answer to `Stop`: the last action.
    Stopped,
    /// A peer is a node of the DHT as well (BEP 5).
    Node {
        /// Where it says that it is, at its own address.
        node: SocketAddr,
    },
}

/// What an announce says (BEP 3).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Announce {
    /// What has changed, if anything has.
    pub event: Option<AnnounceEvent>,
    /// Payload bytes sent.
    pub uploaded: u64,
    /// Payload bytes received.
    pub downloaded: u64,
    /// Bytes that are still to come.
    pub left: u64,
    /// How many peers we could use.
    pub peers_wanted: u32,
    /// What the tracker gave us to send back.
    pub tracker_id: Option<Vec<u8>>,
}

/// What has changed since the last announce (BEP 3, BEP 21).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AnnounceEvent {
    /// The first announce.
    Started,
    /// The last piece came.
    Completed,
    /// The last announce.
    Stopped,
    /// BEP 21: all that is wanted is there, but not all there is.
    Paused,
}

/// News for the user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Report {
    /// A piece was verified and written.
    Piece {
        /// The piece that is there now.
        piece: PieceIndex,
    },
    /// The hash of a piece was wrong.
    BadPiece {
        /// The piece that is requested again.
        piece: PieceIndex,
    },
    /// A host was banned for misbehaving.
    Banned {
        /// The address of the host.
        ip: IpAddr,
        /// What a peer of this host did.
        why: CloseReason,
    },
    /// A peer that the user named could not be reached. Reported once.
    Unreached {
        /// The address that was dialled.
        address: SocketAddr,
        /// How the dial failed.
        why: DialError,
    },
    /// A tracker did not answer, or not well.
    Tracker {
        /// The tracker that failed.
        tracker: TrackerId,
        /// In words; unescaped, from outside.
        message: String,
        /// It is not asked because of who named it; this lets it be asked.
        way_out: Option<WayOut>,
    },
    /// A web seed has failed in a new way, lacks a file, is only used if nobody else gives, or has been given up.
    WebSeed {
        /// The index into [`Config::web_seeds`](crate::Config::web_seeds).
        web_seed: usize,
        /// In words; unescaped, from outside.
        message: String,
        /// It is not asked because of who named it; this lets it be asked.
        way_out: Option<WayOut>,
    },
}
