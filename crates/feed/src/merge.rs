//! New items into an old feed: the feed is the state.

mod pool;
mod renew;
mod version;
mod window;
mod words;

use std::collections::HashSet;

use self::pool::{ItemPool, Novelty};
pub use self::window::{FeedWindow, Tie};
use crate::date;
use crate::format::Format;
use crate::item::{Channel, Feed, Item};

/// What is brought into a feed.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What is said of the channel from now on. Its `built` is not looked at.
    pub channel: Channel,
    /// Items, in any order.
    pub items: Vec<Given>,
    /// Items that go: ids, info hashes, or a `urn:btmh:` that a magnet link of theirs has. Of an item to which such a torrent
    /// is attached, only the torrent goes.
    pub superseded: Vec<String>,
    /// Which items stay in the feed.
    pub window: FeedWindow,
    /// The earliest build date, if anything changes.
    pub now: Option<i64>,
}

/// An item for a feed, in which it may be already.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Given {
    /// The item as it is if it is new.
    pub item: Item,
    /// Which of its words replace those of an item that is there already.
    pub chosen: ChosenWords,
    /// The id or the page of an item that is there, to which the torrent is attached instead of being an item itself.
    pub attach: Option<String>,
}

/// Words that somebody chose for an item; others were made of its torrent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct ChosenWords {
    /// The title was chosen.
    pub title: bool,
    /// The description was chosen.
    pub description: bool,
    /// The page was chosen.
    pub link: bool,
}

impl From<Item> for Given {
    fn from(item: Item) -> Self {
        Self { item, ..Self::default() }
    }
}

/// A feed with new items in it, and what became of each item. Items are named by their title, or by what else they have.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Merged {
    /// The feed, newest items first.
    pub feed: Feed,
    /// Items that were not there before.
    pub added: Vec<String>,
    /// Items that were there and say something else now.
    pub changed: Vec<String>,
    /// Items that were there: superseded by name, or out of the window.
    pub removed: Vec<String>,
    /// Items that were there, and at whose URL another torrent is now: a new item has taken their place.
    pub replaced: Vec<String>,
    /// Items of the change that are not in the feed, because they are out of the window.
    pub left_out: Vec<Item>,
    /// Items of the change that are not in the feed, because they were superseded by name.
    pub undone: Vec<Item>,
    /// Where nothing but the order of titles said which of two items stays.
    pub tie: Option<Tie>,
    /// What was to be superseded and is nowhere.
    pub not_found: Vec<String>,
    /// What torrents were to be attached to, and is nowhere.
    pub unattached: Vec<String>,
    /// Items that have more than one torrent since one was attached: RSS has room for one.
    pub crowded: Vec<String>,
    /// Items that claim the hash of another torrent than the one that was attached: no format has room for two.
    pub claimed: Vec<String>,
    /// Whether anything differs from before, be it in the channel.
    pub is_changed: bool,
}

impl Feed {
    /// Brings in what is new. An item that is there already keeps its id, date and words, unless others were chosen. It is
    /// known by id or info hash, or where its id is that of no torrent by the URL of what is attached. The order in which
    /// items come makes no difference.
    ///
    /// Where another torrent is at a URL now, its item takes the place of ours, under a new id: readers know items by
    /// their id, and some (FlexGet, transmission-rss) by their URL. An id that others gave an item stays.
    ///
    /// If anything changes, the build date moves on: qBittorrent stops reading where it did not (P7).
    pub fn merge(&self, change: Change) -> Merged {
        let Change { channel, items, superseded, window, now } = change;
        let mut pool = ItemPool::new(&self.items);
        let wanted: HashSet<String> = superseded.iter().map(|name| name.to_ascii_lowercase()).collect();
        let found_in = |pool: &ItemPool| -> HashSet<String> {
            pool.items()
                .filter(|_| !wanted.is_empty())
                .flat_map(Item::called)
                .filter(|name| wanted.contains(name))
                .collect()
        };
        let mut found = found_in(&pool);
        let given: HashSet<String> = items.iter().flat_map(|given| given.item.called()).collect();
        let stripped = pool.strip(&wanted.difference(&given).cloned().collect());
        in_order(items).into_iter().for_each(|item| pool.bring_in(item));
        stripped.first().into_iter().for_each(|place| pool.fill(*place));
        let [unattached, crowded, claimed] =
            [&mut pool.unattached, &mut pool.crowded, &mut pool.claimed].map(std::mem::take);
        let replaced = pool.replace();
        found.extend(found_in(&pool));
        let mut not_found = superseded;
        not_found.retain(|name| !found.contains(&name.to_ascii_lowercase()));
        let mut merged =
            Merged { replaced, not_found, unattached, crowded, claimed, ..Merged::of(pool, &found, &window) };
        merged.feed.format = self.format;
        merged.feed.channel = Channel { built: self.channel.built, ..self.channel.renewed_by(channel) };
        merged.is_changed = merged.feed != *self;
        if merged.is_changed {
            merged.feed.channel.built = merged.feed.built_after(self.channel.built, now);
        }
        merged
    }

    /// The time of the newest item, or `now`, or the second after the last build, whichever is latest. `None` if nothing has
    /// a date; nor does JSON Feed get one, which has no word for it, unless it has one of ours.
    fn built_after(&self, last: Option<i64>, now: Option<i64>) -> Option<i64> {
        if self.format == Format::Json && last.is_none() {
            return None;
        }
        let newest = self.items.iter().filter_map(|item| item.published).max();
        let next = last.map(|last| last.saturating_add(1));
        newest.max(now).max(next).map(|built| built.clamp(0, date::LAST))
    }
}

impl Merged {
    /// Keeps what stays and says what became of the rest.
    fn of(pool: ItemPool, superseded: &HashSet<String>, window: &FeedWindow) -> Self {
        let mut merged = Self::default();
        let mut sieve = window.sieve();
        for member in window::in_order(pool.members) {
            let item = member.item;
            let is_superseded =
                !superseded.is_empty() && item.called().any(|name| superseded.contains(&name));
            let stays = !is_superseded && sieve.lets_through(&item);
            let title = item.shown().to_owned();
            match (stays, member.novelty) {
                (true, Novelty::New) => merged.added.push(title),
                (true, Novelty::Changed) => merged.changed.push(title),
                (false, Novelty::Old | Novelty::Changed) => merged.removed.push(title),
                (true, Novelty::Old) | (false, Novelty::New) => {}
            }
            match stays {
                true => merged.feed.items.push(item),
                false if member.chosen.is_none() => {}
                false if is_superseded => merged.undone.push(item),
                false => merged.left_out.push(item),
            }
        }
        merged.tie = sieve.tie;
        merged
    }
}

impl Channel {
    /// It may move; its identity stays, for Atom takes it for another feed otherwise.
    fn renewed_by(&self, new: Self) -> Self {
        let has_moved = !self.identity().is_empty() && self.identity() != new.identity();
        Self { id: if has_moved { Some(self.identity().to_owned()) } else { new.id }, ..new }
    }
}

/// New items in an order of their own: of two with the same id or info hash, the first counts.
fn in_order(mut new: Vec<Given>) -> Vec<Given> {
    let attached = |item: &Item| item.enclosures.first().map(|one| (one.url.clone(), one.length));
    new.sort_by_cached_key(|Given { item, chosen, .. }| {
        (
            item.id.clone(),
            item.title.clone(),
            item.published,
            item.description.clone(),
            attached(item),
            *chosen,
        )
    });
    let mut seen = HashSet::new();
    new.retain(|given| {
        let names: Vec<String> = given.item.names().map(str::to_ascii_lowercase).collect();
        let is_first = !names.iter().any(|name| seen.contains(name));
        seen.extend(names);
        is_first
    });
    new
}

#[cfg(test)]
mod tests;
