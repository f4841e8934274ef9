//! Damage that heals: files of which something is lost are looked at again, at pauses that grow. What was away for a moment, or was changed and
//! came back, is offered again, once it was hashed: nothing is believed of it, whatever [`Check`](super::super::request::Check) says.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use torrent_core::layout::{PieceIndex, PieceRange};

use super::super::folder::Folder;
use super::{OfferedStorage, PieceCheck, Task};
use crate::journal::FileStamp;

/// Files of which something is lost, and what is to be looked at of them.
#[derive(Default)]
pub(super) struct Healing {
    files: BTreeMap<usize, LostFile>,
    /// Files that are as they were not when they were judged: their lost pieces are checked, one after the other.
    changed: VecDeque<usize>,
    /// The next piece of the first of them.
    next: Option<PieceIndex>,
    /// The first of the pieces that are being checked.
    checking: Option<PieceIndex>,
    /// The file that is looked at next: of many, some at a time.
    cursor: usize,
    pause: Duration,
    due: Option<Instant>,
}

/// A file of which something is lost.
struct LostFile {
    /// How it was when pieces of it did not fit; `None` if it was not there, or they could not be checked.
    judged: Option<FileStamp>,
    /// How it was when it was last looked at.
    seen: Option<FileStamp>,
}

impl Healing {
    /// Something of a file is lost, as long as it is like this. If that is new, it is looked at again soon. If it lost something
    /// else when it was like something else, all that is to be checked: it may fit by now.
    pub(super) fn watch(&mut self, file: usize, judged: Option<FileStamp>, is_new: bool) {
        let lost = self.files.entry(file).or_insert(LostFile { judged, seen: None });
        lost.judged = lost.judged.filter(|before| Some(*before) == judged);
        if is_new {
            self.begin();
        }
    }

    /// Looks begin anew, if there is anything to look at.
    pub(super) fn begin(&mut self) {
        if !self.files.is_empty() {
            (self.pause, self.due) = (SHORTEST, Some(Instant::now() + SHORTEST));
        }
    }

    /// Nothing is looked at any more. Files whose checks have not ended are judged when looks begin again.
    pub(super) fn rest(&mut self) {
        self.checking = None;
        self.doubt(self.changed.iter().copied().collect::<Vec<_>>());
        (self.changed, self.next, self.due) = Default::default();
    }

    /// What these files have lost could not be checked: the next look finds them changed.
    pub(super) fn doubt(&mut self, files: impl IntoIterator<Item = usize>) {
        for file in files {
            self.files.entry(file).and_modify(|lost| lost.judged = None);
        }
    }

    /// When files are to be looked at again, if there are any.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether looks have ended, though there is something to look at.
    pub(super) fn is_resting(&self) -> bool {
        self.due.is_none() && !self.files.is_empty()
    }
}

impl OfferedStorage {
    /// Looks at some files again. Who is being written to is let be until it is the same twice; then what it lost is checked.
    pub(in crate::disk) fn look_again(&mut self) -> Option<Task> {
        let folder = Folder::open(&self.files.output);
        let healing = &mut self.healing;
        let (mut has_moved, mut last) = (false, None);
        for (file, lost) in healing.files.range_mut(healing.cursor..).take(LOOKS) {
            let look = |folder| self.files.look(folder, *file).ok()?.ok();
            let stamp = folder.as_ref().ok().and_then(look);
            let is_at_rest = std::mem::replace(&mut lost.seen, stamp) == stamp;
            has_moved |= !is_at_rest;
            if is_at_rest && stamp.is_some() && stamp != lost.judged {
                lost.judged = stamp;
                healing.changed.push_back(*file);
            }
            last = Some(*file);
        }
        let is_round_over = last.is_none_or(|last| healing.files.range(last + 1..).next().is_none());
        healing.cursor = last.filter(|_| !is_round_over).map_or(0, |last| last + 1);
        let is_soon = has_moved || !is_round_over;
        healing.pause = if is_soon { SHORTEST } else { (healing.pause * 2).min(LONGEST) };
        healing.due = Some(Instant::now() + healing.pause).filter(|_| !healing.files.is_empty());
        self.next_check()
    }

    /// The check of the next lost piece of a file that has changed, unless one is under way.
    pub(in crate::disk) fn next_check(&mut self) -> Option<Task> {
        while let Some(file) = self.healing.changed.front().filter(|_| self.healing.checking.is_none()) {
            let of_file = self.files.layout.metainfo.layout().pieces_of(*file);
            let from = self.healing.next.unwrap_or(of_file.start);
            let is_lost = |piece: &PieceIndex| self.pieces[piece.index()] == PieceCheck::Lost;
            let Some(piece) = of_file.iter().skip_while(|piece| *piece < from).find(is_lost) else {
                self.healing.next = None;
                self.healing.changed.pop_front();
                continue;
            };
            let pieces = self.unit(piece);
            self.healing.next = Some(pieces.end);
            // Who is asked for is checked anyhow.
            let Some(task) = self.check_of(pieces) else { continue };
            self.healing.checking = Some(pieces.start);
            return Some(task);
        }
        None
    }

    /// The check of these pieces has ended.
    pub(super) fn end_check(&mut self, pieces: PieceRange) {
        self.healing.checking.take_if(|checking| *checking == pieces.start);
    }

    /// Pieces are found again: gives the files of them of which nothing is lost any more. They need not be looked at again.
    pub(super) fn end_healing(&mut self, pieces: PieceRange) -> Vec<usize> {
        let metainfo = self.files.layout.metainfo.clone();
        let layout = metainfo.layout();
        let is_lost = |file| self.pieces[layout.pieces_of(file).indices()].contains(&PieceCheck::Lost);
        let files = layout.files_in(layout.bytes_of(pieces)).filter(|file| !is_lost(*file));
        let healed: Vec<usize> = files.filter(|file| self.healing.files.remove(file).is_some()).collect();
        if self.healing.files.is_empty() {
            self.healing.due = None;
        }
        healed
    }
}

/// Files that are looked at together.
const LOOKS: usize = 256;

/// The pause before the first look, and between two that find something else. (Tests wait for it.)
const SHORTEST: Duration = Duration::from_millis(if cfg!(test) { 10 } else { 1000 });

/// The longest pause: so late is seen at most that a file is back.
const LONGEST: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 300 });
