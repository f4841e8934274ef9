//! The folder of the file that was opened last.

use std::os::fd::OwnedFd;

use rustix::io::Errno;

use crate::path::RawPath;

/// A folder kept open, so that the files in it are found without walking the whole path again for each.
#[derive(Default)]
pub(crate) struct Folder {
    /// Its root, and its path from there.
    place: Option<(usize, Vec<u8>)>,
    handle: Option<OwnedFd>,
}

impl Folder {
    /// The folder at `path` below a root that goes by the number `root`: the one at hand, else what `open` opens. `None` if
    /// that fails: the path as a whole will say why.
    pub(crate) fn at(
        &mut self,
        root: usize,
        path: RawPath<'_>,
        open: impl FnOnce() -> Result<OwnedFd, Errno>,
    ) -> Option<&OwnedFd> {
        let is_at_hand =
            self.place.as_ref().is_some_and(|place| place.0 == root && place.1 == path.as_bencoded());
        if !is_at_hand {
            self.handle = open().ok();
            self.place = Some((root, path.as_bencoded().to_vec()));
        }
        self.handle.as_ref()
    }
}
