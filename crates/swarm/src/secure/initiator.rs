//! The side that has dialled: it knows which torrent it wants, and what it may be given to choose from.

use super::arrived::Arrived;
use super::cipher::Ciphers;
use super::stream_keys::{end_of_padding, mask, shown};
use super::{Chance, KEY, Methods, PADDING, PLAINTEXT, RC4, SecureError, Secured, Step, VERIFICATION};

/// The side that has dialled.
pub(super) struct Initiator {
    methods: Methods,
    info_hash: [u8; 20],
    /// What it says first.
    payload: Vec<u8>,
    chance: Chance,
    arrived: Arrived,
    stage: Stage,
}

/// What is to come next.
enum Stage {
    /// The key of the responder.
    Key,
    /// Its padding, and the encrypted zeros behind it.
    Verification { ciphers: Ciphers, mark: [u8; VERIFICATION.len()] },
    /// What it chose, and how long its encrypted padding is.
    Choice { ciphers: Ciphers },
    /// The encrypted padding, of that length.
    Padding { ciphers: Ciphers, method: u32, length: usize },
    /// Nothing: it went wrong, or is done.
    Over,
}

impl Initiator {
    pub(super) fn new(methods: Methods, info_hash: [u8; 20], payload: Vec<u8>, chance: Chance) -> Self {
        Self { methods, info_hash, payload, chance, arrived: Arrived::default(), stage: Stage::Key }
    }

    pub(super) fn receive(
        &mut self,
        bytes: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<Option<Secured>, SecureError> {
        self.arrived.push(bytes);
        loop {
            let stage = std::mem::replace(&mut self.stage, Stage::Over);
            match self.step(stage, output)? {
                Step::Next(stage) => self.stage = stage,
                Step::Wait(stage) => {
                    self.stage = stage;
                    return Ok(None);
                }
                Step::Done(secured) => return Ok(Some(*secured)),
            }
        }
    }

    fn step(&mut self, stage: Stage, output: &mut Vec<u8>) -> Result<Step<Stage>, SecureError> {
        Ok(match stage {
            Stage::Key => match self.arrived.take() {
                Some(theirs) => Step::Next(self.on_key(&theirs, output)?),
                None => Step::Wait(Stage::Key),
            },
            Stage::Verification { ciphers, mark } => match self.arrived.pass(&mark)? {
                true => Step::Next(Stage::Choice { ciphers }),
                false => Step::Wait(Stage::Verification { ciphers, mark }),
            },
            Stage::Choice { ciphers } => match self.arrived.take() {
                Some(choice) => Step::Next(self.on_choice(choice, ciphers)?),
                None => Step::Wait(Stage::Choice { ciphers }),
            },
            Stage::Padding { ciphers, method, length } => match self.arrived.take_many(length) {
                Some(padding) => Step::Done(Box::new(self.on_padding(padding, ciphers, method))),
                None => Step::Wait(Stage::Padding { ciphers, method, length }),
            },
            Stage::Over => return Err(SecureError::Garbled),
        })
    }

    /// Both have the same secret: says which torrent is meant, and the rest encrypted.
    fn on_key(&mut self, theirs: &[u8; KEY], output: &mut Vec<u8>) -> Result<Stage, SecureError> {
        let secret = self.chance.private_key.secret(theirs);
        let mut ciphers = Ciphers::of_initiator(&secret, &self.info_hash).ok_or(SecureError::Garbled)?;
        let payload = std::mem::take(&mut self.payload);
        let length = u16::try_from(payload.len()).map_err(|_| SecureError::TooLong)?;
        let mut encrypted = [&VERIFICATION[..], &self.methods.0.to_be_bytes()].concat();
        encrypted.extend(self.chance.encrypted_padding());
        encrypted.extend(length.to_be_bytes());
        encrypted.extend(payload);
        ciphers.outgoing.apply(&mut encrypted);
        output.extend(end_of_padding(&secret));
        output.extend(mask(&secret, shown(&self.info_hash)));
        output.extend(encrypted);
        let mark = ciphers.incoming.of_zeros();
        Ok(Stage::Verification { ciphers, mark })
    }

    fn on_choice(&self, mut choice: [u8; 6], mut ciphers: Ciphers) -> Result<Stage, SecureError> {
        ciphers.incoming.apply(&mut choice);
        let [a, b, c, d, high, low] = choice;
        let method = u32::from_be_bytes([a, b, c, d]);
        let length = usize::from(u16::from_be_bytes([high, low]));
        if !matches!(method, PLAINTEXT | RC4) || !self.methods.has(method) {
            return Err(SecureError::NoMethod);
        }
        match length {
            0..=PADDING => Ok(Stage::Padding { ciphers, method, length }),
            _ => Err(SecureError::TooLong),
        }
    }

    fn on_padding(&mut self, mut padding: Vec<u8>, mut ciphers: Ciphers, method: u32) -> Secured {
        ciphers.incoming.apply(&mut padding);
        let mut received = self.arrived.take_all();
        if method == PLAINTEXT {
            return Secured { info_hash: self.info_hash, ciphers: None, received };
        }
        ciphers.incoming.apply(&mut received);
        Secured { info_hash: self.info_hash, ciphers: Some(ciphers), received }
    }
}
