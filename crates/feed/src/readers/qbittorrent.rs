//! qBittorrent: `src/base/rss/rss_parser.cpp`, on Qt's QXmlStreamReader.
//!
//! It goes through the elements once, looks at local names only, and stops where the XML is broken; what it has of an
//! item by then it keeps. The last of several elements counts.

use std::collections::HashSet;

use super::{Document, Outcome, Taken};
use crate::TORRENT_TYPE;
use crate::date::from_rfc_2822;
use crate::format::Format;
use crate::links::{is_magnet, is_misspelt, looks_like_torrent};
use crate::xml::{Element, FeedFaultKind};

pub(super) fn read(document: &Document) -> Outcome {
    let (name, reads_part): (_, fn(&mut Run, &Element, usize) -> bool) = match document.format {
        Format::Json => return Outcome::refused("format", "reads no JSON Feed"),
        Format::Rss if !document.root_is("rss") => return Outcome::refused("format", "reads no RSS 1.0"),
        Format::Atom if !document.root_is("feed") => {
            return Outcome::refused("format", "looks for `feed` in lower case");
        }
        Format::Rss => ("item", Run::rss_item),
        Format::Atom => ("entry", Run::atom_entry),
    };
    let mut run = Run { outcome: Outcome::default(), ids: HashSet::new(), base: base(document) };
    let (mut number, mut in_channel) = (0, false);
    for part in &document.parts {
        let is_broken = part.after_fault;
        let is_item = part.is_item();
        // It looks for the channel first, and passes over what is before it.
        in_channel |= document.format == Format::Atom || !part.in_root;
        let is_seen = !is_broken && in_channel;
        let goes_on = match is_seen {
            true if is_item && part.element.local() == name => reads_part(&mut run, &part.element, number),
            true => run.channel(&part.element, number),
            false => !is_broken,
        };
        number += usize::from(is_item);
        if !goes_on {
            break;
        }
    }
    run.finish(document, number)
}

fn base(document: &Document) -> String {
    let base = document.root.as_ref().and_then(|root| root.attribute("xml:base"));
    base.unwrap_or_default().to_owned()
}

struct Run {
    outcome: Outcome,
    ids: HashSet<String>,
    base: String,
}

#[derive(Default)]
struct Article {
    id: String,
    title: String,
    torrent: String,
    /// The enclosure without a type.
    alternative: String,
    link: String,
}

/// Takes what is wanted of an element, and says whether its text was, which must have no elements in it.
type Take = fn(&mut Run, &mut Article, &Element, usize) -> bool;

impl Run {
    /// What stands beside the items. False if reading ends here.
    fn channel(&mut self, element: &Element, items_before: usize) -> bool {
        let is_date = matches!(element.local(), "lastBuildDate" | "updated");
        if is_date && items_before > 0 {
            self.outcome.warn(
                None,
                "P7",
                format!("{} comes after the first item: it is read too late", element.name),
            );
        }
        let is_text = is_date || element.local() == "title";
        // Texts must not have elements in them.
        !is_broken(element) && (!is_text || element.children.is_empty())
    }

    /// Goes through an item up to where reading stops, which is `false`. What it has by then is an article.
    fn article(&mut self, item: &Element, number: usize, take: Take) -> bool {
        let mut article = Article::default();
        let mut goes_on = true;
        for child in &item.children {
            let is_text = !is_unseen(child) && take(self, &mut article, child, number);
            goes_on = !is_broken(child) && (!is_text || child.children.is_empty());
            if !goes_on {
                break;
            }
        }
        if article.torrent.is_empty() {
            article.torrent = std::mem::take(&mut article.alternative);
        }
        self.add(article, number);
        goes_on && !is_broken(item)
    }

    fn rss_item(&mut self, item: &Element, number: usize) -> bool {
        if item.children.iter().all(|child| child.local() != "pubDate") {
            self.outcome.warn(
                Some(number),
                "P9",
                "there is no pubDate: it is filed under the time of reading",
            );
        }
        self.article(item, number, |run, article, child, number| {
            run.warn_of_namesake(child, number, &["title", "link", "description", "author", "guid"]);
            let text = text_of(child).trim();
            match child.local() {
                "title" => text.clone_into(&mut article.title),
                "guid" => text.clone_into(&mut article.id),
                "link" if is_magnet(text) => text.clone_into(&mut article.torrent),
                "link" => text.clone_into(&mut article.link),
                "author" => {}
                "pubDate" => run.date(text, number),
                "enclosure" => {
                    run.enclosure(child, number, article);
                    return false;
                }
                _ => return false,
            }
            true
        })
    }

    fn date(&mut self, text: &str, number: usize) {
        if from_rfc_2822(text).is_none() {
            let why = "pubDate is no date of RFC 822: it is filed under the time of reading";
            self.outcome.warn(Some(number), "P9", why);
        }
    }

    fn enclosure(&mut self, child: &Element, number: usize, article: &mut Article) {
        let url = child.attribute("url").unwrap_or_default();
        match child.attribute("type").unwrap_or_default() {
            TORRENT_TYPE => url.clone_into(&mut article.torrent),
            "" => url.clone_into(&mut article.alternative),
            other if is_misspelt(&other.to_ascii_lowercase()) || looks_like_torrent(url) => {
                let why = format!("passes over an enclosure of the type `{other}`");
                self.outcome.warn(Some(number), "P1", why);
            }
            _ => {}
        }
    }

    fn atom_entry(&mut self, entry: &Element, number: usize) -> bool {
        self.article(entry, number, |run, article, child, _| {
            let text = text_of(child).trim();
            match child.local() {
                "title" => text.clone_into(&mut article.title),
                "id" => text.clone_into(&mut article.id),
                "updated" => {}
                "link" => {
                    let is_text = child.attributes.is_empty();
                    let link = if is_text { text } else { child.attribute("href").unwrap_or_default() };
                    match is_magnet(link) {
                        true => link.clone_into(&mut article.torrent),
                        false => article.link = format!("{}{link}", run.base),
                    }
                    return is_text;
                }
                _ => return false,
            }
            true
        })
    }

    fn warn_of_namesake(&mut self, child: &Element, number: usize, names: &[&str]) {
        if !child.prefix().is_empty() && names.contains(&child.local()) {
            let why = format!("takes `{}` for `{}`", child.name, child.local());
            self.outcome.warn(Some(number), "P10", why);
        }
    }

    fn add(&mut self, article: Article, number: usize) {
        let torrent = if article.torrent.is_empty() { article.link } else { article.torrent };
        let names = [article.id, torrent.clone(), article.title.clone()];
        let Some(id) = names.into_iter().find(|name| !name.is_empty()) else {
            return self.outcome.lose(number, "P8", "drops an item with neither guid, URL nor title");
        };
        if !self.ids.insert(id) {
            return self.outcome.lose(number, "P8", "drops an item whose id another has");
        }
        if torrent.is_empty() {
            return self.outcome.lose(number, "link", "finds nothing to download");
        }
        self.outcome.taken.push(Taken {
            item: number,
            title: article.title,
            url: torrent,
            ..Taken::default()
        });
    }

    /// Says what was lost at the end.
    fn finish(mut self, document: &Document, seen: usize) -> Outcome {
        if let Some(fault) = document.strict_fault() {
            for number in seen..document.entries.len() {
                let why = format!("stops reading at line {}: {}", fault.line, fault.kind);
                self.outcome.lose(number, "xml", why);
            }
            self.outcome.warn(None, "xml", format!("stops reading at line {}: {}", fault.line, fault.kind));
        }
        if self.outcome.taken.len() > MOST {
            let why = format!("keeps {MOST} of {} items unless told otherwise", self.outcome.taken.len());
            self.outcome.warn(None, "window", why);
        }
        let dates = ["lastBuildDate", "updated"];
        if !document.parts.iter().any(|part| !part.is_item() && dates.contains(&part.element.local())) {
            self.outcome.warn(None, "P7", "there is no lastBuildDate: all is read each time");
        }
        self.outcome
    }
}

/// Broken at the tag, so that nothing of it was seen.
fn is_unseen(element: &Element) -> bool {
    is_broken(element) && element.fault_in_tag
}

fn is_broken(element: &Element) -> bool {
    element.fault.is_some_and(|fault| !fault.kind.is_of_html())
}

/// Its text up to where reading stops. Qt drops what stands directly before a bare `&`.
fn text_of(element: &Element) -> &str {
    match element.fault {
        Some(fault) if fault.kind == FeedFaultKind::BareAmpersand => "",
        Some(_) if is_broken(element) => &element.text[..element.text_before_fault],
        _ => &element.text,
    }
}

/// Articles that are kept of a feed (`RSS/Session/MaxArticlesPerFeed`).
const MOST: usize = 50;
