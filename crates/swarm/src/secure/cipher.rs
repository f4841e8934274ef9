//! The cipher of MSE: RC4, whose first 1,024 bytes are not used.

use rc4::{KeyInit, Rc4, StreamCipher};

use super::KEY;
use super::stream_keys::hash;

/// Encrypts, or decrypts, the bytes of one direction: the same act. Bytes go through it once, in order.
pub struct Cipher(Rc4);

/// The ciphers of both directions, as one side sees them.
pub struct Ciphers {
    /// For what comes.
    pub incoming: Cipher,
    /// For what goes.
    pub outgoing: Cipher,
}

impl Cipher {
    fn new(name: &[u8; 4], secret: &[u8; KEY], info_hash: &[u8; 20]) -> Option<Self> {
        let key = hash(&[name, secret, info_hash]);
        let mut cipher = Self(Rc4::new_from_slice(&key).ok()?);
        cipher.apply(&mut [0; UNUSED]);
        Some(cipher)
    }

    /// Encrypts or decrypts the next bytes in place.
    pub fn apply(&mut self, bytes: &mut [u8]) {
        self.0.apply_keystream(bytes);
    }

    /// What the next zeros are when they are encrypted, or what is encrypted so that zeros come out.
    pub(super) fn of_zeros<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.apply(&mut bytes);
        bytes
    }
}

impl Ciphers {
    /// Those of the initiator.
    pub(super) fn of_initiator(secret: &[u8; KEY], info_hash: &[u8; 20]) -> Option<Self> {
        let outgoing = Cipher::new(b"keyA", secret, info_hash)?;
        Some(Self { incoming: Cipher::new(b"keyB", secret, info_hash)?, outgoing })
    }

    /// Those of the responder.
    pub(super) fn of_responder(secret: &[u8; KEY], info_hash: &[u8; 20]) -> Option<Self> {
        let Self { incoming, outgoing } = Self::of_initiator(secret, info_hash)?;
        Some(Self { incoming: outgoing, outgoing: incoming })
    }
}

/// Bytes at the start of RC4 that say too much of its key.
const UNUSED: usize = 1024;
