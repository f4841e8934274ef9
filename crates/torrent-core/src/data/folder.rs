//! Keeps the folder of the latest file open.

use std::os::fd::OwnedFd;

use rustix::io::Errno;

use crate::path::RawPath;

/// A folder kept open, so that the files in it are found without walking the whole path again for each.
#[derive(Default)]
pub(crate) struct InputFolder {
    /// Its root, its path from there, and itself.
    open: Option<(usize, Vec<u8>, OwnedFd)>,
}

impl InputFolder {
    /// The folder at `path` below a root that goes by the number `root`: the one at hand, else what `open` opens.
    pub(crate) fn at(
        &mut self,
        root: usize,
        path: RawPath<'_>,
        open: impl FnOnce() -> Result<OwnedFd, Errno>,
    ) -> Result<&OwnedFd, Errno> {
        let at_hand = self.open.take().filter(|at_hand| at_hand.0 == root && at_hand.1 == path.as_bencoded());
        let opened = match at_hand {
            Some(at_hand) => at_hand,
            None => (root, path.as_bencoded().to_vec(), open()?),
        };
        Ok(&self.open.insert(opened).2)
    }
}
