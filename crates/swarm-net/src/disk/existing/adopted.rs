//! Files under the torrent's names that are to be repaired: what is right of them is copied into the work folder. They stay as they
//! are, under their names, until whole verified files take their place.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use rustix::fs::fstat;

use super::ExistingData;
use crate::disk::DiskError;
use crate::disk::folder::Folder;
use crate::disk::layout::FileLocation;
use crate::journal::{FileStamp, Holder};

impl ExistingData<'_> {
    /// Makes unfinished files of those that are to be repaired: all of them, or none.
    pub(in crate::disk) fn adopt(&mut self, folder: &Folder) -> Result<(), DiskError> {
        let adopted = std::mem::take(&mut self.adopted);
        // Of files that may not be written to none is replaced.
        adopted.iter().try_for_each(|index| folder.write(&self.name(*index), 0).map(drop))?;
        let copied = adopted.iter().try_for_each(|index| self.copy(folder, *index));
        if let Err(error) = copied {
            // It has failed already; what cannot be removed is hashed next time.
            adopted.iter().for_each(|index| drop(folder.remove(&self.layout.work_of(*index))));
            drop(folder.remove(&self.layout.copy()));
            return Err(error);
        }
        adopted.into_iter().try_for_each(|index| {
            self.locations[index] = FileLocation::Work;
            self.find_again(folder, index)
        })
    }

    fn name(&self, index: usize) -> std::path::PathBuf {
        self.layout.name_of(self.layout.metainfo.files().get(index))
    }

    /// Copies what is right of a file. Under its name in the work folder is only a whole copy.
    fn copy(&mut self, folder: &Folder, index: usize) -> Result<(), DiskError> {
        let right = self.right(index);
        if right.is_empty() {
            return Ok(());
        }
        let (name, copy) = (self.name(index), self.layout.copy());
        let is_executable = self.layout.metainfo.files().get(index).attributes.executable;
        folder.remove(&copy)?;
        let from = folder.read(&name)?;
        let to = folder.write(&copy, if is_executable { 0o777 } else { 0o666 })?;
        for range in right {
            self.copy_range(folder, (&from, &name), &to, range)?;
        }
        let stat = fstat(&from).map_err(|errno| DiskError::io(folder.name(&name), "look at", errno))?;
        let found = self.found.get(Holder::of(index)).map(|found| found.stamp);
        if found.is_some_and(|found| found != FileStamp::of(&stat)) {
            let changed = io::Error::other("it was changed meanwhile");
            return Err(DiskError::io(folder.name(&name), "read", changed));
        }
        self.is_proven_anew = true;
        folder.rename(&copy, &self.layout.work_of(index), false)
    }

    /// Which bytes of a file are those of the torrent, as far as whole pieces say so.
    fn right(&self, index: usize) -> Vec<Range<u64>> {
        let layout = self.layout.metainfo.layout();
        let file = self.layout.metainfo.files().get(index);
        let mut right: Vec<Range<u64>> = Vec::new();
        for piece in layout.pieces_of(index).iter().filter(|piece| self.have[piece.index()]) {
            let bytes = layout.piece(piece);
            let start = bytes.start.saturating_sub(file.offset);
            let end = bytes.end.saturating_sub(file.offset).min(file.length);
            match right.last_mut() {
                Some(last) if last.end == start => last.end = end,
                _ => right.push(start..end),
            }
        }
        right
    }

    /// The system copies without us where it can, on some file systems without taking room.
    fn copy_range(
        &self,
        folder: &Folder,
        (mut from, name): (&File, &Path),
        mut to: &File,
        range: Range<u64>,
    ) -> Result<(), DiskError> {
        let failed = |action, at, error| DiskError::at(folder.name(name), action, at, error);
        let mut at = range.start;
        from.seek(SeekFrom::Start(at)).map_err(|error| failed("read", at, error))?;
        to.seek(SeekFrom::Start(at)).map_err(|error| failed("copy", at, error))?;
        while at < range.end {
            if self.params.watch.stop() {
                return Err(DiskError::Stopped);
            }
            let wanted = (range.end - at).min(COPIED_AT_ONCE);
            let copied = io::copy(&mut from.take(wanted), &mut to);
            match copied.map_err(|error| failed("copy", at, error))? {
                0 => return Err(failed("copy", at, io::ErrorKind::UnexpectedEof.into())),
                copied => at += copied,
            }
        }
        Ok(())
    }
}

/// Bytes between two looks at whether to stop.
const COPIED_AT_ONCE: u64 = 32 << 20;
