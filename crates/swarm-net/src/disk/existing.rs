//! What lies in a torrent's place: each file is found, judged, and hashed where the journal does not vouch for it.

mod adopted;
mod strangers;

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use piece_hash::{Backend, Sha1};
use rustix::fs::{FileType, Stat};
use torrent_core::data::{
    Content, Extent, HashError, HashJob, Io, Spot, Verdict, Wanted, check_pieces, on_threads,
};
use torrent_core::files::{File, FileIndex};
use torrent_core::layout::PieceIndex;
use torrent_core::metainfo::{Metainfo, Protocol};
use torrent_core::path::{RawPathBuf, SafePath};

use super::error::DiskError;
use super::folder::Folder;
use super::found::{FoundFile, FoundFiles};
use super::hashing::Hashing;
use super::layout::{DiskLayout, FileLocation, key_of};
use super::naming::{refuse_closed, refuse_unfit};
use super::request::StorageParams;
use super::storage::{Fresh, Storage};
use super::work_folder::refuse_planted;
use crate::job_id::JobId;
use crate::journal::{Holder, Identity, Journal, Memory};

/// What lies in a torrent's place.
pub(super) struct ExistingData<'p> {
    params: &'p StorageParams,
    layout: Arc<DiskLayout>,
    locations: Vec<FileLocation>,
    /// What holds bytes, as it is now.
    found: FoundFiles,
    have: Vec<bool>,
    /// Pieces of several files that are all there, and do not fit.
    wrong: Vec<PieceIndex>,
    wanted: Vec<bool>,
    memory: Memory,
    pub(super) warnings: Vec<String>,
    /// Files under their names that are to be repaired, in the order of the torrent.
    adopted: Vec<usize>,
    /// Files whose name in the work folder is to go: a crash came between the two halves of a renaming, or a repair was not ended.
    twice_named: Vec<usize>,
    /// Something was proven that the journal did not vouch for.
    is_proven_anew: bool,
    journal: Option<Journal>,
    /// There is something in the work folder.
    pub(super) is_begun: bool,
}

impl<'p> ExistingData<'p> {
    /// Stands for a folder in which nothing was found.
    pub(super) fn empty(params: &'p StorageParams, layout: &Arc<DiskLayout>) -> Result<Self, DiskError> {
        let locations = params
            .selected
            .iter()
            .map(|selected| if *selected { FileLocation::Work } else { FileLocation::Side });
        let pieces = layout.metainfo.layout().pieces().ok_or(DiskError::TooManyPieces)?.len();
        let mut existing = Self {
            params,
            layout: Arc::clone(layout),
            locations: locations.collect(),
            found: FoundFiles::default(),
            have: vec![false; pieces],
            wrong: Vec::new(),
            wanted: vec![false; pieces],
            memory: Memory::default(),
            warnings: Vec::new(),
            adopted: Vec::new(),
            twice_named: Vec::new(),
            is_proven_anew: false,
            journal: None,
            is_begun: false,
        };
        for file in (0..existing.locations.len()).filter(|file| params.selected[*file]) {
            let pieces = layout.metainfo.layout().pieces_of(file);
            existing.wanted[pieces.indices()].fill(true);
        }
        Ok(existing)
    }

    /// Everything that is there, read and judged.
    pub(super) fn look(
        params: &'p StorageParams,
        layout: &Arc<DiskLayout>,
        folder: &Folder,
        hashing: Hashing,
    ) -> Result<Self, DiskError> {
        let mut existing = Self::empty(params, layout)?;
        existing.find_files(folder)?;
        existing.remember(folder)?;
        if !existing.found.is_empty() {
            existing.believe();
            existing.hash(hashing)?;
        }
        existing.refuse_strangers(folder)?;
        Ok(existing)
    }

    /// Which file is where. Nothing is looked for by name where not even the torrent's name is there.
    fn find_files(&mut self, folder: &Folder) -> Result<(), DiskError> {
        let layout = Arc::clone(&self.layout);
        let work = folder.look(&layout.work)?;
        let mut in_work = vec![false; layout.metainfo.files().len()];
        if work.is_some() {
            folder.folder(&layout.work)?.each_name(|name| {
                self.is_begun = true;
                begun_file(name).and_then(|file| in_work.get_mut(file)).into_iter().for_each(|is| *is = true);
            })?;
        }
        let owner = work.map_or(0, |work| work.st_uid);
        let files = layout.metainfo.files();
        let root = layout.root();
        let is_there = root.as_os_str().is_empty() || folder.look(&root)?.is_some();
        for file in files.iter().filter(|file| self.params.selected[file.index]) {
            let named = if is_there { folder.look(&layout.name_of(file))? } else { None };
            if let Some(target) = layout.target_of(file) {
                named.map_or(Ok(()), |named| self.judge_link(folder, file, &target, named))?;
                continue;
            }
            let begun = if in_work[file.index] { folder.look(&layout.work_of(file.index))? } else { None };
            if let Some(begun) = &begun {
                let is_twice_named = named.is_some_and(|named| is_same(begun, &named));
                refuse_planted(folder, &layout.work_of(file.index), begun, owner, is_twice_named)?;
            }
            self.find_file(folder, file, begun, named)?;
        }
        for path in [layout.side(), layout.journal()] {
            let found = if self.is_begun { folder.look(&path)? } else { None };
            found.map_or(Ok(()), |found| refuse_planted(folder, &path, &found, owner, false))?;
            if let Some(stat) = found.filter(|_| path == layout.side()) {
                self.found.insert(Holder::Side, FoundFile::of(&stat));
            }
        }
        self.note_other_selection(&in_work);
        Ok(())
    }

    /// What an earlier selection began and this one does not want stays, because it may be wanted again.
    fn note_other_selection(&mut self, in_work: &[bool]) {
        let is_other = |(is_begun, is_selected): (&bool, &bool)| *is_begun && !is_selected;
        if in_work.iter().zip(&self.params.selected).any(is_other) {
            let work = self.layout.work.display();
            self.warnings.push(format!("{work}: unfinished files that are not selected now stay there"));
        }
    }

    fn find_file(
        &mut self,
        folder: &Folder,
        file: File<'_>,
        begun: Option<Stat>,
        named: Option<Stat>,
    ) -> Result<(), DiskError> {
        let path = || folder.name(&self.layout.name_of(file));
        let holder = Holder::of(file.index);
        let is_file = |stat: &Stat| FileType::from_raw_mode(stat.st_mode).is_file();
        match (begun, named) {
            (_, Some(named)) if !is_file(&named) => return Err(DiskError::NoFile { path: path() }),
            // Without `force` what has the name is not replaced: it is right, or it is refused.
            (Some(begun), Some(named)) if is_same(&begun, &named) || !self.params.force => {
                self.twice_named.push(file.index);
                self.locations[file.index] = FileLocation::Named;
                self.found.insert(holder, FoundFile::of(&named));
            }
            (Some(begun), _) => {
                self.found.insert(holder, FoundFile::of(&begun));
            }
            (None, Some(named)) => {
                self.locations[file.index] = FileLocation::Named;
                self.found.insert(holder, FoundFile::of(&named));
            }
            (None, None) => {}
        }
        Ok(())
    }

    /// A link is made last, but what is in its place is reported first.
    fn judge_link(
        &self,
        folder: &Folder,
        file: File<'_>,
        target: &Path,
        named: Stat,
    ) -> Result<(), DiskError> {
        let name = self.layout.name_of(file);
        let is_right = || folder.read_link(&name).is_ok_and(|found| found == target.as_os_str().as_bytes());
        match FileType::from_raw_mode(named.st_mode) {
            FileType::Directory => Err(DiskError::NoFile { path: folder.name(&name) }),
            _ if self.params.force || is_right() => Ok(()),
            _ => Err(DiskError::Exists { path: folder.name(&name) }),
        }
    }

    /// Whether nothing is to be written: every wanted file is whole and has its name, every link leads where it should.
    pub(super) fn is_settled(&self, folder: &Folder) -> bool {
        let layout = &self.layout;
        let has_link = |name: &Path, target: &Path| {
            folder.read_link(name).is_ok_and(|found| found == target.as_os_str().as_bytes())
        };
        let is_settled = |file: File<'_>| match layout.target_of(file) {
            Some(target) => has_link(&layout.name_of(file), &target),
            None => self.locations[file.index] == FileLocation::Named,
        };
        let mut files = layout.metainfo.files().iter().filter(|file| self.params.selected[file.index]);
        let is_whole = self.wanted.iter().zip(&self.have).all(|(wanted, have)| have | !wanted);
        is_whole && self.adopted.is_empty() && self.twice_named.is_empty() && files.all(is_settled)
    }

    fn identity(&self) -> Identity {
        let selected: Vec<u8> = self.params.selected.iter().map(|selected| u8::from(*selected)).collect();
        let digest = Backend::best().digest::<Sha1>(&selected);
        let selection = digest.first_chunk().copied().unwrap_or_default();
        let pieces = self.layout.metainfo.layout().pieces().unwrap_or_default().count();
        Identity { key: key_of(&self.layout.metainfo), selection, pieces }
    }

    /// Reads the journal, if there is one.
    fn remember(&mut self, folder: &Folder) -> Result<(), DiskError> {
        let path = self.layout.journal();
        if folder.look(&self.layout.work)?.is_none() || folder.look(&path)?.is_none() {
            return Ok(());
        }
        match Memory::read(folder.read(&path)?, &self.identity()) {
            Ok(mut memory) => {
                // Nobody but us writes it, but nobody is to make us look at a piece again and again either.
                memory.pieces.sort_unstable();
                memory.pieces.dedup();
                self.memory = memory;
            }
            Err(why) => {
                self.warnings.push(format!("the journal is not used, all is hashed again: {why}"));
            }
        }
        Ok(())
    }

    /// Takes the journal's word for pieces whose files are as it knows them.
    fn believe(&mut self) {
        // Afterwards it counts how they are now.
        let (pieces, stamps) =
            (std::mem::take(&mut self.memory.pieces), std::mem::take(&mut self.memory.stamps));
        if self.params.recheck {
            return;
        }
        let is_as_known = |holder: Holder| {
            let now = self.found.get(holder).map(|found| &found.stamp);
            now.is_some() && now == stamps.get(&holder)
        };
        for piece in pieces {
            let mut holders = self.layout.holders(&self.locations, piece);
            self.have[piece.index()] = self.wanted[piece.index()] && holders.all(is_as_known);
        }
    }

    /// Hashes the rest, where there is anything to hash.
    fn hash(&mut self, hashing: Hashing) -> Result<(), DiskError> {
        let metainfo = &self.layout.metainfo;
        let is_open = |piece| self.lacks(piece);
        let content = self.content()?;
        let known = |piece: PieceIndex| self.memory.hashes.get(&piece).copied();
        let extent =
            Extent { wants: &is_open, fail_fast: false, known: &known, file_hashes: false, io: Io::Auto };
        let job = HashJob {
            wanted: Wanted { sha1: metainfo.protocol().has_v1(), merkle: proves_by_v2(metainfo) },
            piece_length: metainfo.piece_length(),
            backend: hashing.backend,
            watch: &*self.params.watch,
            memory: hashing.memory,
        };
        // Their own threads, which are gone when there is nothing left to hash.
        let checked = on_threads(hashing.threads, || check_pieces(metainfo, &content, &extent, job));
        let report = checked.map_err(|error| match error {
            HashError::TooManyPieces(_) => DiskError::TooManyPieces,
            _ => DiskError::Stopped,
        })?;
        self.refuse_unreadable(report.unreadable)?;
        let layout = self.layout.metainfo.layout();
        let is_shared = |piece: PieceIndex| layout.files_in(layout.piece(piece)).nth(1).is_some();
        let pieces = layout.pieces().unwrap_or_default();
        for ((piece, have), verdict) in pieces.into_iter().zip(&mut self.have).zip(report.pieces) {
            self.is_proven_anew |= verdict == Verdict::Good;
            *have |= verdict == Verdict::Good;
            let is_wrong = matches!(verdict, Verdict::Bad { .. });
            self.wrong.extend((is_wrong && is_shared(piece)).then_some(piece));
        }
        Ok(())
    }

    /// That a file may not be read is not that it has other content. One with bad sectors can be repaired, if that is wanted.
    fn refuse_unreadable(&self, unreadable: Vec<(usize, io::Error)>) -> Result<(), DiskError> {
        let is_fatal = |file: usize, error: &io::Error| {
            let is_forbidden = error.kind() == io::ErrorKind::PermissionDenied;
            is_forbidden || self.locations[file] == FileLocation::Named && !self.params.force
        };
        for (index, error) in unreadable {
            let file = self.layout.metainfo.files().get(index);
            if file.length > 0 && self.params.selected[index] && is_fatal(index, &error) {
                let path = self.params.output.join(self.layout.name_of(file));
                return Err(DiskError::io(path, "read", error));
            }
        }
        Ok(())
    }

    /// A piece is wanted, and not there.
    fn lacks(&self, piece: PieceIndex) -> bool {
        self.wanted[piece.index()] && !self.have[piece.index()]
    }

    /// Where the bytes of each file are to be read.
    fn content(&self) -> Result<Content, DiskError> {
        let (layout, locations) = (Arc::clone(&self.layout), self.locations.clone());
        let spot = move |file: File<'_>| {
            let (path, start) = match locations[file.index] {
                FileLocation::Side => (layout.side(), file.offset),
                FileLocation::Work => (layout.work_of(file.index), 0),
                FileLocation::Named => (layout.name_of(file), 0),
            };
            Some(Spot { path: safe(&path)?, start: Some(start) })
        };
        Content::at(&self.params.output, spot)
            .map_err(|error| DiskError::io(&self.params.output, "open", error))
    }

    /// Bytes that are still to be written, those that are allocated for a file already left out.
    pub(super) fn needed(&self) -> u64 {
        let allocated = |holder| self.found.get(holder).map_or(0, |found| found.allocated);
        let layout = self.layout.metainfo.layout();
        let lacks = |file: &File<'_>| self.have[layout.pieces_of(file.index).indices()].contains(&false);
        let files =
            self.layout.metainfo.files().iter().filter(lacks).map(|file| match self.locations[file.index] {
                FileLocation::Work => file.length.saturating_sub(allocated(Holder::of(file.index))),
                FileLocation::Side => self.shared(file),
                FileLocation::Named => 0,
            });
        files.sum::<u64>() + self.anew()
    }

    /// Bytes of whole files for those that are to be repaired, which stay as they are until then.
    pub(super) fn anew(&self) -> u64 {
        self.adopted.iter().map(|file| self.layout.metainfo.files().get(*file).length).sum()
    }

    /// Bytes of a file that is not wanted, in pieces that are and are not there.
    fn shared(&self, file: File<'_>) -> u64 {
        let layout = self.layout.metainfo.layout();
        let lacking = layout.pieces_of(file.index).iter().filter(|piece| self.lacks(*piece));
        let of_file = lacking.map(|piece| {
            let bytes = layout.piece(piece);
            bytes.end.min(file.offset + file.length) - bytes.start.max(file.offset)
        });
        of_file.sum()
    }

    /// Sees that what is not under its name yet can get it.
    pub(super) fn refuse_unfit(&self, folder: &Folder, lock: &Folder) -> Result<(), DiskError> {
        refuse_unfit(&self.layout, self.unnamed(), folder, lock)
    }

    /// The same, as far as that shows without writing anything.
    pub(super) fn refuse_closed(&self, folder: &Folder) -> Result<(), DiskError> {
        if self.is_settled(folder) { Ok(()) } else { refuse_closed(&self.layout, self.unnamed(), folder) }
    }

    fn unnamed(&self) -> impl Iterator<Item = File<'_>> + Clone {
        let is_unnamed =
            |file: &File<'_>| self.locations[file.index] == FileLocation::Work || self.is_adopted(file.index);
        self.layout.metainfo.files().iter().filter(is_unnamed)
    }

    /// There may be a million of them.
    fn is_adopted(&self, file: usize) -> bool {
        self.adopted.binary_search(&file).is_ok()
    }

    /// Ends renamings that a crash cut short, and repairs of what turned out to be right.
    pub(super) fn drop_old_names(&mut self, folder: &Folder) -> Result<(), DiskError> {
        let names = std::mem::take(&mut self.twice_named);
        names.into_iter().try_for_each(|index| {
            folder.remove(&self.layout.work_of(index))?;
            self.find_again(folder, index)
        })
    }

    /// Another name is another `ctime`.
    fn find_again(&mut self, folder: &Folder, index: usize) -> Result<(), DiskError> {
        let path = match self.locations[index] {
            FileLocation::Named => self.layout.name_of(self.layout.metainfo.files().get(index)),
            _ => self.layout.work_of(index),
        };
        if let Some(stat) = folder.look(&path)? {
            self.found.insert(Holder::of(index), FoundFile::of(&stat));
        }
        Ok(())
    }

    /// Writes the journal anew, with what is known now. It replaces the old one only when it is whole.
    pub(super) fn begin(&mut self, folder: &Folder) -> Result<(), DiskError> {
        let path = self.layout.journal();
        let new = path.with_extension("new");
        folder.remove(&new)?;
        folder.remove(&self.layout.copy())?;
        // What was hashed may be in the kernel's memory only, if it was a crash that ended the last run; what was copied is.
        if self.is_proven_anew {
            folder.sync_all()?;
        }
        let pieces = self.layout.metainfo.layout().pieces().unwrap_or_default();
        self.memory.pieces = pieces.into_iter().filter(|piece| self.have[piece.index()]).collect();
        self.memory.stamps = self.found.iter().map(|(holder, found)| (*holder, found.stamp)).collect();
        let journal = Journal::create(folder.write(&new, 0o666)?, &self.identity(), &self.memory)
            .and_then(|journal| journal.sync().map(|()| journal))
            .map_err(|error| DiskError::io(folder.name(&path), "write", error))?;
        folder.rename(&new, &path, true)?;
        self.journal = Some(journal);
        Ok(())
    }

    pub(super) fn torrent(&self) -> swarm::Torrent {
        let metainfo = Arc::clone(&self.layout.metainfo);
        swarm::Torrent { metainfo, have: self.have.clone(), wanted: self.wanted.clone() }
    }

    pub(super) fn storage(self, job: JobId, folder: Folder, lock: Option<Folder>) -> Storage {
        let layout = self.layout.metainfo.layout();
        let is_missing = |piece: &PieceIndex| !self.have[piece.index()];
        let missing = |file| layout.pieces_of(file).iter().filter(is_missing).map(|_| 1_u32).sum();
        let lacking: Vec<u32> = (0..self.locations.len()).map(missing).collect();
        let is_whole = |file: &File<'_>| {
            self.locations[file.index] == FileLocation::Work
                && lacking[file.index] == 0
                && file.symlink.is_none()
        };
        let files = self.layout.metainfo.files();
        let whole = files.iter().filter(is_whole).map(|file| FileIndex::of(file.index)).collect();
        Storage {
            job,
            folder,
            lock,
            force: self.params.force,
            left: self.wanted.iter().zip(&self.have).filter(|(wanted, have)| **wanted && !**have).count(),
            have: self.have,
            wanted: self.wanted,
            lacking,
            locations: self.locations,
            journal: self.journal,
            fresh: Fresh::of(whole),
            unnamed: Vec::new(),
            renamed: Default::default(),
            layout: self.layout,
        }
    }
}

/// Whether pieces are to be proven by v2 hashes: not those of a hybrid that came without all of them, whose v1 hashes say
/// it piece by piece.
pub(super) fn proves_by_v2(metainfo: &Metainfo) -> bool {
    let is_layered =
        |file: File<'_>| file.length <= metainfo.piece_length() || metainfo.piece_layer(file.index).is_some();
    match metainfo.protocol() {
        Protocol::V1 => false,
        Protocol::V2 => true,
        Protocol::Hybrid => metainfo.files().iter().all(is_layered),
    }
}

/// The file that has this name in the work folder, if one has it.
fn begun_file(name: &[u8]) -> Option<usize> {
    std::str::from_utf8(name).ok()?.parse().ok()
}

/// Whether two are names of one file.
fn is_same(one: &Stat, other: &Stat) -> bool {
    (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
}

/// Our own names are safe; those of the torrent were checked.
fn safe(path: &Path) -> Option<SafePath> {
    SafePath::new(RawPathBuf::of(path.iter().map(OsStrExt::as_bytes)).as_path()).ok()
}
