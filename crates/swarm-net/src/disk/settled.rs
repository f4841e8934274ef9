//! A torrent whose files all have their names, so that it is only read any more. It holds nothing open: thousands may be at rest.

use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use swarm::wire::BlockAddress;

use super::error::DiskError;
use super::folder::Folder;
use super::layout::DiskLayout;
use super::open_files::OpenFiles;
use super::reading::{NotCached, read_blocks, read_cached};
use crate::job_id::JobId;
use crate::journal::Holder;

/// What is left of a [`Storage`](super::storage::Storage) when there is nothing more to write.
pub(super) struct SettledStorage {
    pub(super) job: JobId,
    pub(super) layout: Arc<DiskLayout>,
    /// The output folder.
    pub(super) output: PathBuf,
}

impl SettledStorage {
    /// All of it is there.
    pub(super) fn torrent(&self) -> swarm::Torrent {
        let metainfo = Arc::clone(&self.layout.metainfo);
        let all = vec![true; metainfo.layout().pieces().unwrap_or_default().len()];
        swarm::Torrent { metainfo, have: all.clone(), wanted: all }
    }

    /// Reads blocks, one behind the other, into `bytes`.
    pub(super) fn read(
        &self,
        open: &mut OpenFiles,
        blocks: &[BlockAddress],
        bytes: &mut [u8],
    ) -> Result<(), DiskError> {
        let metainfo = &self.layout.metainfo;
        read_blocks(metainfo.layout(), blocks, bytes, |file, offset, bytes| {
            let name = self.layout.name_of(metainfo.files().get(file));
            let found = || Folder::open(&self.output)?.read(&name);
            let opened = open.get(self.job, Holder::of(file), found)?;
            let read = opened.read_exact_at(bytes, offset);
            read.map_err(|error| DiskError::at(self.output.join(&name), "read", offset, error))
        })
    }

    /// The same, if files are open and in the page cache.
    pub(super) fn read_cached(
        &self,
        open: &mut OpenFiles,
        blocks: &[BlockAddress],
        bytes: &mut [u8],
    ) -> Result<(), NotCached> {
        read_blocks(self.layout.metainfo.layout(), blocks, bytes, |file, offset, bytes| {
            let opened = open.opened(self.job, Holder::of(file)).ok_or(NotCached)?;
            read_cached(opened, bytes, offset)
        })
    }
}
