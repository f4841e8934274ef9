//! The first 68 bytes of a connection (BEP 3) and the features they name.

use super::{Handshake, WireError};

/// Bytes of a handshake.
pub const HANDSHAKE_LENGTH: usize = 68;

/// How every handshake begins: the length of the name, and the name.
pub const PROTOCOL: &[u8; 20] = b"\x13BitTorrent protocol";

/// Features: the byte of the reserved ones, and the bit in it.
const EXTENSIONS: (usize, u8) = (5, 0x10);
const DHT: (usize, u8) = (7, 0x01);
const FAST: (usize, u8) = (7, 0x04);
const V2: (usize, u8) = (7, 0x10);

impl Handshake {
    /// Ours: extensions (BEP 10) and the fast messages (BEP 6); BEP 52's bit where the torrent is a hybrid and the hash
    /// is that of v1. The DHT's bit is off.
    pub fn new(info_hash: [u8; 20], peer_id: [u8; 20], is_hybrid: bool) -> Self {
        let mut reserved = [0; 8];
        let features = [Some(EXTENSIONS), Some(FAST), is_hybrid.then_some(V2)];
        features.into_iter().flatten().for_each(|(byte, bit)| reserved[byte] |= bit);
        Self { reserved, info_hash, peer_id }
    }

    /// The same with the bit of those who know the DHT (BEP 5).
    #[must_use]
    pub fn with_dht(mut self) -> Self {
        self.reserved[DHT.0] |= DHT.1;
        self
    }

    /// The front of what a peer sent: `None` as long as it may become a handshake. It is [`HANDSHAKE_LENGTH`] bytes.
    ///
    /// # Errors
    /// It cannot become one.
    pub fn decode(bytes: &[u8]) -> Result<Option<Self>, WireError> {
        if !bytes.iter().zip(PROTOCOL).all(|(byte, expected)| byte == expected) {
            return Err(WireError::NotBitTorrent);
        }
        Ok(Self::fields(bytes))
    }

    fn fields(bytes: &[u8]) -> Option<Self> {
        let (_, rest) = bytes.split_first_chunk::<20>()?;
        let (reserved, rest) = rest.split_first_chunk()?;
        let (info_hash, rest) = rest.split_first_chunk()?;
        let (peer_id, _) = rest.split_first_chunk()?;
        Some(Self { reserved: *reserved, info_hash: *info_hash, peer_id: *peer_id })
    }

    /// The handshake as it is sent.
    pub fn encode(&self) -> [u8; HANDSHAKE_LENGTH] {
        let mut bytes = [0; HANDSHAKE_LENGTH];
        bytes[..20].copy_from_slice(PROTOCOL);
        bytes[20..28].copy_from_slice(&self.reserved);
        bytes[28..48].copy_from_slice(&self.info_hash);
        bytes[48..].copy_from_slice(&self.peer_id);
        bytes
    }

    /// BEP 5: it knows the DHT.
    pub fn has_dht(&self) -> bool {
        self.has(DHT)
    }

    /// BEP 10: extended messages.
    pub fn has_extensions(&self) -> bool {
        self.has(EXTENSIONS)
    }

    /// BEP 6: have all, have none, reject, suggest, allowed fast.
    pub fn has_fast(&self) -> bool {
        self.has(FAST)
    }

    /// BEP 52: it knows the v2 half of a hybrid as well.
    pub fn has_v2(&self) -> bool {
        self.has(V2)
    }

    fn has(&self, (byte, bit): (usize, u8)) -> bool {
        self.reserved[byte] & bit != 0
    }
}
