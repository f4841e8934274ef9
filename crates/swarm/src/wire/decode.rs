//! Bytes as messages.

use piece_hash::Sha256Digest;
use torrent_core::limits::{BLOCK, PIECE_LENGTH_MAX};

use crate::piece_set::bitfield_length;

use super::{BlockAddress, HashRange, Limits, Message, PROOF_MAX, WireError, id};

/// What the front of some bytes is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decoded<B> {
    /// Not a whole message yet.
    Incomplete {
        /// How many bytes there must be before asking again makes sense; more than there are.
        need: usize,
    },
    /// A message other than a piece.
    Message {
        /// How many bytes it took.
        length: usize,
        /// The message that the bytes are.
        message: Message<B>,
    },
    /// The start of a piece message; the `block.length` bytes of the block follow.
    Block {
        /// How many bytes it took: 13.
        header: usize,
        /// The block whose payload follows.
        block: BlockAddress,
    },
}

/// What the front of `bytes` is.
///
/// # Errors
/// It is nothing that a peer may send, whatever comes next: the connection is to be closed.
pub fn decode<B>(bytes: &[u8], limits: &Limits) -> Result<Decoded<B>, WireError> {
    let Some((prefix, rest)) = bytes.split_first_chunk::<PREFIX>() else {
        return Ok(Decoded::Incomplete { need: PREFIX });
    };
    let prefix = u32::from_be_bytes(*prefix);
    if prefix == 0 {
        return Ok(Decoded::Message { length: PREFIX, message: Message::KeepAlive });
    }
    let length = prefix as usize;
    if length > limits.longest() {
        return Err(WireError::TooLong(prefix));
    }
    let Some((&id, rest)) = rest.split_first() else {
        return Ok(Decoded::Incomplete { need: PREFIX + 1 });
    };
    if !limits.lengths(id)?.contains(&length) {
        return Err(WireError::Length { id, length: prefix });
    }
    if id == id::PIECE {
        return block_start(rest, prefix, limits);
    }
    match rest.get(..length - 1) {
        None => Ok(Decoded::Incomplete { need: PREFIX + length }),
        Some(body) => Ok(Decoded::Message { length: PREFIX + length, message: message(id, body, limits)? }),
    }
}

/// The length that every message starts with.
const PREFIX: usize = 4;

/// Up to the payload of a block.
const BLOCK_HEADER: usize = PREFIX + 9;

fn block_start<B>(rest: &[u8], prefix: u32, limits: &Limits) -> Result<Decoded<B>, WireError> {
    let Some(numbers) = rest.get(..8) else { return Ok(Decoded::Incomplete { need: BLOCK_HEADER }) };
    let block = block(number(numbers, 0), number(numbers, 4), prefix - 9, limits)?;
    Ok(Decoded::Block { header: BLOCK_HEADER, block })
}

/// `body` has one of the lengths that the limits allow for `id`.
fn message<B>(id: u8, body: &[u8], limits: &Limits) -> Result<Message<B>, WireError> {
    let piece = || limits.piece(number(body, 0));
    let block = || block(number(body, 0), number(body, 4), number(body, 8), limits);
    Ok(match id {
        id::CHOKE => Message::Choke,
        id::UNCHOKE => Message::Unchoke,
        id::INTERESTED => Message::Interested,
        id::NOT_INTERESTED => Message::NotInterested,
        id::HAVE => Message::Have(piece()?),
        id::BITFIELD => Message::Bitfield(bitfield(body, limits)?),
        id::REQUEST => Message::Request(block()?),
        id::CANCEL => Message::Cancel(block()?),
        id::PORT => Message::Port(body.try_into().map_or(0, u16::from_be_bytes)),
        id::SUGGEST_PIECE => Message::SuggestPiece(piece()?),
        id::HAVE_ALL => Message::HaveAll,
        id::HAVE_NONE => Message::HaveNone,
        id::REJECT_REQUEST => Message::RejectRequest(block()?),
        id::ALLOWED_FAST => Message::AllowedFast(piece()?),
        id::EXTENDED => extended(body),
        id::HASH_REQUEST => Message::HashRequest(hash_range(body)?),
        id::HASHES => hashes(body)?,
        id::HASH_REJECT => Message::HashReject(hash_range(body)?),
        _ => return Err(WireError::UnknownId(id)),
    })
}

fn block(piece: u32, offset: u32, length: u32, limits: &Limits) -> Result<BlockAddress, WireError> {
    if length == 0 || u64::from(length) > BLOCK {
        return Err(WireError::BlockLength(length));
    }
    if u64::from(offset) + u64::from(length) > PIECE_LENGTH_MAX {
        return Err(WireError::BlockOffset(offset));
    }
    Ok(BlockAddress { piece: limits.piece(piece)?, offset, length })
}

fn bitfield(body: &[u8], limits: &Limits) -> Result<Vec<u8>, WireError> {
    match limits.pieces {
        Some(pieces) if !fits(body, pieces) => Err(WireError::Bitfield),
        _ => Ok(body.to_vec()),
    }
}

/// Whether a bitfield has the bytes that so many pieces need, and no bit set that stands for none of them.
fn fits(bits: &[u8], pieces: u32) -> bool {
    let spare = (8 - pieces % 8) % 8;
    let last_is_clean = bits.last().is_none_or(|last| last.trailing_zeros() >= spare);
    bits.len() == bitfield_length(pieces) && last_is_clean
}

fn extended<B>(body: &[u8]) -> Message<B> {
    let (id, payload) = body.split_first().unwrap_or((&0, &[]));
    Message::Extended { id: *id, payload: payload.to_vec() }
}

/// The numbers that start all three messages about hashes. Whether the file has such hashes is not known here.
fn hash_range(body: &[u8]) -> Result<HashRange, WireError> {
    let (pieces_root, numbers) = body.split_first_chunk().ok_or(WireError::Hashes)?;
    let [base_layer, index, length, proof_layers] = [0, 4, 8, 12].map(|at| number(numbers, at));
    let range = HashRange { pieces_root: *pieces_root, base_layer, index, length, proof_layers };
    let is_sane = length > 0 && base_layer <= PROOF_MAX && proof_layers <= PROOF_MAX;
    if is_sane { Ok(range) } else { Err(WireError::Hashes) }
}

fn hashes<B>(body: &[u8]) -> Result<Message<B>, WireError> {
    let range = hash_range(body)?;
    let (hashes, rest) = body[HASH_RANGE..].as_chunks::<32>();
    let at_most = u64::from(range.length) + u64::from(range.proof_layers);
    if !rest.is_empty() || hashes.len() as u64 > at_most {
        return Err(WireError::Hashes);
    }
    Ok(Message::Hashes { range, hashes: Vec::<Sha256Digest>::from(hashes) })
}

/// A root and four numbers.
const HASH_RANGE: usize = 32 + 4 * 4;

/// Four bytes of a body whose length was checked.
fn number(body: &[u8], at: usize) -> u32 {
    body.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes)
}
