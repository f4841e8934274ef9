//! What a path means.

use percent_encoding::percent_decode;

use super::Catalogue;

/// What is at a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Route<K> {
    /// One of the pages that list what is offered, from 0.
    Page(usize),
    /// The feed of what is offered.
    Feed,
    /// The tracker hears an announce.
    Announce,
    /// The tracker is asked about swarms.
    Scrape,
    /// The .torrent of an offer.
    Torrent(K),
    /// The content of an offer of a single file.
    File(K),
    /// The list of the files of an offer.
    Files(K),
    /// A file of an offer, if it has one of this path.
    FileAt(K, Vec<Vec<u8>>),
    /// It is at this target.
    Moved(String),
    /// Nothing is there.
    Nothing,
}

impl<K: Copy + Ord> Route<K> {
    /// What a path and query mean. Each component is decoded after the path is cut, and is a name to be looked up.
    pub fn of(path: &[u8], query: Option<&[u8]>, catalogue: &Catalogue<K>) -> Self {
        let mut components =
            path.split(|byte| *byte == b'/').skip(1).map(|text| percent_decode(text).collect());
        let first: Vec<u8> = components.next().unwrap_or_default();
        let rest: Vec<Vec<u8>> = components.collect();
        match (&first[..], &rest[..]) {
            (b"", []) => page_number(query).map_or(Self::Nothing, Self::Page),
            (b"feed.xml", []) => Self::Feed,
            (b"announce", []) => Self::Announce,
            (b"scrape", []) => Self::Scrape,
            (b"content", [slug, below @ ..]) => Self::of_content(path, slug, below, catalogue),
            (name, []) => {
                let offer = name.strip_suffix(b".torrent").and_then(|slug| catalogue.of_slug(slug));
                offer.map_or(Self::Nothing, |(key, _)| Self::Torrent(key))
            }
            _ => Self::Nothing,
        }
    }

    /// What is below the name of an offer. One that is called by its hash has its name below that.
    fn of_content(path: &[u8], slug: &[u8], below: &[Vec<u8>], catalogue: &Catalogue<K>) -> Self {
        let Some((key, offer)) = catalogue.of_slug(slug) else { return Self::Nothing };
        let below = match below {
            _ if offer.has_own_name() => below,
            [name, below @ ..] if *name == offer.summary.name => below,
            _ => return Self::Nothing,
        };
        match below {
            [] if offer.summary.is_single_file => Self::File(key),
            [] => Self::Moved(format!("{}/", String::from_utf8_lossy(path))),
            _ if offer.summary.is_single_file => Self::Nothing,
            [last] if last.is_empty() => Self::Files(key),
            below => Self::FileAt(key, below.to_vec()),
        }
    }
}

/// Which page is asked for; `None` for what is none.
fn page_number(query: Option<&[u8]>) -> Option<usize> {
    let Some(query) = query else { return Some(0) };
    let number = query.split(|byte| *byte == b'&').find_map(|pair| pair.strip_prefix(b"page="));
    let Some(number) = number else { return Some(0) };
    let number: usize = std::str::from_utf8(number).ok()?.parse().ok()?;
    number.checked_sub(1)
}
