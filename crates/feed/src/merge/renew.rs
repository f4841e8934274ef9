//! An item that is in the feed already, and what is new of it.

use std::collections::HashSet;

use percent_encoding::percent_decode_str;

use super::{ChosenWords, Given};
use crate::extra::{Extras, Field};
use crate::item::{Enclosure, Item, Torrent};
use crate::links::{Link, LinkRule, is_info_hash, is_magnet, looks_like_torrent};
use crate::url::place;

impl Item {
    /// The same item as it is now. What readers know it by stays, and what is written of it, unless other words were chosen.
    pub(super) fn renewed_by(&self, new: Given) -> Self {
        let old = self.clone();
        let Given { item: new, chosen, .. } = new;
        let new = old.in_its_form(new);
        let is_described = chosen.description || old.description.is_none();
        let enclosures = old.attached_with(&new, |item| &item.enclosures);
        let alternates = old.attached_with(&new, |item| &item.alternates);
        let keeps_claims = old.keeps_claims_beside(&new) || old.torrent.is_as_good_as(&new.torrent);
        let mut extras = old.extras_with(&new, chosen);
        if enclosures.iter().map(|one| &one.url).ne(old.enclosures.iter().map(|one| &one.url)) {
            extras.forget(&[Field::Enclosures]);
        }
        let have = |field| extras.elements.iter().any(|extra| extra.field == Some(field));
        Self {
            // None is not made up later either: readers then know it by its URL.
            id: old.id,
            title: if chosen.title || old.title.is_empty() { new.title } else { old.title },
            link: new.link.filter(|_| chosen.link || old.link.is_none()).or(old.link),
            published: old.published.or(new.published),
            updated: old.updated,
            is_html: if is_described { new.is_html } else { old.is_html },
            description: if is_described { new.description } else { old.description },
            enclosures,
            other_links: old.other_links,
            alternates: if have(Field::Alternates) { old.alternates } else { alternates },
            torrent: if keeps_claims || have(Field::Torrent) { old.torrent } else { new.torrent },
            extras,
        }
    }

    /// The item of another torrent that is at the URL of this one: readers must take it for a new one. What was made
    /// of the old torrent goes, what somebody wrote stays.
    pub(super) fn replaced_by(&self, Given { item: new, chosen, .. }: Given) -> Self {
        let (id, published) = (new.id.clone(), new.published);
        let is_ours = self.is_named_by_its_torrent();
        let (new, chosen) = if is_ours { self.words_over(new, chosen) } else { (new, chosen) };
        let mut item = self.renewed_by(Given { item: new, chosen, attach: None });
        item.extras.forget(&[Field::Id, Field::Published, Field::Updated]);
        item.extras.whole = None;
        Self { id, published, updated: None, ..item }
    }

    /// The item without a torrent that has one of these names: what is claimed is of the first that is attached, and of others
    /// only a magnet link says what it is.
    pub(super) fn without_torrent(&self, names: &HashSet<String>) -> Self {
        let is_named = |name: &str| names.contains(&name.to_ascii_lowercase());
        let is_link = |url: &str| {
            topics(url).any(|topic| is_named(topic) || topic.strip_prefix("urn:btih:").is_some_and(is_named))
        };
        let is_claimed = self.torrent.info_hash.as_deref().is_some_and(is_named)
            || self.torrent.magnet.as_deref().is_some_and(is_link);
        let first = self.torrents().next().filter(|_| is_claimed).map(|first| first.url.clone());
        let stays =
            |one: &Enclosure| first.as_ref() != Some(&one.url) && !(is_magnet(&one.url) && is_link(&one.url));
        let mut item = self.clone();
        item.enclosures.retain(stays);
        item.alternates.retain(stays);
        if is_claimed {
            item.torrent = Torrent::default();
            item.extras.forget(&[Field::Torrent]);
        }
        item.extras.forget(&[Field::Enclosures, Field::Alternates]);
        item.extras.whole = None;
        item
    }

    /// The torrent of an episode stays beside its media: what podcast apps play does not go because nobody named it.
    fn in_its_form(&self, new: Self) -> Self {
        if !self.is_episode() || new.is_episode() || !self.is_only(&new) {
            return new;
        }
        let length = new.torrent.content_length;
        let beside = |one: Enclosure| Enclosure { length: length.or(one.length), ..one };
        let alternates = new.enclosures.into_iter().map(beside).collect();
        Self { enclosures: self.enclosures.clone(), alternates, ..new }
    }

    /// What others wrote, without what is said anew.
    fn extras_with(&self, new: &Self, chosen: ChosenWords) -> Extras {
        let mut extras = self.extras.clone();
        let said = [
            (Field::Title, chosen.title),
            (Field::Description, chosen.description),
            (Field::Link, chosen.link),
            (Field::Alternates, !new.alternates.is_empty()),
            // Of the same torrent others may know more.
            (
                Field::Torrent,
                self.torrent.info_hash != new.torrent.info_hash && !self.keeps_claims_beside(new),
            ),
        ];
        said.iter().filter(|(_, is_said)| *is_said).for_each(|(field, _)| extras.forget(&[*field]));
        Extras::replace(&mut extras.elements, new.extras.elements.clone());
        extras
    }

    /// What is attached now. Attributes of the same stay, and the spelling of its URL, by which some readers know it. So does
    /// what others attached beside a torrent, in its place: in Atom the torrent must be the last (P11).
    fn attached_with(&self, new: &Self, list: fn(&Self) -> &[Enclosure]) -> Vec<Enclosure> {
        let is_same = |one: &Enclosure, other: &Enclosure| is_one_place(&one.url, &other.url);
        let mut all = Vec::new();
        for old in list(self) {
            match list(new).iter().find(|new| is_same(old, new)) {
                Some(new) => all.push(Enclosure {
                    url: old.url.clone(),
                    extras: old.extras.clone(),
                    inside: old.inside.clone(),
                    ..new.clone()
                }),
                None if self.gives_way(old, new) => {}
                None => all.push(old.clone()),
            }
        }
        let more: Vec<Enclosure> =
            list(new).iter().filter(|new| !all.iter().any(|one| is_same(one, new))).cloned().collect();
        all.extend(more);
        all
    }

    /// Whether what is attached was the torrent that comes again elsewhere, or belonged to it. Of several torrents only a
    /// magnet link says that.
    fn gives_way(&self, old: &Enclosure, new: &Self) -> bool {
        if self.is_only(new) {
            return self.is_named_by_its_torrent() || old.is_torrent();
        }
        let is_its =
            |name: &str| has_topic(&old.url, name) || has_topic(&old.url, &format!("urn:btih:{name}"));
        is_magnet(&old.url) && new.names().any(is_its)
    }

    /// Whether this is an item of one torrent, and that one is `new`, or was where `new` is.
    fn is_only(&self, new: &Self) -> bool {
        let is_known = new.names().any(|name| self.is_called(name));
        self.torrents().count() < 2 && (is_known || self.attached().any(|url| new.is_attached(url)))
    }

    /// Whether what is claimed is of a torrent that stays beside `new`: of several it is the first.
    fn keeps_claims_beside(&self, new: &Self) -> bool {
        let is_claimed = self.torrent.info_hash.is_some() || self.torrent.magnet.is_some();
        // Where none is attached, it is claimed of what is at the page's or the id's URL, and that is `new` now.
        let is_first = self.torrents().next().is_none_or(|first| new.is_attached(&first.url));
        let is_same = new.torrent.info_hash.as_deref().is_some_and(|hash| self.is_called(hash));
        is_claimed && !is_first && !is_same && !self.is_only(new)
    }

    /// Whether it is of another torrent that is not attached: its page or its claims say so.
    pub(super) fn is_of_another(&self, new: &Self) -> Option<LinkRule> {
        let links = self.torrent_links();
        let is_its =
            |url: &str, name: &str| has_topic(url, name) || has_topic(url, &format!("urn:btih:{name}"));
        let is_new =
            |link: &Link| new.is_attached(&link.url) || new.names().any(|name| is_its(&link.url, name));
        let is_same = new.names().any(|name| self.is_called(name)) || links.iter().any(is_new);
        let is_vague = |rule: &LinkRule| matches!(rule, LinkRule::Description | LinkRule::UntypedEnclosure);
        let other = links.iter().map(|link| link.rule).find(|rule| !is_vague(rule));
        other.filter(|_| !is_same && self.torrents().next().is_none())
    }

    fn is_attached(&self, url: &str) -> bool {
        self.attached().any(|one| is_one_place(one, url))
    }

    /// The torrents that are attached.
    pub(super) fn torrents(&self) -> impl Iterator<Item = &Enclosure> {
        let is_torrent =
            |one: &&Enclosure| one.is_torrent() || one.is_other_torrent() || looks_like_torrent(&one.url);
        self.enclosures.iter().chain(&self.alternates).filter(is_torrent)
    }

    /// The URLs of what is attached.
    pub(super) fn attached(&self) -> impl Iterator<Item = &str> {
        self.enclosures.iter().chain(&self.alternates).map(|one| one.url.as_str())
    }

    /// Whether it stands for its torrent: its id is that of it, or it has none and a claim. The id that somebody else gave
    /// it stays, whatever torrent it has.
    pub(super) fn is_its_torrent(&self) -> bool {
        self.is_named_by_its_torrent() || self.id.is_none() && self.torrent.info_hash.is_some()
    }

    /// Whether its id is that of a torrent, as we write it.
    pub(super) fn is_named_by_its_torrent(&self) -> bool {
        self.id.as_ref().is_some_and(|id| is_info_hash(id) || id.starts_with("urn:btmh:"))
    }

    /// What it can be recognised by: its id and its info hash.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.id.iter().chain(&self.torrent.info_hash).map(String::as_str)
    }

    /// All that it is called by, in lower case: its names, and those that magnet links have. Of a hybrid torrent only such a
    /// link has both hashes.
    pub(super) fn called(&self) -> impl Iterator<Item = String> {
        let magnets = self.attached().filter(|url| is_magnet(url)).chain(self.torrent.magnet.as_deref());
        self.names().chain(magnets.flat_map(topics)).map(str::to_ascii_lowercase)
    }

    /// Whether it has this name.
    fn is_called(&self, name: &str) -> bool {
        self.called().any(|one| one.eq_ignore_ascii_case(name))
    }
}

impl Torrent {
    /// Whether it says the same, though the URL of the .torrent in its magnet link (`xs`) may be spelt in another way.
    fn is_as_good_as(&self, other: &Self) -> bool {
        let is_one_link = match (&self.magnet, &other.magnet) {
            (Some(one), Some(other)) => {
                one.split('&').map(part_of_link).eq(other.split('&').map(part_of_link))
            }
            _ => false,
        };
        is_one_link && *self == Self { magnet: self.magnet.clone(), ..other.clone() }
    }
}

/// A part of a magnet link; of where its .torrent is, the place.
fn part_of_link(part: &str) -> String {
    let Some(url) = part.strip_prefix("xs=") else { return part.to_owned() };
    place(&percent_decode_str(url).decode_utf8_lossy())
}

/// Most URLs are spelt the same if they are the same.
fn is_one_place(one: &str, other: &str) -> bool {
    one == other || place(one) == place(other)
}

/// What a magnet link is of: each `xt`, such as `urn:btmh:…`.
fn topics(link: &str) -> impl Iterator<Item = &str> {
    link.split(['?', '&']).filter_map(|part| part.strip_prefix("xt="))
}

/// Whether a magnet link is of this.
fn has_topic(link: &str, name: &str) -> bool {
    topics(link).any(|topic| topic.eq_ignore_ascii_case(name))
}
