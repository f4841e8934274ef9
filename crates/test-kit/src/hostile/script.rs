//! What a hostile peer does, as data.

use std::sync::Arc;
use std::time::Duration;

use swarm::wire::{Handshake, Message};

use crate::Content;
use crate::line::bytes_of;

/// One way of being hostile.
#[derive(Clone, Copy, Debug)]
pub struct Script {
    /// In words, lower case.
    pub name: &'static str,
    /// What it lies about.
    pub group: Group,
    /// What the victim must start with for the lie to reach it.
    pub start: Start,
    /// What it does after somebody has connected; when it is through, it listens until it is cut off.
    pub steps: fn(&World) -> Vec<Step>,
}

/// What a script lies about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// The first 68 bytes: it is never a peer of the swarm.
    Handshake,
    /// The length prefixes of messages.
    Length,
    /// Pieces, blocks, and which message may come when.
    Range,
    /// Extended messages and metadata.
    Extension,
    /// The payload of blocks, and hashes.
    Data,
    /// It is slow, or never does what it promised.
    Time,
}

/// What the victim starts with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    /// The torrent, so that it asks for blocks at once.
    Torrent,
    /// A link: it needs metadata.
    Magnet,
    /// A link to a v2 torrent: it needs metadata and piece layers.
    MagnetV2,
}

/// One thing that a hostile peer does on its connection.
pub enum Step {
    /// Reads the other side's handshake and answers with its info hash, our peer id and these features.
    Shake {
        /// The reserved bytes of our handshake.
        reserved: [u8; 8],
    },
    /// Reads the other side's handshake and sends it back as it came.
    Echo,
    /// Sends these bytes, whatever comes back.
    Send(Vec<u8>),
    /// Sends bytes one by one, with this pause before each.
    Drip(Vec<u8>, Duration),
    /// Sends bytes again and again until it is cut off, but not more than a gibibyte.
    Flood(Vec<u8>),
    /// Reads nothing for a time.
    Deaf(Duration),
    /// Answers each message, byte by byte if there is a pause, until it is cut off.
    Serve(Answer, Duration),
}

/// What is sent in answer to a message. The number counts the answers that were not empty.
pub type Answer = Box<dyn Fn(&Message<Vec<u8>>, usize) -> Vec<u8>>;

/// What a script knows of its surroundings.
#[derive(Clone, Debug)]
pub struct World {
    /// The torrent that the peer pretends to have.
    pub content: Arc<Content>,
    /// Who the peer says it is.
    pub peer_id: [u8; 20],
}

/// BEP 10 and BEP 6.
pub(super) const FEATURES: [u8; 8] = [0, 0, 0, 0, 0, 0x10, 0, 0x04];

impl World {
    /// How many pieces there are.
    pub(super) fn pieces(&self) -> u32 {
        self.content.pieces()
    }

    /// A handshake that is right.
    pub(super) fn handshake(&self) -> Vec<u8> {
        Handshake { reserved: FEATURES, ..Handshake::new(self.content.info_hash(), self.peer_id, false) }
            .encode()
            .to_vec()
    }

    /// Bytes of the info dictionary.
    pub(super) fn info_length(&self) -> u64 {
        self.content.metainfo().raw_info().len() as u64
    }
}

/// Up to where a seed would answer requests.
pub(super) fn seed() -> Vec<Step> {
    vec![Step::Shake { reserved: FEATURES }, send(&Message::HaveAll), send(&Message::Unchoke)]
}

/// As a seed would, and then these bytes.
pub(super) fn seed_sends(bytes: Vec<u8>) -> Vec<Step> {
    let mut steps = seed();
    steps.push(Step::Send(bytes));
    steps
}

/// A handshake, and then these bytes.
pub(super) fn peer_sends(bytes: Vec<u8>) -> Vec<Step> {
    vec![Step::Shake { reserved: FEATURES }, Step::Send(bytes)]
}

pub(super) fn send(message: &Message<Vec<u8>>) -> Step {
    Step::Send(bytes_of(message))
}

/// A message whose length prefix says `length`, whatever the body has.
pub(super) fn prefixed(length: u32, id: u8, body: &[u8]) -> Vec<u8> {
    [&length.to_be_bytes(), [id].as_slice(), body].concat()
}

/// A message with the right prefix.
pub(super) fn raw(id: u8, body: &[u8]) -> Vec<u8> {
    prefixed(body.len() as u32 + 1, id, body)
}

/// A message of numbers.
pub(super) fn numbers(id: u8, numbers: &[u32]) -> Vec<u8> {
    raw(id, &numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>())
}

/// An extended message of BEP 10.
pub(super) fn extended(id: u8, payload: &[u8]) -> Vec<u8> {
    raw(20, &[&[id], payload].concat())
}
