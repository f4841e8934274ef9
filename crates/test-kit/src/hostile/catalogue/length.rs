//! Peers whose messages are not as long as they are.

use crate::hostile::script::{Group, Script, Start, Step, World, peer_sends, prefixed, raw, seed_sends};

const fn script(name: &'static str, steps: fn(&World) -> Vec<Step>) -> Script {
    Script { name, group: Group::Length, start: Start::Torrent, steps }
}

pub(super) const SCRIPTS: &[Script] = &[
    script("a message of 4 GiB", |_| peer_sends(u32::MAX.to_be_bytes().to_vec())),
    script("a message of 2 GiB", |_| seed_sends(prefixed(1 << 31, 7, &[0; 100]))),
    script("a choke with a body", |_| seed_sends(raw(0, &[0]))),
    script("an interest with a body", |_| seed_sends(raw(2, &[0; 4]))),
    script("a have of 3 bytes", |_| peer_sends(raw(4, &[0; 3]))),
    script("a have of 5 bytes", |_| peer_sends(raw(4, &[0; 5]))),
    script("a bitfield of 1 MiB", |_| peer_sends(raw(5, &vec![0; 1 << 20]))),
    script("a request of 11 bytes", |_| seed_sends(raw(6, &[0; 11]))),
    script("a request of 13 bytes", |_| seed_sends(raw(6, &[0; 13]))),
    script("a block of no bytes", |_| seed_sends(raw(7, &[0; 8]))),
    script("a block without an offset", |_| seed_sends(raw(7, &[0; 7]))),
    script("a block of a byte more than 16 KiB", |_| seed_sends(raw(7, &[0; 8 + (16 << 10) + 1]))),
    script("an extended message of a byte more than 1 MiB", |_| {
        peer_sends(prefixed((1 << 20) + 3, 20, &[0; 1000]))
    }),
    script("an extended message without a number", |_| peer_sends(raw(20, &[]))),
    script("hashes that end inside a hash", |_| seed_sends(raw(22, &[1; 48 + 33]))),
    script("a hash request of 47 bytes", |_| seed_sends(raw(21, &[0; 47]))),
];
