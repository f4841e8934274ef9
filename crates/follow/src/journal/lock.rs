//! The lock of a feed: one run at a time works on it, and the next one can tell whether that run came to its end.
//!
//! The lock ends with the process. While something is being written the file holds a byte: if it is still there when the next run
//! begins, half a line at the end of the journal is all that a kill left of a write, and no harm.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::{JournalError, plain};

#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    /// The run before was killed while it wrote.
    pub(super) was_cut_off: bool,
    is_marked: bool,
}

impl Lock {
    /// Takes the lock, if no other run has it.
    pub(super) fn take(path: &Path) -> Result<Self, JournalError> {
        let failed = |error| JournalError::Io(path.to_owned(), error);
        plain::check(path).map_err(failed)?;
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::Busy),
            // Some network file systems know no locks.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let was_cut_off = file.metadata().map_err(failed)?.len() > 0;
        Ok(Self { file, was_cut_off, is_marked: false })
    }

    /// The journal is whole again: the mark of the run before is ours from now on.
    pub(super) fn what_was_cut_off_is_mended(&mut self) {
        self.is_marked = self.was_cut_off;
    }

    /// Something is going to be written.
    pub(super) fn mark(&mut self) -> io::Result<()> {
        if !self.is_marked {
            self.file.write_all(b"w")?;
            self.is_marked = true;
        }
        Ok(())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if self.is_marked {
            // If it stays, the next run is told less of a harm than it might be.
            let _ = self.file.set_len(0);
        }
    }
}
