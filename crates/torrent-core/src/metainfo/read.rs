//! A torrent's bytes, no more of them than allowed.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::Refusal;

/// Reads a .torrent file, at most `limit` bytes.
///
/// # Errors
/// Those of opening it, and of [`read_torrent`].
pub fn open_torrent(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    read_torrent(File::open(path)?, limit)
}

/// Reads a .torrent to its end, at most `limit` bytes.
///
/// # Errors
/// The reader's own, or [`Refusal::TooLarge`].
pub fn read_torrent(from: impl Read, limit: u64) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    // One byte more than allowed is enough to know.
    from.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(Refusal::TooLarge { limit }.into()) } else { Ok(bytes) }
}

/// Why there is no torrent.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is not acceptable.
    #[error(transparent)]
    Refused(#[from] Refusal),
}
