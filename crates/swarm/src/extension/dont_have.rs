//! Messages of `lt_donthave` (BEP 54): a piece that was announced is not there any more.

use torrent_core::layout::PieceIndex;

use super::ExtensionError;

/// The extension's name.
pub(super) const NAME: &str = "lt_donthave";

/// The sender has this piece no longer. What follows its number is ignored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DontHaveMessage {
    /// The piece that was announced.
    pub piece: PieceIndex,
}

impl DontHaveMessage {
    /// Reads a payload.
    ///
    /// # Errors
    /// It is too short for the number of a piece.
    pub fn decode(payload: &[u8]) -> Result<Self, ExtensionError> {
        let number = payload.first_chunk().ok_or(ExtensionError::Missing("piece"))?;
        Ok(Self { piece: u32::from_be_bytes(*number).into() })
    }

    /// Writes its payload.
    pub fn encode(self) -> Vec<u8> {
        u32::from(self.piece).to_be_bytes().to_vec()
    }
}
