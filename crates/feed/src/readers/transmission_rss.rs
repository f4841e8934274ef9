//! transmission-rss: `lib/transmission-rss/aggregator.rb`, on Ruby's RSS library without validation.
//!
//! The last enclosure counts whatever its type; where an item can have none, its link. REXML, which reads the XML, is strict
//! with tags and lets characters pass that it should not. Two versions of it are in use: 3.2.5 in Debian 12, and since 3.3.3
//! one that refuses content outside the root.

use super::{Document, Outcome, Taken};
use crate::format::Format;
use crate::xml::{Element, FeedFaultKind};
use crate::{ATOM, TORRENT_TYPE};

pub(super) fn read(document: &Document) -> Outcome {
    if document.format == Format::Json {
        return Outcome::refused("format", "reads no JSON Feed");
    }
    if let Some(fault) = document.faults.iter().find(|fault| is_fatal(fault.kind)) {
        return Outcome::refused(
            "xml",
            format!("refuses XML that is not well-formed: line {}: {}", fault.line, fault.kind),
        );
    }
    let mut outcome = Outcome::default();
    let outside = document.faults.iter().find(|fault| fault.kind == FeedFaultKind::OutsideRoot);
    if let Some(fault) = outside {
        let why = format!("refuses the feed since {SINCE}: line {}: {}", fault.line, fault.kind);
        outcome.remark(None, "xml", why, true);
    } else if let Some(fault) = document.strict_fault() {
        outcome.warn(None, "xml", format!("newer versions refuse this: line {}: {}", fault.line, fault.kind));
    }
    let before = outside.map(|_| SINCE);
    for (number, part) in document.items() {
        if part.in_root && document.format == Format::Rss && document.root_is("rss") {
            outcome.lose(number, "format", "does not look outside the channel");
            continue;
        }
        let url = match document.format {
            Format::Atom => first(&part.element, "link").and_then(|link| link.attribute("href")),
            _ => rss(&mut outcome, &part.element, number),
        };
        match url {
            Some(url) => outcome.taken.push(Taken { before, ..taken(number, &part.element, url) }),
            None => outcome.lose(number, "link", "finds neither enclosure nor link"),
        }
    }
    outcome
}

fn taken(number: usize, item: &Element, url: &str) -> Taken {
    let title = first(item, "title").map_or("", |title| title.text.trim());
    Taken { item: number, title: title.to_owned(), url: url.to_owned(), ..Taken::default() }
}

fn rss<'a>(outcome: &mut Outcome, item: &'a Element, number: usize) -> Option<&'a str> {
    let last = item.children.iter().rfind(|child| child.local() == "enclosure" && child.is_core("enclosure"));
    let Some(enclosure) = last else {
        // The last one of several, and an empty one counts as well.
        let is_link =
            |child: &&Element| child.local() == "link" && child.is_core("link") && !child.is(ATOM, "link");
        return item.children.iter().rfind(is_link).map(|link| link.text.trim());
    };
    if enclosure.attribute("type") != Some(TORRENT_TYPE) {
        outcome.warn(Some(number), "P1", "takes the enclosure without a look at its type");
    }
    enclosure.attribute("url")
}

/// What every version of REXML stops at.
fn is_fatal(kind: FeedFaultKind) -> bool {
    let passes = matches!(
        kind,
        FeedFaultKind::BareAmpersand
            | FeedFaultKind::HtmlEntity { .. }
            | FeedFaultKind::UnknownEntity { .. }
            | FeedFaultKind::ForbiddenCharacter
            | FeedFaultKind::ForbiddenReference
            | FeedFaultKind::LateDeclaration
            | FeedFaultKind::OutsideRoot
    );
    kind.stops_strict_readers() && !passes
}

/// The version that began to refuse content outside the root: 3.3.2 what is behind it, 3.3.3 what is before it.
const SINCE: &str = "REXML 3.3.3";

fn first<'a>(item: &'a Element, name: &str) -> Option<&'a Element> {
    item.children.iter().find(|child| child.local() == name && child.is_core(name))
}
