//! A torrent whose files all have their names, so that it is only read any more. It holds nothing open: thousands may be at rest.

use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use swarm::wire::BlockAddress;

use super::error::DiskError;
use super::folder::Folder;
use super::layout::DiskLayout;
use super::open_files::OpenFiles;
use super::reading::read_blocks;
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

    /// Reads blocks, one behind the other.
    pub(super) fn read(&self, open: &mut OpenFiles, blocks: &[BlockAddress]) -> Result<Vec<u8>, DiskError> {
        let metainfo = &self.layout.metainfo;
        read_blocks(metainfo.layout(), blocks, |file, offset, bytes| {
            let name = self.layout.name_of(metainfo.files().get(file));
            let found = || Folder::open(&self.output)?.read(&name);
            let opened = open.get(self.job, Holder::of(file), found)?;
            let read = opened.read_exact_at(bytes, offset);
            read.map_err(|error| DiskError::at(self.output.join(&name), "read", offset, error))
        })
    }
}
