//! Peers that speak of pieces and blocks that do not exist, or at the wrong time.

use swarm::wire::Message;

use crate::honest::full_bitfield;
use crate::hostile::script::{
    FEATURES, Group, Script, Start, Step, World, numbers, peer_sends, raw, seed_sends,
};
use crate::line::bytes_of;

const fn script(name: &'static str, steps: fn(&World) -> Vec<Step>) -> Script {
    Script { name, group: Group::Range, start: Start::Torrent, steps }
}

const BLOCK: u32 = 16 << 10;

pub(super) const SCRIPTS: &[Script] = &[
    script("a piece behind the last", |w| peer_sends(numbers(4, &[w.pieces()]))),
    script("the last piece of all numbers", |_| peer_sends(numbers(4, &[u32::MAX]))),
    script("a bitfield with a spare bit", |w| {
        let mut bits = full_bitfield(w.pieces());
        match w.pieces() % 8 {
            0 => bits.push(0x80),
            _ => bits.iter_mut().for_each(|byte| *byte = 0xff),
        }
        peer_sends(raw(5, &bits))
    }),
    script("a bitfield that is a byte short", |w| peer_sends(raw(5, &full_bitfield(w.pieces())[1..]))),
    script("two bitfields", |w| peer_sends(raw(5, &full_bitfield(w.pieces())).repeat(2))),
    script("a bitfield after a have", |w| {
        peer_sends([numbers(4, &[0]), raw(5, &full_bitfield(w.pieces()))].concat())
    }),
    script("everything and nothing", |_| seed_sends(bytes_of(&Message::HaveNone))),
    script("everything without BEP 6", |_| {
        let reserved = [FEATURES[0], 0, 0, 0, 0, FEATURES[5], 0, 0];
        vec![Step::Shake { reserved }, Step::Send(bytes_of(&Message::HaveAll))]
    }),
    script("a request for a piece behind the last", |w| seed_sends(numbers(6, &[w.pieces(), 0, BLOCK]))),
    script("a request behind the end of a piece", |_| seed_sends(numbers(6, &[0, (2 << 30) - 1, 1]))),
    script("a request that wraps around", |_| seed_sends(numbers(6, &[0, u32::MAX - 1, BLOCK]))),
    script("a request for no bytes", |_| seed_sends(numbers(6, &[0, 0, 0]))),
    script("a request for a byte more than 16 KiB", |_| seed_sends(numbers(6, &[0, 0, BLOCK + 1]))),
    script("a request for 2 GiB", |_| seed_sends(numbers(6, &[0, 0, 1 << 31]))),
    script("a cancel of a piece behind the last", |w| seed_sends(numbers(8, &[w.pieces(), 0, BLOCK]))),
    script("a rejection of a piece behind the last", |w| seed_sends(numbers(16, &[w.pieces(), 0, BLOCK]))),
    script("a hint at a piece behind the last", |w| seed_sends(numbers(13, &[w.pieces()]))),
    script("a gift of a piece behind the last", |w| seed_sends(numbers(17, &[w.pieces()]))),
    script("a block of a piece behind the last", |w| {
        seed_sends(raw(7, &[w.pieces().to_be_bytes().as_slice(), &[0; 4 + 100]].concat()))
    }),
    script("blocks that nobody asked for", |_| {
        // Before the client knows what it could ask for: it is not unchoked.
        peer_sends(raw(7, &[0; 8 + BLOCK as usize]).repeat(10))
    }),
    script("a message that has no meaning", |_| seed_sends(raw(99, &[0; 10]))),
    script("a message of a reserved kind", |_| seed_sends(raw(10, &[]))),
];
