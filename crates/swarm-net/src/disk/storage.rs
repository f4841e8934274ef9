//! One torrent on disk: where each file is, what has been written, and what has been verified.
//!
//! A file is in one of three places. A wanted file is in the work folder until it is whole and synced, and then under its own name. An
//! unwanted file that shares a piece with a wanted one has those bytes in the side file, at their offset in the torrent. A file that
//! already existed under its name is read and compared, but never written to.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use piece_hash::Sha256Digest;
use rustix::fs::fstat;
use swarm::wire::BlockAddress;
use torrent_core::files::{self, FileIndex};
use torrent_core::layout::PieceIndex;
use torrent_core::limits;
use torrent_core::metainfo::Metainfo;

use super::error::DiskError;
use super::flusher::Flusher;
use super::folder::Folder;
use super::layout::{DiskLayout, FileLocation};
use super::open_files::OpenFiles;
use super::permissions;
use super::reading::read_blocks;
use super::runs::{Run, runs};
use super::settled::SettledStorage;
use super::write::write_all;
use crate::job_id::JobId;
use crate::journal::{FileStamp, Holder, Journal};
use crate::pool::Block;

/// A torrent that is being fetched.
pub(crate) struct Storage {
    pub(super) job: JobId,
    pub(super) layout: Arc<DiskLayout>,
    pub(super) folder: Folder,
    /// The work folder, open for the sake of its lock. There is none if nothing can be written and nothing needs to be.
    pub(super) lock: Option<Folder>,
    pub(super) force: bool,
    /// By piece: it is on disk and proven.
    pub(super) have: Vec<bool>,
    /// By piece: it is to be fetched, or had.
    pub(super) wanted: Vec<bool>,
    /// How many pieces are still to come.
    pub(super) left: usize,
    /// By file: how many of its pieces are still to come.
    pub(super) lacking: Vec<u32>,
    /// By file: where its bytes are.
    pub(super) locations: Vec<FileLocation>,
    pub(super) journal: Option<Journal>,
    pub(super) fresh: Fresh,
    /// Whole files that could not get their names, and why.
    pub(super) unnamed: Vec<(FileIndex, DiskError)>,
    /// Folders in which names changed since the start.
    pub(super) renamed: BTreeSet<PathBuf>,
}

/// What happened since the last checkpoint.
#[derive(Default)]
pub(super) struct Fresh {
    pieces: Vec<PieceIndex>,
    touched: BTreeSet<Holder>,
    /// Files that are whole and still in the work folder.
    whole: Vec<FileIndex>,
    bytes: u64,
    /// The touched files that the flusher has not been given.
    unflushed: BTreeSet<Holder>,
    unflushed_bytes: u64,
}

impl Fresh {
    pub(super) fn of(whole: Vec<FileIndex>) -> Self {
        Self { whole, ..Self::default() }
    }
}

impl Storage {
    /// Writes verified pieces, in ascending order.
    pub(crate) fn write(
        &mut self,
        open: &mut OpenFiles,
        pieces: &[(PieceIndex, Vec<Block>, Option<Sha256Digest>)],
    ) -> Result<(), DiskError> {
        self.note_hashes(pieces)?;
        let layout = Arc::clone(&self.layout);
        let given = pieces.iter().map(|(piece, blocks, _)| (*piece, blocks.as_slice()));
        let runs = runs(layout.metainfo.layout(), given, |file, offset| {
            layout.holder(&self.locations, file, offset)
        });
        let cut = || DiskError::io(self.folder.name(Path::new("")), "write", io::ErrorKind::InvalidInput);
        for run in runs.ok_or_else(cut)? {
            self.put(open, run)?;
        }
        pieces.iter().for_each(|(piece, _, _)| self.count(*piece));
        Ok(())
    }

    /// Before the data, so that after a crash no piece is in its files whose hash is lost.
    fn note_hashes(
        &mut self,
        pieces: &[(PieceIndex, Vec<Block>, Option<Sha256Digest>)],
    ) -> Result<(), DiskError> {
        let journal_path = self.folder.name(&self.layout.journal());
        for (piece, _, digest) in pieces {
            if let (Some(digest), Some(journal)) = (digest, &mut self.journal)
                && lacks_layer(&self.layout.metainfo, *piece)
            {
                journal
                    .hash(*piece, *digest)
                    .map_err(|error| DiskError::io(&journal_path, "write", error))?;
            }
        }
        Ok(())
    }

    fn put(&mut self, open: &mut OpenFiles, run: Run<'_>) -> Result<(), DiskError> {
        let path = self.path_of(run.holder);
        let (job, holder, offset) = (self.job, run.holder, run.offset);
        let file = open.get(job, holder, || self.open(holder))?;
        if self.is_named(holder) {
            return compare(file, &run, &path);
        }
        let length = run.end() - offset;
        write_all(file, run.slices, offset).map_err(|(at, error)| DiskError::at(path, "write", at, error))?;
        self.fresh.touched.insert(holder);
        self.fresh.unflushed.insert(holder);
        self.fresh.bytes += length;
        self.fresh.unflushed_bytes += length;
        Ok(())
    }

    fn count(&mut self, piece: PieceIndex) {
        if std::mem::replace(&mut self.have[piece.index()], true) {
            return;
        }
        self.left -= usize::from(self.wanted[piece.index()]);
        self.fresh.pieces.push(piece);
        let layout = self.layout.metainfo.layout();
        for file in layout.files_in(layout.piece(piece)) {
            self.lacking[file] -= 1;
            if self.lacking[file] == 0 && self.locations[file] == FileLocation::Work {
                self.fresh.whole.push(FileIndex::of(file));
            }
        }
    }

    /// Reads blocks, one behind the other, into `bytes`.
    pub(crate) fn read(
        &self,
        open: &mut OpenFiles,
        blocks: &[BlockAddress],
        bytes: &mut [u8],
    ) -> Result<(), DiskError> {
        read_blocks(self.layout.metainfo.layout(), blocks, bytes, |file, offset, bytes| {
            self.read_at(open, file, offset, bytes)
        })
    }

    /// Reads bytes of a file of the torrent, wherever they are.
    fn read_at(
        &self,
        open: &mut OpenFiles,
        file: usize,
        offset: u64,
        bytes: &mut [u8],
    ) -> Result<(), DiskError> {
        let (holder, offset) = self.layout.holder(&self.locations, file, offset);
        let file = open.get(self.job, holder, || self.open(holder))?;
        let read = file.read_exact_at(bytes, offset);
        read.map_err(|error| DiskError::at(self.path_of(holder), "read", offset, error))
    }

    /// Lets the kernel begin to write, if there is enough of it; tells what failed of what was begun before.
    pub(crate) fn flush(&mut self, flusher: &Flusher) -> Result<(), DiskError> {
        if let Some((holder, error)) = flusher.failure(self.job) {
            return Err(DiskError::io(self.path_of(holder), "sync", error));
        }
        if self.fresh.unflushed_bytes < FLUSHED_AT_ONCE {
            return Ok(());
        }
        self.fresh.unflushed_bytes = 0;
        for holder in std::mem::take(&mut self.fresh.unflushed) {
            flusher.begin(self.job, holder, self.open(holder)?);
        }
        Ok(())
    }

    /// Whether a checkpoint is due by the amount that it would save.
    pub(crate) fn is_full(&self) -> bool {
        self.fresh.bytes >= CHECKPOINT
    }

    /// Whether a checkpoint would save anything.
    pub(crate) fn is_fresh(&self) -> bool {
        !(self.fresh.pieces.is_empty() && self.fresh.whole.is_empty() && self.fresh.touched.is_empty())
    }

    /// Whether nothing is missing.
    pub(crate) fn is_complete(&self) -> bool {
        self.left == 0
    }

    /// Syncs what was written, gives whole files their names, and only then tells the journal.
    pub(crate) fn checkpoint(&mut self, open: &mut OpenFiles) -> Result<(), DiskError> {
        if !self.is_fresh() {
            return Ok(());
        }
        let fresh = std::mem::take(&mut self.fresh);
        self.sync(open, &fresh.touched)?;
        let mut touched = fresh.touched;
        for file in fresh.whole {
            // What keeps one file from its name keeps no other.
            match self.publish(open, file) {
                // Another name is another `ctime`.
                Ok(()) => {
                    touched.insert(Holder::of(file.index()));
                }
                Err(error) => self.unnamed.push((file, error)),
            }
        }
        let stamps = touched.into_iter().map(|holder| Ok((holder, self.stamp(open, holder)?)));
        let stamps = stamps.collect::<Result<Vec<_>, DiskError>>()?;
        let journal_path = self.folder.name(&self.layout.journal());
        if let Some(journal) = &mut self.journal {
            let noted = journal.checkpoint(stamps, fresh.pieces);
            noted.map_err(|error| DiskError::io(journal_path, "write", error))?;
        }
        Ok(())
    }

    fn sync(&self, open: &mut OpenFiles, touched: &BTreeSet<Holder>) -> Result<(), DiskError> {
        if touched.len() > SYNCED_ALONE {
            return self.folder.sync_all();
        }
        touched.iter().try_for_each(|holder| {
            let file = open.get(self.job, *holder, || self.open(*holder))?;
            file.sync_data().map_err(|error| DiskError::io(self.path_of(*holder), "sync", error))
        })
    }

    pub(super) fn stamp(&self, open: &mut OpenFiles, holder: Holder) -> Result<FileStamp, DiskError> {
        let file = open.get(self.job, holder, || self.open(holder))?;
        let stat = fstat(file).map_err(|errno| DiskError::io(self.path_of(holder), "look at", errno))?;
        Ok(FileStamp::of(&stat))
    }

    /// Gives a whole file its name.
    fn publish(&mut self, open: &mut OpenFiles, index: FileIndex) -> Result<(), DiskError> {
        let layout = Arc::clone(&self.layout);
        let file = layout.metainfo.files().get(index.index());
        let holder = Holder::of(file.index);
        let (path, name) = (layout.work_of(file.index), layout.name_of(file));
        // An empty file is made here; one that was longer when it was found is cut.
        let length = self.stamp(open, holder)?.length;
        if length > file.length {
            let opened = open.get(self.job, holder, || self.open(holder))?;
            let cut = opened.set_len(file.length).and_then(|()| opened.sync_all());
            cut.map_err(|error| DiskError::io(self.folder.name(&path), "cut", error))?;
        }
        if self.force {
            self.inherit(open, file, &name)?;
        }
        let around = name.parent().unwrap_or(Path::new("")).to_owned();
        let mut renamed = self.folder.rename(&path, &name, self.force);
        // Nobody has made the folder yet, or somebody took it away.
        if renamed.as_ref().is_err_and(DiskError::is_not_there) {
            self.folder.make_folder(&around)?;
            renamed = self.folder.rename(&path, &name, self.force);
        }
        renamed?;
        self.locations[file.index] = FileLocation::Named;
        self.renamed.insert(around);
        Ok(())
    }

    /// Gives a whole file the owner and permissions of what it replaces.
    fn inherit(&self, open: &mut OpenFiles, file: files::File<'_>, name: &Path) -> Result<(), DiskError> {
        // What cannot be looked at cannot be replaced, and the rename says so.
        let Ok(Some(old)) = self.folder.look(name) else { return Ok(()) };
        let holder = Holder::of(file.index);
        let opened = open.get(self.job, holder, || self.open(holder))?;
        permissions::inherit(opened, &old, file.attributes.executable);
        Ok(())
    }

    /// The last step: everything is synced and under its name, links are made, the journal goes.
    pub(crate) fn complete(&mut self, open: &mut OpenFiles) -> Result<(), DiskError> {
        if self.lock.is_none() {
            return Ok(());
        }
        self.fresh.whole.extend(self.unnamed.drain(..).map(|(file, _)| file));
        self.checkpoint(open)?;
        self.make_links()?;
        for path in std::mem::take(&mut self.renamed) {
            match self.folder.folder(&path) {
                _ if path.as_os_str().is_empty() => self.folder.sync()?,
                // Somebody took it away, with all that is in it.
                Err(error) if error.is_not_there() => {}
                folder => folder?.sync()?,
            }
        }
        if let Some((_, error)) = self.unnamed.pop() {
            return Err(error);
        }
        self.journal = None;
        self.folder.remove(&self.layout.journal())?;
        // The side file stays for uploads until the end.
        if self.folder.remove_folder(&self.layout.work)? {
            self.lock = None;
        }
        Ok(())
    }

    /// Saves what was written, and closes its files; gives what is there.
    pub(crate) fn rest(&mut self, open: &mut OpenFiles) -> Result<swarm::Torrent, DiskError> {
        self.checkpoint(open)?;
        open.forget(self.job);
        let metainfo = Arc::clone(&self.layout.metainfo);
        Ok(swarm::Torrent { metainfo, have: self.have.clone(), wanted: self.wanted.clone() })
    }

    /// What is left of it if it is [complete](Self::complete), all of it was wanted, and nothing of it is anywhere but under its name.
    pub(super) fn settled(&self) -> Option<SettledStorage> {
        let (job, layout) = (self.job, Arc::clone(&self.layout));
        let is_all_there = self.have.iter().chain(&self.wanted).all(|piece| *piece);
        let output = || self.folder.name(Path::new(""));
        (is_all_there && self.lock.is_none()).then(|| SettledStorage { job, layout, output: output() })
    }

    /// The end: what was written is in the journal; of a complete torrent nothing is left but its files.
    pub(crate) fn close(mut self, open: &mut OpenFiles) -> Result<(), DiskError> {
        let saved = self.checkpoint(open);
        open.forget(self.job);
        saved?;
        if self.lock.is_none() {
            return Ok(());
        }
        if !self.have.contains(&true) && self.journal.take().is_some() {
            // Nothing came: nothing is left, unless there are files with something in them.
            self.folder.remove(&self.layout.journal())?;
        }
        if let Some(journal) = &self.journal {
            let synced = journal.sync();
            return synced
                .map_err(|error| DiskError::io(self.folder.name(&self.layout.journal()), "sync", error));
        }
        self.folder.remove(&self.layout.side())?;
        self.folder.remove_folder(&self.layout.work)?;
        Ok(())
    }

    /// BEP 47's links, which lead to inside only and are relative. Last, so that nothing is ever written through one.
    fn make_links(&mut self) -> Result<(), DiskError> {
        let layout = Arc::clone(&self.layout);
        for file in
            layout.metainfo.files().iter().filter(|file| self.locations[file.index] == FileLocation::Work)
        {
            let Some(target) = layout.target_of(file) else { continue };
            let name = layout.name_of(file);
            let around = name.parent().unwrap_or(Path::new("")).to_owned();
            self.folder.make_folder(&around)?;
            if self.folder.look(&name)?.is_some() {
                if self.folder.read_link(&name).is_ok_and(|found| found == target.as_os_str().as_bytes()) {
                    continue;
                }
                if !self.force {
                    return Err(DiskError::Exists { path: self.folder.name(&name) });
                }
            }
            // What has the name keeps it until there is a link to replace it.
            let work = layout.work_of(file.index);
            self.folder.remove(&work)?;
            self.folder.link(&work, &target)?;
            self.folder.rename(&work, &name, self.force)?;
            self.renamed.insert(around);
        }
        Ok(())
    }

    fn is_named(&self, holder: Holder) -> bool {
        holder.file().is_some_and(|file| self.locations[file] == FileLocation::Named)
    }

    fn open(&self, holder: Holder) -> Result<File, DiskError> {
        let Some(index) = holder.file() else { return self.folder.write(&self.layout.side(), 0o666) };
        let file = self.layout.metainfo.files().get(index);
        match self.locations[file.index] {
            FileLocation::Named => self.folder.read(&self.layout.name_of(file)),
            _ => {
                let mode = if file.attributes.executable { 0o777 } else { 0o666 };
                self.folder.write(&self.layout.work_of(file.index), mode)
            }
        }
    }

    /// How messages name what holds bytes: by the name that a file will have.
    fn path_of(&self, holder: Holder) -> PathBuf {
        let file = holder.file().map(|file| self.layout.metainfo.files().get(file));
        self.folder.name(&file.map_or_else(|| self.layout.side(), |file| self.layout.name_of(file)))
    }
}

/// Whether the v2 hash of a piece is not in the torrent.
fn lacks_layer(metainfo: &Metainfo, piece: PieceIndex) -> bool {
    let layout = metainfo.layout();
    let mut files = layout.files_in(layout.piece(piece));
    files.next().is_some_and(|file| {
        metainfo.files().get(file).length > metainfo.piece_length() && metainfo.piece_layer(file).is_none()
    })
}

/// A file that was found under its name must hold these very bytes.
fn compare(file: &File, run: &Run<'_>, path: &Path) -> Result<(), DiskError> {
    let mut offset = run.offset;
    let mut found = vec![0; limits::BLOCK_BYTES];
    for part in run.slices.iter().flat_map(|slice| slice.chunks(limits::BLOCK_BYTES)) {
        match file.read_exact_at(&mut found[..part.len()], offset) {
            Ok(()) if found[..part.len()] == *part => offset += part.len() as u64,
            Ok(()) => return Err(DiskError::Exists { path: path.to_owned() }),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(DiskError::Exists { path: path.to_owned() });
            }
            Err(error) => return Err(DiskError::at(path, "read", offset, error)),
        }
    }
    Ok(())
}

/// Bytes after which the kernel is to begin to write.
const FLUSHED_AT_ONCE: u64 = 32 << 20;
/// Bytes after which a checkpoint is made: what a loss of power may cost.
const CHECKPOINT: u64 = 256 << 20;
/// With more files than this, all of the file system is synced at once.
const SYNCED_ALONE: usize = 64;
