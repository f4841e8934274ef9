//! How hostile peers change what an honest engine would have sent.

use swarm::extension::{ExtensionHandshake, HANDSHAKE, MetadataMessage};
use swarm::wire::{BlockAddress, Message};
use torrent_core::limits::BLOCK;

use super::payload::Token;
use super::peer::Behaviour;

impl Behaviour {
    /// What is sent instead of `message`.
    pub(super) fn disguise(
        self,
        message: Message<Token>,
        pieces: u32,
        rng: &mut fastrand::Rng,
    ) -> Vec<Message<Token>> {
        match (self, message) {
            (Self::Flap, message) => flap(message, pieces, rng),
            (Self::Hoard, message) => hoard(message, pieces),
            (Self::NeverUnchoke | Self::Liar, Message::Unchoke) => Vec::new(),
            (Self::Liar, Message::HaveNone) => vec![Message::HaveAll],
            (Self::NeverAnswer, Message::Piece { .. }) => Vec::new(),
            (Self::WrongHave, message @ (Message::HaveAll | Message::Bitfield(_))) => {
                vec![message, Message::Have(pieces.into())]
            }
            (Self::Unasked, message @ Message::HaveAll) => vec![message, unasked(pieces, rng)],
            (Self::OutOfRange, message @ Message::Unchoke) => vec![message],
            (Self::OutOfRange, message @ Message::HaveAll) => {
                vec![message, Message::Interested, Message::Request(behind_the_end(pieces, rng))]
            }
            (Self::BadMetadata, Message::Extended { id, mut payload }) if id != HANDSHAKE => {
                if let Some(last) = payload.last_mut() {
                    *last ^= 1;
                }
                vec![Message::Extended { id, payload }]
            }
            (Self::HugeMetadata, Message::Extended { id: HANDSHAKE, payload }) => vec![huge(&payload)],
            (Self::BadHashes, Message::Hashes { range, mut hashes }) => {
                if let Some(hash) = hashes.first_mut() {
                    hash[0] ^= 1;
                }
                vec![Message::Hashes { range, hashes }]
            }
            (_, Message::Piece { block, data }) => {
                let good = data.good && !self.poisons(block, rng);
                vec![Message::Piece { block, data: Token { good, ..data } }]
            }
            (_, message) => vec![message],
        }
    }

    fn poisons(self, block: BlockAddress, rng: &mut fastrand::Rng) -> bool {
        match self {
            Self::Poison => true,
            Self::PoisonHalf { odd } => (u64::from(block.offset) / BLOCK % 2 == 1) == odd,
            Self::PoisonSome { percent } => rng.u8(0..100) < percent,
            _ => false,
        }
    }

    /// It sends bad blocks.
    pub fn is_poisoner(self) -> bool {
        matches!(self, Self::Poison | Self::PoisonHalf { .. } | Self::PoisonSome { .. })
    }
}

/// As a peer without BEP 6, which need not answer requests that it has choked away. Now and then it sends what it likes.
fn flap(message: Message<Token>, pieces: u32, rng: &mut fastrand::Rng) -> Vec<Message<Token>> {
    match message {
        Message::HaveAll => {
            let mut bits = vec![0xff; pieces.div_ceil(8) as usize];
            if let Some(last) = bits.last_mut().filter(|_| !pieces.is_multiple_of(8)) {
                *last <<= 8 - pieces % 8;
            }
            vec![Message::Bitfield(bits)]
        }
        Message::HaveNone | Message::RejectRequest(_) => Vec::new(),
        Message::Piece { block, data } => {
            let flaps = (0..100).flat_map(|_| [Message::Choke, Message::Unchoke]);
            let stray = (rng.u8(0..8) == 0).then(|| unasked(pieces, rng));
            flaps.chain([Message::Piece { block, data }]).chain(stray).collect()
        }
        message => vec![message],
    }
}

fn hoard(message: Message<Token>, pieces: u32) -> Vec<Message<Token>> {
    match message {
        Message::HaveAll => {
            let haves = (0..HOARD).map(|have| Message::Have((have % pieces).into()));
            std::iter::once(Message::HaveNone).chain(haves).collect()
        }
        Message::Request(block) => (0..HOARD).map(|_| Message::Request(block)).collect(),
        Message::Hashes { .. } | Message::HashReject(_) => Vec::new(),
        Message::Extended { id, payload } if id != HANDSHAKE => match MetadataMessage::decode(&payload) {
            Ok(MetadataMessage::Data { .. }) => Vec::new(),
            _ => vec![Message::Extended { id, payload }],
        },
        message => vec![message],
    }
}

fn unasked(pieces: u32, rng: &mut fastrand::Rng) -> Message<Token> {
    let block = BlockAddress { piece: rng.u32(..pieces).into(), offset: 0, length: BLOCK as u32 };
    Message::Piece { block, data: Token { block, good: true, lease: None } }
}

fn behind_the_end(pieces: u32, rng: &mut fastrand::Rng) -> BlockAddress {
    match rng.u8(..3) {
        0 => BlockAddress { piece: pieces.into(), offset: 0, length: BLOCK as u32 },
        1 => BlockAddress { piece: 0.into(), offset: u32::MAX - 1, length: BLOCK as u32 },
        _ => BlockAddress { piece: 0.into(), offset: 0, length: BLOCK as u32 * 8 + 1 },
    }
}

fn huge(payload: &[u8]) -> Message<Token> {
    let mut handshake = ExtensionHandshake::decode(payload).expect("an engine's own handshake");
    handshake.metadata_size = Some(1 << 40);
    Message::Extended { id: HANDSHAKE, payload: handshake.encode() }
}

/// More than any list may have that a peer's messages go into.
const HOARD: u32 = 5000;
