//! Which of the files that look whole hold wrong bytes.
//!
//! In v1 a piece may hold several files. If it is bad, they are suspects, unless it is known which of them is bad: one that is
//! missing, short, or bad in a piece of its own; one that does not fit the hash of the whole file, if the torrent has one; or
//! the only one that does not fit its own. Padding that only its name says to be padding is one of the suspects.

use std::collections::BTreeMap;

use super::hash::HashError;
use super::job::HashJob;
use super::survey::{FilePresence, Survey};
use super::verdict::Verdict;
use super::whole_file;
use crate::layout::{PieceIndex, Span};
use crate::metainfo::{FileHash, Metainfo};

/// What is known of a file before its bytes are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// Nothing speaks against it but, perhaps, a piece that it shares with a file that is known to be bad.
    Open,
    /// It is not there as it should be, so it explains the bad pieces it is in.
    Absent,
    /// It holds wrong bytes.
    Guilty,
    /// It shares a bad piece, and nobody in that piece is known to be guilty.
    Suspect,
    /// It shares a bad piece, but fits its own hash.
    Cleared(FileHash),
}

/// What is known of the pieces, and which files could not be read.
pub(super) struct Evidence<'a> {
    pub(super) verdicts: &'a [Verdict],
    pub(super) failed: &'a dyn Fn(usize) -> bool,
    /// Whether hashes of whole files may be asked, which means to read the files in question once more.
    pub(super) file_hashes: bool,
}

/// The standing of each file.
///
/// # Errors
/// [`HashError::Stopped`].
pub(super) fn standings(
    torrent: &Metainfo,
    survey: &Survey<'_>,
    evidence: &Evidence<'_>,
    job: HashJob<'_>,
) -> Result<Vec<Standing>, HashError> {
    let is_absent =
        |file: usize| !matches!(survey.found(file), FilePresence::Whole) || (evidence.failed)(file);
    let first = |file: usize| if is_absent(file) { Standing::Absent } else { Standing::Open };
    let mut standings: Vec<Standing> = (0..torrent.files().len()).map(first).collect();
    let bad = bad_pieces(torrent, evidence.verdicts);
    let (shared, alone): (Vec<&Bad>, Vec<&Bad>) = bad.iter().partition(|bad| bad.is_shared());
    alone.iter().flat_map(|bad| &bad.files).for_each(|file| standings[*file] = Standing::Guilty);
    if evidence.file_hashes {
        for (file, hash, fits) in asked(torrent, survey, evidence, &standings, job)? {
            standings[file] = if fits { Standing::Cleared(hash) } else { Standing::Guilty };
        }
        convict_the_last(&shared, &mut standings);
    }
    suspect_the_rest(&shared, &mut standings);
    Ok(standings)
}

/// A bad piece.
struct Bad {
    files: Vec<usize>,
    /// It holds padding as well that may be other bytes than zeros, which nobody has.
    holds_doubtful_padding: bool,
}

impl Bad {
    /// Whether it is open whose bytes are wrong.
    fn is_shared(&self) -> bool {
        self.files.len() > 1 || self.holds_doubtful_padding
    }
}

fn bad_pieces(torrent: &Metainfo, verdicts: &[Verdict]) -> Vec<Bad> {
    let layout = torrent.layout();
    let has_called_pads = torrent.files().has_called_pads();
    let bad = |(piece, verdict): (PieceIndex, &Verdict)| {
        let Verdict::Bad { v2, .. } = verdict else { return None };
        let bytes = layout.piece(piece);
        let is_padded = || layout.spans(bytes.clone()).any(|span| matches!(span, Span::Zeros { .. }));
        // The v2 hash is that of the file alone.
        let holds_doubtful_padding = has_called_pads && !v2 && is_padded();
        Some(Bad { files: layout.files_in(bytes).collect(), holds_doubtful_padding })
    };
    let pieces = layout.pieces().unwrap_or_default();
    pieces.into_iter().zip(verdicts).filter_map(bad).collect()
}

/// Holds the files that pieces leave open against their own hashes.
fn asked(
    torrent: &Metainfo,
    survey: &Survey<'_>,
    evidence: &Evidence<'_>,
    standings: &[Standing],
    job: HashJob<'_>,
) -> Result<Vec<(usize, FileHash, bool)>, HashError> {
    let is_open = |file: usize| {
        let pieces = torrent.layout().pieces_of(file);
        let verdicts = &evidence.verdicts[pieces.indices()];
        standings[file] == Standing::Open
            && verdicts.iter().any(|verdict| matches!(verdict, Verdict::Bad { .. } | Verdict::Hole))
            && !verdicts.contains(&Verdict::Unread)
    };
    // Without a bad piece the list of files need not be read again.
    if !(0..standings.len()).any(is_open) {
        return Ok(Vec::new());
    }
    let open: BTreeMap<usize, FileHash> = torrent.file_hashes().filter(|(file, _)| is_open(*file)).collect();
    whole_file::compare(torrent.files(), survey, open, job)
}

/// Where all others in a piece fit their own hashes, the last one is it. Where all do, the torrent contradicts itself, and
/// nobody is cleared.
fn convict_the_last(shared: &[&Bad], standings: &mut [Standing]) {
    let is_cleared = |standing: Standing| matches!(standing, Standing::Cleared(_));
    // The padding may be it, too.
    let shared = || shared.iter().filter(|bad| !bad.holds_doubtful_padding).map(|bad| &bad.files);
    for files in shared() {
        if files.iter().all(|file| is_cleared(standings[*file])) {
            files.iter().for_each(|file| standings[*file] = Standing::Open);
        }
    }
    for files in shared() {
        let mut others = files.iter().filter(|file| !is_cleared(standings[**file]));
        if let (Some(last), None) = (others.next(), others.next())
            && standings[*last] == Standing::Open
        {
            standings[*last] = Standing::Guilty;
        }
    }
}

fn suspect_the_rest(shared: &[&Bad], standings: &mut [Standing]) {
    let explains = |standing: Standing| matches!(standing, Standing::Absent | Standing::Guilty);
    let open = shared.iter().filter(|bad| !bad.files.iter().any(|file| explains(standings[*file])));
    for bad in open.collect::<Vec<_>>() {
        for file in &bad.files {
            if standings[*file] == Standing::Open {
                standings[*file] = Standing::Suspect;
            }
        }
    }
}
