//! What extended messages (BEP 10) say: the handshake, and what each extension says, a file each. Which there are stands in `registry`.
//!
//! Payloads pass the scanner before anything is read of them. Fields that are not what they should be count as absent.

mod dont_have;
mod handshake;
mod metadata;
mod pex;
mod registry;
#[cfg(test)]
mod tests;

pub use dont_have::DontHaveMessage;
pub use handshake::ExtensionHandshake;
pub use metadata::{METADATA_BLOCK, MetadataMessage};
pub use pex::PexMessage;
pub use registry::{Extension, ExtensionIds};

use torrent_core::bencode::{Dict, ScanError, Value, scan};

/// The number of the handshake among extended messages (BEP 10).
pub const HANDSHAKE: u8 = 0;

/// Nesting of anything a peer bencodes: the deepest message has 3 levels.
pub(crate) const NESTING: usize = 16;

/// Why an extended message cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtensionError {
    /// It is no bencode.
    #[error(transparent)]
    Bencode(#[from] ScanError),
    /// It is bencode, but no dictionary.
    #[error("no dictionary")]
    NoDictionary,
    /// A key that it needs is not there, or not what it should be.
    #[error("no `{0}`")]
    Missing(&'static str),
    /// Metadata that is not a whole block at its place, or more than a block.
    #[error("{0} bytes of metadata, which is no block")]
    MetadataLength(usize),
}

/// The dictionary that starts `payload` and has at most `longest` bytes, and what follows it. A small number takes three bytes, and what
/// each value costs us is far more than that.
fn dictionary(payload: &[u8], longest: usize) -> Result<(Dict<'_>, &[u8]), ExtensionError> {
    let (end, _) = scan(&payload[..payload.len().min(longest)], NESTING)?;
    let dict = Value::first(payload).and_then(Value::as_dict).ok_or(ExtensionError::NoDictionary)?;
    Ok((dict, &payload[end..]))
}
