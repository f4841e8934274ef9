//! Torrents that the feeds of one folder have in common: what any of them has brought, and what one of them is bringing. Threads
//! share it.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use data_encoding::HEXLOWER_PERMISSIVE;
use sha1::{Digest, Sha1};

use crate::feed_state::FeedState;
use crate::journal;

/// What the feeds of one folder have in common.
#[derive(Debug, Default)]
pub struct Shared(Mutex<Hashes>);

#[derive(Debug, Default)]
struct Hashes {
    /// The journals from which nothing was taken in yet: in most passes nothing is new, and nobody needs to know.
    unread: BTreeSet<PathBuf>,
    /// Those of all that was taken.
    taken: HashSet<Key>,
    /// Those of them that came from signed feeds: what any other feed claims to be takes nothing from these.
    signed: HashSet<Key>,
    /// Those of what is on its way to a sink, or under way there.
    claimed: HashSet<Key>,
}

/// Who has a torrent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Holder {
    /// It was taken.
    Taker,
    /// It is on its way for another item.
    OtherItem,
}

impl Shared {
    /// What the feeds with these journals have in common.
    pub fn of(journals: Vec<PathBuf>) -> Self {
        Self(Mutex::new(Hashes { unread: journals.into_iter().collect(), ..Hashes::default() }))
    }

    /// Takes in what a feed knows whose journal was read.
    pub fn add(&self, journal: &Path, state: &FeedState) {
        let mut shared = self.lock();
        shared.unread.remove(journal);
        shared.add(state);
    }

    /// Whether a torrent with one of these info hashes was taken, by a signed feed if this one is.
    pub(crate) fn is_taken(&self, hashes: &[String], is_signed: bool) -> bool {
        if hashes.is_empty() {
            return false;
        }
        let shared = self.whole();
        hashes.iter().any(|hash| shared.by(is_signed).contains(&key(hash)))
    }

    /// Keeps a torrent from all other items for as long as the claim lives.
    pub(crate) fn claim(&self, hashes: &[String], is_signed: bool) -> Result<Claim<'_>, Holder> {
        let keys: Vec<Key> = hashes.iter().map(|hash| key(hash)).collect();
        let mut shared = if keys.is_empty() { self.lock() } else { self.whole() };
        if keys.iter().any(|key| shared.by(is_signed).contains(key)) {
            return Err(Holder::Taker);
        }
        if keys.iter().any(|key| shared.claimed.contains(key)) {
            return Err(Holder::OtherItem);
        }
        shared.claimed.extend(&keys);
        Ok(Claim { shared: self, keys })
    }

    /// A torrent that a claim [kept](Claim::keep) is not under way any more.
    pub(crate) fn release(&self, hashes: &[String]) {
        let mut shared = self.lock();
        hashes.iter().for_each(|hash| _ = shared.claimed.remove(&key(hash)));
    }

    /// A torrent was taken.
    pub(crate) fn take(&self, hashes: &[String], is_signed: bool) {
        self.lock().take(hashes.iter(), is_signed);
    }

    /// With all that other feeds know.
    fn whole(&self) -> MutexGuard<'_, Hashes> {
        let mut shared = self.lock();
        while let Some(path) = shared.unread.pop_first() {
            journal::peek(&path).into_iter().for_each(|(_, state)| shared.add(&state));
        }
        shared
    }

    fn lock(&self) -> MutexGuard<'_, Hashes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hashes {
    /// What was taken by anybody, or by signed feeds.
    fn by(&self, is_signed: bool) -> &HashSet<Key> {
        if is_signed { &self.signed } else { &self.taken }
    }

    fn take<'a>(&mut self, hashes: impl Iterator<Item = &'a String>, is_signed: bool) {
        for key in hashes.map(|hash| key(hash)) {
            self.taken.insert(key);
            if is_signed {
                self.signed.insert(key);
            }
        }
    }

    fn add(&mut self, state: &FeedState) {
        self.take(state.taken(), state.fetch.pin.is_some());
    }
}

/// A torrent is on its way for one item.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    shared: &'a Shared,
    keys: Vec<Key>,
}

impl Claim<'_> {
    /// The torrent is under way, until [`Shared::release`].
    pub(crate) fn keep(mut self) {
        self.keys.clear();
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let mut shared = self.shared.lock();
        self.keys.iter().for_each(|key| _ = shared.claimed.remove(key));
    }
}

/// The first 20 bytes of a hash: of all that feeds brought in years these are what stays in memory.
type Key = [u8; 20];

/// Feeds write of a v2 hash the first 20 bytes alone, or all of it. What a person wrote into a journal may be no hash at all.
fn key(hash: &str) -> Key {
    let bytes = HEXLOWER_PERMISSIVE.decode(hash.as_bytes()).unwrap_or_default();
    bytes.first_chunk().copied().unwrap_or_else(|| Sha1::digest(hash.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(digit: &str) -> Vec<String> {
        vec![digit.repeat(40), digit.repeat(64)]
    }

    #[test]
    fn a_torrent_is_claimed_by_one_item_until_that_ends() {
        let shared = Shared::default();
        let claim = shared.claim(&hashes("a"), false).unwrap();
        assert_eq!(shared.claim(&hashes("a")[1..], false).unwrap_err(), Holder::OtherItem);
        assert!(shared.claim(&hashes("b"), false).is_ok());
        drop(claim);
        shared.claim(&hashes("a"), false).unwrap().keep();
        assert_eq!(shared.claim(&hashes("a"), false).unwrap_err(), Holder::OtherItem, "it is under way");
        shared.release(&hashes("a"));
        drop(shared.claim(&hashes("a"), false).unwrap());
        shared.take(&hashes("a"), false);
        assert_eq!(shared.claim(&hashes("a")[..1], false).unwrap_err(), Holder::Taker);
        assert!(shared.is_taken(&hashes("a"), false) && !shared.is_taken(&hashes("b"), false));
    }

    /// A journal is read when somebody wants to know, and not if its feed has been opened.
    #[test]
    fn hashes_of_other_feeds_are_read_when_they_are_wanted() {
        use crate::entry::{Entry, Fate, Stage};
        use crate::journal::{Journal, Opened, Record};
        let folder = test_kit::Folder::new("");
        let opened = ["http://a.example/", "http://b.example/"].map(|feed| {
            let Opened { mut journal, state, .. } = Journal::open(folder.path(), feed, 0, false).unwrap();
            let fate = Fate { stage: Stage::Taken, ..Fate::default() };
            let entry = Entry { id: "1".into(), hashes: hashes(&feed[7..8]), fate, ..Entry::default() };
            journal.append(&Record::Item(Box::new(entry))).unwrap();
            (journal.path().to_owned(), state)
        });
        let shared = Shared::of(journal::journals(folder.path()));
        let (path, state) = &opened[1];
        shared.add(path, state);
        assert!(!shared.is_taken(&[], false) && !shared.lock().unread.is_empty());
        assert!(shared.is_taken(&hashes("a"), false) && shared.lock().unread.is_empty());
        assert!(!shared.is_taken(&hashes("b"), false), "what was opened then was empty");
    }

    #[test]
    fn what_other_feeds_have_brought_takes_nothing_from_signed_ones() {
        let shared = Shared::default();
        shared.take(&hashes("a"), false);
        assert!(shared.is_taken(&hashes("a"), false) && !shared.is_taken(&hashes("a"), true));
        shared.claim(&hashes("a"), true).unwrap();
        shared.take(&hashes("b"), true);
        assert!(shared.is_taken(&hashes("b"), false) && shared.is_taken(&hashes("b"), true));
    }

    #[test]
    fn what_is_no_hash_is_itself_alone() {
        let shared = Shared::default();
        shared.take(&["none".to_owned()], false);
        assert!(
            shared.is_taken(&["none".to_owned()], false)
                && !shared.is_taken(&["nine".to_owned(), String::new()], false)
        );
    }
}
