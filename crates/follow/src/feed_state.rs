//! All that is remembered of a feed: what the lines of its journal come to.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::entry::{Entry, Fate, Stage};
use crate::fetch_state::FetchState;
use crate::journal::Record;

/// All that is remembered of a feed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct FeedState {
    /// How it went to ask for it.
    pub fetch: FetchState,
    /// Its items, in the order in which they were first seen.
    pub entries: Vec<Entry>,
    by_id: HashMap<String, usize>,
    /// Whether it is decided what to do with the items of the first run.
    pub begun: Option<i64>,
    /// Lines of it were lost since the last good fetch.
    pub harmed: Option<(i64, usize)>,
    /// Hashes of what was taken and is otherwise forgotten.
    pub forgotten: HashSet<String>,
    /// What became of items whose own line is lost.
    orphans: BTreeMap<String, Fate>,
}

impl FeedState {
    /// The item of this id.
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.get(*self.by_id.get(id)?)
    }

    /// Where the item of this id is in [`entries`](Self::entries).
    pub fn place(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// Takes in what a line says.
    pub fn apply(&mut self, record: Record) {
        match record {
            Record::Item(entry) => self.put(*entry),
            Record::State { id, fate, hashes } => self.settle(id, fate, hashes),
            Record::Fetched(fetch) => {
                if fetch.fetches > self.fetch.fetches && self.begun.is_some() {
                    self.harmed = None;
                }
                self.fetch = *fetch;
            }
            Record::Begun { at } => (self.begun, self.harmed) = (Some(at), None),
            Record::Hashes { hashes } => self.forgotten.extend(hashes),
            Record::Harmed { at, lines } => self.harmed = Some((at, lines)),
        }
    }

    fn put(&mut self, mut entry: Entry) {
        // What became of it stood in a line that is whole.
        if let Some(fate) = self.orphans.remove(&entry.id).filter(|_| entry.fate.stage == Stage::New) {
            entry.fate = fate;
        }
        match self.by_id.get(&entry.id) {
            Some(at) => self.entries[*at] = entry,
            None => {
                self.by_id.insert(entry.id.clone(), self.entries.len());
                self.entries.push(entry);
            }
        }
    }

    fn settle(&mut self, id: String, fate: Fate, hashes: Vec<String>) {
        match self.by_id.get(&id) {
            Some(at) => {
                let entry = &mut self.entries[*at];
                entry.fate = fate;
                if !hashes.is_empty() {
                    entry.hashes = hashes;
                }
            }
            None => drop(self.orphans.insert(id, fate)),
        }
    }

    /// How many lines come to the same, about.
    pub fn lines(&self) -> usize {
        FEWEST_LINES + self.entries.len() + self.orphans.len()
    }

    /// The fewest records that come to the same. Whose feed it is stands in two of them: no harm to one line makes anybody believe
    /// another key.
    pub fn records(&self) -> impl Iterator<Item = Record> + '_ {
        let pin = self.fetch.pin.clone();
        let pinned = pin.map(|pin| FetchState { pin: Some(pin), ..FetchState::default() });
        let pinned = pinned.map(|fetch| Record::Fetched(Box::new(fetch)));
        let hashes: Vec<String> = self.forgotten.iter().cloned().collect();
        let hashes = Some(Record::Hashes { hashes }).filter(|_| !self.forgotten.is_empty());
        let begun = self.begun.map(|at| Record::Begun { at });
        let items = self.entries.iter().map(|entry| Record::Item(Box::new(entry.clone())));
        let orphans = self.orphans.iter().map(|(id, fate)| Record::State {
            id: id.clone(),
            fate: fate.clone(),
            hashes: Vec::new(),
        });
        let fetched = Record::Fetched(Box::new(self.fetch.clone()));
        let harmed = self.harmed.map(|(at, lines)| Record::Harmed { at, lines });
        pinned
            .into_iter()
            .chain(hashes)
            .chain(begun)
            .chain(items)
            .chain(orphans)
            .chain([fetched])
            .chain(harmed)
    }

    /// Hashes of all that was taken.
    pub fn taken(&self) -> impl Iterator<Item = &String> {
        let taken = self.entries.iter().filter(|entry| entry.fate.stage == Stage::Taken);
        taken.flat_map(|entry| &entry.hashes).chain(&self.forgotten)
    }

    /// Forgets the items at these places, as if they had never been seen.
    pub fn forget(&mut self, places: &[usize]) {
        let places: HashSet<&usize> = places.iter().collect();
        let entries = std::mem::take(&mut self.entries).into_iter().enumerate();
        self.entries = entries.filter(|(at, _)| !places.contains(at)).map(|(_, entry)| entry).collect();
        self.by_id = self.entries.iter().enumerate().map(|(at, entry)| (entry.id.clone(), at)).collect();
    }

    /// Forgets what has long left the feed: [`REMEMBERED`] ago and [`FETCHES`] good fetches ago. Of what was taken, the hashes stay.
    pub fn prune(&mut self, now: i64) {
        let fetches = self.fetch.fetches;
        let is_old = |entry: &Entry| {
            let left = entry.left.filter(|_| entry.is_settled());
            left.is_some_and(|(at, fetch)| now - at > REMEMBERED && fetches.saturating_sub(fetch) >= FETCHES)
        };
        let (old, kept): (Vec<Entry>, Vec<Entry>) =
            std::mem::take(&mut self.entries).into_iter().partition(is_old);
        let taken = old.into_iter().filter(|entry| entry.fate.stage == Stage::Taken);
        self.forgotten.extend(taken.flat_map(|entry| entry.hashes));
        self.by_id = kept.iter().enumerate().map(|(at, entry)| (entry.id.clone(), at)).collect();
        self.entries = kept;
    }
}

/// The lines of a feed without items: what the file is, who signs, that it was begun and asked, and hashes.
const FEWEST_LINES: usize = 5;

/// Seconds for which an item is remembered that has left the feed.
pub const REMEMBERED: i64 = 90 * 86_400;

/// Good fetches for which it is remembered at least: a machine may have been off for 90 days.
pub const FETCHES: u64 = 20;
