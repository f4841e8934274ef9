//! What peers say to each other, as values.

use piece_hash::Sha256Digest;
use torrent_core::layout::PieceIndex;

use crate::limits::BLOCK;

/// The first thing that either side sends (BEP 3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handshake {
    /// Eight bytes of features.
    pub reserved: [u8; 8],
    /// The info hash; of a v2 torrent its first 20 bytes (BEP 52).
    pub info_hash: [u8; 20],
    /// The id that the peer has chosen for itself.
    pub peer_id: [u8; 20],
}

/// Bytes of a piece: a block, or a part of one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct BlockAddress {
    /// The index of the piece.
    pub piece: PieceIndex,
    /// Bytes into it.
    pub offset: u32,
    /// Bytes; at most 16 KiB in what we send.
    pub length: u32,
}

impl BlockAddress {
    /// Its length, as that of a buffer.
    pub fn bytes(self) -> usize {
        self.length as usize
    }

    /// Its place among the blocks of 16 KiB of its piece, if it is one of them.
    pub(crate) fn index(self) -> usize {
        (self.offset / BLOCK) as usize
    }
}

/// Hashes of a file's tree (BEP 52, "hash request").
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct HashRange {
    /// The root of the file whose hashes are meant.
    pub pieces_root: Sha256Digest,
    /// 0 for the leaves, one more for each level above.
    pub base_layer: u32,
    /// The first hash, counted in that layer.
    pub index: u32,
    /// How many: a power of two, at most 512 in what we send.
    pub length: u32,
    /// How many levels of uncle hashes prove them.
    pub proof_layers: u32,
}

impl HashRange {
    /// How many hashes it has, proof left out, as the length of a list.
    pub(crate) fn hashes(&self) -> usize {
        self.length as usize
    }
}

/// A message; `B` holds the bytes of a block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Message<B> {
    /// Nothing, to keep the line open.
    KeepAlive,
    /// 0: requests are not answered from now on.
    Choke,
    /// 1: requests are answered.
    Unchoke,
    /// 2: the sender wants something of ours.
    Interested,
    /// 3: it does not.
    NotInterested,
    /// 4: the sender has one more piece.
    Have(PieceIndex),
    /// 5: which pieces the sender has, the first in the highest bit of the first byte.
    Bitfield(Vec<u8>),
    /// 6: please send.
    Request(BlockAddress),
    /// 7: a block.
    Piece {
        /// The block that the payload is of.
        block: BlockAddress,
        /// The bytes of the block.
        data: B,
    },
    /// 8: the request is taken back.
    Cancel(BlockAddress),
    /// 9: the port of the sender's DHT node (BEP 5).
    Port(u16),
    /// 13 (BEP 6): this one is cheap for me.
    SuggestPiece(PieceIndex),
    /// 14 (BEP 6): instead of a bitfield.
    HaveAll,
    /// 15 (BEP 6): instead of a bitfield.
    HaveNone,
    /// 16 (BEP 6): this request is not answered.
    RejectRequest(BlockAddress),
    /// 17 (BEP 6): may be requested while choked.
    AllowedFast(PieceIndex),
    /// 20 (BEP 10): a message of an extension.
    Extended {
        /// 0 for the handshake, else what the receiver's handshake said.
        id: u8,
        /// The bytes behind the number of the message.
        payload: Vec<u8>,
    },
    /// 21 (BEP 52): please send hashes.
    HashRequest(HashRange),
    /// 22 (BEP 52): the hashes, then their proof.
    Hashes {
        /// What was asked for.
        range: HashRange,
        /// `length` hashes and the uncles.
        hashes: Vec<Sha256Digest>,
    },
    /// 23 (BEP 52): these hashes are not sent.
    HashReject(HashRange),
}
