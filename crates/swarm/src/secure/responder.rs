//! The side that was dialled: it finds out which torrent is meant, and chooses how bytes go.

use super::arrived::Arrived;
use super::cipher::Ciphers;
use super::stream_keys::{end_of_padding, mask};
use super::{
    Chance, KEY, Methods, PADDING, PAYLOAD, PLAINTEXT, RC4, SecureError, Secured, Step, VERIFICATION,
};

/// The side that was dialled, which MSE calls the receiver.
pub(super) struct Responder {
    methods: Methods,
    chance: Chance,
    arrived: Arrived,
    stage: Stage,
}

/// What is to come next.
enum Stage {
    /// The key of the initiator.
    Key,
    /// Its padding, and the hash behind it.
    EndOfPadding { secret: [u8; KEY] },
    /// Which torrent it means and, encrypted, what there is to choose from, and how long more padding is.
    Torrent { secret: [u8; KEY] },
    /// That padding, and how long the initial payload is.
    Padding { opened: Opened, length: usize },
    /// The initial payload.
    Payload { opened: Opened, length: usize },
    /// Nothing: it went wrong, or is done.
    Over,
}

/// What is known when the encrypted part has begun.
struct Opened {
    info_hash: [u8; 20],
    ciphers: Ciphers,
    /// What was chosen.
    method: u32,
}

impl Responder {
    pub(super) fn new(methods: Methods, chance: Chance) -> Self {
        Self { methods, chance, arrived: Arrived::default(), stage: Stage::Key }
    }

    pub(super) fn receive(
        &mut self,
        bytes: &[u8],
        find: &dyn Fn(&[u8; 20]) -> Option<[u8; 20]>,
        output: &mut Vec<u8>,
    ) -> Result<Option<Secured>, SecureError> {
        self.arrived.push(bytes);
        loop {
            let stage = std::mem::replace(&mut self.stage, Stage::Over);
            match self.step(stage, find, output)? {
                Step::Next(stage) => self.stage = stage,
                Step::Wait(stage) => {
                    self.stage = stage;
                    return Ok(None);
                }
                Step::Done(secured) => return Ok(Some(*secured)),
            }
        }
    }

    fn step(
        &mut self,
        stage: Stage,
        find: &dyn Fn(&[u8; 20]) -> Option<[u8; 20]>,
        output: &mut Vec<u8>,
    ) -> Result<Step<Stage>, SecureError> {
        Ok(match stage {
            Stage::Key => match self.arrived.take() {
                Some(theirs) => Step::Next(self.on_key(&theirs, output)),
                None => Step::Wait(Stage::Key),
            },
            Stage::EndOfPadding { secret } => match self.arrived.pass(&end_of_padding(&secret))? {
                true => Step::Next(Stage::Torrent { secret }),
                false => Step::Wait(Stage::EndOfPadding { secret }),
            },
            Stage::Torrent { secret } => match self.arrived.take() {
                Some(bytes) => Step::Next(self.on_torrent(bytes, &secret, find)?),
                None => Step::Wait(Stage::Torrent { secret }),
            },
            Stage::Padding { opened, length } => match self.arrived.take_many(length + LENGTH) {
                Some(padding) => Step::Next(on_padding(padding, opened)?),
                None => Step::Wait(Stage::Padding { opened, length }),
            },
            Stage::Payload { opened, length } => match self.arrived.take_many(length) {
                Some(payload) => Step::Done(Box::new(self.on_payload(payload, opened, output))),
                None => Step::Wait(Stage::Payload { opened, length }),
            },
            Stage::Over => return Err(SecureError::Garbled),
        })
    }

    fn on_key(&mut self, theirs: &[u8; KEY], output: &mut Vec<u8>) -> Stage {
        output.extend(self.chance.opening());
        Stage::EndOfPadding { secret: self.chance.private_key.secret(theirs) }
    }

    fn on_torrent(
        &self,
        bytes: [u8; HASH + ENCRYPTED],
        secret: &[u8; KEY],
        find: &dyn Fn(&[u8; 20]) -> Option<[u8; 20]>,
    ) -> Result<Stage, SecureError> {
        let (mut masked, mut encrypted) = ([0; HASH], [0; ENCRYPTED]);
        masked.copy_from_slice(&bytes[..HASH]);
        encrypted.copy_from_slice(&bytes[HASH..]);
        let info_hash = find(&mask(secret, masked)).ok_or(SecureError::UnknownTorrent)?;
        let mut ciphers = Ciphers::of_responder(secret, &info_hash).ok_or(SecureError::Garbled)?;
        ciphers.incoming.apply(&mut encrypted);
        let [zeros @ .., a, b, c, d, high, low] = encrypted;
        let length = usize::from(u16::from_be_bytes([high, low]));
        if zeros != VERIFICATION {
            return Err(SecureError::Garbled);
        } else if length > PADDING {
            return Err(SecureError::TooLong);
        }
        let method = self.choose(Methods(u32::from_be_bytes([a, b, c, d])))?;
        Ok(Stage::Padding { opened: Opened { info_hash, ciphers, method }, length })
    }

    /// Nothing is encrypted that need not be.
    fn choose(&self, offered: Methods) -> Result<u32, SecureError> {
        let allowed = |method: &u32| offered.has(*method) && self.methods.has(*method);
        [PLAINTEXT, RC4].into_iter().find(allowed).ok_or(SecureError::NoMethod)
    }

    fn on_payload(&mut self, mut payload: Vec<u8>, opened: Opened, output: &mut Vec<u8>) -> Secured {
        let Opened { info_hash, mut ciphers, method } = opened;
        ciphers.incoming.apply(&mut payload);
        let mut answer = [&VERIFICATION[..], &method.to_be_bytes()].concat();
        answer.extend(self.chance.encrypted_padding());
        ciphers.outgoing.apply(&mut answer);
        output.extend(answer);
        let mut behind = self.arrived.take_all();
        let is_encrypted = method == RC4;
        if is_encrypted {
            ciphers.incoming.apply(&mut behind);
        }
        payload.extend(behind);
        Secured { info_hash, ciphers: is_encrypted.then_some(ciphers), received: payload }
    }
}

fn on_padding(mut padding: Vec<u8>, mut opened: Opened) -> Result<Stage, SecureError> {
    opened.ciphers.incoming.apply(&mut padding);
    let length = padding.last_chunk().map_or(0, |bytes| usize::from(u16::from_be_bytes(*bytes)));
    if length > PAYLOAD { Err(SecureError::TooLong) } else { Ok(Stage::Payload { opened, length }) }
}

/// Bytes of a hash.
const HASH: usize = 20;

/// Bytes of a length.
const LENGTH: usize = 2;

/// Bytes of the encrypted zeros, of what there is to choose from, and of a length.
const ENCRYPTED: usize = VERIFICATION.len() + 4 + LENGTH;
