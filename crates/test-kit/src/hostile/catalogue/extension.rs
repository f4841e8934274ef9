//! Peers whose extended messages lie, and hashes that prove nothing.

use std::cell::Cell;
use std::time::Duration;

use piece_hash::Sha256Digest;
use swarm::extension::{self, Extension, ExtensionHandshake, ExtensionIds, METADATA_BLOCK, MetadataMessage};
use swarm::wire::{HashRange, Message};

use crate::hostile::script::{Group, Script, Start, Step, World, extended, peer_sends, seed};
use crate::line::bytes_of;
use crate::seeded_bytes;

const fn script(name: &'static str, start: Start, steps: fn(&World) -> Vec<Step>) -> Script {
    Script { name, group: Group::Extension, start, steps }
}

pub(super) const SCRIPTS: &[Script] = &[
    script("an extension handshake that is no bencode", Start::Torrent, |_| says(b"hello")),
    script("an extension handshake that is a list", Start::Torrent, |_| says(b"le")),
    script("an extension handshake nested 100,000 deep", Start::Torrent, |_| {
        says(&[b"d1:m".repeat(100_000), b"e".repeat(100_000)].concat())
    }),
    script("an extension handshake cut short", Start::Torrent, |_| says(b"d1:md11:ut_metadatai3e")),
    script("metadata of a tebibyte", Start::Magnet, |_| peer_sends(claim(1 << 40))),
    script("metadata a byte larger than allowed", Start::Magnet, |_| peer_sends(claim((32 << 20) + 1))),
    script("metadata of noise", Start::Magnet, |w| {
        metadata(w, w.info_length(), |w, block| piece_of(&seeded_bytes(3, w.info_length() as usize), block))
    }),
    script("metadata with the last bit turned", Start::Magnet, |w| {
        metadata(w, w.info_length(), |w, block| {
            let mut info = w.content.metainfo().raw_info().to_vec();
            info.iter_mut().next_back().into_iter().for_each(|last| *last ^= 1);
            piece_of(&info, block)
        })
    }),
    script("metadata that is smaller than it was said to be", Start::Magnet, |w| {
        metadata(w, w.info_length() + 1, |w, block| piece_of(w.content.metainfo().raw_info(), block))
    }),
    script("metadata in blocks that are too long", Start::Magnet, |w| {
        metadata(w, w.info_length(), |w, block| {
            let dict = format!("d8:msg_typei1e5:piecei{block}e10:total_sizei{}ee", w.info_length());
            [dict.as_bytes(), &[0; METADATA_BLOCK + 1]].concat()
        })
    }),
    script("metadata that nobody asked for", Start::Magnet, |w| {
        let block = extended(CLIENTS_ID, &piece_of(w.content.metainfo().raw_info(), 7));
        let unasked = extended(CLIENTS_ID, &piece_of(&[0; 8 * METADATA_BLOCK], 7));
        peer_sends([block, unasked.repeat(1_000)].concat())
    }),
    script("metadata that is always refused", Start::Magnet, |w| {
        metadata(w, w.info_length(), |_, block| MetadataMessage::Reject { block }.encode())
    }),
    script("metadata that never comes", Start::Magnet, |w| metadata(w, w.info_length(), |_, _| Vec::new())),
    script("metadata in messages that are no bencode", Start::Magnet, |w| {
        metadata(w, w.info_length(), |_, _| b"metadata".to_vec())
    }),
    script("metadata whose size changes all the time", Start::Magnet, |w| {
        let sizes = (1..2_000).flat_map(|more| claim(w.info_length() + more));
        let mut steps = metadata(w, w.info_length(), |_, _| Vec::new());
        steps.insert(1, Step::Send(sizes.collect()));
        steps
    }),
    script("hashes that do not lead to the root", Start::MagnetV2, |w| {
        hashes(w, |range, mut hashes| {
            hashes.iter_mut().take(1).for_each(|hash| hash[0] ^= 1);
            bytes_of(&Message::Hashes { range, hashes })
        })
    }),
    script("hashes without their proof", Start::MagnetV2, |w| {
        hashes(w, |range, mut hashes| {
            hashes.truncate(1);
            bytes_of(&Message::Hashes { range, hashes })
        })
    }),
    script("hashes of another range", Start::MagnetV2, |w| {
        hashes(w, |range, hashes| {
            let range = HashRange { index: range.index ^ 2, ..range };
            bytes_of(&Message::Hashes { range, hashes })
        })
    }),
    script("hashes that are always refused", Start::MagnetV2, |w| {
        hashes(w, |range, _| bytes_of(&Message::HashReject(range)))
    }),
    script("hashes that never come", Start::MagnetV2, |w| hashes(w, |_, _| Vec::new())),
];

/// The number by which hostile peers want metadata.
const OUR_ID: u8 = 2;

/// The number by which our own client wants it, for peers that do not wait for our handshake.
const CLIENTS_ID: u8 = Extension::Metadata as u8;

fn says(handshake: &[u8]) -> Vec<Step> {
    peer_sends(extended(extension::HANDSHAKE, handshake))
}

/// An extension handshake that claims so many bytes of metadata.
fn claim(size: u64) -> Vec<u8> {
    let ours = ExtensionHandshake {
        ids: ExtensionIds::default().with(Extension::Metadata, OUR_ID),
        metadata_size: Some(size),
        ..ExtensionHandshake::default()
    };
    extended(extension::HANDSHAKE, &ours.encode())
}

/// A message with a block of this metadata.
fn piece_of(info: &[u8], block: u32) -> Vec<u8> {
    let data = info.chunks(METADATA_BLOCK).nth(block as usize).unwrap_or(b"?");
    MetadataMessage::Data { block, total: info.len() as u64, data }.encode()
}

/// Claims metadata of a size and answers requests for its blocks.
fn metadata(world: &World, claimed: u64, give: fn(&World, u32) -> Vec<u8>) -> Vec<Step> {
    let (mut steps, world) = (peer_sends(claim(claimed)), world.clone());
    let their_id = Cell::new(CLIENTS_ID);
    let answer = move |message: &Message<Vec<u8>>, _| answer_metadata(&world, &their_id, message, give);
    steps.push(Step::Serve(Box::new(answer), Duration::ZERO));
    steps
}

fn answer_metadata(
    world: &World,
    their_id: &Cell<u8>,
    message: &Message<Vec<u8>>,
    give: fn(&World, u32) -> Vec<u8>,
) -> Vec<u8> {
    let payload = match message {
        Message::Extended { id: extension::HANDSHAKE, payload } => {
            let theirs = ExtensionHandshake::decode(payload).unwrap_or_default();
            their_id.set(theirs.ids.id(Extension::Metadata).unwrap_or(their_id.get()));
            return Vec::new();
        }
        Message::Extended { id: OUR_ID, payload } => match MetadataMessage::decode(payload) {
            Ok(MetadataMessage::Request { block }) => give(world, block),
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    if payload.is_empty() { payload } else { extended(their_id.get(), &payload) }
}

/// Gives metadata as an honest peer would, and lies about hashes.
fn hashes(world: &World, lie: fn(HashRange, Vec<Sha256Digest>) -> Vec<u8>) -> Vec<Step> {
    let (mut steps, world) = (seed(), world.clone());
    steps.push(Step::Send(claim(world.info_length())));
    let their_id = Cell::new(CLIENTS_ID);
    let answer = move |message: &Message<Vec<u8>>, _| match message {
        Message::HashRequest(range) => lie(*range, world.content.hashes(*range).unwrap_or_default()),
        message => answer_metadata(&world, &their_id, message, |w, block| {
            piece_of(w.content.metainfo().raw_info(), block)
        }),
    };
    steps.push(Step::Serve(Box::new(answer), Duration::ZERO));
    steps
}
