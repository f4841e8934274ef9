//! Peers that never become one of the swarm.

use std::time::Duration;

use crate::hostile::script::{Group, Script, Start, Step, World};
use crate::seeded_bytes;

const fn script(name: &'static str, steps: fn(&World) -> Vec<Step>) -> Script {
    Script { name, group: Group::Handshake, start: Start::Torrent, steps }
}

pub(super) const SCRIPTS: &[Script] = &[
    script("nothing", |_| vec![]),
    script("a handshake that stops after 20 bytes", |w| vec![Step::Send(w.handshake()[..20].to_vec())]),
    script("a handshake that stops after the info hash", |w| vec![Step::Send(w.handshake()[..48].to_vec())]),
    script("a handshake that lacks its last byte", |w| vec![Step::Send(w.handshake()[..67].to_vec())]),
    script("a handshake that takes a minute and more", |w| {
        vec![Step::Drip(w.handshake(), Duration::from_secs(1))]
    }),
    script("a protocol of another case", |w| changed(w, 19)),
    script("a protocol whose name has 18 bytes", |w| changed(w, 0)),
    script("an info hash with one bit turned", |w| changed(w, 47)),
    script("another info hash", |w| {
        let mut handshake = w.handshake();
        handshake[28..48].copy_from_slice(&seeded_bytes(1, 20));
        vec![Step::Send(handshake)]
    }),
    script("no info hash", |w| {
        let mut handshake = w.handshake();
        handshake[28..48].fill(0);
        vec![Step::Send(handshake)]
    }),
    script("our own handshake", |_| vec![Step::Echo]),
    script("two handshakes", |w| vec![Step::Send([w.handshake(), w.handshake()].concat())]),
    script("a web server", |_| {
        vec![Step::Send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".to_vec())]
    }),
    script("a remote shell", |_| vec![Step::Send(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec())]),
    script("noise", |_| vec![Step::Send(seeded_bytes(2, 4096))]),
    script("a flood of zeros", |_| vec![Step::Flood(vec![0; 64 << 10])]),
];

/// A handshake with a bit of one byte turned.
fn changed(world: &World, byte: usize) -> Vec<Step> {
    let mut handshake = world.handshake();
    handshake[byte] ^= if byte == 0 { 1 } else { 0x20 };
    vec![Step::Send(handshake)]
}
