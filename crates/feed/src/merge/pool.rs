//! Old and new items on their way to be a feed.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{ChosenWords, Given};
use crate::item::Item;
use crate::links::{LinkRule, is_magnet};
use crate::url::place;

/// Every item that was there or is new, each once.
pub(super) struct ItemPool {
    pub(super) members: Vec<Member>,
    /// Where the item with an id or info hash is.
    places: HashMap<String, usize>,
    /// Where the item is that attaches this and stands for more than one torrent.
    urls: HashMap<String, usize>,
    /// Where the item is that has this id or this page.
    addresses: HashMap<Address, usize>,
    /// Where the item is that has been given this.
    given: HashMap<String, usize>,
    /// What torrents were to be attached to, and is nowhere.
    pub(super) unattached: Vec<String>,
    /// Items that have more than one torrent since one was attached.
    pub(super) crowded: Vec<String>,
    /// Items that say that they are of another torrent than the one that was attached.
    pub(super) claimed: Vec<String>,
}

pub(super) struct Member {
    pub(super) item: Item,
    /// The date by which it is ordered: its own, else that of its neighbour in the feed.
    pub(super) order: Option<i64>,
    pub(super) novelty: Novelty,
    /// If it is of the change, be it in the feed already or not: which of its words were chosen.
    pub(super) chosen: Option<ChosenWords>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Novelty {
    Old,
    Changed,
    New,
}

impl ItemPool {
    pub(super) fn new(old: &[Item]) -> Self {
        let mut pool = Self {
            members: Vec::new(),
            places: HashMap::new(),
            urls: HashMap::new(),
            addresses: HashMap::new(),
            given: HashMap::new(),
            unattached: Vec::new(),
            crowded: Vec::new(),
            claimed: Vec::new(),
        };
        let mut order = old.iter().find_map(|item| item.published);
        for item in old {
            order = item.published.or(order);
            pool.push(item.clone(), order, Novelty::Old, None);
        }
        pool
    }

    pub(super) fn items(&self) -> impl Iterator<Item = &Item> {
        self.members.iter().map(|member| &member.item)
    }

    fn push(&mut self, item: Item, order: Option<i64>, novelty: Novelty, chosen: Option<ChosenWords>) {
        for name in item.names() {
            self.places.entry(name.to_ascii_lowercase()).or_insert(self.members.len());
        }
        for address in Address::of(&item) {
            self.addresses.entry(address).or_insert(self.members.len());
        }
        // Where there are several, it is not a torrent that makes it what it is.
        if !item.is_its_torrent() || item.torrents().count() > 1 {
            for url in places_of(&item) {
                self.urls.entry(url).or_insert(self.members.len());
            }
        }
        self.members.push(Member { item, order, novelty, chosen });
    }

    /// Renews the item that is the same, else adds a new one.
    pub(super) fn bring_in(&mut self, given: Given) {
        if let Some(name) = &given.attach {
            let found = [Address::id(name), Address::page(name)].map(|at| self.addresses.get(&at).copied());
            return match found.into_iter().flatten().min() {
                Some(place) => self.renew(place, given),
                None => self.unattached.push(name.clone()),
            };
        }
        let Given { item, chosen, .. } = &given;
        let by_name = item.names().find_map(|name| self.places.get(&name.to_ascii_lowercase()).copied());
        let place = by_name.or_else(|| places_of(item).find_map(|url| self.urls.get(&url).copied()));
        match place {
            Some(place) => self.renew(place, given),
            None => {
                self.note_given(self.members.len(), item);
                self.push(item.clone(), item.published, Novelty::New, Some(*chosen));
            }
        }
    }

    fn note_given(&mut self, place: usize, item: &Item) {
        for url in places_of(item) {
            self.given.entry(url).or_insert(place);
        }
    }

    fn renew(&mut self, place: usize, given: Given) {
        self.note_given(place, &given.item);
        let Some(member) = self.members.get_mut(place) else { return };
        let (chosen, is_attached) = (Some(given.chosen), given.attach.is_some());
        let other = member.item.is_of_another(&given.item).filter(|_| is_attached);
        let name = || member.item.shown().to_owned();
        match other {
            Some(LinkRule::MagnetUri | LinkRule::InfoHash) => self.claimed.push(name()),
            Some(_) => self.crowded.push(name()),
            None => {}
        }
        let mut item = member.item.renewed_by(given);
        let count = item.torrents().count();
        if is_attached && count > 1 && count > member.item.torrents().count() {
            self.crowded.push(item.shown().to_owned());
        }
        let is_same = member.item == item;
        // It no longer stands as it stood.
        item.extras.whole = item.extras.whole.filter(|_| is_same);
        let novelty =
            if is_same || member.novelty == Novelty::New { member.novelty } else { Novelty::Changed };
        let order = item.published.or(member.order);
        *member = Member { item, order, novelty, chosen };
    }

    /// Takes out old items at whose URL a torrent of the change is now, and gives their titles. Not before everything is
    /// brought in: of two torrents that have changed places, neither is gone.
    pub(super) fn replace(&mut self) -> Vec<String> {
        let (mut gone, mut inherited) = (BTreeSet::new(), BTreeSet::new());
        for at in 0..self.members.len() {
            let old = &self.members[at];
            let by = places_of(&old.item).find_map(|url| self.given.get(&url).copied());
            // Its other torrents would go with it.
            let is_left = old.chosen.is_some() || old.item.torrents().count() > 1;
            let Some(by) = by.filter(|_| !is_left) else { continue };
            let new = &self.members[by];
            // Without a hash nothing proves that it was another torrent; and what others wrote goes nowhere but into a new item.
            let is_proven = match new.novelty {
                Novelty::New => old.item.is_its_torrent(),
                Novelty::Old | Novelty::Changed => old.item.is_named_by_its_torrent(),
            };
            if !is_proven {
                continue;
            }
            gone.insert(at);
            // Where several were there, it is the first whose words stay.
            if new.novelty == Novelty::New && inherited.insert(by) {
                let chosen = new.chosen.unwrap_or_default();
                let new = Given { item: new.item.clone(), chosen, attach: None };
                self.members[by].item = old.item.replaced_by(new);
            }
        }
        self.take_out(&gone)
    }

    /// Takes torrents that are superseded out of items that stand for more than a torrent, and says where those are. Of other
    /// items nothing would be left: they go as a whole.
    pub(super) fn strip(&mut self, names: &HashSet<String>) -> Vec<usize> {
        let mut stripped = Vec::new();
        for (at, member) in self.members.iter_mut().enumerate().filter(|_| !names.is_empty()) {
            let item = &member.item;
            let is_more = !item.is_its_torrent() && item.torrents().next().is_some();
            if is_more && item.called().any(|name| names.contains(&name)) {
                (member.item, member.novelty) = (item.without_torrent(names), Novelty::Changed);
                stripped.push(at);
            }
        }
        stripped
    }

    /// Puts the torrent of the change, if it is the only one and in no item yet, into an item that has lost its own.
    pub(super) fn fill(&mut self, place: usize) {
        let mut given = self.members.iter().enumerate().filter(|(_, member)| member.chosen.is_some());
        let (Some((at, new)), None) = (given.next(), given.next()) else { return };
        if new.novelty != Novelty::New {
            return;
        }
        let (item, chosen) = (new.item.clone(), new.chosen.unwrap_or_default());
        self.take_out(&BTreeSet::from([at]));
        self.renew(place, Given { item: item.clone(), chosen, attach: None });
        self.given.extend(places_of(&item).map(|url| (url, place)));
    }

    fn take_out(&mut self, gone: &BTreeSet<usize>) -> Vec<String> {
        let titles = gone.iter().map(|at| self.members[*at].item.shown().to_owned()).collect();
        let mut at = 0..;
        self.members.retain(|_| !at.next().is_some_and(|at| gone.contains(&at)));
        titles
    }
}

/// What people call an item by to which they attach a torrent.
#[derive(PartialEq, Eq, Hash)]
enum Address {
    Id(String),
    Page(String),
}

impl Address {
    fn id(id: &str) -> Self {
        Self::Id(id.to_owned())
    }

    fn page(url: &str) -> Self {
        Self::Page(place(url).trim_end_matches('/').to_owned())
    }

    fn of(item: &Item) -> impl Iterator<Item = Self> {
        let id = item.id.as_deref().map(Self::id);
        id.into_iter().chain(item.link.as_deref().map(Self::page))
    }
}

/// Where the torrent is, or the media, in one spelling. A magnet link is nowhere: it names its torrent.
fn places_of(item: &Item) -> impl Iterator<Item = String> {
    item.attached().filter(|url| !is_magnet(url)).map(place)
}
