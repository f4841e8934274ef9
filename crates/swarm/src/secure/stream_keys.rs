//! Which torrent a stream is for: it shows a hash of its info hash (SKEY), and who does not know that learns nothing of it.

use std::collections::HashMap;

use piece_hash::{Backend, Sha1};

use super::KEY;

/// The info hashes that streams may be for, by what a stream shows of them, HASH('req2', SKEY).
#[derive(Default)]
pub struct StreamKeys(HashMap<[u8; 20], [u8; 20]>);

impl StreamKeys {
    /// Streams may be for this info hash (v1, or the first 20 bytes of v2).
    pub fn insert(&mut self, info_hash: [u8; 20]) {
        self.0.insert(shown(&info_hash), info_hash);
    }

    /// Streams may not be for it any more.
    pub fn remove(&mut self, info_hash: &[u8; 20]) {
        self.0.remove(&shown(info_hash));
    }

    /// The info hash of which a stream shows this.
    pub fn find(&self, shown: &[u8; 20]) -> Option<[u8; 20]> {
        self.0.get(shown).copied()
    }
}

/// What a stream shows of its info hash.
pub(super) fn shown(info_hash: &[u8; 20]) -> [u8; 20] {
    hash(&[b"req2", info_hash])
}

/// Where the padding of the initiator ends.
pub(super) fn end_of_padding(secret: &[u8; KEY]) -> [u8; 20] {
    hash(&[b"req1", secret])
}

/// Hides what a stream shows of its info hash from who does not know its secret; the same again reveals it.
pub(super) fn mask(secret: &[u8; KEY], mut shown: [u8; 20]) -> [u8; 20] {
    let mask = hash(&[b"req3", secret]);
    shown.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    shown
}

/// The hash that MSE uses throughout.
pub(super) fn hash(parts: &[&[u8]]) -> [u8; 20] {
    Backend::best().digest::<Sha1>(&parts.concat())
}
