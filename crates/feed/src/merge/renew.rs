//! An item that is in the feed already, and what is new of it.

use super::{Given, Told};
use crate::extra::{Extras, Field};
use crate::item::{Enclosure, Item};
use crate::links::{is_info_hash, is_magnet};
use crate::url::percent_encoded;

impl Item {
    /// The same item as it is now. What readers know it by stays, and what is written of it, unless something else is told.
    pub(super) fn renewed_by(&self, new: Given) -> Self {
        let old = self.clone();
        let Given { item: new, told, .. } = new;
        let is_described = told.description || old.description.is_none();
        let extras = old.extras_with(&new, told);
        let have = |field| extras.elements.iter().any(|extra| extra.field == Some(field));
        let enclosures = old.enclosures_with(new.enclosures);
        Self {
            // None is not made up later either: readers then know it by its URL.
            id: old.id,
            title: if told.title || old.title.is_empty() { new.title } else { old.title },
            link: new.link.filter(|_| told.link || old.link.is_none()).or(old.link),
            published: old.published.or(new.published),
            is_html: if is_described { new.is_html } else { old.is_html },
            description: if is_described { new.description } else { old.description },
            enclosures,
            other_links: old.other_links,
            alternates: if have(Field::Alternates) { old.alternates } else { new.alternates },
            torrent: if have(Field::Torrent) { old.torrent } else { new.torrent },
            extras,
        }
    }

    /// The item of another torrent that is at the URL of this one: readers must take it for a new one. What we made of the
    /// old torrent goes, what others wrote stays.
    pub(super) fn replaced_by(&self, Given { item: new, told, .. }: Given) -> Self {
        let (id, published) = (new.id.clone(), new.published);
        let is_ours = self.is_named_by_its_torrent();
        let told = Told { title: told.title || is_ours, description: told.description || is_ours, ..told };
        let mut item = self.renewed_by(Given { item: new, told, attach: None });
        item.extras.forget(&[Field::Id, Field::Published, Field::Updated]);
        Self { id, published, ..item }
    }

    /// What others wrote, without what is said anew.
    fn extras_with(&self, new: &Self, told: Told) -> Extras {
        let mut extras = self.extras.clone();
        let urls = |item: &Self| item.enclosures.iter().map(|one| one.url.clone()).collect::<Vec<_>>();
        let said = [
            (Field::Title, told.title),
            (Field::Description, told.description),
            (Field::Link, told.link),
            (Field::Enclosures, urls(self) != urls(new)),
            (Field::Alternates, !new.alternates.is_empty()),
            // Of the same torrent others may know more.
            (Field::Torrent, self.torrent.info_hash != new.torrent.info_hash),
        ];
        said.iter().filter(|(_, is_said)| *is_said).for_each(|(field, _)| extras.forget(&[*field]));
        Extras::replace(&mut extras.elements, new.extras.elements.clone());
        extras
    }

    /// What is attached now. Attributes of the same stay, and so does what others attached beside a torrent, in its place:
    /// in Atom the torrent must be the last (P11).
    fn enclosures_with(&self, new: Vec<Enclosure>) -> Vec<Enclosure> {
        let is_same =
            |one: &Enclosure, other: &Enclosure| percent_encoded(&one.url) == percent_encoded(&other.url);
        let is_ours = self.is_named_by_its_torrent();
        let mut all = Vec::new();
        for old in &self.enclosures {
            match new.iter().find(|new| is_same(old, new)) {
                Some(new) => all.push(Enclosure { extras: old.extras.clone(), ..new.clone() }),
                None if is_ours || old.is_torrent() => {}
                None => all.push(old.clone()),
            }
        }
        let more: Vec<Enclosure> =
            new.into_iter().filter(|new| !all.iter().any(|one| is_same(one, new))).collect();
        all.extend(more);
        all
    }

    /// Whether this is its id or its page.
    pub(super) fn is_at(&self, name: &str) -> bool {
        let plain = |url: &str| percent_encoded(url).trim_end_matches('/').to_owned();
        self.id.as_deref() == Some(name)
            || self.link.as_deref().is_some_and(|link| plain(link) == plain(name))
    }

    /// The URLs of what is attached.
    pub(super) fn attached(&self) -> impl Iterator<Item = &str> {
        self.enclosures.iter().chain(&self.alternates).map(|one| one.url.as_str())
    }

    /// Whether its id or a claim says which torrent it is.
    pub(super) fn names_its_torrent(&self) -> bool {
        self.torrent.info_hash.is_some() || self.is_named_by_its_torrent()
    }

    /// Whether its id is that of a torrent, as we write it.
    pub(super) fn is_named_by_its_torrent(&self) -> bool {
        self.id.as_ref().is_some_and(|id| is_info_hash(id) || id.starts_with("urn:btmh:"))
    }

    /// What it can be recognised by: its id and its info hash.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.id.iter().chain(&self.torrent.info_hash).map(String::as_str)
    }

    /// Whether it has this name. Of a hybrid torrent only the magnet link has both hashes.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let is_in = |link: &str| {
            link.split(['?', '&'])
                .any(|part| part.strip_prefix("xt=").is_some_and(|xt| xt.eq_ignore_ascii_case(name)))
        };
        let mut magnets = self.attached().filter(|url| is_magnet(url)).chain(self.torrent.magnet.as_deref());
        self.names().any(|one| one.eq_ignore_ascii_case(name)) || magnets.any(is_in)
    }
}
