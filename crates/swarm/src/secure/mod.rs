//! Encrypted streams (MSE/PE, "message stream encryption"): the handshake that comes before that of BEP 3, as state machines of both sides.
//!
//! It hides what is spoken from whoever looks at packets, and no more: nobody proves who they are, so whoever stands between two peers can
//! read all of it. What is random in it only has to differ from stream to stream.
//!
//! ```text
//! initiator: Ya, padding             responder: Yb, padding         keys of a Diffie-Hellman exchange; S is what both know then
//! initiator: HASH('req1', S), HASH('req2', SKEY) xor HASH('req3', S), ENCRYPT(VC, crypto_provide, padding, IA)
//! responder: ENCRYPT(VC, crypto_select, padding)
//! ```
//!
//! Neither knows how long the other's padding is: the responder looks for HASH('req1', S), the initiator for the encrypted VC, eight zeros.
//! SKEY is the info hash. IA is what the initiator says first: here its handshake of BEP 3, which so costs no round trip more.
//!
//! A side is a [`SecureHandshake`]: give it what came, send what it says, until it is [`Secured`].

mod arrived;
mod cipher;
mod encryption;
mod initiator;
mod key_exchange;
mod responder;
mod stream_keys;

pub use cipher::{Cipher, Ciphers};
pub use encryption::{Encryption, UnknownEncryption};
use initiator::Initiator;
use key_exchange::{KEY, PrivateKey};
use responder::Responder;
pub use stream_keys::StreamKeys;

/// How bytes may go behind the handshake: the bits of `crypto_provide`.
#[derive(Clone, Copy)]
struct Methods(u32);

impl Methods {
    fn has(self, method: u32) -> bool {
        self.0 & method != 0
    }
}

/// Bytes go as they are.
const PLAINTEXT: u32 = 1;

/// Bytes are encrypted as they were in the handshake.
const RC4: u32 = 2;

/// What a side chooses by chance.
pub struct Chance {
    private_key: PrivateKey,
    /// How long its padding is: behind its key, and where it is encrypted.
    padding: [usize; 2],
    /// The padding behind its key.
    bytes: fastrand::Rng,
}

impl Chance {
    /// Made from bytes that nobody can guess.
    pub fn new(entropy: [u8; 28]) -> Self {
        let mut key = [0; 20];
        key.copy_from_slice(&entropy[..20]);
        let seed = entropy[20..].iter().fold(0, |seed, byte| seed << 8 | u64::from(*byte));
        let mut bytes = fastrand::Rng::with_seed(seed);
        let padding = [bytes.usize(..=PADDING), bytes.usize(..=PADDING)];
        Self { private_key: PrivateKey::new(key), padding, bytes }
    }

    /// The key that the other side is to know, and padding that nobody can tell from it.
    fn opening(&mut self) -> Vec<u8> {
        let mut opening = self.private_key.public().to_vec();
        opening.extend(std::iter::repeat_with(|| self.bytes.u8(..)).take(self.padding[0]));
        opening
    }

    /// The padding that is encrypted, behind its length.
    fn encrypted_padding(&self) -> Vec<u8> {
        let length = self.padding[1] as u16;
        [&length.to_be_bytes(), &vec![0; self.padding[1]][..]].concat()
    }
}

/// One side of a handshake that is under way.
pub struct SecureHandshake {
    side: Side,
    /// What it says.
    output: Vec<u8>,
}

enum Side {
    Initiator(Box<Initiator>),
    Responder(Box<Responder>),
}

impl SecureHandshake {
    /// We have dialled, for the torrent of this info hash; `payload` is what we say first.
    pub fn initiator(
        encryption: Encryption,
        info_hash: [u8; 20],
        payload: &[u8],
        mut chance: Chance,
    ) -> Self {
        let output = chance.opening();
        let side = Initiator::new(encryption.methods(), info_hash, payload.to_vec(), chance);
        Self { side: Side::Initiator(Box::new(side)), output }
    }

    /// Somebody dialled us.
    pub fn responder(encryption: Encryption, chance: Chance) -> Self {
        let side = Responder::new(encryption.methods(), chance);
        Self { side: Side::Responder(Box::new(side)), output: Vec::new() }
    }

    /// Takes what came. What it says to that is its [output](Self::take_output). `find` knows by its HASH('req2', SKEY) which torrent is meant
    /// ([`StreamKeys`]).
    ///
    /// # Errors
    /// The other side does not speak this, or wants what is not to be had here.
    pub fn receive(
        &mut self,
        bytes: &[u8],
        find: &dyn Fn(&[u8; 20]) -> Option<[u8; 20]>,
    ) -> Result<Option<Secured>, SecureError> {
        match &mut self.side {
            Side::Initiator(side) => side.receive(bytes, &mut self.output),
            Side::Responder(side) => side.receive(bytes, find, &mut self.output),
        }
    }

    /// What is to be sent now.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }
}

/// What a handshake led to.
pub struct Secured {
    /// The info hash that the initiator means.
    pub info_hash: [u8; 20],
    /// What encrypts from here on, if anything does.
    pub ciphers: Option<Ciphers>,
    /// What the other side said behind the handshake as far as it has come, or as its initial payload; decrypted.
    pub received: Vec<u8>,
}

/// Why a handshake cannot go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SecureError {
    /// The other side has another secret, or speaks something else.
    #[error("there is no encrypted handshake in what came")]
    NoSync,
    /// Its SKEY is none of ours.
    #[error("no torrent here has this info hash")]
    UnknownTorrent,
    /// What was decrypted is not what stands there.
    #[error("the encrypted part of the handshake is garbled")]
    Garbled,
    /// It says that more comes than may.
    #[error("the handshake is too long")]
    TooLong,
    /// It offers or chooses no way of going on that is allowed here.
    #[error("there is no method that both sides allow")]
    NoMethod,
}

/// Where a step leads to.
enum Step<Stage> {
    /// More has to come first.
    Wait(Stage),
    /// There may be enough for the next one.
    Next(Stage),
    /// It was the last one.
    Done(Box<Secured>),
}

/// Bytes of padding, at most.
const PADDING: usize = 512;

/// The encrypted zeros that show that both sides have the same keys.
const VERIFICATION: [u8; 8] = [0; 8];

/// Bytes of an initial payload that we take: a handshake, and what some send right behind it.
const PAYLOAD: usize = 4 << 10;

#[cfg(test)]
mod tests;
