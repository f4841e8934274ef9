//! Which items are wanted: a rule for each, and of those of one kind the first or the newest.

use std::collections::{HashMap, HashSet};

use regex::Regex;

use crate::entry::{Entry, Stage};

/// Which items are wanted.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The title must match one of these, if there are any.
    pub wanted: Vec<Regex>,
    /// It must match none of these.
    pub unwanted: Vec<Regex>,
    /// Bytes of the content at most.
    pub max_size: Option<u64>,
    /// Seconds since it was published at most.
    pub max_age: Option<i64>,
    /// Bytes that must be free beside the content.
    pub min_free: Option<u64>,
    /// How many are taken in one pass.
    pub max_items: Option<usize>,
    /// Of those whose titles give the same groups, one is taken, as long as it is remembered.
    pub once_per: Option<Regex>,
    /// Of those one more is taken whose title gives these groups; after that none without them.
    pub again: Option<Regex>,
    /// Of those whose titles give the same groups, the newest of a pass is taken.
    pub newest_per: Option<Regex>,
    /// What of a feed that is new to us.
    pub first_run: FirstRun,
}

/// What of the items of a feed's first run is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FirstRun {
    /// Only what comes from now on.
    None,
    /// The newest one alone.
    #[default]
    Latest,
    /// All that is there.
    All,
    /// The newest, this many.
    Count(usize),
    /// Those that are no older, in seconds.
    Age(i64),
}

/// What is to be done with an item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It is wanted.
    Take,
    /// It is not, by this rule.
    Skip(&'static str),
    /// It would be, were it not for this.
    Wait(&'static str),
}

/// The rule of items that were left at the first run: no later rule opens them again.
pub const FIRST_RUN: &str = "first-run";
/// The rule of items that somebody has elsewhere, or marked: no later rule opens them again.
pub const DUPLICATE: &str = "duplicate";
/// The rule of items that a person marked.
pub const MARKED: &str = "marked";
/// The rule of revisions that are only told.
pub const REVISED: &str = "revised";
/// The rule of items that a sink does not want, now or later.
pub const REJECTED: &str = "rejected";
/// The rule of torrents that turned out to be too large, whatever the feed says: nobody gets them again to find that out.
pub const TORRENT_SIZE: &str = "torrent-size";
/// Why items wait for which there is no room.
pub const SPACE: &str = "space";
/// Why items wait on which a run had begun that ended before they did.
pub const CUT_OFF: &str = "cut-off";
/// The rule of items that no signed version of a signed feed had.
pub const UNSIGNED: &str = "unsigned";
/// Why items wait that come in a flood.
pub const SURGE: &str = "surge";

impl Choice {
    /// What the rules say of an item, for whom `free` bytes are free.
    pub fn of(&self, entry: &Entry, now: i64, free: Option<u64>) -> Decision {
        let is_wanted = self.wanted.is_empty() || self.wanted.iter().any(|one| one.is_match(&entry.title));
        let age = entry.published.map(|published| now - published);
        let size = entry.size.unwrap_or(0);
        match () {
            () if !is_wanted => Decision::Skip("match"),
            () if self.unwanted.iter().any(|one| one.is_match(&entry.title)) => Decision::Skip("not"),
            () if self.max_size.is_some_and(|most| size > most) => Decision::Skip("size"),
            () if self.max_age.zip(age).is_some_and(|(most, age)| age > most) => Decision::Skip("age"),
            () if entry.ways.is_empty() => Decision::Skip("no-torrent"),
            () if self.lacks_space(size, free) => Decision::Wait(SPACE),
            () => Decision::Take,
        }
    }

    /// Whether less than `min_free` would stay free beside a content.
    pub fn lacks_space(&self, size: u64, free: Option<u64>) -> bool {
        self.min_free.zip(free).is_some_and(|(least, free)| free < least.saturating_add(size))
    }

    /// What becomes of all items about which something can be decided, by their places, the oldest first.
    pub fn decide(&self, entries: &[Entry], now: i64, free: Option<u64>) -> Vec<(usize, Decision)> {
        let mut open: Vec<usize> = (0..entries.len()).filter(|at| is_open(&entries[*at])).collect();
        open.sort_by_key(|at| entries[*at].age_key());
        let mut decided: Vec<(usize, Decision)> =
            open.into_iter().map(|at| (at, self.of(&entries[at], now, free))).collect();
        self.keep_newest(entries, &mut decided);
        self.keep_one(entries, &mut decided);
        decided
    }

    fn keep_newest(&self, entries: &[Entry], decided: &mut [(usize, Decision)]) {
        let Some(rule) = &self.newest_per else { return };
        let wanted = decided.iter().filter(|(_, decision)| *decision == Decision::Take).map(|(at, _)| *at);
        let taken = (0..entries.len()).filter(|at| entries[*at].fate.stage == Stage::Taken);
        let mut newest: HashMap<String, (i64, i64, i64)> = HashMap::new();
        for entry in wanted.chain(taken).map(|at| &entries[at]) {
            if let Some(key) = groups(rule, &entry.title) {
                let age = newest.entry(key).or_insert(entry.age_key());
                *age = entry.age_key().max(*age);
            }
        }
        for (at, decision) in decided.iter_mut().filter(|(_, decision)| *decision == Decision::Take) {
            let newest = groups(rule, &entries[*at].title).and_then(|key| newest.get(&key));
            if newest.is_some_and(|newest| *newest > entries[*at].age_key()) {
                *decision = Decision::Skip("newest-per");
            }
        }
    }

    fn keep_one(&self, entries: &[Entry], decided: &mut [(usize, Decision)]) {
        let Some(rule) = &self.once_per else { return };
        let key = |entry: &Entry| Some((groups(rule, &entry.title)?, self.again_of(entry)));
        let mut had = Had::default();
        let taken = entries.iter().filter(|entry| entry.fate.stage == Stage::Taken);
        for (key, again) in taken.filter_map(key) {
            had.add(key, again);
        }
        for (at, decision) in decided.iter_mut().filter(|(_, decision)| *decision == Decision::Take) {
            if key(&entries[*at]).is_some_and(|(key, again)| !had.add(key, again)) {
                *decision = Decision::Skip("once-per");
            }
        }
    }

    fn again_of(&self, entry: &Entry) -> Option<String> {
        groups(self.again.as_ref()?, &entry.title)
    }
}

/// What was had of each kind, and what once more.
#[derive(Default)]
struct Had {
    kinds: HashSet<String>,
    again: HashSet<(String, String)>,
}

impl Had {
    /// Whether it is the first. What was had once more was had: the plain one, which it mends, is wanted no longer.
    fn add(&mut self, kind: String, again: Option<String>) -> bool {
        match again {
            Some(again) => {
                self.kinds.insert(kind.clone());
                self.again.insert((kind, again))
            }
            None => self.kinds.insert(kind),
        }
    }
}

impl FirstRun {
    /// Which of the items at these places are left, the newest of a feed being taken first.
    pub fn leaves(self, entries: &[Entry], places: &[usize], now: i64) -> Vec<usize> {
        let mut newest_first = places.to_vec();
        newest_first.sort_by_key(|at| std::cmp::Reverse(entries[*at].age_key()));
        let count = match self {
            Self::None => 0,
            Self::Latest => 1,
            Self::All => usize::MAX,
            Self::Count(count) => count,
            Self::Age(age) => {
                let is_old =
                    |at: &&usize| entries[**at].published.is_none_or(|published| now - published > age);
                return newest_first.iter().filter(is_old).copied().collect();
            }
        };
        newest_first.into_iter().skip(count).collect()
    }
}

/// Rules that were not those of [`Choice`]: they stand whatever it says now.
const FINAL: [&str; 7] = [FIRST_RUN, DUPLICATE, MARKED, REVISED, REJECTED, TORRENT_SIZE, UNSIGNED];

/// Whether a rule may still have a say: about what is new or waits, and about what another rule left.
pub(crate) fn is_open(entry: &Entry) -> bool {
    let why = entry.fate.why.as_deref().unwrap_or_default();
    match entry.fate.stage {
        Stage::New | Stage::Taking => true,
        Stage::Waiting => why != SURGE,
        // It has left the feed: what a new rule would say of it comes too late.
        Stage::Skipped => entry.left.is_none() && !FINAL.contains(&why),
        Stage::Taken | Stage::Failed => false,
    }
}

/// What the groups of a rule match in a title, or all of it where there are none, in lower case.
fn groups(rule: &Regex, title: &str) -> Option<String> {
    let found = rule.captures(title)?;
    let groups: Vec<&str> = found.iter().skip(1).flatten().map(|group| group.as_str()).collect();
    let all = found.get(0).map_or("", |all| all.as_str());
    Some(if groups.is_empty() { all.to_lowercase() } else { groups.join("\0").to_lowercase() })
}

#[cfg(test)]
mod tests;
