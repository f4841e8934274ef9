//! What came of a handshake and has not been looked at.

use super::{PADDING, SecureError};

/// What came of a handshake and has not been looked at.
#[derive(Default)]
pub(super) struct Arrived {
    bytes: Vec<u8>,
    /// Bytes of padding that were passed over.
    passed: usize,
}

impl Arrived {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next `N` bytes, once they are there.
    pub(super) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let taken = *self.bytes.first_chunk()?;
        self.bytes.drain(..N);
        Some(taken)
    }

    /// The next `count` bytes, once they are there.
    pub(super) fn take_many(&mut self, count: usize) -> Option<Vec<u8>> {
        (self.bytes.len() >= count).then(|| self.bytes.drain(..count).collect())
    }

    /// All that is left.
    pub(super) fn take_all(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Passes over padding and the mark behind it; false if more has to come first. No byte is looked at twice, but those that may be the
    /// start of the mark.
    ///
    /// # Errors
    /// There is more than padding may have.
    pub(super) fn pass(&mut self, mark: &[u8]) -> Result<bool, SecureError> {
        let found = self.bytes.windows(mark.len()).position(|window| window == mark);
        let padding = found.unwrap_or((self.bytes.len() + 1).saturating_sub(mark.len()));
        self.bytes.drain(..padding + found.map_or(0, |_| mark.len()));
        self.passed += padding;
        if self.passed > PADDING { Err(SecureError::NoSync) } else { Ok(found.is_some()) }
    }
}
