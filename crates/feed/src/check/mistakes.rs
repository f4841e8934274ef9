//! Whether what a program takes is the torrent of its item, and can be had there.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Finding, Severity};
use crate::TORRENT_TYPE;
use crate::format::Format;
use crate::item::{Enclosure, Item};
use crate::links::{Link, LinkRule, is_magnet, looks_like_torrent};
use crate::readers::{FeedReader, Taken};
use crate::url::percent_encoded;

/// Who judges which feed.
pub(super) struct Judge<'i> {
    pub(super) reader: FeedReader,
    pub(super) format: Format,
    pub(super) items: &'i [&'i Item],
}

/// What is to be said of something taken.
type Mistake = (Severity, &'static str, String);

impl Judge<'_> {
    pub(super) fn mistakes(&self, all: &[Taken]) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut places = HashMap::new();
        for taken in all {
            let Some(item) = self.items.get(taken.item) else { continue };
            let first = *places.entry(taken.url.as_str()).or_insert(taken.item);
            let found =
                self.mistake(taken, item).into_iter().chain(self.twice(taken, first)).chain(self.raw(taken));
            findings.extend(found.map(|(severity, rule, why)| Finding {
                reader: self.reader,
                rule,
                severity,
                item: Some(taken.item),
                why,
            }));
        }
        findings
    }

    /// What a program takes must be one of the ways to the torrent, and lead there.
    fn mistake(&self, taken: &Taken, item: &Item) -> Option<Mistake> {
        let links = item.torrent_links();
        // Podcast apps want no torrent at all.
        let is_known = self.reader == FeedReader::Podcast
            || looks_like_torrent(&taken.url)
            || links.iter().any(|link| link.url == taken.url);
        // A hash says which torrent it is, not where.
        let is_open = links.iter().all(|link| link.rule == LinkRule::InfoHash);
        let is_likely = !is_known && is_open && item.likely_link() == Some(&taken.url);
        if !is_known && !is_likely {
            return Some(self.wrong(taken, item, &links));
        }
        let resolves = matches!(self.reader, FeedReader::Sonarr | FeedReader::Autobrr);
        if !is_magnet(&taken.url) && !taken.url.contains("://") && !resolves {
            let why = format!("takes `{}`, which leads nowhere without its base", taken.url);
            return Some((Severity::Error, "P12", why));
        }
        let why = || format!("takes `{}`, which may be a page: nothing says that it is a torrent", taken.url);
        (is_likely && item.enclosures.is_empty()).then(|| (Severity::Warning, "link", why()))
    }

    /// It takes something else for the torrent.
    fn wrong(&self, taken: &Taken, item: &Item, links: &[Link]) -> Mistake {
        let rule = if links.is_empty() { "link" } else { self.instead(item) };
        let mut why = match taken.url.is_empty() {
            true => "takes an empty URL".to_owned(),
            false => format!("takes `{}`, which is not the torrent", taken.url),
        };
        if rule == "P1"
            && let Some(other) = item.enclosures.iter().find(|one| is_nearly_typed(one))
        {
            let mime = other.mime.as_deref().unwrap_or_default();
            why += &format!(": the enclosure has the type `{mime}`, did you mean `{TORRENT_TYPE}`?");
        }
        if matches!(links, [Link { rule: LinkRule::Description, .. }]) {
            why += ": the magnet link is in the description, where no program looks";
        }
        (Severity::Error, rule, why)
    }

    /// The rule that would have helped.
    fn instead(&self, item: &Item) -> &'static str {
        let is_last =
            self.reader == FeedReader::QBittorrent && self.format == Format::Atom && item.link.is_some();
        match item.enclosures.as_slice() {
            _ if !item.alternates.is_empty() => "P15",
            [_, _, ..] => "P2",
            [one] if one.is_torrent() && is_last => "P11",
            [_] => "P1",
            [] => "link",
        }
    }

    /// FlexGet and transmission-rss remember URLs: of two items with one URL they take the first that they meet. Podcast apps
    /// take it twice.
    fn twice(&self, taken: &Taken, first: usize) -> Option<Mistake> {
        let is_podcast = self.reader == FeedReader::Podcast;
        let cares = matches!(self.reader, FeedReader::FlexGet | FeedReader::TransmissionRss) || is_podcast;
        if !cares || first == taken.item || taken.url.is_empty() {
            return None;
        }
        let hash = |at: usize| self.items.get(at)?.torrent.info_hash.as_deref();
        let is_same = hash(first).is_some() && hash(first) == hash(taken.item);
        let severity = if is_same { Severity::Warning } else { Severity::Error };
        if is_podcast {
            let why = format!("downloads the same URL as for item {}", first + 1);
            return Some((Severity::Warning, "P17", why));
        }
        let why = format!("takes it for seen: item {} has the same URL", first + 1);
        Some((severity, "P17", why))
    }

    /// Transmission, to which transmission-rss hands URLs, asks nobody for one with a space in it.
    fn raw(&self, taken: &Taken) -> Option<Mistake> {
        let Cow::Owned(encoded) = percent_encoded(&taken.url) else { return None };
        let is_broken = taken.url.contains(|c: char| c <= ' ' || c == '\x7f') && !is_magnet(&taken.url);
        let is_lost = self.reader == FeedReader::TransmissionRss && is_broken;
        let severity = if is_lost { Severity::Error } else { Severity::Warning };
        Some((severity, "P16", format!("takes `{}`, which should be `{encoded}`", taken.url)))
    }
}

/// Meant as a torrent, but not in the letters that programs compare.
fn is_nearly_typed(enclosure: &Enclosure) -> bool {
    let is_exact = enclosure.mime.as_deref() == Some(TORRENT_TYPE);
    enclosure.is_other_torrent() || (enclosure.is_torrent() && !is_exact)
}
