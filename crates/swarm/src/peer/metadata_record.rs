//! What went between us and one peer about metadata (BEP 9).

use crate::Time;

/// What one peer has to do with metadata.
#[derive(Debug, Default)]
pub(crate) struct MetadataRecord {
    /// How often it was tried in vain.
    pub(crate) tries: u32,
    /// Not to be tried again before.
    pub(crate) not_before: Time,
    /// What it gave was right.
    pub(crate) has_sent_it: bool,
    /// Blocks that were given to it.
    pub(crate) requests: u32,
    /// Blocks that it sent without being asked, or too late.
    pub(crate) unrequested: u32,
}

impl MetadataRecord {
    /// It was asked for metadata and gave none.
    pub(crate) fn has_failed(&self) -> bool {
        self.tries > 0 && !self.has_sent_it
    }
}
