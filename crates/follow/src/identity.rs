//! Which item is which: the hash decides, then the guid, then the URL; never the title.
//!
//! A known guid or URL with another hash is a revision of the item that had it. What has no hash is the same as long as its guid or
//! its URL is: publishers move torrents to other hosts and put keys into their URLs.

use std::collections::{HashMap, HashSet};

use data_encoding::HEXLOWER;
use feed::{Extra, Item};
use sha1::{Digest, Sha1};
use torrent_core::magnet::{Magnet, link_of};

use crate::entry::{Entry, Way, is_magnet};

/// An item that a feed offers, in the form in which it is remembered. `base` is what its URLs are relative to.
pub fn offered(item: &Item, base: &str, now: i64, place: u32) -> Entry {
    let based = |base: &str, declared: &[Extra]| {
        let own = declared.iter().find(|one| one.name == "xml:base");
        own.map_or_else(|| base.to_owned(), |own| feed::resolved(base, &own.text))
    };
    let base = based(base, &item.extras.attributes);
    let whole = |url: &str| {
        let attached = item.enclosures.iter().find(|one| one.url == url);
        feed::resolved(&attached.map_or_else(|| base.clone(), |one| based(&base, &one.extras)), url)
    };
    let mut links = item.torrent_links();
    if links.is_empty() {
        links.extend(item.download_link());
    }
    let ways: Vec<Way> = links
        .iter()
        .take(MOST_WAYS)
        .map(|link| Way { url: whole(&link.url), rule: link.rule.name().to_owned() })
        .collect();
    let first = links.first().map(|link| link.url.as_str());
    let attached = item.enclosures.iter().chain(&item.alternates).find(|one| Some(one.url.as_str()) == first);
    let mut entry = Entry {
        title: cut(item.shown(), LONGEST_TITLE),
        hashes: hashes(item, &ways),
        guid: item.id.clone().map(|id| cut(&id, LONGEST_GUID)),
        ways,
        size: item.torrent.content_length,
        length: attached.and_then(|one| one.length),
        published: item.published,
        updated: item.updated,
        seen: now,
        place,
        ..Entry::default()
    };
    entry.fate.since = now;
    entry.id = id_of(&entry);
    entry
}

/// The guids that stand on several items of one page with different torrents: they name none of them.
pub fn shared_guids(entries: &[Entry]) -> HashSet<&str> {
    let mut first: HashMap<&str, &Entry> = HashMap::new();
    let is_other = |one: &Entry, other: &Entry| one.ways != other.ways || one.hashes != other.hashes;
    let named = entries.iter().filter_map(|entry| Some((entry.guid.as_deref()?, entry)));
    named
        .filter(|(guid, entry)| is_other(first.entry(guid).or_insert(entry), entry))
        .map(|(guid, _)| guid)
        .collect()
}

/// The item, without a guid that is not its own.
pub fn without_guid(entry: &Entry) -> Entry {
    let mut entry = Entry { guid: None, ..entry.clone() };
    entry.id = id_of(&entry);
    entry
}

/// All info hashes that an item claims, once each.
fn hashes(item: &Item, ways: &[Way]) -> Vec<String> {
    let links = ways.iter().map(|way| way.url.clone()).filter(|url| is_magnet(url));
    let claimed = item.torrent.info_hash.as_deref().and_then(link_of);
    let mut hashes: Vec<String> = Vec::new();
    for magnet in claimed.into_iter().chain(links).filter_map(|link| Magnet::parse(&link).ok()) {
        for hash in hashes_of(&magnet) {
            if !hashes.contains(&hash) {
                hashes.push(hash);
            }
        }
    }
    hashes.sort_by_key(String::len);
    hashes
}

/// The info hashes of a link, the old one first.
pub fn hashes_of(magnet: &Magnet) -> Vec<String> {
    let v1 = magnet.info_hash_v1.map(|hash| HEXLOWER.encode(hash.as_ref()));
    let v2 = magnet.info_hash_v2.map(|hash| HEXLOWER.encode(hash.as_ref()));
    v1.into_iter().chain(v2).collect()
}

/// What an item is called: its info hash, else something made of its guid or its URL, which is the same in every run.
fn id_of(entry: &Entry) -> String {
    let made = |kind: &str, text: &str| HEXLOWER.encode(&Sha1::digest(format!("{kind}\0{text}").as_bytes()));
    let hash = entry.hashes.first().cloned();
    let guid = || entry.guid.as_deref().map(|guid| made("guid", guid));
    let url = || entry.ways.first().map(|way| made("url", &way.url));
    hash.or_else(guid).or_else(url).unwrap_or_else(|| made("title", &entry.title))
}

/// Whether both lists say which torrent it is, and not the same one.
pub fn conflict(known: &[String], new: &[String]) -> bool {
    let is_same = |one: &String, other: &String| {
        let shorter = one.len().min(other.len());
        // Of v2 alone feeds write the first 20 bytes.
        one.get(..shorter) == other.get(..shorter)
    };
    let meets = known.iter().any(|known| new.iter().any(|new| is_same(known, new)));
    let is_comparable = known.iter().any(|known| new.iter().any(|new| known.len() == new.len()));
    is_comparable && !meets
}

/// What an item turns out to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meeting {
    /// Nobody knows it.
    New,
    /// It is the known one at this place.
    Same(usize),
    /// It has another torrent than the known one at this place.
    Revised(usize),
}

/// The names of all known items, to find them by.
#[derive(Default)]
pub struct Known {
    hashes: HashMap<String, usize>,
    guids: HashMap<String, usize>,
    urls: HashMap<String, usize>,
    /// Ids of those that have none of these.
    nameless: HashMap<String, usize>,
    /// Paths of URLs, and lengths with titles: signs that an item may be known under other names.
    signs: HashMap<String, usize>,
}

impl Known {
    /// The names of these items. Of several with one guid or URL the last counts, for it is what the others became.
    pub fn of(entries: &[Entry]) -> Self {
        let mut known = Self::default();
        entries.iter().enumerate().for_each(|(at, entry)| known.add(at, entry));
        known
    }

    /// Adds the names of the item at this place.
    pub fn add(&mut self, at: usize, entry: &Entry) {
        for hash in &entry.hashes {
            self.hashes.entry(hash.clone()).or_insert(at);
        }
        self.guids.extend(entry.guid.clone().map(|guid| (guid, at)));
        self.urls.extend(torrents(entry).map(|url| (url.to_owned(), at)));
        self.signs.extend(signs(entry).map(|sign| (sign, at)));
        if is_nameless(entry) {
            self.nameless.insert(entry.id.clone(), at);
        }
    }

    /// What an item is, given those that are known.
    pub fn meet(&self, entries: &[Entry], new: &Entry) -> Meeting {
        let by_hash = new.hashes.iter().find_map(|hash| self.hashes.get(hash));
        if let Some(at) = by_hash {
            return Meeting::Same(*at);
        }
        let by_guid = new.guid.as_ref().and_then(|guid| self.guids.get(guid));
        let by_url = || torrents(new).find_map(|url| self.urls.get(url));
        let by_id = || self.nameless.get(&new.id).filter(|_| is_nameless(new));
        let Some(at) = by_guid.or_else(by_url).or_else(by_id) else { return Meeting::New };
        let is_other = entries.get(*at).is_some_and(|known| is_revision(known, new));
        if is_other { Meeting::Revised(*at) } else { Meeting::Same(*at) }
    }

    /// Whether an item that is new by its names looks like a known one.
    pub fn seems_known(&self, new: &Entry) -> bool {
        signs(new).any(|sign| self.signs.contains_key(&sign))
    }
}

/// Whether an item with the names of a known one has another torrent: another hash, or where none is claimed another length.
fn is_revision(known: &Entry, new: &Entry) -> bool {
    let is_longer = known.length.zip(new.length).is_some_and(|(known, new)| known != new);
    let is_sized = known.size.zip(new.size).is_some_and(|(known, new)| known != new);
    let is_certain = !known.hashes.is_empty() && !new.hashes.is_empty();
    if is_certain { conflict(&known.hashes, &new.hashes) } else { is_longer || is_sized }
}

/// URLs of torrents; a magnet link is its hash.
fn torrents(entry: &Entry) -> impl Iterator<Item = &str> {
    entry.ways.iter().map(|way| way.url.as_str()).filter(|url| !is_magnet(url))
}

/// Whether there is nothing but a title to tell it by, or a link that is no magnet link.
fn is_nameless(entry: &Entry) -> bool {
    entry.hashes.is_empty() && entry.guid.is_none() && torrents(entry).next().is_none()
}

fn signs(entry: &Entry) -> impl Iterator<Item = String> + '_ {
    // `download.php?id=7` is no sign of anything, `7.torrent?key=…` is.
    let path = |url: &str| {
        let target = url.split_once("://")?.1.split_once('/')?.1;
        let path = target.split(['?', '#']).next()?;
        let is_sign = path.len() > 1 && (path == target || path.ends_with(".torrent"));
        is_sign.then(|| format!("path {path}"))
    };
    let length = entry.length.or(entry.size).filter(|_| !entry.title.is_empty());
    let titled = length.map(|length| format!("title {length} {}", entry.title));
    torrents(entry).filter_map(path).chain(titled)
}

fn cut(text: &str, most: usize) -> String {
    text[..text.floor_char_boundary(most)].to_owned()
}

/// Ways that are remembered: one or two are common.
const MOST_WAYS: usize = 8;
const LONGEST_TITLE: usize = 1000;
/// Some are whole URLs.
const LONGEST_GUID: usize = 4096;

#[cfg(test)]
mod tests;
