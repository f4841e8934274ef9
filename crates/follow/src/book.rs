//! What is remembered of a feed while a pass works on it: in memory and in the journal, always both.

use std::collections::BTreeMap;

use crate::choice::{DUPLICATE, FIRST_RUN, MARKED, REJECTED, REVISED, TORRENT_SIZE};
use crate::entry::{Entry, Fate, Proof, Stage};
use crate::feed_state::FeedState;
use crate::fetch_state::FetchState;
use crate::journal::{Journal, JournalError, Record};
use crate::parcel::Parcel;
use crate::pin::Pin;

/// The journal of a feed and what it comes to.
#[derive(Debug)]
pub struct Book {
    /// The URL of the feed, as the user typed it.
    pub feed: String,
    /// What the journal comes to.
    pub state: FeedState,
    /// What a sink has begun and not ended, by the ids of the items. In the journal these are `taking`: the next run begins them again.
    pub under_way: BTreeMap<String, Parcel>,
    journal: Journal,
}

impl Book {
    /// A book of what was opened.
    pub fn new(feed: &str, journal: Journal, state: FeedState) -> Self {
        Self { feed: feed.to_owned(), state, under_way: BTreeMap::new(), journal }
    }

    /// Adds a line. It may be lost until [`sync`](Self::sync).
    ///
    /// # Errors
    /// Those of the journal.
    pub fn write(&mut self, record: Record) -> Result<(), JournalError> {
        self.journal.append(&record)?;
        self.state.apply(record);
        Ok(())
    }

    /// Makes what was written last.
    ///
    /// # Errors
    /// Those of the journal.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        self.journal.sync()
    }

    /// Says what became of the item at a place; nothing is written if that is no news.
    ///
    /// # Errors
    /// Those of the journal.
    pub fn settle(&mut self, at: usize, fate: Fate, hashes: Vec<String>) -> Result<bool, JournalError> {
        let entry = &self.state.entries[at];
        let is_known =
            entry.fate.stage == fate.stage && entry.fate.why == fate.why && fate.retry_at.is_none();
        if is_known && fate.attempts == entry.fate.attempts {
            return Ok(false);
        }
        let id = entry.id.clone();
        self.write(Record::State { id, fate, hashes }).map(|()| true)
    }

    /// Takes what nobody needs any more out of the journal, if that is worth it, and makes the rest last.
    ///
    /// # Errors
    /// Those of the journal.
    pub fn tidy(&mut self, now: i64) -> Result<(), JournalError> {
        if !self.journal.is_long() {
            return self.sync();
        }
        self.state.prune(now);
        self.journal.compact(&self.state)
    }

    /// The file of the journal.
    pub fn path(&self) -> String {
        self.journal.path().display().to_string()
    }
}

/// What a person wants to be otherwise in a book.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Amendment {
    /// The items count as new, as taken, or as skipped.
    Mark(Stage),
    /// The items were never seen.
    Forget,
}

impl Book {
    /// Amends the items that a pattern means: the beginning of a hash or an id, a guid, a URL, or a title in which `*` and `?` stand
    /// for any characters. Gives how many those are.
    ///
    /// # Errors
    /// Those of the journal.
    pub fn amend(&mut self, pattern: &str, amendment: Amendment, now: i64) -> Result<usize, JournalError> {
        let title = title_pattern(pattern);
        let is_meant = |at: &usize| {
            let entry = &self.state.entries[*at];
            let mut names = entry.hashes.iter().chain([&entry.id]);
            let begins =
                pattern.len() >= SHORTEST_HASH && names.any(|name| name.starts_with(&pattern.to_lowercase()));
            begins
                || entry.guid.as_deref() == Some(pattern)
                || entry.ways.iter().any(|way| way.url == pattern)
                || title.as_ref().is_some_and(|title| title.is_match(&entry.title))
        };
        let meant: Vec<usize> = (0..self.state.entries.len()).filter(is_meant).collect();
        match amendment {
            Amendment::Forget => {
                self.state.forget(&meant);
                // Whether the feed has changed since does not matter: what it has of these is new.
                self.state.fetch.validators = self.state.fetch.validators.take().filter(|_| meant.is_empty());
                self.journal.compact(&self.state)?;
            }
            Amendment::Mark(stage) => {
                for at in &meant {
                    let why = (stage == Stage::Skipped).then(|| MARKED.to_owned());
                    let id = self.state.entries[*at].id.clone();
                    let fate = Fate { stage, since: now, why, ..Fate::default() };
                    self.write(Record::State { id, fate, hashes: Vec::new() })?;
                }
                self.sync()?;
            }
        }
        Ok(meant.len())
    }

    /// Looks at everything again: the feed at once, and items that were given up; with `all`, those as well that were left at the first
    /// run or for having been elsewhere.
    ///
    /// # Errors
    /// Those of the journal.
    pub fn recheck(&mut self, all: bool, now: i64) -> Result<(), JournalError> {
        let mut fetch = self.state.fetch.clone();
        (fetch.not_before, fetch.gone, fetch.host_until) = (0, false, None);
        for at in 0..self.state.entries.len() {
            let entry = &self.state.entries[at];
            let why = entry.fate.why.as_deref().unwrap_or_default();
            let is_left = entry.fate.stage == Stage::Skipped
                && [FIRST_RUN, DUPLICATE, REVISED, REJECTED, TORRENT_SIZE].contains(&why);
            let is_due = entry.fate.stage == Stage::Failed || entry.fate.retry_at.is_some();
            if is_due || all && is_left {
                let id = entry.id.clone();
                let fate = Fate { since: now, ..Fate::default() };
                self.write(Record::State { id, fate, hashes: Vec::new() })?;
            }
        }
        self.write(Record::Fetched(Box::new(fetch)))?;
        self.sync()
    }
}

impl Book {
    /// A person names a key, perhaps in each call: it is pinned, unless what is pinned is that key, or follows from it ([`Pin::named`]).
    ///
    /// # Errors
    /// Those of the journal.
    pub fn demand(&mut self, key: &str) -> Result<(), JournalError> {
        let pin = Pin::named(self.state.fetch.pin.clone(), key);
        match &self.state.fetch.pin {
            Some(before) if *before == pin => Ok(()),
            Some(before) if before.key == pin.key => {
                let fetch = FetchState { pin: Some(pin), ..self.state.fetch.clone() };
                self.write(Record::Fetched(Box::new(fetch)))
            }
            _ => self.pin(pin),
        }
    }

    /// A person trusts a key from now on, whatever was pinned. One that is named in each call was that person's as well, and stays.
    ///
    /// # Errors
    /// Those of the journal.
    pub fn trust(&mut self, key: &str) -> Result<(), JournalError> {
        let named = self.state.fetch.pin.as_ref().and_then(|pin| pin.named.clone());
        self.pin(Pin { named, ..Pin::of(key) })
    }

    /// Begins anew with a key: the feed is asked at once, where the user said that it is, and nothing that another key signed counts as signed.
    fn pin(&mut self, pin: Pin) -> Result<(), JournalError> {
        let is_signed = |entry: &&Entry| entry.proof != Proof::None;
        let signed: Vec<Entry> = self.state.entries.iter().filter(is_signed).cloned().collect();
        let fetch = FetchState {
            pin: Some(pin),
            validators: None,
            refused: None,
            not_before: 0,
            url: None,
            moved: None,
            gone: false,
            ..self.state.fetch.clone()
        };
        self.write(Record::Fetched(Box::new(fetch)))?;
        for entry in signed {
            self.write(Record::Item(Box::new(Entry { proof: Proof::None, ..entry })))?;
        }
        self.sync()
    }
}

/// A title with wildcards; `None` if it would match everything by being nothing.
fn title_pattern(pattern: &str) -> Option<regex::Regex> {
    let escaped = regex::escape(pattern).replace("\\*", ".*").replace("\\?", ".");
    regex::RegexBuilder::new(&format!("(?s)^{escaped}$"))
        .case_insensitive(true)
        .build()
        .ok()
        .filter(|_| !pattern.is_empty())
}

/// Fewer digits are a word.
const SHORTEST_HASH: usize = 6;
