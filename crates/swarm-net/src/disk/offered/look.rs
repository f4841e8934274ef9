//! What is looked at before data is offered: the lengths of files, what the journal says of them, and, if that is wanted, all of it.

use std::time::{Duration, Instant};

use torrent_core::data::{PieceReport, Verdict, on_threads};
use torrent_core::layout::{PieceIndex, PieceRange};

use super::super::damage::Damage;
use super::super::error::DiskError;
use super::super::folder::Folder;
use super::super::hashing::Hashing;
use super::super::prepare::checked;
use super::super::request::{Check, Offer, StorageParams};
use super::checking::{hash, rest};
use super::files::OfferedFiles;
use super::{Loss, OfferedStorage, PieceCheck, journal};
use crate::job_id::JobId;

/// What there is to offer.
pub(in crate::disk) struct Looked {
    pub(in crate::disk) storage: Box<OfferedStorage>,
    /// What is wrong with it.
    pub(in crate::disk) losses: Vec<Loss>,
    /// What the user should know of.
    pub(in crate::disk) warnings: Vec<String>,
}

/// Looks at what is there, and changes nothing but the journal.
///
/// # Errors
/// The torrent's names cannot be file paths, the folder cannot be looked at, or there is nothing to offer.
pub(in crate::disk) fn look(
    job: JobId,
    params: &StorageParams,
    offer: &Offer,
    hashing: Hashing,
) -> Result<Looked, DiskError> {
    let files = OfferedFiles { layout: checked(params)?, output: params.output.clone() };
    let mut storage = Box::new(OfferedStorage::new(job, files, params, offer));
    let (mut losses, mut warnings) = (storage.look_at_files(params)?, Vec::new());
    match offer.check {
        Check::Sizes => storage.believe_all(),
        Check::Lazy | Check::Full if !params.recheck => warnings.extend(storage.believe_journal()),
        Check::Lazy | Check::Full => {}
    }
    if offer.check == Check::Full {
        losses.extend(storage.hash_all(hashing)?);
    }
    match losses.iter_mut().find_map(|loss| loss.news.take_if(|_| !storage.is_anything_offered())) {
        Some((mut paths, why)) => Err(DiskError::NothingOffered { path: paths.swap_remove(0), why }),
        None => Ok(Looked { storage, losses, warnings }),
    }
}

impl OfferedStorage {
    /// One look at each file that is selected and has bytes.
    fn look_at_files(&mut self, params: &StorageParams) -> Result<Vec<Loss>, DiskError> {
        let losses = self.stamp_files(params)?;
        let rest = rest(self.stamps.iter().flatten());
        if rest.is_zero() {
            return Ok(losses);
        }
        // Another write would give what was written to just now the same stamp.
        std::thread::sleep(rest);
        Ok(losses.into_iter().chain(self.stamp_files(params)?).collect())
    }

    fn stamp_files(&mut self, params: &StorageParams) -> Result<Vec<Loss>, DiskError> {
        let folder = Folder::open(&params.output)?;
        let metainfo = self.files.layout.metainfo.clone();
        let mut losses = Vec::new();
        for file in metainfo.files().iter().filter(|file| file.length > 0) {
            if !params.selected[file.index] {
                self.leave_out(metainfo.layout().pieces_of(file.index));
                continue;
            }
            match self.files.look(&folder, file.index)? {
                Ok(stamp) => self.stamps[file.index] = Some(stamp),
                Err(why) => losses.extend(self.lose_file(file.index, why)),
            }
        }
        Ok(losses)
    }

    /// The user says that all is as it should be.
    fn believe_all(&mut self) {
        let unchecked = self.pieces.iter_mut().filter(|piece| **piece == PieceCheck::Unchecked);
        unchecked.for_each(|piece| *piece = PieceCheck::Checked);
    }

    /// Takes the journal's word for pieces whose files are as it knows them. Says why if there is one that cannot be used.
    fn believe_journal(&mut self) -> Option<String> {
        let kept = self.journal.as_ref()?;
        let memory = match journal::read(&kept.path, &kept.identity) {
            Ok(memory) => memory,
            Err(why) => {
                let path = kept.path.display();
                return Some(format!("{path}: the journal is not used, all is hashed again: {why}"));
            }
        };
        let layout = self.files.layout.metainfo.layout();
        let is_as_known = |file: usize| {
            let known = memory.stamps.get(&crate::journal::Holder::of(file));
            known.is_some() && known == self.stamps[file].as_ref()
        };
        for piece in memory.pieces {
            let is_known = || layout.files_in(layout.piece(piece)).all(is_as_known);
            if self.pieces[piece.index()] == PieceCheck::Unchecked && is_known() {
                self.pieces[piece.index()] = PieceCheck::Checked;
            }
        }
        None
    }

    /// Hashes all that is there and that the journal does not vouch for, a portion at a time: what was hashed before a kill is not hashed
    /// again.
    fn hash_all(&mut self, hashing: Hashing) -> Result<Vec<Loss>, DiskError> {
        on_threads(hashing.threads, || {
            let (mut losses, mut noted) = (Vec::new(), Instant::now());
            for pieces in self.portions() {
                let report = hash(&self.files, pieces, &*self.watch, hashing)?;
                losses.extend(self.take_report(pieces, report));
                self.note_soon();
                if noted.elapsed() > NOTED_EVERY {
                    self.note();
                    noted = Instant::now();
                }
            }
            self.note();
            Ok(losses)
        })
    }

    /// Runs of pieces that are not checked, those that can only be checked together in one.
    fn portions(&self) -> Vec<PieceRange> {
        let metainfo = &self.files.layout.metainfo;
        let most = usize::try_from(PORTION / metainfo.piece_length()).unwrap_or(usize::MAX).max(1);
        let mut portions: Vec<PieceRange> = Vec::new();
        let pieces = metainfo.layout().pieces().unwrap_or_default();
        let mut next = pieces.start;
        while next < pieces.end {
            let unit = self.unit(next);
            next = unit.end;
            if unit.iter().any(|piece| self.pieces[piece.index()] != PieceCheck::Unchecked) {
                continue;
            }
            match portions.last_mut().filter(|last| last.end == unit.start && last.len() < most) {
                Some(last) => last.end = unit.end,
                None => portions.push(unit),
            }
        }
        portions
    }

    fn take_report(&mut self, pieces: PieceRange, report: PieceReport) -> Vec<Loss> {
        let mut losses = Vec::new();
        for (file, error) in report.unreadable {
            losses.extend(self.lose_file(file, Damage::Unreadable(error)));
        }
        for (piece, verdict) in pieces.into_iter().zip(report.pieces) {
            match verdict {
                Verdict::Good => self.pieces[piece.index()] = PieceCheck::Checked,
                Verdict::Unread => {}
                Verdict::Bad { .. } | Verdict::Hole => losses.extend(self.lose_piece(piece)),
            }
        }
        losses
    }

    /// A piece does not fit while its files are as they were looked at.
    fn lose_piece(&mut self, piece: PieceIndex) -> Option<Loss> {
        let layout = self.files.layout.metainfo.layout();
        let stamped =
            layout.files_in(layout.piece(piece)).filter_map(|file| Some((file, self.stamps[file]?)));
        let stamps: Vec<_> = stamped.collect();
        self.lose_together(piece.into(), Damage::Content, &stamps)
    }

    /// Pieces are not to be given, whatever they hold.
    fn leave_out(&mut self, pieces: PieceRange) {
        self.pieces[pieces.indices()].fill(PieceCheck::LeftOut);
    }

    /// The pieces that can only be checked together with this one: all of its file, where a torrent of v2 came without the file's layer.
    pub(super) fn unit(&self, piece: PieceIndex) -> PieceRange {
        let metainfo = &self.files.layout.metainfo;
        let layout = metainfo.layout();
        let file = layout.files_in(layout.piece(piece)).next();
        let is_whole = |file: &usize| {
            let of = metainfo.files().get(*file);
            !metainfo.protocol().has_v1()
                && of.length > metainfo.piece_length()
                && metainfo.piece_layer(*file).is_none()
        };
        file.filter(is_whole).map_or(piece.into(), |file| layout.pieces_of(file))
    }
}

/// Bytes that are hashed between two looks at the time.
const PORTION: u64 = 1 << 30;

/// How often the journal is written while all is hashed.
const NOTED_EVERY: Duration = Duration::from_secs(5);
