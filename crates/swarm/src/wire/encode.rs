//! Messages as bytes.

use super::{BlockAddress, HashRange, Message, id};

/// Appends a message. Of a [`Message::Piece`] only the 13 bytes of [`block_header`]: whoever has the payload sends it.
pub fn encode<B>(message: &Message<B>, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend([0; 4]);
    match message {
        Message::KeepAlive => {}
        Message::Choke => out.push(id::CHOKE),
        Message::Unchoke => out.push(id::UNCHOKE),
        Message::Interested => out.push(id::INTERESTED),
        Message::NotInterested => out.push(id::NOT_INTERESTED),
        Message::Have(piece) => number(out, id::HAVE, (*piece).into()),
        Message::Bitfield(bits) => bytes(out, &[id::BITFIELD], bits),
        Message::Request(address) => block(out, id::REQUEST, address),
        Message::Piece { block, .. } => {
            out.truncate(start);
            return out.extend(block_header(block));
        }
        Message::Cancel(address) => block(out, id::CANCEL, address),
        Message::Port(port) => bytes(out, &[id::PORT], &port.to_be_bytes()),
        Message::SuggestPiece(piece) => number(out, id::SUGGEST_PIECE, (*piece).into()),
        Message::HaveAll => out.push(id::HAVE_ALL),
        Message::HaveNone => out.push(id::HAVE_NONE),
        Message::RejectRequest(address) => block(out, id::REJECT_REQUEST, address),
        Message::AllowedFast(piece) => number(out, id::ALLOWED_FAST, (*piece).into()),
        Message::Extended { id, payload } => bytes(out, &[id::EXTENDED, *id], payload),
        Message::HashRequest(range) => hash_range(out, id::HASH_REQUEST, range),
        Message::Hashes { range, hashes } => {
            hash_range(out, id::HASHES, range);
            out.extend_from_slice(hashes.as_flattened());
        }
        Message::HashReject(range) => hash_range(out, id::HASH_REJECT, range),
    }
    let length = (out.len() - start - 4) as u32;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

/// What comes before the payload of a block.
pub fn block_header(block: &BlockAddress) -> [u8; 13] {
    let mut header = [0; 13];
    header[..4].copy_from_slice(&block.length.saturating_add(9).to_be_bytes());
    header[4] = id::PIECE;
    header[5..9].copy_from_slice(&u32::from(block.piece).to_be_bytes());
    header[9..].copy_from_slice(&block.offset.to_be_bytes());
    header
}

fn number(out: &mut Vec<u8>, id: u8, number: u32) {
    bytes(out, &[id], &number.to_be_bytes());
}

fn bytes(out: &mut Vec<u8>, ids: &[u8], bytes: &[u8]) {
    out.extend_from_slice(ids);
    out.extend_from_slice(bytes);
}

fn block(out: &mut Vec<u8>, id: u8, block: &BlockAddress) {
    out.push(id);
    [block.piece.into(), block.offset, block.length]
        .iter()
        .for_each(|number| out.extend(number.to_be_bytes()));
}

fn hash_range(out: &mut Vec<u8>, id: u8, range: &HashRange) {
    bytes(out, &[id], &range.pieces_root);
    let numbers = [range.base_layer, range.index, range.length, range.proof_layers];
    numbers.iter().for_each(|number| out.extend(number.to_be_bytes()));
}
