//! The torrents that are offered, each with a name of its own in paths.

use std::collections::{BTreeMap, BTreeSet};

use publish::Summary;
use torrent_core::metainfo::Metainfo;

/// Torrents that are offered, by a key of the caller's.
#[derive(Debug)]
pub struct Catalogue<K> {
    offers: BTreeMap<K, Listing>,
    by_slug: BTreeMap<Vec<u8>, K>,
    by_date: BTreeSet<(i64, K)>,
    /// Bytes of the content of all.
    size: u64,
}

/// What is to be known of a torrent to list it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    summary: Summary,
    /// When it says that it was made, in seconds since 1970.
    made: Option<i64>,
    torrent_bytes: u64,
}

impl Entry {
    /// What is to be known of this torrent.
    pub fn of(metainfo: &Metainfo) -> Self {
        let (made, torrent_bytes) = (metainfo.advisory().creation_date, metainfo.bytes().len() as u64);
        Self { summary: Summary::of(metainfo), made, torrent_bytes }
    }
}

/// A torrent that is offered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    /// What it is.
    pub summary: Summary,
    /// What it is called in paths: its name, or its info hash if another has that name.
    pub slug: Vec<u8>,
    /// When it was published, in seconds since 1970.
    pub date: i64,
    /// Bytes of its .torrent, about.
    pub torrent_bytes: u64,
}

impl Listing {
    /// Whether it is called by its name.
    pub(super) fn has_own_name(&self) -> bool {
        self.slug == self.summary.name
    }
}

impl<K> Default for Catalogue<K> {
    fn default() -> Self {
        Self { offers: BTreeMap::new(), by_slug: BTreeMap::new(), by_date: BTreeSet::new(), size: 0 }
    }
}

impl<K: Copy + Ord> Catalogue<K> {
    /// Offers a torrent, published now unless it says when it was made. One that is there stays as it is.
    pub fn insert(&mut self, key: K, entry: Entry, now: i64) {
        let Entry { summary, made, torrent_bytes } = entry;
        let Some(slug) = self.free_slug(&summary).filter(|_| !self.offers.contains_key(&key)) else { return };
        let date = made.filter(|made| (1..=now).contains(made)).unwrap_or(now);
        self.size = self.size.saturating_add(summary.size);
        self.by_slug.insert(slug.clone(), key);
        self.by_date.insert((date, key));
        self.offers.insert(key, Listing { summary, slug, date, torrent_bytes });
    }

    /// Offers it no longer.
    pub fn remove(&mut self, key: K) {
        if let Some(offer) = self.offers.remove(&key) {
            self.size = self.size.saturating_sub(offer.summary.size);
            self.by_slug.remove(&offer.slug);
            self.by_date.remove(&(offer.date, key));
        }
    }

    /// One of them.
    pub fn get(&self, key: K) -> Option<&Listing> {
        self.offers.get(&key)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.offers.len()
    }

    /// Whether nothing is offered.
    pub fn is_empty(&self) -> bool {
        self.offers.is_empty()
    }

    /// Bytes of the content of all.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Some of them, in the order of their names.
    pub fn by_name(&self, skip: usize, count: usize) -> impl Iterator<Item = (K, &Listing)> {
        let keys = self.by_slug.values().skip(skip).take(count);
        keys.filter_map(|key| Some((*key, self.offers.get(key)?)))
    }

    /// Those published last, the newest first.
    pub(super) fn newest(&self, count: usize) -> impl Iterator<Item = &Listing> {
        self.by_date.iter().rev().take(count).filter_map(|(_, key)| self.offers.get(key))
    }

    /// The one that is called so.
    pub(super) fn of_slug(&self, slug: &[u8]) -> Option<(K, &Listing)> {
        let key = self.by_slug.get(slug)?;
        Some((*key, self.offers.get(key)?))
    }

    /// Its name, or its info hash, whichever nobody has. Who has both is called by neither, and is not listed.
    fn free_slug(&self, summary: &Summary) -> Option<Vec<u8>> {
        let is_plain = !matches!(&summary.name[..], b"" | b"." | b"..");
        let name = is_plain.then(|| summary.name.clone());
        let hash = summary.short_hash().map(String::into_bytes);
        [name, hash].into_iter().flatten().find(|slug| !self.by_slug.contains_key(slug))
    }
}
