//! What all feeds of a run have under way together.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// What is under way, or was in this run.
#[derive(Debug, Default)]
pub(crate) struct UnderWay {
    /// Info hashes: two feeds may offer the same torrent.
    hashes: Mutex<HashSet<String>>,
}

impl UnderWay {
    /// Takes the hashes of a torrent; false if another item has one of them.
    pub(crate) fn claim(&self, hashes: &[String]) -> bool {
        let mut claimed = self.hashes.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = !hashes.iter().any(|hash| claimed.contains(hash));
        if is_new {
            claimed.extend(hashes.iter().cloned());
        }
        is_new
    }
}
