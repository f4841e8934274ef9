//! Holds the items of a feed against those that are known, and writes down what is new of them.

use std::collections::HashSet;

use super::page::Page;
use super::{OnRevision, Pass, PassError};
use crate::book::Book;
use crate::choice::{REVISED, SURGE, UNSIGNED};
use crate::entry::{Entry, Fate, Proof, Stage};
use crate::event::{Event, ItemEvent};
use crate::identity::{Known, Meeting};
use crate::journal::Record;

/// What a body has brought.
pub(super) struct Absorbed {
    /// Items that were unknown, or have another torrent.
    pub(super) new: usize,
}

impl Pass<'_> {
    /// Writes what is new of the items of a page. It is not synced.
    pub(super) fn absorb(&mut self, book: &mut Book, page: &Page) -> Result<Absorbed, PassError> {
        let mut known = Known::of(&book.state.entries);
        let before = book.state.entries.len();
        let (mut met, mut news) = (HashSet::new(), Vec::new());
        let mut revised = 0;
        // So stands in the journal what came first.
        for offered in page.oldest_first() {
            let offered = &*offered;
            match known.meet(&book.state.entries, offered) {
                Meeting::Same(at) => {
                    met.insert(at);
                    self.learn(book, at, offered)?;
                    known.add(at, &book.state.entries[at]);
                }
                Meeting::Revised(at) => {
                    met.insert(at);
                    let at = self.revise(book, at, offered)?;
                    known.add(at, &book.state.entries[at]);
                    met.insert(at);
                    revised += 1;
                }
                Meeting::New => {
                    let mut new = offered.clone();
                    new.id = free_id(book, new.id);
                    let seems_known = known.seems_known(&new);
                    book.write(Record::Item(Box::new(new)))?;
                    let at = book.state.entries.len() - 1;
                    met.insert(at);
                    news.push((at, seems_known));
                    // Two of one feed with the same names are one.
                    known.add(at, &book.state.entries[at]);
                }
            }
        }
        self.mark_surge(book, &news)?;
        self.mark_gap(book, page, &met, before)?;
        if !page.is_truncated && page.items > 0 {
            self.mark_left(book, &met)?;
        }
        Ok(Absorbed { new: news.len() + revised })
    }

    /// Adds what a feed says now of a known item: other ways, another name, that it is back.
    fn learn(&mut self, book: &mut Book, at: usize, offered: &Entry) -> Result<(), PassError> {
        let known = &book.state.entries[at];
        let mut entry = known.clone();
        entry.left = None;
        if !offered.ways.is_empty() && offered.ways != entry.ways {
            entry.ways.clone_from(&offered.ways);
        }
        let is_signed = offered.proof == Proof::Hash && !entry.is_settled();
        if entry.hashes.is_empty() || is_signed {
            entry.hashes.clone_from(&offered.hashes);
        }
        if offered.proof != Proof::None {
            entry.proof = entry.proof.max(offered.proof);
            entry.fate = reopened(entry.fate, self.now());
        }
        entry.guid = offered.guid.clone().or(entry.guid);
        entry.length = offered.length.or(entry.length);
        entry.size = offered.size.or(entry.size);
        entry.title.clone_from(&offered.title);
        if entry != *known {
            book.write(Record::Item(Box::new(entry)))?;
        }
        Ok(())
    }

    /// Writes the new torrent of a known item as an item of its own. If the old one was never taken, it has no more to wait for.
    fn revise(&mut self, book: &mut Book, at: usize, offered: &Entry) -> Result<usize, PassError> {
        let now = self.now();
        let old = book.state.entries[at].clone();
        let mut entry = offered.clone();
        entry.revises = Some(old.id.clone());
        entry.id = free_id(book, entry.id);
        if self.settings.revised != OnRevision::Take && old.fate.stage == Stage::Taken
            || old.fate.stage == Stage::Skipped
        {
            // What was not wanted is not wanted anew for being another; what was taken is up to the user.
            let why =
                if old.fate.stage == Stage::Taken { Some(REVISED.to_owned()) } else { old.fate.why.clone() };
            entry.fate = Fate { stage: Stage::Skipped, since: now, why, ..Fate::default() };
        }
        if !old.is_settled() {
            let fate =
                Fate { stage: Stage::Skipped, since: now, why: Some(REVISED.to_owned()), ..Fate::default() };
            book.settle(at, fate, Vec::new())?;
        }
        let event = ItemEvent::of(&entry, &book.state.fetch);
        book.write(Record::Item(Box::new(entry)))?;
        if self.settings.revised != OnRevision::Ignore {
            self.tell(Event::Revised(event))?;
        }
        Ok(book.state.entries.len() - 1)
    }

    /// Items with new names that look like known ones wait for a person, if there are too many; so do new ones after lines were lost.
    fn mark_surge(&mut self, book: &mut Book, news: &[(usize, bool)]) -> Result<(), PassError> {
        let is_harmed = book.state.harmed.is_some();
        let suspicious: Vec<usize> =
            news.iter().filter(|(_, seems_known)| *seems_known || is_harmed).map(|(at, _)| *at).collect();
        let counts = book.state.fetch.news.iter().map(|(new, _)| *new as usize);
        let usual = counts.max().unwrap_or(0).saturating_mul(3);
        let is_fine = suspicious.len() <= self.settings.max_new.max(usual) || self.settings.accept_surge;
        if is_fine || book.state.begun.is_none() {
            return Ok(());
        }
        let fate =
            Fate { stage: Stage::Waiting, since: self.now(), why: Some(SURGE.to_owned()), ..Fate::default() };
        for at in &suspicious {
            book.settle(*at, fate.clone(), Vec::new())?;
        }
        Ok(())
    }

    /// Says that items may have been missed, where nothing known is left in the feed.
    fn mark_gap(
        &mut self,
        book: &Book,
        page: &Page,
        met: &HashSet<usize>,
        before: usize,
    ) -> Result<(), PassError> {
        let is_known = met.iter().any(|at| *at < before);
        let since = book.state.fetch.ok_at.filter(|_| !is_known && before > 0 && !page.entries.is_empty());
        match since.filter(|_| book.state.begun.is_some() && book.state.harmed.is_none()) {
            Some(since) => self.tell(Event::Gap { since: feed::to_rfc_3339(since) }),
            None => Ok(()),
        }
    }

    /// Notes which items are in the feed no longer: from then on counts how long they are remembered.
    fn mark_left(&mut self, book: &mut Book, met: &HashSet<usize>) -> Result<(), PassError> {
        let left = Some((self.now(), book.state.fetch.fetches));
        for at in (0..book.state.entries.len()).filter(|at| !met.contains(at)) {
            if book.state.entries[at].left.is_none() {
                let entry = Entry { left, ..book.state.entries[at].clone() };
                book.write(Record::Item(Box::new(entry)))?;
            }
        }
        Ok(())
    }
}

/// What becomes of an item that was left for want of a signature, when a signed version has it.
fn reopened(fate: Fate, now: i64) -> Fate {
    let was_unsigned = fate.stage == Stage::Skipped && fate.why.as_deref() == Some(UNSIGNED);
    if was_unsigned { Fate { since: now, ..Fate::default() } } else { fate }
}

/// An id that no item has: that of a revision without a hash is numbered. Of many revisions the number is that of all items, for
/// a feed may have a hundred thousand of one item.
fn free_id(book: &Book, id: String) -> String {
    let numbers = (2..10).chain(book.state.entries.len().max(10)..);
    let numbered = numbers.map(|number| format!("{id}.{number}"));
    std::iter::once(id.clone()).chain(numbered).find(|id| book.state.place(id).is_none()).unwrap_or(id)
}
