//! What a peer only says costs nothing: the same message with a larger number in it makes us keep no more.

use std::sync::PoisonError;

use swarm::Event;
use swarm::extension::{self, Extension, ExtensionHandshake, ExtensionIds};
use swarm::limits::METADATA;
use swarm::wire::Message;
use torrent_core::metainfo::Protocol;

use crate::ALONE;
use crate::lists::{Engine, connect, engine, hear, range_of, tell, torrent};
use crate::meter::{ALLOCATOR, FEW_BYTES};

/// What is said, a small and a large number, and an engine with a message that says it.
type Number = (&'static str, u64, u64, fn(u64) -> (Engine, Message<()>));

const ALL: &[Number] = &[
    ("size of the metadata", 1 << 14, METADATA as u64, |size| {
        said(
            None,
            ExtensionHandshake {
                ids: ExtensionIds::default().with(Extension::Metadata, 3),
                metadata_size: Some(size),
                ..Default::default()
            },
        )
    }),
    ("requests that may wait", 250, u32::MAX as u64, |count| {
        let requests = Some(count as u32);
        said(Some(64), ExtensionHandshake { requests, ..Default::default() })
    }),
    ("a piece, before the metadata", 1, u32::MAX as u64, |piece| {
        (met(None), Message::Have((piece as u32).into()))
    }),
    ("pieces of the layer of which hashes are requested", 1 << 10, 1 << 16, |pieces| {
        let range = range_of(&torrent(Protocol::V2, &[pieces << 14], 1 << 14), 0, 512);
        (met(Some(pieces)), Message::HashRequest(range))
    }),
    ("levels of the proof that is requested", 1, 63, |levels| {
        let range = range_of(&torrent(Protocol::V2, &[1024 << 14], 1 << 14), 0, 2);
        (
            met(Some(1024)),
            Message::HashRequest(swarm::wire::HashRange { proof_layers: levels as u32, ..range }),
        )
    }),
];

#[test]
fn nothing_is_kept_because_a_number_is_large() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for (name, small, large, setup) in ALL {
        let (small, large) = (bytes(setup(*small)), bytes(setup(*large)));
        println!("{name}: {small} and {large} bytes");
        assert!(large <= small + FEW_BYTES, "{name}: {small} and {large} bytes");
    }
}

/// The most bytes that were allocated while a message was heard, and in ten seconds afterwards.
fn bytes((mut engine, message): (Engine, Message<()>)) -> usize {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    hear(&mut engine, 1, message);
    (1..10).for_each(|second| drop(tell(&mut engine, second, Event::Tick)));
    ALLOCATOR.peak_usage().saturating_sub(before)
}

fn said(pieces: Option<u64>, said: ExtensionHandshake) -> (Engine, Message<()>) {
    (met(pieces), Message::Extended { id: extension::HANDSHAKE, payload: said.encode() })
}

/// A peer without BEP 6 has everything of a torrent of so many pieces, or of one that is not known yet, and lets us ask.
fn met(pieces: Option<u64>) -> Engine {
    let torrent = pieces.map(|pieces| torrent(Protocol::V2, &[pieces << 14], 1 << 14));
    let mut engine = engine(torrent, |_| {});
    connect(&mut engine, 1, [0, 0, 0, 0, 0, 0x10, 0, 0x10]);
    if let Some(pieces) = pieces {
        hear(&mut engine, 1, Message::Bitfield(vec![0xff; pieces as usize / 8]));
        hear(&mut engine, 1, Message::Unchoke);
    }
    engine
}
