//! Files under the torrent's names that are not the torrent's.

use std::sync::Arc;

use torrent_core::layout::PieceIndex;

use super::ExistingData;
use crate::disk::DiskError;
use crate::disk::folder::Folder;
use crate::disk::layout::FileLocation;
use crate::journal::Holder;

impl ExistingData<'_> {
    /// A file under its name is ours if it is as long as it should be and every piece that holds nothing else is
    /// proven. What it shares with others is compared when it comes.
    pub(super) fn refuse_strangers(&mut self, folder: &Folder) -> Result<(), DiskError> {
        let layout = Arc::clone(&self.layout);
        for file in
            layout.metainfo.files().iter().filter(|file| self.locations[file.index] == FileLocation::Named)
        {
            let length = self.found.get(Holder::of(file.index)).map(|found| found.stamp.length);
            if length == Some(file.length) && self.is_ours(file.index) {
                continue;
            }
            if !self.params.force {
                return Err(DiskError::Exists { path: folder.name(&layout.name_of(file)) });
            }
            self.adopted.push(file.index);
        }
        if self.params.force { Ok(()) } else { self.refuse_crowds(folder) }
    }

    /// Where all files that share a piece are under their names and the piece does not fit, one of them is not ours: whatever comes,
    /// none of them would be written to.
    fn refuse_crowds(&self, folder: &Folder) -> Result<(), DiskError> {
        let layout = self.layout.metainfo.layout();
        let crowds = self.wrong.iter().map(|piece| layout.files_in(layout.piece(*piece)));
        for mut crowd in crowds {
            let Some(first) = crowd.next().filter(|file| self.locations[*file] == FileLocation::Named) else {
                continue;
            };
            let mut others = 0;
            if crowd.inspect(|_| others += 1).all(|file| self.locations[file] == FileLocation::Named) {
                let name = self.layout.name_of(self.layout.metainfo.files().get(first));
                return Err(DiskError::ExistTogether { path: folder.name(&name), others });
            }
        }
        Ok(())
    }

    fn is_ours(&self, file: usize) -> bool {
        let layout = self.layout.metainfo.layout();
        // There may be a million files in it: two are enough.
        let is_shared = |piece: PieceIndex| layout.files_in(layout.piece(piece)).nth(1).is_some();
        let is_fine = |piece: PieceIndex| self.have[piece.index()] || !self.params.force && is_shared(piece);
        layout.pieces_of(file).iter().all(is_fine)
    }
}
