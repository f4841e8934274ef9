//! Data that lies there and is given to others: it is read, and never written.
//!
//! A piece is in one of four states ([`PieceCheck`]). Its bytes are given only while it is `Checked`, and a file of it is read only as
//! long as it is the very file that was checked: after every read its stamp is looked at, and if that is another, the bytes are dropped
//! and its pieces are to be checked again. That is [`OfferedStorage::read`], the only place where blocks of such data are read, for
//! whomever.
//!
//! What no stamp tells is not seen: bytes that go bad on the medium after they were checked, and writes through a mapping that the system
//! has not stamped yet.

mod checking;
mod files;
mod healing;
mod journal;
mod look;

use std::collections::BTreeSet;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use swarm::ConnectionId;
use swarm::wire::BlockAddress;
use torrent_core::data::Watch;
use torrent_core::layout::{PieceIndex, PieceRange};

use super::buffers::{Buffer, Buffers};
use super::damage::Damage;
use super::error::DiskError;
use super::open_files::OpenFiles;
use super::reading::{NotCached, read_blocks, read_cached};
use super::request::{Check, Offer, StorageParams};
use crate::job_id::JobId;
use crate::journal::{FileStamp, Holder, Identity, Memory};
pub(super) use checking::{CheckedPieces, Checker, Task};
use checking::{Finding, ToCheck};
use files::OfferedFiles;
use healing::Healing;
pub(super) use look::{Looked, look};

/// A torrent whose data is offered. It holds nothing open itself: thousands may be at rest.
pub(super) struct OfferedStorage {
    job: JobId,
    files: OfferedFiles,
    watch: Arc<dyn Watch + Send + Sync>,
    /// What is known of each piece.
    pieces: Vec<PieceCheck>,
    /// By file: how it was when pieces of it were last checked, or when it was first looked at.
    stamps: Vec<Option<FileStamp>>,
    /// Files of which the user has heard that they are damaged.
    told: BTreeSet<usize>,
    /// The first pieces of those that are being checked.
    checking: BTreeSet<PieceIndex>,
    /// What peers asked for and is to be read when it has been checked. Peers have few requests at the disk at a time.
    pub(super) waiting: Vec<WaitingRead>,
    journal: Option<KeptJournal>,
    healing: Healing,
    /// It was said that nothing is left.
    is_emptiness_told: bool,
}

/// Blocks that a peer waits for.
pub(super) type WaitingRead = (ConnectionId, Vec<BlockAddress>);

/// What is known of a piece that is offered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum PieceCheck {
    /// Its files are there and as long as they should be.
    Unchecked,
    /// It may be given: it was hashed, or the user vouches for it.
    Checked,
    /// It is not given: it is not there, or not what it should be. Once it is, and was hashed, it is `Checked`.
    Lost,
    /// It is not given, because the user does not want a file of it to be.
    LeftOut,
}

impl PieceCheck {
    fn is_offered(self) -> bool {
        matches!(self, Self::Unchecked | Self::Checked)
    }
}

/// Where it is kept which pieces were checked.
struct KeptJournal {
    path: PathBuf,
    identity: Identity,
    /// When it is to be written, if there is anything new.
    due: Option<Instant>,
}

/// Pieces that are not offered any more.
#[derive(Debug)]
pub(super) struct Loss {
    pub(super) pieces: PieceRange,
    /// Which files are damaged and how; `None` if that was said before.
    pub(super) news: Option<(Vec<PathBuf>, Damage)>,
}

/// What a check brought that others are to hear of.
#[derive(Default)]
pub(super) struct CheckNews {
    pub(super) loss: Option<Loss>,
    /// Pieces that were lost and are offered again.
    pub(super) found: Option<PieceRange>,
    /// Files of which nothing is lost any more, as far as it was told that something was.
    pub(super) healed: Vec<PathBuf>,
}

/// What came of reading blocks.
pub(super) enum ReadOutcome {
    Bytes(Buffer),
    /// The file at this index is not what it was when it was checked.
    Changed(usize),
    /// Nothing can be said of the file: the process has too little of something now.
    Failed(DiskError),
}

impl OfferedStorage {
    fn new(job: JobId, files: OfferedFiles, params: &StorageParams, offer: &Offer) -> Self {
        let metainfo = &params.metainfo;
        // Pieces that were only believed in are in no journal.
        let state = offer.state.as_deref().filter(|_| offer.check != Check::Sizes);
        let journal = state.map(|state| KeptJournal {
            path: journal::path_in(state, metainfo),
            identity: journal::identity(metainfo, &params.output),
            due: None,
        });
        Self {
            job,
            files,
            watch: Arc::clone(&params.watch),
            pieces: vec![PieceCheck::Unchecked; metainfo.layout().pieces().unwrap_or_default().len()],
            stamps: vec![None; metainfo.files().len()],
            told: BTreeSet::new(),
            checking: BTreeSet::new(),
            waiting: Vec::new(),
            journal,
            healing: Healing::default(),
            is_emptiness_told: false,
        }
    }

    /// What is offered, as engines want to know it.
    pub(super) fn torrent(&self) -> swarm::Torrent {
        let have: Vec<bool> = self.pieces.iter().map(|piece| piece.is_offered()).collect();
        swarm::Torrent { metainfo: Arc::clone(&self.files.layout.metainfo), wanted: have.clone(), have }
    }

    /// Whether a piece is offered.
    pub(super) fn offers(&self, piece: PieceIndex) -> bool {
        self.pieces.get(piece.index()).is_some_and(|piece| piece.is_offered())
    }

    /// Whether there is nothing more to offer, said once until there is something again.
    pub(super) fn has_become_empty(&mut self) -> bool {
        let is_empty = !self.is_anything_offered();
        !std::mem::replace(&mut self.is_emptiness_told, is_empty) && is_empty
    }

    fn is_anything_offered(&self) -> bool {
        self.pieces.is_empty() || self.pieces.iter().any(|piece| piece.is_offered())
    }

    /// Reads blocks of pieces that are [checked](Self::is_checked), one behind the other. Bytes of a file count only if it is, after they
    /// were read, the file that was checked.
    pub(super) fn read(
        &self,
        open: &mut OpenFiles,
        buffers: &Buffers,
        blocks: &[BlockAddress],
    ) -> ReadOutcome {
        let (mut changed, layout) = (None, self.files.layout.metainfo.layout());
        let mut bytes = buffers.take(blocks.iter().map(|block| block.bytes()).sum());
        let read = read_blocks(layout, blocks, &mut bytes, |file, offset, bytes| {
            let opened = open.get(self.job, Holder::of(file), || self.files.open(file));
            let opened = opened.inspect_err(|error| changed = (!error.is_of_process()).then_some(file))?;
            let read = opened.read_exact_at(bytes, offset);
            if read.is_err() || self.stamps[file] != Some(self.files.stamp(file, opened)?) {
                changed = Some(file);
            }
            read.map_err(|error| DiskError::at(self.files.path(file), "read", offset, error))
        });
        match (read, changed) {
            (_, Some(file)) => ReadOutcome::Changed(file),
            (Ok(()), None) => ReadOutcome::Bytes(bytes),
            (Err(error), None) => ReadOutcome::Failed(error),
        }
    }

    /// The same, if pieces are checked, and files are open and in the page cache.
    pub(super) fn read_cached(
        &self,
        open: &mut OpenFiles,
        blocks: &[BlockAddress],
        bytes: &mut [u8],
    ) -> Result<(), NotCached> {
        if !self.is_checked(blocks) {
            return Err(NotCached);
        }
        read_blocks(self.files.layout.metainfo.layout(), blocks, bytes, |file, offset, bytes| {
            let opened = open.opened(self.job, Holder::of(file)).ok_or(NotCached)?;
            read_cached(opened, bytes, offset)?;
            let stamp = self.files.stamp(file, opened).map_err(|_| NotCached)?;
            (self.stamps[file] == Some(stamp)).then_some(()).ok_or(NotCached)
        })
    }

    /// Whether all of these blocks may be read.
    pub(super) fn is_checked(&self, blocks: &[BlockAddress]) -> bool {
        blocks.iter().all(|block| self.pieces.get(block.piece.index()) == Some(&PieceCheck::Checked))
    }

    /// Has what these blocks are of checked, as far as that is not under way.
    pub(super) fn begin_checks(&mut self, blocks: &[BlockAddress]) -> Vec<Task> {
        let mut tasks = Vec::new();
        for block in blocks {
            if self.pieces[block.piece.index()] == PieceCheck::Unchecked {
                tasks.extend(self.check_of(self.unit(block.piece)));
            }
        }
        tasks
    }

    /// Has pieces checked together, unless they are already.
    fn check_of(&mut self, pieces: PieceRange) -> Option<Task> {
        let (files, watch) = (self.files.clone(), Arc::clone(&self.watch));
        let task = Task::Check(ToCheck { job: self.job, files, pieces, watch });
        self.checking.insert(pieces.start).then_some(task)
    }

    /// Whether these pieces were checked for this storage, and not for an earlier one of the same job.
    pub(super) fn asked_for(&self, checked: &CheckedPieces) -> bool {
        Arc::ptr_eq(&self.files.layout, &checked.layout)
    }

    /// Pieces were checked. Gives what is lost or found again by that.
    ///
    /// # Errors
    /// Nothing is known of the pieces yet.
    pub(super) fn checked(
        &mut self,
        open: &mut OpenFiles,
        checked: CheckedPieces,
    ) -> Result<CheckNews, DiskError> {
        let CheckedPieces { pieces, finding, .. } = checked;
        self.checking.remove(&pieces.start);
        self.end_check(pieces);
        let loss = match finding {
            Finding::Fit(stamps) => return Ok(self.take_fit(open, pieces, stamps)),
            Finding::Damaged(file, why) => self.lose_file(file, why),
            Finding::Unfit(why, stamps) => self.lose_together(pieces, why, &stamps),
            Finding::Unknown(error) => {
                let layout = self.files.layout.metainfo.layout();
                self.healing.doubt(layout.files_in(layout.bytes_of(pieces)));
                return Err(error);
            }
        };
        Ok(CheckNews { loss, ..CheckNews::default() })
    }

    /// Pieces fit, as long as their files are like this.
    fn take_fit(
        &mut self,
        open: &mut OpenFiles,
        pieces: PieceRange,
        stamps: Vec<(usize, FileStamp)>,
    ) -> CheckNews {
        for (file, stamp) in stamps {
            if self.stamps[file] != Some(stamp) {
                self.forget_checks(open, file);
                self.stamps[file] = Some(stamp);
            }
        }
        let mut is_found = false;
        for piece in &mut self.pieces[pieces.indices()] {
            is_found |= *piece == PieceCheck::Lost;
            if *piece != PieceCheck::LeftOut {
                *piece = PieceCheck::Checked;
            }
        }
        self.note_soon();
        self.is_emptiness_told &= !is_found;
        let healed = if is_found { self.end_healing(pieces) } else { Vec::new() };
        let told = healed.into_iter().filter(|file| self.told.remove(file));
        let healed = told.map(|file| self.files.path(file)).collect();
        CheckNews { loss: None, found: is_found.then_some(pieces), healed }
    }

    /// A file has changed: no piece of it is given before it is checked again.
    pub(super) fn forget_checks(&mut self, open: &mut OpenFiles, file: usize) {
        open.close(self.job, Holder::of(file));
        let pieces = self.files.layout.metainfo.layout().pieces_of(file);
        let checked = self.pieces[pieces.indices()].iter_mut();
        checked.filter(|piece| **piece == PieceCheck::Checked).for_each(|piece| {
            *piece = PieceCheck::Unchecked;
        });
    }

    /// All of a file is lost.
    fn lose_file(&mut self, file: usize, why: Damage) -> Option<Loss> {
        let pieces = self.files.layout.metainfo.layout().pieces_of(file);
        self.healing.watch(file, None, pieces.iter().any(|piece| self.offers(piece)));
        self.lose(pieces, vec![file], why)
    }

    /// Pieces are lost that do not fit while their files are like this; which of the files is to blame is not known.
    fn lose_together(
        &mut self,
        pieces: PieceRange,
        why: Damage,
        stamps: &[(usize, FileStamp)],
    ) -> Option<Loss> {
        let is_new = pieces.iter().any(|piece| self.offers(piece));
        stamps.iter().for_each(|(file, stamp)| self.healing.watch(*file, Some(*stamp), is_new));
        let layout = self.files.layout.metainfo.layout();
        let files = layout.files_in(layout.bytes_of(pieces)).take(FILES_NAMED).collect();
        self.lose(pieces, files, why)
    }

    fn lose(&mut self, pieces: PieceRange, files: Vec<usize>, why: Damage) -> Option<Loss> {
        if pieces.iter().all(|piece| !self.offers(piece)) && files.iter().all(|file| self.told.contains(file))
        {
            return None;
        }
        let states = self.pieces[pieces.indices()].iter_mut();
        states.filter(|state| **state != PieceCheck::LeftOut).for_each(|state| *state = PieceCheck::Lost);
        // A file that is known to be damaged explains what happens to pieces that it shares.
        let is_news = self.told.len() < FILES_TOLD && files.iter().all(|file| !self.told.contains(file));
        self.told.extend(files.iter().copied().filter(|_| is_news));
        let paths = || files.iter().map(|file| self.files.path(*file)).collect();
        let news = is_news.then(|| (paths(), why));
        Some(Loss { pieces, news })
    }

    /// There is something new for the journal.
    fn note_soon(&mut self) {
        let size = 36 * self.stamps.len() + 4 * self.pieces.len();
        if let Some(journal) = &mut self.journal {
            let due = Instant::now() + NOTED_AFTER + Duration::from_secs(size as u64 >> 20);
            journal.due.get_or_insert(due);
        }
    }

    /// Nobody waits any more, nothing is looked at, and the journal is written.
    pub(super) fn rest(&mut self) {
        self.waiting.clear();
        self.healing.rest();
        self.note();
    }

    /// Goes on to look at what is lost, if it had a rest.
    pub(super) fn go_on(&mut self) {
        if self.healing.is_resting() {
            self.healing.begin();
        }
    }

    /// When something is to be done though nobody asks: the journal is to be written, or what is lost to be looked at.
    pub(super) fn due(&self) -> Option<Instant> {
        self.note_due().into_iter().chain(self.healing.due()).min()
    }

    /// When what is lost is to be looked at again.
    pub(super) fn look_due(&self) -> Option<Instant> {
        self.healing.due()
    }

    /// When the journal is to be written, if there is anything new.
    pub(super) fn note_due(&self) -> Option<Instant> {
        self.journal.as_ref()?.due
    }

    /// What is to be written into the journal now.
    pub(super) fn take_note(&mut self) -> Option<Task> {
        self.journal.as_ref()?.due?;
        let memory = self.memory();
        let journal = self.journal.as_mut()?;
        journal.due = None;
        Some(Task::Note { path: journal.path.clone(), identity: journal.identity, memory })
    }

    /// Writes the journal at once, if there is anything new. It is a hint, so that it cannot be written is no failure.
    pub(super) fn note(&mut self) {
        if let Some(Task::Note { path, identity, memory }) = self.take_note() {
            drop(journal::write(&path, &identity, &memory));
        }
    }

    /// What is known, for the next run: pieces that were hashed, and how their files were.
    fn memory(&self) -> Memory {
        let layout = self.files.layout.metainfo.layout();
        let is_checked = |piece: &PieceIndex| self.pieces[piece.index()] == PieceCheck::Checked;
        let stamps = self.stamps.iter().enumerate().filter_map(|(file, stamp)| Some((file, (*stamp)?)));
        let of_checked =
            stamps.filter(|(file, _)| layout.pieces_of(*file).iter().any(|piece| is_checked(&piece)));
        Memory {
            pieces: layout.pieces().unwrap_or_default().iter().filter(is_checked).collect(),
            stamps: of_checked.map(|(file, stamp)| (Holder::of(file), stamp)).collect(),
            ..Memory::default()
        }
    }
}

/// Files that are named if any of them may be to blame.
const FILES_NAMED: usize = 16;

/// Files of a torrent that are told to be damaged: of thousands, the first ones say it.
const FILES_TOLD: usize = 64;

/// How long pieces that were checked wait to be in the journal, and a second more for each MiB of it.
const NOTED_AFTER: Duration = Duration::from_secs(3);
