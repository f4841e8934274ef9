//! How much room there is.

use std::path::Path;

/// Bytes that are free in a folder, as far as that is known.
pub(crate) fn free(folder: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}
