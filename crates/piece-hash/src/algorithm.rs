//! The two hash functions of BitTorrent: SHA-1 for v1 pieces (BEP 3), SHA-256 for v2 trees (BEP 52).

use sha1::digest::Digest;

/// A SHA-1 digest: 20 bytes.
pub type Sha1Digest = [u8; 20];

/// A SHA-256 digest: 32 bytes.
pub type Sha256Digest = [u8; 32];

/// One of the two hash functions. Only this crate implements it.
pub trait Algorithm: sealed::Streaming<Output = Self::Digest> {
    /// The digest: an array of bytes.
    type Digest: Copy + Eq + Default + AsRef<[u8]> + Send + Sync + std::fmt::Debug;
}

/// SHA-1.
#[derive(Clone, Default)]
pub struct Sha1(sha1::Sha1);

/// SHA-256.
#[derive(Clone, Default)]
pub struct Sha256(sha2::Sha256);

impl Algorithm for Sha1 {
    type Digest = Sha1Digest;
}

impl Algorithm for Sha256 {
    type Digest = Sha256Digest;
}

impl sealed::Streaming for Sha1 {
    type Output = Sha1Digest;

    fn absorb(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn output(self) -> Sha1Digest {
        self.0.finalize().into()
    }
}

impl sealed::Streaming for Sha256 {
    type Output = Sha256Digest;

    fn absorb(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn output(self) -> Sha256Digest {
        self.0.finalize().into()
    }
}

pub(crate) mod sealed {
    /// One message hashed front to back: what the portable backend is made of.
    pub trait Streaming: Clone + Default + Send {
        type Output;
        fn absorb(&mut self, bytes: &[u8]);
        fn output(self) -> Self::Output;
    }
}
