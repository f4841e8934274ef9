//! Where the bytes of a torrent are on disk: names, and which file holds what.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use torrent_core::files;
use torrent_core::layout::PieceIndex;
use torrent_core::metainfo::Metainfo;
use torrent_core::naming::Names;

use crate::journal::Holder;

/// Where a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FileLocation {
    /// It is not wanted: its bytes, if any are needed, are in the side file.
    Side,
    /// In the work folder, if there is anything of it.
    Work,
    /// Under its name.
    Named,
}

/// Names: which file of a torrent is called what.
pub(super) struct DiskLayout {
    pub(super) metainfo: Arc<Metainfo>,
    names: Names,
    /// The work folder, in the output folder.
    pub(super) work: PathBuf,
}

impl DiskLayout {
    pub(super) fn new(metainfo: Arc<Metainfo>, names: Names) -> Self {
        let key = HEXLOWER.encode(&key_of(&metainfo));
        Self { metainfo, names, work: PathBuf::from(format!("{WORK_PREFIX}{key}")) }
    }

    /// The path of a file once it is whole.
    pub(super) fn name_of(&self, file: files::File<'_>) -> PathBuf {
        self.names.components(&self.metainfo, file.index).map(OsStr::from_bytes).collect()
    }

    /// What all of the torrent is in, or is itself: nothing if its files lie in the output folder.
    pub(super) fn root(&self) -> PathBuf {
        self.names.root(&self.metainfo).as_path().components().map(OsStr::from_bytes).collect()
    }

    /// Where a link leads (BEP 47), from the folder it is in.
    pub(super) fn target_of(&self, file: files::File<'_>) -> Option<PathBuf> {
        let target = self.names.link_text(&self.metainfo, file.index)?;
        Some(target.as_path().components().map(OsStr::from_bytes).collect())
    }

    pub(super) fn work_of(&self, file: usize) -> PathBuf {
        self.work.join(file.to_string())
    }

    pub(super) fn side(&self) -> PathBuf {
        self.work.join(SIDE)
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.work.join(JOURNAL)
    }

    /// What is right of a file that is to be repaired, until all of that is there.
    pub(super) fn copy(&self) -> PathBuf {
        self.work.join(COPY)
    }

    /// Which file on disk holds a byte of a file of the torrent, and where.
    pub(super) fn holder(&self, locations: &[FileLocation], file: usize, offset: u64) -> (Holder, u64) {
        match locations[file] {
            FileLocation::Side => (Holder::Side, self.metainfo.files().get(file).offset + offset),
            FileLocation::Work | FileLocation::Named => (Holder::of(file), offset),
        }
    }

    /// The files on disk that hold bytes of a piece.
    pub(super) fn holders(
        &self,
        locations: &[FileLocation],
        piece: PieceIndex,
    ) -> impl Iterator<Item = Holder> {
        let layout = self.metainfo.layout();
        let files = layout.files_in(layout.piece(piece));
        files.map(|file| self.holder(locations, file, 0).0)
    }
}

/// The info hash; of v2 its first 20 bytes.
pub(super) fn key_of(metainfo: &Metainfo) -> [u8; 20] {
    let v2 = metainfo.info_hash_v2().and_then(|hash| hash.first_chunk().copied());
    v2.or(metainfo.info_hash_v1()).unwrap_or_default()
}

/// What our folders in the output folder are called; a torrent may not be called so.
pub(super) const WORK_PREFIX: &str = ".piecework-";
/// A folder that is made to see what the file system makes of it, and removed again.
pub(super) const PROBE: &str = "probe";
const SIDE: &str = "side";
const COPY: &str = "copy";
const JOURNAL: &str = "journal";
