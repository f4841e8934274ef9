//! The page that lists what is offered.

use std::fmt::Write;

use publish::size_text;

use super::reply::{Reply, refusal};
use super::style::document;
use super::text::{counted, html};
use super::{Catalogue, Links, Listing};
use crate::http::Status;

/// What a swarm has carried, in bytes of content.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Carried {
    /// Bytes that this server gave to peers and to web clients.
    pub given: u64,
    /// Bytes that all others have by now, where that is known.
    pub received: Option<u64>,
}

/// An offer, and what of it was carried.
pub struct Shown<'a> {
    /// What is offered.
    pub offer: &'a Listing,
    /// What its swarm has carried.
    pub carried: Carried,
}

/// A page of at most [`PAGE_TORRENTS`], the first of which is page 0.
pub fn page<K: Copy + Ord>(
    catalogue: &Catalogue<K>,
    number: usize,
    links: &Links,
    carried: impl Fn(K) -> Carried,
) -> Reply {
    let pages = catalogue.len().div_ceil(PAGE_TORRENTS).max(1);
    if number >= pages {
        return refusal(Status::NotFound);
    }
    let title = format!("Torrents of {}", links.place());
    let heading = if number == 0 { title.clone() } else { format!("{title}, page {}", number + 1) };
    let feed = html(&links.feed());
    let head =
        format!("<link rel=\"alternate\" type=\"application/rss+xml\" title=\"Feed\" href=\"{feed}\">\n");
    let mut body = format!(
        "<header>\n<h1>{}</h1>\n<p class=\"soft\">{}, {}. <a href=\"{feed}\">Feed for torrent clients (RSS)</a></p>\n\
         </header>\n<main>\n",
        html(&heading),
        counted(catalogue.len(), "torrent", "torrents"),
        size_text(catalogue.size()),
    );
    if catalogue.is_empty() {
        body.push_str("<p>Nothing is offered at the moment.</p>\n");
    } else {
        body.push_str("<ul class=\"torrents\">\n");
        let some = catalogue.by_name(number * PAGE_TORRENTS, PAGE_TORRENTS);
        some.for_each(|(key, offer)| write_offer(&mut body, &Shown { offer, carried: carried(key) }, links));
        body.push_str("</ul>\n");
    }
    body.push_str("</main>\n");
    write_pages(&mut body, number, pages, links);
    document(&heading, &head, &body)
}

/// Links that look alike are told apart by the name in them, which only a screen reader says.
fn write_offer(body: &mut String, shown: &Shown<'_>, links: &Links) {
    let Shown { offer, carried } = shown;
    let name = html(&offer.summary.title());
    let facts =
        format!("{}, {}", size_text(offer.summary.size), counted(offer.summary.files, "file", "files"));
    let content = if offer.summary.is_single_file { "Download" } else { "Files" };
    let link = |label: &str, url: String| {
        format!("<a href=\"{}\" aria-label=\"{label}: {name}\">{label}</a>\n", html(&url))
    };
    let _ = write!(
        body,
        "<li>\n<div>\n<h2>{name}</h2>\n<p class=\"soft\">{facts}{}</p>\n</div>\n<p class=\"links\">\n{}{}{}</p>\n</li>\n",
        carried_text(*carried, offer.summary.size),
        link("Magnet link", links.magnet(offer)),
        link("Torrent file", links.torrent(offer)),
        link(content, links.content(offer)),
    );
}

/// What the swarm has carried, in copies.
fn carried_text(carried: Carried, size: u64) -> String {
    let copies = |bytes: u64| match size {
        0 => String::from("0.00"),
        size => format!("{:.2}", bytes as f64 / size as f64),
    };
    let received = carried.received.map(|bytes| format!(", the swarm received {}", copies(bytes)));
    match (carried.given, received) {
        (0, None) => String::new(),
        (given, received) => {
            format!(". Copies: this server gave {}{}", copies(given), received.unwrap_or_default())
        }
    }
}

fn write_pages(body: &mut String, number: usize, pages: usize, links: &Links) {
    if pages == 1 {
        return;
    }
    let _ = write!(
        body,
        "<nav aria-label=\"Pages\">\n<p class=\"links\"><span>Page {} of {pages}</span>\n",
        number + 1
    );
    if number > 0 {
        let _ =
            writeln!(body, "<a rel=\"prev\" href=\"{}\">Previous page</a>", html(&links.page(number - 1)));
    }
    if number + 1 < pages {
        let _ = writeln!(body, "<a rel=\"next\" href=\"{}\">Next page</a>", html(&links.page(number + 1)));
    }
    body.push_str("</p>\n</nav>\n");
}

/// Torrents of a page.
pub const PAGE_TORRENTS: usize = 100;
