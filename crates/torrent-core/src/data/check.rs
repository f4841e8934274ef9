//! Compares data on disk with a torrent, and finds exactly what differs.
//!
//! Every piece gets a [`Verdict`]; the state of a file follows from what was found in its place and from the verdicts on
//! its pieces. In v1 a piece may hold several files: which of them is bad is for `accused` to find out.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use piece_hash::Sha256Digest;

use super::accused::{self, Evidence, Standing};
use super::batch::Digests;
use super::hash::{Consumer, HashError, hash_range};
use super::job::HashJob;
use super::reader::Io;
use super::source_error::{SourceError, SourceErrorKind};
use super::survey::{Content, FilePresence, Survey};
use super::verdict::Verdict;
use crate::files::File;
use crate::layout::{Layout, PieceIndex, PieceRange};
use crate::limits;
use crate::merkle;
use crate::metainfo::{FileHash, Metainfo};

/// What is known of a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum State {
    /// All bytes are proven.
    Ok,
    /// Bytes are wrong.
    Damaged,
    /// Nothing is there.
    Missing,
    /// Bytes are missing at the end.
    Short,
    /// There are more bytes than there should be.
    Long,
    /// What is there is not a file, or a stored link is not one or leads elsewhere.
    WrongType,
    /// It cannot be read.
    Unreadable,
    /// Bytes are wrong in a v1 piece that it shares, and nothing says in which of the files.
    Suspect,
    /// Nothing wrong was found, but not all of it is proven: it shares a v1 piece with a bad neighbour, or was not read.
    Unproven,
    /// It changed while it was read.
    Changed,
}

/// The result for a file.
#[derive(Debug)]
pub struct FileReport {
    /// What is known of it.
    pub state: State,
    /// Bytes of it that are wrong, not there or could not be checked: first byte, length.
    pub bad: Vec<(u64, u64)>,
    /// Bytes that are proven.
    pub proven: u64,
    /// How long it is, if it is short or long.
    pub found_length: Option<u64>,
    /// The hash of the whole file that proved it, where pieces could not.
    pub file_hash: Option<FileHash>,
    /// It is of the wrong type because a link there leads out of the folder.
    pub leads_out: bool,
    /// Why it cannot be read.
    pub error: Option<std::io::Error>,
}

/// The result for a torrent.
#[derive(Debug)]
pub struct CheckReport {
    /// By file, in the order of the torrent.
    pub files: Vec<FileReport>,
    /// By piece: whether its bytes are right.
    pub pieces: Vec<Verdict>,
}

impl CheckReport {
    /// Whether every file is proven whole.
    pub fn is_complete(&self) -> bool {
        self.files.iter().all(|file| file.state == State::Ok)
    }
}

/// How much is to be read.
pub struct Extent<'a> {
    /// Whether a piece is to be read.
    pub wants: &'a (dyn Fn(PieceIndex) -> bool + Sync),
    /// Stop at the first piece that is bad.
    pub fail_fast: bool,
    /// The hash of a v2 piece of a file that came without its layer, if it is known from elsewhere and was proven there.
    pub known: &'a (dyn Fn(PieceIndex) -> Option<Sha256Digest> + Sync),
    /// Ask the hashes of whole files that the torrent may have, where shared pieces leave open which file is bad.
    pub file_hashes: bool,
    /// How the files are read.
    pub io: Io,
}

/// Checks the data of a torrent, whose paths must be safe ([`Metainfo::check_names`]), on all threads of the current
/// rayon pool. Bad data is a result, not an error.
///
/// # Errors
/// [`HashError::Stopped`], or [`HashError::TooManyPieces`].
pub fn check(
    torrent: &Metainfo,
    content: &Content,
    extent: &Extent<'_>,
    job: HashJob<'_>,
) -> Result<CheckReport, HashError> {
    let (survey, findings) = read(torrent, content, None, extent, job)?;
    report(torrent, survey, findings, extent, job)
}

/// The result for the pieces of a torrent alone.
#[derive(Debug)]
pub struct PieceReport {
    /// By piece: whether its bytes are right.
    pub pieces: Vec<Verdict>,
    /// The files that cannot be read, in the order of the torrent, and why.
    pub unreadable: Vec<(usize, std::io::Error)>,
}

/// [`check`] for those who want to know of the pieces alone: nothing more is kept of a million files.
///
/// # Errors
/// Those of [`check`].
pub fn check_pieces(
    torrent: &Metainfo,
    content: &Content,
    extent: &Extent<'_>,
    job: HashJob<'_>,
) -> Result<PieceReport, HashError> {
    let (survey, findings) = read(torrent, content, None, extent, job)?;
    Ok(piece_report(survey, findings))
}

/// [`check_pieces`] for some consecutive pieces, on which alone it reports: no file is looked at that has no bytes in them. Of a file of v2
/// whose layer is not known, all pieces or none can be checked.
///
/// # Errors
/// Those of [`check`].
pub fn check_range(
    torrent: &Metainfo,
    content: &Content,
    pieces: PieceRange,
    extent: &Extent<'_>,
    job: HashJob<'_>,
) -> Result<PieceReport, HashError> {
    let (survey, findings) = read(torrent, content, Some(pieces), extent, job)?;
    let mut report = piece_report(survey, findings);
    report.pieces.drain(..pieces.start.index().min(report.pieces.len()));
    Ok(report)
}

fn piece_report(survey: Survey<'_>, findings: Findings) -> PieceReport {
    let mut unreadable = BTreeMap::new();
    for (index, found) in survey.into_found() {
        if let FilePresence::Unreadable(error) = found {
            unreadable.insert(index, error);
        }
    }
    for SourceError { file, kind } in findings.failures {
        if let SourceErrorKind::Io(error) = kind {
            unreadable.entry(file).or_insert(error);
        }
    }
    PieceReport { pieces: findings.verdicts, unreadable: unreadable.into_iter().collect() }
}

/// Looks at all files, or at those that have bytes in a range of pieces, and reads the pieces that are wanted.
fn read<'a>(
    torrent: &'a Metainfo,
    content: &'a Content,
    range: Option<PieceRange>,
    extent: &Extent<'_>,
    job: HashJob<'_>,
) -> Result<(Survey<'a>, Findings), HashError> {
    let layout = torrent.layout();
    let pieces = layout.pieces().filter(|pieces| pieces.count() <= limits::PIECES);
    let pieces = range.or(pieces).ok_or(HashError::TooManyPieces(limits::PIECES))?;
    let files = range.map_or(0..torrent.files().len(), |range| files_of(layout, range));
    let survey = Survey::new(torrent.files(), files.clone(), content, extent.io);
    let findings = Findings {
        verdicts: vec![Verdict::Unread; pieces.end.index()],
        roots: vec![Vec::new(); unlayered(torrent, files)],
        failures: Vec::new(),
    };
    let judge = Judge { torrent, layout, extent, findings: Mutex::new(findings) };
    match hash_range(layout, pieces, &survey, job, &judge) {
        // Not the user's stop but the first bad piece.
        Err(HashError::Stopped) if extent.fail_fast && !job.watch.stop() => {}
        other => other?,
    }
    let mut findings = judge.findings.into_inner().unwrap_or_else(PoisonError::into_inner);
    judge_roots(torrent, extent, &mut findings, job);
    Ok((survey, findings))
}

struct Findings {
    verdicts: Vec<Verdict>,
    /// The piece hashes of files that have more than one piece but no layer: only all together can they be judged. By
    /// file; empty for all others.
    roots: Vec<Vec<Sha256Digest>>,
    failures: Vec<SourceError>,
}

/// The files that have bytes in some pieces, and those between them.
fn files_of(layout: Layout<'_>, pieces: PieceRange) -> Range<usize> {
    let mut files = layout.files_in(layout.bytes_of(pieces));
    let first = files.next();
    let last = files.last().or(first);
    first.zip(last).map_or(0..0, |(first, last)| first..last + 1)
}

/// How many entries `Findings::roots` needs: one per file if some of `files` came without their piece layers.
fn unlayered(torrent: &Metainfo, mut files: Range<usize>) -> usize {
    let lacks =
        |file: File<'_>| file.length > torrent.piece_length() && torrent.piece_layer(file.index).is_none();
    let is_unlayered = torrent.protocol().has_v2() && files.any(|file| lacks(torrent.files().get(file)));
    if is_unlayered { torrent.files().len() } else { 0 }
}

struct Judge<'a> {
    torrent: &'a Metainfo,
    layout: Layout<'a>,
    extent: &'a Extent<'a>,
    findings: Mutex<Findings>,
}

impl Judge<'_> {
    fn lock(&self) -> MutexGuard<'_, Findings> {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// With `fail_fast`, one piece that is not good is enough.
    fn go_on(&self, is_good: bool) -> Result<(), HashError> {
        if is_good || !self.extent.fail_fast { Ok(()) } else { Err(HashError::Stopped) }
    }

    /// Judges a piece by the digests at `at` in its batch.
    fn verdict(&self, piece: PieceIndex, at: usize, digests: &Digests, findings: &mut Findings) -> Verdict {
        if digests.holes.contains(&at) {
            return Verdict::Hole;
        }
        let v1 = digests
            .sha1
            .get(at)
            .is_none_or(|digest| self.torrent.pieces().get(piece.index()) == Some(digest));
        let v2 = digests.merkle.get(at).is_none_or(|digest| self.v2_fits(piece, *digest, findings));
        if v1 && v2 { Verdict::Good } else { Verdict::Bad { v1: !v1, v2: !v2 } }
    }

    fn v2_fits(&self, piece: PieceIndex, digest: Sha256Digest, findings: &mut Findings) -> bool {
        let Some(file) = self.file_of(piece) else { return true };
        let place = piece.index() - self.layout.pieces_of(file.index).start.index();
        if file.length <= self.torrent.piece_length() {
            return file.root == Some(digest);
        }
        if let Some(layer) = self.torrent.piece_layer(file.index) {
            return layer.get(place) == Some(&digest);
        }
        let hashes = &mut findings.roots[file.index];
        hashes.resize(hashes.len().max(place + 1), merkle::NO_LEAF);
        hashes[place] = digest;
        (self.extent.known)(piece).is_none_or(|known| known == digest)
    }

    /// The file that starts or goes on at the start of a piece.
    fn file_of(&self, piece: PieceIndex) -> Option<File<'_>> {
        let file = self.layout.files_in(self.layout.piece(piece)).next();
        file.map(|file| self.torrent.files().get(file))
    }
}

impl Consumer for Judge<'_> {
    fn wants(&self, piece: PieceIndex) -> bool {
        (self.extent.wants)(piece)
    }

    fn hashed(&self, pieces: PieceRange, digests: Digests) -> Result<(), HashError> {
        let mut findings = self.lock();
        let mut is_good = true;
        for (at, piece) in pieces.into_iter().enumerate() {
            let verdict = self.verdict(piece, at, &digests, &mut findings);
            findings.verdicts[piece.index()] = verdict;
            is_good &= verdict == Verdict::Good;
        }
        self.go_on(is_good)
    }

    fn failed(&self, pieces: PieceRange, error: SourceError) -> Result<(), HashError> {
        // With several pieces, each is tried alone before it is given up.
        if pieces.count() > 1 {
            return Ok(());
        }
        let mut findings = self.lock();
        findings.verdicts[pieces.start.index()] = Verdict::Hole;
        findings.failures.push(error);
        self.go_on(false)
    }
}

/// Judges files without layers by their roots: all pieces or none, but for those whose hashes are known.
fn judge_roots(torrent: &Metainfo, extent: &Extent<'_>, findings: &mut Findings, job: HashJob<'_>) {
    let roots = std::mem::take(&mut findings.roots);
    for (file, hashes) in torrent.files().iter().zip(roots).filter(|(_, hashes)| !hashes.is_empty()) {
        let pieces = torrent.layout().pieces_of(file.index);
        let verdicts = &mut findings.verdicts[pieces.indices()];
        let is_whole = hashes.len() == verdicts.len()
            && verdicts.iter().all(|verdict| !matches!(verdict, Verdict::Hole | Verdict::Unread));
        if is_whole && file.root == Some(merkle::file_root(job.backend, &hashes, torrent.piece_length())) {
            continue;
        }
        let open = verdicts.iter_mut().zip(pieces).filter(|(_, piece)| (extent.known)(*piece).is_none());
        for (verdict, _) in open.filter(|(verdict, _)| **verdict == Verdict::Good) {
            *verdict = if is_whole { Verdict::Bad { v1: false, v2: true } } else { Verdict::Hole };
        }
    }
}

fn report(
    torrent: &Metainfo,
    survey: Survey<'_>,
    findings: Findings,
    extent: &Extent<'_>,
    job: HashJob<'_>,
) -> Result<CheckReport, HashError> {
    let mut failures = BTreeMap::new();
    for error in findings.failures {
        failures.entry(error.file).or_insert(error.kind);
    }
    let verdicts = &findings.verdicts;
    let failed = |file| failures.contains_key(&file);
    let evidence = Evidence { verdicts, failed: &failed, file_hashes: extent.file_hashes };
    let standings = accused::standings(torrent, &survey, &evidence, job)?;
    let all = torrent.files().iter().zip(survey.into_found()).zip(standings);
    let reports = all.map(|((file, (_, found)), standing)| {
        let counted = match standing {
            Standing::Cleared(_) => (Vec::new(), file.length),
            _ => bytes_of(torrent, file, verdicts),
        };
        file_report(file, found, failures.remove(&file.index), standing, counted)
    });
    Ok(CheckReport { files: reports.collect(), pieces: findings.verdicts })
}

fn file_report(
    file: File<'_>,
    found: FilePresence,
    failure: Option<SourceErrorKind>,
    standing: Standing,
    (bad, proven): (Vec<(u64, u64)>, u64),
) -> FileReport {
    let found_length = match found {
        FilePresence::Short(length) | FilePresence::Long(length) => Some(length),
        _ => None,
    };
    let file_hash = match standing {
        Standing::Cleared(hash) => Some(hash),
        _ => None,
    };
    let leads_out = matches!(found, FilePresence::LeadsOut);
    let (state, error) = state(found, failure, standing, proven == file.length);
    FileReport { state, bad, proven, found_length, file_hash, leads_out, error }
}

fn state(
    found: FilePresence,
    failure: Option<SourceErrorKind>,
    standing: Standing,
    is_proven: bool,
) -> (State, Option<std::io::Error>) {
    let state = match (found, failure) {
        (FilePresence::Missing, _) => State::Missing,
        (FilePresence::WrongType | FilePresence::LeadsOut, _) => State::WrongType,
        (FilePresence::Unreadable(error), _) | (_, Some(SourceErrorKind::Io(error))) => {
            return (State::Unreadable, Some(error));
        }
        (_, Some(SourceErrorKind::Changed | SourceErrorKind::Vanished)) => State::Changed,
        (FilePresence::Short(_), None) => State::Short,
        (FilePresence::Long(_), None) => State::Long,
        (FilePresence::Whole, None) => match standing {
            Standing::Guilty => State::Damaged,
            Standing::Suspect => State::Suspect,
            _ if is_proven => State::Ok,
            _ => State::Unproven,
        },
    };
    (state, None)
}

/// The bytes of a file that are in bad pieces or holes, and how many are in good pieces.
fn bytes_of(torrent: &Metainfo, file: File<'_>, verdicts: &[Verdict]) -> (Vec<(u64, u64)>, u64) {
    let (mut bad, mut proven): (Vec<(u64, u64)>, u64) = (Vec::new(), 0);
    let layout = torrent.layout();
    for piece in layout.pieces_of(file.index) {
        let bytes = layout.piece(piece);
        let start = bytes.start.max(file.offset) - file.offset;
        let end = bytes.end.min(file.offset + file.length) - file.offset;
        match verdicts[piece.index()] {
            Verdict::Good => proven += end - start,
            Verdict::Unread => {}
            Verdict::Bad { .. } | Verdict::Hole => match bad.last_mut() {
                Some((first, length)) if *first + *length == start => *length += end - start,
                _ => bad.push((start, end - start)),
            },
        }
    }
    (bad, proven)
}
