//! Why bytes are not what a peer may send.

/// Why bytes are not what a peer may send. After any of these the rest of the stream means nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// A handshake that starts otherwise than BEP 3 says.
    #[error("it does not speak BitTorrent")]
    NotBitTorrent,
    /// A length prefix beyond every message's limit.
    #[error("a message of {0} bytes")]
    TooLong(u32),
    /// A message with a number that has no meaning.
    #[error("a message of unknown kind {0}")]
    UnknownId(u8),
    /// A length prefix that messages of this kind cannot have.
    #[error("a message of kind {id} with the length {length}")]
    Length {
        /// The message's number.
        id: u8,
        /// What its prefix says.
        length: u32,
    },
    /// A piece that the torrent does not have.
    #[error("piece {0} does not exist")]
    PieceIndex(u32),
    /// A block of no bytes or of more than 16 KiB.
    #[error("a block of {0} bytes")]
    BlockLength(u32),
    /// A block that ends behind every piece.
    #[error("a block at {0} bytes into its piece")]
    BlockOffset(u32),
    /// A bitfield with a bit set behind the last piece, or of the wrong length.
    #[error("a bitfield that does not fit the number of pieces")]
    Bitfield,
    /// Hashes that are more than their range and its proof, or a range that nobody may ask for.
    #[error("hashes that do not fit their range")]
    Hashes,
}
