//! What lies in a torrent's place: each file is found, judged, and hashed where the journal does not vouch for it.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use piece_hash::{Backend, Sha1};
use rustix::fs::{FileType, Stat};
use torrent_core::data::{Content, Extent, HashError, Io, Job, Spot, Verdict, Wanted, check};
use torrent_core::files::File;
use torrent_core::metainfo::{Metainfo, Protocol};
use torrent_core::path::{RawPathBuf, SafePath, UnsafeName};

use super::folder::Folder;
use super::layout::{Home, Layout, key_of};
use super::storage::{Fresh, Storage};
use super::{DiskError, Hashing, Place};
use crate::job::JobId;
use crate::journal::{Holder, Identity, Journal, Memory, Stamp};

/// What lies in a torrent's place.
pub(super) struct Scene<'p> {
    place: &'p Place,
    layout: Arc<Layout>,
    homes: Vec<Home>,
    /// What holds bytes, as it is now.
    found: BTreeMap<Holder, Stat>,
    have: Vec<bool>,
    wanted: Vec<bool>,
    memory: Memory,
    pub(super) warnings: Vec<String>,
    /// Files under their names that are to be repaired.
    adopted: Vec<usize>,
    /// Files whose name in the work folder is to go: a crash came between the two halves of a renaming.
    twice_named: Vec<usize>,
    /// Something was proven that the journal did not vouch for.
    is_proven_anew: bool,
}

impl<'p> Scene<'p> {
    /// Nothing.
    pub(super) fn empty(place: &'p Place, layout: &Arc<Layout>) -> Result<Self, DiskError> {
        let homes = place.selected.iter().map(|selected| if *selected { Home::Work } else { Home::Side });
        let pieces = layout.metainfo.layout().piece_count() as usize;
        let mut scene = Self {
            place,
            layout: Arc::clone(layout),
            homes: homes.collect(),
            found: BTreeMap::new(),
            have: vec![false; pieces],
            wanted: vec![false; pieces],
            memory: Memory::default(),
            warnings: Vec::new(),
            adopted: Vec::new(),
            twice_named: Vec::new(),
            is_proven_anew: false,
        };
        for file in (0..scene.homes.len()).filter(|file| place.selected[*file]) {
            let pieces = layout.metainfo.layout().pieces_of(file);
            scene.wanted[pieces.start as usize..pieces.end as usize].fill(true);
        }
        Ok(scene)
    }

    /// Everything that is there, read and judged.
    pub(super) fn look(
        place: &'p Place,
        layout: &Arc<Layout>,
        folder: &Folder,
        hashing: Hashing,
    ) -> Result<Self, DiskError> {
        let mut scene = Self::empty(place, layout)?;
        scene.find_files(folder)?;
        scene.remember(folder)?;
        if !scene.found.is_empty() {
            scene.believe();
            scene.hash(hashing)?;
        }
        scene.refuse_strangers(folder)?;
        Ok(scene)
    }

    /// Which file is where. Nothing is looked for by name where not even the torrent's name is there.
    fn find_files(&mut self, folder: &Folder) -> Result<(), DiskError> {
        let in_work: HashSet<Vec<u8>> = match folder.look(&self.layout.work)? {
            Some(_) => folder.folder(&self.layout.work)?.names()?.into_iter().collect(),
            None => HashSet::new(),
        };
        let layout = Arc::clone(&self.layout);
        let files = layout.metainfo.files();
        let root = PathBuf::from(std::ffi::OsStr::from_bytes(layout.metainfo.name()));
        let is_there = folder.look(&root)?.is_some();
        for file in files.iter().filter(|file| self.place.selected[file.index]) {
            let named = if is_there { folder.look(&layout.name_of(file))? } else { None };
            if let Some(target) = layout.target_of(file) {
                named.map_or(Ok(()), |named| self.judge_link(folder, file, &target, named))?;
                continue;
            }
            let begun = match in_work.contains(file.index.to_string().as_bytes()) {
                true => folder.look(&layout.work_of(file.index))?,
                false => None,
            };
            self.find_file(folder, file, begun, named)?;
        }
        if in_work.contains(layout.side().file_name().unwrap_or_default().as_bytes()) {
            self.found.extend(folder.look(&layout.side())?.map(|stat| (Holder::Side, stat)));
        }
        Ok(())
    }

    fn find_file(
        &mut self,
        folder: &Folder,
        file: File<'_>,
        begun: Option<Stat>,
        named: Option<Stat>,
    ) -> Result<(), DiskError> {
        let path = || folder.name(&self.layout.name_of(file));
        let holder = Holder::File(file.index as u32);
        let is_file = |stat: &Stat| FileType::from_raw_mode(stat.st_mode).is_file();
        let is_same =
            |begun: &Stat, named: &Stat| (begun.st_dev, begun.st_ino) == (named.st_dev, named.st_ino);
        match (begun, named) {
            (_, Some(named)) if !is_file(&named) => return Err(DiskError::NoFile { path: path() }),
            (Some(begun), Some(named)) if is_same(&begun, &named) => {
                self.twice_named.push(file.index);
                self.homes[file.index] = Home::Named;
                self.found.insert(holder, named);
            }
            (Some(_), Some(_)) if !self.place.force => return Err(DiskError::Exists { path: path() }),
            (Some(begun), _) => {
                self.found.insert(holder, begun);
            }
            (None, Some(named)) => {
                self.homes[file.index] = Home::Named;
                self.found.insert(holder, named);
            }
            (None, None) => {}
        }
        Ok(())
    }

    /// A link is made last, but what is in its place is told first.
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
            _ if self.place.force || is_right() => Ok(()),
            _ => Err(DiskError::Exists { path: folder.name(&name) }),
        }
    }

    fn identity(&self) -> Identity {
        let selected: Vec<u8> = self.place.selected.iter().map(|selected| u8::from(*selected)).collect();
        let digest = Backend::best().digest::<Sha1>(&selected);
        let selection = digest.first_chunk().copied().unwrap_or_default();
        Identity { key: key_of(&self.layout.metainfo), selection, pieces: self.have.len() as u32 }
    }

    /// Reads the journal, if there is one.
    fn remember(&mut self, folder: &Folder) -> Result<(), DiskError> {
        let path = self.layout.journal();
        if folder.look(&self.layout.work)?.is_none() || folder.look(&path)?.is_none() {
            return Ok(());
        }
        match Memory::read(folder.read(&path)?, &self.identity()) {
            Ok(memory) => self.memory = memory,
            Err(why) => {
                self.warnings.push(format!("the journal is not used, all is hashed again: {why}"));
            }
        }
        Ok(())
    }

    /// Takes the journal's word for pieces whose files are as it knows them.
    fn believe(&mut self) {
        if self.place.recheck {
            return;
        }
        let is_as_known = |holder: Holder| {
            let now = self.found.get(&holder).map(Stamp::of);
            now.is_some() && now.as_ref() == self.memory.stamps.get(&holder)
        };
        for &piece in &self.memory.pieces {
            let mut holders = self.layout.holders(&self.homes, piece);
            self.have[piece as usize] = self.wanted[piece as usize] && holders.all(is_as_known);
        }
    }

    /// Hashes the rest, where there is anything to hash.
    fn hash(&mut self, hashing: Hashing) -> Result<(), DiskError> {
        let metainfo = &self.layout.metainfo;
        let is_open = |piece: u64| self.wanted[piece as usize] && !self.have[piece as usize];
        let content = self.content()?;
        let known = |piece: u64| self.memory.hashes.get(&(piece as u32)).copied();
        let extent = Extent { wants: &is_open, fail_fast: false, known: &known, io: Io::Auto };
        let job = Job {
            wanted: Wanted { sha1: metainfo.protocol().has_v1(), merkle: proves_by_v2(metainfo) },
            piece_length: metainfo.piece_length(),
            backend: hashing.backend,
            watch: &*self.place.watch,
            memory: hashing.memory,
        };
        // Its own threads, which are gone when there is nothing left to hash.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(hashing.threads).build();
        let pool =
            pool.map_err(|error| DiskError::io(&self.place.output, "hash", io::Error::other(error)))?;
        let report =
            pool.install(|| check(metainfo, &content, &extent, job)).map_err(|error| match error {
                HashError::TooManyPieces => DiskError::TooManyPieces,
                _ => DiskError::Stopped,
            })?;
        for (have, verdict) in self.have.iter_mut().zip(report.pieces) {
            self.is_proven_anew |= verdict == Verdict::Good;
            *have |= verdict == Verdict::Good;
        }
        Ok(())
    }

    /// Where the bytes of each file are to be read.
    fn content(&self) -> Result<Content, DiskError> {
        let side = Arc::new(safe(&self.layout.side())?);
        let spots = self.layout.metainfo.files().iter().map(|file| {
            Ok(match self.homes[file.index] {
                Home::Side => Spot { path: Arc::clone(&side), start: Some(file.offset) },
                Home::Work => {
                    Spot { path: Arc::new(safe(&self.layout.work_of(file.index))?), start: Some(0) }
                }
                Home::Named => Spot { path: Arc::new(safe(&self.layout.name_of(file))?), start: Some(0) },
            })
        });
        let spots = spots.collect::<Result<_, DiskError>>()?;
        Content::at(&self.place.output, spots)
            .map_err(|error| DiskError::io(&self.place.output, "open", error))
    }

    /// A file under its name is ours if it is as long as it should be and every piece that holds nothing else is
    /// proven. What it shares with others is compared when it comes.
    fn refuse_strangers(&mut self, folder: &Folder) -> Result<(), DiskError> {
        let layout = Arc::clone(&self.layout);
        for file in layout.metainfo.files().iter().filter(|file| self.homes[file.index] == Home::Named) {
            let length = self.found.get(&Holder::File(file.index as u32)).map(|stat| stat.st_size as u64);
            if length == Some(file.length) && self.is_ours(file.index) {
                continue;
            }
            if !self.place.force {
                return Err(DiskError::Exists { path: folder.name(&layout.name_of(file)) });
            }
            self.adopted.push(file.index);
        }
        Ok(())
    }

    fn is_ours(&self, file: usize) -> bool {
        let layout = self.layout.metainfo.layout();
        let is_shared = |piece: u64| layout.files_in(layout.bytes_of(piece..piece + 1)).count() > 1;
        let is_fine = |piece: u64| self.have[piece as usize] || !self.place.force && is_shared(piece);
        layout.pieces_of(file).all(is_fine)
    }

    /// Bytes that are still to be written, those that a file has room for already left out.
    pub(super) fn needed(&self) -> u64 {
        let room = |holder| self.found.get(&holder).map_or(0, |stat| stat.st_blocks as u64 * 512);
        let layout = self.layout.metainfo.layout();
        let lacks = |file: &File<'_>| layout.pieces_of(file.index).any(|piece| !self.have[piece as usize]);
        let files =
            self.layout.metainfo.files().iter().filter(lacks).map(|file| match self.homes[file.index] {
                Home::Work => file.length.saturating_sub(room(Holder::File(file.index as u32))),
                Home::Side => self.shared(file),
                Home::Named => 0,
            });
        files.sum()
    }

    /// Bytes of a file that is not wanted, in pieces that are and are not there.
    fn shared(&self, file: File<'_>) -> u64 {
        let layout = self.layout.metainfo.layout();
        let lacking = layout
            .pieces_of(file.index)
            .filter(|piece| self.wanted[*piece as usize] && !self.have[*piece as usize]);
        let of_file = lacking.map(|piece| {
            let bytes = layout.bytes_of(piece..piece + 1);
            bytes.end.min(file.offset + file.length) - bytes.start.max(file.offset)
        });
        of_file.sum()
    }

    /// Ends renamings that a crash cut short.
    pub(super) fn drop_old_names(&mut self, folder: &Folder) -> Result<(), DiskError> {
        let names = std::mem::take(&mut self.twice_named);
        names.into_iter().try_for_each(|index| folder.remove(&self.layout.work_of(index)))
    }

    /// Takes files that are to be repaired into the work folder; what is good of them stays good.
    pub(super) fn adopt(&mut self, folder: &Folder) -> Result<(), DiskError> {
        for index in std::mem::take(&mut self.adopted) {
            let name = self.layout.name_of(self.layout.metainfo.files().get(index));
            folder.rename(&name, &self.layout.work_of(index), false)?;
            self.homes[index] = Home::Work;
        }
        Ok(())
    }

    /// Writes the journal anew, with what is known now. It replaces the old one only when it is whole.
    pub(super) fn begin(&mut self, folder: &Folder) -> Result<Journal, DiskError> {
        let path = self.layout.journal();
        let new = path.with_extension("new");
        folder.remove(&new)?;
        // What was hashed may be in the kernel's memory only, if it was a crash that ended the last run.
        if self.is_proven_anew {
            folder.sync_all()?;
        }
        self.memory.pieces =
            (0..).zip(&self.have).filter(|(_, have)| **have).map(|(piece, _)| piece).collect();
        self.memory.stamps = self.found.iter().map(|(holder, stat)| (*holder, Stamp::of(stat))).collect();
        let journal = Journal::create(folder.write(&new, 0o666)?, &self.identity(), &self.memory)
            .and_then(|journal| journal.sync().map(|()| journal))
            .map_err(|error| DiskError::io(folder.name(&path), "write", error))?;
        folder.rename(&new, &path, true)?;
        Ok(journal)
    }

    pub(super) fn torrent(&self) -> swarm::Torrent {
        let metainfo = Arc::clone(&self.layout.metainfo);
        swarm::Torrent { metainfo, have: self.have.clone(), wanted: self.wanted.clone() }
    }

    pub(super) fn storage(self, job: JobId, folder: Folder, lock: Folder, journal: Journal) -> Storage {
        let layout = self.layout.metainfo.layout();
        let missing =
            |file| layout.pieces_of(file).filter(|piece| !self.have[*piece as usize]).count() as u32;
        let lacking: Vec<u32> = (0..self.homes.len()).map(missing).collect();
        let is_whole = |file: &File<'_>| {
            self.homes[file.index] == Home::Work && lacking[file.index] == 0 && file.symlink.is_none()
        };
        let files = self.layout.metainfo.files();
        let whole = files.iter().filter(is_whole).map(|file| file.index as u32).collect();
        Storage {
            job,
            folder,
            _lock: lock,
            force: self.place.force,
            left: self.wanted.iter().zip(&self.have).filter(|(wanted, have)| **wanted && !**have).count(),
            have: self.have,
            wanted: self.wanted,
            lacking,
            homes: self.homes,
            journal: Some(journal),
            fresh: Fresh::of(whole),
            renamed: Default::default(),
            layout: self.layout,
        }
    }
}

/// Whether pieces are to be proven by v2 hashes: not those of a hybrid that came without all of them, whose v1 hashes say
/// it piece by piece.
fn proves_by_v2(metainfo: &Metainfo) -> bool {
    let is_layered =
        |file: File<'_>| file.length <= metainfo.piece_length() || metainfo.piece_layer(file.index).is_some();
    match metainfo.protocol() {
        Protocol::V1 => false,
        Protocol::V2 => true,
        Protocol::Hybrid => metainfo.files().iter().all(is_layered),
    }
}

/// Our own names are safe; those of the torrent were checked.
fn safe(path: &Path) -> Result<SafePath, DiskError> {
    let raw = RawPathBuf::of(path.iter().map(OsStrExt::as_bytes));
    SafePath::new(raw.as_path()).map_err(|why| UnsafeName::Torrent(why).into())
}
