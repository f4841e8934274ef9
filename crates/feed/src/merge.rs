//! New items into an old feed: the feed is the state.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use crate::date;
use crate::item::{Channel, Feed, Item};
use crate::links::{is_info_hash, is_magnet};

/// Which items stay.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Window {
    /// At most so many, the newest.
    pub keep: Option<usize>,
    /// None that was published before: seconds since 1970.
    pub since: Option<i64>,
}

/// What is brought into a feed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Change {
    /// What is said of the channel from now on. Its `built` is not looked at.
    pub channel: Channel,
    /// Items, in any order.
    pub items: Vec<Item>,
    /// Items that go: ids, info hashes, or a `urn:btmh:` that a magnet link of theirs has.
    pub superseded: Vec<String>,
    /// What stays.
    pub window: Window,
    /// The earliest build date, if anything changes.
    pub now: Option<i64>,
}

/// A feed with new items in it, and what became of whom. Items are named by their title.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Merged {
    /// The feed, newest items first.
    pub feed: Feed,
    /// Items that were not there before.
    pub added: Vec<String>,
    /// Items that were there and say something else now.
    pub changed: Vec<String>,
    /// Items that were there: superseded, or out of the window.
    pub removed: Vec<String>,
    /// What was to be superseded and is nowhere.
    pub not_found: Vec<String>,
    /// Whether anything differs from before, be it in the channel.
    pub is_changed: bool,
}

impl Feed {
    /// Brings in what is new. An item that is there already keeps its id, link and date; unless its id is the new one, it
    /// was written by others and keeps its title and description as well. It is known by id or info hash, or where
    /// it names none by the URL of what is attached. The order in which items come makes no difference.
    ///
    /// If anything changes, the build date moves on: qBittorrent stops reading where it did not (P7).
    pub fn merge(&self, change: Change) -> Merged {
        let Change { channel, items, superseded, window, now } = change;
        let mut pool = Pool::new(&self.items);
        in_order(items).into_iter().for_each(|item| pool.bring_in(item));
        let (found, not_found) = superseded
            .into_iter()
            .partition::<Vec<_>, _>(|name| pool.members.iter().any(|member| member.item.is_called(name)));
        pool.members.sort_by_cached_key(|member| member.item.place());
        let mut left = window.keep.unwrap_or(usize::MAX);
        let stays = |item: &Item| {
            let is_recent =
                window.since.is_none_or(|since| item.published.is_none_or(|published| published >= since));
            let stays = is_recent && !found.iter().any(|name| item.is_called(name)) && left > 0;
            left -= usize::from(stays);
            stays
        };
        let mut merged = pool.settle(stays);
        merged.not_found = not_found;
        merged.feed.format = self.format;
        merged.feed.channel = Channel { built: self.channel.built, ..self.channel.renewed_by(channel) };
        merged.is_changed = merged.feed != *self || self.channel.built.is_none();
        if merged.is_changed {
            merged.feed.channel.built = Some(merged.feed.built_after(self.channel.built, now));
        }
        merged
    }

    /// The time of the newest item, or `now`, or the second after the last build, whichever is latest.
    fn built_after(&self, last: Option<i64>, now: Option<i64>) -> i64 {
        let newest = self.items.iter().filter_map(|item| item.published).max();
        let next = last.map(|last| last.saturating_add(1));
        newest.max(now).max(next).unwrap_or_default().clamp(0, date::LAST)
    }
}

/// Old and new items on their way to be a feed.
struct Pool {
    members: Vec<Member>,
    /// Where the item with an id or info hash is.
    places: HashMap<String, usize>,
    /// Where the item is that attaches this and does not say which torrent it is.
    urls: HashMap<String, usize>,
}

struct Member {
    item: Item,
    origin: Origin,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Old,
    Changed,
    New,
}

impl Pool {
    fn new(old: &[Item]) -> Self {
        let mut pool = Self { members: Vec::new(), places: HashMap::new(), urls: HashMap::new() };
        old.iter().for_each(|item| pool.push(item.clone(), Origin::Old));
        pool
    }

    fn push(&mut self, item: Item, origin: Origin) {
        for name in item.names() {
            self.places.entry(name.to_ascii_lowercase()).or_insert(self.members.len());
        }
        for url in item.attached().filter(|_| !item.names_its_torrent()) {
            self.urls.entry(url.to_owned()).or_insert(self.members.len());
        }
        self.members.push(Member { item, origin });
    }

    fn bring_in(&mut self, item: Item) {
        let by_name = item.names().find_map(|name| self.places.get(&name.to_ascii_lowercase()));
        let place = by_name.or_else(|| item.attached().find_map(|url| self.urls.get(url)));
        let Some(member) = place.and_then(|place| self.members.get_mut(*place)) else {
            return self.push(item, Origin::New);
        };
        let item = member.item.renewed_by(item);
        if member.item != item {
            *member = Member { item, origin: Origin::Changed };
        }
    }

    /// Keeps what stays and says what became of the rest.
    fn settle(self, mut stays: impl FnMut(&Item) -> bool) -> Merged {
        let mut merged = Merged {
            feed: Feed::default(),
            added: Vec::new(),
            changed: Vec::new(),
            removed: Vec::new(),
            not_found: Vec::new(),
            is_changed: false,
        };
        for Member { item, origin } in self.members {
            let stays = stays(&item);
            match (stays, origin) {
                (true, Origin::New) => merged.added.push(item.title.clone()),
                (true, Origin::Changed) => merged.changed.push(item.title.clone()),
                (false, Origin::Old | Origin::Changed) => merged.removed.push(item.title.clone()),
                (true, Origin::Old) | (false, Origin::New) => {}
            }
            if stays {
                merged.feed.items.push(item);
            }
        }
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

impl Item {
    /// The same item as it is now; what readers know it by stays, and what others have written of it.
    fn renewed_by(&self, new: Self) -> Self {
        let old = self.clone();
        let is_same_id =
            old.id.as_ref().zip(new.id.as_ref()).is_some_and(|(old, new)| old.eq_ignore_ascii_case(new));
        let is_told = !is_same_id && old.description.is_some();
        Self {
            // None is not made up later either: readers then know it by its URL.
            id: old.id,
            title: if is_same_id || old.title.is_empty() { new.title } else { old.title },
            link: old.link.or(new.link),
            published: old.published.or(new.published),
            description: if is_told { old.description } else { new.description },
            is_html: if is_told { old.is_html } else { new.is_html },
            ..new
        }
    }

    /// The URLs of what is attached.
    fn attached(&self) -> impl Iterator<Item = &str> {
        self.enclosures.iter().chain(&self.alternates).map(|one| one.url.as_str())
    }

    /// Whether its id or a claim says which torrent it is.
    fn names_its_torrent(&self) -> bool {
        let is_name = |id: &String| is_info_hash(id) || id.starts_with("urn:btmh:");
        self.torrent.info_hash.is_some() || self.id.as_ref().is_some_and(is_name)
    }

    /// What it can be recognised by: its id and its info hash.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.id.iter().chain(&self.torrent.info_hash).map(String::as_str)
    }

    /// Whether it has this name. Of a hybrid torrent only the magnet link has both hashes.
    fn is_called(&self, name: &str) -> bool {
        let is_in = |link: &str| {
            link.split(['?', '&'])
                .any(|part| part.strip_prefix("xt=").is_some_and(|xt| xt.eq_ignore_ascii_case(name)))
        };
        let mut magnets = self.attached().filter(|url| is_magnet(url)).chain(self.torrent.magnet.as_deref());
        self.names().any(|one| one.eq_ignore_ascii_case(name)) || magnets.any(is_in)
    }

    /// Newest first; at the same time by title and id, so that nothing depends on the order of inputs.
    fn place(&self) -> (Reverse<Option<i64>>, String, Option<String>) {
        (Reverse(self.published), self.title.clone(), self.id.clone())
    }
}

/// New items in an order of their own: of two with the same id or info hash, the first counts.
fn in_order(mut new: Vec<Item>) -> Vec<Item> {
    let url = |item: &Item| item.enclosures.first().map(|one| one.url.clone());
    new.sort_by_cached_key(|item| {
        (item.id.clone(), url(item), item.title.clone(), item.published, item.description.clone())
    });
    let mut seen = HashSet::new();
    new.retain(|item| {
        let names: Vec<String> = item.names().map(str::to_ascii_lowercase).collect();
        let is_first = !names.iter().any(|name| seen.contains(name));
        seen.extend(names);
        is_first
    });
    new
}

#[cfg(test)]
mod tests;
