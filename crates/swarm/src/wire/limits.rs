//! How long each message may be.

use std::ops::RangeInclusive;

use torrent_core::layout::PieceIndex;
use torrent_core::limits::BLOCK_BYTES;

use super::{WireError, id};
use crate::piece_set::bitfield_length;

/// What is known of a torrent when its messages are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// How many pieces it has; `None` until there is metadata.
    pub pieces: Option<u32>,
    /// The longest payload of an extended message, in bytes: at most [`EXTENDED_MAX`] is sensible.
    pub extended: usize,
}

/// A bitfield's bytes while the number of pieces is not known: as many pieces as libtorrent allows (2^21).
pub const BITFIELD_MAX: usize = 256 << 10;

/// Payload of an extended message, in bytes: a 16 KiB block of metadata or 50 peers are far below; others allow a mebibyte.
pub const EXTENDED_MAX: usize = 1 << 20;

/// Hashes in one message, proof left out: nobody should ask for more (BEP 52).
pub const HASHES_MAX: u32 = 512;

/// Levels of a proof: a tree over 2^64 bytes has no more.
pub const PROOF_MAX: u32 = 64;

/// The five numbers or hashes before the hashes of BEP 52's messages, and the id.
const HASH_HEADER: usize = 1 + 32 + 4 * 4;

impl Limits {
    /// Limits where `pieces` is what the metadata says.
    pub fn new(pieces: Option<u32>) -> Self {
        Self { pieces, extended: EXTENDED_MAX }
    }

    /// What the length prefix of a message with this id may be.
    pub(super) fn lengths(&self, id: u8) -> Result<RangeInclusive<usize>, WireError> {
        let exactly = |length| Ok(length..=length);
        match id {
            id::CHOKE | id::UNCHOKE | id::INTERESTED | id::NOT_INTERESTED => exactly(1),
            id::HAVE_ALL | id::HAVE_NONE => exactly(1),
            id::HAVE | id::SUGGEST_PIECE | id::ALLOWED_FAST => exactly(5),
            id::BITFIELD => match self.pieces {
                Some(pieces) => exactly(1 + bitfield_length(pieces)),
                None => Ok(1..=1 + BITFIELD_MAX),
            },
            id::REQUEST | id::CANCEL | id::REJECT_REQUEST => exactly(13),
            id::PIECE => Ok(10..=9 + BLOCK_BYTES),
            id::PORT => exactly(3),
            id::EXTENDED => Ok(2..=2 + self.extended),
            id::HASH_REQUEST | id::HASH_REJECT => exactly(HASH_HEADER),
            id::HASHES => Ok(HASH_HEADER + 32..=HASH_HEADER + 32 * (HASHES_MAX + PROOF_MAX) as usize),
            _ => Err(WireError::UnknownId(id)),
        }
    }

    /// The longest length prefix there is.
    pub(super) fn longest(&self) -> usize {
        let lengths = [id::BITFIELD, id::EXTENDED, id::HASHES].map(|id| self.lengths(id));
        lengths.into_iter().flatten().map(|lengths| *lengths.end()).max().unwrap_or_default()
    }

    /// The piece of this number, if the torrent has it.
    pub(super) fn piece(&self, number: u32) -> Result<PieceIndex, WireError> {
        match self.pieces {
            Some(pieces) if number >= pieces => Err(WireError::PieceIndex(number)),
            _ => Ok(number.into()),
        }
    }
}
