//! What a feed of torrents must be like, and which program says so.

/// A rule for those who publish.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rule {
    /// `P1` and so on.
    pub code: &'static str,
    /// What to do.
    pub title: &'static str,
    /// What happens otherwise.
    pub why: &'static str,
}

/// The rule with this code, in any case.
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

macro_rules! rules {
    ($($code:literal: $title:literal, $why:literal;)*) => { &[$(Rule { code: $code, title: $title, why: $why }),*] };
}

/// All rules: P1 to P15 of what to write, then what every feed needs.
pub const RULES: &[Rule] = rules! {
    "P1": "the type of the enclosure is exactly `application/x-bittorrent`",
        "qBittorrent, Sonarr and autobrr compare the whole text, so parameters and other types make them fall back to the item's link.";
    "P2": "one enclosure an item",
        "FlexGet makes an entry of each enclosure, transmission-rss looks at one without looking at its type, autobrr at one as well.";
    "P3": "the <torrent> block is nested and has a default namespace",
        "FlexGet sees `infoHash` only without a prefix: of `torrent:infoHash` it makes another key. Sonarr and autobrr take both forms.";
    "P4": "ezRSS elements stand in one form only",
        "Sonarr expects a single `contentLength` and loses the item where it finds two.";
    "P5": "fileName, contentLength, infoHash and magnetURI are all there",
        "Once a feed looks like ezRSS, Sonarr reads infoHash and magnetURI of every item and drops an item without them.";
    "P6": "contentLength is the size of the content, 2 MiB or more",
        "Sonarr refuses a whole feed if an item is smaller than 2 MiB, unless it is told to allow a size of zero and there is none.";
    "P7": "lastBuildDate (Atom: updated) stands before the first item, and moves on with every change",
        "qBittorrent stops reading at a date that it has seen before; after the items it is of no use, and no date means reading all each time.";
    "P8": "every item has a guid of its own, the info hash at best",
        "qBittorrent drops later items with the same id, Sonarr refuses the feed, autobrr takes them for seen.";
    "P9": "every item has a pubDate as RFC 822 has it",
        "Sonarr refuses a feed with an item without; qBittorrent files such items under the time of reading.";
    "P10": "no elements of other namespaces in items that are called title, link, description, author or guid",
        "qBittorrent ignores namespaces: `media:title` replaces the title, and an `atom:link` empties the link.";
    "P11": "in Atom, the link to the torrent is the last one",
        "qBittorrent takes the last link whatever its rel; transmission-rss takes the first.";
    "P12": "URLs are absolute",
        "qBittorrent and FlexGet do not resolve relative ones.";
    "P13": "the description says `Size: 1.5 GiB`",
        "Sonarr and autobrr look there where they find no other size.";
    "P14": "the feed is served as application/rss+xml or text/xml",
        "Sonarr refuses text/html. Only the server can say; a file cannot.";
    "P15": "in a podcast the media is the enclosure, and the torrent a podcast:alternateEnclosure",
        "Podcast apps fetch whatever the enclosure is, and play a .torrent. Torrent clients do not read alternateEnclosure: give them a feed of their own.";
    "xml": "the feed is well-formed XML in the encoding that it names",
        "Sonarr and transmission-rss refuse anything else, qBittorrent stops where it is broken, autobrr needs the end. FlexGet makes do.";
    "format": "the feed is RSS 2.0",
        "It is the one format that all five read. qBittorrent, FlexGet and transmission-rss read Atom as well, autobrr reads Atom and JSON Feed.";
    "title": "every item has a title",
        "FlexGet skips an item without, Sonarr refuses the feed.";
    "link": "every item leads to its torrent",
        "An item whose enclosure, link or guid is no torrent is of no use to a torrent client.";
    "window": "a feed has no more than 50 items",
        "qBittorrent keeps 50 articles a feed unless told otherwise, and forgets the oldest.";
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_and_none_is_there_twice() {
        for known in RULES {
            assert_eq!(rule(&known.code.to_lowercase()), Some(known));
            assert!(!known.title.is_empty() && known.why.ends_with('.'));
        }
        assert_eq!(rule("P16"), None);
    }
}
